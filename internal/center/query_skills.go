package center

import (
	"slices"
	"time"

	"ccgateway/internal/result"
)

// SkillLoad is the load of one queue at an instant (cec_07_0411).
type SkillLoad struct {
	Skill    SkillID
	Name     string
	Code     string        // the lowest access code that leads to the queue; "" = none
	Waiting  int           // callers that wait
	Longest  time.Duration // of the oldest of them
	SignedIn int           // agents that serve it
	Idle     int           // those of them that are idle
	Capacity int           // how many callers wait at most; 0 = without limit
}

// SkillLoads answers SkillFigures. The figures beside Queues are those of all of them together, each agent counted once.
type SkillLoads struct {
	VCC      VCCID
	Queues   []SkillLoad
	Waiting  int
	Longest  time.Duration
	SignedIn int
	Idle     int
}

// skillFigures reads the queues' load; a queue that is named twice is shown once.
func (c *Center) skillFigures(cmd SkillFigures) (Reply, bool) {
	if cmd.VCC != 0 && cmd.VCC != c.cfg.ID {
		return reply(result.NoSkillOnVCC.Because("VCC %d has no skill queue here", cmd.VCC))
	}
	if len(c.cfg.Skills) == 0 {
		return reply(result.NoSkillQueue.Because("VCC %d has no skill queue", c.cfg.ID))
	}
	skills := cmd.Skills
	if len(skills) == 0 {
		for _, s := range c.cfg.Skills {
			skills = append(skills, s.ID)
		}
	}
	loads, place := SkillLoads{VCC: c.cfg.ID}, map[*queue]int{}
	for _, id := range skills {
		q := c.queues[id]
		if q == nil || q.gone {
			return reply(result.BadSkillQuery.Because("skill queue %d is not configured", id))
		}
		if _, twice := place[q]; twice {
			continue
		}
		place[q] = len(loads.Queues)
		v := c.queueView(q)
		loads.Queues = append(loads.Queues, SkillLoad{
			Skill: id, Name: v.Name, Code: c.cfg.codeOf(id), Waiting: v.Waiting, Longest: v.Longest, SignedIn: v.SignedIn,
			Capacity: q.skill.MaxWaiting,
		})
		loads.Waiting += v.Waiting
		loads.Longest = max(loads.Longest, v.Longest)
	}
	c.countServers(&loads, place)
	return answer(loads)
}

// countServers counts the agents who serve the queues; place has those queues' places in loads.
func (c *Center) countServers(loads *SkillLoads, place map[*queue]int) {
	for _, a := range c.roster {
		serves := false
		for _, m := range a.skills {
			at, asked := place[m.queue]
			if !asked {
				continue
			}
			serves = true
			if a.state == StateIdle {
				loads.Queues[at].Idle++
			}
		}
		if serves {
			loads.SignedIn++
		}
		if serves && a.state == StateIdle {
			loads.Idle++
		}
	}
}

// codeOf gives the lowest access code that leads to a queue.
func (s *settings) codeOf(skill SkillID) string {
	lowest := ""
	for _, access := range s.AccessCodes {
		if access.Flow == "" && access.Skill == skill && (lowest == "" || access.Code < lowest) {
			lowest = access.Code
		}
	}
	return lowest
}

// skillAgents lists who serves queues. The restriction no_inbound keeps an agent out of the list, and from asking for it; settalkright out of the list
// alone (cec_07_0356).
func (c *Center) skillAgents(a *agent, cmd SkillAgents) (Reply, bool) {
	if a.rights.Has(RightNoInbound) {
		return reply(result.AgentQueryRefused.Because("the role of agent %d takes no inbound calls", a.id))
	}
	wanted := func(m *membership) bool {
		s := m.queue.skill
		return (len(cmd.Skills) == 0 || slices.Contains(cmd.Skills, s.ID)) && (len(cmd.Media) == 0 || slices.Contains(cmd.Media, s.Media))
	}
	views := []AgentView{}
	for _, other := range c.roster {
		if other.talkRight && !other.rights.Has(RightNoInbound) && slices.ContainsFunc(other.skills, wanted) {
			views = append(views, c.view(other))
		}
	}
	return answer(views)
}
