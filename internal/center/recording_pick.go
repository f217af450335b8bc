package center

import (
	"fmt"
	"maps"
	"slices"

	"ccgateway/internal/result"
)

// maxPick is how many agents one command picks, as many as one begins to watch.
const maxPick = maxMonitor

// pick is an inspector's choice whether an agent's talks are recorded.
type pick struct{ on, early bool }

// savedPick is a pick with its agent.
type savedPick struct {
	Agent     AgentID
	On, Early bool
}

func (c *Center) pickRecorded(a *agent, cmd PickRecorded) *result.Error {
	agents, err := c.pickable(a, cmd.Agents)
	if err != nil {
		return err
	}
	p := pick{on: cmd.On, early: cmd.On && cmd.BeforeTalking}
	detail := fmt.Sprintf("recorded: %t, before the talk: %t", p.on, p.early)
	for _, id := range agents {
		c.picks[id] = p
		c.emit(Audit{VCC: c.cfg.ID, At: c.now, Actor: a.id, Act: "qcSetAgentSelfRecord", Target: id, Detail: detail})
	}
	return nil
}

func (c *Center) unpickRecorded(a *agent, cmd UnpickRecorded) *result.Error {
	agents, err := c.pickable(a, cmd.Agents)
	if err != nil {
		return err
	}
	for _, id := range agents {
		if _, picked := c.picks[id]; picked {
			delete(c.picks, id)
			c.emit(Audit{VCC: c.cfg.ID, At: c.now, Actor: a.id, Act: "qcCancelAgentSelfRecord", Target: id})
		}
	}
	return nil
}

// pickable gives the agents of a list, by number and each once, if the inspector may choose about all of them. They need not be signed in.
func (c *Center) pickable(a *agent, agents []AgentID) ([]AgentID, *result.Error) {
	if len(agents) == 0 || len(agents) > maxPick {
		return nil, result.BadArgument.Because("%d agents are named, not 1 to %d", len(agents), maxPick)
	}
	for _, id := range agents {
		account := c.cfg.agents[id]
		switch {
		case id == a.id:
			return nil, result.SelfInspection.Because("agent %d named himself", id)
		case !a.rights.Has(RightInspectRecordings):
			return nil, result.NoRecordRight.Because("the role of agent %d lacks the right %q", a.id, RightNames[RightInspectRecordings])
		case account == nil:
			return nil, result.InspectionNoRight.Because("agent %d is not an agent of this VCC", id)
		case !c.cfg.Inspection.joins(a.account, account):
			return nil, result.InspectionNoRight.Because("no relation lets agent %d inspect agent %d", a.id, id)
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(agents))), nil
}

// choice is what counts for an agent where the rule is RecordChosen: what an inspector has picked, or else his own word.
func (c *Center) choice(a *agent) pick {
	if p, picked := c.picks[a.id]; picked {
		return p
	}
	return pick{on: a.selfRecord, early: a.recordEarly}
}

// revisePicks forgets agents who are no longer configured.
func (c *Center) revisePicks() {
	maps.DeleteFunc(c.picks, func(id AgentID, _ pick) bool { return c.cfg.agents[id] == nil })
}

func (c *Center) savePicks() []savedPick {
	var all []savedPick
	for _, id := range slices.Sorted(maps.Keys(c.picks)) {
		all = append(all, savedPick{Agent: id, On: c.picks[id].on, Early: c.picks[id].early})
	}
	return all
}

func (r *restorer) picks() error {
	for _, s := range r.s.Picks {
		if r.c.cfg.agents[s.Agent] == nil {
			return impossible("agent %d is picked for recording and has no account", s.Agent)
		}
		r.c.picks[s.Agent] = pick{on: s.On, early: s.Early}
	}
	return nil
}
