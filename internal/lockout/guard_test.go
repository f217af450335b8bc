package lockout

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// memory is a keeper whose failures a test sets.
type memory struct {
	mu      sync.Mutex
	entries map[Key]Entry
	events  []Event
	fail    error
	saved   chan struct{} // holds a word when a batch has come
}

func newMemory() *memory { return &memory{entries: map[Key]Entry{}, saved: make(chan struct{}, 1)} }

func (m *memory) LoadLockouts(context.Context) ([]Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Collect(maps.Values(m.entries)), m.fail
}

func (m *memory) SaveLockouts(_ context.Context, b Batch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	defer func() {
		select {
		case m.saved <- struct{}{}:
		default:
		}
	}()
	if m.fail != nil {
		return m.fail
	}
	if b.All {
		m.entries = map[Key]Entry{}
	}
	for _, e := range b.Put {
		m.entries[e.Key] = e
	}
	for _, key := range b.Drop {
		delete(m.entries, key)
	}
	m.events = append(m.events, b.Events...)
	return nil
}

// rig is a guard with a clock that the test moves.
type rig struct {
	*Guard
	t      *testing.T
	keeper *memory
	clock  time.Time
	log    *bytes.Buffer
	closed bool
}

var rules = Rules{Tries: 5, For: 15 * time.Minute}

func newRig(t *testing.T, keeper *memory, r Rules) *rig {
	t.Helper()
	g := &rig{t: t, keeper: keeper, clock: time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC), log: new(bytes.Buffer)}
	var err error
	g.Guard, err = Open(t.Context(), r, keeper, slog.New(slog.NewTextHandler(g.log, nil)), func() time.Time { return g.clock })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.close() })
	return g
}

func (g *rig) close() {
	if g.closed {
		return
	}
	g.closed = true
	if err := g.Close(context.Background()); err != nil && g.keeper.fail == nil {
		g.t.Error(err)
	}
}

// from is a request's context.
func from(address string) context.Context {
	return WithAddress(context.Background(), netip.MustParseAddr(address))
}

// The answers to a try.
const (
	locked = "locked"
	wrong  = "wrong"
	right  = "right"
)

// try signs in.
func (g *rig) try(ctx context.Context, agent int, answer string) string {
	try, ok := g.Begin(ctx, agent)
	if !ok {
		return locked
	}
	if answer == right {
		try.Right()
	} else {
		try.Wrong()
	}
	return answer
}

// want signs in and checks the answer.
func (g *rig) want(ctx context.Context, agent int, given, want string) {
	g.t.Helper()
	if got := g.try(ctx, agent, given); got != want {
		g.t.Errorf("agent %d gives a %s password: %s, want %s", agent, given, got, want)
	}
}

// guess tries so many wrong passwords and tells how many were looked at.
func (g *rig) guess(ctx context.Context, agent, times int) (looked int) {
	for range times {
		if g.try(ctx, agent, wrong) != locked {
			looked++
		}
	}
	return looked
}

const (
	desk, home, attacker = "10.0.0.5", "198.51.100.9", "203.0.113.66"
)

// TestGuard_OnePair: five in a row, then nothing for a quarter of an hour, not even with the right password; elsewhere all goes on.
func TestGuard_OnePair(t *testing.T) {
	g := newRig(t, newMemory(), rules)
	if n := g.guess(from(attacker), 101, 20); n != 5 {
		t.Errorf("%d passwords were looked at, want 5", n)
	}
	g.want(from(attacker), 101, right, locked)
	g.want(from(attacker), 102, right, right)
	g.want(from(desk), 101, right, right)
	g.clock = g.clock.Add(15*time.Minute - time.Millisecond)
	g.want(from(attacker), 101, right, locked)
	g.clock = g.clock.Add(time.Millisecond)
	g.want(from(attacker), 101, right, right)
}

// TestGuard_InARow: a right password in between takes the wrong ones back, and so does time.
func TestGuard_InARow(t *testing.T) {
	g := newRig(t, newMemory(), rules)
	for range 10 {
		if n := g.guess(from(desk), 101, 4); n != 4 {
			t.Fatalf("%d of 4", n)
		}
		g.want(from(desk), 101, right, right)
	}
	for range 10 {
		if n := g.guess(from(home), 102, 4); n != 4 {
			t.Fatalf("%d of 4", n)
		}
		g.clock = g.clock.Add(15 * time.Minute)
	}
}

