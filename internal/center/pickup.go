package center

import (
	"slices"
	"strconv"

	"ccgateway/internal/result"
)

// snatch takes the call that rings at another agent of the group (cec_07_1252).
func (c *Center) snatch(a *agent, of AgentID) *result.Error {
	if !of.Valid() {
		return result.BadArgument.Because("%d is not a work number", of)
	}
	if !a.rights.Has(RightPickUp) {
		return lacks(a, RightPickUp)
	}
	if err := c.checkPick(a); err != nil {
		return err
	}
	b := c.agents[of]
	if b == nil || b == a || b.account.Group != a.account.Group || a.account.Group < 0 {
		return result.OperationFailed.Because("agent %d is not a signed-in colleague of the group", of)
	}
	p := b.offered("")
	if p == nil || !p.call.plain() || p.call.add.kind != addNone {
		return result.OperationFailed.Because("no customer's call rings at agent %d", of)
	}
	cl := p.call
	c.disarm(&cl.ring)
	cl.remove(p)
	c.farewell(p, finish{reason: LeavePickedUp, by: PartyAgent, cause: CauseHungUp})
	c.countRedirected(b)
	c.pick(a, cl)
	return nil
}

// requestWaiting takes a caller out of a queue that the agent is configured for, signed in to it or not. A role that takes no calls from
// queues cannot fetch them there either.
func (c *Center) requestWaiting(a *agent, cmd RequestWaiting) *result.Error {
	if err := c.checkPick(a); err != nil {
		return err
	}
	switch {
	case a.rights.Has(RightNoInbound):
		return result.OperationFailed.Because("the role of agent %d takes no calls from queues", a.id)
	case !a.account.serves(cmd.Skill):
		return result.OperationFailed.Because("agent %d is not configured for skill queue %d", a.id, cmd.Skill)
	}
	cl := c.calls[cmd.Call]
	if cl == nil || !cl.queued || cl.queue.skill.ID != cmd.Skill || cl.add.kind != addNone {
		return result.OperationFailed.Because("call %q does not wait in skill queue %d", cmd.Call, cmd.Skill)
	}
	c.dequeue(cl)
	c.tellFlow(cl, FlowTold{What: FlowOffered})
	c.pick(a, cl)
	return nil
}

// serves tells whether the account is configured for a queue.
func (a *Agent) serves(skill SkillID) bool {
	return slices.ContainsFunc(a.Skills, func(s AgentSkill) bool { return s.Skill == skill })
}

// checkPick tells whether the agent can take a call now.
func (c *Center) checkPick(a *agent) *result.Error {
	switch {
	case a.situation() != StateIdle:
		return wrongSituation(a)
	case a.mustChange || c.draining || !c.hasPhone(a):
		return result.OperationFailed.Because("agent %d cannot take a call now", a.id)
	}
	return nil
}

func wrongSituation(a *agent) *result.Error {
	return result.OperationFailed.Because("agent %d is %s, not idle", a.id, a.situation())
}

// pick gives a call to an agent who has asked for it: his phone is rung, and he talks when he lifts.
func (c *Center) pick(a *agent, cl *call) {
	p := c.join(cl, party{kind: PartyAgent, agent: a, number: strconv.Itoa(int(a.id)), phase: phasePicking})
	a.present = p
	cl.since = c.now
	c.enterCall(a)
	if a.lineUp() {
		p.legID, p.ringing = a.line.id, c.now
		c.picked(p)
		return
	}
	c.ringPhone(p, true, cl.caller, c.displayName(cl))
	c.setRoom(cl)
}

// picked: the agent has lifted for a call that he asked for.
func (c *Center) picked(p *party) { c.connect(p) }

// pickFailed: he has not. The caller goes back to the front of his queue.
func (c *Center) pickFailed(p *party, m miss) { c.missed(p, m) }
