package lockout

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Rules say when accounts are locked.
type Rules struct {
	Tries int           // wrong passwords in a row from one address; 0 = nothing is ever locked
	For   time.Duration // how long
}

// trickle is how often somebody may mistype, at one address or for one account, without it adding up over a day.
func (r Rules) trickle() time.Duration { return r.For / time.Duration(2*r.Tries) }

// The other bounds, as multiples of Rules.Tries; see the package's text.
const (
	accountFactor = 4  // an attacker has a few addresses; an agent who has forgotten his password and tries at home, at work and on the road has three
	addressFactor = 10 // ten accounts' worth: a shift of newcomers behind one address of which every tenth has forgotten his password
	firstPause    = time.Minute
)

// Guard counts wrong passwords. Its methods may be called from any goroutine.
type Guard struct {
	log *slog.Logger
	now func() time.Time

	mu    sync.Mutex
	rules Rules
	book  *book
	stats Stats
	outbox

	saver
}

// Open makes a guard that remembers what keeper has kept, and keeps it there. Close ends it.
func Open(ctx context.Context, rules Rules, keeper Keeper, log *slog.Logger, now func() time.Time) (*Guard, error) {
	saved, err := keeper.LoadLockouts(ctx)
	if err != nil {
		return nil, fmt.Errorf("read locked accounts: %w", err)
	}
	g := &Guard{rules: rules, log: log, now: now, outbox: newOutbox()}
	g.book = newBook(g.note)
	for _, e := range saved {
		g.book.load(e)
	}
	g.outbox = newOutbox() // what loading has changed is too little to be saved
	g.startSaver(context.WithoutCancel(ctx), keeper)
	return g, nil
}

// SetRules changes the rules. Locks that are in force keep their time; tries that are being looked at count by the new rules.
func (g *Guard) SetRules(rules Rules) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.rules = rules
}

// Try is a password that is being looked at. One of its methods is called, once, when that is done.
type Try struct {
	guard                  *Guard
	pair, account, address *entry // the last two are nil at an address that is usual for the account
	agent                  int
}

// Begin asks whether a password may be tried for an agent (0 = an account that does not exist); ctx says where the request comes from
// (WithAddress, NoteAccount). ok is false when something is locked; then there is no Try.
func (g *Guard) Begin(ctx context.Context, agent int) (try *Try, ok bool) {
	who, from := callerOf(ctx, agent)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.rules.Tries == 0 {
		return &Try{}, true
	}
	now := g.now()
	try = &Try{guard: g, agent: agent, pair: g.book.look(Key{who, from}, now, g.rules), address: g.book.look(Key{From: from}, now, g.rules)}
	if now.Before(try.pair.Until) || try.pair.Wrong+try.pair.flying >= g.rules.Tries {
		g.stats.RefusedPair++
		return nil, false
	}
	if !g.book.isUsual(try.pair.Key, now) {
		try.account = g.book.look(Key{Who: who}, now, g.rules)
		if !try.account.takes(now, g.rules, accountFactor*g.rules.Tries) {
			g.stats.RefusedAccount++
			return nil, false
		}
		if !try.address.takes(now, g.rules, g.addressBound(from)) {
			g.stats.RefusedAddress++
			return nil, false
		}
	}
	for _, e := range try.entries() { // not before: who is refused costs no memory
		e.flying++
		g.book.keep(e, now, g.rules)
	}
	return try, true
}

// addressBound is how many wrong passwords an address may have: the more people it is known of, the more of them mistype.
func (g *Guard) addressBound(from Address) int {
	return g.rules.Tries * (addressFactor + g.book.usualAt[from])
}

// takes tells whether a total allows a try: below its bound always, beyond it one at a time after the pause.
func (e *entry) takes(now time.Time, rules Rules, bound int) bool {
	wrong := e.count(now, rules)
	if wrong >= bound || now.Before(e.Until) {
		return !now.Before(e.Until) && e.flying == 0
	}
	return wrong+e.flying < bound
}

// entries lists what the try counts for.
func (t *Try) entries() []*entry {
	all := []*entry{t.pair, t.address}
	if t.account != nil {
		all = append(all, t.account)
	}
	return all
}

// Void ends a try whose password could not be looked at.
func (t *Try) Void() { t.end(func(*Guard, time.Time) {}) }

// Right ends a try whose password was right: the address is usual for the account from now on.
func (t *Try) Right() {
	t.end(func(g *Guard, now time.Time) {
		t.pair.Wrong, t.pair.Level = 0, 0
		g.book.setUsual(t.pair, now)
		g.note(t.pair.Key)
	})
}

// Wrong ends a try whose password was wrong.
func (t *Try) Wrong() {
	t.end(func(g *Guard, now time.Time) {
		g.stats.Wrong++
		for _, e := range t.entries() {
			e.Wrong = e.count(now, g.rules) + 1
			e.Last = now
			g.note(e.Key)
		}
		if t.pair.Wrong >= g.rules.Tries {
			g.lockPair(t, now)
		}
		if t.account == nil {
			return
		}
		if t.account.Wrong >= accountFactor*g.rules.Tries {
			g.stats.SlowedAccount++
			pause := g.slow(t.account, now)
			g.tell(Event{Act: ActSlowAccount, Agent: t.agent, At: now, Detail: fmt.Sprintf("%d wrong passwords from several addresses, the last from %s; other than usual addresses wait %s",
				t.account.Wrong, t.pair.From, pause)})
		}
		if t.address.Wrong >= g.addressBound(t.address.From) {
			g.stats.SlowedAddress++
			pause := g.slow(t.address, now)
			g.tell(Event{Act: ActSlowAddress, At: now, Detail: fmt.Sprintf("%d wrong passwords for several accounts from %s; accounts that do not usually sign in there wait %s",
				t.address.Wrong, t.address.From, pause)})
		}
	})
}

// lockPair locks an account for an address: for the whole time, or, where many accounts are being locked, for pauses that grow.
func (g *Guard) lockPair(t *Try, now time.Time) {
	g.stats.LockedPair++
	lock := g.rules.For
	if t.address.Wrong > addressFactor*g.rules.Tries {
		lock = g.slow(t.pair, now)
	}
	t.pair.Until, t.pair.Wrong = now.Add(lock), 0
	g.tell(Event{Act: ActLock, Agent: t.agent, At: now, Detail: fmt.Sprintf("%d wrong passwords from %s; locked for this address for %s", g.rules.Tries, t.pair.From, lock)})
}

// slow makes an entry wait, twice as long as the last time.
func (g *Guard) slow(e *entry, now time.Time) time.Duration {
	pause := g.rules.For
	if shift := e.Level; shift < 30 { // beyond it the pause is longer than any rule's, and would overflow
		pause = min(pause, firstPause<<shift)
	}
	e.Level++
	e.Until = now.Add(pause)
	return pause
}

// end takes the try back and does what its answer needs.
func (t *Try) end(do func(*Guard, time.Time)) {
	g := t.guard
	if g == nil { // nothing is ever locked
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, e := range t.entries() {
		e.flying--
	}
	if g.rules.Tries > 0 { // they may have become 0 meanwhile
		do(g, g.now())
	}
	for _, e := range t.entries() {
		g.book.touch(e)
	}
}
