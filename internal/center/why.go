package center

import "time"

// Explanation answers Why: every waiting caller by his queue, and every idle agent.
type Explanation struct {
	At     time.Time    `json:"at"`
	Queues []QueueWhy   `json:"queues"` // in which somebody waits, in the order of the configuration
	Idle   []IdleWhy    `json:"idle"`   // agents that are idle and signed in, by number
	Counts ExplainCount `json:"counts"`
}

// ExplainCount sums an Explanation up.
type ExplainCount struct {
	Waiting  int `json:"waiting"`
	SignedIn int `json:"signed_in"`
	Idle     int `json:"idle"`
}

// QueueWhy is a queue in which callers wait. Its reasons are those of each of its callers: between two commands no agent of the
// queue can take any of them, or he would have been given one.
//
// Each agent who is signed in to the queue stands in exactly one reason that is no hint.
type QueueWhy struct {
	Skill    SkillID     `json:"skill"`
	Name     string      `json:"name"`
	SignedIn int         `json:"signed_in"` // agents that serve it
	Reasons  []Reason    `json:"reasons"`
	Callers  []CallerWhy `json:"callers"` // in the order in which they will be served
}

// CallerWhy is one waiting caller.
type CallerWhy struct {
	Call        CallID        `json:"call"`
	Caller      string        `json:"caller"`
	Position    int           `json:"position"` // 1 is served next
	Waited      time.Duration `json:"-"`        // waited_ms
	WaitedMS    int64         `json:"waited_ms"`
	Requeued    int           `json:"requeued"`     // how often an agent did not take him
	LastRelease AgentID       `json:"last_release"` // who last did not; 0 = nobody
}

// IdleWhy is an idle agent without a call. What keeps him from calls stands first; there is always a reason.
type IdleWhy struct {
	Agent     AgentID       `json:"agent"`
	Name      string        `json:"name"`
	Since     time.Time     `json:"since"`
	IdleFor   time.Duration `json:"-"` // idle_ms
	IdleForMS int64         `json:"idle_ms"`
	Reasons   []Reason      `json:"reasons"`
}

// Reason says why, with the agents or queues that it is true of.
type Reason struct {
	Why    ReasonKind  `json:"why"`
	Code   int         `json:"code,omitempty"`   // of ReasonNotReady the reason, of ReasonRest its cause, as the desktop sent it
	Hint   bool        `json:"hint,omitempty"`   // something to look at; it does not by itself keep anybody from a call
	Queue  string      `json:"queue,omitempty"`  // of ReasonTalking the other queue whose caller is served; of a hint the queue meant
	Agents []AgentName `json:"agents,omitempty"` // by number
	Queues []string    `json:"queues,omitempty"` // by name
}

// AgentName is an agent with his name.
type AgentName struct {
	Agent AgentID `json:"agent"`
	Name  string  `json:"name"`
}

// ReasonKind is a reason's word, as it stands in JSON.
type ReasonKind string

// The reasons. The first ones are of agents who are not free, the next of agents who are idle and yet get no call.
const (
	ReasonNoAgent  ReasonKind = "no_agent"  // nobody is signed in to the queue
	ReasonTalking  ReasonKind = "talking"   // in a call, held or present
	ReasonRinging  ReasonKind = "ringing"   // being offered another caller
	ReasonCalling  ReasonKind = "calling"   // making a call of his own
	ReasonWrapUp   ReasonKind = "wrap_up"   // after-call work
	ReasonNotReady ReasonKind = "not_ready" // with the reason as Code
	ReasonRest     ReasonKind = "rest"      // with the cause as Code

	ReasonStopping       ReasonKind = "stopping"        // the center is being stopped
	ReasonNoInbound      ReasonKind = "no_inbound"      // the role has the restriction no_inbound
	ReasonNoTalkRight    ReasonKind = "no_talk_right"   // the desktop has taken the right to talk away (settalkright)
	ReasonChangePassword ReasonKind = "change_password" // before calls are handled
	ReasonNoPhone        ReasonKind = "no_phone"        // none is bound, and calls are not forwarded to any

	ReasonNoQueue  ReasonKind = "no_queue"  // an idle agent is signed in to no queue
	ReasonNoCaller ReasonKind = "no_caller" // nobody waits in any queue that an idle agent serves

	ReasonPhoneDown  ReasonKind = "phone_not_registered" // hint: the bound phone has no registration
	ReasonNotServing ReasonKind = "not_serving"          // hint: fit and signed in, but not to this queue
	ReasonSignedOut  ReasonKind = "signed_out"           // hint: fit, but not signed in
	ReasonUnknown    ReasonKind = "unknown"              // a state that this program does not know
)

// why explains the whole center. It looks at each signed-in agent once for each of his queues, and at each waiting caller once.
func (c *Center) why() Explanation {
	e := Explanation{At: c.now, Queues: []QueueWhy{}, Idle: []IdleWhy{}, Counts: ExplainCount{SignedIn: len(c.roster)}}
	for _, s := range c.cfg.Skills {
		if q := c.queues[s.ID]; q.first != nil {
			e.Queues = append(e.Queues, c.whyQueue(q))
			e.Counts.Waiting += q.waiting
		}
	}
	for _, a := range c.roster {
		if a.state == StateIdle {
			e.Idle = append(e.Idle, c.whyIdle(a))
		}
	}
	e.Counts.Idle = len(e.Idle)
	return e
}

