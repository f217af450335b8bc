package center

import (
	"slices"
	"strings"
	"time"

	"ccgateway/internal/result"
)

// outsideSpan is the time whose calls are counted for the ceilings on calls to the outside.
const outsideSpan = time.Minute

// backBarred is for how long a call-back is put off that a ceiling keeps in. It costs the customer neither a try nor his place.
const backBarred = 5 * time.Second

// CallBarred is the Act of the audit's entry about a call that was kept in.
const CallBarred = "callBarred"

// Bar says what keeps a call to the outside in.
type Bar string

// What keeps calls in.
const (
	BarNone       Bar = ""
	BarNumber     Bar = "number"      // Numbering does not allow it
	BarCalls      Bar = "calls"       // Outside.Calls
	BarRate       Bar = "rate"        // Outside.PerMinute
	BarAgentCalls Bar = "agent_calls" // Outside.AgentCalls
	BarAgentRate  Bar = "agent_rate"  // Outside.AgentPerMinute
)

// outgoing is what the ceilings on calls to the outside are held against. Who causes a connection pays for it as long as it is there,
// also when he has left the call: a caller whom an agent has handed on to a number outside costs as much as one with whom he talks.
// Agent 0 is the center itself, for its flows; the ceilings of agents do not concern it.
type outgoing struct {
	lately []outgoingCall  // of the last outsideSpan, in the order of time
	rate   map[AgentID]int // how many of them each has made
	made   int             // all of them
	oldest timer           // when the first of lately is forgotten
	calls  map[AgentID]int // connections that are there, by who caused them
	all    int             // all of them
}

// outgoingCall is a call that has left the center. A refused one is there so that the audit has one entry a minute of each agent, not as
// many as a program can ask for.
type outgoingCall struct {
	by      AgentID
	at      time.Time
	refused bool
}

func newOutgoing() outgoing {
	return outgoing{rate: map[AgentID]int{}, calls: map[AgentID]int{}, oldest: timer{kind: timerOutside}}
}

// add notes a call, or one that was refused.
func (o *outgoing) add(call outgoingCall) {
	o.lately = append(o.lately, call)
	if !call.refused {
		o.rate[call.by]++
		o.made++
	}
}

// forgetOutside drops calls that are older than outsideSpan.
func (c *Center) forgetOutside() {
	o, old := &c.out, 0
	for ; old < len(o.lately) && !o.lately[old].at.After(c.now.Add(-outsideSpan)); old++ {
		if call := o.lately[old]; !call.refused {
			o.rate[call.by]--
			o.made--
			if o.rate[call.by] == 0 {
				delete(o.rate, call.by)
			}
		}
	}
	if o.lately = o.lately[old:]; len(o.lately) == 0 {
		o.lately = nil
		return
	}
	c.arm(&o.oldest, o.lately[0].at.Add(outsideSpan))
}

// begins and ends count a connection.
func (o *outgoing) begins(by AgentID) {
	o.calls[by]++
	o.all++
}

func (o *outgoing) ends(by AgentID) {
	if o.calls[by]--; o.calls[by] == 0 {
		delete(o.calls, by)
	}
	o.all--
}

// ceiling tells whether one more call of the agent would be above a ceiling.
func (c *Center) ceiling(by AgentID) Bar {
	most := c.cfg.Limits.Outside
	reached := func(limit, count int) bool { return limit > 0 && count >= limit }
	switch {
	case reached(most.Calls, c.out.all):
		return BarCalls
	case reached(most.PerMinute, c.out.made):
		return BarRate
	case by != 0 && reached(most.AgentCalls, c.out.calls[by]):
		return BarAgentCalls
	case by != 0 && reached(most.AgentPerMinute, c.out.rate[by]):
		return BarAgentRate
	}
	return BarNone
}

// bar tells what keeps a call of the agent to the outside number in.
func (c *Center) bar(by AgentID, number string) Bar {
	if !c.cfg.allows(number) {
		return BarNumber
	}
	return c.ceiling(by)
}

// checkOutside refuses a call to the outside that has to be kept in. A phone of the VCC is not outside.
func (c *Center) checkOutside(by AgentID, number string) *result.Error {
	if c.cfg.isPhone(number) {
		return nil
	}
	return c.checkByLine(by, number)
}

// checkByLine does the same for a call that a line takes, whatever the number.
func (c *Center) checkByLine(by AgentID, number string) *result.Error {
	why := c.bar(by, number)
	switch why {
	case BarNone:
		return nil
	case BarNumber:
		c.refuseOutside(by, number, why)
		return result.NumberNotAllowed.Because("calls to %s are not allowed by the VCC's numbering", number)
	default:
		c.refuseOutside(by, number, why)
		return result.OperationFailed.Because("the ceiling %q on calls to the outside is reached", why)
	}
}

