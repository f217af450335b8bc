package journal

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/plain"
)

// FuzzRow reads a command's row with anything in it, as a damaged disk or another's hand may leave it: what Walk shows is what the row has, to the
// last byte, and becomes the one command that it stands for; everything else is an error of those that a start can tell the operator about.
func FuzzRow(f *testing.F) {
	for _, cmd := range []center.Command{
		center.Tick{}, center.SignIn{Agent: 101, Phone: "101"}, center.CallArrived{Leg: "i1", Trunk: "line", From: "1", To: "8000"}, center.Digit{},
	} {
		kind, body := center.Encode(cmd)
		f.Add(int64(1), int64(1), start.UnixNano(), kind, body)
		f.Add(int64(1), int64(1), start.UnixNano(), kind, body[:len(body)/2])
	}
	f.Add(int64(2), int64(1), int64(0), "Tick", []byte{})
	f.Add(int64(-1), int64(-1), int64(-1), "", []byte(nil))
	j := fuzzed(f)
	f.Fuzz(func(t *testing.T, seq, epoch, at int64, kind string, body []byte) {
		if body == nil {
			body = []byte{} // SQLite takes nil for NULL, which the table refuses
		}
		mustExec(t, j, `DELETE FROM journal`)
		mustExec(t, j, insertEntry, 1, seq, epoch, at, kind, body)
		var shown []Entry
		err := j.Walk(t.Context(), 1, 1, func(e Entry) error {
			shown = append(shown, e)
			return nil
		})
		switch {
		case seq < 1 && err == nil && len(shown) == 0: // before what was asked for
			return
		case seq > 1 && errors.Is(err, ErrGap) && len(shown) == 0:
			return
		case epoch < 0 && err != nil && len(shown) == 0:
			return
		case err != nil || len(shown) != 1:
			t.Fatalf("a row of number %d and epoch %d: %d commands, %v", seq, epoch, len(shown), err)
		}
		e := shown[0]
		if e.Kind != kind || !bytes.Equal(e.Body, body) || e.At.UnixNano() != at || int64(e.Epoch) != epoch { //nolint:gosec // it was one
			t.Fatalf("%q %x of %d comes back as %+v", kind, body, at, e)
		}
		readsWholeOrNot(t, e)
	})
}

// readsWholeOrNot decodes a command: it is refused for a reason, or nothing of it is lost.
func readsWholeOrNot(t *testing.T, e Entry) {
	t.Helper()
	cmd, err := center.Decode(e.Kind, e.Body)
	if err != nil {
		if cmd != nil || !errors.Is(err, center.ErrUnknownCommand) && !errors.Is(err, plain.ErrNewer) && !errors.Is(err, plain.ErrBroken) {
			t.Fatalf("%s %x: %v, %v", e.Kind, e.Body, cmd, err)
		}
		return
	}
	if again, err := center.Decode(e.Kind, plain.Append(nil, cmd)); err != nil || !reflect.DeepEqual(again, cmd) {
		t.Fatalf("%s is read as %+v and then as %+v, %v", e.Kind, cmd, again, err)
	}
}

// FuzzSnapshotRow reads a snapshot's row that tells any number of parts and versions: it is whole, or there is an error.
func FuzzSnapshotRow(f *testing.F) {
	whole := center.New(start, center.Config{}).Snapshot().Encode()
	f.Add(int64(7), start.UnixNano(), int64(center.SnapshotVersion), int64(1), int64(1), whole, []byte("events"))
	f.Add(int64(7), start.UnixNano(), int64(center.SnapshotVersion+1), int64(1), int64(1), whole, []byte{})
	f.Add(int64(7), int64(0), int64(0), int64(2), int64(1), whole[:len(whole)/2], []byte{})
	f.Add(int64(-7), int64(-1), int64(-1), int64(-1), int64(1<<62), []byte{}, []byte{})
	j := fuzzed(f)
	f.Fuzz(func(t *testing.T, seq, at, version, centerParts, eventsParts int64, state, events []byte) {
		mustExec(t, j, `DELETE FROM journal_snapshot`)
		mustExec(t, j, `DELETE FROM journal_part`)
		mustExec(t, j, insertPart, 1, seq, 0, append([]byte{}, state...))
		mustExec(t, j, insertPart, 1, seq, 1, append([]byte{}, events...))
		mustExec(t, j, insertSnapshot, 1, seq, at, version, centerParts, eventsParts)
		s, err := j.Latest(t.Context(), 1)
		if err != nil {
			if s != nil || seq >= 0 && centerParts == 1 && eventsParts == 1 {
				t.Fatalf("%d and %d parts: %+v, %v", centerParts, eventsParts, s, err)
			}
			return
		}
		if centerParts < 0 || eventsParts < 0 || centerParts+eventsParts > 2 {
			t.Fatalf("%d and %d parts, where there are two: %+v", centerParts, eventsParts, s)
		}
		if all := append(bytes.Clone(s.Center), s.Events...); !bytes.HasPrefix(append(bytes.Clone(state), events...), all) ||
			centerParts+eventsParts == 2 && len(all) != len(state)+len(events) {
			t.Fatalf("%x and %x come back as %x and %x", state, events, s.Center, s.Events)
		}
		if restored, err := center.DecodeSnapshot(s.Version, s.Center); err == nil {
			restored.Encode()
		} else if !errors.Is(err, center.ErrSnapshotVersion) && !errors.Is(err, plain.ErrNewer) && !errors.Is(err, plain.ErrBroken) {
			t.Fatalf("version %d: %v", s.Version, err)
		}
	})
}

// fuzzed opens a journal in a file of the fuzz test's own.
func fuzzed(f *testing.F) *Journal {
	f.Helper()
	j, err := OpenSQLite(context.Background(), f.TempDir(), "n1", SyncRelaxed)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = j.Close() })
	return j
}

// mustExec writes a row past the journal's own writers.
func mustExec(t *testing.T, j *Journal, query string, args ...any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := j.db.ExecContext(ctx, query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}