// TestGuard_AllAtOnce: many tries at the same time are no more than one after the other.
func TestGuard_AllAtOnce(t *testing.T) {
	g := newRig(t, newMemory(), rules)
	var open []*Try
	for range 50 {
		if try, ok := g.Begin(from(attacker), 101); ok {
			open = append(open, try)
		}
	}
	if len(open) != 5 {
		t.Fatalf("%d tries at once, want 5", len(open))
	}
	open[0].Void() // the database failed: no try
	if _, ok := g.Begin(from(attacker), 101); !ok {
		t.Error("a try that came to nothing counts")
	}
	for _, try := range open[1:] {
		try.Right()
	}
	g.want(from(attacker), 101, right, right)
}

// TestGuard_GuessingOverAllAgents: one address tries a few passwords with every agent. It gets ten accounts' worth, then less and less.
func TestGuard_GuessingOverAllAgents(t *testing.T) {
	g := newRig(t, newMemory(), rules)
	sweep := func() (looked int) {
		for agent := 1000; agent < 3000; agent += 10 {
			looked += g.guess(from(attacker), agent, 2)
		}
		return looked
	}
	if n := sweep(); n != 50 {
		t.Errorf("%d passwords were looked at, want 50", n)
	}
	day := 0
	for range 24 * 60 {
		g.clock = g.clock.Add(time.Minute)
		day += sweep()
	}
	if day > 24*4+5 { // one each quarter of an hour, and some until the pause has grown
		t.Errorf("%d more in a day", day)
	}
	g.want(from(desk), 1010, right, right) // whoever sits elsewhere does not notice
	if !strings.Contains(g.log.String(), ActSlowAddress) {
		t.Error("nobody is told")
	}
}

// TestGuard_OneAgentFromManyAddresses: a botnet tries one agent. It gets four accounts' worth, then less and less; he himself signs in at his desk.
func TestGuard_OneAgentFromManyAddresses(t *testing.T) {
	g := newRig(t, newMemory(), rules)
	g.want(from(desk), 101, right, right)
	bots := func() (looked int) {
		for i := range 500 {
			looked += g.guess(from(fmt.Sprintf("203.0.%d.%d", i/250, i%250)), 101, 3)
		}
		return looked
	}
	if n := bots(); n != 20 {
		t.Errorf("%d passwords were looked at, want 20", n)
	}
	day := 0
	for range 24 * 60 {
		g.clock = g.clock.Add(time.Minute)
		day += bots()
		g.want(from(desk), 101, right, right) // meanwhile, every minute
		g.want(from(desk), 101, wrong, wrong) // and mistypes
	}
	if day > 24*4+5 {
		t.Errorf("%d more in a day", day)
	}
	g.want(from(home), 101, right, locked)  // from where he never was he has to wait
	g.clock = g.clock.Add(31 * time.Minute) // the bots have gone home
	g.want(from(home), 101, right, right)
}

// TestGuard_NeighbourLocksDesks: somebody behind the center's own address tries to lock everybody out. Locks begin with a minute.
func TestGuard_NeighbourLocksDesks(t *testing.T) {
	g := newRig(t, newMemory(), rules)
	const agents = 500
	for agent := range agents {
		g.want(from(desk), 1000+agent, right, right)
	}
	for agent := range agents {
		g.guess(from(desk), 1000+agent, 10)
	}
	g.clock = g.clock.Add(time.Minute)
	in := 0
	for agent := range agents {
		if g.try(from(desk), 1000+agent, right) == right {
			in++
		}
	}
	if in < agents-10 {
		t.Errorf("%d of %d are in after a minute", in, agents)
	}
	if n := g.guess(from(desk), 999_999, 10); n > 5 { // a stranger there has no usual address and feels the bound
		t.Errorf("%d guesses at a stranger", n)
	}
}

// TestGuard_BusyAddress: a thousand people behind one address, of whom every tenth mistypes twice, are no attack.
func TestGuard_BusyAddress(t *testing.T) {
	g := newRig(t, newMemory(), rules)
	for day := range 5 {
		for agent := range 1000 {
			if (agent+day)%10 == 0 {
				g.want(from(desk), 1000+agent, wrong, wrong)
				g.want(from(desk), 1000+agent, wrong, wrong)
			}
			g.want(from(desk), 1000+agent, right, right)
		}
		g.clock = g.clock.Add(24 * time.Hour)
	}
}

// TestGuard_Trickle: single slips of newcomers all day long do not add up.
func TestGuard_Trickle(t *testing.T) {
	g := newRig(t, newMemory(), rules)
	for agent := range 500 {
		g.want(from(desk), 1000+agent, wrong, wrong)
		g.clock = g.clock.Add(2 * time.Minute)
	}
}

