package center

import (
	"slices"
	"strings"
)

// present are the parties that are in the call, and not only being rung to join it.
func (cl *call) present() []*party {
	return slices.DeleteFunc(slices.Clone(cl.parties), func(p *party) bool { return cl.add.kind != addNone && p == cl.add.rung })
}

// tellConference tells all agents in a talk of more than two who is in it, the one who came last at the end. Those who hold it are told
// when they take it back.
func (c *Center) tellConference(cl *call) {
	for _, p := range cl.parties {
		if p.agent != nil && p.phase == phaseTalking {
			c.tell(p.agent, EvConference, ConferenceContent{Call: cl.id, Partner: cl.others(p)})
		}
	}
}

// tellBack tells an agent that he talks again, and with whom if there are several.
func (c *Center) tellBack(p *party) {
	c.tellTalking(p)
	if len(p.call.present()) > 2 {
		c.tell(p.agent, EvConference, ConferenceContent{Call: p.call.id, Partner: p.call.others(p)})
	}
}

// others lists the numbers of all but one party.
func (cl *call) others(p *party) string {
	var numbers []string
	for _, other := range cl.present() {
		if other != p {
			numbers = append(numbers, other.number)
		}
	}
	return strings.Join(numbers, ",")
}

// depart lets a party leave. The call goes on if two others remain in it, or if it is being handed on or is in a flow; otherwise it
// ends for all.
func (c *Center) depart(p *party, f finish) {
	cl := p.call
	remain := slices.DeleteFunc(cl.present(), func(other *party) bool { return other == p })
	if p.asksHelp && f.reason == LeaveAgent && len(remain) > 1 {
		f.reason = LeaveAskerLeft
	}
	switch {
	case p == cl.add.asker && cl.add.kind != addHelp:
		c.handOn(p, remain, f)
	case p.phase == phaseSuspended:
		c.leaves(p, f)
	case len(remain) > 1:
		if p == cl.add.asker { // nobody needs the helper any more
			c.endSeek(cl, LeaveAskerLeft)
		}
		c.leaves(p, f)
		c.tellLeft(cl, p)
	case cl.add.kind == addJoin && len(remain) == 1 && remain[0].agent == nil:
		c.leftWaiting(p, remain[0], f)
	case c.surveys(p, f):
	default:
		c.endCall(cl, f)
	}
}

// handOn lets the agent go who watches a transfer: it goes on as a blind one, for the others that remain. If that is only an agent who holds the
// call, nobody is there who could wait.
func (c *Center) handOn(p *party, others []*party, f finish) {
	cl := p.call
	if len(others) == 1 && others[0].holds() {
		c.endCall(cl, f)
		return
	}
	cl.transFrom = p.agent.id
	if len(others) > 1 {
		cl.add.kind, cl.add.asker = addJoin, nil
		c.rejoin(cl, nil)
		if cl.queued {
			c.watchWait(cl)
		}
		c.leaves(p, f)
		c.tellLeft(cl, p)
		return
	}
	cl.add = addition{}
	for _, other := range cl.parties {
		if other.parked || other.phase == phaseTalking && other != p {
			c.waits(other)
		}
	}
	if cl.queued {
		c.watchWait(cl)
	}
	c.leaves(p, f)
}

// leftWaiting: of a talk that was handed on without the agent one party is left. It waits for the target as after any blind transfer.
func (c *Center) leftWaiting(gone, left *party, f finish) {
	cl := gone.call
	cl.add = addition{}
	c.waits(left)
	if cl.queued {
		c.watchWait(cl)
	}
	c.leaves(gone, f)
}

// waits makes a party a waiting caller. Who was waiting in the queue already, while an agent looked on, keeps his place; it was on hold until he
// entered the queue.
func (c *Center) waits(p *party) {
	cl := p.call
	if cl.queue != nil && !cl.queued && cl.stay.skill != cl.queue.skill.ID {
		cl.entered = c.now
	}
	if since := p.heldSince; !since.IsZero() {
		c.endHold(p)
		if !cl.entered.IsZero() {
			p.held -= min(c.now.Sub(since), c.now.Sub(cl.entered))
		}
	}
	p.phase, p.parked = phaseWaiting, false
}

// leaves takes one party out of a call that goes on.
func (c *Center) leaves(p *party, f finish) {
	cl := p.call
	cl.remove(p)
	f.first = p
	if p == cl.outside || len(cl.present()) <= 2 { // of two, neither can be dropped from the other
		cl.outside = nil
	}
	c.endRelay(cl)
	if cl.add.kind == addNone {
		c.gather(cl)
	}
	c.reckonHolds(cl)
	c.setRoom(cl)
	if p.agent != nil {
		c.letGoOf(p, f.reason)
		return
	}
	c.hangUp(p.leg, f.cause)
	c.recordLeg(p, f.reason)
	if p.kind == PartyCustomer {
		cl.waited = p.waited
	}
}

// gather lets those who were set aside talk with the others again when there are not two any more whom that keeps apart.
func (c *Center) gather(cl *call) {
	apart := 0
	for _, p := range cl.parties {
		if !p.parked {
			apart++
		}
	}
	for _, p := range cl.parties {
		p.parked = p.parked && apart > 1 && len(cl.parties) > 2
	}
}

// tellLeft tells the agents who remain that somebody has left, and with whom they talk now. One who holds the call learns it when he takes
// it back: to desktops the release of a held call means that it is over. One who waits for somebody to answer goes on waiting; one who is only
// being rung knows nobody yet.
func (c *Center) tellLeft(cl *call, gone *party) {
	for _, p := range cl.present() {
		if p.agent == nil {
			continue
		}
		id := cl.id
		if gone.help != "" && gone.askedBy == p.agent.id { // it is the help call that ends for him, not the customer's
			id = gone.help
		}
		if p.holds() && id == cl.id {
			continue
		}
		c.tell(p.agent, EvCustomerRelease, CustomerReleaseContent{Call: id, Number: gone.number})
		switch {
		case p.phase != phaseTalking:
		case len(cl.present()) == 2:
			c.tellTalking(p)
		default:
			c.tell(p.agent, EvConference, ConferenceContent{Call: cl.id, Partner: cl.others(p)})
		}
	}
}
