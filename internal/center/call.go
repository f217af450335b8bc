package center

import (
	"fmt"
	"slices"
	"time"
)

// Call types (cec_07_0582).
const (
	featureInbound  = 0
	featureInternal = 6
	featureOutbound = 7
	featurePreview  = 44 // a customer whom the agent has looked at first
	featureCallBack = 45 // agreed with the customer
	featureHelp     = 51 // two-party help
	featureHelp3    = 52 // three-party help
	featureThree    = 53 // more than two parties
)

// call is a conversation that comes about, goes on or waits.
type call struct {
	id       CallID
	number   uint64 // orders calls by birth
	feature  int
	media    Media
	skill    SkillID
	queue    *queue // where it waits or came from; nil = it has not come from a queue
	caller   string
	shown    string // number that the called agent's phone shows instead of caller; "" = caller
	called   string
	target   target // of an agent's own call
	trunk    string
	data     string
	uui      string
	began    time.Time // came into the center
	entered  time.Time // into the queue
	answered time.Time // first answer; zero = never
	since    time.Time // of the present state
	parties  []*party  // present ones, in the order of joining
	rows     []Row     // the room as the phone side knows it

	requeued    int
	lastRelease AgentID       // who last gave it back; 0 = nobody
	lastAgent   AgentID       // last in the talk; 0 = none
	takes       int           // recordings made of it
	waited      time.Duration // of a customer who has left before the call's end

	ring    timer // end of an offer, or of an attempt
	maxWait timer

	add       addition // somebody who is being rung to join, or take over, this call while it goes on
	outside   *party   // who has been brought in by an outside transfer and can be dropped by CancelTransfer; nil = nobody
	transFrom AgentID  // who sent the call to whom it is offered now; 0 = nobody
	run       uint64   // of the flow that the call is in; 0 = none
	dialled   string   // by a caller whom others have sent on to called
	diverted  string   // who has sent him on last
	relay     bool     // the customer's keys are relayed (TransmitNumber)
	flow      flowStay
	back      *callBack // the customer who is being called back; nil = none, or he talks

	firstWait  time.Time     // when he entered a queue by a flow for the first time; zero = not since his last talk
	beforeWait time.Duration // how long he had waited until then
	left       Leave         // why the agent left whose customer went on into a survey
	leftBy     PartyKind     // PartyUnknown = there is none such

	stay       queueStay
	queued     bool
	prev, next *call // in the queue
}

// outbound tells whether an agent has made the call to a customer.
func (cl *call) outbound() bool {
	return cl.feature == featureOutbound || cl.feature == featurePreview || cl.feature == featureCallBack
}

// target is what an agent's own call leads to: another agent, a phone of the VCC, or a number outside.
type target struct {
	agent  AgentID
	phone  string
	trunk  string
	number string
}

// phase says how far a party is in a call.
type phase int

const (
	phaseWaiting    phase = iota + 1 // a caller, until somebody talks with him
	phaseCalled                      // a phone or number that is being rung
	phaseDialling                    // an agent whose own phone is being rung for his own call
	phaseCalling                     // an agent whose own call rings at the other side
	phaseOffered                     // an agent whose phone is being rung for a call
	phaseAlerting                    // an agent who has lifted and is to answer
	phaseTalking                     // in the talk
	phaseHeld                        // an agent who has put the other side on hold
	phaseRetrieving                  // an agent whose phone is being rung to take a held call back
	phaseAwaiting                    // an agent who waits for what becomes of his transfer, or of his help call
	phaseSuspended                   // an agent who waits for a flow to give the call back
	phaseInFlow                      // a caller in a flow
	phasePicking                     // an agent whose phone is being rung for a call that he has picked up or asked for
)

// party is one party's stay in a call.
type party struct {
	call      *call
	kind      PartyKind
	agent     *agent // of PartyAgent
	leg       *leg   // of the others
	legID     LegID  // for the record; an agent's phone may be down before the record is written
	number    string
	phase     phase
	maker     bool // an agent who made the call
	picked    bool // he asked to answer while the phone still rang
	asked     bool // the phone has been told to answer
	told      bool // an agent who made the call knows that the other side rings
	began     time.Time
	ringing   time.Time
	answered  time.Time // in this stay
	talked    time.Time // first answer, whatever stays there were
	heldSince time.Time
	held      time.Duration
	waited    time.Duration
	record    *record
	draw      draw
	parked    bool          // hears music and is not heard, while another party is rung or talked with
	muted     bool          // an agent whom the others do not hear
	helper    bool          // has come in to help
	asksHelp  bool          // has asked for help
	help      CallID        // the id of the help call by which a helper has come, or is being rung, into this one; "" = none
	askedBy   AgentID       // who has asked for that help, and knows its id
	flowSince time.Time     // of the stay in a flow that goes on; zero = in none
	inFlow    time.Duration // in flows before
}

