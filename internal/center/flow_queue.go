package center

import (
	"time"

	"ccgateway/internal/result"
)

// How often callers in a queue are told that their place has changed, and how many of them are looked at. What a place of more than
// a hundred does is of no interest to who waits there, and a queue of ten thousand must not cost ten thousand effects a second.
const (
	tellPlaces = 5 * time.Second
	maxTold    = 100
)

// longestPace bounds what one quiet moment does to the estimate of waiting times.
const longestPace = 10 * time.Minute

// flowQueue lets the caller wait in a queue beside his flow, or move to another.
func (c *Center) flowQueue(cl *call, p *party, cmd FlowQueue) *result.Error {
	q := c.queues[cmd.Skill]
	switch {
	case cl.suspended() != nil:
		return result.OperationFailed.Because("call %s belongs to the agent who waits for it", cl.id)
	case q == nil || q.gone || c.draining:
		return result.OperationFailed.Because("skill queue %d takes nobody", cmd.Skill)
	case p.record != nil || p.phase != phaseInFlow && !cl.queued:
		return result.OperationFailed.Because("call %s is being recorded, or somebody is being rung for it", cl.id)
	case q.skill.MaxWaiting > 0 && q.waiting >= q.skill.MaxWaiting && !(cl.queued && cl.queue == q):
		return result.OperationFailed.Because("skill queue %d is full", cmd.Skill)
	}
	c.unqueue(cl, p)
	c.outOfFlow(p)
	entered := c.now
	switch {
	case cl.firstWait.IsZero():
		cl.firstWait, cl.beforeWait = c.now, p.waited
	case cmd.KeepTime: // he has waited since then, also while he was in the flow
		entered, p.waited = cl.firstWait, cl.beforeWait
	}
	p.phase = phaseWaiting
	cl.queue, cl.skill, cl.media, cl.requeued, cl.entered = q, q.skill.ID, q.skill.Media, 0, entered
	if q.skill.RingBack {
		c.alert(p.leg)
	} else {
		c.answerLeg(p.leg)
	}
	c.enqueue(cl)
	c.tellPlace(cl)
	return nil
}

// unqueue takes the caller out of the queue that he waits in, if he does.
func (c *Center) unqueue(cl *call, p *party) {
	if !cl.queued {
		return
	}
	p.waited += c.now.Sub(cl.entered)
	c.dequeue(cl)
	c.leavesQueue(cl, QueueMoved, 0)
	cl.entered, cl.flow.place = time.Time{}, 0
}

func (c *Center) flowLeave(cl *call, p *party) *result.Error {
	if !cl.queued {
		return result.OperationFailed.Because("call %s waits in no queue", cl.id)
	}
	c.unqueue(cl, p)
	c.backToFlow(cl, p)
	return nil
}

// closedToFlow takes a caller out of a queue that lets him go: his flow goes on.
func (c *Center) closedToFlow(cl *call, why Leave) {
	p := cl.guest()
	if !cl.entered.IsZero() {
		p.waited += c.now.Sub(cl.entered)
	}
	c.dequeue(cl)
	c.leavesQueue(cl, queueOutcome(finish{reason: why}), 0)
	c.backToFlow(cl, p)
	c.tellFlow(cl, FlowTold{What: FlowQueueClosed, Why: why.String()})
}

// tellPlace tells the flow where its caller stands in the queue.
func (c *Center) tellPlace(cl *call) {
	if cl.run == 0 {
		return
	}
	q, place := cl.queue, 1
	if q.last == cl {
		place = q.waiting
	} else {
		for before := cl.prev; before != nil; before = before.prev {
			place++
		}
	}
	c.placeIs(cl, place)
	if q.places.pos == 0 {
		c.arm(&q.places, c.now.Add(tellPlaces))
	}
}

func (c *Center) placeIs(cl *call, place int) {
	cl.flow.place = place
	c.tellFlow(cl, FlowTold{What: FlowQueued, Place: place, Wait: cl.queue.expects(place), Idle: cl.queue.signedIn})
}

// placesDue tells those in front whose place has changed, and looks again later while anybody of a flow may wait.
func (c *Center) placesDue(q *queue) {
	place, again := 0, q.waiting > maxTold
	for cl := q.first; cl != nil && place < maxTold; cl = cl.next {
		place++
		if cl.run == 0 {
			continue
		}
		again = true
		if cl.flow.place != place {
			c.placeIs(cl, place)
		}
	}
	if again {
		c.arm(&q.places, c.now.Add(tellPlaces))
	}
}

// served notes that a caller of the queue has been answered. The pace is how long it takes from one answer to the next while others
// wait, smoothed over about the last four.
func (c *Center) served(q *queue) {
	if q == nil {
		return
	}
	if !q.served.IsZero() {
		gap := min(c.now.Sub(q.served), longestPace)
		if q.pace == 0 {
			q.pace = gap
		} else {
			q.pace = (3*q.pace + gap) / 4
		}
	}
	q.served = c.now
	if q.waiting == 0 {
		q.served = time.Time{} // until the next one comes it is not the agents who set the pace
	}
}

// expects estimates how long the caller at a place still waits; 0 = unknown.
func (q *queue) expects(place int) time.Duration {
	return (time.Duration(place) * q.pace).Truncate(time.Second)
}
