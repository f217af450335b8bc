package center

import (
	"fmt"
	"time"

	"ccgateway/internal/result"
)

// Bounds of a stay in a flow. A flow engine that has died, or that has lost a run, must not keep callers for ever.
const (
	longestSilentFlow = 2 * time.Minute  // without an order, while nothing plays and nobody is rung; longer than any request or key may take
	longestFlowPlay   = 30 * time.Minute // of one FlowPlay, should its end never be told
	maxSounds         = 64               // in one order
)

// flowStay is a call's stay in a flow; call.run numbers it.
type flowStay struct {
	play   PlayID // what plays to the caller; "" = nothing
	number uint64 // that the engine gave to it
	secret bool   // the caller's keys go to the engine alone
	trying bool   // FlowTransfer rings somebody
	place  int    // in the queue, as told last; 0 = none
	skill  SkillID
	limit  timer // when the flow is given up, or the voicemail is long enough
}

// beginStay makes the call's place for a stay in a flow empty.
func (cl *call) beginStay() { cl.flow = flowStay{limit: timer{kind: timerFlow, call: cl}} }

// guest is the party whom the flow talks with: the first one that is no agent and is not only being rung.
func (cl *call) guest() *party {
	for _, p := range cl.parties {
		if p.agent == nil && p.phase != phaseCalled {
			return p
		}
	}
	return nil
}

// suspended is the agent's part who waits for the flow to give the call back; nil = nobody waits.
func (cl *call) suspended() *party {
	for _, p := range cl.parties {
		if p.phase == phaseSuspended {
			return p
		}
	}
	return nil
}

// enterFlow lets the caller of a call meet a flow.
func (c *Center) enterFlow(cl *call, name string, why FlowWhy, agent AgentID) {
	c.runSeq++
	cl.run = c.runSeq
	cl.since = c.now
	var leg LegID
	for _, p := range cl.parties {
		if p.agent == nil {
			c.intoFlow(p)
			leg = p.leg.id
		}
	}
	c.arm(&cl.flow.limit, c.now.Add(longestSilentFlow))
	c.emit(FlowBegan{
		VCC: c.cfg.ID, Call: cl.id, Run: cl.run, Flow: name, Why: why, Leg: leg, Caller: cl.caller, Called: cl.called, Data: cl.data,
		Agent: agent, At: c.now, Dialled: cl.dialled, Diverted: cl.diverted,
	})
}

// leaveFlow ends a call's stay in its flow, if it is in one: what plays, what is recorded, and the secrecy of keys.
func (c *Center) leaveFlow(cl *call) {
	if cl.run == 0 {
		return
	}
	c.endFlowPlay(cl)
	c.endSecret(cl)
	if p := cl.guest(); p != nil {
		c.endVoicemail(p)
		c.outOfFlow(p)
	}
	c.disarm(&cl.flow.limit)
	c.emit(FlowEnded{VCC: c.cfg.ID, Call: cl.id, Run: cl.run})
	cl.run = 0
	cl.beginStay()
}

// intoFlow puts a party into the flow: from now on its time counts as time in a flow.
func (c *Center) intoFlow(p *party) {
	p.phase = phaseInFlow
	if p.flowSince.IsZero() {
		p.flowSince = c.now
	}
}

// outOfFlow adds up the time in flows.
func (c *Center) outOfFlow(p *party) {
	if !p.flowSince.IsZero() {
		p.inFlow += c.now.Sub(p.flowSince)
		p.flowSince = time.Time{}
	}
}

// backToFlow lets the caller be in the flow alone again, after a queue or a transfer.
func (c *Center) backToFlow(cl *call, p *party) {
	cl.flow.place, cl.queue, cl.entered = 0, nil, time.Time{}
	cl.since = c.now
	c.intoFlow(p)
	c.setRoom(cl)
	c.watchFlow(cl)
}

// watchFlow sets how long the flow may go on without a further order.
func (c *Center) watchFlow(cl *call) {
	p := cl.guest()
	switch {
	case cl.run == 0 || p == nil || p.record != nil: // a voicemail has a limit of its own
	case p.phase != phaseInFlow: // the queue, or what rings, has one
		c.disarm(&cl.flow.limit)
	case cl.flow.play != "":
		c.arm(&cl.flow.limit, c.now.Add(longestFlowPlay))
	default:
		c.arm(&cl.flow.limit, c.now.Add(longestSilentFlow))
	}
}

// flowOver: the voicemail is long enough, or nothing came from the flow for too long. An agent who waits for the call has it again.
func (c *Center) flowOver(cl *call) {
	if p := cl.guest(); p != nil && p.record != nil {
		c.voicemailOver(p, "")
		return
	}
	if !c.returnFromFlow(cl) {
		c.endCall(cl, finish{reason: LeaveInternalError, by: PartySystem, cause: CauseFailed})
	}
}

// tellFlow tells the engine what happened to a call that is in a flow.
func (c *Center) tellFlow(cl *call, told FlowTold) {
	if cl.run != 0 {
		told.VCC, told.Call, told.Run = c.cfg.ID, cl.id, cl.run
		c.emit(told)
	}
}

// digit brings a caller's key to his flow; elsewhere no key means anything.
func (c *Center) digit(cmd Digit) {
	l := c.legs[cmd.Leg]
	if l == nil || l.party == nil || l.party.call.run == 0 || l.party != l.party.call.guest() {
		return
	}
	c.tellFlow(l.party.call, FlowTold{What: FlowDigit, Digit: cmd.Digit})
	c.watchFlow(l.party.call)
}

// returnFromFlow gives a suspended call back to the agent who waits for it. False: nobody waits.
func (c *Center) returnFromFlow(cl *call) bool {
	waiting := cl.suspended()
	if waiting == nil {
		return false
	}
	c.leaveFlow(cl)
	cl.since = c.now
	for _, p := range cl.parties {
		p.phase = phaseTalking
	}
	c.setRoom(cl)
	c.tell(waiting.agent, EvReturnFromIvr, string(cl.id))
	c.tellTalking(waiting)
	return true
}

// surveys lets the customer meet the flow of his skill queue after his agent has hung up first. False: there is none, or another way
// to leave. Who let go first is kept for the call's record.
func (c *Center) surveys(p *party, f finish) bool {
	cl := p.call
	flow := c.cfg.skills[cl.skill].Survey
	if p.agent == nil || flow == "" || f.reason != LeaveAgent || cl.feature != featureInbound || p.phase != phaseTalking || c.draining || p.agent.ending {
		return false
	}
	customer := p.partner()
	if !p.talkOfTwo() || customer.kind != PartyCustomer || customer.media() == nil {
		return false
	}
	cl.left, cl.leftBy = f.reason, PartyAgent
	cl.remove(p)
	cl.queue, cl.entered = nil, time.Time{}
	c.enterFlow(cl, flow, FlowSurvey, p.agent.id)
	c.setRoom(cl)
	f.first = p
	c.farewell(p, f)
	return true
}

// noRun is the refusal of an order of a run that is over, or that never was.
func noRun(id CallID, run uint64) *result.Error {
	return result.OperationFailed.Because("call %q is not in run %d of a flow", id, run)
}

// newPlay names a playing.
func (c *Center) newPlay() PlayID {
	c.playSeq++
	return PlayID(fmt.Sprintf("%d-%d", c.cfg.ID, c.playSeq))
}
