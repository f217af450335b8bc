package center

import (
	"strconv"

	"ccgateway/internal/result"
)

// callInner calls another agent. Whether he can be reached is told by events (call-model 14.5), as the reply comes before the
// agent's own phone has been lifted.
func (c *Center) callInner(a *agent, cmd CallInner) (CallID, *result.Error) {
	if err := c.checkOwnCall(cmd.Caller, cmd.Called, cmd.Skill, cmd.Data); err != nil {
		return "", err
	}
	if !a.rights.Has(RightCallInner) {
		return "", result.OperationFailed.Because("the role of agent %d lacks the right %q", a.id, RightNames[RightCallInner])
	}
	if err := c.checkFree(a); err != nil {
		return "", err
	}
	cl := c.newOwnCall(featureInternal, cmd.Called, cmd.Skill, cmd.Data)
	cl.caller = strconv.Itoa(int(a.id))
	if !a.rights.Has(RightNoCallerNumber) {
		cl.shown = cmd.Caller
	}
	p := c.makeCall(a, cl)
	if cmd.Called == cl.caller { // nobody reaches himself, so his phone is not rung for it
		c.endCall(cl, finish{reason: LeaveBusy, by: PartySystem, cause: CauseBusy, failed: true})
		return cl.id, nil
	}
	display := ""
	cl.target.agent = nobody
	if number, err := strconv.Atoi(cmd.Called); err == nil && c.cfg.agents[AgentID(number)] != nil {
		cl.target.agent = AgentID(number)
		display = c.cfg.agents[cl.target.agent].Name
	}
	c.dial(p, display)
	return cl.id, nil
}

// nobody is the target of a call to a number that no agent of the VCC has.
const nobody AgentID = -1

// callAgent offers an agent's own call to another agent, if that one can be reached: idle or in wrap-up.
func (c *Center) callAgent(maker *party, b *agent) {
	cl := maker.call
	if b == nil || !c.reachableInside(b) {
		reason := LeaveUnreachable
		if b != nil {
			reason = LeaveBusy
		}
		c.endCall(cl, finish{reason: reason, by: PartySystem, cause: CauseBusy, failed: true})
		return
	}
	c.offerTo(b, cl, maker)
}

// offerTo offers a call that was made to an agent, and tells who made it that the other side is being rung.
func (c *Center) offerTo(b *agent, cl *call, maker *party) {
	number := strconv.Itoa(int(b.id))
	if maker.agent != nil {
		maker.told = true
		c.tell(maker.agent, EvCustomerAlert, CustomerAlertingContent{
			Call: cl.id, OtherPhoneWorkno: number, OtherPhone: number, Type: cl.role(),
		})
	} else {
		c.alert(maker.leg)
	}
	c.offer(b, cl)
	c.setRoom(cl)
	if maker.agent != nil {
		c.startRingingRecording(maker)
	}
}
