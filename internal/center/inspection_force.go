package center

import (
	"fmt"
	"slices"
	"strconv"

	"ccgateway/internal/result"
)

// intercept gives the call of an inspected agent to his inspector. The agent is let go, and is idle then, not in wrap-up (cec_07_2403).
func (c *Center) intercept(a *agent, cmd Intercept) *result.Error {
	ins, err := c.running(a, cmd.Target, asking{right: RightIntercept, absent: result.InspectionUnavailable})
	if err != nil {
		return err
	}
	if ins.line() == nil {
		return result.InspectionUnavailable.Because("the phone of inspector %d is not off-hook yet", a.id)
	}
	p := ins.of.present
	if cmd.Call != "" {
		p = ins.of.partIn(cmd.Call)
	}
	if p == nil || !p.interceptable() {
		return result.InspectionUnavailable.Because("agent %d does not talk with a customer", cmd.Target)
	}
	c.withdraw(ins, p.call)
	c.auditForce(a, ins.of, "intercept", "call "+string(p.call.id))
	c.takePlace(a, p)
	return nil
}

// interceptable tells whether another agent can take the party's place: it is an agent in a talk with somebody who is none, in which
// nobody is being rung and nobody waits.
func (p *party) interceptable() bool {
	cl := p.call
	if p.phase != phaseTalking && p.phase != phaseHeld || p.parked || cl.add.kind != addNone || cl.media != MediaVoice {
		return false
	}
	for _, other := range cl.parties {
		if other != p && (other.phase != phaseTalking || other.parked) {
			return false
		}
	}
	return slices.ContainsFunc(cl.parties, func(other *party) bool { return other.agent == nil })
}

// takePlace puts an agent whose phone is off-hook into the place of another one.
func (c *Center) takePlace(a *agent, gone *party) {
	cl, from := gone.call, gone.agent
	c.endRelay(cl)
	cl.remove(gone)
	p := c.join(cl, party{
		kind: PartyAgent, agent: a, number: strconv.Itoa(int(a.id)), phase: phaseTalking, legID: a.line.id, answered: c.now, talked: c.now,
	})
	if gone.phase == phaseHeld {
		for _, other := range cl.parties {
			c.endHold(other)
		}
	}
	cl.since, cl.lastAgent, cl.outside = c.now, a.id, nil
	a.present, a.talked = p, true
	c.countAnswer(p)
	c.setRoom(cl)
	c.tellTalking(p)
	c.startRecording(p)
	from.before, from.talked = chosen{state: StateIdle}, false
	c.farewell(gone, finish{first: gone, reason: LeaveIntercepted, by: PartyAgent, cause: CauseHungUp})
}

// forceDrop ends a call for all who are in it, or a three-party help alone (right 37). The rules of who may inspect whom hold for every agent in it.
func (c *Center) forceDrop(a *agent, cmd ForceDrop) *result.Error {
	if !a.rights.Has(RightForceRelease) {
		return result.InspectionNoRight.Because("the role of agent %d lacks the right %q", a.id, RightNames[RightForceRelease])
	}
	cl, helper := c.callOrHelp(cmd.Call)
	if cl == nil {
		return result.InspectionUnavailable.Because("there is no call %q", cmd.Call)
	}
	var target AgentID
	for _, p := range cl.parties {
		if p.agent == nil {
			continue
		}
		if p.agent == a {
			return result.SelfInspection.Because("agent %d is in call %s himself", a.id, cl.id)
		}
		if !c.related(a, p.agent) {
			return result.InspectionNoRight.Because("no relation lets agent %d inspect agent %d", a.id, p.agent.id)
		}
		target = p.agent.id
	}
	c.emit(Audit{VCC: c.cfg.ID, At: c.now, Actor: a.id, Act: "forceDropCall", Target: target, Detail: "call " + string(cmd.Call)})
	switch {
	case helper != nil && helper == cl.add.rung:
		c.addFailed(cl, LeaveNormal)
		return nil
	case helper != nil && len(cl.present()) > 2:
		c.drop(helper)
		return nil
	}
	cl.add = addition{}
	c.endCall(cl, finish{reason: LeaveNormal, by: PartySystem, cause: CauseHungUp})
	return nil
}

// callOrHelp finds a call by its id, or by that of a three-party help in it, with the helper's part then.
func (c *Center) callOrHelp(id CallID) (cl *call, helper *party) {
	if cl := c.calls[id]; cl != nil || id == "" {
		return cl, nil
	}
	for _, cl := range c.calls { // the ids are unique
		for _, p := range cl.parties {
			if p.help == id {
				return cl, p
			}
		}
	}
	return nil, nil
}

// adjustSkill replaces the queues that another agent serves by those of the list; an empty list signs him out of all (cec_07_2409). A
// queue that is not configured for him refuses the whole list: he would serve less than his inspector believes.
func (c *Center) adjustSkill(a *agent, cmd AdjustSkill) *result.Error {
	target, err := c.target(a, cmd.Target)
	if err != nil {
		return err
	}
	for _, id := range cmd.Skills {
		if !target.account.serves(id) {
			return result.BadSignIn.Because("skill queue %d is not configured for agent %d", id, target.id)
		}
	}
	c.auditForce(a, target, "adjustSkill", fmt.Sprint(cmd.Skills))
	c.joinQueues(target, func(id SkillID) bool { return slices.Contains(cmd.Skills, id) })
	return nil
}
