package center

import (
	"slices"
	"time"
)

// Situation answers Survey: what a wallboard shows of this instant, in rows that cost little to make and to compare. The lists in rows are
// parts of common ones and are not to be written to.
type Situation struct {
	At     time.Time
	Agents []AgentRow // signed in, by number; with Everyone all of the VCC
	Queues []QueueRow // in the order of the configuration
	Calls  []CallRow  // in the order of their birth
}

// AgentRow is one agent. Of one who is signed out there are number and name alone.
type AgentRow struct {
	Agent    AgentID
	Name     string
	Group    int
	State    State
	Bar      int       // finer state, table 3 of connection.md section 7
	Reason   int       // of not ready; cause of the rest
	Since    time.Time // of the state
	SignedIn time.Time
	Phone    string
	Ready    bool      // that phone can be rung
	Call     CallID    // the present call, else the first held one; "" = none
	Feature  int       // its type (cec_07_0582)
	Skill    SkillID   // its queue
	Talking  time.Time // since when he is in it; zero = it is still being set up
	Skills   []SkillID // queues that he is signed in to
}

// QueueRow is one skill queue.
type QueueRow struct {
	Skill    SkillID
	Name     string
	Waiting  int       // callers in the queue
	Offered  int       // callers who have left it for a phone that rings, and keep their place until it is answered
	Oldest   time.Time // since when the one of both who has waited longest waits; zero = nobody does
	SignedIn int       // agents that serve it
	Idle     int       // those of them that are idle
}

// CallRow is one call.
type CallRow struct {
	Call    CallID
	Feature int
	Media   Media
	State   CallState
	Caller  string
	Called  string
	Skill   SkillID
	Since   time.Time // of the state
	Began   time.Time
	Agents  []AgentID
}

// survey looks at each agent and at each call once.
func (c *Center) survey(cmd Survey) Situation {
	s := Situation{At: c.now, Agents: make([]AgentRow, 0, len(c.roster)), Calls: make([]CallRow, 0, len(c.calls))}
	waits := c.surveyCalls(&s)
	idle := c.surveyAgents(&s, cmd.Everyone)
	s.Queues = make([]QueueRow, 0, len(c.cfg.Skills))
	for _, skill := range c.cfg.Skills {
		q, row := c.queues[skill.ID], waits[skill.ID]
		row.Skill, row.Name, row.Waiting, row.SignedIn, row.Idle = skill.ID, skill.Name, q.waiting, q.signedIn, idle[q]
		s.Queues = append(s.Queues, row)
	}
	return s
}

// surveyAgents adds the agents and counts who is idle.
func (c *Center) surveyAgents(s *Situation, everyone bool) (idle map[*queue]int) {
	idle = make(map[*queue]int, len(c.cfg.Skills))
	var skills []SkillID
	for _, a := range c.roster {
		begin := len(skills)
		for _, m := range a.skills {
			skills = append(skills, m.queue.skill.ID)
			if a.state == StateIdle {
				idle[m.queue]++
			}
		}
		s.Agents = append(s.Agents, c.agentRow(a, skills[begin:len(skills):len(skills)]))
	}
	if !everyone {
		return idle
	}
	for _, id := range c.cfg.numbers {
		if c.agents[id] == nil {
			account := c.cfg.agents[id]
			s.Agents = append(s.Agents, AgentRow{Agent: id, Name: account.Name, Group: account.Group, State: StateSignedOut})
		}
	}
	slices.SortFunc(s.Agents, func(x, y AgentRow) int { return int(x.Agent) - int(y.Agent) })
	return idle
}

func (c *Center) agentRow(a *agent, skills []SkillID) AgentRow {
	row := AgentRow{
		Agent: a.id, Name: a.account.Name, Group: a.account.Group, State: a.state, Bar: a.bar(), Reason: a.reason, Since: a.since, SignedIn: a.began,
		Phone: a.phone, Ready: c.phones[a.phone], Skills: skills,
	}
	if p := a.partIn(""); p != nil {
		row.Call, row.Feature, row.Skill, row.Talking = p.call.id, p.call.feature, p.call.skill, p.talked
	}
	return row
}

// surveyCalls adds the calls, and gives of each queue who waits there and is not answered yet.
func (c *Center) surveyCalls(s *Situation) map[SkillID]QueueRow {
	waits := make(map[SkillID]QueueRow, len(c.cfg.Skills))
	var agents []AgentID
	for _, cl := range c.callsByBirth() {
		begin := len(agents)
		for _, p := range cl.parties {
			if p.agent != nil {
				agents = append(agents, p.agent.id)
			}
		}
		s.Calls = append(s.Calls, CallRow{
			Call: cl.id, Feature: cl.feature, Media: cl.media, State: cl.state(), Caller: cl.caller, Called: cl.called, Skill: cl.skill,
			Since: cl.since, Began: cl.began, Agents: agents[begin:len(agents):len(agents)],
		})
		if cl.stay.skill == 0 {
			continue
		}
		row := waits[cl.stay.skill]
		if !cl.queued {
			row.Offered++
		}
		if row.Oldest.IsZero() || cl.stay.since.Before(row.Oldest) {
			row.Oldest = cl.stay.since
		}
		waits[cl.stay.skill] = row
	}
	return waits
}
