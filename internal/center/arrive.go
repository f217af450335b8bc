package center

// arrived takes a call that comes in, from a phone of the VCC or from a line (DECISIONS 7). Nothing that comes in ever goes
// out again: a phone reaches access codes and other phones, a line access codes only.
func (c *Center) arrived(cmd CallArrived) {
	if _, known := c.legs[cmd.Leg]; known || cmd.Leg == "" {
		return
	}
	l := &leg{id: cmd.Leg, arrived: true}
	c.legs[l.id] = l
	cl := c.newCall(featureInbound)
	cl.caller, cl.called, cl.trunk = cmd.From, cmd.To, cmd.Trunk
	cl.dialled, cl.diverted = cmd.Dialled, cmd.Diverted
	caller := party{kind: PartyCustomer, leg: l, phase: phaseWaiting}
	if cmd.Phone != "" {
		cl.caller = cmd.Phone // the account that authenticated itself, whatever it writes into From
	}
	caller.number = cl.caller
	if cause, reason := c.admit(cmd); cause != CauseUnknown {
		c.join(cl, caller)
		c.endCall(cl, finish{reason: reason, by: PartySystem, cause: cause})
		return
	}
	if flow := c.cfg.flows[cmd.To]; flow != "" {
		c.join(cl, caller)
		c.enterFlow(cl, flow, FlowArrived, 0)
		return
	}
	if skill, ok := c.cfg.codes[cmd.To]; ok {
		c.arriveAtQueue(cl, caller, c.queues[skill])
		return
	}
	cl.feature, caller.kind = featureInternal, PartyPhone
	c.arriveAtPhone(cl, c.join(cl, caller))
}

// admit tells why an arriving call is refused; CauseUnknown = it is taken.
func (c *Center) admit(cmd CallArrived) (Cause, Leave) {
	skill, code := c.cfg.codes[cmd.To]
	_, outside := c.cfg.trunk(cmd.To)
	limit := c.cfg.Limits.Calls
	switch {
	case (cmd.Phone == "") == (cmd.Trunk == ""):
		return CauseFailed, LeaveInternalError
	case cmd.Phone != "" && !c.cfg.isPhone(cmd.Phone), cmd.Trunk != "" && !c.cfg.isTrunk(cmd.Trunk):
		return CauseForbidden, LeaveUserRefused
	case cmd.Phone != "" && c.byPhone[cmd.Phone] != nil: // an agent calls by his desktop, where his rights are looked at
		return CauseForbidden, LeaveUserRefused
	case c.draining:
		return CauseShutdown, LeaveNoResource
	case limit > 0 && len(c.calls) > limit: // this call is counted already
		return CauseBusy, LeaveNoResource
	case c.cfg.flows[cmd.To] != "":
		return CauseUnknown, LeaveNormal
	case code && c.queues[skill] != nil && !c.queues[skill].gone:
		return CauseUnknown, LeaveNormal
	case code || cmd.Trunk != "":
		return CauseNotFound, LeaveNoSuchCode
	case cmd.To == cmd.Phone:
		return CauseBusy, LeaveBusy
	case c.cfg.isPhone(cmd.To):
		return CauseUnknown, LeaveNormal
	case outside:
		return CauseForbidden, LeaveUserRefused
	default:
		return CauseNotFound, LeaveNoSuchNumber
	}
}

// arriveAtQueue lets the caller wait, if there is room in the queue. He is answered and hears music, or hears ring-back and is
// answered by an agent.
func (c *Center) arriveAtQueue(cl *call, caller party, q *queue) {
	cl.skill, cl.queue, cl.media, cl.entered = q.skill.ID, q, q.skill.Media, c.now
	p := c.join(cl, caller)
	if q.skill.MaxWaiting > 0 && q.waiting >= q.skill.MaxWaiting {
		c.endCall(cl, finish{reason: LeaveOverflow, by: PartySystem, cause: CauseBusy})
		return
	}
	if q.skill.RingBack {
		c.alert(p.leg)
	} else {
		c.answerLeg(p.leg)
	}
	c.enqueue(cl)
}

// arriveAtPhone calls another phone of the VCC: an agent is offered the call, a phone of nobody just rings.
func (c *Center) arriveAtPhone(cl *call, caller *party) {
	if owner := c.byPhone[cl.called]; owner != nil {
		if !c.reachableInside(owner) {
			c.endCall(cl, finish{reason: LeaveBusy, by: PartySystem, cause: CauseBusy})
			return
		}
		c.offerTo(owner, cl, caller)
		return
	}
	cl.target = target{phone: cl.called, number: cl.called}
	l := c.newLeg()
	c.join(cl, party{kind: PartyPhone, leg: l, number: cl.called, phase: phaseCalled})
	c.emit(c.ringFar(cl, l))
	c.arm(&cl.ring, c.now.Add(outsideRing))
}
