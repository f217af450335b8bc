package center

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"ccgateway/internal/result"
)

// cti is the agent's state in the numbering of the platform (cec_07_0581).
func (a *agent) cti() int {
	switch a.state {
	case StateIdle:
		return 1
	case StateWork:
		return 6
	case StateBusy:
		return 7
	case StateRest:
		return 8
	case StateTalking:
		switch a.bar() {
		case barReserved, barOutgoing:
			return 3
		case barAnswer:
			return 4
		default:
			return 5
		}
	default:
		return 9
	}
}

// applyQuery answers what an agent wants to know. Nothing changes by it.
func (c *Center) applyQuery(a *agent, cmd Command) (Reply, bool) {
	switch cmd := cmd.(type) {
	case Status:
		return answer(AgentStatus{State: int(a.state), Working: a.inCall()})
	case ConfiguredSkills:
		return c.configuredSkills(a, cmd.Of)
	case SignedInSkills:
		return c.signedInSkills(a, cmd.Of)
	case VCCSkills:
		return c.vccSkills()
	case OnlineAgents:
		return answer(c.onlineAgents())
	case AgentByNumber:
		return c.agentByNumber(cmd.Of)
	case IsInspector:
		return answer(a.rights.Inspector())
	case MayHear:
		return reply(c.mayHear(a, cmd))
	case Waiting:
		return answer(c.waitingFor(a))
	case SkillWaiting:
		return c.skillWaiting(cmd.Skill)
	case CallData:
		return c.callData(a, cmd.Call)
	case CurrentCall:
		return answer(c.currentCall(a, cmd.Last))
	case OfferedCall:
		return answer(c.offeredCall(a))
	case CallByID:
		return c.callByID(a, cmd.Call)
	default:
		return Reply{}, false
	}
}

// skillInfos lists the configured queues among ids, in that order.
func (c *Center) skillInfos(ids []AgentSkill) []SkillInfo {
	infos := make([]SkillInfo, 0, len(ids))
	for _, s := range ids {
		if skill, ok := c.cfg.skills[s.Skill]; ok {
			infos = append(infos, SkillInfo{skill.ID, skill.Name, skill.Media})
		}
	}
	return infos
}

func (a *agent) skillInfos() []SkillInfo {
	infos := make([]SkillInfo, 0, len(a.skills))
	for _, m := range a.skills {
		infos = append(infos, SkillInfo{m.queue.skill.ID, m.queue.skill.Name, m.queue.skill.Media})
	}
	return infos
}

func (c *Center) configuredSkills(a *agent, of AgentID) (Reply, bool) {
	account := a.account
	if of != 0 {
		account = c.cfg.agents[of]
	}
	if account == nil {
		return reply(result.OperationFailed.Because("agent %d is not an agent of this VCC", of))
	}
	return answer(c.skillInfos(account.Skills))
}

func (c *Center) signedInSkills(a *agent, of AgentID) (Reply, bool) {
	other := a
	if of != 0 {
		other = c.agents[of]
	}
	if other == nil || len(other.skills) == 0 {
		return reply(result.NoSkillOnAgent.Because("agent %d is not signed in to any skill queue here", of))
	}
	return answer(other.skillInfos())
}

func (c *Center) vccSkills() (Reply, bool) {
	if len(c.cfg.Skills) == 0 {
		return reply(result.NoSkillQueue.Because("VCC %d has no skill queue", c.cfg.ID))
	}
	infos := make([]SkillInfo, 0, len(c.cfg.Skills))
	for _, s := range c.cfg.Skills {
		infos = append(infos, SkillInfo{s.ID, s.Name, s.Media})
	}
	return answer(infos)
}

func (c *Center) onlineAgents() []AgentView {
	views := make([]AgentView, 0, len(c.roster))
	for _, a := range c.roster {
		if len(a.skills) > 0 {
			views = append(views, c.view(a))
		}
	}
	return views
}

func (c *Center) agentByNumber(of AgentID) (Reply, bool) {
	if a := c.agents[of]; a != nil {
		return answer(c.view(a))
	}
	account := c.cfg.agents[of]
	if account == nil {
		return reply(result.NoSuchAgent.Because("agent %d is not an agent of this VCC", of))
	}
	return answer(c.signedOutView(account))
}

