package delivery

import (
	"context"
	"errors"
	"slices"
	"time"
)

// ErrReplaced says that another reader has come for the session of a stream: a newer stream or a poll.
var ErrReplaced = errors.New("another reader has come")

// ErrClosing says that the Delivery closes.
var ErrClosing = errors.New("delivery is closing")

// Position is where a client wants a stream to begin.
type Position struct {
	Given bool   // false: with the first event that was not yet written to anybody
	After uint64 // the number of the last event that the client has; 0 = none
}

// Opening is what a stream's client has to know at its beginning.
type Opening struct {
	After uint64 // the first event has a higher number
	Gap   bool   // events after Position cannot be given any more, or it names a number that never was: the client has to read its state anew
	Cut   string // why the former stream was cut off, as it was told to Close
}

// Stream is an open stream of one session's events. It differs from polls in that its client names events by their numbers: what
// was written is kept for a while, so that a connection that dies loses nothing and repeats nothing. One goroutine uses it.
type Stream struct {
	delivery *Delivery
	queue    *queue
	reader   *reader
}

// Open makes a stream that goes on after a position; who read the session before is replaced. Close ends it. Events up to the
// position have arrived, as their client says, and are forgotten. Errors: ErrNotSignedIn.
func (d *Delivery) Open(key Key, position Position) (*Stream, Opening, error) {
	q := d.find(key)
	if q == nil {
		return nil, Opening{}, ErrNotSignedIn
	}
	r := newReader()
	opening, ok := q.open(r, position)
	if !ok {
		return nil, Opening{}, ErrNotSignedIn
	}
	return &Stream{delivery: d, queue: q, reader: r}, opening, nil
}

// open makes r the reader and brings back what was written and is not after all with the client.
func (q *queue) open(r *reader, position Position) (opening Opening, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.gone {
		return opening, false
	}
	if q.reader != nil {
		q.reader.replace()
	}
	q.reader = r
	// A batch that the former stream is still writing is void: its connection is as good as dead.
	q.onWay = 0
	q.generation++
	h := &q.history
	h.numbered = true
	opening.Cut, h.cut = h.cut, ""
	if position.Given {
		opening.Gap = position.After < h.lost || position.After > h.last
		q.ack(position.After)
		q.again()
	}
	opening.After = h.last
	if len(q.events) > 0 {
		opening.After = q.events[0].Seq - 1
	}
	return opening, true
}

// ack notes that the client has everything up to seq. The caller holds q.mu.
func (q *queue) ack(seq uint64) {
	before := q.history.acked
	q.history.ack(seq)
	if q.history.acked > before {
		q.confirmed.note(q.key, q.history.acked)
	}
}

// again puts kept events back in front of the others, and takes out what the client has. The caller holds q.mu.
func (q *queue) again() {
	h := &q.history
	events := make([]*Event, 0, len(h.kept)+len(q.events))
	for _, w := range h.kept {
		events = append(events, w.event)
	}
	h.kept = nil
	q.events = slices.DeleteFunc(append(events, q.events...), func(e *Event) bool { return e.Seq <= h.acked })
	if len(q.events) == 0 {
		q.events = nil
	}
}

// Next gives up to most of the next events, or an empty batch when there is none within wait. Errors: ErrNotSignedIn when the
// session has ended and nothing is left, ErrReplaced, ErrClosing, and the context's.
func (s *Stream) Next(ctx context.Context, wait time.Duration, most int) (Batch, error) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		if s.reader.replaced.Load() {
			return Batch{}, ErrReplaced
		}
		if batch, err := s.delivery.collect(s.reader, []*queue{s.queue}, most); err != nil || len(batch.Events) > 0 {
			return batch, err
		}
		select {
		case <-s.reader.wake:
		case <-timer.C:
			return Batch{}, nil
		case <-s.delivery.closing:
			return Batch{}, ErrClosing
		case <-ctx.Done():
			return Batch{}, ctx.Err()
		}
	}
}

// Close ends the stream; cut says why it was cut off, "" where it was not. It may be called by any goroutine.
func (s *Stream) Close(cut string) {
	s.queue.mu.Lock()
	defer s.queue.mu.Unlock()
	if cut != "" {
		s.queue.history.cut = cut
	}
	if s.queue.reader == s.reader {
		s.queue.reader = nil
	}
}

// Ack says that a session's client has everything up to a number: it will not be given again. It tells nothing of unknown
// sessions and numbers.
func (d *Delivery) Ack(key Key, seq uint64) {
	q := d.find(key)
	if q == nil {
		return
	}
	q.mu.Lock()
	q.ack(seq)
	drained := q.closed && len(q.events) == 0 && len(q.history.kept) == 0
	q.mu.Unlock()
	if drained {
		d.drained(q)
	}
}
