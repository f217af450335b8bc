package store

import (
	"cmp"
	"log/slog"
	"net/netip"
	"slices"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/lockout"
)

func TestStore_Lockouts(t *testing.T) { onAll(t, tStoreLockouts) }

func tStoreLockouts(t *testing.T, place sites) {
	s := mustOpen(t, place(t), Clock(func() time.Time { return start }))
	mustApply(t, s, sample)
	save := func(b lockout.Batch) {
		t.Helper()
		if err := s.SaveLockouts(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	pair := lockout.Entry{Key: lockout.Key{Who: "20101", From: "10.0.0.1"}, Wrong: 2, Last: at(1), Usual: at(0)}
	account := lockout.Entry{Key: lockout.Key{Who: "20101"}, Wrong: 20, Level: 3, Last: at(2), Until: at(6)}
	address := lockout.Entry{Key: lockout.Key{From: "10.0.0.1"}, Wrong: 1, Last: at(3)}
	save(lockout.Batch{Put: []lockout.Entry{pair, account, address}})
	wantLockouts(t, s, pair, account, address)

	pair.Wrong, pair.Until = 0, at(9)
	save(lockout.Batch{Put: []lockout.Entry{pair}, Drop: []lockout.Key{account.Key, {Who: "not there"}}, Events: []lockout.Event{
		{Act: lockout.ActLock, Agent: 20101, At: at(4), Detail: "d"}, {Act: lockout.ActLock, Agent: 999, At: at(5)},
		{Act: lockout.ActSlowAddress, At: at(6)}, {Act: lockout.ActUnlock, Agent: 20101, At: at(7), Actor: "admin"},
	}})
	wantLockouts(t, s, pair, address)
	entries, err := s.Audit(t.Context(), Filter{From: at(4), Until: at(60)})
	wantSame(t, []AuditEntry{
		{VCC: 7, At: at(7), ActorName: "admin", Act: lockout.ActUnlock, Target: 20101}, {At: at(6), Act: lockout.ActSlowAddress},
		{VCC: 7, At: at(4), Act: lockout.ActLock, Target: 20101, Detail: "d"},
	}, entries, err)

	again := refuse(t, s, "BEFORE INSERT ON audit", "TRUE")
	if err := s.SaveLockouts(t.Context(), lockout.Batch{All: true, Events: []lockout.Event{{Act: lockout.ActSlowAddress, At: at(8)}}}); err == nil {
		t.Error("saved half")
	}
	again()
	wantLockouts(t, s, pair, address)
	save(lockout.Batch{All: true, Put: []lockout.Entry{account}})
	wantLockouts(t, s, account)
}

func wantLockouts(t *testing.T, s *Store, want ...lockout.Entry) {
	t.Helper()
	got, err := s.LoadLockouts(t.Context())
	byKey := func(a, b lockout.Entry) int { return cmp.Or(cmp.Compare(a.Who, b.Who), cmp.Compare(a.From, b.From)) }
	slices.SortFunc(want, byKey)
	slices.SortFunc(got, byKey)
	wantSame(t, want, got, err)
}

// TestStore_LockSurvives: an account that is locked is so after a restart, on all engines.
func TestStore_LockSurvives(t *testing.T) { onAll(t, tStoreLockSurvives) }

func tStoreLockSurvives(t *testing.T, place sites) {
	where := place(t)
	clock := func() time.Time { return start }
	from := func(address string) (begin func(g *lockout.Guard) (*lockout.Try, bool)) {
		ctx := lockout.WithAddress(t.Context(), netip.MustParseAddr(address))
		return func(g *lockout.Guard) (*lockout.Try, bool) { return g.Begin(ctx, 101) }
	}
	withGuard := func(do func(g *lockout.Guard)) {
		s := mustOpen(t, where)
		defer mustClose(t, s)
		g, err := lockout.Open(t.Context(), lockout.Rules{Tries: 3, For: time.Minute}, s, slog.New(slog.DiscardHandler), clock)
		if err != nil {
			t.Fatal(err)
		}
		do(g)
		if err := g.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
	withGuard(func(g *lockout.Guard) {
		for range 3 {
			if try, ok := from("192.0.2.1")(g); ok {
				try.Wrong()
			}
		}
	})
	withGuard(func(g *lockout.Guard) {
		if _, ok := from("192.0.2.1")(g); ok {
			t.Error("the lock is gone after a restart")
		}
		if try, ok := from("192.0.2.2")(g); !ok {
			t.Error("another address is locked")
		} else {
			try.Right()
		}
		g.Unlock(101, "", "", "admin")
	})
	withGuard(func(g *lockout.Guard) {
		if _, ok := from("192.0.2.1")(g); !ok {
			t.Error("still locked")
		}
	})
}

func TestStore_Account(t *testing.T) {
	s := mustOpen(t, onSQLite(t))
	mustApply(t, s, sample)
	for agent, want := range map[center.AgentID]string{20102: "zoe", 20101: ""} {
		if name, ok, err := s.Account(t.Context(), agent); err != nil || !ok || name != want {
			t.Errorf("%q %t %v", name, ok, err)
		}
	}
	if _, ok, err := s.Account(t.Context(), 999); ok || err != nil {
		t.Errorf("%t %v", ok, err)
	}
}
