package center

import (
	"strconv"

	"ccgateway/internal/result"
)

// plain tells whether a call is one with a customer (call-model 6).
func (cl *call) plain() bool {
	switch cl.feature {
	case featureInternal, featureHelp, featureHelp3, featureThree:
		return false
	}
	return true
}

// innerHelp consults an agent. In the two-party mode the customer is put on hold and the help call is a call of its own; in the
// three-party mode the helper is rung into the customer's call, whose id is the help call's too.
func (c *Center) innerHelp(a *agent, cmd InnerHelp) (CallID, *result.Error) {
	p := a.present
	switch {
	case cmd.Mode != HelpTwoParty && cmd.Mode != HelpThreeParty:
		return "", result.BadArgument.Because("mode %d is neither 1 nor 2", cmd.Mode)
	case cmd.Data != nil && len(*cmd.Data) > maxCallData:
		return "", result.BadArgument.Because("call data of %d bytes is longer than %d", len(*cmd.Data), maxCallData)
	case p == nil || p.muted || p.phase != phaseTalking || !p.talkOfTwo() || !p.call.plain():
		return "", result.NothingToConsult.Because("agent %d does not talk with a customer", a.id)
	case !a.rights.Has(RightThreeParty):
		return "", lacks(a, RightThreeParty)
	case c.draining:
		return "", result.OperationFailed.Because("the center is being stopped")
	}
	b, err := c.helper(a, cmd.To)
	if err != nil {
		return "", err
	}
	if cmd.Mode == HelpThreeParty {
		cl := p.call
		if cmd.Data != nil {
			cl.data = *cmd.Data
		}
		c.seek(p, addHelp, cmd.Hold)
		c.seekAgent(cl, b)
		return cl.id, nil
	}
	return c.consult(p, b, cmd.Data)
}

// consult holds the customer and calls the helper.
func (c *Center) consult(p *party, b *agent, data *string) (CallID, *result.Error) {
	a := p.agent
	if limit := c.cfg.Limits.Calls; limit > 0 && len(c.calls) >= limit {
		return "", result.OperationFailed.Because("the limit of %d calls is reached", limit)
	}
	c.park(p)
	c.setRoom(p.call)
	c.tell(a, EvHold, string(p.call.id))
	cl := c.newOwnCall(featureHelp, strconv.Itoa(int(b.id)), p.call.skill, p.call.data)
	cl.caller = strconv.Itoa(int(a.id))
	cl.target.agent = b.id
	if data != nil {
		cl.data = *data
	}
	c.dial(c.makeCall(a, cl), b.account.Name)
	return cl.id, nil
}

// helper finds the agent who is to be asked or called: the named one, or the best idle one of a queue. One who cannot be reached now is
// refused at once, so that no customer is put on hold for nothing.
func (c *Center) helper(a *agent, to Device) (*agent, *result.Error) {
	number, err := strconv.Atoi(to.Address)
	if err != nil || to.Type != DeviceAgent && to.Type != DeviceSkill {
		return nil, result.BadArgument.Because("%q of type %d is neither an agent nor a skill queue", to.Address, to.Type)
	}
	if to.Type == DeviceSkill {
		return c.bestOf(a, SkillID(number))
	}
	b := c.agents[AgentID(number)]
	if b == nil || b == a || !c.reachableInside(b) {
		return nil, result.OperationFailed.Because("agent %d cannot be reached", number)
	}
	return b, nil
}

// bestOf is the agent of a queue who would be offered its next call.
func (c *Center) bestOf(a *agent, skill SkillID) (*agent, *result.Error) {
	q := c.queues[skill]
	if q == nil {
		return nil, result.BadArgument.Because("skill queue %d is not configured", skill)
	}
	if len(q.idle) == 0 || q.idle[0].agent == a && len(q.idle) == 1 {
		return nil, result.OperationFailed.Because("nobody of skill queue %d is idle", skill)
	}
	best := q.idle[0]
	if best.agent != a {
		return best.agent, nil
	}
	for i := range q.idle[1:] {
		if best.agent == a || q.idle.Less(i+1, best.pos-1) {
			best = q.idle[i+1]
		}
	}
	return best.agent, nil
}

// callInnerSkill calls the best idle agent of a skill queue.
func (c *Center) callInnerSkill(a *agent, skill SkillID) (CallID, *result.Error) {
	if !a.rights.Has(RightCallInner) {
		return "", lacks(a, RightCallInner)
	}
	if err := c.checkFree(a); err != nil {
		return "", err
	}
	b, err := c.bestOf(a, skill)
	if err != nil {
		return "", err
	}
	cl := c.newOwnCall(featureInternal, strconv.Itoa(int(b.id)), skill, "")
	cl.caller, cl.target.agent = strconv.Itoa(int(a.id)), b.id
	c.dial(c.makeCall(a, cl), b.account.Name)
	return cl.id, nil
}
