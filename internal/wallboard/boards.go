package wallboard

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/report"
	"ccgateway/internal/store"
)

// Errors of Watch and Next. Each says what the watcher is to do.
var (
	ErrNoVCC       = errors.New("no such VCC")                                        // stay away
	ErrTooMany     = errors.New("as many watch the VCC as may")                       // come back later
	ErrSlow        = errors.New("changes came faster than they were taken")           // come back, to a snapshot
	ErrUnavailable = errors.New("the center or its records cannot be read")           // come back later
	ErrClosed      = errors.New("the program stops")                                  // come back later
	errFactsLost   = errors.New("more facts came than a board can hold before it is") // within the room: the board begins anew
)

// Bounds and paces.
const (
	DefaultWatchers = 200 // of a VCC at a time: ten inspectors' rooms and some walls; each takes a connection and some kilobytes
	DefaultPause    = 100 * time.Millisecond
	DefaultChanges  = 512              // most of a minute at ten a second; who is further behind is better off with a snapshot
	DefaultInterval = 30 * time.Minute // the field's usual one
	DefaultStall    = 10 * time.Second // a network that stands still for longer has lost its watcher
	share           = 20               // a refresh is followed by a pause of so many times its length
	sweep           = time.Second      // not every change has an effect that tells of it
	everyoneEvery   = 30 * time.Second // names of those who are signed out
	linger          = time.Minute      // a board outlives its last watcher by so much, so that he can come back and go on
	askTime         = 10 * time.Second // for one question to a center
	readTime        = time.Minute      // for reading the facts of a day
	maxFacts        = 1 << 17          // facts that wait for a refresh, as many as wait for the store
)

// Centers is whom a board asks.
type Centers interface {
	Do(ctx context.Context, vcc center.VCCID, cmd center.Command) (center.Reply, error)
	VCCs() []center.VCCID
}

// Store is where a board reads the day's facts when it begins.
type Store interface {
	Flush(ctx context.Context) error
	Picture(ctx context.Context, do func(*store.Picture) error) error
	Zone(vcc center.VCCID) *time.Location
}

// Bounds of the streams. They may change while VCCs are watched, see Set; 0 is each one's default.
type Bounds struct {
	Watchers int           // of a VCC at a time
	Pause    time.Duration // between two messages at least
	Changes  int           // that are kept of a VCC for who comes back
}

func (b Bounds) orDefaults() *Bounds {
	return &Bounds{cmp.Or(b.Watchers, DefaultWatchers), cmp.Or(b.Pause, DefaultPause), cmp.Or(b.Changes, DefaultChanges)}
}

// Options says what boards work on.
type Options struct {
	Log      *slog.Logger
	Centers  Centers
	Store    Store
	Bounds   Bounds
	Interval time.Duration // of the figures beside those of the day; 0 = DefaultInterval
	Terms    report.Terms
	Stall    time.Duration // within which a watcher must take each piece that is written to him; 0 = DefaultStall
}

// Boards keeps the boards of the VCCs that are watched. Its methods may be called from any goroutine.
type Boards struct {
	o       Options
	ctx     context.Context //nolint:containedctx // ends with Close, whatever watch began a board
	end     context.CancelFunc
	running sync.WaitGroup
	bounds  atomic.Pointer[Bounds]
	boards  atomic.Pointer[map[center.VCCID]*board] // replaced under mu, never written to

	mu       sync.Mutex
	closed   bool
	watchers int

	slow, messages atomic.Uint64
}

// New makes boards that nobody watches. Close ends them.
func New(o Options) *Boards {
	if o.Interval <= 0 {
		o.Interval = DefaultInterval
	}
	if o.Stall <= 0 {
		o.Stall = DefaultStall
	}
	ctx, end := context.WithCancel(context.Background())
	b := &Boards{o: o, ctx: ctx, end: end}
	b.Set(o.Bounds)
	b.boards.Store(&map[center.VCCID]*board{})
	return b
}

