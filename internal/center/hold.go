package center

import (
	"slices"
	"time"

	"ccgateway/internal/result"
)

// hold parks the present call: the other side hears music, the agent may call, or take it back (call-model 11). Others who are in a talk
// with each other go on talking.
func (c *Center) hold(a *agent) *result.Error {
	p := a.present
	switch {
	case p == nil:
		return result.NothingToHold.Because("agent %d has no call to hold", a.id)
	case p.phase != phaseTalking:
		return result.CannotHold.Because("call %s is not a talk yet", p.call.id)
	case p.call.add.kind != addNone:
		return result.CannotHold.Because("somebody is being rung into call %s", p.call.id)
	case !a.rights.Has(RightHold):
		return result.OperationFailed.Because("the role of agent %d lacks the right %q", a.id, RightNames[RightHold])
	}
	c.park(p)
	c.setRoom(p.call)
	c.tell(a, EvHold, string(p.call.id))
	return nil
}

// park puts a talk into its agent's held calls. Mute ends with it. Who consults puts the customer on hold as well.
func (c *Center) park(p *party) {
	a := p.agent
	a.present = nil
	a.held = append(a.held, p)
	c.today(a).Held++
	p.phase, p.muted, p.call.since = phaseHeld, false, c.now
	c.reckonHolds(p.call)
}

// reckonHolds begins and ends the times on hold in a call: of who holds, and of who is in the talk and has nobody there to talk with.
func (c *Center) reckonHolds(cl *call) {
	for _, p := range cl.parties {
		switch {
		case p.phase != phaseTalking && !p.holds():
		case !p.holds() && p.together():
			c.endHold(p)
		case p.heldSince.IsZero():
			p.heldSince = c.now
		}
	}
}

// together tells whether the party can talk with another: both are in the talk, or both are set aside.
func (p *party) together() bool {
	return slices.ContainsFunc(p.call.parties, func(other *party) bool {
		return other != p && other.phase == phaseTalking && other.parked == p.parked
	})
}

// getHold takes a held call back. If the agent's phone is on-hook by now, it is rung first.
func (c *Center) getHold(a *agent, id CallID) *result.Error {
	p := a.heldPart(id)
	switch {
	case p == nil:
		return result.NoHeldCall.Because("agent %d has not held call %s", a.id, id)
	case a.present != nil:
		return result.CannotRetrieve.Because("agent %d has another call", a.id)
	case !c.hasPhone(a):
		return result.OperationFailed.Because("agent %d has no phone", a.id)
	case !a.lineUp() && p.call.rings():
		return result.CannotRetrieve.Because("somebody else is being rung for call %s", id)
	}
	a.held = slices.DeleteFunc(a.held, func(h *party) bool { return h == p })
	a.present = p
	if a.lineUp() {
		c.retrieved(p)
		return nil
	}
	p.phase, p.asked = phaseRetrieving, false
	c.newStay(p, LeaveNormal)
	c.ringPhone(p, true, p.partnerNumber(), "")
	return nil
}

// rings tells whether somebody is being rung into the call, or to take it back: one at a time.
func (cl *call) rings() bool {
	return cl.add.kind != addNone || slices.ContainsFunc(cl.parties, func(p *party) bool { return p.phase == phaseRetrieving })
}

// retrieved joins the two sides of a held call again.
func (c *Center) retrieved(p *party) {
	if p.phase == phaseRetrieving { // else it is somebody else's who is being rung into the call
		c.disarm(&p.call.ring)
	}
	p.phase, p.call.since = phaseTalking, c.now
	if line := p.agent.line.id; p.legID != line { // held without a phone, and meanwhile he has lifted it for another call
		c.newStay(p, LeaveNormal)
		p.legID = line
	}
	if p.answered.IsZero() {
		p.answered = c.now
	}
	c.reckonHolds(p.call)
	c.setRoom(p.call)
	c.tellBack(p)
	c.startRecording(p)
}

// holds tells whether the party, an agent, has put the other side on hold.
func (p *party) holds() bool { return p.phase == phaseHeld || p.phase == phaseRetrieving }

// endHold adds up the time on hold.
func (c *Center) endHold(p *party) {
	if !p.heldSince.IsZero() {
		p.held += c.now.Sub(p.heldSince)
	}
	p.heldSince = time.Time{}
}

// retrieveFailed: the phone that was rung to take a held call back was not lifted. The call stays held.
func (c *Center) retrieveFailed(p *party, reason Leave) {
	c.disarm(&p.call.ring)
	p.phase = phaseHeld
	c.newStay(p, reason)
	p.agent.present = nil
	p.agent.held = append(p.agent.held, p)
	c.hangUpPhone(p.agent)
}

// phoneLost: the phone of an agent went down while he holds a call. He keeps the call and can take it back, which rings the
// phone anew; but his stay and his recording so far end with the connection that they were bound to.
func (c *Center) phoneLost(p *party, l *leg) {
	if p.legID != l.id {
		return
	}
	c.stopRecording(p, "")
	c.newStay(p, LeaveAgent)
}

// newStay ends the record of a stay that was bound to one connection, or to none, and begins the next.
func (c *Center) newStay(p *party, reason Leave) {
	c.recordLeg(p, reason)
	p.legID, p.began, p.ringing, p.answered, p.held, p.waited = "", c.now, time.Time{}, time.Time{}, 0, 0
	p.heldSince = c.now
}
