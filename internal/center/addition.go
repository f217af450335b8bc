package center

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// longestHandOver is how long an agent waits at most for a skill queue to find somebody for his watched transfer. Afterwards he has
// the customer again: nobody waits without end for a queue that nobody serves.
const longestHandOver = 2 * time.Minute

// addKind says why somebody is being rung while a call goes on.
type addKind int

const (
	addNone    addKind = iota
	addHelp            // a helper in a three-party talk
	addSuccess         // a watched transfer: the target takes the asker's place
	addTalk            // an outside party who first talks with the asker alone
	addThree           // an outside party who joins the talk
	addJoin            // the target of a blind transfer of a talk of more than two, who go on talking meanwhile: there is no asker any more
)

// addition is somebody who is being rung into a call that goes on. There is one at a time.
type addition struct {
	kind    addKind
	asker   *party // nil in addJoin
	rung    *party // nil while a skill queue looks for somebody
	outside bool
	parks   bool // the others hear music meanwhile
	began   time.Time
	queue   *queue // where the call came from before a watched transfer put it into another; restored if that fails
	skill   SkillID
	toQueue bool   // a watched transfer to a skill queue, which looks on when an agent does not take the call
	help    CallID // of addHelp: the id of the help call
}

// id is the call as the asker knows it who has somebody rung into it: a help call has an id of its own.
func (add *addition) id(cl *call) CallID {
	return cmp.Or(add.help, cl.id)
}

// remove takes a party out of its call's list. The help that he has asked for is none any more: if he comes back, it is to a call in which the
// helper is a party like others.
func (cl *call) remove(p *party) {
	cl.drop(p)
	for _, other := range cl.parties {
		if p.agent != nil && other.askedBy == p.agent.id {
			other.help, other.askedBy = "", 0
		}
	}
}

// drop takes a party out of its call's list and leaves all else as it is.
func (cl *call) drop(p *party) {
	cl.parties = slices.DeleteFunc(cl.parties, func(other *party) bool { return other == p })
}

// role is the agent's role in the call, as events say it.
func (cl *call) role() string {
	if cl.feature == featureHelp {
		return roleHelp
	}
	return roleMain
}

func (cl *call) offeredRole() string {
	if cl.add.kind == addHelp {
		return roleHelp
	}
	return cl.role()
}

func (cl *call) offeredFeature() int {
	if cl.add.kind == addHelp {
		return featureHelp3
	}
	return cl.feature
}

func (cl *call) transferred() string {
	if cl.transFrom != 0 {
		return isTransfer
	}
	return notTransfer
}

func (cl *call) sender() string {
	if cl.transFrom == 0 {
		return ""
	}
	return strconv.Itoa(int(cl.transFrom))
}

// seek begins an addition. With parks the others are set aside, where several talk on with each other and one hears music, and the asker waits.
func (c *Center) seek(asker *party, kind addKind, parks bool) {
	cl := asker.call
	cl.add = addition{kind: kind, asker: asker, parks: parks, began: c.now, queue: cl.queue, skill: cl.skill}
	cl.since = c.now
	if !parks {
		return
	}
	asker.phase = phaseAwaiting
	for _, p := range cl.parties {
		p.parked = p != asker
	}
	c.reckonHolds(cl)
}

// seekAgent rings an agent into the call.
func (c *Center) seekAgent(cl *call, b *agent) {
	number := strconv.Itoa(int(b.id))
	role := cl.offeredRole()
	c.tell(cl.add.asker.agent, EvCustomerAlert, CustomerAlertingContent{Call: cl.add.id(cl), OtherPhoneWorkno: number, OtherPhone: number, Type: role})
	c.offer(b, cl)
	c.setRoom(cl)
}

// seekNumber rings a number into the call.
func (c *Center) seekNumber(cl *call, at target, caller string) {
	cl.add.outside = true
	cl.add.rung = c.ringInto(cl, at, caller, "", cl.add.asker.agent.id)
	c.tell(cl.add.asker.agent, EvCustomerAlert, CustomerAlertingContent{Call: cl.id, OtherPhone: at.number, Type: roleMain})
	c.setRoom(cl)
}

// sentOn is the number by which a caller has come in whom we send on to the outside.
func (cl *call) sentOn() string {
	if cl.trunk == "" || cl.feature != featureInbound {
		return ""
	}
	return cl.called
}

// ringInto rings a number for a call that goes on, by the wish of an agent or, 0, of a flow. What keeps it in has been looked at. diverted is
// the number that the caller has reached, if he is sent on.
func (c *Center) ringInto(cl *call, at target, caller, diverted string, by AgentID) *party {
	kind := PartyOutside
	if at.phone != "" {
		kind = PartyPhone
	}
	l := c.newLeg()
	if at.trunk != "" {
		c.goesOut(l, by)
	}
	p := c.join(cl, party{kind: kind, leg: l, number: at.number, phase: phaseCalled})
	r := Ring{Leg: l.id, Phone: at.phone, Trunk: at.trunk, Caller: caller, Call: cl.id}
	if r.Phone == "" {
		r.Number, r.Diverted = at.number, diverted
	}
	c.emit(r)
	c.arm(&cl.ring, c.now.Add(outsideRing))
	return p
}

