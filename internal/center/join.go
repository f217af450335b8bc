package center

import (
	"slices"

	"ccgateway/internal/result"
)

// talkOfTwo tells whether the agent talks with exactly one party, who has not put the call on hold, and nothing is under way.
func (p *party) talkOfTwo() bool {
	if p.phase != phaseTalking && p.phase != phaseHeld || len(p.call.parties) != 2 || p.call.add.kind != addNone {
		return false
	}
	other := p.partner()
	return other != nil && other.phase == phaseTalking && !other.parked
}

// inTalk tells whether the agent talks with somebody, and nobody is being rung into the call.
func (p *party) inTalk() bool {
	return p.phase == phaseTalking && !p.parked && !p.call.rings() && p.together()
}

// maxParties bounds a talk: all of them hear all.
const maxParties = 8

func tooMany(cl *call) *result.Error {
	return result.OperationFailed.Because("call %s has %d parties already", cl.id, maxParties)
}

// confJoin joins the present call and a held one. The present call goes on; the held one, and its id, ends (call-model 2).
func (c *Center) confJoin(a *agent, cmd ConfJoin) *result.Error {
	p, h := a.present, a.heldPart(cmd.Call)
	switch {
	case cmd.Data != nil && len(*cmd.Data) > maxCallData:
		return result.BadArgument.Because("call data of %d bytes is longer than %d", len(*cmd.Data), maxCallData)
	case p == nil || p.muted || !p.talkOfTwo():
		return result.NothingToJoin.Because("agent %d is not in a talk of two", a.id)
	case h == nil || !h.talkOfTwo():
		return result.NoHeldToJoin.Because("agent %d has not held call %s, or its other side holds too", a.id, cmd.Call)
	case !a.rights.Has(RightThreeParty):
		return lacks(a, RightThreeParty)
	}
	from, into := h.call, p.call
	switch {
	case cmd.Data != nil:
		into.data = *cmd.Data
	case into.data == "":
		into.data = from.data
	}
	number := h.partnerNumber()
	moved := c.move(h, into, LeaveThree)
	into.parties = slices.Concat(moved, into.parties) // who came last stands last
	into.since = c.now
	c.setRoom(into)
	c.tellConference(into)
	for _, m := range append([]*party{p}, moved...) {
		if m.agent != nil {
			c.tell(m.agent, EvCustomerRelease, CustomerReleaseContent{Call: from.id, Number: number})
			c.startRecording(m)
		}
	}
	return nil
}

// move ends the call of an agent's part and gives the others who are in it, as parties
// of another call, which the caller puts into its list.
func (c *Center) move(mine *party, into *call, reason Leave) []*party {
	from := mine.call
	c.closeRoom(from)
	from.drop(mine) // his helps go along
	c.detach(mine, reason)
	var moved []*party
	for _, p := range from.parties {
		c.stopRecording(p, "")
		c.endHold(p)
		c.recordLeg(p, reason)
		if p.kind == PartyCustomer {
			from.waited = p.waited
		}
		n := *p
		n.call, n.began, n.ringing, n.answered, n.talked = into, c.now, p.ringing, c.now, c.now
		if !n.ringing.IsZero() {
			n.ringing = c.now
		}
		n.held, n.waited, n.record, n.maker = 0, 0, nil, false // another has made the call that he is in now
		if n.leg != nil {
			n.leg.party = &n
		} else {
			n.agent.present = &n
			if play := n.agent.play; play != nil && play.part == p { // it goes on in the other call
				play.part = &n
			}
		}
		moved = append(moved, &n)
	}
	from.parties = nil
	if into.skill == 0 {
		into.skill, into.queue = from.skill, from.queue
	}
	c.endCall(from, finish{reason: reason, by: PartyAgent})
	return moved
}

// connectHeld joins the other sides of the present and of a held call; the agent leaves. The held call goes on: it is the customer's,
// with its data.
func (c *Center) connectHeld(a *agent, id CallID) *result.Error {
	p, h := a.present, a.heldPart(id)
	switch {
	case p == nil || p.muted || !p.talkOfTwo():
		return result.NothingToConnect.Because("agent %d is not in a talk of two", a.id)
	case h == nil || !h.talkOfTwo():
		return result.NoHeldToConnect.Because("agent %d has not held call %s, or its other side holds too", a.id, id)
	case !a.rights.Has(RightConnectHeld):
		return lacks(a, RightConnectHeld)
	}
	cl, from := h.call, p.call
	number := p.partnerNumber()
	c.tell(a, EvCallRelease, string(from.id))
	c.tell(a, EvCustomerRelease, CustomerReleaseContent{Call: from.id, Number: number})
	moved := c.move(p, cl, LeaveConnected)
	cl.parties = append(cl.parties, moved...)
	for _, m := range moved {
		if m.agent != nil {
			c.tell(m.agent, EvCustomerRelease, CustomerReleaseContent{Call: from.id, Number: h.number})
		}
	}
	cl.remove(h)
	for _, other := range cl.parties {
		c.endHold(other)
	}
	c.talk(cl)
	c.countTransfer(a, false)
	c.letGoOf(h, LeaveConnected)
	return nil
}

// lacks is the refusal for want of a right.
func lacks(a *agent, right Right) *result.Error {
	return result.OperationFailed.Because("the role of agent %d lacks the right %q", a.id, RightNames[right])
}
