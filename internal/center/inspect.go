package center

import (
	"slices"
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
	case Inspect:
		return reply(c.inspect(a, cmd))
	case SwitchInspection:
		return reply(c.switchInspection(a, cmd))
	case StopInspection:
		return reply(c.stopInspection(a, cmd))
	case Intercept:
		return reply(c.intercept(a, cmd))
	case ForceDrop:
		return reply(c.forceDrop(a, cmd))
	case AdjustSkill:
		return reply(c.adjustSkill(a, cmd))
	case BeginMonitor:
		return reply(c.beginMonitor(a, cmd))
	case EndMonitor:
		return reply(c.endMonitor(a, cmd))
	case PickRecorded:
		return reply(c.pickRecorded(a, cmd))
	case UnpickRecorded:
		return reply(c.unpickRecorded(a, cmd))
	default:
		return Reply{}, false
	}
}

// asking says what an inspector asks for.
type asking struct {
	right  Right
	begins bool        // something new, which is refused while the center is being stopped
	absent result.Code // for a target who is not signed in
}

// target finds the agent whom an inspector forces into a state.
func (c *Center) target(a *agent, id AgentID) (*agent, *result.Error) {
	return c.judge(a, id, asking{right: RightForceState, begins: true, absent: result.InspectionUnavailable})
}

// judge finds the agent whom an inspector names (roles.md, "Who may inspect whom"). An agent of another VCC and a number of
// nobody are refused alike, as a missing right, so that no tenant learns another's numbers.
func (c *Center) judge(a *agent, id AgentID, ask asking) (*agent, *result.Error) {
	account := c.cfg.agents[id]
	switch {
	case id == a.id:
		return nil, result.SelfInspection.Because("agent %d named himself", id)
	case !a.rights.Has(ask.right):
		return nil, result.InspectionNoRight.Because("the role of agent %d lacks the right %q", a.id, RightNames[ask.right])
	case ask.begins && c.draining:
		return nil, result.InspectionNoProvider.Because("the center is being stopped")
	case account == nil:
		return nil, result.InspectionNoRight.Because("agent %d is not an agent of this VCC", id)
	case !c.cfg.Inspection.joins(a.account, account):
		return nil, result.InspectionNoRight.Because("no relation lets agent %d inspect agent %d", a.id, id)
	case c.agents[id] == nil:
		return nil, ask.absent.Because("agent %d is not signed in", id)
	}
	return c.agents[id], nil
}

// related tells whether the relations let one agent inspect the other.
func (c *Center) related(a, target *agent) bool {
	return c.cfg.Inspection.joins(a.account, target.account)
}

// joins tells whether a relation joins the inspector's group to the agent's. Without any relation everybody may (roles.md).
func (i *Inspection) joins(inspector, target *Agent) bool {
	return len(i.Relations) == 0 || slices.ContainsFunc(i.Relations, func(r QCRelation) bool {
		return r.Inspectors == inspector.Group && slices.Contains(r.Agents, target.Group)
	})
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
