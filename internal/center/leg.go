package center

import "fmt"

// leg is one connection on the phone side.
type leg struct {
	id       LegID
	agent    *agent // whose phone it is
	at       target // where that phone is
	party    *party // whose connection it is, where it is not an agent's phone
	arrived  bool   // came in, rather than asked for
	alerted  bool
	answered bool
	held     bool    // by the far side itself, by re-INVITE
	over     bool    // its end has been told and is about to be dealt with
	early    bool    // it is heard before it is answered
	outside  bool    // it was asked for by a line
	payer    AgentID // who caused that, for the ceilings; 0 = the center itself
	barred   bool    // it was never asked for, since a ceiling keeps it in; it is gone before the command is over

	keys   DigitRoute // where its keys go; of parties that are no agents
	keysTo LegID
}

// newLeg names a connection that is to be asked for.
func (c *Center) newLeg() *leg {
	c.legSeq++
	l := &leg{id: LegID(fmt.Sprintf("o%d-%d", c.cfg.ID, c.legSeq))}
	c.legs[l.id] = l
	return l
}

// hangUp ends a connection that is still there.
func (c *Center) hangUp(l *leg, cause Cause) {
	if l == nil || c.legs[l.id] != l {
		return
	}
	c.forgetLeg(l)
	if !l.over {
		c.emit(HangUp{Leg: l.id, Cause: cause})
	}
}

// alert tells an arrived connection that the other side rings.
func (c *Center) alert(l *leg) {
	if !l.over && !l.alerted && !l.answered {
		l.alerted = true
		c.emit(Alert{Leg: l.id})
	}
}

// legIsOver notes that a connection has ended before its end is dealt with: what was due earlier must not hang it up.
func (c *Center) legIsOver(id LegID) {
	if l := c.legs[id]; l != nil {
		l.over = true
	}
}

// answerLeg answers an arrived connection, once.
func (c *Center) answerLeg(l *leg) {
	if l.arrived && !l.answered && !l.over {
		l.answered = true
		c.emit(AnswerLeg{Leg: l.id})
	}
}

// phoneOf says where an agent's phone is reached: at the number that he forwards to, if there is a way to it and no other
// agent has bound it since, else at the phone that he has bound.
func (c *Center) phoneOf(a *agent) (target, bool) {
	if owner := c.byPhone[a.forward]; a.forward != "" && (owner == nil || owner == a) {
		if c.cfg.isPhone(a.forward) {
			return target{phone: a.forward}, true
		}
		if trunk, ok := c.cfg.trunk(a.forward); ok && a.rights.Has(c.cfg.rightFor(a.forward)) && c.cfg.allows(a.forward) {
			return target{trunk: trunk, number: a.forward}, true
		}
	}
	return target{phone: a.phone}, a.phone != ""
}

func (c *Center) hasPhone(a *agent) bool {
	if a.line != nil && a.line.answered {
		return true
	}
	_, ok := c.phoneOf(a)
	return ok
}

// ringPhone rings an agent's own phone for a call.
func (c *Center) ringPhone(p *party, auto bool, caller, display string) {
	c.ringOwn(p.agent, Ring{Caller: caller, Display: display, Auto: auto, Call: p.call.id}, &p.call.ring, p.call.ringTime())
	if p.legID = p.agent.line.id; p.agent.line.barred {
		p.legID = ""
	}
}

// lineUp tells whether the agent's phone is off-hook already.
func (a *agent) lineUp() bool { return a.line != nil && a.line.answered }

// hangUpPhone puts the agent's phone on-hook if no call needs it any more: one that rings for a call that is gone always, one
// that is off-hook after the last call unless it is a permanent connection. If the phone has hung up by itself, only the
// event is due.
func (c *Center) hangUpPhone(a *agent) {
	if a.gone != 0 {
		c.tell(a, EvPhoneRelease, PhoneReleaseContent{a.gone})
		a.gone = 0
		return
	}
	if a.line == nil || a.present != nil {
		return
	}
	if a.line.answered && !a.ending && (len(a.held) > 0 || c.keepsLine(a)) {
		return
	}
	c.dropPhone(a)
}

// keepsLine tells whether the agent's phone stays off-hook between calls: a permanent connection, to where his phone still is.
func (c *Center) keepsLine(a *agent) bool {
	at, has := c.phoneOf(a)
	return !a.releasePhone && has && at == a.line.at
}