// TestGuard_UnknownAreAlike: whoever does not know which agents and accounts exist does not learn it from locks.
func TestGuard_UnknownAreAlike(t *testing.T) {
	g := newRig(t, newMemory(), rules)
	answers := func(sign func(wrongAgent bool) (context.Context, int)) (known, unknown []string) {
		for i := range 8 {
			for _, wrongAgent := range []bool{false, true} {
				ctx, agent := sign(wrongAgent)
				got := g.try(ctx, agent, wrong)
				if wrongAgent {
					unknown = append(unknown, got)
				} else {
					known = append(known, got)
				}
			}
			_ = i
		}
		return known, unknown
	}
	known, unknown := answers(func(wrongAgent bool) (context.Context, int) {
		if wrongAgent {
			return from(attacker), 999
		}
		return from(attacker), 101
	})
	if !slices.Equal(known, unknown) || known[7] != locked {
		t.Errorf("by number: %v, %v", known, unknown)
	}
	known, unknown = answers(func(wrongAgent bool) (context.Context, int) {
		ctx := from(attacker)
		if wrongAgent {
			NoteAccount(ctx, "nobody")
			return ctx, 0
		}
		NoteAccount(ctx, "ann") // account of agent 101, whose number is locked
		return ctx, 101
	})
	if !slices.Equal(known, unknown) || known[0] != wrong || known[7] != locked {
		t.Errorf("by account: %v, %v", known, unknown)
	}
	other := from(attacker)
	NoteAccount(other, "somebody") // another account that does not exist is another account
	g.want(other, 0, wrong, wrong)
}

func TestGuard_Restart(t *testing.T) {
	keeper := newMemory()
	g := newRig(t, keeper, rules)
	g.want(from(desk), 101, right, right)
	g.guess(from(attacker), 101, 5)
	g.guess(from(home), 102, 3)
	<-keeper.saved // without Close: a crash. What was saved by then holds; the rest is saved by the end
	g.close()
	now := g.clock
	g = newRig(t, keeper, rules)
	g.clock = now.Add(time.Minute)
	g.want(from(attacker), 101, right, locked)
	if n := g.guess(from(home), 102, 5); n != 2 {
		t.Errorf("%d tries after the restart, want 2", n)
	}
	for i := range 20 {
		g.guess(from(fmt.Sprintf("203.0.113.%d", i)), 101, 3)
	}
	g.want(from(home), 101, right, locked)
	g.want(from(desk), 101, right, right) // still usual
}

func TestGuard_Unlock(t *testing.T) {
	keeper := newMemory()
	g := newRig(t, keeper, rules)
	account := from(attacker)
	NoteAccount(account, "ann")
	g.guess(from(attacker), 101, 5)
	g.guess(account, 101, 5)
	g.guess(from(attacker), 102, 5)
	if n := g.Unlock(101, "ann", "", "admin"); n != 2 {
		t.Errorf("%d locks ended, want 2", n)
	}
	g.want(from(attacker), 101, wrong, wrong)
	g.want(account, 101, wrong, wrong)
	g.want(from(attacker), 102, wrong, locked)
	if n := g.Unlock(0, "", AddressOf(netip.MustParseAddr(attacker)), "admin"); n != 1 {
		t.Errorf("%d locks ended, want 1", n)
	}
	g.want(from(attacker), 102, right, right)

	for i := range 20 {
		g.guess(from(fmt.Sprintf("203.0.113.%d", i)), 101, 3)
	}
	g.want(from(home), 101, right, locked)
	g.Unlock(101, "", AddressOf(netip.MustParseAddr(home)), "admin")
	for i := range 20 {
		g.guess(from(fmt.Sprintf("203.0.113.%d", i)), 101, 3)
	}
	g.want(from(home), 101, right, right) // usual by word of the administrator
	g.close()
	words := fmt.Sprint(keeper.events)
	for _, act := range []string{ActLock, ActSlowAccount, ActUnlock} {
		if !strings.Contains(words, act) {
			t.Errorf("%s is not in the audit", act)
		}
	}
	for _, e := range keeper.events {
		if e.Act == ActLock && (e.Agent == 0 || !strings.Contains(e.Detail, "from 203.0.113.")) {
			t.Errorf("%+v", e)
		}
		if (e.Actor == "admin") != (e.Act == ActUnlock) {
			t.Errorf("%+v", e)
		}
	}
}