// refuseOutside writes down that a call is kept in: each for the figures, the first in a minute of each agent for the audit.
func (c *Center) refuseOutside(by AgentID, number string, why Bar) {
	c.emit(OutsideRefused{VCC: c.cfg.ID, Agent: by, Number: number, Why: why})
	if slices.ContainsFunc(c.out.lately, func(call outgoingCall) bool { return call.refused && call.by == by }) {
		return
	}
	c.noteOutside(outgoingCall{by: by, at: c.now, refused: true})
	c.emit(Audit{VCC: c.cfg.ID, At: c.now, Actor: by, Act: CallBarred, Target: by, Detail: number + ": " + string(why)})
}

// goesOut counts a connection that is asked for by a line.
func (c *Center) goesOut(l *leg, by AgentID) {
	l.outside, l.payer = true, by
	c.out.begins(by)
	if most := c.cfg.Limits.Outside; most.PerMinute > 0 || most.AgentPerMinute > 0 { // else nobody asks
		c.noteOutside(outgoingCall{by: by, at: c.now})
	}
}

func (c *Center) noteOutside(call outgoingCall) {
	c.out.add(call)
	if len(c.out.lately) == 1 {
		c.arm(&c.out.oldest, call.at.Add(outsideSpan))
	}
}

// forgetLeg takes a connection that is over out of those that are there.
func (c *Center) forgetLeg(l *leg) {
	delete(c.legs, l.id)
	if l.outside {
		c.out.ends(l.payer)
	}
}

// wayTo finds where the agent's phone is rung now: where phoneOf says, unless a ceiling keeps that call in; then at the phone that he has
// bound. False = nowhere.
func (c *Center) wayTo(a *agent) (target, bool) {
	at, ok := c.phoneOf(a)
	if at.trunk == "" {
		return at, ok
	}
	if why := c.ceiling(a.id); why != BarNone {
		c.refuseOutside(a.id, at.number, why)
		return target{phone: a.phone}, a.phone != ""
	}
	return at, true
}

// ringOwn asks for the connection to an agent's own phone, and arms the deadline t by which it has to be lifted: now, if there is no
// way to it.
func (c *Center) ringOwn(a *agent, r Ring, t *timer, longest time.Duration) {
	at, ok := c.wayTo(a)
	l := c.newLeg()
	l.agent, l.at, a.line = a, at, l
	if !ok {
		l.over, l.barred = true, true // nobody has been asked for it
		c.arm(t, c.now)
		return
	}
	if at.trunk != "" {
		c.goesOut(l, a.id)
	}
	r.Leg, r.Phone, r.Trunk, r.Number = l.id, at.phone, at.trunk, at.number
	c.emit(r)
	c.arm(t, c.now.Add(longest))
}

// backBarredNow puts a call-back off that only a ceiling keeps in.
func (c *Center) backBarredNow(b *callBack) {
	b.ready = false
	c.arm(&b.again, c.now.Add(backBarred))
}

// allows tells whether Numbering lets a number outside be called at all: of the prefixes that fit the longest one counts. What fits none is
// allowed as long as no prefixes are, and, behind a service code, as long as none are denied either.
func (s *settings) allows(number string) bool {
	longest := func(prefixes []string) int {
		n := 0
		for _, prefix := range prefixes {
			if strings.HasPrefix(number, prefix) {
				n = max(n, len(prefix))
			}
		}
		return n
	}
	allowed, denied := longest(s.Numbering.Allowed), longest(s.Numbering.Denied)
	if allowed == 0 && denied == 0 {
		return len(s.Numbering.Allowed) == 0 && !(serviceCode(number) && len(s.Numbering.Denied) > 0)
	}
	return allowed > denied
}

// What a snapshot has of calls to the outside. The counts of connections follow from the legs.
type (
	savedOutgoing struct {
		Lately []savedOutgoingCall
		Oldest savedTimer
	}
	savedOutgoingCall struct {
		By      AgentID
		At      time.Time
		Refused bool
	}
)

func (o *outgoing) save() savedOutgoing {
	s := savedOutgoing{Oldest: o.oldest.save()}
	for _, call := range o.lately {
		s.Lately = append(s.Lately, savedOutgoingCall{By: call.by, At: call.at, Refused: call.refused})
	}
	return s
}

// outgoing makes the counts again.
func (r *restorer) outgoing() error {
	r.set(&r.c.out.oldest, r.s.Outgoing.Oldest)
	for _, s := range r.s.Outgoing.Lately {
		r.c.out.add(outgoingCall{by: s.By, at: s.At, refused: s.Refused})
	}
	for _, s := range r.s.Legs {
		if s.Outside {
			l := r.c.legs[s.ID]
			l.outside, l.payer = true, s.Payer
			r.c.out.begins(s.Payer)
		}
	}
	return nil
}
