package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"ccgateway/internal/center"
)

// Bounds of the writer.
const (
	queueSize  = 1 << 17                // facts waiting; at 2,500 facts a second (20,000 agents) a database may be away for 50 s. About 40 MB when full
	groupSize  = 512                    // facts in one transaction, so that Apply and Change do not wait long for the connection
	retryFirst = 50 * time.Millisecond  // pause after a failed transaction; it doubles
	retryMost  = 5 * time.Second        // up to this
	writeTime  = 30 * time.Second       // for one transaction; then its connection is given up: the other end may be gone without a word
	gatherTime = 100 * time.Millisecond // see group
	aliveEvery = 30 * time.Second       // how often it is noted that the program is alive when nothing else is written
)

// ErrClosed says that the store is closed.
var ErrClosed = errors.New("store is closed")

// Stats counts what the writer has done since Open.
type Stats struct {
	Queued  int    // facts waiting now
	Written uint64 // facts in the database
	Lost    uint64 // facts that are not: the queue was full, the store closed, or the database refused them for good
	Failing bool   // the last transaction failed and is being tried again
}

// writer puts facts into the database, in the order in which they came.
type writer struct {
	db       *sql.DB
	engine   engine
	prepared map[string]*sql.Stmt
	log      *slog.Logger
	now      func() time.Time
	queue    chan fact
	journal  atomic.Pointer[string] // name of the journal whose commands facts come from; nil = none

	mu      sync.RWMutex // held for reading while a fact is put into the queue, so that stop knows that no more will come
	stopped bool

	stopping chan struct{}      // closed by stop: write what is queued, then end
	abandon  context.CancelFunc // ends the transaction in progress and all waiting
	done     chan struct{}      // closed when run has ended

	unwritten     int // facts that run gave up at the end; to be read when it is done
	written, lost atomic.Uint64
	failing       atomic.Bool
	overflowing   atomic.Bool
}

// startWriter prepares the statements and begins to write.
func startWriter(ctx context.Context, s *Store, queue int) (*writer, error) {
	w := &writer{
		db: s.write, engine: s.engine, prepared: map[string]*sql.Stmt{}, log: s.log, now: s.now, queue: make(chan fact, queue),
		stopping: make(chan struct{}), done: make(chan struct{}),
	}
	for _, query := range factStatements {
		statement, err := w.db.PrepareContext(ctx, query)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("prepare statements: %w", err), w.closeStatements())
		}
		w.prepared[query] = statement
	}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx)) // it outlives Open; stop ends it
	w.abandon = cancel
	go w.run(run)
	return w, nil
}

// Carry takes the facts among the effects of a center. It never waits: what does not fit into the queue is lost, counted and logged.
func (s *Store) Carry(vcc center.VCCID, effects []center.Effect) {
	for _, effect := range effects {
		if isFact(effect) {
			s.writer.offer(fact{vcc: vcc, effect: effect})
		}
	}
}

// Stats tells how the writer is doing.
func (s *Store) Stats() Stats {
	w := s.writer
	return Stats{Queued: len(w.queue), Written: w.written.Load(), Lost: w.lost.Load(), Failing: w.failing.Load()}
}

// Flush waits until everything that was carried before has been written. The error is ctx's, or ErrClosed.
func (s *Store) Flush(ctx context.Context) error {
	mark := make(chan struct{})
	if err := s.writer.push(ctx, fact{mark: mark}); err != nil {
		return fmt.Errorf("flush store: %w", err)
	}
	select {
	case <-mark:
		return nil
	case <-s.writer.done:
		select { // it may have been the last thing written
		case <-mark:
			return nil
		default:
			return fmt.Errorf("flush store: %w", ErrClosed)
		}
	case <-ctx.Done():
		return fmt.Errorf("flush store: %w", ctx.Err())
	}
}

// offer puts a fact into the queue, or loses it.
func (w *writer) offer(f fact) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.stopped {
		w.lose(1)
		return
	}
	select {
	case w.queue <- f:
	default:
		w.lose(1)
		if w.overflowing.CompareAndSwap(false, true) { // once, until it has fitted again: the log must not be flooded too
			w.log.Error("facts are lost: the database is too slow", "queue", cap(w.queue))
		}
	}
}

func (w *writer) lose(n int) { w.lost.Add(uint64(n)) } //nolint:gosec // counts