// newCallID makes an id. The running number has the VCC in its upper bits, so ids are unique in an installation (call-model 2).
func (c *Center) newCallID() CallID {
	c.callSeq++
	return CallID(fmt.Sprintf("%d-%d", c.now.Unix(), uint64(c.cfg.ID)<<24+c.callSeq))
}

// newCall gives birth to a call.
func (c *Center) newCall(feature int) *call {
	id := c.newCallID()
	cl := &call{
		id:      id,
		number:  c.callSeq,
		feature: feature,
		media:   MediaVoice,
		began:   c.now,
		since:   c.now,
	}
	cl.ring = timer{kind: timerRing, call: cl}
	cl.maxWait = timer{kind: timerMaxWait, call: cl}
	cl.beginStay()
	c.calls[cl.id] = cl
	return cl
}

// join adds a party to the call.
func (c *Center) join(cl *call, p party) *party {
	p.call, p.began = cl, c.now
	if p.leg != nil {
		p.leg.party, p.legID = &p, p.leg.id
	}
	cl.parties = append(cl.parties, &p)
	return &p
}

// partner is the party that the agent's events speak of: the first other one in the order of joining who is not only being rung to
// join a call that goes on; nil if there is none yet.
func (p *party) partner() *party {
	for _, other := range p.call.parties {
		if other != p && !(p.call.add.kind != addNone && other == p.call.add.rung) {
			return other
		}
	}
	return nil
}

// partnerNumber is the number of the other side as its agent knows it: a work number in a call between agents.
func (p *party) partnerNumber() string {
	if other := p.partner(); other != nil {
		return other.number
	}
	if p.maker {
		return p.call.called
	}
	return p.call.caller
}

// media is the party's connection, nil while there is none that carries sound.
func (p *party) media() *leg {
	l := p.leg
	if p.agent != nil {
		l = p.agent.line
	}
	if l == nil || !l.answered || l.over {
		return nil
	}
	return l
}

// ringTime is how long a phone is rung for the call.
func (cl *call) ringTime() time.Duration {
	if cl.queue != nil && cl.queue.skill.Ring > 0 {
		return cl.queue.skill.Ring
	}
	return defaultRing
}

// customer finds the party that waits, or that called in.
func (cl *call) customer() *party {
	for _, p := range cl.parties {
		if p.kind == PartyCustomer {
			return p
		}
	}
	return nil
}

// finish says how and why a call ends.
type finish struct {
	first      *party // who left first; nil = nobody in particular
	reason     Leave
	by         PartyKind
	cause      Cause  // for the connections that are hung up
	failed     bool   // the call has not come about: who made it is told so
	phoneEvent string // what was wrong with the maker's own phone; "" = nothing
	goesOn     bool   // the call goes on without the one who leaves: he is told that his recording is over
}

// endCall ends a call for all who are in it: first for the one who left first, then for the others in the order of joining.
func (c *Center) endCall(cl *call, f finish) {
	c.dequeue(cl)
	c.leavesQueue(cl, queueOutcome(f), 0)
	c.disarm(&cl.ring)
	c.closeRoom(cl)
	c.leaveFlow(cl)
	if f.first != nil {
		c.partLeaves(f.first, f)
	}
	for _, p := range cl.parties {
		if p != f.first {
			c.partLeaves(p, f)
		}
	}
	if cl.leftBy != PartyUnknown {
		f.reason, f.by = cl.left, cl.leftBy
	}
	waited := cl.waited
	if customer := cl.customer(); customer != nil {
		waited = customer.waited
	}
	c.emit(CallRecord{
		VCC: c.cfg.ID, Call: cl.id, Feature: cl.feature, Media: cl.media, Skill: cl.skill, Caller: cl.caller, Called: cl.called,
		Trunk: cl.trunk, Began: cl.began, Answered: cl.answered, Ended: c.now, Waited: waited, Requeued: cl.requeued,
		Agent: cl.lastAgent, Reason: f.reason, Released: f.by,
	})
	delete(c.calls, cl.id)
	if cl.back != nil {
		c.backFailed(cl.back, TryNotReached, cl.called, cl.id)
	}
	if c.cfg.Limits.Calls > 0 && c.backSeq > 0 { // there may be room for a call-back now
		for _, s := range c.cfg.Skills {
			c.mark(c.queues[s.ID])
		}
	}
}

func (c *Center) partLeaves(p *party, f finish) {
	if p.agent != nil {
		c.farewell(p, f)
		return
	}
	c.hangUp(p.leg, f.cause)
	c.recordLeg(p, f.reason)
}

