package center

import (
	"cmp"
	"slices"
	"time"
)

// agent is a signed-in agent: a session, and what he does in it.
type agent struct {
	id      AgentID
	account *Agent
	rights  Rights
	session Session
	seq     uint64 // of the last event
	guids   guids
	ousted  *guids // of earlier sessions that somebody else ended; nil = none
	began   time.Time
	seen    time.Time // the last sign of life
	silence timer
	ending  bool // the session is being ended: no further change of state

	push         Push
	phone        string // bound; "" = none
	forward      string // rung instead of phone; "" = none
	autoAnswer   bool
	autoIdle     bool
	releasePhone bool // the phone hangs up after each call; false: permanent connection
	platformOnly bool
	chat         bool
	listen       bool
	mustChange   bool // the password has to be changed before calls are handled
	talkRight    bool
	selfRecord   bool
	recordEarly  bool      // from before the talk
	watches      []AgentID // whose changes he is told of, by number
	custom       int
	signInMode   string
	skills       []*membership // queues that he is signed in to, in the order of his account
	indexed      bool          // stands in those queues as a free agent
	state        State
	reason       int // of not ready; cause of the rest
	since        time.Time
	stateCall    CallID    // the call that brought StateTalking, or whose wrap-up StateWork is
	lastBar      int       // bar state that went before state
	idleSince    time.Time // for longest idle first
	before       chosen    // what he had chosen before StateTalking
	talked       bool      // since StateTalking began, a talk came about
	wish         wish      // kept until he is through with his calls
	restUntil    time.Time // when the reminder is due
	restReminded bool
	restTimer    timer
	wrapUntil    time.Time // end of the wrap-up; zero = he ends it himself
	wrapTimer    timer
	wrapUp       time.Duration // of the queue whose call he had last
	line         *leg          // his phone's connection; nil = on-hook
	gone         int           // phoneState of a line that went down and whose event is still to be sent; 0 = none
	present      *party        // his part in the present call; nil = none
	held         []*party      // his parts in held calls, in the order of holding
	last         *CallInfo     // the last call that he left
	figures      DayFigures    // of the day, without the state and the talk that go on
	figuresDay   time.Time     // midnight in UTC from which they count
	inspects     *inspection   // his inspection of another agent; nil = none
	aside        *asideTalk    // with those who insert at him, without a call; nil = none
	play         *agentPlay    // a recording that is played to him; nil = none
	preview      *callBack     // a customer whom he is shown; nil = none
}

// chosen is a state that an agent comes back to.
type chosen struct {
	state  State
	reason int
}

// inCall tells whether the agent has any call, be it that his own phone is only being rung for it.
func (a *agent) inCall() bool {
	return a.present != nil || len(a.held) > 0 || a.play != nil || a.inspects != nil || a.preview != nil
}

// partIn finds the agent's part in a call; "" means the present call, then the one held last.
func (a *agent) partIn(id CallID) *party {
	if a.present != nil && (id == "" || a.present.call.id == id) {
		return a.present
	}
	return a.heldPart(id)
}

// heldPart finds a held call; "" means the one held last.
func (a *agent) heldPart(id CallID) *party {
	for _, p := range slices.Backward(a.held) {
		if id == "" || p.call.id == id {
			return p
		}
	}
	return nil
}

// byNumber orders agents for binary search.
func byNumber(a *agent, id AgentID) int { return cmp.Compare(a.id, id) }

// insertByNumber puts the agent in his place of an ordered list.
func insertByNumber(list []*agent, a *agent) []*agent {
	at, found := slices.BinarySearchFunc(list, a.id, byNumber)
	if found {
		return list
	}
	return slices.Insert(list, at, a)
}

// removeByNumber takes the agent out of an ordered list.
func removeByNumber(list []*agent, a *agent) []*agent {
	at, found := slices.BinarySearchFunc(list, a.id, byNumber)
	if !found || list[at] != a {
		return list
	}
	return slices.Delete(list, at, at+1)
}

// usable tells whether a queue may offer a call to the agent.
func (c *Center) usable(a *agent) bool {
	return a.state == StateIdle && !a.ending && !a.inCall() && a.talkRight && !a.rights.Has(RightNoInbound) &&
		!a.mustChange && !c.draining && c.hasPhone(a)
}

// reachableInside tells whether another agent's call can be offered to the agent: he is idle or in wrap-up (cec_07_0697).
func (c *Center) reachableInside(a *agent) bool {
	return (a.state == StateIdle || a.state == StateWork) && !a.ending && !a.inCall() && !a.mustChange && c.hasPhone(a)
}

// reindex puts the agent into the indices of free agents, or takes him out.
func (c *Center) reindex(a *agent) {
	usable := c.usable(a)
	switch {
	case usable && !a.indexed:
		a.indexed = true
		for _, m := range a.skills {
			m.queue.addIdle(m)
			c.mark(m.queue)
		}
	case !usable:
		c.unindex(a)
	}
}

// unindex takes the agent out of the indices of free agents.
func (c *Center) unindex(a *agent) {
	if !a.indexed {
		return
	}
	a.indexed = false
	for _, m := range a.skills {
		m.queue.removeIdle(m)
	}
}