// reviseLine hangs up an open line between calls if the agent's phone is elsewhere by now. A preview is only looked at and needs no
// line yet.
func (c *Center) reviseLine(a *agent) {
	if a.line != nil && (!a.inCall() || a.preview != nil) && !c.keepsLine(a) {
		c.dropPhone(a)
	}
}

// dropPhone puts the agent's phone on-hook.
func (c *Center) dropPhone(a *agent) {
	l := a.line
	if l == nil {
		return
	}
	a.line = nil
	c.hangUp(l, CauseHungUp)
	if l.alerted || l.answered {
		c.tell(a, EvPhoneRelease, PhoneReleaseContent{phoneHungUpByCenter})
	}
}

// legRinging: a phone that was asked for rings.
func (c *Center) legRinging(id LegID, early bool) {
	l := c.legs[id]
	if l == nil || l.arrived || l.answered {
		return
	}
	begins := early && !l.early && l.agent == nil
	l.early = l.early || begins
	if l.alerted {
		if begins {
			c.setRoom(l.party.call)
		}
		return
	}
	l.alerted = true
	if l.agent != nil {
		c.phoneRings(l.agent)
		return
	}
	p := l.party
	p.ringing = c.now
	c.farSideRings(p)
}

// phoneRings tells an agent that his own phone rings. Clients tell incoming calls from his own by the content.
func (c *Center) phoneRings(a *agent) {
	p := a.present
	if p == nil {
		if a.play != nil || a.inspects != nil {
			c.tell(a, EvPhoneAlerting, nil)
		}
		return
	}
	p.ringing = c.now
	if p == p.call.add.rung && p.call.add.parks {
		c.setRoom(p.call) // who waits for him hears that it rings
	}
	if p.phase == phaseOffered {
		c.tell(a, EvPhoneAlerting, PhoneAlertingContent{Call: p.call.id, Caller: p.call.caller})
		return
	}
	c.tell(a, EvPhoneAlerting, nil)
}

// legAnswered: a phone that was asked for is lifted. One that lifts without having rung has rung all the same: desktops
// expect both events of a phone that is not permanently connected.
func (c *Center) legAnswered(id LegID) {
	l := c.legs[id]
	if l == nil || l.arrived || l.answered {
		return
	}
	if l.agent == nil {
		l.answered = true
		c.connect(l.party)
		return
	}
	c.legRinging(id, false)
	l.answered = true
	a := l.agent
	c.tell(a, EvPhoneOffhook, PhoneOffhookContent{roleMain})
	if a.present == nil && a.play != nil {
		c.startPlay(a)
		return
	}
	if a.inspects != nil {
		c.inspectorUp(a)
		return
	}
	if a.present == nil { // cannot be: a phone without a call is hung up
		c.hangUpPhone(a)
		return
	}
	switch a.present.phase {
	case phaseDialling:
		c.ownPhoneUp(a.present)
	case phaseOffered:
		c.lifted(a.present)
	case phaseRetrieving:
		c.retrieved(a.present)
	case phasePicking:
		c.picked(a.present)
	}
}

// legEnded: a connection is over, whoever ended it.
func (c *Center) legEnded(id LegID, cause Cause) {
	l := c.legs[id]
	if l == nil {
		return
	}
	c.forgetLeg(l)
	if l.agent != nil {
		c.phoneEnded(l, cause)
		return
	}
	c.partyHungUp(l.party, cause)
}