// TestGuard_Off: with 0 tries nothing is ever locked, and nothing is kept.
func TestGuard_Off(t *testing.T) {
	g := newRig(t, newMemory(), Rules{For: time.Minute})
	if n := g.guess(from(attacker), 101, 1000); n != 1000 {
		t.Errorf("%d of 1000", n)
	}
	if len(g.book.entries) != 0 {
		t.Error("something is kept")
	}
}

// TestGuard_Memory: whatever attackers do, the book stays within its bounds, and who is refused leaves nothing in it.
func TestGuard_Memory(t *testing.T) {
	g := newRig(t, newMemory(), rules)
	g.want(from(desk), 101, right, right)
	for i := range maxIdle + 10_000 {
		g.try(from(fmt.Sprintf("2001:db8:%x:%x::1", i>>12, i&0xfff)), 1000+i, wrong)
	}
	if pairs, totals := g.book.idle[1].Len(), g.book.idle[0].Len(); pairs > maxIdle+2 || totals > maxIdle+2 || len(g.book.entries) > pairs+totals+1 {
		t.Errorf("%d pairs, %d totals, %d entries", pairs, totals, len(g.book.entries))
	}
	before := len(g.book.entries)
	g.guess(from(attacker), 102, 5)
	for agent := range 10_000 {
		g.guess(from(attacker), 200_000+agent, 1)
	}
	if grown := len(g.book.entries) - before; grown > 2*50 {
		t.Errorf("an address that is slowed down has made %d entries", grown)
	}
	for i := range 50 { // an agent who travels
		g.want(from(fmt.Sprintf("198.51.100.%d", i)), 101, right, right)
	}
	if n := len(g.book.usual["101"]); n != maxUsual || len(g.book.usualAt) != maxUsual {
		t.Errorf("%d usual addresses, %d counted", n, len(g.book.usualAt))
	}
	g.want(from(desk), 101, right, right)
}

// TestGuard_DatabaseAway: locks hold while they cannot be saved, and are saved later.
func TestGuard_DatabaseAway(t *testing.T) {
	keeper := newMemory()
	g := newRig(t, keeper, rules)
	keeper.mu.Lock()
	keeper.fail = errors.New("away")
	keeper.mu.Unlock()
	g.guess(from(attacker), 101, 5)
	<-keeper.saved
	g.want(from(attacker), 101, right, locked)
	keeper.mu.Lock()
	keeper.fail = nil
	keeper.mu.Unlock()
	g.close()
	g = newRig(t, keeper, rules)
	g.want(from(attacker), 101, right, locked)
	if n := len(keeper.events); n != 1 {
		t.Errorf("%d events, want 1", n)
	}
}

func TestOpen_DatabaseAway(t *testing.T) {
	keeper := newMemory()
	keeper.fail = errors.New("away")
	if _, err := Open(t.Context(), rules, keeper, slog.New(slog.DiscardHandler), time.Now); !errors.Is(err, keeper.fail) {
		t.Errorf("got %v", err)
	}
}

// TestGuard_ChangedTooMuch: when more waits to be saved than is remembered, everything is saved anew.
func TestGuard_ChangedTooMuch(t *testing.T) {
	keeper := newMemory()
	keeper.entries[Key{"old", "1.2.3.4"}] = Entry{Key: Key{"old", "1.2.3.4"}, Wrong: 1}
	g := newRig(t, keeper, rules)
	g.mu.Lock() // the saver waits
	delete(g.book.entries, Key{"old", "1.2.3.4"})
	for i := range maxChanged + 10 {
		g.note(Key{Who: Agent(i)})
	}
	all, dirty := g.all, len(g.dirty)
	g.mu.Unlock()
	if !all || dirty != 0 {
		t.Errorf("all %t, %d remembered", all, dirty)
	}
	g.guess(from(attacker), 101, 5)
	g.close()
	if _, left := keeper.entries[Key{"old", "1.2.3.4"}]; left || keeper.entries[Key{"101", attacker}].Until.IsZero() {
		t.Errorf("%v", keeper.entries)
	}
}

func TestGuard_Concurrent(t *testing.T) {
	g := newRig(t, newMemory(), rules)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 500 {
				g.try(from(fmt.Sprintf("203.0.113.%d", j%50)), 100+j%7, []string{wrong, right}[(i+j)%2])
				if j%100 == 0 {
					g.Unlock(100+j%7, "", "", "admin")
				}
			}
		})
	}
	wg.Wait()
	for _, e := range g.book.entries {
		if e.flying != 0 {
			t.Errorf("%v: %d tries have not ended", e.Key, e.flying)
		}
	}
}
