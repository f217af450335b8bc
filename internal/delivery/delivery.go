package delivery

import (
	"context"
	"errors"
	"sort"
	"sync"
	"time"

	"ccgateway/internal/center"
)

// ErrNotSignedIn says that the session has ended and that nothing of it is left to fetch.
var ErrNotSignedIn = errors.New("session has ended")

// DefaultBound is how many events wait for one session at most. An agent has some 300 events an hour, so this is a day without
// a single poll; memory for a queue that is full stays at a few megabytes.
const DefaultBound = 10_000

// DefaultLinger is how long the events of a session that somebody else ended can be fetched: one GUIDTIMEOUT of the reference,
// after which no GUID of the session is taken any more.
const DefaultLinger = 120 * time.Second

// Options are the settings of a Delivery; the zero value has the defaults.
type Options struct {
	Bound  int           // events that wait for one session at most; 0 = DefaultBound
	Linger time.Duration // see DefaultLinger; 0 = the default
	// Overflow is called once for a session whose queue is full, by a goroutine of its own: it is to sign the agent out by
	// force. The queue takes no more events from then on.
	Overflow func(Key)
	// Delivered is told of each event that has been written to its client, for metrics. It must not block, and is called without locks.
	Delivered func(*Event)
}

// Delivery keeps the queues of all sessions. Its methods may be called from any goroutine.
type Delivery struct {
	options Options

	mu     sync.RWMutex
	queues map[Key]*queue
	had    map[center.VCCID]map[center.Session]uint64 // what had arrived before a restart, of sessions that are still to be made again

	confirmed confirmations

	closing   chan struct{}
	closeOnce sync.Once
	callbacks sync.WaitGroup
}

// New makes a Delivery without sessions. Close ends it.
func New(options Options) *Delivery {
	if options.Bound <= 0 {
		options.Bound = DefaultBound
	}
	if options.Linger <= 0 {
		options.Linger = DefaultLinger
	}
	return &Delivery{
		options: options, queues: map[Key]*queue{}, had: map[center.VCCID]map[center.Session]uint64{}, closing: make(chan struct{}),
		confirmed: confirmations{had: map[Key]uint64{}},
	}
}

// Close makes waiting requests return empty at once and later ones not wait, so that a server can stop; it waits for running
// calls of Options.Overflow. What is queued can still be fetched.
func (d *Delivery) Close() {
	d.closeOnce.Do(func() {
		close(d.closing)
		d.mu.RLock()
		defer d.mu.RUnlock()
		for _, q := range d.queues {
			if q.expiry != nil {
				q.expiry.Stop()
			}
		}
	})
	d.callbacks.Wait()
}

// Carry takes over what concerns delivery: SessionBegan, Event, ClearEvents, SessionEnded. It is called by the goroutine that
// owns the center, in order, and never waits for a client.
func (d *Delivery) Carry(vcc center.VCCID, effects []center.Effect) {
	for _, effect := range effects {
		switch e := effect.(type) {
		case center.SessionBegan:
			d.begin(Key{VCC: vcc, Agent: e.Agent, Session: e.Session}, e.Push)
		case center.Event:
			d.add(Key{VCC: vcc, Agent: e.Agent, Session: e.Session}, e)
		case center.ClearEvents:
			if q := d.find(Key{VCC: vcc, Agent: e.Agent, Session: e.Session}); q != nil {
				q.clear()
			}
		case center.SessionEnded:
			d.end(Key{VCC: vcc, Agent: e.Agent, Session: e.Session}, e.Linger)
		}
	}
}

func (d *Delivery) begin(key Key, push center.Push) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.queues[key] == nil {
		d.queues[key] = d.newQueue(key, push)
	}
}

// newQueue makes the queue of a session that begins, or is made again. The caller holds d.mu.
func (d *Delivery) newQueue(key Key, push center.Push) *queue {
	had := d.had[key.VCC][key.Session]
	delete(d.had[key.VCC], key.Session)
	return &queue{key: key, bound: d.options.Bound, push: push, had: had, confirmed: &d.confirmed}
}

