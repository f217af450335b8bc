package client

import (
	"context"
	"net/http"
	"strconv"
)

// Other agents and queues; for inspectors, power over other agents.

// ForceSignOutAgent signs another agent out.
func (a *Agent) ForceSignOutAgent(ctx context.Context, agent int) error {
	return a.post(ctx, a.own("qualitycontrol", "forcelogout", strconv.Itoa(agent)))
}

// ForceBusy makes another agent not ready.
func (a *Agent) ForceBusy(ctx context.Context, agent int) error {
	return a.post(ctx, a.own("qualitycontrol", "forcebusy", strconv.Itoa(agent)))
}

// ForceIdle makes another agent idle.
func (a *Agent) ForceIdle(ctx context.Context, agent int) error {
	return a.post(ctx, a.own("qualitycontrol", "forceidle", strconv.Itoa(agent)))
}

// ForceRest sends another agent into a rest of 1..86399 seconds, with a reason of 1..255.
func (a *Agent) ForceRest(ctx context.Context, agent, seconds, reason int) error {
	return a.post(ctx, a.own("qualitycontrol", "forcerest", strconv.Itoa(agent), strconv.Itoa(seconds), strconv.Itoa(reason)))
}

// RecordAgents chooses whether the talks of other agents are recorded, from their next one on, where the tenant records those who are chosen. It counts
// more than what they say themselves (SetSelfRecord) and stays until LeaveRecording, also when they sign out.
func (a *Agent) RecordAgents(ctx context.Context, on, beforeTalking bool, agents ...int) error {
	return a.post(ctx, query(a.own("qualitycontrol", "setselfrecord", digit(on), digit(beforeTalking)), "agents", numbers(agents)))
}

// LeaveRecording takes RecordAgents back: the agents' own word counts again.
func (a *Agent) LeaveRecording(ctx context.Context, agents ...int) error {
	return a.post(ctx, query(a.own("qualitycontrol", "cancelselfrecord"), "agents", numbers(agents)))
}

// OnlineAgents lists the signed-in agents that serve a queue.
func (a *Agent) OnlineAgents(ctx context.Context) (agents []View, err error) {
	return agents, a.Do(ctx, http.MethodGet, a.own("agentgroup", "allonlineagents"), nil, &agents)
}

// AgentByNumber reads one agent of the VCC.
func (a *Agent) AgentByNumber(ctx context.Context, agent int) (view View, err error) {
	return view, a.Do(ctx, http.MethodGet, a.own("agentgroup", "agentbyworkno", strconv.Itoa(agent)), nil, &view)
}

// IsInspector tells whether the agent is one.
func (a *Agent) IsInspector(ctx context.Context) (is bool, err error) {
	return is, a.Do(ctx, http.MethodGet, a.own("agentgroup", "iscensor"), nil, &is)
}

// AllSkills lists the queues of the VCC.
func (a *Agent) AllSkills(ctx context.Context) (skills []Skill, err error) {
	return skills, a.Do(ctx, http.MethodGet, a.own("queuedevice", "agentvdnskill"), nil, &skills)
}

// ServedBy lists the queues that an agent is signed in to.
func (a *Agent) ServedBy(ctx context.Context, agent int) (skills []Skill, err error) {
	return skills, a.Do(ctx, http.MethodGet, a.own("queuedevice", "agentskill", strconv.Itoa(agent)), nil, &skills)
}

// Waiting counts the callers in the agent's configured queues.
func (a *Agent) Waiting(ctx context.Context) (n int, err error) {
	return n, a.Do(ctx, http.MethodGet, a.own("queuedevice", "waitnum"), nil, &n)
}

// WaitingIn counts the callers in one queue.
func (a *Agent) WaitingIn(ctx context.Context, skill int) (n int, err error) {
	return n, a.Do(ctx, http.MethodGet, a.own("queuedevice", "skillwaitnum", strconv.Itoa(skill)), nil, &n)
}
