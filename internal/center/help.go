package center

import (
	"slices"
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

// internal tells whether a call is between members of the house: it is neither handed on nor muted (cec_07_2635). One into which somebody from
// outside has been joined is his call as well.
func (cl *call) internal() bool {
	return cl.feature == featureInternal && !slices.ContainsFunc(cl.parties, func(p *party) bool { return p.kind == PartyCustomer || p.kind == PartyOutside })
}

// right is what a help needs: two parties talk in an internal call, three in a three-party call (roles.md, bits 6 and 9).
func (m HelpMode) right() Right {
	if m == HelpThreeParty {
		return RightThreeParty
	}
	return RightCallInner
}

// innerHelp consults an agent. In the two-party mode the customer is put on hold and the help call is a call of its own; in the
// three-party mode the helper is rung into the customer's call, and what has an id of its own is his part in it: who asked can name it
// as a call, and end it, until the helper leaves.
func (c *Center) innerHelp(a *agent, cmd InnerHelp) (CallID, *result.Error) {
	p := a.present
	switch {
	case cmd.Mode != HelpTwoParty && cmd.Mode != HelpThreeParty:
		return "", result.BadArgument.Because("mode %d is neither 1 nor 2", cmd.Mode)
	case cmd.Data != nil && len(*cmd.Data) > maxCallData:
		return "", result.BadArgument.Because("call data of %d bytes is longer than %d", len(*cmd.Data), maxCallData)
	case p == nil || !p.inTalk():
		return "", result.NothingToConsult.Because("agent %d does not talk with anybody", a.id)
	case !a.rights.Has(cmd.Mode.right()):
		return "", lacks(a, cmd.Mode.right())
	case cmd.Mode == HelpThreeParty && len(p.call.parties) >= maxParties:
		return "", tooMany(p.call)
	case c.draining:
		return "", result.OperationFailed.Because("the center is being stopped")
	}
	b, err := c.helper(a, cmd.To)
	if err != nil {
		return "", err
	}
	if cmd.Mode == HelpThreeParty {
		p.muted = false
		cl := p.call
		if cmd.Data != nil {
			cl.data = *cmd.Data
		}
		id := c.newCallID()
		c.seek(p, addHelp, cmd.Hold)
		cl.add.help = id
		c.seekAgent(cl, b)
		return id, nil
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

// helpPart finds a help call of the agent's: the helper's part in one of the agent's calls, and the agent's own part there. A three-party
// help is known by its id to who asked for it and to the helper.
func (a *agent) helpPart(id CallID) (helper, mine *party) {
	for _, own := range a.parts() {
		for _, p := range own.call.parties {
			if id != "" && p.help == id && (p == own || p.askedBy == a.id) {
				return p, own
			}
		}
	}
	return nil, nil
}

// parts are the agent's parts in his calls: the present one, then the held ones.
func (a *agent) parts() []*party {
	if a.present == nil {
		return a.held
	}
	return append([]*party{a.present}, a.held...)
}

// callOf finds a call by an id of the agent's: of a call, or of a help call in it; "" as in partIn.
func (a *agent) callOf(id CallID) *call {
	if p := a.partIn(id); p != nil {
		return p.call
	}
	if _, mine := a.helpPart(id); mine != nil {
		return mine.call
	}
	return nil
}

// dropHelp ends a three-party help by its id: the helper is gone, whether he rings or talks, and the others go on.
func (c *Center) dropHelp(helper, mine *party) {
	cl := mine.call
	if helper == mine {
		c.leaveCall(mine)
		return
	}
	c.tell(mine.agent, EvCallRelease, string(helper.help))
	switch {
	case helper == cl.add.rung:
		c.cancelAdd(cl)
	case len(cl.present()) > 2:
		c.drop(helper)
	default: // the customer has left: nobody would be left to talk with
		c.leaveCall(mine)
	}
}

// helpInfo is a three-party help as a call.
func (c *Center) helpInfo(helper *party) *CallInfo {
	info := c.callInfo(helper)
	info.Call, info.Feature, info.Caller, info.Called, info.Original = helper.help, featureHelp3, strconv.Itoa(int(helper.askedBy)), helper.number, helper.number
	info.Entered, info.Age, info.Waited = helper.began, c.now.Sub(helper.began), 0
	return info
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