// Pushed tells whether a session's events are pushed, so that nobody may fetch them.
func (d *Delivery) Pushed(key Key) bool {
	q := d.find(key)
	return q != nil && q.push.URL != ""
}

// Done is closed by Close.
func (d *Delivery) Done() <-chan struct{} { return d.closing }

func (d *Delivery) find(key Key) *queue {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.queues[key]
}

func (d *Delivery) remove(key Key) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if q := d.queues[key]; q != nil && q.expiry != nil {
		q.expiry.Stop()
	}
	delete(d.queues, key)
}

func (d *Delivery) add(key Key, e center.Event) {
	q := d.find(key)
	if q == nil {
		return // the session has ended, or began before this program did
	}
	full := q.add(&Event{Agent: e.Agent, Seq: e.Seq, Type: e.Type, At: e.At, content: e.Content})
	if full && d.options.Overflow != nil {
		d.callbacks.Go(func() { d.options.Overflow(key) })
	}
}

func (d *Delivery) end(key Key, linger bool) {
	q := d.find(key)
	if q == nil {
		return
	}
	if !q.close(linger) {
		d.remove(key)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.queues[key] == q { // else it was drained meanwhile
		d.expire(q)
	}
}

// expire lets the fetching of an ended session's events end after a while. The caller holds d.mu.
func (d *Delivery) expire(q *queue) {
	q.expiry = time.AfterFunc(d.options.Linger, func() {
		q.expire()
		d.remove(q.key)
	})
}

// Sessions counts the sessions that have a queue.
func (d *Delivery) Sessions() int {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return len(d.queues)
}

// Next gives the oldest event of a session, or an empty batch when there is none within wait, when another request has come
// for the session, or when the Delivery closes. Errors: ErrNotSignedIn, and the context's.
func (d *Delivery) Next(ctx context.Context, key Key, wait time.Duration) (Batch, error) {
	return d.NextOf(ctx, wait, 1, key)
}

// NextOf is Next for several sessions at once: up to most events of each, all together ordered by the time of their origin
// (the events of one session always by their numbers). Sessions that have ended are left out; ErrNotSignedIn when all have.
func (d *Delivery) NextOf(ctx context.Context, wait time.Duration, most int, keys ...Key) (Batch, error) {
	r := newReader()
	queues := d.attach(r, keys)
	defer detach(r, queues)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		// Looked at after attaching, so that no event comes in between unseen.
		batch, err := d.collect(r, queues, most)
		if err != nil || len(batch.Events) > 0 || wait <= 0 {
			return batch, err
		}
		if goesOn, err := d.await(ctx, r, timer); !goesOn {
			return Batch{}, err
		}
	}
}

// attach makes r the reader of the sessions that there are, and gives their queues.
func (d *Delivery) attach(r *reader, keys []Key) []*queue {
	queues := make([]*queue, 0, len(keys))
	for _, key := range keys {
		if q := d.find(key); q != nil {
			q.attach(r)
			queues = append(queues, q)
		}
	}
	return queues
}

func detach(r *reader, queues []*queue) {
	for _, q := range queues {
		q.detach(r)
	}
}

// await waits until there may be something to collect; false = the waiting is over.
func (d *Delivery) await(ctx context.Context, r *reader, timer *time.Timer) (goesOn bool, err error) {
	select {
	case <-r.wake:
		return !r.replaced.Load(), nil
	case <-timer.C:
	case <-d.closing:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	return false, nil
}

// collect takes what the queues have. ErrNotSignedIn: nothing will ever come from any of them.
func (d *Delivery) collect(r *reader, queues []*queue, most int) (Batch, error) {
	batch := Batch{delivery: d}
	ended := 0
	for _, q := range queues {
		part, over := q.take(r, most)
		if over {
			ended++
		}
		if len(part.events) > 0 {
			batch.parts = append(batch.parts, part)
			batch.Events = append(batch.Events, part.events...)
		}
	}
	if ended == len(queues) {
		return Batch{}, ErrNotSignedIn
	}
	if len(batch.parts) > 1 {
		sort.SliceStable(batch.Events, func(i, j int) bool { return batch.Events[i].At.Before(batch.Events[j].At) })
	}
	return batch, nil
}
