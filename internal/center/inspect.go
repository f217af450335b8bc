package center

import (
	"strconv"

	"ccgateway/internal/result"
)

// applyInspection applies what an inspector does to another agent.
func (c *Center) applyInspection(a *agent, cmd Command) (Reply, bool) {
	switch cmd := cmd.(type) {
	case ForceSignOut:
		return reply(c.forceSignOut(a, cmd.Target))
	case ForceBusy:
		return reply(c.forceBusy(a, cmd.Target))
	case ForceIdle:
		return reply(c.forceIdle(a, cmd.Target))
	case ForceRest:
		return reply(c.forceRest(a, cmd))
	default:
		return Reply{}, false
	}
}

// target finds the agent whom an inspector names (roles.md, "Who may inspect whom"). An agent of another VCC and a number of
// nobody are refused alike, as a missing right, so that no tenant learns another's numbers.
func (c *Center) target(a *agent, id AgentID) (*agent, *result.Error) {
	switch {
	case id == a.id:
		return nil, result.SelfInspection.Because("agent %d named himself", id)
	case !a.rights.Has(RightForceState):
		return nil, result.InspectionNoRight.Because("the role of agent %d lacks the right %q", a.id, RightNames[RightForceState])
	case c.draining:
		return nil, result.InspectionNoProvider.Because("the center is being stopped")
	case c.cfg.agents[id] == nil:
		return nil, result.InspectionNoRight.Because("agent %d is not an agent of this VCC", id)
	case c.agents[id] == nil:
		return nil, result.InspectionUnavailable.Because("agent %d is not signed in", id)
	}
	return c.agents[id], nil
}

// auditForce writes down what an inspector did.
func (c *Center) auditForce(a, target *agent, act, detail string) {
	c.emit(Audit{VCC: c.cfg.ID, At: c.now, Actor: a.id, Act: act, Target: target.id, Detail: detail})
}

// forceSignOut signs another agent out, whatever he does (log name forceLogOutAgent). What is left of his events can be
// fetched for a while; his polls then answer 100-006.
func (c *Center) forceSignOut(a *agent, id AgentID) *result.Error {
	target, err := c.target(a, id)
	if err != nil {
		return err
	}
	c.endSession(target, ending{reason: ReasonInspector, by: a.id, tell: true, linger: true, act: "forceLogOutAgent"})
	return nil
}

// forceBusy makes another agent not ready, with reason 3; during a call it is kept until afterwards.
func (c *Center) forceBusy(a *agent, id AgentID) *result.Error {
	target, err := c.target(a, id)
	if err != nil {
		return err
	}
	c.auditForce(a, target, "forceBusy", "")
	target.wish = wish{state: StateBusy, reason: reasonInspector, forced: true}
	if !target.inCall() {
		c.grantWish(target)
	}
	return nil
}

// forceIdle makes another agent idle. One who has a call cannot be.
func (c *Center) forceIdle(a *agent, id AgentID) *result.Error {
	target, err := c.target(a, id)
	if err != nil {
		return err
	}
	if target.inCall() {
		return result.InspectionUnavailable.Because("agent %d has a call", id)
	}
	c.auditForce(a, target, "forceIdle", "")
	if target.state != StateIdle {
		c.becomeIdle(target, EvForceReady)
	}
	return nil
}

// forceRest sends another agent into a rest; during a call it is kept until afterwards.
func (c *Center) forceRest(a *agent, cmd ForceRest) *result.Error {
	if err := checkRest(cmd.Seconds, cmd.Cause); err != nil {
		return err
	}
	if cmd.Cause == 0 { // only the agent's own rest does without a cause (cec_07_2411)
		return result.BadArgument.Because("rest cause 0 is not within 1..%d", maxRestCause)
	}
	target, err := c.target(a, cmd.Target)
	if err != nil {
		return err
	}
	c.auditForce(a, target, "forceRest", strconv.Itoa(cmd.Seconds)+" s, cause "+strconv.Itoa(cmd.Cause))
	target.wish = wish{state: StateRest, reason: cmd.Cause, seconds: cmd.Seconds, forced: true}
	if !target.inCall() {
		c.grantWish(target)
	}
	return nil
}
