package center

import (
	"strconv"
	"time"

	"ccgateway/internal/result"
)

// applyCall applies what an agent does with calls.
func (c *Center) applyCall(a *agent, cmd Command) (Reply, bool) {
	switch cmd := cmd.(type) {
	case Answer:
		return reply(c.answer(a, cmd.Call))
	case Release:
		return reply(c.release(a))
	case Reject:
		return reply(c.reject(a, cmd))
	case DropCall:
		return reply(c.dropCall(a, cmd.Call))
	case Hold:
		return reply(c.hold(a))
	case GetHold:
		return reply(c.getHold(a, cmd.Call))
	case CallOut:
		return made(c.callOut(a, cmd))
	case CallInner:
		return made(c.callInner(a, cmd))
	case PhonePickUp:
		return reply(c.phonePickUp(a))
	case PhoneHangUp:
		return reply(c.phoneHangUp(a))
	case SetCallData:
		return reply(c.setCallData(a, cmd))
	default:
		return c.applyMore(a, cmd)
	}
}

// made is the reply to an attempt to make a call.
func made(id CallID, err *result.Error) (Reply, bool) {
	if err != nil {
		return Reply{Err: err}, true
	}
	return Reply{Value: id}, true
}

// connect begins the talk: the other side, p, has answered.
func (c *Center) connect(p *party) {
	cl := p.call
	if p == cl.add.rung && cl.add.kind != addNone {
		c.added(cl)
		return
	}
	c.talk(cl)
}

// talk lets all who are in the call talk.
func (c *Center) talk(cl *call) {
	c.disarm(&cl.ring)
	c.leaveFlow(cl)
	cl.since, cl.transFrom, cl.firstWait = c.now, 0, time.Time{}
	cl.left, cl.leftBy = 0, PartyUnknown // after a survey he has an agent again
	var picking *party
	if cl.answered.IsZero() {
		cl.answered = c.now
	}
	for _, p := range cl.parties {
		if p.phase == phaseWaiting && !cl.entered.IsZero() {
			p.waited += c.now.Sub(cl.entered)
			c.served(cl.queue)
		}
		if p.phase == phasePicking {
			picking = p
		}
		if p.holds() {
			continue
		}
		p.phase, p.parked = phaseTalking, false
		if p.answered.IsZero() {
			p.answered, p.talked = c.now, c.now
		}
		if p.agent != nil {
			p.agent.talked = true
			c.countAnswer(p)
			cl.lastAgent = p.agent.id
		} else {
			c.answerLeg(p.leg)
		}
	}
	c.leavesQueue(cl, QueueAnswered, cl.lastAgent)
	c.reckonHolds(cl)
	c.setRoom(cl)
	c.backReached(cl)
	for _, p := range cl.parties {
		if p.agent != nil && !p.holds() {
			if len(cl.parties) > 2 {
				c.tell(p.agent, EvConference, ConferenceContent{Call: cl.id, Partner: cl.others(p)})
			} else {
				c.tellTalking(p)
			}
			if p == picking {
				c.tellIncoming(p)
			}
			c.startRecording(p)
		}
	}
}

func (c *Center) tellTalking(p *party) {
	cl := p.call
	c.tell(p.agent, EvTalking, TalkingContent{
		Called: cl.called, Caller: cl.caller, Call: cl.id, Type: cl.role(), Feature: strconv.Itoa(cl.feature), MediaAbility: voiceOnly,
	})
}

// release ends the present call; held calls are not touched. While a call is offered it is reject mode 2, as desktops use it
// (call-model 9).
func (c *Center) release(a *agent) *result.Error {
	if a.present == nil {
		return result.NothingToRelease.Because("agent %d has no call to release", a.id)
	}
	c.leaveCall(a.present)
	return nil
}

// dropCall ends one call, present or held, or a three-party help.
func (c *Center) dropCall(a *agent, id CallID) *result.Error {
	if p := a.partIn(id); p != nil {
		c.leaveCall(p)
		return nil
	}
	if helper, mine := a.helpPart(id); helper != nil {
		c.dropHelp(helper, mine)
		return nil
	}
	return result.NothingToDrop.Because("agent %d has no call %s", a.id, id)
}

// leaveCall ends a call by its agent's wish.
func (c *Center) leaveCall(p *party) {
	if p.phase == phaseOffered || p.phase == phaseAlerting {
		c.missed(p, missDeclined)
		return
	}
	if p.phase == phasePicking {
		c.missed(p, missHungUp)
		return
	}
	c.today(p.agent).Released++
	c.depart(p, finish{first: p, reason: LeaveAgent, by: PartyAgent, cause: CauseHungUp})
}
