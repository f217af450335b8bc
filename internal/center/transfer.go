package center

import (
	"strconv"
	"strings"

	"ccgateway/internal/result"
)

// destination is where a transfer leads, found and checked.
type destination struct {
	agent *agent
	queue *queue
	flow  string
	at    target // outside
}

// transfer hands the present call on (call-model 12).
func (c *Center) transfer(a *agent, cmd Transfer) *result.Error {
	p := a.present
	switch {
	case cmd.Data != nil && len(*cmd.Data) > maxCallData:
		return result.BadArgument.Because("call data of %d bytes is longer than %d", len(*cmd.Data), maxCallData)
	case cmd.Caller != "" && !(dialable(cmd.Caller) && !strings.ContainsAny(cmd.Caller, "*#")):
		return result.BadArgument.Because("caller number %q is not up to %d digits", cmd.Caller, maxNumber)
	case p == nil || !p.inTalk() || p.call.internal():
		return result.NothingToTransfer.Because("agent %d has no talk that can be handed on", a.id)
	case c.draining:
		return result.OperationFailed.Because("the center is being stopped")
	}
	to, err := c.destination(a, cmd)
	cl := p.call
	switch {
	case err != nil:
		return err
	case to.flow != "" && (len(cl.parties) > 2 || cl.guest() == nil):
		return result.OperationFailed.Because("a flow talks with one caller, and call %s has others", cl.id)
	case len(cl.parties) >= maxParties && (cmd.Mode == TransferTalk || cmd.Mode == TransferThree):
		return tooMany(cl)
	case to.at.trunk != "":
		if err := c.checkOutside(a.id, to.at.number); err != nil {
			return err
		}
	}
	p.muted = false
	if cmd.Data != nil {
		cl.data = *cmd.Data
	}
	if cmd.To.Type == DeviceAgent && cmd.Skill != 0 {
		cl.skill = cmd.Skill
	}
	switch {
	case cmd.Mode == TransferBlind && len(cl.parties) > 2:
		c.transferTalk(p, to)
		return nil
	}
	switch cmd.Mode {
	case TransferBlind:
		c.transferBlind(p, to)
	case TransferSuspend:
		c.suspend(p, to.flow)
	default:
		c.transferWatched(p, to, cmd)
	}
	return nil
}

// destination finds the target of a transfer and checks rights and modes. A target that could not take the call now is refused, so that
// the customer stays where he is.
func (c *Center) destination(a *agent, cmd Transfer) (destination, *result.Error) {
	var to destination
	var right Right
	var err *result.Error
	modes := []TransferMode{TransferBlind, TransferSuccess}
	switch cmd.To.Type {
	case DeviceAgent:
		right = RightTransferInner
		to.agent, err = c.transferAgent(a, cmd)
	case DeviceSkill:
		right = RightTransferInner
		to.queue, err = c.transferQueue(cmd.To.Address)
	case DeviceCode, DeviceFlow:
		right = RightTransferFlow
		to, err = c.transferCode(cmd.To)
		if to.queue != nil {
			right = RightTransferInner
		} else {
			modes = []TransferMode{TransferBlind, TransferSuspend}
		}
	case DeviceOutside:
		right, modes = RightTransferOut, []TransferMode{TransferBlind, TransferSuccess, TransferTalk, TransferThree}
		to.at, err = c.transferNumber(a, cmd)
	default:
		return to, result.BadArgument.Because("device type %d is not 1..5", cmd.To.Type)
	}
	switch {
	case err != nil:
		return to, err
	case !has(modes, cmd.Mode):
		return to, result.BadArgument.Because("mode %d does not go with a target of type %d", cmd.Mode, cmd.To.Type)
	case !a.rights.Has(right):
		return to, lacks(a, right)
	}
	return to, nil
}

func has(modes []TransferMode, mode TransferMode) bool {
	for _, m := range modes {
		if m == mode {
			return true
		}
	}
	return false
}

func (c *Center) transferAgent(a *agent, cmd Transfer) (*agent, *result.Error) {
	number, err := strconv.Atoi(cmd.To.Address)
	if err != nil {
		return nil, result.BadArgument.Because("%q is not a work number", cmd.To.Address)
	}
	if _, ok := c.cfg.skills[cmd.Skill]; cmd.Skill != 0 && !ok {
		return nil, result.BadArgument.Because("skill queue %d is not configured", cmd.Skill)
	}
	b := c.agents[AgentID(number)]
	if b == nil || b == a || !c.reachableInside(b) || !b.rights.Has(RightTakeTransfers) {
		return nil, result.OperationFailed.Because("agent %d cannot take the call", number)
	}
	return b, nil
}

func (c *Center) transferQueue(address string) (*queue, *result.Error) {
	number, err := strconv.Atoi(address)
	if err != nil || c.queues[SkillID(number)] == nil {
		return nil, result.BadArgument.Because("skill queue %q is not configured", address)
	}
	q := c.queues[SkillID(number)]
	if q.skill.Media != MediaVoice { // nobody serves it by phone, and the caller could not leave it
		return nil, result.BadArgument.Because("skill queue %s is not for calls", address)
	}
	if q.skill.MaxWaiting > 0 && q.waiting >= q.skill.MaxWaiting {
		return nil, result.OperationFailed.Because("skill queue %s is full", address)
	}
	return q, nil
}

// transferCode finds what an access code leads to; a flow can be named as well.
func (c *Center) transferCode(to Device) (destination, *result.Error) {
	for _, code := range c.cfg.AccessCodes {
		if code.Code != to.Address {
			continue
		}
		if code.Flow != "" {
			return destination{flow: code.Flow}, nil
		}
		if to.Type == DeviceCode {
			q, err := c.transferQueue(strconv.Itoa(int(code.Skill)))
			return destination{queue: q}, err
		}
	}
	for _, name := range c.cfg.Flows {
		if to.Type == DeviceFlow && name == to.Address {
			return destination{flow: name}, nil
		}
	}
	return destination{}, result.BadArgument.Because("%q leads nowhere", to.Address)
}