// rejoin lets all who were parked, and the asker if there is one, talk again.
func (c *Center) rejoin(cl *call, asker *party) {
	for _, p := range cl.parties {
		p.parked = false
	}
	if asker != nil && asker.phase == phaseAwaiting {
		asker.phase = phaseTalking
	}
	c.reckonHolds(cl)
}

// added: the party that was rung has answered.
func (c *Center) added(cl *call) {
	add := cl.add
	cl.add = addition{}
	c.disarm(&cl.ring)
	c.disarm(&cl.maxWait)
	cl.since, cl.transFrom = c.now, 0
	if add.rung.agent != nil {
		c.leavesQueue(cl, QueueAnswered, add.rung.agent.id)
	}
	if add.kind == addSuccess {
		c.takenOver(cl, add)
		return
	}
	if add.kind != addTalk {
		c.rejoin(cl, add.asker)
	}
	p := add.rung
	p.phase, p.answered, p.talked = phaseTalking, c.now, c.now
	if add.asker != nil {
		add.asker.phase = phaseTalking
		p.helper = add.kind == addHelp
		add.asker.asksHelp = add.asker.asksHelp || p.helper
	}
	switch {
	case add.outside && add.asker != nil:
		cl.outside = p
	case !add.outside:
		p.agent.talked = true
		c.countAnswer(p)
		cl.lastAgent = p.agent.id
	}
	c.setRoom(cl)
	c.tellConference(cl)
	if p.agent != nil {
		c.startRecording(p)
	}
}

// takenOver ends a watched transfer that has come about.
func (c *Center) takenOver(cl *call, add addition) {
	asker := add.asker
	reason := LeaveTransferred
	switch {
	case add.toQueue && len(cl.parties) > 3:
		reason = LeaveThreeToQueue
	case add.toQueue:
		reason = LeaveToQueue
	}
	for _, p := range cl.parties {
		p.parked = false
	}
	c.endRelay(cl)
	cl.remove(asker)
	c.talk(cl)
	c.tellTransferred(asker, add.outside, 0)
	c.countTransfer(asker.agent, add.outside)
	c.letGoOf(asker, reason)
}

// letGoOf lets an agent go whose call goes on without him.
func (c *Center) letGoOf(p *party, reason Leave) {
	c.farewell(p, finish{first: p, reason: reason, by: PartyAgent, cause: CauseHungUp, goesOn: true})
}

func (c *Center) tellTransferred(p *party, outside bool, code int) {
	c.tell(p.agent, EvSuccTrans, SuccTransContent{Result: code, Call: p.call.id})
	if outside {
		c.tell(p.agent, EvTransOut, TransOutContent{Result: code})
	}
}

// dropRung takes the party away that is being rung.
func (c *Center) dropRung(cl *call, reason Leave) {
	p := cl.add.rung
	cl.add.rung = nil
	c.disarm(&cl.ring)
	c.dequeue(cl)
	if reason == LeaveTransferTimeout || reason == LeaveThreeTimeout {
		c.leavesQueue(cl, QueueTimedOut, 0)
	}
	c.leavesQueue(cl, QueueMoved, 0)
	if p == nil {
		return
	}
	cl.remove(p)
	if p.agent != nil {
		c.farewell(p, finish{reason: reason, by: PartyAgent, cause: CauseHungUp})
		return
	}
	c.hangUp(p.leg, CauseNoAnswer)
	c.recordLeg(p, reason)
}

// endSeek ends an addition that has come to nothing: the asker talks with the others again.
func (c *Center) endSeek(cl *call, reason Leave) addition {
	add := cl.add
	c.dropRung(cl, reason)
	cl.add = addition{}
	if cl.queue, cl.skill, cl.transFrom = add.queue, add.skill, 0; cl.queue == nil {
		cl.entered = time.Time{} // nobody of it has ever waited but for what came to nothing
	}
	cl.since = c.now
	c.rejoin(cl, add.asker)
	c.setRoom(cl)
	return add
}

// addFailed: nobody came. The agent who asked goes on with the customer.
func (c *Center) addFailed(cl *call, reason Leave) {
	add := c.endSeek(cl, reason)
	asker := add.asker
	switch add.kind {
	case addJoin: // who is in the talk goes on with it
		return
	case addHelp:
		c.tell(asker.agent, EvConsultFail, string(add.id(cl)))
	case addSuccess:
		c.tell(asker.agent, EvConnectFail, string(cl.id))
		c.tellTransferred(asker, add.outside, 1)
	default:
		c.tell(asker.agent, EvConnectFail, string(cl.id))
		c.tell(asker.agent, EvTransOut, TransOutContent{Result: 1})
	}
	c.tellBack(asker)
}

// addMissed: the agent who was rung did not take the call; he has left it already. A queue looks for another one.
func (c *Center) addMissed(cl *call, from *agent, m miss) {
	cl.add.rung = nil
	if cl.add.toQueue && !cl.queue.gone && !c.draining {
		c.giveBack(cl, from)
		return
	}
	c.addFailed(cl, m.reason())
}

// cancelAdd takes an addition back by its asker's wish.
func (c *Center) cancelAdd(cl *call) {
	number := ""
	if p := cl.add.rung; p != nil {
		number = p.number
	}
	add := c.endSeek(cl, LeaveAskerLeft)
	c.tell(add.asker.agent, EvCustomerRelease, CustomerReleaseContent{Call: add.id(cl), Number: number})
	c.tellBack(add.asker)
}