// phoneEnded: an agent's phone is on-hook, or the attempt to ring it has failed.
func (c *Center) phoneEnded(l *leg, cause Cause) {
	a, p := l.agent, l.agent.present
	a.line = nil
	if l.alerted || l.answered {
		a.gone = phoneHungUpByCenter
		if l.answered && cause != CauseMediaLost && cause != CauseShutdown || cause == CauseRefused {
			a.gone = phoneHungUpByAgent
		}
	}
	for _, held := range a.held {
		c.phoneLost(held, l)
	}
	trouble := l.trouble(cause)
	if a.inspects != nil {
		if trouble != "" {
			c.tell(a, trouble, nil)
		}
		c.endInspection(a.inspects, inspectionEnded, "the inspector's phone is on-hook")
		return
	}
	if play := a.play; play != nil && (play.part == nil || play.leg == l.id) {
		if trouble != "" {
			c.tell(a, trouble, nil)
		}
		c.stopPlay(a, playFailed)
		if play.part == nil { // it alone needed the phone
			return
		}
	}
	if p == nil { // a permanent connection between calls, or with held calls only
		c.hangUpPhone(a)
		c.reindex(a)
		return
	}
	switch p.phase {
	case phaseOffered, phaseAlerting:
		c.missed(p, missOf(cause))
	case phaseRetrieving:
		if trouble != "" {
			c.tell(a, trouble, nil)
		}
		c.retrieveFailed(p, missOf(cause).reason())
	case phasePicking:
		c.pickFailed(p, missOf(cause))
	case phaseTalking, phaseAwaiting, phaseSuspended, phaseWaiting:
		c.depart(p, finish{first: p, reason: leaveOf(cause, LeaveAgent), by: PartyAgent, cause: CauseHungUp})
	case phaseDialling:
		c.endCall(p.call, finish{reason: missOf(cause).reason(), by: PartyAgent, cause: CauseHungUp, failed: true, phoneEvent: trouble})
	default: // phaseCalling: a phone that is hung up again kills the attempt (cec_05_1423)
		c.endCall(p.call, finish{reason: LeaveAgent, by: PartyAgent, cause: CauseHungUp, failed: true})
	}
}

// trouble names the event that tells why an agent's phone could not be rung; "" = it rang and nobody lifted it, or it was off-hook.
func (l *leg) trouble(cause Cause) string {
	if l.answered {
		return ""
	}
	switch missOf(cause) {
	case missPhoneBusy:
		return EvPhoneBusy
	case missPhoneUnknown:
		return EvPhoneUnknown
	default:
		return ""
	}
}

// leaveOf tells why a party left whose connection ended: normal is the reason for hanging up.
func leaveOf(cause Cause, normal Leave) Leave {
	switch cause {
	case CauseMediaLost, CauseUnreachable:
		return LeaveUnreachable
	case CauseShutdown:
		return LeaveNoResource
	default:
		return normal
	}
}

// partyHungUp: a caller, or somebody who was called, is gone.
func (c *Center) partyHungUp(p *party, cause Cause) {
	f := finish{first: p, by: p.kind, cause: CauseHungUp}
	switch {
	case p == p.call.add.rung:
		c.addFailed(p.call, failedLeave(cause))
		return
	case p.phase == phaseCalled && p.call.flow.trying:
		c.triedNumber(p, failedLeave(cause))
		return
	case p.phase == phaseCalled:
		f.first, f.failed, f.reason, f.cause = nil, true, failedLeave(cause), cause
	case p.call.queued && p.call.add.kind != addJoin:
		f.reason = LeaveQueueCancelled
	case p.phase == phaseWaiting:
		f.reason = LeaveUserBeforeAgent
	default:
		f.reason = leaveOf(cause, LeaveUser)
	}
	c.depart(p, f)
}

// failedLeave is the reason of a call whose other side was not reached.
func failedLeave(cause Cause) Leave {
	switch cause {
	case CauseBusy:
		return LeaveBusy
	case CauseRefused, CauseForbidden:
		return LeaveUserRefused
	case CauseNoAnswer:
		return LeaveUserNoAnswer
	case CauseUnreachable:
		return LeaveUnreachable
	case CauseNotFound:
		return LeaveNoSuchNumber
	default:
		return LeaveInternalError
	}
}

// legHeld: the far side holds or resumes by itself. The other side hears music meanwhile.
func (c *Center) legHeld(id LegID, on bool) {
	l := c.legs[id]
	if l == nil || l.held == on {
		return
	}
	l.held = on
	switch {
	case l.agent != nil && l.agent.inspects != nil:
		if cl := l.agent.inspects.at; cl != nil {
			c.setRoom(cl)
		}
	case l.party != nil:
		c.setRoom(l.party.call)
	case l.agent != nil && l.agent.present != nil:
		c.setRoom(l.agent.present.call)
	}
}

// phoneState notes whether a phone has a registration, for those who look. It decides nothing: a phone that is not
// registered is rung all the same and fails as an unreachable one does (DECISIONS 3), since the phone side knows best.
func (c *Center) phoneState(cmd PhoneState) {
	if c.cfg.isPhone(cmd.Phone) {
		c.phones[cmd.Phone] = cmd.Registered
	}
}
