package delivery

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/plain"
)

// began and said are effects of session 1 of agent 101.
func began(push bool) center.SessionBegan {
	b := center.SessionBegan{Agent: 101, Session: 1}
	if push {
		b.Push.URL = "https://receiver"
	}
	return b
}

func said(from, to uint64) []center.Effect {
	var all []center.Effect
	for seq := from; seq <= to; seq++ {
		all = append(all, center.Event{
			Agent: 101, Session: 1, Seq: seq, Type: "T", Content: center.ReasonContent{Reason: fmt.Sprintf("<%d>", seq)}, At: time.Unix(int64(seq), 0).UTC(), //nolint:gosec // small
		})
	}
	return all
}

var kept = Key{VCC: 1, Agent: 101, Session: 1}

// fetched gets all that waits for the session and confirms it.
func fetched(t *testing.T, d *Delivery) string {
	t.Helper()
	batch, err := d.NextOf(t.Context(), 0, 100, kept)
	if err != nil {
		return err.Error()
	}
	var seqs []string
	for _, e := range batch.Events {
		body, err := e.JSON()
		if err != nil || string(body) != fmt.Sprintf(`{"eventType":"T","workNo":"101","content":{"reason":"<%d>"}}`, e.Seq) || e.At.Unix() != int64(e.Seq) { //nolint:gosec // small
			t.Errorf("event %d is %s at %v, %v", e.Seq, body, e.At, err)
		}
		seqs = append(seqs, fmt.Sprint(e.Seq))
	}
	batch.Confirm()
	return strings.Join(seqs, " ")
}

// positions gives what has been confirmed, by session.
func positions(d *Delivery) map[center.Session]uint64 {
	all := map[center.Session]uint64{}
	d.Confirmed(func(_ center.VCCID, session center.Session, seq uint64) { all[session] = seq })
	return all
}

func restored(t *testing.T, data []byte, confirmed map[center.Session]uint64) *Delivery {
	t.Helper()
	d := New(Options{})
	t.Cleanup(d.Close)
	if err := d.Restore(1, data, confirmed); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestUndeliveredEventsOutliveTheProgram(t *testing.T) {
	d := restored(t, nil, nil)
	d.Carry(1, append([]center.Effect{began(false)}, said(1, 4)...))
	batch, err := d.NextOf(t.Context(), 0, 2, kept)
	if err != nil {
		t.Fatal(err)
	}
	batch.Confirm()
	first := positions(d)
	save := d.Save(1)
	d.Carry(1, said(5, 6))
	if got := fetched(t, d); got != "3 4 5 6" {
		t.Fatalf("fetched %s", got)
	}
	data, second := save(), positions(d)
	if len(positions(d)) > 0 {
		t.Error("what was confirmed is told twice")
	}
	for name, c := range map[string]struct {
		data      []byte
		confirmed map[center.Session]uint64
		recall    []center.Effect
		want      string
	}{
		"snapshot, nothing confirmed since":   {data, first, said(5, 7), "3 4 5 6 7"},
		"snapshot, all confirmed since":       {data, second, said(5, 7), "7"},
		"snapshot, positions were lost":       {data, nil, said(5, 7), "3 4 5 6 7"},
		"no snapshot":                         {nil, second, append([]center.Effect{began(false)}, said(1, 7)...), "7"},
		"no snapshot, nothing was ever saved": {nil, nil, append([]center.Effect{began(false)}, said(1, 3)...), "1 2 3"},
		"the queue was emptied since":         {data, first, append(append(said(5, 6), center.ClearEvents{Agent: 101, Session: 1}), said(7, 7)...), "7"},
		"signed out by himself since":         {data, first, []center.Effect{center.SessionEnded{Agent: 101, Session: 1}}, ErrNotSignedIn.Error()},
		"signed out by another since":         {data, first, []center.Effect{center.SessionEnded{Agent: 101, Session: 1, Linger: true}}, "3 4"},
	} {
		t.Run(name, func(t *testing.T) {
			d := restored(t, c.data, c.confirmed)
			d.Recall(1, 9, c.recall)
			if got := fetched(t, d); got != c.want {
				t.Errorf("after the restart: %s; want %s", got, c.want)
			}
		})
	}
}

func TestAStreamGoesOnAfterARestart(t *testing.T) {
	d := restored(t, nil, nil)
	d.Carry(1, append([]center.Effect{began(false)}, said(1, 4)...))
	stream, _, err := d.Open(kept, Position{Given: true})
	if err != nil {
		t.Fatal(err)
	}
	batch, err := stream.Next(t.Context(), 0, 3)
	if err != nil || len(batch.Events) != 3 {
		t.Fatal(err)
	}
	batch.Confirm() // written; the client acknowledges one alone
	d.Ack(kept, 1)
	had := positions(d)
	if had[1] != 1 {
		t.Errorf("confirmed %v; want what was acknowledged", had)
	}
	again := restored(t, d.Save(1)(), had)
	again.Recall(1, 9, said(5, 5))
	stream, opening, err := again.Open(kept, Position{Given: true, After: 2})
	if err != nil || opening.Gap {
		t.Fatalf("opening %+v, %v", opening, err)
	}
	batch, err = stream.Next(t.Context(), 0, 10)
	if err != nil || len(batch.Events) != 3 || batch.Events[0].Seq != 3 || batch.Events[2].Seq != 5 {
		t.Errorf("after the restart the stream brings %d events, %v", len(batch.Events), err)
	}
	batch.Confirm()
}

func TestPushAndFullQueuesOutliveTheProgram(t *testing.T) {
	d := New(Options{Bound: 3, Overflow: func(Key) {}})
	t.Cleanup(d.Close)
	d.Carry(1, append([]center.Effect{began(true)}, said(1, 3)...))
	d.Carry(2, []center.Effect{began(false)})
	full := make(chan Key, 1)
	again := New(Options{Bound: 3, Overflow: func(key Key) { full <- key }})
	t.Cleanup(again.Close)
	if err := again.Restore(1, d.Save(1)(), nil); err != nil {
		t.Fatal(err)
	}
	if !again.Pushed(kept) || again.Sessions() != 1 {
		t.Errorf("pushed = %v, %d sessions", again.Pushed(kept), again.Sessions())
	}
	again.ExpelFull()
	if key := <-full; key != kept {
		t.Errorf("expelled %v", key)
	}
}

func TestRestoreRefusesWhatItDoesNotKnow(t *testing.T) {
	d := New(Options{})
	defer d.Close()
	for name, data := range map[string][]byte{
		"no version":    plain.Append(nil, saved{}),
		"newer version": plain.Append(nil, saved{Version: savedVersion + 1}),
	} {
		if err := d.Restore(1, data, nil); !errors.Is(err, ErrVersion) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := d.Restore(1, []byte{2, 2, 9}, nil); !errors.Is(err, plain.ErrBroken) {
		t.Errorf("broken data: %v", err)
	}
}
