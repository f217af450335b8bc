package wallboard

import (
	"encoding/json"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/report"
)

// VCC is a VCC in snapshots, and in changes of its figures.
type VCC struct {
	VCC      center.VCCID    `json:"vcc"`
	Zone     string          `json:"zone"`     // its midnight begins the day
	DayFrom  time.Time       `json:"day_from"` // of the figures of the day
	From     time.Time       `json:"interval_from"`
	Until    time.Time       `json:"interval_until"`
	Day      json.RawMessage `json:"today,omitempty"`    // columns of the report by VCC
	Interval json.RawMessage `json:"interval,omitempty"` // the same
}

// Agent is an agent. In a change the figures are missing if they are the same.
type Agent struct {
	Agent    center.AgentID   `json:"agent"`
	Name     string           `json:"name"`
	Group    int              `json:"group"`
	State    string           `json:"state"`
	Detail   int              `json:"detail"` // the desktop bar's state, 8 = it rings
	Reason   int              `json:"reason"`
	Since    time.Time        `json:"since,omitzero"`
	SignedIn time.Time        `json:"signed_in,omitzero"`
	Phone    string           `json:"phone"`
	Ready    bool             `json:"ready"` // the phone can be rung
	Skills   []center.SkillID `json:"skills"`
	Call     *AgentCall       `json:"call"`            // null = none
	Day      json.RawMessage  `json:"today,omitempty"` // columns of the report by agent; missing in a snapshot = nothing yet
}

// AgentCall is the call that an agent is in.
type AgentCall struct {
	Call    center.CallID  `json:"call"`
	Type    string         `json:"type"` // inbound, outbound, internal, three_party: report.TypeOf
	Skill   center.SkillID `json:"skill"`
	Talking time.Time      `json:"talking,omitzero"` // since when
}

// Queue is a skill queue.
type Queue struct {
	Skill    center.SkillID  `json:"skill"`
	Name     string          `json:"name"`
	Waiting  int             `json:"waiting"`
	Offered  int             `json:"offered"`         // callers for whom a phone rings now; they have not been answered yet
	Oldest   time.Time       `json:"oldest,omitzero"` // since when the one of both who has waited longest waits: longest wait = now - oldest
	SignedIn int             `json:"signed_in"`       // agents
	Idle     int             `json:"idle"`            // agents
	Day      json.RawMessage `json:"today,omitempty"`
	Interval json.RawMessage `json:"interval,omitempty"`
}

// Call is a call.
type Call struct {
	Call   center.CallID    `json:"call"`
	Type   string           `json:"type"`
	State  center.CallState `json:"state"`
	Caller string           `json:"caller"`
	Called string           `json:"called"`
	Skill  center.SkillID   `json:"skill"`
	Since  time.Time        `json:"since"`
	Began  time.Time        `json:"began"`
	Agents []center.AgentID `json:"agents"`
}

// state is a message: everything, or what has changed. A row replaces the one with the same number, but for figures that it does not have.
type state struct {
	At         time.Time        `json:"at"` // of the center's clock: from it durations are counted
	VCC        *VCC             `json:"vcc,omitempty"`
	Agents     []*Agent         `json:"agents,omitempty"`
	Queues     []*Queue         `json:"queues,omitempty"`
	Calls      []*Call          `json:"calls,omitempty"`
	GoneAgents []center.AgentID `json:"gone_agents,omitempty"`
	GoneQueues []center.SkillID `json:"gone_queues,omitempty"`
	EndedCalls []center.CallID  `json:"ended_calls,omitempty"`
}

// empty tells that nothing has changed.
func (s *state) empty() bool {
	return s.VCC == nil && len(s.Agents)+len(s.Queues)+len(s.Calls)+len(s.GoneAgents)+len(s.GoneQueues)+len(s.EndedCalls) == 0
}

func agentOf(r *center.AgentRow) *Agent {
	a := &Agent{
		Agent: r.Agent, Name: r.Name, Group: r.Group, State: r.State.String(), Detail: r.Bar, Reason: r.Reason, Since: r.Since, SignedIn: r.SignedIn,
		Phone: r.Phone, Ready: r.Ready, Skills: r.Skills,
	}
	if a.Skills == nil {
		a.Skills = []center.SkillID{}
	}
	if r.Call != "" {
		a.Call = &AgentCall{Call: r.Call, Type: report.TypeOf(r.Feature), Skill: r.Skill, Talking: r.Talking}
	}
	return a
}

func queueOf(r *center.QueueRow) *Queue {
	return &Queue{Skill: r.Skill, Name: r.Name, Waiting: r.Waiting, Offered: r.Offered, Oldest: r.Oldest, SignedIn: r.SignedIn, Idle: r.Idle}
}

func callOf(r *center.CallRow) *Call {
	c := &Call{
		Call: r.Call, Type: report.TypeOf(r.Feature), State: r.State, Caller: r.Caller, Called: r.Called, Skill: r.Skill, Since: r.Since, Began: r.Began,
		Agents: r.Agents,
	}
	if c.Agents == nil {
		c.Agents = []center.AgentID{}
	}
	return c
}
