package delivery

import (
	"sync"
	"sync/atomic"
	"time"

	"ccgateway/internal/center"
)

// Key names one session of one agent.
type Key struct {
	VCC     center.VCCID
	Agent   center.AgentID
	Session center.Session
}

// queue holds one session's events. Its lock is held for moments only, and never together with another's.
type queue struct {
	key   Key
	bound int

	mu         sync.Mutex
	events     []*Event    // oldest first
	onWay      int         // how many of the first events are on their way to a client
	generation int         // names the batch that is on its way; another number makes it void
	reader     *reader     // who waits, nil = nobody
	closed     bool        // no more events come: the session ended with a rest to fetch, or the queue was full
	ended      bool        // closed because the session ended
	gone       bool        // the session ended and nothing can be fetched
	push       center.Push // where the session's events are pushed to; zero = they are fetched

	history history // what streams may ask for again; see stream.go

	had       uint64         // everything up to here had arrived before a restart of the program; guarded by mu
	confirmed *confirmations // where it is noted what arrives

	expiry *time.Timer // ends the fetching of what an ended session left; nil before; guarded by Delivery.mu
}

// reader is one waiting request; it may wait at several queues.
type reader struct {
	wake     chan struct{} // capacity 1: look again
	replaced atomic.Bool   // another request has come for the same session; wake tells it
}

func newReader() *reader { return &reader{wake: make(chan struct{}, 1)} }

// replace tells the reader that another one has come.
func (r *reader) replace() {
	r.replaced.Store(true)
	signal(r.wake)
}

// signal sends without waiting: one signal that is not yet taken is as good as many.
func signal(to chan struct{}) {
	select {
	case to <- struct{}{}:
	default:
	}
}

// add puts an event at the end. It tells whether the queue has just reached its bound and was closed for it.
func (q *queue) add(e *Event) (full bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed || q.gone {
		return false
	}
	q.history.came(e.Seq)
	if e.Seq <= q.had {
		q.history.lost = max(q.history.lost, e.Seq)
		return false
	}
	q.events = append(q.events, e)
	q.wakeReader()
	if len(q.events) < q.bound {
		return false
	}
	q.closed = true
	return true
}

// clear throws away what is not delivered; a batch that is on its way becomes void.
func (q *queue) clear() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.events, q.onWay = nil, 0
	q.history.clear()
	q.generation++
}

// close ends the queue: with linger what is in it can still be fetched. It tells whether anything is left to fetch.
func (q *queue) close(linger bool) (left bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed, q.ended = true, true
	if !linger {
		q.drop()
		return false
	}
	q.wakeReader()
	return len(q.events) > 0 || len(q.history.kept) > 0
}

// expire throws away what nobody has fetched.
func (q *queue) expire() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.drop()
}

// drop makes the session unknown to its readers. The caller holds q.mu.
func (q *queue) drop() {
	q.gone, q.closed = true, true
	q.events, q.onWay, q.history.kept = nil, 0, nil
	q.generation++
	q.wakeReader()
}

func (q *queue) wakeReader() {
	if q.reader != nil {
		signal(q.reader.wake)
	}
}

// attach makes r the queue's reader; who waited before is told that he was replaced.
func (q *queue) attach(r *reader) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.reader != nil && q.reader != r {
		q.reader.replace()
	}
	q.reader = r
}

func (q *queue) detach(r *reader) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.reader == r {
		q.reader = nil
	}
}

// take gives out up to most of the oldest events, to the present reader only: one that has just been replaced must not carry
// them away to where nobody looks any more. None while others are on their way. over: nothing will ever come.
func (q *queue) take(r *reader, most int) (part part, over bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.onWay > 0 || q.reader != r && !q.gone {
		return part, false
	}
	n := min(most, len(q.events))
	if n == 0 {
		return part, q.closed
	}
	q.onWay = n
	q.generation++
	part.queue, part.generation = q, q.generation
	part.events = append([]*Event(nil), q.events[:n]...)
	return part, false
}

// settle ends what take began: the first arrived of the part's events have been delivered, the others are given out again. It
// tells whether the queue is closed and has nothing left.
func (q *queue) settle(p part, arrived int) (drained bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if p.generation != q.generation {
		return false
	}
	if arrived > 0 {
		before := q.history.sure()
		q.history.keep(q.events[:arrived])
		// What cannot be given again need not be kept for a restart either: with polls all that was delivered, with streams what was
		// acknowledged or is too old.
		if sure := q.history.sure(); sure > before {
			q.confirmed.note(q.key, sure)
		}
		clear(q.events[:arrived]) // let go of what was delivered even while the slice's memory lives on
		q.events = q.events[arrived:]
		if len(q.events) == 0 {
			q.events = nil
		}
	}
	q.onWay = 0
	q.generation++ // whoever settles twice changes nothing
	q.wakeReader()
	return q.closed && len(q.events) == 0 && len(q.history.kept) == 0
}
