package center

import (
	"strconv"
	"time"

	"ccgateway/internal/result"
)

// applyFlow carries out an order of the flow engine, and what belongs to sound from the phone side.
func (c *Center) applyFlow(cmd Command) Reply {
	switch cmd := cmd.(type) {
	case PlayEnded:
		c.playEnded(cmd)
		c.changed = true
		return Reply{}
	case FlowAnswer:
		return c.order(cmd.Call, cmd.Run, func(cl *call, p *party) *result.Error {
			c.receive(cl, p)
			return nil
		})
	case FlowPlay:
		return c.order(cmd.Call, cmd.Run, func(cl *call, p *party) *result.Error { return c.flowPlay(cl, p, cmd) })
	case FlowHush:
		return c.order(cmd.Call, cmd.Run, func(cl *call, _ *party) *result.Error {
			c.endFlowPlay(cl)
			return nil
		})
	case FlowSecret:
		return c.order(cmd.Call, cmd.Run, func(cl *call, p *party) *result.Error { return c.flowSecret(cl, p, cmd.On) })
	case FlowData:
		return c.order(cmd.Call, cmd.Run, func(cl *call, _ *party) *result.Error { return flowData(cl, cmd.Data) })
	case FlowQueue:
		return c.order(cmd.Call, cmd.Run, func(cl *call, p *party) *result.Error { return c.flowQueue(cl, p, cmd) })
	case FlowLeave:
		return c.order(cmd.Call, cmd.Run, c.flowLeave)
	case FlowTransfer:
		return c.order(cmd.Call, cmd.Run, func(cl *call, p *party) *result.Error { return c.flowTransfer(cl, p, cmd.To) })
	case FlowCallBack:
		return c.order(cmd.Call, cmd.Run, func(cl *call, p *party) *result.Error { return c.flowCallBack(cl, p, cmd) })
	case OfferPreview:
		id, err := c.offerPreview(cmd)
		if err != nil {
			return Reply{Err: err}
		}
		c.changed = true
		return Reply{Value: id}
	case WithdrawPreview:
		return Reply{Err: c.withdrawBack(cmd.Control)}
	case FlowRecord:
		return c.order(cmd.Call, cmd.Run, func(cl *call, p *party) *result.Error { return c.flowRecord(cl, p, cmd) })
	case FlowStopRecord:
		return c.order(cmd.Call, cmd.Run, c.flowStopRecord)
	case FlowReturn:
		return c.order(cmd.Call, cmd.Run, func(cl *call, _ *party) *result.Error { return c.flowReturn(cl) })
	case FlowHangUp:
		return c.order(cmd.Call, cmd.Run, func(cl *call, _ *party) *result.Error { return c.flowHangUp(cl, cmd.Cause) })
	default:
		return unknownCommand(cmd)
	}
}

// order does what a flow wants with its call, if the call is still in that run.
func (c *Center) order(id CallID, run uint64, do func(*call, *party) *result.Error) Reply {
	cl := c.calls[id]
	if cl == nil || cl.run == 0 || cl.run != run || cl.guest() == nil {
		return Reply{Err: noRun(id, run)}
	}
	if err := do(cl, cl.guest()); err != nil {
		return Reply{Err: err}
	}
	c.changed = true
	if cl.run == run { // it may be over by now
		c.watchFlow(cl)
	}
	return Reply{}
}

// receive answers the caller's leg, which gives it its row.
func (c *Center) receive(cl *call, p *party) {
	c.answerLeg(p.leg)
	c.setRoom(cl)
}

func (c *Center) flowPlay(cl *call, p *party, cmd FlowPlay) *result.Error {
	if len(cmd.Sound) == 0 || len(cmd.Sound) > maxSounds {
		return result.BadArgument.Because("%d sounds are not 1 to %d", len(cmd.Sound), maxSounds)
	}
	c.receive(cl, p)
	c.endFlowPlay(cl)
	cl.flow.play, cl.flow.number = c.newPlay(), cmd.Number
	c.plays[cl.flow.play] = playing{call: cl}
	c.emit(Play{Play: cl.flow.play, Leg: p.leg.id, Sound: cmd.Sound, Alone: true, Barge: cmd.Barge, Volume: normalVolume, Speed: normalSpeed})
	return nil
}

// endFlowPlay ends what plays to the caller.
func (c *Center) endFlowPlay(cl *call) {
	id := cl.flow.play
	if id == "" {
		return
	}
	cl.flow.play = ""
	delete(c.plays, id)
	if p := cl.guest(); p != nil && !p.leg.over {
		c.emit(StopPlay{Play: id})
	}
}

func (c *Center) flowSecret(cl *call, p *party, on bool) *result.Error {
	if !on {
		c.endSecret(cl)
		return nil
	}
	if !cl.flow.secret {
		c.receive(cl, p)
		cl.flow.secret = true
		c.routeKeys(cl)
	}
	return nil
}