// Set changes the bounds from now on. Who watches goes on, also if fewer may.
func (b *Boards) Set(bounds Bounds) { b.bounds.Store(bounds.orDefaults()) }

// Close ends all watches with ErrClosed and waits for the boards' goroutines.
func (b *Boards) Close() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.end()
	b.running.Wait()
}

// Stats counts what boards do.
type Stats struct {
	Watchers int
	Messages uint64 // that were made, each once for all watchers
	Slow     uint64 // watchers that were cut off because they did not keep up
}

// Stats tells how many watch.
func (b *Boards) Stats() Stats {
	b.mu.Lock()
	defer b.mu.Unlock()
	return Stats{Watchers: b.watchers, Messages: b.messages.Load(), Slow: b.slow.Load()}
}

// Carry takes effects that no journaled command has had: there are none in a program that journals.
func (b *Boards) Carry(vcc center.VCCID, effects []center.Effect) { b.CarryNumbered(vcc, 0, effects) }

// CarryNumbered takes the facts among the effects of a command. It is called by the committer and only appends.
func (b *Boards) CarryNumbered(vcc center.VCCID, seq uint64, effects []center.Effect) {
	if watched := (*b.boards.Load())[vcc]; watched != nil {
		watched.inbox.take(seq, effects)
	}
}

// Watch begins a watch of a VCC. after is the last number that the watcher has, "" for a new one; a number that cannot be gone on from gets a
// snapshot, which Message.Kind tells. Watch.Close ends it. Errors: ErrNoVCC, ErrTooMany, ErrClosed, ErrUnavailable and the context's.
func (b *Boards) Watch(ctx context.Context, vcc center.VCCID, after string) (*Watch, error) {
	watched, err := b.join(vcc)
	if err != nil {
		return nil, err
	}
	w := &Watch{boards: b, board: watched}
	if err := watched.await(ctx); err != nil {
		w.Close()
		return nil, err
	}
	w.last, w.begun = watched.feed.position(after)
	return w, nil
}

// join finds the board of a VCC, or begins it, and counts the watcher in.
func (b *Boards) join(vcc center.VCCID) (*board, error) {
	if !slices.Contains(b.o.Centers.VCCs(), vcc) {
		return nil, ErrNoVCC
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	watched := (*b.boards.Load())[vcc]
	switch {
	case b.closed:
		return nil, ErrClosed
	case watched != nil && watched.watchers >= b.bounds.Load().Watchers:
		return nil, ErrTooMany
	}
	if watched == nil {
		watched = newBoard(b, vcc)
		b.replace(func(all map[center.VCCID]*board) { all[vcc] = watched }) // facts are kept from here on
		b.running.Go(watched.run)
	}
	b.watchers++
	watched.watchers++
	watched.left = time.Time{}
	return watched, nil
}

// replace changes the picture of the boards. The caller holds b.mu.
func (b *Boards) replace(change func(all map[center.VCCID]*board)) {
	next := make(map[center.VCCID]*board, len(*b.boards.Load())+1)
	for vcc, watched := range *b.boards.Load() {
		next[vcc] = watched
	}
	change(next)
	b.boards.Store(&next)
}

// leave counts a watcher out.
func (b *Boards) leave(watched *board) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.watchers--
	if watched.watchers--; watched.watchers == 0 {
		watched.left = time.Now()
	}
}

// over takes a board away that nobody has watched for linger; false = somebody does.
func (b *Boards) over(watched *board, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if watched.watchers > 0 || now.Sub(watched.left) < linger {
		return false
	}
	b.forget(watched)
	return true
}

// drop takes a board away that has failed: the next watch begins another.
func (b *Boards) drop(watched *board) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.forget(watched)
}

func (b *Boards) forget(watched *board) {
	if (*b.boards.Load())[watched.vcc] == watched {
		b.replace(func(all map[center.VCCID]*board) { delete(all, watched.vcc) })
	}
}

// newEpoch names one life of a board: numbers of another mean nothing in it.
func newEpoch() string { return rand.Text()[:8] }
