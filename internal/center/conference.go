package center

import "strings"

// tellConference tells all agents in a talk of more than two who is in it, the one who came last at the end.
func (c *Center) tellConference(cl *call) {
	for _, p := range cl.parties {
		if p.agent != nil {
			c.tell(p.agent, EvConference, ConferenceContent{Call: cl.id, Partner: cl.others(p)})
		}
	}
}

// others lists the numbers of all but one party.
func (cl *call) others(p *party) string {
	var numbers []string
	for _, other := range cl.parties {
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
	switch {
	case p == cl.add.asker && cl.add.kind != addHelp:
		c.handOn(p, f)
	case p.phase == phaseSuspended:
		c.leaves(p, f)
	case cl.add.kind == addNone && len(cl.parties) > 2:
		if p.asksHelp && f.reason == LeaveAgent {
			f.reason = LeaveAskerLeft
		}
		c.leaves(p, f)
		c.tellLeft(cl, p)
	case c.surveys(p, f):
	default:
		c.endCall(cl, f)
	}
}

// handOn lets the agent go who watches a transfer: it goes on as a blind one.
func (c *Center) handOn(p *party, f finish) {
	cl := p.call
	cl.add = addition{}
	cl.transFrom = p.agent.id
	for _, other := range cl.parties {
		if other.parked || other.phase == phaseTalking && other != p {
			c.endHold(other)
			other.parked = false
			c.waits(other)
		}
	}
	if cl.queued {
		c.watchWait(cl)
	}
	c.leaves(p, f)
}

// waits makes a party a waiting caller. Who was waiting in the queue already, while an agent looked on, keeps his place.
func (c *Center) waits(p *party) {
	p.phase, p.parked = phaseWaiting, false
	if cl := p.call; cl.queue != nil && !cl.queued && cl.stay.skill != cl.queue.skill.ID {
		cl.entered = c.now
	}
}

// leaves takes one party out of a call that goes on.
func (c *Center) leaves(p *party, f finish) {
	cl := p.call
	cl.remove(p)
	f.first = p
	if p == cl.outside {
		cl.outside = nil
	}
	c.endRelay(cl)
	if len(cl.parties) == 2 && cl.add.kind == addNone {
		cl.outside = nil
		for _, other := range cl.parties {
			if other.parked {
				other.parked = false
				c.endHold(other)
			}
		}
	}
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

// tellLeft tells the agents who remain that somebody has left, and with whom they talk now.
func (c *Center) tellLeft(cl *call, gone *party) {
	for _, p := range cl.parties {
		if p.agent == nil {
			continue
		}
		id := cl.id
		if gone.help != "" && gone.askedBy == p.agent.id { // it is the help call that ends for him, not the customer's
			id = gone.help
		}
		c.tell(p.agent, EvCustomerRelease, CustomerReleaseContent{Call: id, Number: gone.number})
		if len(cl.parties) == 2 {
			c.tellTalking(p)
		} else {
			c.tell(p.agent, EvConference, ConferenceContent{Call: cl.id, Partner: cl.others(p)})
		}
	}
}