// endSecret lets the caller's keys go to the center again.
func (c *Center) endSecret(cl *call) {
	if !cl.flow.secret {
		return
	}
	cl.flow.secret = false
	c.routeKeys(cl)
}

func flowData(cl *call, data string) *result.Error {
	if len(data) > maxCallData {
		return result.BadArgument.Because("call data of %d bytes is longer than %d", len(data), maxCallData)
	}
	cl.data = data
	return nil
}

func (c *Center) flowReturn(cl *call) *result.Error {
	if !c.returnFromFlow(cl) {
		return result.OperationFailed.Because("no agent waits for call %s", cl.id)
	}
	return nil
}

func (c *Center) flowHangUp(cl *call, cause Cause) *result.Error {
	if cause == CauseUnknown {
		cause = CauseHungUp
	}
	c.endCall(cl, finish{reason: LeaveNormal, by: PartySystem, cause: cause})
	return nil
}

// flowTransfer hands the caller on. A suspended call is its agent's and goes nowhere (call-model 12).
func (c *Center) flowTransfer(cl *call, p *party, to Device) *result.Error {
	switch {
	case cl.suspended() != nil:
		return result.OperationFailed.Because("call %s belongs to the agent who waits for it", cl.id)
	case c.draining:
		return result.OperationFailed.Because("the center is being stopped")
	case p.phase != phaseInFlow && !cl.queued:
		return result.OperationFailed.Because("somebody is being rung for call %s", cl.id)
	}
	number, _ := strconv.Atoi(to.Address)
	switch to.Type {
	case DeviceSkill:
		return c.flowQueue(cl, p, FlowQueue{Skill: SkillID(number)})
	case DeviceAgent:
		return c.tryAgent(cl, p, c.agents[AgentID(number)])
	case DeviceFlow, DeviceCode:
		return c.flowToCode(cl, p, to)
	case DeviceOutside:
		return c.tryNumber(cl, p, to.Address)
	default:
		return result.BadArgument.Because("device type %d is not 1..5", to.Type)
	}
}

// flowToCode lets the caller meet another flow, or wait in the queue that an access code leads to.
func (c *Center) flowToCode(cl *call, p *party, to Device) *result.Error {
	d, err := c.transferCode(to)
	switch {
	case err != nil:
		return err
	case d.queue != nil:
		return c.flowQueue(cl, p, FlowQueue{Skill: d.queue.skill.ID})
	}
	c.unqueue(cl, p)
	c.leaveFlow(cl)
	cl.queue = nil
	c.enterFlow(cl, d.flow, FlowTransferred, 0)
	c.setRoom(cl)
	return nil
}

// tryAgent rings an agent for the caller.
func (c *Center) tryAgent(cl *call, p *party, b *agent) *result.Error {
	if b == nil || !c.reachableInside(b) || !b.rights.Has(RightTakeTransfers) {
		return result.OperationFailed.Because("the agent cannot take the call")
	}
	c.beginTry(cl, p)
	c.offer(b, cl)
	c.setRoom(cl)
	return nil
}

// tryNumber rings a number for the caller. The flow's author has allowed it; a number that the caller himself has keyed in is the
// flow's to check.
func (c *Center) tryNumber(cl *call, p *party, number string) *result.Error {
	if !dialable(number) {
		return result.BadArgument.Because("number %q is not 1 to %d of digits, * and #", number, maxNumber)
	}
	at, ok := c.route(number)
	switch owner := c.byPhone[at.phone]; {
	case !ok:
		return result.OperationFailed.Because("no line takes the number %s", number)
	case at.phone != "" && owner != nil:
		return c.tryAgent(cl, p, owner)
	}
	if err := c.checkOutside(0, number); err != nil {
		return err
	}
	c.beginTry(cl, p)
	c.ringInto(cl, at, cl.caller, cl.sentOn(), 0)
	c.setRoom(cl)
	return nil
}

func (c *Center) beginTry(cl *call, p *party) {
	c.unqueue(cl, p)
	c.outOfFlow(p)
	cl.queue, cl.requeued, cl.entered = nil, 0, time.Time{} // what he waited before is counted
	p.phase, cl.flow.trying = phaseWaiting, true
	c.alert(p.leg)
}

// triedNumber: the number that was rung for the caller was not reached.
func (c *Center) triedNumber(called *party, reason Leave) {
	cl := called.call
	cl.remove(called)
	c.hangUp(called.leg, CauseNoAnswer)
	c.recordLeg(called, reason)
	c.tryFailed(cl, reason)
}

// tryFailed lets the flow go on after a transfer that has come to nothing.
func (c *Center) tryFailed(cl *call, reason Leave) {
	cl.flow.trying = false
	c.disarm(&cl.ring)
	c.backToFlow(cl, cl.guest())
	c.tellFlow(cl, FlowTold{What: FlowUnanswered, Why: reason.String()})
}
