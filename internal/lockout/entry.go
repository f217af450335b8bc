package lockout

import (
	"container/list"
	"time"
)

// Key names what wrong passwords are counted for: a pair, or an account over all addresses (From is ""), or an address over all accounts (Who is "").
type Key struct {
	Who  Subject
	From Address
}

// pair tells whether the key names both.
func (k Key) pair() bool { return k.Who != "" && k.From != "" }

// Entry is what is known of a key.
type Entry struct {
	Key
	Wrong int       // wrong passwords in a row
	Level int       // how often in a row it has been slowed down
	Last  time.Time // the last wrong one
	Until time.Time // locked until then; zero = is not
	Usual time.Time // of a pair: the last sign-in; zero = is not usual
}

// Bounds of the memory. An entry takes about 250 bytes.
const (
	maxIdle       = 50_000 // pairs that are not usual, and as many accounts and addresses; the ones that were tried longest ago are forgotten
	maxUsual      = 8      // usual addresses of an account; they are made by right passwords alone
	usualFor      = 90 * 24 * time.Hour
	forgetAtATime = 4 // entries that are over are looked for so many at a time, when a new one is made
)

// entry is an Entry in memory.
type entry struct {
	Entry
	flying int           // tries that have begun and not ended
	place  *list.Element // in the queue of those that may be forgotten; nil = may not: usual, or in use
}

// book keeps entries within their bounds. It is used under the guard's lock.
type book struct {
	entries map[Key]*entry
	usual   map[Subject][]Address // the usual addresses of each account, the last used at the end
	usualAt map[Address]int       // how many accounts an address is usual for
	idle    [2]*list.List         // who may be forgotten, tried longest ago in front: totals, pairs
	changed func(Key)
}

func newBook(changed func(Key)) *book {
	return &book{
		entries: map[Key]*entry{}, usual: map[Subject][]Address{}, usualAt: map[Address]int{},
		idle: [2]*list.List{list.New(), list.New()}, changed: changed,
	}
}

// queue gives the queue that an entry of a key waits in. Pairs and totals have one each, so that pairs, which are many, do not push totals out.
func (b *book) queue(k Key) *list.List {
	if k.pair() {
		return b.idle[1]
	}
	return b.idle[0]
}

// look gives the entry of a key; one that is not in the book yet comes into it with keep. What it knows that is over is forgotten first.
func (b *book) look(k Key, now time.Time, rules Rules) *entry {
	e, known := b.entries[k]
	if !known {
		return &entry{Entry: Entry{Key: k}}
	}
	if e.over(now, rules.For) {
		e.Wrong, e.Level, e.Until = 0, 0, time.Time{}
	}
	return e
}

// count gives the wrong passwords that count now. Those of a total are forgiven bit by bit, as long as it has not reached its bound.
func (e *entry) count(now time.Time, rules Rules) int {
	if e.pair() || e.Level > 0 {
		return e.Wrong
	}
	return max(0, e.Wrong-int(now.Sub(e.Last)/rules.trickle()))
}

// keep puts an entry into the book.
func (b *book) keep(e *entry, now time.Time, rules Rules) {
	if b.entries[e.Key] == nil {
		b.makeRoom(e.Key, now, rules.For)
		b.entries[e.Key] = e
	}
	b.touch(e)
}

// over tells whether its wrong passwords are so long ago that they do not count any more.
func (e *entry) over(now time.Time, quiet time.Duration) bool {
	return e.flying == 0 && now.After(e.Until) && now.Sub(latest(e.Last, e.Until)) >= quiet
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// touch puts an entry to the end of those that may be forgotten.
func (b *book) touch(e *entry) {
	queue := b.queue(e.Key)
	switch {
	case !e.Usual.IsZero() || e.flying > 0:
		if e.place != nil {
			queue.Remove(e.place)
			e.place = nil
		}
	case e.place != nil:
		queue.MoveToBack(e.place)
	default:
		e.place = queue.PushBack(e)
	}
}

// makeRoom forgets what is over, and beyond the bound what was tried longest ago.
func (b *book) makeRoom(k Key, now time.Time, quiet time.Duration) {
	queue := b.queue(k)
	for range forgetAtATime {
		front := queue.Front()
		if front == nil {
			return
		}
		e, _ := front.Value.(*entry)
		if queue.Len() < maxIdle && !e.over(now, quiet) {
			return
		}
		b.forget(e)
	}
}

func (b *book) forget(e *entry) {
	queue := b.queue(e.Key)
	if e.place != nil {
		queue.Remove(e.place)
		e.place = nil
	}
	delete(b.entries, e.Key)
	b.changed(e.Key)
}

// isUsual tells whether an account usually signs in from an address.
func (b *book) isUsual(k Key, now time.Time) bool {
	e, known := b.entries[k]
	return known && !e.Usual.IsZero() && now.Sub(e.Usual) < usualFor
}

// setUsual makes a pair usual; the account's address that was used longest ago stops being so when there are too many.
func (b *book) setUsual(e *entry, now time.Time) {
	if e.Usual.IsZero() {
		b.usualAt[e.From]++
	}
	e.Usual = now
	b.touch(e)
	addresses := b.usual[e.Who]
	for i, a := range addresses {
		if a == e.From {
			addresses = append(addresses[:i], addresses[i+1:]...)
			break
		}
	}
	addresses = append(addresses, e.From)
	if len(addresses) > maxUsual {
		b.setStrange(b.entries[Key{e.Who, addresses[0]}])
		addresses = addresses[1:]
	}
	b.usual[e.Who] = addresses
}

// setStrange ends that a pair is usual.
func (b *book) setStrange(e *entry) {
	e.Usual = time.Time{}
	if b.usualAt[e.From]--; b.usualAt[e.From] == 0 {
		delete(b.usualAt, e.From)
	}
	b.touch(e)
	b.changed(e.Key)
}

// load takes an entry that was saved.
func (b *book) load(saved Entry) {
	usual := saved.Usual
	saved.Usual = time.Time{}
	e := &entry{Entry: saved}
	b.entries[saved.Key] = e
	b.touch(e)
	if !usual.IsZero() {
		b.setUsual(e, usual)
	}
}
