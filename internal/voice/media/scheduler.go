package media

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"time"
)

const (
	// tickLength is the time between two packets of a leg.
	tickLength = 20 * time.Millisecond
	// maxCatchUp is how many ticks are made up for in a row after a delay: more would be a burst that no phone's buffer has
	// room for. The rest is left out; timestamps and recordings jump over it.
	maxCatchUp = 3
	// maxSkip bounds what is jumped over in recordings (10 s): beyond it the machine was stopped, not late.
	maxSkip = 500
)

// tick is one beat of the schedulers.
type tick struct {
	n   uint64
	now time.Duration
}

// Run drives the engine until ctx is done or Close is called, then closes it. It may be called once.
func (e *Engine) Run(ctx context.Context) error {
	if !e.running.CompareAndSwap(false, true) {
		return errors.New("media engine runs already, or has ended")
	}
	func() {
		defer close(e.ran)
		e.drive(ctx)
	}()
	return e.Close()
}

// drive lets all ticks happen at their time.
func (e *Engine) drive(ctx context.Context) {
	hands := newHands(e, e.cfg.Schedulers)
	defer hands.stop()
	ticker := time.NewTicker(tickLength)
	defer ticker.Stop()
	start := e.clock()
	var done int64 // ticks
	for {
		select {
		case <-ctx.Done():
			return
		case <-e.stopping:
			return
		case <-ticker.C:
		}
		due := int64((e.clock() - start) / tickLength)
		if late := due - done; late > maxCatchUp {
			e.skip(int(late - maxCatchUp))
			done = due - maxCatchUp
		}
		for first := true; done < due; first = false {
			if !first {
				e.counts.lateTicks.Add(1)
			}
			e.mixOnce(hands)
			done++
		}
	}
}

// mixOnce is one tick: each leg is listened to once and sent one packet. It knows no time but the engine's clock. hands may
// be nil: all is done by the caller then.
func (e *Engine) mixOnce(hands *hands) {
	began := e.clock()
	e.finishStopped()
	w := e.world.Load()
	t := tick{n: e.counts.ticks.Add(1), now: began}
	if hands == nil {
		for _, shard := range w.shards {
			e.stepAll(shard, t)
		}
	} else {
		hands.step(w, t)
	}
	if took := int64(e.clock() - began); took > e.counts.longestTick.Load() {
		e.counts.longestTick.Store(took)
	}
}

// stepAll drives tables one after another.
func (e *Engine) stepAll(tables []*table, t tick) {
	for _, table := range tables {
		if !table.broken.Load() {
			e.stepOne(table, t)
		}
	}
}

// stepOne keeps a fault of the program within one room: the room falls silent, its legs are told lost, so that their calls
// end, and all others go on.
func (e *Engine) stepOne(table *table, t tick) {
	defer func() {
		if fault := recover(); fault != nil {
			table.broken.Store(true)
			e.counts.brokenTables.Add(1)
			e.cfg.Log.Error("room put out of service", "room", table.room, "panic", fault, "stack", string(debug.Stack()))
			for _, m := range table.members {
				e.events.add(happening{kind: happenedMediaLost, leg: m.leg})
			}
		}
	}()
	table.step(t)
}

// skip jumps over ticks that cannot be kept any more.
func (e *Engine) skip(ticks int) {
	e.counts.skippedTicks.Add(uint64(ticks))
	e.cfg.Log.Warn("media scheduler was held up", "skipped", time.Duration(ticks)*tickLength)
	ticks = min(ticks, maxSkip)
	for _, shard := range e.world.Load().shards {
		for _, table := range shard {
			for i := range table.members {
				table.members[i].leg.skip(ticks)
			}
		}
	}
}

// hands are the goroutines that mix: one list of tables each. The first list is the caller's own.
type hands struct {
	engine *Engine
	others []chan job
	busy   sync.WaitGroup // in this tick
	ended  sync.WaitGroup
}

type job struct {
	tables []*table
	tick   tick
}

func newHands(e *Engine, n int) *hands {
	h := &hands{engine: e}
	for range n - 1 {
		jobs := make(chan job)
		h.others = append(h.others, jobs)
		h.ended.Go(func() {
			for j := range jobs {
				e.stepAll(j.tables, j.tick)
				h.busy.Done()
			}
		})
	}
	return h
}

// step drives all tables once. When it returns, nobody touches any leg.
func (h *hands) step(w *world, t tick) {
	for i, jobs := range h.others {
		if tables := w.shards[i+1]; len(tables) > 0 {
			h.busy.Add(1)
			jobs <- job{tables, t}
		}
	}
	h.engine.stepAll(w.shards[0], t)
	h.busy.Wait()
}

func (h *hands) stop() {
	for _, jobs := range h.others {
		close(jobs)
	}
	h.ended.Wait()
}
