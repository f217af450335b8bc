package lockout

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// The audit's words.
const (
	ActLock        = "lockAccount"
	ActSlowAccount = "slowAccount"
	ActSlowAddress = "slowAddress"
	ActUnlock      = "unlockAccount"
)

// Event is an entry for the audit.
type Event struct {
	Act    string
	Agent  int // 0 = none, or an account that does not exist
	At     time.Time
	Actor  string // an administrator; "" = the program
	Detail string
}

// Batch is what is to be saved together.
type Batch struct {
	All    bool    // everything that was saved before is to be forgotten: Put is all there is
	Put    []Entry // insert or replace
	Drop   []Key
	Events []Event
}

// Keeper keeps entries where they last; *store.Store.
type Keeper interface {
	LoadLockouts(ctx context.Context) ([]Entry, error)
	// SaveLockouts saves all of the batch or nothing.
	SaveLockouts(ctx context.Context, batch Batch) error
}

// Bounds of what waits to be saved while the database is away, and of saving.
const (
	maxChanged = 20_000 // keys; beyond it everything is saved anew
	maxEvents  = 1_000  // what comes on top is in the log only
	saveTime   = 10 * time.Second
	saveAgain  = time.Second // pause after a failure; it doubles
	saveMost   = 30 * time.Second
)

// outbox is what has changed since it was saved.
type outbox struct {
	all    bool
	dirty  map[Key]struct{}
	events []Event
	kick   chan struct{} // holds one word that there is something
}

func newOutbox() outbox { return outbox{dirty: map[Key]struct{}{}, kick: make(chan struct{}, 1)} }

// note says that an entry has changed, or is not there any more.
func (o *outbox) note(k Key) {
	if !o.all {
		o.dirty[k] = struct{}{}
		if len(o.dirty) > maxChanged {
			o.all, o.dirty = true, map[Key]struct{}{}
		}
	}
	o.wake()
}

func (o *outbox) wake() {
	select {
	case o.kick <- struct{}{}:
	default:
	}
}

// tell logs an event and puts it into the audit.
func (g *Guard) tell(e Event) {
	level := slog.LevelWarn
	if e.Act == ActUnlock {
		level = slog.LevelInfo
	}
	g.log.Log(context.Background(), level, "passwords: "+e.Act, "agent", e.Agent, "detail", e.Detail)
	if len(g.events) < maxEvents {
		g.events = append(g.events, e)
	}
	g.wake()
}

// take empties the outbox into a batch.
func (g *Guard) take() (b Batch, some bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	b = Batch{All: g.all, Events: g.events}
	if g.all {
		for _, e := range g.book.entries {
			if !e.blank() {
				b.Put = append(b.Put, e.Entry)
			}
		}
	}
	for key := range g.dirty {
		if e, known := g.book.entries[key]; known && !e.blank() {
			b.Put = append(b.Put, e.Entry)
		} else {
			b.Drop = append(b.Drop, key)
		}
	}
	g.all, g.dirty, g.events = false, map[Key]struct{}{}, nil
	return b, b.All || len(b.Put)+len(b.Drop)+len(b.Events) > 0
}

// blank tells that an entry says nothing that is worth keeping.
func (e *entry) blank() bool {
	return e.Wrong == 0 && e.Level == 0 && e.Until.IsZero() && e.Usual.IsZero()
}

// giveBack puts a batch that could not be saved into the outbox again.
func (g *Guard) giveBack(b Batch) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.all = g.all || b.All
	g.events = append(b.Events, g.events...)
	g.events = g.events[:min(len(g.events), maxEvents)]
	for _, e := range b.Put {
		g.note(e.Key)
	}
	for _, key := range b.Drop {
		g.note(key)
	}
}

// saver is the goroutine that saves.
type saver struct {
	stop chan struct{}      // closed: no save begins any more
	halt context.CancelFunc // ends the one that runs
	done chan struct{}
	last func(ctx context.Context) error // saves what is left
}

func (g *Guard) startSaver(ctx context.Context, keeper Keeper) {
	ctx, cancel := context.WithCancel(ctx)
	g.saver = saver{stop: make(chan struct{}), halt: cancel, done: make(chan struct{}), last: func(ctx context.Context) error { return g.save(ctx, keeper) }}
	go func() {
		defer close(g.done)
		g.run(ctx, keeper)
	}()
}

func (g *Guard) run(ctx context.Context, keeper Keeper) {
	pause := saveAgain
	for {
		select {
		case <-g.kick:
		case <-g.stop:
			return
		}
		err := g.save(ctx, keeper)
		switch {
		case err == nil:
			pause = saveAgain
			continue
		case ctx.Err() != nil:
			return
		}
		g.log.Error("locked accounts cannot be saved; they hold, and are tried again", "error", err)
		select {
		case <-time.After(pause):
			pause = min(2*pause, saveMost)
		case <-g.stop:
			return
		}
	}
}

func (g *Guard) save(ctx context.Context, keeper Keeper) error {
	batch, some := g.take()
	if !some {
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, saveTime)
	defer cancel()
	if err := keeper.SaveLockouts(limited, batch); err != nil {
		g.giveBack(batch)
		return fmt.Errorf("save locked accounts: %w", err)
	}
	return nil
}

// Close saves what has changed, until ctx ends, and ends the guard's goroutine. Tries are still answered afterwards, and not saved.
func (g *Guard) Close(ctx context.Context) error {
	close(g.stop)
	defer g.halt()
	select {
	case <-g.done: // a save that runs may end: broken off, it would have to be done again
	case <-ctx.Done():
		g.halt()
		<-g.done
	}
	return g.last(ctx)
}
