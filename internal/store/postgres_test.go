package store

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/config"
	"ccgateway/internal/pgtest"
	"ccgateway/internal/result"
)

// beside is a site whose data folder is another one, on the database of where: another machine, or a mistake.
func beside(t *testing.T, where site) site { return site{folder: t.TempDir(), address: where.address} }

// TestPostgres_OneProcess: the database itself belongs to one process at a time, whatever folders they use.
func TestPostgres_OneProcess(t *testing.T) {
	where := onPostgres(t)
	kill := startChild(t, where)
	_, err := beside(t, where).open(t.Context(), slog.New(slog.DiscardHandler))
	if !errors.Is(err, ErrInUse) {
		t.Fatalf("got %v, want ErrInUse", err)
	}
	for _, words := range []string{"ccgateway process ", "PostgreSQL session ", "/postgres"} {
		if !strings.Contains(err.Error(), words) {
			t.Errorf("the error does not say %q: %v", words, err)
		}
	}
	wantNoPassword(t, err.Error())
	kill()
	mustOpen(t, beside(t, where)) // waits until the server has noticed
}

// TestPostgres_TwoSchemas: two installations share a database.
func TestPostgres_TwoSchemas(t *testing.T) {
	first, second := onPostgres(t), onPostgres(t)
	mustApply(t, mustOpen(t, first), sample)
	if all, err := mustOpen(t, second).Centers(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("%d centers, %v: the installations see each other", len(all), err)
	}
}

// TestPostgres_Pools: reading connections cannot write, and a transaction of theirs sees one picture.
func TestPostgres_Pools(t *testing.T) {
	s := mustOpen(t, onPostgres(t))
	mustApply(t, s, sample)
	if _, err := s.read.ExecContext(t.Context(), `DELETE FROM setting`); err == nil {
		t.Error("a reading connection can write")
	}
	tx, err := s.read.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback() //nolint:errcheck // it has read only
	before, err := loadCenters(t.Context(), tx)
	if err != nil {
		t.Fatal(err)
	}
	mustApply(t, s, "node: n\n")
	after, err := loadCenters(t.Context(), tx)
	wantSame(t, before, after, err)
	if write, read := s.write.Stats().MaxOpenConnections, s.read.Stats().MaxOpenConnections; write != pgWriters || read != pgReaders {
		t.Errorf("%d writers, %d readers", write, read)
	}
}

// TestPostgres_ServerGoesAway: while the server is away facts wait and the rest says so; when it is back everything goes on, and nothing is lost.
func TestPostgres_ServerGoesAway(t *testing.T) {
	var log lockedBuffer
	where := onPostgres(t)
	s, err := where.open(t.Context(), slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, s)
	mustApply(t, s, oneAgent(`, password: "Ann#2026x"`))
	wantCheck(t, s, 101, "Ann#2026x", result.OK)
	carry := func(first, after int) {
		for i := first; i < after; i++ {
			s.Carry(1, []center.Effect{center.StateRecord{VCC: 1, Agent: 101, Reason: i, From: at(i), To: at(i)}})
		}
	}
	carry(0, 10)
	mustFlush(t, s)

	server := pgtest.Shared(t)
	if err := server.Halt(t.Context()); err != nil {
		t.Fatal(err)
	}
	carry(10, 20)
	waitUntil(t, func() bool { return s.Stats().Failing })
	wantCheck(t, s, 101, "Ann#2026x", result.PlatformUnavailable)
	wantChange(t, s, "Ann#2026x", "Own#2026x", result.OperationFailed, "")
	_, err = s.Apply(t.Context(), mustParse(t, sample), "tester")
	if err == nil || !strings.HasPrefix(err.Error(), "apply configuration: ") {
		t.Errorf("Apply: %v", err)
	} else {
		wantNoPassword(t, err.Error())
	}
	if _, err := s.Calls(t.Context(), Filter{}); err == nil {
		t.Error("Calls answers without a server")
	}
	if _, ok := s.ByAccount("nobody"); ok {
		t.Error("the directory is gone")
	}

	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustFlush(t, s)
	carry(20, 30)
	mustFlush(t, s)
	if got := s.Stats(); got != (Stats{Written: 30}) {
		t.Errorf("%+v", got)
	}
	if states, err := s.States(t.Context(), Filter{}); err != nil || len(states) != 30 {
		t.Errorf("%d states, %v", len(states), err)
	}
	wantCheck(t, s, 101, "Ann#2026x", result.OK)
	mustApply(t, s, strings.Replace(oneAgent(`, password: "Ann#2026x"`), "name: one", "name: two", 1))
	if _, err := beside(t, where).open(t.Context(), slog.New(slog.DiscardHandler)); !errors.Is(err, ErrInUse) {
		t.Errorf("the lock was not taken again: %v", err)
	}
	if !strings.Contains(log.String(), "the database fails; facts are kept and tried again") {
		t.Errorf("not said: %s", log.String())
	}
	wantNoPassword(t, log.String())
}

