package center

import (
	"container/heap"
	"time"
)

// defaultRing is how long a phone is rung where no skill queue says it (call-model 9, DECISIONS 8).
const defaultRing = 30 * time.Second

// queue is a skill queue: the callers who wait in it, in their order, and the idle agents who serve it, in theirs.
type queue struct {
	skill       Skill
	gone        bool // no longer configured
	dirty       bool // stands in Center.dirty
	first, last *call
	waiting     int
	idle        idleHeap
	signedIn    int
	pace        time.Duration // from one answer to the next while others wait; 0 = unknown
	served      time.Time     // the last answer after which others waited; zero = none
	backs       []*callBack   // customers who are to be called, in their order
	places      timer         // when flows are told of changed places
}

func newQueue(s Skill) *queue {
	q := &queue{skill: s}
	q.places = timer{kind: timerPlaces, queue: q}
	return q
}

// comesBefore is the order of waiting callers: those whom an agent gave back first, then by the time of entry (call-model 9).
func (x *call) comesBefore(y *call) bool {
	if given := x.requeued > 0; given != (y.requeued > 0) {
		return given
	}
	if !x.entered.Equal(y.entered) {
		return x.entered.Before(y.entered)
	}
	return x.number < y.number
}

// insert puts a call in its place. A new caller's place is the end, found at once; one who is given back is in front, behind
// few others.
func (q *queue) insert(cl *call) {
	var after *call // the call that stands before cl
	if cl.requeued == 0 {
		for after = q.last; after != nil && cl.comesBefore(after); after = after.prev {
		}
	} else {
		for next := q.first; next != nil && next.comesBefore(cl); next = next.next {
			after = next
		}
	}
	cl.prev, cl.queued = after, true
	if after == nil {
		cl.next, q.first = q.first, cl
	} else {
		cl.next, after.next = after.next, cl
	}
	if cl.next == nil {
		q.last = cl
	} else {
		cl.next.prev = cl
	}
	q.waiting++
}

// remove takes a waiting call out.
func (q *queue) remove(cl *call) {
	if cl.prev == nil {
		q.first = cl.next
	} else {
		cl.prev.next = cl.next
	}
	if cl.next == nil {
		q.last = cl.prev
	} else {
		cl.next.prev = cl.prev
	}
	cl.prev, cl.next, cl.queued = nil, nil, false
	q.waiting--
}

// idleHeap has a queue's free agents, the one to be served next on top: the best fit, then the longest idle, then the lower
// number. It implements heap.Interface.
type idleHeap []*membership

func (h idleHeap) Len() int { return len(h) }
func (h idleHeap) Less(i, j int) bool {
	x, y := h[i], h[j]
	if x.weight != y.weight {
		return x.weight > y.weight
	}
	if !x.agent.idleSince.Equal(y.agent.idleSince) {
		return x.agent.idleSince.Before(y.agent.idleSince)
	}
	return x.agent.id < y.agent.id
}
func (h idleHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].pos, h[j].pos = i+1, j+1
}

// Push is for container/heap.
func (h *idleHeap) Push(x any) {
	m := x.(*membership)
	*h = append(*h, m)
	m.pos = len(*h)
}

// Pop is for container/heap.
func (h *idleHeap) Pop() any {
	last := len(*h) - 1
	m := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	m.pos = 0
	return m
}

func (q *queue) addIdle(m *membership) {
	if m.pos == 0 {
		heap.Push(&q.idle, m)
	}
}

func (q *queue) removeIdle(m *membership) {
	if m.pos > 0 {
		heap.Remove(&q.idle, m.pos-1)
	}
}

// enqueue lets a caller wait, for the first time or again.
func (c *Center) enqueue(cl *call) {
	q := cl.queue
	c.entersQueue(cl)
	q.insert(cl)
	cl.since = c.now
	c.watchWait(cl)
	c.setRoom(cl)
	c.mark(q)
}

// watchWait sets the end of a waiting caller's longest wait. It counts from when he came, also if he was offered meanwhile.
func (c *Center) watchWait(cl *call) {
	if cl.add.asker != nil { // he waits with the caller
		c.arm(&cl.maxWait, cl.add.began.Add(longestHandOver))
		return
	}
	if longest := cl.queue.skill.MaxWait; longest > 0 {
		c.arm(&cl.maxWait, cl.entered.Add(longest))
		return
	}
	c.disarm(&cl.maxWait)
}

// dequeue takes a caller out of his queue; one who is not in it stays where he is.
func (c *Center) dequeue(cl *call) {
	if cl.queued {
		cl.queue.remove(cl)
	}
	c.disarm(&cl.maxWait)
}

// giveBack returns a caller whom an agent did not take to the front of his queue.
func (c *Center) giveBack(cl *call, from *agent) {
	cl.requeued++
	cl.lastRelease = from.id
	switch {
	case c.draining:
		c.endCall(cl, finish{reason: LeaveNoResource, by: PartySystem, cause: CauseShutdown})
	case cl.queue.gone:
		if cl.run != 0 {
			c.closedToFlow(cl, LeaveNobodyOnDuty)
			return
		}
		c.endCall(cl, finish{reason: LeaveNobodyOnDuty, by: PartySystem, cause: CauseNoAnswer})
	default:
		c.countRedirected(from)
		c.enqueue(cl)
		c.tellFlow(cl, FlowTold{What: FlowUnanswered})
		c.tellPlace(cl)
	}
}

// waitOver lets a caller go who has waited as long as his queue allows.
func (c *Center) waitOver(cl *call) {
	switch {
	case cl.queued && cl.add.kind != addNone && len(cl.parties) > 2:
		c.addFailed(cl, LeaveThreeTimeout)
	case cl.queued && cl.add.kind != addNone:
		c.addFailed(cl, LeaveTransferTimeout)
	case cl.queued && cl.run != 0:
		c.closedToFlow(cl, LeaveTimeout)
	case cl.queued:
		c.endCall(cl, finish{reason: LeaveTimeout, by: PartySystem, cause: CauseNoAnswer})
	}
}

// letGo releases all callers who wait in the queue.
func (c *Center) letGo(q *queue, reason Leave, cause Cause) {
	for q.first != nil {
		if q.first.add.kind != addNone {
			c.addFailed(q.first, reason)
			continue
		}
		if q.first.run != 0 && !c.draining {
			c.closedToFlow(q.first, reason)
			continue
		}
		c.endCall(q.first, finish{reason: reason, by: PartySystem, cause: cause})
	}
	c.disarm(&q.places)
}
