package center

import (
	"cmp"
	"strconv"

	"ccgateway/internal/result"
)

// offer rings an agent for a call: one of his queues, or one that was made to him. Every such call brings him
// AgentState_Busy first (cec_05_1426). A phone that is off-hook already is not rung.
func (c *Center) offer(a *agent, cl *call) {
	p := c.join(cl, party{kind: PartyAgent, agent: a, number: strconv.Itoa(int(a.id)), phase: phaseOffered})
	if cl.add.kind != addNone {
		cl.add.rung = p
		if p.help = cl.add.help; p.help != "" {
			p.askedBy = cl.add.asker.agent.id
		}
	}
	a.present = p
	cl.since = c.now
	cl.stay.offers++ // outside of a stay it counts for nobody
	c.enterCall(a)
	if a.lineUp() {
		p.legID = a.line.id
		p.ringing = c.now
		c.arm(&cl.ring, c.now.Add(cl.ringTime()))
		c.lifted(p)
		return
	}
	c.ringPhone(p, a.autoAnswer, cmp.Or(cl.shown, cl.caller), c.displayName(cl))
}

// displayName is the name that an agent's phone shows: the queue's, or that of the calling agent.
func (c *Center) displayName(cl *call) string {
	if cl.queue != nil {
		return cl.queue.skill.Name
	}
	if maker := cl.parties[0]; maker.agent != nil {
		return maker.agent.account.Name
	}
	return ""
}

// lifted: the phone of an agent to whom a call is offered is off-hook. The call is answered by itself, or because the agent
// asked for it while the phone rang, or he is asked to answer (call-model 8).
func (c *Center) lifted(p *party) {
	a := p.agent
	switch {
	case p.picked:
		c.tellIncoming(p)
		c.connect(p)
	case a.autoAnswer:
		r := ringingContent(p)
		c.tell(a, EvAutoAnswer, AutoAnswerContent{
			Caller: r.Caller, Called: r.Called, Call: r.Call, Type: r.Type, Feature: r.Feature, MediaAbility: r.MediaAbility,
			Transfer: r.Transfer, TransFrom: r.TransFrom, MediaType: p.call.media,
		})
		c.tellIncoming(p)
		c.connect(p)
	default:
		p.phase = phaseAlerting
		c.tell(a, EvRinging, ringingContent(p))
		c.tellIncoming(p)
		if p.call.queue != nil && p.call.add.kind == addNone {
			c.tellCustomerAlerting(p)
		}
		c.setRoom(p.call)
	}
}

func ringingContent(p *party) RingingContent {
	cl := p.call
	return RingingContent{
		Caller: cl.caller, Called: cl.called, Call: cl.id, Type: cl.offeredRole(), Feature: strconv.Itoa(cl.offeredFeature()),
		MediaAbility: voiceOnly, Transfer: cl.transferred(), TransFrom: cl.sender(), MediaType: strconv.Itoa(int(cl.media)),
	}
}

// tellIncoming announces a call from a queue (cec_07_0520).
func (c *Center) tellIncoming(p *party) {
	cl := p.call
	if cl.queue == nil || cl.add.kind == addHelp {
		return
	}
	content := IncomingContent{
		Call: cl.id, SkillName: cl.queue.skill.Name, Skill: cl.skill, Caller: cl.caller, Called: cl.called,
		LastRelease: noAgent, MediaType: cl.media, Requeued: cl.requeued,
	}
	if cl.requeued > 0 {
		content.RequeuedAtAll = 1
	}
	if cl.lastRelease != 0 {
		content.LastRelease = cl.lastRelease
	}
	c.tell(p.agent, EvIncomingInfo, content)
}

func (c *Center) tellCustomerAlerting(p *party) {
	content := CustomerAlertingContent{Call: p.call.id, OtherPhone: p.partnerNumber(), Type: p.call.role()}
	if other := p.partner(); other != nil && other.agent != nil {
		content.OtherPhoneWorkno = other.number
	}
	c.tell(p.agent, EvCustomerAlert, content)
}

// miss says how an offered call was missed.
type miss int