// recordLeg writes down a party's stay.
func (c *Center) recordLeg(p *party, reason Leave) {
	if p.phase == phaseWaiting && !p.call.entered.IsZero() {
		p.waited += c.now.Sub(p.call.entered)
	}
	if !p.heldSince.IsZero() {
		p.held += c.now.Sub(p.heldSince)
		p.heldSince = time.Time{}
	}
	c.outOfFlow(p)
	var id AgentID
	number := p.number
	if p.agent != nil {
		id, number = p.agent.id, p.agent.phone
		c.countTalk(p)
	}
	c.emit(LegRecord{
		VCC: c.cfg.ID, Call: p.call.id, Leg: p.legID, Party: p.kind, Agent: id, Number: number, Skill: p.call.skill,
		Began: p.began, Ringing: p.ringing, Answered: p.answered, Ended: c.now, Held: p.held, Reason: reason, Waited: p.waited,
		Feature: p.call.feature, Maker: p.maker, Talked: !p.talked.IsZero(), InFlow: p.inFlow,
	})
}

// detach takes a call from its agent: from his hands, his recording and his record. The call itself keeps the party.
func (c *Center) detach(p *party, reason Leave) {
	a := p.agent
	p.muted = false
	c.stopRecording(p, "")
	if a.play != nil && a.play.part == p {
		c.stopPlay(a, playStopped)
	}
	if a.present == p {
		a.present = nil
	}
	a.held = slices.DeleteFunc(a.held, func(h *party) bool { return h == p })
	a.last = c.callInfo(p)
	a.last.End = c.now
	if !p.talked.IsZero() {
		a.wrapUp = 0
		if p.call.skill != 0 {
			a.wrapUp = c.cfg.skills[p.call.skill].WrapUp
		}
	}
	c.recordLeg(p, reason)
}

// farewell ends a call for an agent, with the events that he gets (call-model 9, 10, 14), the hanging up of his phone and
// his next state.
func (c *Center) farewell(p *party, f finish) {
	a, was, recorded := p.agent, p.phase, p.record
	c.detach(p, f.reason)
	switch {
	case p.maker && (f.failed || was == phaseDialling || was == phaseCalling && !p.told):
		c.tellFailed(p, was, f) // also what the agent himself gives up before the other side rang
	case p == f.first && p.phase != phasePicking:
		c.tell(a, EvCallRelease, string(p.call.id))
		c.tellCustomerRelease(p)
		c.hangUpPhone(a)
	case (was == phaseOffered || was == phasePicking) && p.ringing.IsZero(): // the desktop knows of no call yet
		c.hangUpPhone(a)
	case was == phaseOffered, was == phasePicking, was == phaseAlerting, was == phaseHeld, was == phaseRetrieving:
		c.tellCustomerRelease(p)
		c.hangUpPhone(a)
	default:
		c.tellCustomerRelease(p)
		c.tell(a, EvCallRelease, string(p.call.id))
		c.hangUpPhone(a)
	}
	if f.goesOn && recorded != nil && c.agents[a.id] == a {
		c.tell(a, EvStopRecordDone, c.doneContent(recorded)) // before the state event (cec_07_1240)
	}
	c.settle(a)
}

func (c *Center) tellCustomerRelease(p *party) {
	c.tell(p.agent, EvCustomerRelease, CustomerReleaseContent{Call: p.call.id, Number: p.partnerNumber()})
}

// tellFailed tells who made a call that it has not come about, in the orders of call-model 14.5 and 14.6.
func (c *Center) tellFailed(p *party, was phase, f finish) {
	a, id := p.agent, string(p.call.id)
	if f.phoneEvent != "" {
		c.tell(a, f.phoneEvent, nil)
	}
	switch p.call.feature {
	case featureHelp:
		c.tell(a, EvConsultFail, id)
		c.hangUpPhone(a)
		return
	case featureInternal:
		c.tell(a, EvInsideCallFail, id)
		c.hangUpPhone(a)
		return
	}
	if was != phaseDialling {
		c.hangUpPhone(a)
	}
	c.tell(a, EvCallOutFail, id)
	c.tell(a, EvConnectFail, id)
	c.hangUpPhone(a)
}

// leaveAllCalls takes an agent out of all his calls because his session ends (DECISIONS 6).
func (c *Center) leaveAllCalls(a *agent, reason int) {
	by := PartySystem
	if reason == ReasonOwnWish || reason < ReasonLostConnection {
		by = PartyAgent
	}
	c.stopPlay(a, playStopped)
	c.endPreview(a, TryTakenAway)
	for a.inCall() {
		p := a.present
		if p == nil {
			p = a.held[0]
		}
		if p.phase == phaseOffered || p.phase == phaseAlerting || p.phase == phasePicking {
			c.missed(p, missSignedOut)
			continue
		}
		c.depart(p, finish{first: p, reason: LeaveAgent, by: by, cause: CauseHungUp})
	}
}