// whyQueue explains the callers of a queue.
func (c *Center) whyQueue(q *queue) QueueWhy {
	w := QueueWhy{Skill: q.skill.ID, Name: q.skill.Name, SignedIn: q.signedIn, Callers: make([]CallerWhy, 0, q.waiting)}
	for cl := q.first; cl != nil; cl = cl.next {
		waited := c.now.Sub(cl.entered)
		w.Callers = append(w.Callers, CallerWhy{
			Call: cl.id, Caller: cl.caller, Position: len(w.Callers) + 1, Waited: waited, WaitedMS: waited.Milliseconds(),
			Requeued: cl.requeued, LastRelease: cl.lastRelease,
		})
	}
	w.Reasons = c.whyNobody(q)
	return w
}

// whyNobody says for everybody who could serve the queue why he does not: those who are signed in to it, then hints.
func (c *Center) whyNobody(q *queue) []Reason {
	var found reasons
	if q.signedIn == 0 {
		found.add(Reason{Why: ReasonNoAgent})
	}
	for _, a := range c.roster {
		if a.serves(q) {
			found.add(c.whyBusy(a, q), a.name())
		}
	}
	for _, a := range c.roster {
		switch {
		case !a.serves(q) && a.account.fitFor(q.skill.ID):
			found.add(Reason{Why: ReasonNotServing, Hint: true}, a.name())
		case a.serves(q) && c.phoneDown(a):
			found.add(Reason{Why: ReasonPhoneDown, Hint: true}, a.name())
		}
	}
	for _, id := range c.cfg.numbers {
		if account := c.cfg.agents[id]; c.agents[id] == nil && account.fitFor(q.skill.ID) {
			found.add(Reason{Why: ReasonSignedOut, Hint: true}, AgentName{account.ID, account.Name})
		}
	}
	return found
}

// whyBusy says why an agent of the queue does not take its callers. There is a reason, since somebody waits there.
func (c *Center) whyBusy(a *agent, q *queue) Reason {
	switch {
	case a.inCall():
		return whyInCall(a, q)
	case a.state == StateWork:
		return Reason{Why: ReasonWrapUp}
	case a.state == StateBusy:
		return Reason{Why: ReasonNotReady, Code: a.reason}
	case a.state == StateRest:
		return Reason{Why: ReasonRest, Code: a.reason}
	}
	for _, obstacle := range c.obstacles(a) {
		return obstacle
	}
	return Reason{Why: ReasonUnknown}
}

// whyInCall says what kind of call keeps an agent, and names the queue that was served before this one.
func whyInCall(a *agent, q *queue) Reason {
	p := a.partIn("")
	r := Reason{Why: ReasonTalking}
	if p == nil { // he is played a recording
		return r
	}
	switch p.phase {
	case phaseOffered, phaseAlerting:
		r.Why = ReasonRinging
	case phaseDialling, phaseCalling:
		r.Why = ReasonCalling
	}
	if other := p.call.queue; other != nil && other != q {
		r.Queue = other.skill.Name
	}
	return r
}

// obstacles are what keeps an idle agent from callers, the most general first: the same conditions as usable.
func (c *Center) obstacles(a *agent) []Reason {
	var found []Reason
	for _, o := range []struct {
		holds bool
		why   ReasonKind
	}{
		{c.draining, ReasonStopping},
		{a.rights.Has(RightNoInbound), ReasonNoInbound},
		{!a.talkRight, ReasonNoTalkRight},
		{a.mustChange, ReasonChangePassword},
		{!c.hasPhone(a), ReasonNoPhone},
	} {
		if o.holds {
			found = append(found, Reason{Why: o.why})
		}
	}
	return found
}

// whyIdle says why an idle agent has no call.
func (c *Center) whyIdle(a *agent) IdleWhy {
	idle := c.now.Sub(a.since)
	w := IdleWhy{Agent: a.id, Name: a.account.Name, Since: a.since, IdleFor: idle, IdleForMS: idle.Milliseconds()}
	if a.inCall() {
		w.Reasons = append(w.Reasons, whyInCall(a, nil))
	}
	w.Reasons = append(w.Reasons, c.obstacles(a)...)
	switch {
	case len(a.skills) == 0:
		w.Reasons = append(w.Reasons, Reason{Why: ReasonNoQueue})
	case !a.anyWaiting():
		w.Reasons = append(w.Reasons, Reason{Why: ReasonNoCaller, Queues: a.queueNames()})
	}
	if c.phoneDown(a) {
		w.Reasons = append(w.Reasons, Reason{Why: ReasonPhoneDown, Hint: true})
	}
	return w
}

// phoneDown tells whether the agent's phone has to be rung for a call and has no registration.
func (c *Center) phoneDown(a *agent) bool {
	if a.lineUp() {
		return false
	}
	at, ok := c.phoneOf(a)
	return ok && at.phone != "" && !c.phones[at.phone]
}

// anyWaiting tells whether somebody waits in a queue that the agent serves.
func (a *agent) anyWaiting() bool {
	for _, m := range a.skills {
		if m.queue.first != nil {
			return true
		}
	}
	return false
}

func (a *agent) queueNames() []string {
	var names []string
	for _, m := range a.skills {
		names = append(names, m.queue.skill.Name)
	}
	return names
}

func (a *agent) name() AgentName { return AgentName{a.id, a.account.Name} }

// fitFor tells whether the account has the skill.
func (a *Agent) fitFor(skill SkillID) bool {
	for _, s := range a.Skills {
		if s.Skill == skill {
			return true
		}
	}
	return false
}

// reasons gathers the agents of equal reasons, in the order in which these turned up.
type reasons []Reason

func (r *reasons) add(why Reason, agents ...AgentName) {
	for i := range *r {
		have := &(*r)[i]
		if have.Why == why.Why && have.Code == why.Code && have.Queue == why.Queue {
			have.Agents = append(have.Agents, agents...)
			return
		}
	}
	why.Agents = agents
	*r = append(*r, why)
}