const (
	missUnanswered   miss = iota // rang too long
	missRefused                  // the agent declined at the phone, or hung it up again
	missRejected                 // reject mode 1
	missDeclined                 // reject mode 2
	missHungUp                   // phonehangup
	missPhoneBusy                // the phone is engaged
	missPhoneUnknown             // the phone cannot be reached
	missSignedOut                // the session ends
)

// missOf tells how an offer was missed whose phone gave up.
func missOf(cause Cause) miss {
	switch cause {
	case CauseBusy:
		return missPhoneBusy
	case CauseRefused, CauseHungUp:
		return missRefused
	case CauseNoAnswer:
		return missUnanswered
	default:
		return missPhoneUnknown
	}
}

// reason is why the agent left the call.
func (m miss) reason() Leave {
	switch m {
	case missRefused, missRejected, missDeclined:
		return LeaveAgentRefused
	case missPhoneBusy:
		return LeaveBusy
	case missPhoneUnknown:
		return LeaveUnreachable
	case missSignedOut:
		return LeaveAgent
	default:
		return LeaveAgentNoAnswer
	}
}

// cause is what a caller without a queue is told.
func (m miss) cause() Cause {
	switch m {
	case missRefused, missRejected, missDeclined:
		return CauseRefused
	case missPhoneBusy:
		return CauseBusy
	case missPhoneUnknown, missSignedOut:
		return CauseUnreachable
	default:
		return CauseNoAnswer
	}
}

// missed takes an offered call away from an agent: his events and next state first (call-model 14.3, 14.4), then the call,
// which goes back to the front of its queue. A call without a queue, or one that he declined for good, ends.
func (c *Center) missed(p *party, m miss) {
	cl, a, rang := p.call, p.agent, p.phase == phaseAlerting
	c.disarm(&cl.ring)
	c.detach(p, m.reason())
	cl.remove(p)
	if rang && (m == missPhoneBusy || m == missPhoneUnknown) { // the desktop still shows the call
		c.tell(a, EvNoAnswer, string(cl.id))
	}
	c.tellMissed(a, cl, m)
	c.countMissed(a)
	switch {
	case cl.flow.trying:
		c.tryFailed(cl, m.reason())
	case p == cl.add.rung:
		c.addMissed(cl, a, m)
	case m == missDeclined || cl.queue == nil:
		c.endCall(cl, finish{reason: m.reason(), by: PartyAgent, cause: m.cause(), failed: true})
	default:
		c.giveBack(cl, a)
	}
}

func (c *Center) tellMissed(a *agent, cl *call, m miss) {
	id := string(cl.id)
	switch m {
	case missUnanswered:
		c.tell(a, EvNoAnswer, id)
		c.hangUpPhone(a)
		c.notReadyAfter(a, reasonUnanswered)
	case missRefused:
		c.tell(a, EvNoAnswer, id)
		c.hangUpPhone(a)
		c.notReadyAfter(a, reasonRefused)
	case missRejected:
		c.tell(a, EvNoAnswer, id)
		c.notReadyAfter(a, reasonRefused)
		c.hangUpPhone(a)
	case missHungUp:
		c.hangUpPhone(a)
		c.tell(a, EvNoAnswer, id)
		c.notReadyAfter(a, reasonUnanswered)
	case missPhoneBusy:
		c.tell(a, EvPhoneBusy, nil)
		c.hangUpPhone(a)
		c.notReadyAfter(a, reasonPhone)
	case missPhoneUnknown:
		c.tell(a, EvPhoneUnknown, nil)
		c.hangUpPhone(a)
		c.notReadyAfter(a, reasonPhone)
	case missDeclined:
		c.tell(a, EvNoAnswer, id)
		c.hangUpPhone(a)
		c.settle(a)
	case missSignedOut:
		c.tell(a, EvNoAnswer, id)
		c.hangUpPhone(a)
	}
}

