package center

import (
	"strconv"
	"strings"
	"time"

	"ccgateway/internal/result"
)

// outsideRing is how long an outside number is rung at most. The line gives up earlier in the order of things; this frees
// the agent when it does not (RFC 3261 section 16.6, timer C, is of the same size).
const outsideRing = 3 * time.Minute

// maxCallData is the most data that a call carries (cec_07_1234: 16k).
const maxCallData = 16 << 10

// callOut makes an ordinary outbound call: the agent's own phone first, then the number. What cannot be reached is told by
// events, what may not be called by the reply (cec_05_1423).
func (c *Center) callOut(a *agent, cmd CallOut) (CallID, *result.Error) {
	if err := c.checkOwnCall(cmd.Caller, cmd.Called, cmd.Skill, cmd.Data); err != nil {
		return "", err
	}
	for _, right := range []Right{RightCallOut, c.cfg.rightFor(cmd.Called)} {
		if !a.rights.Has(right) {
			return "", result.NumberNotAllowed.Because("the role of agent %d lacks the right %q", a.id, RightNames[right])
		}
	}
	if err := c.checkFree(a); err != nil {
		return "", err
	}
	if err := c.checkOutside(a.id, cmd.Called); err != nil {
		return "", err
	}
	cl := c.newOwnCall(featureOutbound, cmd.Called, cmd.Skill, cmd.Data)
	cl.caller, cl.uui = c.shownNumber(a, cmd.Caller), cmd.UUI
	at, ok := c.route(cmd.Called)
	cl.target, cl.trunk = at, at.trunk
	p := c.makeCall(a, cl)
	if !ok {
		c.endCall(cl, finish{reason: LeaveNoSuchNumber, by: PartySystem, cause: CauseNotFound, failed: true})
		return cl.id, nil
	}
	c.dial(p, "")
	return cl.id, nil
}

// route finds the way to a number: a phone of the VCC, else the first line that takes it.
func (c *Center) route(number string) (target, bool) {
	if c.cfg.isPhone(number) {
		return target{phone: number, number: number}, true
	}
	trunk, ok := c.cfg.trunk(number)
	return target{trunk: trunk, number: number}, ok
}

// shownNumber is the number that the called side sees: the wanted one unless the role forbids to choose (right 34) or it is an
// access code and the role may not use those (right 28); such a wish is ignored, not refused (voicecall callout).
func (c *Center) shownNumber(a *agent, wanted string) string {
	_, code := c.cfg.codes[wanted]
	if wanted == "" || a.rights.Has(RightNoCallerNumber) || code && !a.rights.Has(RightCallWithCenterCode) {
		return strconv.Itoa(int(a.id))
	}
	return wanted
}

// checkOwnCall checks the arguments of a call that an agent wants to make.
func (c *Center) checkOwnCall(caller, called string, skill SkillID, data string) *result.Error {
	switch {
	case caller != "" && !(dialable(caller) && !strings.ContainsAny(caller, "*#")):
		return result.BadArgument.Because("caller number %q is not up to %d digits", caller, maxNumber)
	case !dialable(called):
		return result.BadArgument.Because("called number %q is not 1 to %d of digits, * and #", called, maxNumber)
	case len(data) > maxCallData:
		return result.BadArgument.Because("call data of %d bytes is longer than %d", len(data), maxCallData)
	}
	if _, ok := c.cfg.skills[skill]; skill != 0 && !ok {
		return result.BadArgument.Because("skill queue %d is not configured", skill)
	}
	return nil
}

// checkFree checks whether an agent can make a call now. Held calls do not count (call-model 6).
func (c *Center) checkFree(a *agent) *result.Error {
	limit := c.cfg.Limits.Calls
	switch {
	case a.mustChange:
		return result.OperationFailed.Because("agent %d has to change his password before he handles calls", a.id)
	case a.present != nil:
		return result.OperationFailed.Because("agent %d has a call in progress", a.id)
	case a.preview != nil:
		return result.OperationFailed.Because("agent %d is offered preview %d", a.id, a.preview.id)
	case a.play != nil:
		return result.OperationFailed.Because("agent %d is being played a recording", a.id)
	case a.inspects != nil:
		return result.OperationFailed.Because("agent %d inspects another one", a.id)
	case !c.hasPhone(a):
		return result.OperationFailed.Because("agent %d has no phone", a.id)
	case c.draining:
		return result.OperationFailed.Because("the center is being stopped")
	case limit > 0 && len(c.calls) >= limit:
		return result.OperationFailed.Because("the limit of %d calls is reached", limit)
	}
	return nil
}