// push puts a mark into the queue and waits for room. It holds no lock meanwhile; a mark that comes after the end is told so by done.
func (w *writer) push(ctx context.Context, f fact) error {
	select {
	case <-w.done:
		return ErrClosed
	default:
	}
	select {
	case w.queue <- f:
		return nil
	case <-w.done:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stop writes what is queued, until ctx ends, and ends the writer.
func (w *writer) stop(ctx context.Context) error {
	w.mu.Lock()
	w.stopped = true
	w.mu.Unlock()
	close(w.stopping)
	select {
	case <-w.done:
	case <-ctx.Done():
		w.abandon()
		<-w.done
	}
	w.abandon()
	err := w.closeStatements()
	left := w.unwritten
	for len(w.queue) > 0 {
		if f := <-w.queue; f.mark == nil {
			left++
		}
	}
	if left > 0 {
		w.lose(left)
		w.log.Error("facts are lost: the database did not take them before the end", "facts", left)
		err = errors.Join(err, fmt.Errorf("close store: %d facts are lost: %w", left, ctx.Err()))
	}
	return err
}

func (w *writer) closeStatements() error {
	var failed []error
	for _, statement := range w.prepared {
		failed = append(failed, statement.Close())
	}
	return errors.Join(failed...)
}

// run is the writer's goroutine.
func (w *writer) run(ctx context.Context) {
	defer close(w.done)
	alive := time.NewTicker(aliveEvery)
	defer alive.Stop()
	for {
		select {
		case f := <-w.queue:
			w.group(ctx, f)
		case <-alive.C:
			w.write(ctx, nil)
		case <-w.stopping:
			for len(w.queue) > 0 && ctx.Err() == nil {
				w.group(ctx, <-w.queue)
			}
			return
		}
	}
}

// group takes what comes together behind a fact and writes it. Marks are answered when what came before them is written.
//
// Facts of journaled commands wait up to gatherTime for others: a crash loses none of them, since the journal brings them again, and every
// transaction's sync keeps the disk from the journal's, which callers and agents wait for. All others, and who waits for a mark, do not.
func (w *writer) group(ctx context.Context, first fact) {
	facts := make([]fact, 0, groupSize)
	var marks []chan<- struct{}
	timer := time.NewTimer(gatherTime)
	defer timer.Stop()
	urgent := false
	for f, more := first, true; more; {
		urgent = urgent || f.from.seq == 0
		if f.mark != nil {
			marks = append(marks, f.mark)
		} else {
			facts = append(facts, f)
		}
		if more = len(facts) < groupSize; more {
			f, more = w.next(ctx, timer.C, urgent)
		}
	}
	if len(facts) > 0 {
		w.write(ctx, facts)
	}
	if ctx.Err() != nil {
		return // the marks' owners are told by done
	}
	for _, mark := range marks {
		close(mark)
	}
	if len(w.queue) < cap(w.queue)/2 && w.overflowing.CompareAndSwap(true, false) {
		w.log.Error("facts fit into the queue again", "lost", w.lost.Load())
	}
}

// next takes what is in the queue, and if nothing is there and it is not urgent, waits for it until the time is up or the store closes.
func (w *writer) next(ctx context.Context, timeUp <-chan time.Time, urgent bool) (f fact, came bool) {
	select {
	case f = <-w.queue:
		return f, true
	default:
	}
	if urgent {
		return fact{}, false
	}
	select {
	case f = <-w.queue:
		return f, true
	case <-timeUp:
	case <-w.stopping:
	case <-ctx.Done():
	}
	return fact{}, false
}

// write writes facts in one transaction, again and again until it works or ctx ends. What the database refuses for good is left
// out, so that one bad fact does not keep the others waiting for ever.
func (w *writer) write(ctx context.Context, facts []fact) {
	pause := retryFirst
	for {
		bad, err := w.try(ctx, facts)
		switch {
		case err == nil:
			w.failing.Store(false)
			w.written.Add(uint64(len(facts)))
			return
		case ctx.Err() != nil:
			w.unwritten += len(facts)
			return
		case bad >= 0:
			w.lose(1)
			w.log.Error("a fact is lost: the database refuses it", "fact", fmt.Sprintf("%T", facts[bad].effect), "vcc", facts[bad].vcc, "error", err)
			facts = append(facts[:bad:bad], facts[bad+1:]...)
			continue
		}
		w.failing.Store(true)
		w.log.Error("the database fails; facts are kept and tried again", "facts", len(facts), "queued", len(w.queue), "error", err)
		select {
		case <-time.After(pause):
			pause = min(2*pause, retryMost)
		case <-ctx.Done():
		}
	}
}

// try writes facts in one transaction. bad is the index of a fact that can never be written, else -1.
func (w *writer) try(ctx context.Context, facts []fact) (bad int, err error) {
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	steps := make([]step, len(facts), len(facts)+2)
	for i, f := range facts {
		if steps[i], err = f.step(); err != nil {
			return i, err
		}
	}
	if journal := w.journal.Load(); journal != nil {
		steps = append(steps, marksOf(*journal, facts)...)
	}
	steps = append(steps, newStep(setAlive, w.now().UnixMilli()))
	at, err := w.engine.group(ctx, w.db, w.prepared, steps)
	if at >= 0 && at < len(facts) && (errors.Is(err, errNotBegan) || w.engine.hopeless(err)) {
		return at, err
	}
	return -1, err
}
