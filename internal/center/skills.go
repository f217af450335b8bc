package center

import "slices"

// membership is an agent's place in one queue that he is signed in to.
type membership struct {
	agent  *agent
	queue  *queue
	weight int
	pos    int // place in the queue's heap of idle agents + 1; 0 = not in it
}

// resetSkill signs the agent in to the configured queues, or to those of the list that are configured (cec_07_1209).
func (c *Center) resetSkill(a *agent, cmd ResetSkill) {
	c.joinQueues(a, func(id SkillID) bool { return cmd.All || slices.Contains(cmd.Skills, id) })
}

// joinQueues replaces the queues that the agent is signed in to by those configured ones that are wanted.
func (c *Center) joinQueues(a *agent, wanted func(SkillID) bool) {
	c.leaveQueues(a)
	for _, s := range a.account.Skills {
		q := c.queues[s.Skill]
		if q == nil || q.gone || !wanted(s.Skill) || a.serves(q) {
			continue
		}
		a.skills = append(a.skills, &membership{agent: a, queue: q, weight: s.Weight})
		q.signedIn++
	}
	c.reindex(a)
}

// leaveQueues signs the agent out of all queues.
func (c *Center) leaveQueues(a *agent) {
	c.unindex(a)
	for _, m := range a.skills {
		m.queue.signedIn--
	}
	a.skills = nil
}

// serves tells whether the agent is signed in to the queue.
func (a *agent) serves(q *queue) bool {
	return slices.ContainsFunc(a.skills, func(m *membership) bool { return m.queue == q })
}