// TestPostgres_LostLock: a process whose session has ended, and whose database another process has taken meanwhile, writes nothing more.
func TestPostgres_LostLock(t *testing.T) {
	where := onPostgres(t)
	s, err := where.open(t.Context(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.read.ExecContext(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'`); err != nil {
		t.Fatal(err)
	}
	other := mustOpen(t, beside(t, where))
	s.Carry(1, []center.Effect{center.StateRecord{VCC: 1, Agent: 101, From: at(0), To: at(0)}})
	waitUntil(t, func() bool { return s.Stats().Failing })
	if _, err := s.Apply(t.Context(), mustParse(t, sample), "tester"); !errors.Is(err, ErrInUse) {
		t.Errorf("Apply: %v, want ErrInUse", err)
	}
	if states, err := other.States(t.Context(), Filter{}); err != nil || len(states) != 0 {
		t.Errorf("%d states, %v", len(states), err)
	}
	mustClose(t, other)
	mustFlush(t, s) // the lock is free again
	mustClose(t, s)
}

// TestPostgres_NotThere: what cannot be opened is told without the password, and leaves nothing open.
func TestPostgres_NotThere(t *testing.T) {
	good := onPostgres(t).address.Reveal()
	for name, address := range map[string]string{
		"no server":     "postgres://u:" + pgtest.Password + "@127.0.0.1:1/center",
		"no address":    "postgres://u:" + pgtest.Password + "@127.0.0.1:port/center",
		"no database":   with(t, good, func(u *url.URL) { u.Path = "/nowhere" }),
		"no role":       with(t, good, func(u *url.URL) { u.User = url.UserPassword("stranger", pgtest.Password) }),
		"no schema":     with(t, good, func(u *url.URL) { u.RawQuery = strings.Replace(u.RawQuery, "search_path=", "search_path=gone_", 1) }),
		"wrong setting": with(t, good, func(u *url.URL) { u.RawQuery += "&no_such_setting=1" }),
	} {
		t.Run(name, func(t *testing.T) {
			where := site{folder: t.TempDir(), address: config.Secret(address)}
			_, err := where.open(t.Context(), slog.New(slog.DiscardHandler))
			if err == nil {
				t.Fatal("opened")
			}
			wantNoPassword(t, err.Error())
			mustOpen(t, site{folder: where.folder}) // the folder's lock was given back
		})
	}
}

// with changes an address.
func with(t *testing.T, address string, change func(*url.URL)) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	change(u)
	return u.String()
}

func wantNoPassword(t *testing.T, text string) {
	t.Helper()
	if strings.Contains(text, pgtest.Password) {
		t.Errorf("the password of the database is shown: %s", text)
	}
}

// TestPostgres_CloseWithoutServer: a server that is gone does not keep the program from ending.
func TestPostgres_CloseWithoutServer(t *testing.T) {
	s, err := onPostgres(t).open(t.Context(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	server := pgtest.Shared(t)
	if err := server.Halt(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := server.Start(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	}()
	s.Carry(1, []center.Effect{center.StateRecord{VCC: 1, Agent: 101, From: at(0), To: at(0)}})
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	err = s.Close(ctx)
	if err == nil || !strings.Contains(err.Error(), "1 facts are lost") {
		t.Errorf("got %v", err)
	}
}

// TestStore_StrangeTexts: whatever bytes a caller sends as his number, his call's record is kept.
func TestStore_StrangeTexts(t *testing.T) { onAll(t, tStoreStrangeTexts) }

func tStoreStrangeTexts(t *testing.T, place sites) {
	s := mustOpen(t, place(t))
	s.Carry(1, []center.Effect{center.CallRecord{VCC: 1, Call: "c", Caller: "a\x00b\xffc", Called: "üñ", Began: at(0), Ended: at(1)}})
	mustFlush(t, s)
	calls, err := s.Calls(t.Context(), Filter{})
	if err != nil || len(calls) != 1 || calls[0].Caller != "a\uFFFDb\uFFFDc" || calls[0].Called != "üñ" {
		t.Errorf("%+v, %v", calls, err)
	}
}
