package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
)

var start = time.Date(2026, 11, 25, 9, 0, 0, 123456789, time.UTC)

func opened(t *testing.T, at site) *Journal {
	t.Helper()
	j, err := at.open(t.Context(), "n1", SyncRelaxed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func claimed(t *testing.T, j *Journal, vcc center.VCCID) uint64 {
	t.Helper()
	epoch, err := j.Claim(t.Context(), vcc)
	if err != nil {
		t.Fatal(err)
	}
	return epoch
}

func entries(vcc center.VCCID, epoch, from, to uint64) []Entry {
	var all []Entry
	for seq := from; seq <= to; seq++ {
		all = append(all, Entry{VCC: vcc, Epoch: epoch, Seq: seq, At: start.Add(time.Duration(seq)), Kind: "Tick", Body: []byte{byte(seq)}})
	}
	return all
}

func mustAppend(t *testing.T, j *Journal, all ...Entry) {
	t.Helper()
	if fenced, err := j.Append(t.Context(), all); err != nil || fenced != nil {
		t.Fatalf("append: %v, %v", fenced, err)
	}
}

// walked lists the numbers of a center's commands.
func walked(t *testing.T, j *Journal, vcc center.VCCID, from uint64) (seqs []uint64, err error) {
	t.Helper()
	err = j.Walk(t.Context(), vcc, from, func(e Entry) error {
		if e.VCC != vcc || e.Kind != "Tick" || !bytes.Equal(e.Body, []byte{byte(e.Seq)}) || !e.At.Equal(start.Add(time.Duration(e.Seq))) {
			t.Errorf("command %d comes back as %+v", e.Seq, e)
		}
		seqs = append(seqs, e.Seq)
		return nil
	})
	return seqs, err
}

func TestCommandsComeBackInOrder(t *testing.T) { onBoth(t, testCommandsComeBackInOrder) }

func testCommandsComeBackInOrder(t *testing.T, at site) {
	j := opened(t, at)
	one, two := claimed(t, j, 1), claimed(t, j, 2)
	mustAppend(t, j, append(entries(1, one, 1, walkAtOnce+5), entries(2, two, 1, 2)...)...)
	mustAppend(t, j, entries(1, one, walkAtOnce+6, walkAtOnce+7)...)
	id := j.ID()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = opened(t, at)
	if j.ID() != id || id == "" {
		t.Errorf("the journal is called %q, was %q", j.ID(), id)
	}
	seqs, err := walked(t, j, 1, 3)
	if err != nil || len(seqs) != walkAtOnce+5 || seqs[0] != 3 {
		t.Errorf("%d commands from %v, %v", len(seqs), seqs[:1], err)
	}
	if vccs, err := j.VCCs(t.Context()); err != nil || fmt.Sprint(vccs) != "[1 2]" {
		t.Errorf("centers: %v, %v", vccs, err)
	}
	if first, err := j.First(t.Context(), 3); first != 0 || err != nil {
		t.Errorf("a center without commands begins at %d, %v", first, err)
	}
}

func TestAFormerOwnerCannotWrite(t *testing.T) { onBoth(t, testAFormerOwnerCannotWrite) }

func testAFormerOwnerCannotWrite(t *testing.T, at site) {
	j := opened(t, at)
	old := claimed(t, j, 1)
	other := claimed(t, j, 2)
	mustAppend(t, j, entries(1, old, 1, 1)...)
	present := claimed(t, j, 1)
	if present <= old {
		t.Fatalf("epoch %d after %d", present, old)
	}
	fenced, err := j.Append(t.Context(), append(entries(1, old, 2, 3), entries(2, other, 1, 1)...))
	if err != nil || fmt.Sprint(fenced) != "[1]" {
		t.Errorf("fenced %v, %v; want VCC 1", fenced, err)
	}
	if seqs, _ := walked(t, j, 1, 1); len(seqs) != 1 {
		t.Errorf("the former owner's commands were written: %v", seqs)
	}
	if seqs, _ := walked(t, j, 2, 1); len(seqs) != 1 {
		t.Errorf("the commands of the center beside were not: %v", seqs)
	}
	if err := j.SaveSnapshot(t.Context(), Snapshot{VCC: 1, Epoch: old, Seq: 1, Version: 1, Center: []byte{1}}, nil); !errors.Is(err, ErrFenced) {
		t.Errorf("snapshot of the former owner: %v", err)
	}
	mustAppend(t, j, entries(1, present, 2, 2)...)
}

func TestAGapIsTold(t *testing.T) { onBoth(t, testAGapIsTold) }

func testAGapIsTold(t *testing.T, at site) {
	j := opened(t, at)
	epoch := claimed(t, j, 1)
	mustAppend(t, j, append(entries(1, epoch, 1, 2), entries(1, epoch, 5, 5)...)...)
	if _, err := walked(t, j, 1, 1); !errors.Is(err, ErrGap) || !strings.Contains(err.Error(), "3 to 4") {
		t.Errorf("err = %v", err)
	}
	if _, err := j.Append(t.Context(), entries(1, epoch, 5, 5)); err == nil {
		t.Error("a number is taken twice")
	}
}

func TestSnapshotsTakeThePlaceOfCommands(t *testing.T) {
	onBoth(t, testSnapshotsTakeThePlaceOfCommands)
}

func testSnapshotsTakeThePlaceOfCommands(t *testing.T, at site) {
	j := opened(t, at)
	epoch := claimed(t, j, 1)
	mustAppend(t, j, entries(1, epoch, 1, 3*dropAtOnce)...)
	if err := j.SavePositions(t.Context(), []Position{{1, 1, 10}, {1, 2, 20}, {1, 7, 5}, {2, 1, 9}}); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 1))
	big := make([]byte, 2*partSize+17)
	for i := range big {
		big[i] = byte(r.Uint32())
	}
	for _, s := range []Snapshot{
		{VCC: 1, Epoch: epoch, Seq: 100, At: start, Version: 1, Center: []byte("center"), Events: nil},
		{VCC: 1, Epoch: epoch, Seq: 2*dropAtOnce + 1, At: start, Version: 1, Center: big, Events: big[:partSize]},
	} {
		if err := j.SaveSnapshot(t.Context(), s, []center.Session{2, 3}); err != nil {
			t.Fatal(err)
		}
		got, err := j.Latest(t.Context(), 1)
		if err != nil || got.Seq != s.Seq || got.Version != 1 || !got.At.Equal(start) || !bytes.Equal(got.Center, s.Center) || !bytes.Equal(got.Events, s.Events) {
			t.Errorf("snapshot comes back with %d + %d bytes, %v", len(got.Center), len(got.Events), err)
		}
		if seqs, err := walked(t, j, 1, s.Seq+1); err != nil || len(seqs) != 3*dropAtOnce-int(s.Seq) {
			t.Errorf("%d commands after the snapshot, %v", len(seqs), err)
		}
		if first, err := j.First(t.Context(), 1); err != nil || first != s.Seq+1 {
			t.Errorf("first command is %d, %v; want the one after the snapshot", first, err)
		}
	}
	positions, err := j.Positions(t.Context(), 1)
	if err != nil || fmt.Sprint(positions) != "map[2:20 7:5]" { // 7 began after the snapshot
		t.Errorf("positions %v, %v", positions, err)
	}
	var parts int
	if err := j.db.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM journal_part`).Scan(&parts); err != nil || parts != 4 {
		t.Errorf("%d parts are kept, %v; want those of the last snapshot", parts, err)
	}
	if s, err := j.Latest(t.Context(), 9); s != nil || err != nil {
		t.Errorf("snapshot of a center without one: %v, %v", s, err)
	}
}

func TestAHalfSnapshotIsNone(t *testing.T) { onBoth(t, testAHalfSnapshotIsNone) }

func testAHalfSnapshotIsNone(t *testing.T, at site) {
	j := opened(t, at)
	epoch := claimed(t, j, 1)
	mustAppend(t, j, entries(1, epoch, 1, 10)...)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := j.SaveSnapshot(ctx, Snapshot{VCC: 1, Epoch: epoch, Seq: 5, Version: 1, Center: []byte("x")}, nil); err == nil {
		t.Fatal("a snapshot is saved after the end of its context")
	}
	if _, err := j.db.ExecContext(t.Context(), `INSERT INTO journal_part (vcc, seq, part, body) VALUES (1, 6, 0, $1)`, []byte("half")); err != nil {
		t.Fatal(err)
	}
	if s, err := j.Latest(t.Context(), 1); s != nil || err != nil {
		t.Errorf("half a snapshot is read: %v, %v", s, err)
	}
	if err := j.SaveSnapshot(t.Context(), Snapshot{VCC: 1, Epoch: epoch, Seq: 6, Version: 1, Center: []byte("whole")}, nil); err != nil {
		t.Fatal(err)
	}
	if s, err := j.Latest(t.Context(), 1); err != nil || string(s.Center) != "whole" {
		t.Errorf("%v, %v", s, err)
	}
}

func TestSignsOfLife(t *testing.T) { onBoth(t, testSignsOfLife) }

func testSignsOfLife(t *testing.T, at site) {
	j := opened(t, at)
	claimed(t, j, 1)
	if at, err := j.Alive(t.Context(), 1); !at.IsZero() || err != nil {
		t.Errorf("alive at %v, %v", at, err)
	}
	for _, at := range []time.Time{start, start.Add(-time.Hour)} { // the clock may go back
		if err := j.SaveAlive(t.Context(), at); err != nil {
			t.Fatal(err)
		}
	}
	if at, err := j.Alive(t.Context(), 1); !at.Equal(start) || err != nil {
		t.Errorf("alive at %v, %v", at, err)
	}
}

func TestANewerJournalIsRefused(t *testing.T) { onBoth(t, testANewerJournalIsRefused) }

func testANewerJournalIsRefused(t *testing.T, at site) {
	j := opened(t, at)
	for format, want := range map[string]string{
		"7": "format 7, this program knows up to 1", "0": `"0" is none`, "-1": `"-1" is none`, "one": `"one" is none`, "": `"" is none`,
	} {
		mustExec(t, j, `UPDATE journal_meta SET value = $1 WHERE name = 'format'`, format)
		for name, open := range map[string]func() (*Journal, error){
			"for writing": func() (*Journal, error) { return at.open(t.Context(), "n1", SyncFull) },
			"for reading": func() (*Journal, error) { return at.read(t.Context()) },
		} {
			if _, err := open(); errors.Is(err, ErrNewer) != (format == "7") || err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("format %q, %s: err = %v", format, name, err)
			}
		}
	}
}

func TestReadingBesideAWriter(t *testing.T) { onBoth(t, testReadingBesideAWriter) }

func testReadingBesideAWriter(t *testing.T, at site) {
	if _, err := at.read(t.Context()); err == nil {
		t.Error("a journal that is not there is opened")
	}
	j := opened(t, at)
	epoch := claimed(t, j, 1)
	mustAppend(t, j, entries(1, epoch, 1, 3)...)
	r, err := at.read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close() //nolint:errcheck // the test is over
	mustAppend(t, j, entries(1, epoch, 4, 4)...)
	if seqs, err := walked(t, r, 1, 1); err != nil || len(seqs) != 4 {
		t.Errorf("the reader sees %v, %v", seqs, err)
	}
	if r.ID() != j.ID() {
		t.Error("the reader reads another journal")
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if seqs, err := walked(t, r, 1, 1); err != nil || len(seqs) != 4 {
		t.Errorf("after the writer's end the reader sees %v, %v", seqs, err)
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, at := range sites() {
		for _, sync := range []Sync{SyncFull, SyncRelaxed} {
			for _, group := range []int{1, 16, 256} {
				b.Run(fmt.Sprintf("%s/sync=%s/group=%d", at.name, sync.pragma(), group), func(b *testing.B) { benchmarkAppend(b, at.place(b), sync, group) })
			}
		}
	}
}

func benchmarkAppend(b *testing.B, at site, sync Sync, group int) {
	j, err := at.open(b.Context(), "n1", sync)
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close() //nolint:errcheck // the measurement is over
	epoch, err := j.Claim(b.Context(), 1)
	if err != nil {
		b.Fatal(err)
	}
	seq := uint64(0)
	for b.Loop() {
		all := make([]Entry, group)
		for i := range all {
			seq++
			all[i] = Entry{VCC: 1, Epoch: epoch, Seq: seq, At: start, Kind: "SayBusy", Body: make([]byte, 45)}
		}
		if _, err := j.Append(b.Context(), all); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(seq)/b.Elapsed().Seconds(), "commands/s")
}

func TestTheSyncIsWhatWasAskedFor(t *testing.T) {
	for word, want := range map[string]int{"full": 2, "relaxed": 1} {
		sync, err := ParseSync(word)
		if err != nil {
			t.Fatal(err)
		}
		j, err := OpenSQLite(t.Context(), t.TempDir(), "n1", sync)
		if err != nil {
			t.Fatal(err)
		}
		var got int
		if err := j.db.QueryRowContext(t.Context(), `PRAGMA synchronous`).Scan(&got); err != nil || got != want {
			t.Errorf("%s: synchronous = %d, %v; want %d", word, got, err, want)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := ParseSync("sometimes"); err == nil {
		t.Error("an unknown word is taken")
	}
}

func TestAFullDiskIsTold(t *testing.T) {
	j := opened(t, site{folder: t.TempDir()})
	epoch := claimed(t, j, 1)
	mustAppend(t, j, entries(1, epoch, 1, 1)...)
	limit := func(pages int) {
		if _, err := j.db.ExecContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", pages)); err != nil {
			t.Fatal(err)
		}
	}
	limit(1) // SQLite makes it what the file has now
	big := entries(1, epoch, 2, 3)
	big[1].Body = make([]byte, 1<<20)
	if _, err := j.Append(t.Context(), big); err == nil || !strings.Contains(err.Error(), "full") {
		t.Errorf("a full disk: err = %v", err)
	}
	limit(1 << 20)
	mustAppend(t, j, entries(1, epoch, 2, 2)...) // nothing of the failed group is there
	if seqs, err := walked(t, j, 1, 1); err != nil || len(seqs) != 2 {
		t.Errorf("%v, %v", seqs, err)
	}
}