// transferNumber finds the way to an outside number, for which the agent needs the right to call it.
func (c *Center) transferNumber(a *agent, cmd Transfer) (target, *result.Error) {
	number := cmd.To.Address
	if !dialable(number) {
		return target{}, result.BadArgument.Because("number %q is not 1 to %d of digits, * and #", number, maxNumber)
	}
	if cmd.Mode == TransferBlind && a.present.call.feature != featureInbound {
		return target{}, result.OperationFailed.Because("an outbound call cannot be transferred blind to a number outside")
	}
	for _, right := range []Right{RightCallOut, c.cfg.rightFor(number)} {
		if !a.rights.Has(right) {
			return target{}, lacks(a, right)
		}
	}
	at, ok := c.route(number)
	switch {
	case !ok:
		return target{}, result.OperationFailed.Because("no line takes the number %s", number)
	case c.byPhone[at.phone] != nil:
		return target{}, result.OperationFailed.Because("phone %s is an agent's", number)
	}
	return at, nil
}

// transferBlind lets the agent go at once.
func (c *Center) transferBlind(p *party, to destination) {
	cl, a := p.call, p.agent
	reason := LeaveTransferred
	cl.transFrom = a.id
	cl.remove(p)
	customer := cl.parties[0]
	if to.queue != nil {
		cl.queue, cl.skill, cl.requeued, reason = to.queue, to.queue.skill.ID, 0, LeaveToQueue
	}
	c.waits(customer)
	switch {
	case to.flow != "":
		c.enterFlow(cl, to.flow, FlowTransferred, a.id)
		c.setRoom(cl)
		c.today(a).TransferFlow++
	case to.queue != nil:
		c.enqueue(cl)
		c.countTransfer(a, false)
	case to.agent != nil:
		c.setRoom(cl)
		c.countTransfer(a, false)
	default:
		c.ringInto(cl, to.at, cl.caller, cl.sentOn(), a.id)
		c.setRoom(cl)
		c.countTransfer(a, true)
	}
	c.letGoOf(p, reason)
	if to.agent != nil {
		c.offer(to.agent, cl)
		c.setRoom(cl)
	}
}

// transferTalk lets the agent go at once whose talk has others besides the customer: they talk on while the target is being rung, and it
// joins them. If it does not come they are left as after any agent who leaves a talk of more than two.
func (c *Center) transferTalk(p *party, to destination) {
	cl, a, reason := p.call, p.agent, LeaveTransferred
	cl.transFrom = a.id
	cl.remove(p)
	cl.add = addition{kind: addJoin, began: c.now, queue: cl.queue, skill: cl.skill, toQueue: to.queue != nil, outside: to.at != target{}}
	c.endRelay(cl)
	c.rejoin(cl, nil)
	switch {
	case to.queue != nil:
		reason = LeaveThreeToQueue
		cl.queue, cl.skill, cl.requeued, cl.entered = to.queue, to.queue.skill.ID, 0, c.now
		c.enqueue(cl)
	case to.agent == nil:
		cl.add.rung = c.ringInto(cl, to.at, cl.caller, cl.sentOn(), a.id)
	}
	c.setRoom(cl)
	c.countTransfer(a, cl.add.outside)
	c.letGoOf(p, reason)
	c.tellLeft(cl, p)
	if to.agent != nil {
		c.offer(to.agent, cl)
		c.setRoom(cl)
	}
}

// transferWatched keeps the agent until the target has answered, or, in the talk and three-party modes, as long as he likes.
func (c *Center) transferWatched(p *party, to destination, cmd Transfer) {
	cl, a := p.call, p.agent
	kind, parks := addSuccess, true
	switch cmd.Mode {
	case TransferTalk:
		kind = addTalk
	case TransferThree:
		kind, parks = addThree, cmd.Hold
	}
	c.seek(p, kind, parks)
	cl.transFrom = a.id
	switch {
	case to.queue != nil:
		cl.add.toQueue = true
		cl.queue, cl.skill, cl.requeued, cl.entered = to.queue, to.queue.skill.ID, 0, c.now
		c.tell(a, EvCustomerAlert, CustomerAlertingContent{Call: cl.id, OtherPhone: cmd.To.Address, Type: roleMain})
		c.enqueue(cl)
	case to.agent != nil:
		c.seekAgent(cl, to.agent)
	default:
		c.seekNumber(cl, to.at, c.shownNumber(a, cmd.Caller))
	}
}

// suspend sends the customer into a flow, which gives him back; the agent waits.
func (c *Center) suspend(p *party, flow string) {
	cl, a := p.call, p.agent
	p.phase = phaseSuspended
	c.enterFlow(cl, flow, FlowSuspended, a.id)
	c.setRoom(cl)
	c.today(a).TransferFlow++
}

// cancelTransfer drops the outside party of a transfer, also while it rings (call-model 14.11).
func (c *Center) cancelTransfer(a *agent) *result.Error {
	p := a.present
	switch {
	case p != nil && p == p.call.add.asker && p.call.add.kind != addHelp:
		c.cancelAdd(p.call)
	case p != nil && p.call.outside != nil && p.phase == phaseTalking:
		out := p.call.outside
		c.leaves(out, finish{reason: LeaveAgent, by: PartyAgent, cause: CauseHungUp})
		c.tellLeft(out.call, out)
	default:
		return result.OperationFailed.Because("agent %d has no transfer to take back", a.id)
	}
	return nil
}
