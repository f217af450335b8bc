package journal

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/config"
	"ccgateway/internal/database"
	"ccgateway/internal/pgtest"
)

// ownServer opens a journal in a PostgreSQL that the test may end.
func ownServer(t *testing.T) (*Journal, *pgtest.Server, site) {
	t.Helper()
	server := pgtest.Own(t)
	address, _, err := server.Schema(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	at := site{address: config.Secret(address)}
	return opened(t, at), server, at
}

// TestPostgres_GoneAndBack: the server is killed and comes back while a command waits; the command is written, once, and answered only then.
func TestPostgres_GoneAndBack(t *testing.T) {
	j, server, _ := ownServer(t)
	epoch := claimed(t, j, 1)
	mustAppend(t, j, entries(1, epoch, 1, 3)...)
	if err := server.Halt(t.Context()); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := j.Append(t.Context(), entries(1, epoch, 4, 6), Position{1, 1, 5}, Position{1, 1, 6})
		done <- err
	}()
	for j.Away() == nil {
		select {
		case err := <-done:
			t.Fatalf("an append without a server ends: %v", err)
		case <-time.After(time.Millisecond):
		}
	}
	if text := j.Away().Error(); strings.Contains(text, pgtest.Password) {
		t.Errorf("the password is shown: %s", text)
	}
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatalf("after the server's return: %v", err)
	}
	if j.Away() != nil {
		t.Error("the server is still said to be away")
	}
	if seqs, err := walked(t, j, 1, 1); err != nil || len(seqs) != 6 {
		t.Errorf("commands %v, %v", seqs, err)
	}
	if positions, err := j.Positions(t.Context(), 1); err != nil || positions[1] != 6 {
		t.Errorf("positions %v, %v", positions, err)
	}
}

// TestPostgres_NotTwice: a transaction that was committed although nobody heard of it is not written again; one that was not is.
func TestPostgres_NotTwice(t *testing.T) {
	at := site{address: config.Secret(pgtest.Address(t))}
	j := opened(t, at)
	one, two := claimed(t, j, 1), claimed(t, j, 2)
	group := append(entries(1, one, 1, 2), entries(2, two, 1, 2)...)
	mustAppend(t, j, group...)
	for _, group := range [][]Entry{group, entries(1, one, 3, 4)} {
		if fenced, err := j.append(t.Context(), group, nil, true); err != nil || fenced != nil {
			t.Errorf("tried again: %v, %v", fenced, err)
		}
	}
	if seqs, err := walked(t, j, 1, 1); err != nil || len(seqs) != 4 {
		t.Errorf("commands %v, %v", seqs, err)
	}
	claimed(t, j, 1) // by another node, after the group was committed
	if fenced, err := j.append(t.Context(), group, nil, true); err != nil || len(fenced) != 1 || fenced[0] != 1 {
		t.Errorf("tried again by a former owner: %v, %v", fenced, err)
	}
}

