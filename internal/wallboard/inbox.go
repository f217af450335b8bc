package wallboard

import (
	"sync"
	"time"

	"ccgateway/internal/center"
)

// fact is a record on its way to the figures, with the effect of the journaled command that it is.
type fact struct {
	seq  uint64
	part int
	what center.Effect
	at   time.Time // when it came about: its end
}

// inbox has the facts that wait for a refresh.
type inbox struct {
	mu    sync.Mutex
	facts []fact
	lost  bool
	bell  chan struct{} // rung when effects have come; has room for one
}

func newInbox() *inbox { return &inbox{bell: make(chan struct{}, 1)} }

func (in *inbox) take(seq uint64, effects []center.Effect) {
	in.mu.Lock()
	for part, effect := range effects {
		if kept, at, ok := asKept(effect); ok {
			if len(in.facts) == maxFacts {
				in.lost = true
				in.facts = nil // none of them can be of use any more
			}
			in.facts = append(in.facts, fact{seq, part, kept, at})
		}
	}
	in.mu.Unlock()
	select {
	case in.bell <- struct{}{}:
	default:
	}
}

// until gives the facts that came about up to a moment, in their order. The error is errFactsLost.
func (in *inbox) until(at time.Time) ([]fact, error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.lost {
		return nil, errFactsLost
	}
	n := 0
	for n < len(in.facts) && !in.facts[n].at.After(at) {
		n++
	}
	taken := in.facts[:n:n]
	if in.facts = in.facts[n:]; len(in.facts) == 0 {
		in.facts = nil
	}
	return taken, nil
}

// without throws away the facts up to an effect of a command: the store's picture has them.
func (in *inbox) without(seq uint64, part int) {
	in.mu.Lock()
	defer in.mu.Unlock()
	kept := in.facts[:0]
	for _, f := range in.facts {
		if f.seq == 0 || f.seq > seq || f.seq == seq && f.part > part {
			kept = append(kept, f)
		}
	}
	in.facts = kept
}

// asKept gives a fact that counts for figures as the store keeps it, to the millisecond, and the moment when it came about.
func asKept(effect center.Effect) (center.Effect, time.Time, bool) {
	switch e := effect.(type) {
	case center.CallRecord:
		at := e.Ended
		e.Began, e.Answered, e.Ended = kept(e.Began), kept(e.Answered), kept(e.Ended)
		return e, at, true
	case center.LegRecord:
		at := e.Ended
		e.Began, e.Ringing, e.Answered, e.Ended = kept(e.Began), kept(e.Ringing), kept(e.Answered), kept(e.Ended)
		e.Held = e.Held.Truncate(time.Millisecond)
		return e, at, true
	case center.QueueRecord:
		at := e.Left
		e.Entered, e.Left = kept(e.Entered), kept(e.Left)
		return e, at, true
	case center.StateRecord:
		at := e.To
		e.From, e.To = kept(e.From), kept(e.To)
		return e, at, true
	default:
		return nil, time.Time{}, false
	}
}

func kept(at time.Time) time.Time {
	if at.IsZero() {
		return at
	}
	return time.UnixMilli(at.UnixMilli()).UTC()
}
