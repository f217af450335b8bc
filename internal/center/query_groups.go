package center

import "ccgateway/internal/result"

// GroupView is a work group; LeaderName is "" where there is no leader.
type GroupView struct {
	ID         int
	Name       string
	Leader     AgentID
	LeaderName string
}

// AccessView is a number that callers dial. Number counts the access codes of the VCC from 1; LeadsTo is the name of the queue or flow.
type AccessView struct {
	Number  int
	Code    string
	LeadsTo string
	VCC     VCCID
}

// applyGroups answers what an agent wants to know about the VCC.
func (c *Center) applyGroups(a *agent, cmd Command) (Reply, bool) {
	switch cmd := cmd.(type) {
	case AllAgents:
		return answer(c.agentViews(func(*Agent) bool { return true }))
	case WorkGroups:
		return c.workGroups()
	case WorkGroupOf:
		return c.workGroupOf(cmd.Of)
	case GroupAgents:
		return c.groupAgents(cmd.Group)
	case MayPickUp:
		return answer(a.rights.Has(RightPickUp))
	case SignedInWaiting:
		return answer(a.waiting())
	case SkillsOfVCC:
		return c.skillsOf(cmd.VCC)
	case AccessNumbers:
		return c.accessNumbers(result.NoAccessCode, false)
	case FlowNumbers:
		return c.accessNumbers(result.NoFlow, true)
	case SkillAgents:
		return c.skillAgents(a, cmd)
	case RestCauses:
		return answer(c.cfg.RestCauses)
	case SkillFigures:
		return c.skillFigures(cmd)
	default:
		return Reply{}, false
	}
}

// agentViews shows the chosen accounts, signed in or not, by number.
func (c *Center) agentViews(chosen func(*Agent) bool) []AgentView {
	views := []AgentView{}
	for _, id := range c.cfg.numbers {
		account := c.cfg.agents[id]
		switch a := c.agents[id]; {
		case !chosen(account):
		case a != nil:
			views = append(views, c.view(a))
		default:
			views = append(views, c.signedOutView(account))
		}
	}
	return views
}

func (c *Center) groupView(g Group) GroupView {
	view := GroupView{ID: g.ID, Name: g.Name, Leader: g.Leader}
	if leader := c.cfg.agents[g.Leader]; leader != nil {
		view.LeaderName = leader.Name
	}
	return view
}

func (c *Center) workGroups() (Reply, bool) {
	if len(c.cfg.Groups) == 0 {
		return reply(result.NoSuchGroup.Because("VCC %d has no work group", c.cfg.ID))
	}
	views := make([]GroupView, 0, len(c.cfg.Groups))
	for _, g := range c.cfg.Groups {
		views = append(views, c.groupView(g))
	}
	return answer(views)
}

func (c *Center) workGroupOf(of AgentID) (Reply, bool) {
	account := c.cfg.agents[of]
	if account == nil {
		return reply(result.NoSuchAgentInGroup.Because("agent %d is not an agent of this VCC", of))
	}
	group, ok := c.cfg.groups[account.Group]
	if !ok {
		return reply(result.NoSuchGroup.Because("agent %d is in no work group", of))
	}
	return answer(c.groupView(group))
}

func (c *Center) groupAgents(group int) (Reply, bool) {
	if _, ok := c.cfg.groups[group]; !ok {
		return reply(result.NoSuchGroup.Because("VCC %d has no work group %d", c.cfg.ID, group))
	}
	return answer(c.agentViews(func(account *Agent) bool { return account.Group == group }))
}

func (a *agent) waiting() int {
	n := 0
	for _, m := range a.skills {
		n += m.queue.waiting
	}
	return n
}

// skillsOf answers alike for other tenants and for numbers of nobody.
func (c *Center) skillsOf(vcc VCCID) (Reply, bool) {
	if vcc != c.cfg.ID || len(c.cfg.Skills) == 0 {
		return reply(result.NoSkillOnVCC.Because("VCC %d has no skill queue here", vcc))
	}
	return c.vccSkills()
}

// accessNumbers lists the access codes, or those to flows only; none is refused with the code none.
func (c *Center) accessNumbers(none result.Code, flows bool) (Reply, bool) {
	views := []AccessView{}
	for i, access := range c.cfg.AccessCodes {
		view := AccessView{Number: i + 1, Code: access.Code, LeadsTo: access.Flow, VCC: c.cfg.ID}
		if access.Flow == "" {
			if flows {
				continue
			}
			view.LeadsTo = c.cfg.skills[access.Skill].Name
		}
		views = append(views, view)
	}
	if len(views) == 0 {
		return reply(none.Because("VCC %d has none", c.cfg.ID))
	}
	return answer(views)
}
