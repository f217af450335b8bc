package center

import (
	"container/heap"
	"time"
)

// timer is one deadline of a thing. It lies in that thing; the heap holds pointers.
type timer struct {
	due   time.Time
	order uint64 // among deadlines of one instant the one set first comes first
	pos   int    // place in the heap + 1; 0 = not set
	kind  timerKind
	agent *agent     // of timerSilence, timerWrapUp, timerRest, timerPlay
	call  *call      // of timerRing, timerMaxWait, timerFlow
	ended *lingering // of timerLinger
	queue *queue     // of timerPlaces
	rec   *record    // of timerPause
	back  *callBack  // of timerBack
}

type timerKind int

const (
	timerSilence timerKind = iota // nothing came from an agent
	timerWrapUp                   // the queue's longest wrap-up
	timerRest                     // reminder that the rest is over
	timerRing                     // an offer, or an attempt to call
	timerMaxWait                  // the longest time in a queue
	timerLinger                   // events of an ended session are thrown away
	timerFlow                     // a flow is given up, or a voicemail is long enough
	timerPlaces                   // flows are told of places in a queue
	timerPause                    // the longest pause of a recording
	timerBack                     // a call-back may be tried again, or has been shown long enough
	timerPlay                     // an agent's phone that is rung for a recording to be played
	timerInspect                  // an inspector's phone is rung
	timerOutside                  // a call to the outside does not count for the ceilings any more
)

// timerHeap orders deadlines by time; it implements heap.Interface.
type timerHeap []*timer

func (h timerHeap) Len() int { return len(h) }
func (h timerHeap) Less(i, j int) bool {
	if h[i].due.Equal(h[j].due) {
		return h[i].order < h[j].order
	}
	return h[i].due.Before(h[j].due)
}
func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].pos, h[j].pos = i+1, j+1
}

// Push is for container/heap.
func (h *timerHeap) Push(x any) {
	t := x.(*timer)
	*h = append(*h, t)
	t.pos = len(*h)
}

// Pop is for container/heap.
func (h *timerHeap) Pop() any {
	last := len(*h) - 1
	t := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	t.pos = 0
	return t
}

// arm sets the deadline, or moves it.
func (c *Center) arm(t *timer, due time.Time) {
	c.timerSeq++
	t.due, t.order = due, c.timerSeq
	if t.pos > 0 {
		heap.Fix(&c.timers, t.pos-1)
		return
	}
	heap.Push(&c.timers, t)
}

// disarm takes the deadline away; one that is not set stays so.
func (c *Center) disarm(t *timer) {
	if t.pos > 0 {
		heap.Remove(&c.timers, t.pos-1)
	}
}

// NextDeadline tells when the next Tick is due; false = nothing is pending.
func (c *Center) NextDeadline() (time.Time, bool) {
	if len(c.timers) == 0 {
		return time.Time{}, false
	}
	return c.timers[0].due, true
}

// fireDue does what is due, in the order of time. Each deadline is followed by the matching of callers and agents, as every
// command is, so that the outcome does not depend on how many Ticks were sent.
//
// Deadlines that are set on the way count from the present, not from when the first was due: after a stand-still of the
// machine an agent's phone rings its full time. They may be due at once (a longest wait that ran out during an offer) and
// then fire here too; what each of them can set again lies in the future, so this ends.
func (c *Center) fireDue() {
	for len(c.timers) > 0 && !c.timers[0].due.After(c.now) {
		t := heap.Pop(&c.timers).(*timer)
		c.changed = true
		c.fire(t)
		c.match()
	}
}

func (c *Center) fire(t *timer) {
	switch t.kind {
	case timerSilence:
		c.silent(t.agent)
	case timerWrapUp:
		c.wrapUpOver(t.agent)
	case timerRest:
		c.restOver(t.agent)
	case timerRing:
		c.ringOver(t.call)
	case timerMaxWait:
		c.waitOver(t.call)
	case timerFlow:
		c.flowOver(t.call)
	case timerPlaces:
		c.placesDue(t.queue)
	case timerPause:
		c.pauseOver(t.rec)
	case timerBack:
		c.backDue(t.back)
	case timerPlay:
		c.stopPlay(t.agent, playFailed)
	case timerInspect:
		c.endInspection(t.agent.inspects, inspectionEnded, "the inspector did not lift his phone")
	case timerOutside:
		c.forgetOutside()
	case timerLinger:
		delete(c.lingering, t.ended.agent)
	}
}
