package center

import (
	"time"

	"ccgateway/internal/result"
)

// applyLists answers what an agent wants to know about calls, his own or another agent's.
func (c *Center) applyLists(a *agent, cmd Command) (Reply, bool) {
	switch cmd := cmd.(type) {
	case CallIDs:
		return c.callIDs(a, cmd.Of)
	case HeldCalls:
		return c.heldCalls(a, cmd.Of)
	case WaitingCalls:
		return c.waitingCalls(cmd.Skill)
	case Statistics:
		return answer(c.statistics(a))
	default:
		return Reply{}, false
	}
}

// asked finds the agent whom a question is about. About others only inspectors with the right to monitor may ask; an agent of another
// VCC and a number of nobody are refused alike, so that no tenant learns another's numbers.
func (c *Center) asked(a *agent, of AgentID) (*agent, *result.Error) {
	switch {
	case of == 0 || of == a.id:
		return a, nil
	case !a.rights.Has(RightMonitor) && !a.rights.Has(RightListen) && !a.rights.Has(RightForceState):
		return nil, result.AgentQueryRefused.Because("the role of agent %d has no right to ask about others", a.id)
	case c.agents[of] == nil:
		return nil, result.AgentQueryRefused.Because("agent %d is not signed in to this VCC", of)
	}
	return c.agents[of], nil
}

// callIDs lists the calls of an agent: the present one, then the held ones in the order of holding, each followed by the three-party help
// that he has asked for in it.
func (c *Center) callIDs(a *agent, of AgentID) (Reply, bool) {
	other, err := c.asked(a, of)
	if err != nil {
		return reply(err)
	}
	ids := make([]CallID, 0, 1+len(other.held))
	for _, mine := range other.parts() {
		ids = append(ids, mine.call.id)
		for _, p := range mine.call.parties {
			if p.help != "" && p.askedBy == other.id {
				ids = append(ids, p.help)
			}
		}
	}
	return answer(ids)
}

func (c *Center) heldCalls(a *agent, of AgentID) (Reply, bool) {
	other, err := c.asked(a, of)
	if err != nil {
		return reply(err)
	}
	if len(other.held) == 0 {
		return reply(result.NoneHeld.Because("agent %d holds no call", other.id))
	}
	infos := make([]CallInfo, 0, len(other.held))
	for _, p := range other.held {
		infos = append(infos, *c.callInfo(p))
	}
	return answer(infos)
}

// waitingCalls lists those who wait in a queue, the next to be served first.
func (c *Center) waitingCalls(skill SkillID) (Reply, bool) {
	q := c.queues[skill]
	if q == nil || q.gone {
		return reply(result.BadArgument.Because("skill queue %d is not configured", skill))
	}
	infos := make([]CallInfo, 0, q.waiting)
	for cl := q.first; cl != nil; cl = cl.next {
		p := cl.customer()
		if p == nil {
			p = cl.parties[0]
		}
		infos = append(infos, *c.callInfo(p))
	}
	return answer(infos)
}

// statistics are the agent's counters of the day, with the state and the talk that go on.
func (c *Center) statistics(a *agent) DayFigures {
	f := *c.today(a)
	c.addState(&f, a)
	if p := a.present; p != nil && !p.answered.IsZero() {
		f.Talk += Seconds(c.now.Sub(p.answered) / time.Second)
	}
	for _, p := range a.held {
		if !p.answered.IsZero() {
			f.Talk += Seconds(c.now.Sub(p.answered) / time.Second)
		}
	}
	return f
}
