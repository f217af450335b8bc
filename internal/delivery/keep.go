package delivery

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/plain"
)

// savedVersion stands before what Save gives.
const savedVersion = 1

// ErrVersion says that saved events are of a version that this program does not read.
var ErrVersion = errors.New("saved events of another version")

// What Save gives, as package plain writes it.
type (
	saved struct {
		Version int
		Queues  []savedQueue
	}
	savedQueue struct {
		Agent    center.AgentID
		Session  center.Session
		Push     center.Push
		Numbered bool   // streams name its events by their numbers
		Closed   bool   // no more events come
		Ended    bool   // since the session has ended
		Last     uint64 // number of the newest event
		Had      uint64 // everything up to here has arrived
		Events   []savedEvent
	}
	savedEvent struct {
		Seq     uint64
		Type    string
		At      time.Time
		Content []byte // JSON
	}
)

// confirmations gathers how far clients have got their events, until somebody saves it. Its lock is the innermost.
type confirmations struct {
	mu  sync.Mutex
	had map[Key]uint64
}

// note says that a session's client has everything up to seq.
func (c *confirmations) note(key Key, seq uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.had[key] = max(c.had[key], seq)
}

// Confirmed gives the sessions whose clients have got events since the last call, with the number of the last one: of a stream what
// its client has acknowledged, else what was written to the client.
func (d *Delivery) Confirmed(each func(vcc center.VCCID, session center.Session, seq uint64)) {
	d.confirmed.mu.Lock()
	had := d.confirmed.had
	d.confirmed.had = map[Key]uint64{}
	d.confirmed.mu.Unlock()
	for key, seq := range had {
		each(key.VCC, key.Session, seq)
	}
}

// Save copies the sessions of a center with the events that their clients have not got, and returns what encodes the copy.
func (d *Delivery) Save(vcc center.VCCID) (encode func() []byte) {
	var queues []savedQueue
	var events [][]*Event
	for _, q := range d.queuesOf(vcc) {
		s, waiting := q.save()
		queues, events = append(queues, s), append(events, waiting)
	}
	return func() []byte {
		for i := range queues {
			for _, e := range events[i] {
				content, err := marshal(e.content)
				if err != nil {
					continue // it could not be delivered either; the reader logs it
				}
				queues[i].Events = append(queues[i].Events, savedEvent{Seq: e.Seq, Type: e.Type, At: e.At, Content: content})
			}
		}
		slices.SortFunc(queues, func(x, y savedQueue) int { return cmp.Compare(x.Session, y.Session) })
		return plain.Append(nil, saved{Version: savedVersion, Queues: queues})
	}
}

func (d *Delivery) queuesOf(vcc center.VCCID) []*queue {
	d.mu.RLock()
	defer d.mu.RUnlock()
	var all []*queue
	for key, q := range d.queues {
		if key.VCC == vcc {
			all = append(all, q)
		}
	}
	return all
}

func (q *queue) save() (s savedQueue, events []*Event) {
	q.mu.Lock()
	defer q.mu.Unlock()
	h := &q.history
	s = savedQueue{
		Agent: q.key.Agent, Session: q.key.Session, Push: q.push, Numbered: h.numbered, Closed: q.closed, Ended: q.ended,
		Last: h.last, Had: max(q.had, h.lost, h.acked),
	}
	for _, w := range h.kept {
		events = append(events, w.event)
	}
	return s, append(events, q.events...)
}

// Restore makes the sessions of a center again from what Save's function gave, nil = from nothing; confirmed tells what has arrived
// since. The center's effects after that are then brought by Recall. Errors wrap ErrVersion, plain.ErrNewer or plain.ErrBroken.
func (d *Delivery) Restore(vcc center.VCCID, data []byte, confirmed map[center.Session]uint64) error {
	var s saved
	if data != nil {
		if err := plain.Read(data, &s); err != nil {
			return fmt.Errorf("read saved events: %w", err)
		}
		if s.Version != savedVersion {
			return fmt.Errorf("%w: they have version %d, this program reads %d", ErrVersion, s.Version, savedVersion)
		}
	}
	had := make(map[center.Session]uint64, len(confirmed))
	for session, seq := range confirmed {
		had[session] = seq
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.had[vcc] = had
	for i := range s.Queues {
		d.restore(vcc, &s.Queues[i])
	}
	return nil
}

// restore makes one session's queue again. The caller holds d.mu.
func (d *Delivery) restore(vcc center.VCCID, s *savedQueue) {
	key := Key{VCC: vcc, Agent: s.Agent, Session: s.Session}
	q := d.newQueue(key, s.Push)
	q.had = max(q.had, s.Had)
	q.closed = s.Closed
	h := &q.history
	h.numbered, h.last, h.lost, h.acked = s.Numbered, s.Last, q.had, q.had
	for _, e := range s.Events {
		if e.Seq > q.had {
			q.events = append(q.events, &Event{Agent: s.Agent, Seq: e.Seq, Type: e.Type, At: e.At, content: json.RawMessage(e.Content)})
		}
	}
	if !s.Ended {
		d.queues[key] = q
	} else if len(q.events) > 0 {
		q.ended = true
		d.queues[key] = q
		d.expire(q)
	}
}

// Recall takes the effects of commands that a center is made of again. Events that have arrived are left out.
func (d *Delivery) Recall(vcc center.VCCID, _ uint64, effects []center.Effect) { d.Carry(vcc, effects) }

// ExpelFull calls Options.Overflow for the sessions that were restored with a full queue: what it did before the program ended
// may not have come about.
func (d *Delivery) ExpelFull() {
	if d.options.Overflow == nil {
		return
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	for key, q := range d.queues {
		q.mu.Lock()
		full := q.closed && !q.ended
		q.mu.Unlock()
		if full {
			d.callbacks.Go(func() { d.options.Overflow(key) })
		}
	}
}

// EachPushed gives the sessions whose events are pushed, for a pusher that begins after they were made again.
func (d *Delivery) EachPushed(each func(key Key, to center.Push)) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	for key, q := range d.queues {
		if q.push.URL != "" {
			each(key, q.push)
		}
	}
}
