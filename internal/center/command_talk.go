package center

import (
	"fmt"
	"strconv"
	"strings"

	"ccgateway/internal/result"
)

// applyMore applies what an agent does with calls beyond one talk.
func (c *Center) applyMore(a *agent, cmd Command) (Reply, bool) {
	switch cmd := cmd.(type) {
	case CallInnerSkill:
		return made(c.callInnerSkill(a, cmd.Skill))
	case SnatchPickup:
		return reply(c.snatch(a, cmd.Of))
	case RequestWaiting:
		return reply(c.requestWaiting(a, cmd))
	case ConnectHeld:
		return reply(c.connectHeld(a, cmd.Call))
	case BeginMute:
		return reply(c.beginMute(a))
	case EndMute:
		return reply(c.endMute(a))
	case SecondDial:
		return reply(c.secondDial(a, cmd.Digits))
	case InnerHelp:
		return made(c.innerHelp(a, cmd))
	case ConfJoin:
		return reply(c.confJoin(a, cmd))
	case Transfer:
		return reply(c.transfer(a, cmd))
	case CancelTransfer:
		return reply(c.cancelTransfer(a))
	case Disconnect:
		return reply(c.disconnect(a, cmd.Number))
	case ReleasePhone:
		return reply(c.releasePhone(a))
	case SwitchMedia:
		return reply(c.switchMedia(a, cmd))
	case TransmitNumber:
		return reply(c.transmitNumber(a))
	case ReportSound:
		return reply(c.reportSound(a, cmd.Say))
	default:
		return Reply{}, false
	}
}

// beginMute lets the others hear nothing from the agent. A call between agents cannot be muted (cec_07_2635).
func (c *Center) beginMute(a *agent) *result.Error {
	p := a.present
	switch {
	case p == nil:
		return result.NothingToMute.Because("agent %d has no call", a.id)
	case p.phase != phaseTalking || p.muted || p.call.internal():
		return result.CannotMute.Because("call %s cannot be muted now", p.call.id)
	case !a.rights.Has(RightMute):
		return lacks(a, RightMute)
	}
	p.muted = true
	c.setRoom(p.call)
	return nil
}

func (c *Center) endMute(a *agent) *result.Error {
	p := a.present
	switch {
	case p == nil:
		return result.NothingToUnmute.Because("agent %d has no call", a.id)
	case !p.muted:
		return result.CannotUnmute.Because("call %s is not muted", p.call.id)
	}
	p.muted = false
	c.setRoom(p.call)
	return nil
}

// secondDial sends keys to all parties that are no agents. A comma is a pause.
func (c *Center) secondDial(a *agent, digits string) *result.Error {
	p := a.present
	switch {
	case !dialable(strings.ReplaceAll(digits, ",", "0")):
		return result.BadArgument.Because("keys %q are not 1 to %d of digits, *, # and commas", digits, maxNumber)
	case p == nil || p.phase != phaseTalking || p.muted:
		return result.OperationFailed.Because("agent %d is not in a talk", a.id)
	}
	for _, other := range p.call.parties {
		if other.leg != nil && other.phase == phaseTalking && !other.parked {
			c.emit(SendDigits{Leg: other.leg.id, Digits: digits})
		}
	}
	return nil
}

// disconnect drops one party of the present call by its number. A helper may only drop himself (cec_07_1248).
func (c *Center) disconnect(a *agent, number string) *result.Error {
	p := a.present
	if p == nil || p.phase != phaseTalking && p.phase != phaseAwaiting {
		return result.NothingToDisconnect.Because("agent %d is in no talk", a.id)
	}
	cl := p.call
	if number == a.phone || number == p.number {
		c.leaveCall(p)
		return nil
	}
	helper := p.helper || cl.feature == featureHelp && !p.maker
	for _, other := range cl.parties {
		if other == p || other.number != number && (other.agent == nil || other.agent.phone != number) || helper {
			continue
		}
		switch {
		case other == cl.add.rung && p == cl.add.asker:
			c.cancelAdd(cl)
		case cl.add.kind == addNone && len(cl.parties) > 2:
			c.drop(other)
		case cl.add.kind == addNone:
			c.leaveCall(p)
		default:
			continue
		}
		return nil
	}
	return result.NoSuchParty.Because("agent %d cannot drop %q in call %s", a.id, number, cl.id)
}

// drop takes a party out of a talk of more than two.
func (c *Center) drop(p *party) {
	c.depart(p, finish{first: p, reason: LeaveAgent, by: PartyAgent, cause: CauseHungUp})
}

// releasePhone puts a permanently connected phone on-hook between calls.
func (c *Center) releasePhone(a *agent) *result.Error {
	if a.inCall() || a.line == nil {
		return result.OperationFailed.Because("agent %d has a call, or no open line", a.id)
	}
	c.dropPhone(a)
	return nil
}

// Media of mediaswitch, and what it comes to: the media side carries voice only.
const (
	mediaAudio      = 1
	mediaVideo      = 3
	mediaNotOffered = 1
)

func (c *Center) switchMedia(a *agent, cmd SwitchMedia) *result.Error {
	p := a.present
	if p == nil || p.phase != phaseTalking || p.muted {
		return result.OperationFailed.Because("agent %d is not in a talk", a.id)
	}
	content := MediaSwitchContent{Call: p.call.id, Caller: p.call.caller, Called: p.call.called, MediaType: mediaAudio}
	if cmd.Video {
		content.MediaType, content.Reason = mediaVideo, mediaNotOffered
	}
	c.tell(a, EvMediaSwitch, content)
	return nil
}

// transmitNumber relays the customer's keys to the outside party, until a party leaves.
func (c *Center) transmitNumber(a *agent) *result.Error {
	p := a.present
	if p == nil || p.phase != phaseTalking || p.call.add.kind != addNone || len(p.call.parties) < 3 {
		return result.OperationFailed.Because("agent %d is in no three-party talk", a.id)
	}
	if _, out := p.call.relayEnds(); out == nil {
		return result.OperationFailed.Because("call %s has no customer and outside party", p.call.id)
	}
	p.call.relay = true
	c.routeKeys(p.call)
	return nil
}

// relayEnds finds whose keys are relayed, and to whom: the first and the last of those who are no agents.
func (cl *call) relayEnds() (customer, out *party) {
	for _, p := range cl.parties {
		switch {
		case p.agent != nil:
		case customer == nil:
			customer = p
		default:
			out = p
		}
	}
	return customer, out
}

// endRelay lets the keys of those who remain go to the center again.
func (c *Center) endRelay(cl *call) {
	if !cl.relay {
		return
	}
	cl.relay = false
	c.routeKeys(cl)
}

// reportSound reads something out to the others of the present talk.
func (c *Center) reportSound(a *agent, say []Sound) *result.Error {
	p := a.present
	switch {
	case p == nil || p.phase != phaseTalking:
		return result.NothingToReport.Because("agent %d is not in a talk", a.id)
	case len(say) == 0:
		return result.BadArgument.Because("there is nothing to be read out")
	}
	for _, other := range p.call.parties {
		if l := other.media(); other != p && l != nil && other.phase == phaseTalking && !other.parked {
			c.playSeq++
			c.emit(Play{Play: PlayID(fmt.Sprintf("%d-%s", c.cfg.ID, strconv.FormatUint(c.playSeq, 10))), Leg: l.id, Sound: say, Volume: 50, Speed: 50})
		}
	}
	return nil
}