// ringOver: a phone was rung as long as it may be.
func (c *Center) ringOver(cl *call) {
	for _, p := range cl.parties {
		m := missUnanswered
		if p.agent != nil && p.agent.line != nil && p.agent.line.barred {
			m = missPhoneUnknown
		}
		switch p.phase {
		case phaseOffered, phaseAlerting:
			c.missed(p, m)
		case phaseRetrieving:
			c.retrieveFailed(p, LeaveAgentNoAnswer)
		case phasePicking:
			c.pickFailed(p, m)
		case phaseDialling:
			f := finish{reason: m.reason(), by: PartyAgent, cause: CauseNoAnswer, failed: true}
			if m == missPhoneUnknown {
				f.phoneEvent = EvPhoneUnknown
			}
			c.endCall(cl, f)
		case phaseCalled:
			if p == cl.add.rung {
				c.addFailed(cl, LeaveUserNoAnswer)
				return
			}
			if cl.flow.trying {
				c.triedNumber(p, LeaveUserNoAnswer)
				return
			}
			c.endCall(cl, finish{reason: LeaveUserNoAnswer, by: p.kind, cause: CauseNoAnswer, failed: true})
		default:
			continue
		}
		return
	}
}

// offered is the agent's part in the call that is being offered to him, nil if there is none or it is not the named one.
func (a *agent) offered(id CallID) *party {
	p := a.present
	if p == nil || p.phase != phaseOffered && p.phase != phaseAlerting || id != "" && p.call.id != id {
		return nil
	}
	return p
}

// answer takes the offered call; while the phone still rings it is told to answer. Once phonepickup has answered, an answer
// that follows succeeds too: older servers needed both (call-model 7).
func (c *Center) answer(a *agent, id CallID) *result.Error {
	if p := a.present; p != nil && p.phase == phaseTalking && p.picked && (id == "" || p.call.id == id) {
		return nil
	}
	p := a.offered(id)
	if p == nil {
		return result.NothingToAnswer.Because("no call is offered to agent %d", a.id)
	}
	if p.phase == phaseAlerting {
		c.connect(p)
		return nil
	}
	c.pickUp(p)
	return nil
}

// pickUp tells the ringing phone to answer, once.
func (c *Center) pickUp(p *party) {
	p.picked = p.phase == phaseOffered
	if !p.asked {
		p.asked = true
		c.emit(AnswerPhone{Leg: p.agent.line.id})
	}
}

func (c *Center) phonePickUp(a *agent) *result.Error {
	p := a.present
	switch {
	case p != nil && p.phase == phaseAlerting:
		p.picked = true
		c.connect(p)
		return nil
	case p != nil && a.line != nil && !a.line.answered:
		c.pickUp(p)
		return nil
	case c.answerInspection(a):
		return nil
	case a.ringsForPlay():
		c.emit(AnswerPhone{Leg: a.line.id})
		return nil
	default:
		return result.OperationFailed.Because("the phone of agent %d does not ring", a.id)
	}
}

// phoneHangUp refuses at the ringing phone: the call counts as not answered (cec_07_1255).
func (c *Center) phoneHangUp(a *agent) *result.Error {
	p := a.present
	switch {
	case p != nil && (p.phase == phaseOffered || p.phase == phaseAlerting):
		c.missed(p, missHungUp)
	case p != nil && p.phase == phaseRetrieving:
		c.retrieveFailed(p, LeaveAgentNoAnswer)
	case p != nil && p.phase == phasePicking:
		c.pickFailed(p, missHungUp)
	case a.inspects != nil && !a.inspects.up:
		c.endInspection(a.inspects, inspectionEnded, "the inspector hung up his ringing phone")
	case a.ringsForPlay():
		c.stopPlay(a, playFailed)
	case p != nil && p.phase == phaseDialling:
		c.endCall(p.call, finish{reason: LeaveAgentNoAnswer, by: PartyAgent, cause: CauseHungUp, failed: true})
	default:
		return result.OperationFailed.Because("the phone of agent %d does not ring", a.id)
	}
	return nil
}

// Modes of reject (cec_07_1253).
const (
	rejectToQueue = 1
	rejectForGood = 2
)

func (c *Center) reject(a *agent, cmd Reject) *result.Error {
	if cmd.Mode != rejectToQueue && cmd.Mode != rejectForGood {
		return result.BadArgument.Because("mode %d is neither 1 nor 2", cmd.Mode)
	}
	p := a.offered(cmd.Call)
	if p == nil {
		return result.NothingToAnswer.Because("no call is offered to agent %d", a.id)
	}
	if cmd.Mode == rejectToQueue {
		c.missed(p, missRejected)
	} else {
		c.missed(p, missDeclined)
	}
	return nil
}
