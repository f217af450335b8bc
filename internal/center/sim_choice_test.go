package center_test

import (
	"fmt"
	"slices"

	"ccgateway/internal/center"
)

// chosenWell checks who serves a caller that was taken since the former look: an agent who may and who serves the queue, no
// better one stayed idle (best fit first, then longest idle), and no caller of a heavier queue of his went on waiting.
func (w *world) chosenWell(before, now center.Overview) error {
	waited := make(map[center.CallID]center.CallState)
	for _, c := range before.Calls {
		waited[c.Call] = c.State
	}
	for _, c := range now.Calls {
		state, was := waited[c.Call]
		if w.named[c.Call] || c.Feature != 0 || c.Skill == 0 || len(c.Agents) == 0 || was && state != center.CallWaiting {
			continue
		}
		if err := w.checkChoice(c, before, now, waited); err != nil {
			return fmt.Errorf("call %s of queue %d is offered to agent %d: %w", c.Call, c.Skill, c.Agents[0], err)
		}
	}
	return nil
}

func (w *world) checkChoice(c center.CallView, before, now center.Overview, waited map[center.CallID]center.CallState) error {
	a := viewOf(now, c.Agents[0])
	weight, serves := w.model.weight(a, c.Skill)
	if !serves || !w.model.mayServe(a.ID) {
		return fmt.Errorf("he does not serve it: %+v", a)
	}
	former := viewOf(before, a.ID)
	for _, d := range now.Agents {
		then := viewOf(before, d.ID)
		stayed := d.Status == int(center.StateIdle) && then.Status == d.Status && then.StateSince.Equal(d.StateSince)
		other, fit := w.model.weight(d, c.Skill)
		if !stayed || !fit || !w.model.serves(d) || engaged(now, d.ID) {
			continue
		}
		longer := former.Status != int(center.StateIdle) || then.StateSince.Before(former.StateSince)
		if other > weight || other == weight && longer {
			return fmt.Errorf("agent %d, weight %d, idle since %s, is the better one", d.ID, other, d.StateSince)
		}
	}
	for _, d := range now.Calls {
		if d.State != center.CallWaiting || waited[d.Call] != center.CallWaiting || d.Skill == c.Skill {
			continue
		}
		if _, his := w.model.weight(a, d.Skill); his && w.model.skills[d.Skill].Weight > w.model.skills[c.Skill].Weight {
			return fmt.Errorf("call %s waits in queue %d, which is heavier", d.Call, d.Skill)
		}
	}
	return nil
}

// weight is an agent's fitness for a queue that he is signed in to.
func (m *model) weight(a center.AgentView, skill center.SkillID) (int, bool) {
	if !slices.ContainsFunc(a.Skills, func(s center.SkillInfo) bool { return s.ID == skill }) {
		return 0, false
	}
	for _, s := range m.agents[a.ID].Skills {
		if s.Skill == skill {
			return s.Weight, true
		}
	}
	return 0, false
}

func viewOf(o center.Overview, id center.AgentID) center.AgentView {
	at := slices.IndexFunc(o.Agents, func(a center.AgentView) bool { return a.ID == id })
	if at < 0 {
		return center.AgentView{}
	}
	return o.Agents[at]
}