// TestPostgres_LostCommands: a standby that took over without the last commands is told from the server that had committed them.
func TestPostgres_LostCommands(t *testing.T) {
	j, server, _ := ownServer(t)
	epoch := claimed(t, j, 1)
	mustAppend(t, j, entries(1, epoch, 1, 5)...)
	for _, step := range []func(context.Context) error{server.Halt, server.Start} {
		if err := step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	mustAppend(t, j, entries(1, epoch, 6, 6)...) // by a new connection, and nothing is missing
	if err := j.SaveSnapshot(t.Context(), Snapshot{VCC: 1, Epoch: epoch, Seq: 6, Version: 1, Center: []byte("c")}, nil); err != nil {
		t.Fatal(err)
	}
	j.remote.sessions.Add(1)
	mustAppend(t, j, entries(1, epoch, 7, 8)...) // after a snapshot
	if _, err := j.db.ExecContext(t.Context(), `DELETE FROM journal WHERE seq = 8`); err != nil {
		t.Fatal(err)
	}
	j.remote.sessions.Add(1)
	if _, err := j.Append(t.Context(), entries(1, epoch, 9, 9)); !errors.Is(err, ErrGap) {
		t.Errorf("err = %v; want ErrGap", err)
	}
}

// TestPostgres_Gone: a server that does not come back is told, without its password.
func TestPostgres_Gone(t *testing.T) {
	j, server, at := ownServer(t)
	j.remote.back, j.remote.again = 50*time.Millisecond, 10*time.Millisecond
	epoch := claimed(t, j, 1)
	if err := server.Halt(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, appended := j.Append(t.Context(), entries(1, epoch, 1, 1))
	_, opened := OpenPostgres(t.Context(), at.address, "n1")
	_, read := ReadPostgres(t.Context(), at.address)
	_, malformed := OpenPostgres(t.Context(), "postgres://u:"+pgtest.Password+"@h:port/d", "n1")
	if !errors.Is(malformed, database.ErrAddress) {
		t.Errorf("a bad address: %v", malformed)
	}
	for what, err := range map[string]error{"append": appended, "open": opened, "read": read, "malformed": malformed} {
		if err == nil || strings.Contains(err.Error(), pgtest.Password) {
			t.Errorf("%s without a server: %v", what, err)
		}
	}
}

// TestPostgres_OneOwner: another process takes a center over while the former owner is in the midst of a transaction: the new one waits for
// it, and nothing of the former one comes after.
func TestPostgres_OneOwner(t *testing.T) {
	at := site{address: config.Secret(pgtest.Address(t))}
	former, next := opened(t, at), opened(t, at)
	old := claimed(t, former, 1)
	mustAppend(t, former, entries(1, old, 1, 1)...)
	claiming := make(chan uint64, 1)
	failed := make(chan error, 1)
	err := former.write(t.Context(), func(tx transaction) error {
		if err := tx.hold(t.Context(), 1, old); err != nil {
			return err
		}
		go func() {
			epoch, err := next.Claim(t.Context(), 1)
			failed <- err
			claiming <- epoch
		}()
		waiting(t, next)
		return tx.insert(t.Context(), entries(1, old, 2, 2))
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-failed; err != nil {
		t.Fatal(err)
	}
	if present := <-claiming; present != old+1 {
		t.Errorf("epoch %d after %d", present, old)
	}
	if is, err := former.Present(t.Context(), 1, old); is || err != nil {
		t.Errorf("the former owner is the present one: %v, %v", is, err)
	}
	if fenced, err := former.Append(t.Context(), entries(1, old, 3, 3)); err != nil || len(fenced) != 1 {
		t.Errorf("the former owner appends: %v, %v", fenced, err)
	}
	if seqs, err := walked(t, next, 1, 1); err != nil || len(seqs) != 2 {
		t.Errorf("the new owner sees %v, %v", seqs, err)
	}
}

// waiting waits until some session waits for a lock.
func waiting(t *testing.T, j *Journal) {
	t.Helper()
	for {
		var n int
		if err := j.db.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM pg_locks WHERE NOT granted`).Scan(&n); err != nil {
			t.Error(err)
			return
		}
		if n > 0 {
			return
		}
	}
}

func TestPostgres_Sync(t *testing.T) {
	address := config.Secret(pgtest.Address(t))
	for _, c := range []struct {
		of   config.Secret
		want string
	}{
		{address, "on"},
		{address + "&synchronous_commit=off", "on"},
		{address + "&synchronous_commit=remote_apply", "remote_apply"},
	} {
		j, err := OpenPostgres(t.Context(), c.of, "n1")
		if err != nil {
			t.Fatal(err)
		}
		var got string
		if err := j.db.QueryRowContext(t.Context(), `SHOW synchronous_commit`).Scan(&got); err != nil || got != c.want {
			t.Errorf("synchronous_commit is %q, %v; want %q", got, err, c.want)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// kept fills a journal with two centers: one of commands alone, one with a snapshot before them.
func kept(t *testing.T, j *Journal) {
	t.Helper()
	one, two := claimed(t, j, 1), claimed(t, j, 2)
	two = max(two, claimed(t, j, 2))
	mustAppend(t, j, append(entries(1, one, 1, walkAtOnce+3), entries(2, two, 1, 9)...)...)
	whole := Snapshot{VCC: 2, Epoch: two, Seq: 5, At: start, Version: 1, Center: bytes.Repeat([]byte("c"), partSize+1), Events: []byte("events")}
	err := j.SaveSnapshot(t.Context(), whole, []center.Session{1})
	if err := errors.Join(err, j.SavePositions(t.Context(), []Position{{2, 1, 7}}), j.SaveAlive(t.Context(), start)); err != nil {
		t.Fatal(err)
	}
}

func TestMove(t *testing.T) {
	old := site{folder: t.TempDir()}
	from := opened(t, old)
	kept(t, from)
	id := from.ID()
	if err := from.Close(); err != nil {
		t.Fatal(err)
	}
	at := site{address: config.Secret(pgtest.Address(t))}
	j := opened(t, at)
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := j.Move(stopped, old.folder); err == nil {
		t.Error("a move that was broken off has succeeded")
	}
	mustMove(t, j, old, true)
	if j.ID() != id {
		t.Errorf("the journal is called %q, was %q", j.ID(), id)
	}
	for vcc, from := range map[center.VCCID]uint64{1: 1, 2: 6} {
		want := map[center.VCCID]int{1: walkAtOnce + 3, 2: 4}[vcc]
		if seqs, err := walked(t, j, vcc, from); err != nil || len(seqs) != want {
			t.Errorf("VCC %d has %d commands, %v", vcc, len(seqs), err)
		}
		if at, err := j.Alive(t.Context(), vcc); err != nil || !at.Equal(start) {
			t.Errorf("VCC %d was alive at %v, %v", vcc, at, err)
		}
	}
	s, err := j.Latest(t.Context(), 2)
	if err != nil || s.Seq != 5 || len(s.Center) != partSize+1 || string(s.Events) != "events" {
		t.Errorf("snapshot %+v, %v", s, err)
	}
	if positions, err := j.Positions(t.Context(), 2); err != nil || positions[1] != 7 {
		t.Errorf("positions %v, %v", positions, err)
	}
	if epoch := claimed(t, j, 2); epoch != 3 {
		t.Errorf("epoch %d after two claims in the file", epoch)
	}
	mustMove(t, j, old, false)
	// a crash before the file was renamed
	if err := os.Rename(filepath.Join(old.folder, MovedName), filepath.Join(old.folder, FileName)); err != nil {
		t.Fatal(err)
	}
	mustMove(t, j, old, true)
	if epoch := claimed(t, j, 2); epoch != 4 {
		t.Errorf("epoch %d: it was moved again", epoch)
	}
}

func mustMove(t *testing.T, j *Journal, from site, want bool) {
	t.Helper()
	if moved, err := j.Move(t.Context(), from.folder); err != nil || moved != want {
		t.Fatalf("Move() = %v, %v; want %v", moved, err, want)
	}
}

// TestMove_TwoJournals: nothing is thrown away where nobody can tell which journal is right.
func TestMove_TwoJournals(t *testing.T) {
	old := site{folder: t.TempDir()}
	from := opened(t, old)
	claimed(t, from, 1)
	if err := from.Close(); err != nil {
		t.Fatal(err)
	}
	j := opened(t, site{address: config.Secret(pgtest.Address(t))})
	claimed(t, j, 1)
	if _, err := j.Move(t.Context(), old.folder); !errors.Is(err, ErrTwo) {
		t.Errorf("err = %v; want ErrTwo", err)
	}
	if _, err := os.Stat(filepath.Join(old.folder, FileName)); err != nil {
		t.Error(err)
	}
}