func (c *Center) view(a *agent) AgentView {
	return AgentView{
		ID: a.id, Name: a.account.Name, Status: int(a.state), CTIStatus: a.cti(), Group: a.account.Group,
		GroupName: c.cfg.groups[a.account.Group].Name, Skills: a.skillInfos(), MediaTypes: a.mediaTypes(), VCC: c.cfg.ID,
		Phone: a.phone, Registered: c.phones[a.phone], StateSince: a.since, SignedIn: a.began,
	}
}

func (c *Center) signedOutView(account *Agent) AgentView {
	return AgentView{
		ID: account.ID, Name: account.Name, Status: int(StateSignedOut), Group: account.Group,
		GroupName: c.cfg.groups[account.Group].Name, Skills: []SkillInfo{}, MediaTypes: "FFF", VCC: c.cfg.ID,
	}
}

// waitingFor counts the callers in the queues that are configured for the agent.
func (c *Center) waitingFor(a *agent) int {
	n := 0
	for _, s := range a.account.Skills {
		if q := c.queues[s.Skill]; q != nil {
			n += q.waiting
		}
	}
	return n
}

func (c *Center) skillWaiting(id SkillID) (Reply, bool) {
	q := c.queues[id]
	if q == nil || q.gone {
		return reply(result.BadArgument.Because("skill queue %d is not configured", id))
	}
	return answer(q.waiting)
}

// callInfo is the call as the party's agent sees it.
func (c *Center) callInfo(p *party) *CallInfo {
	cl := p.call
	info := &CallInfo{
		Call: cl.id, Feature: cl.feature, Caller: cl.caller, Called: cl.called, Skill: cl.skill, SkillName: c.cfg.skills[cl.skill].Name,
		Original: cmp.Or(cl.dialled, cl.called), Data: cl.data, Begin: p.talked, Entered: cl.began, Age: c.now.Sub(cl.began), Media: cl.media,
	}
	if cl.entered.IsZero() {
		return info
	}
	info.Waited = c.waited(p)
	return info
}

// waited is how long the party's call has waited in its queue, this time: one that was answered before may wait again.
func (c *Center) waited(p *party) time.Duration {
	cl := p.call
	switch {
	case cl.queued:
		return c.now.Sub(cl.entered)
	case !cl.answered.Before(cl.entered): // also answered at once
		return cl.answered.Sub(cl.entered)
	case !p.talked.Before(cl.entered):
		return p.talked.Sub(cl.entered)
	default:
		return c.now.Sub(cl.entered)
	}
}

// currentCall is nil, of the pointer's type, where there is none.
func (c *Center) currentCall(a *agent, last bool) *CallInfo {
	if p := a.partIn(""); p != nil {
		return c.callInfo(p)
	}
	if last {
		return a.last
	}
	return nil
}

func (c *Center) offeredCall(a *agent) *CallInfo {
	if p := a.offered(""); p != nil {
		return c.callInfo(p)
	}
	return nil
}

func (c *Center) callByID(a *agent, id CallID) (Reply, bool) {
	helper, _ := a.helpPart(id)
	switch p := a.partIn(id); {
	case p != nil && id != "":
		return answer(c.callInfo(p))
	case helper != nil:
		return answer(c.helpInfo(helper))
	case a.last != nil && a.last.Call == id:
		return answer(a.last)
	default:
		return reply(result.NoSuchCall.Because("agent %d has no call %q", a.id, id))
	}
}

func (c *Center) callData(a *agent, id CallID) (Reply, bool) {
	cl := a.callOf(id)
	if cl == nil {
		return reply(result.OperationFailed.Because("agent %d has no call %s", a.id, id))
	}
	return answer(cl.data)
}

func (c *Center) setCallData(a *agent, cmd SetCallData) *result.Error {
	cl := a.callOf(cmd.Call)
	switch {
	case cl == nil:
		return result.NoCallForData.Because("agent %d has no call %s", a.id, cmd.Call)
	case len(cmd.Data) > maxCallData:
		return result.BadArgument.Because("call data of %d bytes is longer than %d", len(cmd.Data), maxCallData)
	}
	cl.data = cmd.Data
	return nil
}