func (c *Center) newOwnCall(feature int, called string, skill SkillID, data string) *call {
	cl := c.newCall(feature)
	cl.called, cl.skill, cl.data = called, skill, data
	return cl
}

// makeCall gives the agent his part in his own call.
func (c *Center) makeCall(a *agent, cl *call) *party {
	p := c.join(cl, party{kind: PartyAgent, agent: a, number: strconv.Itoa(int(a.id)), phase: phaseDialling, maker: true})
	a.present = p
	c.disarm(&a.wrapTimer)
	c.reindex(a)
	return p
}

// dial rings the agent's own phone; one that is off-hook already is not rung. His state stays as it is until he has lifted.
func (c *Center) dial(p *party, display string) {
	if p.agent.lineUp() {
		c.ownPhoneUp(p)
		return
	}
	c.ringPhone(p, true, p.call.called, display)
}

// ownPhoneUp: the agent's phone is off-hook for his own call. Now the other side is called.
func (c *Center) ownPhoneUp(p *party) {
	cl := p.call
	p.legID = p.agent.line.id
	c.disarm(&cl.ring)
	p.phase, cl.since = phaseCalling, c.now
	if cl.feature != featureHelp { // who asks for help is in a talk, and told by its hold (call-model 14.12)
		c.enterCall(p.agent)
	}
	if cl.target.agent != 0 {
		c.callAgent(p, c.agents[cl.target.agent])
		return
	}
	if owner := c.byPhone[cl.target.phone]; owner != nil {
		c.callAgent(p, owner)
		return
	}
	c.callNumber(p)
}

// callNumber rings a phone that belongs to no signed-in agent, or an outside number.
func (c *Center) callNumber(p *party) {
	cl := p.call
	kind := PartyOutside
	if cl.target.phone != "" {
		kind = PartyPhone
	}
	if !c.stillGoesOut(p) {
		return
	}
	l := c.newLeg()
	if cl.target.trunk != "" {
		c.goesOut(l, p.agent.id)
	}
	c.join(cl, party{kind: kind, leg: l, number: cl.called, phase: phaseCalled})
	c.emit(c.ringFar(cl, l))
	c.arm(&cl.ring, c.now.Add(outsideRing))
	c.setRoom(cl)
}

// stillGoesOut tells whether an agent's call may leave the center now that he has lifted his phone; others may have reached a ceiling
// since he asked for it, or the number be forbidden. Then the call has failed.
func (c *Center) stillGoesOut(p *party) bool {
	cl := p.call
	if cl.target.trunk == "" || c.checkByLine(p.agent.id, cl.target.number) == nil {
		return true
	}
	c.endCall(cl, finish{reason: LeaveNoResource, by: PartySystem, cause: CauseForbidden, failed: true})
	return false
}

// ringFar asks for the connection to a call's target.
func (c *Center) ringFar(cl *call, l *leg) Ring {
	r := Ring{Leg: l.id, Phone: cl.target.phone, Trunk: cl.target.trunk, Caller: cl.caller, UUI: cl.uui, Call: cl.id}
	if r.Phone == "" {
		r.Number = cl.target.number
	}
	return r
}

// farSideRings: the called phone rings. An agent is told and hears it; a calling phone is told.
func (c *Center) farSideRings(called *party) {
	cl := called.call
	cl.since = c.now
	maker := called.partner()
	if maker == nil || called == cl.add.rung || maker.agent == nil && maker.leg.answered { // the asker knows, a waiting caller hears music
		c.setRoom(cl)
		return
	}
	if maker.agent == nil {
		c.alert(maker.leg)
		return
	}
	c.setRoom(called.call)
	maker.told = true
	c.tellCustomerAlerting(maker)
	c.startRingingRecording(maker)
}