// agentInfo is what a reloaded desktop page needs (cec_07_0359).
func (c *Center) agentInfo(a *agent) AgentInfo {
	info := AgentInfo{
		Agent: a.id, State: a.ownBar(), LastState: a.lastBar, StateSince: a.since, Now: c.now,
		PreBusy: a.wish.state == StateBusy, PreRest: a.wish.state == StateRest, SignInMode: a.signInMode, Inspector: c.knownInspector(a),
	}
	if a.inspects != nil { // no call of his, but this is whom he has to name to end it
		info.Partner = strconv.Itoa(int(a.inspects.of.id))
	}
	if a.present != nil {
		info.CurrentCall = a.present.call.id
	}
	if held := a.heldPart(""); held != nil {
		info.HeldCall, info.HoldBegan = held.call.id, held.heldSince
	}
	p := a.partIn("")
	if p == nil {
		return info
	}
	cl := p.call
	info.Call = c.callInfo(p)
	info.Feature, info.Talking, info.Data, info.Caller, info.Called = cl.feature, cl.feature, cl.data, cl.caller, cl.called
	info.Partner, info.TalkBegan, info.FirstTalk = p.partnerNumber(), p.talked, p.phase == phaseTalking && len(a.held) == 0
	info.MainCall = cl.id
	if p.record != nil {
		info.Recording = p.record.id
	}
	if len(a.held) > 0 { // the first call is held; a second may be going on
		first := a.held[0]
		info.MainCall, info.TalkBegan = first.call.id, first.talked
		if a.present != nil {
			info.TalkAgain = a.present.talked
		}
	}
	return info
}

// look reads the whole center.
func (c *Center) look() Overview {
	o := Overview{Sessions: len(c.agents)}
	for _, id := range c.cfg.numbers {
		if a := c.agents[id]; a != nil {
			o.Agents = append(o.Agents, c.view(a))
		} else {
			o.Agents = append(o.Agents, c.signedOutView(c.cfg.agents[id]))
		}
	}
	idle := map[*queue]int{}
	for _, a := range c.roster {
		for _, m := range a.skills {
			if a.state == StateIdle {
				idle[m.queue]++
			}
		}
	}
	for _, s := range c.cfg.Skills {
		view := c.queueView(c.queues[s.ID])
		view.Idle = idle[c.queues[s.ID]]
		o.Queues = append(o.Queues, view)
	}
	for _, cl := range c.calls {
		o.Calls = append(o.Calls, cl.view())
	}
	for _, ins := range c.inspections {
		o.Inspections = append(o.Inspections, ins.view())
	}
	slices.SortFunc(o.Calls, func(x, y CallView) int {
		return cmp.Compare(c.calls[x.Call].number, c.calls[y.Call].number)
	})
	return o
}

func (c *Center) queueView(q *queue) QueueView {
	v := QueueView{Skill: q.skill.ID, Name: q.skill.Name, Waiting: q.waiting, SignedIn: q.signedIn}
	for cl := q.first; cl != nil; cl = cl.next {
		v.Longest = max(v.Longest, c.now.Sub(cl.entered))
		if cl.requeued == 0 { // those behind came later
			break
		}
	}
	return v
}

func (cl *call) view() CallView {
	v := CallView{
		Call: cl.id, Feature: cl.feature, Caller: cl.caller, Called: cl.called, Skill: cl.skill, State: cl.state(),
		Since: cl.since, Began: cl.began,
	}
	for _, p := range cl.parties {
		l := p.leg
		if p.agent != nil {
			v.Agents = append(v.Agents, p.agent.id)
			l = p.agent.line
		}
		if l != nil {
			v.Legs = append(v.Legs, l.id)
		}
	}
	return v
}

// state is the call's state in the numbering of the product (cec_07_2566).
func (cl *call) state() CallState {
	if cl.queued {
		return CallWaiting
	}
	state := CallTalking
	for _, p := range cl.parties {
		switch p.phase {
		case phaseDialling:
			return CallSettingUp
		case phaseHeld, phaseRetrieving:
			return CallOnHold
		case phaseSuspended, phaseInFlow:
			return CallSuspended
		case phaseOffered, phaseAlerting, phaseCalled, phaseCalling, phasePicking, phaseAwaiting:
			return CallAlerting
		case phaseWaiting:
			state = CallWaiting
		}
	}
	return state
}
