package center

import (
	"cmp"
	"slices"
)

// configure replaces the configuration. Sessions of agents that are gone end; queues that are gone take no caller any more
// and let go those who wait; everybody else goes on under the new rules.
func (c *Center) configure(cfg Config) {
	newSilence := cfg.Silence != c.cfg.Silence
	c.cfg = compile(cfg)
	c.reviseQueues()
	for _, a := range slices.Clone(c.roster) {
		if c.cfg.agents[a.id] == nil {
			c.endSession(a, ending{reason: ReasonInspector, tell: true, linger: true})
		}
	}
	for _, a := range c.roster {
		if newSilence { // signs of life were kept for the old one
			a.seen = c.now
		}
		c.reviseAgent(a)
	}
	c.reviseInspections()
	c.revisePicks()
	for _, s := range c.cfg.Skills {
		c.mark(c.queues[s.ID])
	}
	phones := make(map[string]bool, len(cfg.Phones))
	for _, phone := range cfg.Phones {
		phones[phone] = c.phones[phone]
	}
	c.phones = phones
}

// reviseQueues makes the queues those of the new configuration.
func (c *Center) reviseQueues() {
	old := c.queues
	c.queues = make(map[SkillID]*queue, len(c.cfg.Skills))
	for _, s := range c.cfg.Skills {
		q := old[s.ID]
		if q == nil {
			q = newQueue(s)
		}
		q.skill = s
		c.queues[s.ID] = q
		for cl := q.first; cl != nil; cl = cl.next {
			c.watchWait(cl)
		}
	}
	for _, q := range c.removed(old) {
		q.gone = true
		c.dropBacks(q)
		c.letGo(q, LeaveNobodyOnDuty, CauseNoAnswer)
	}
}

// removed lists the queues that are no longer configured, by number.
func (c *Center) removed(old map[SkillID]*queue) []*queue {
	var gone []*queue
	for id, q := range old {
		if c.queues[id] == nil {
			gone = append(gone, q)
		}
	}
	slices.SortFunc(gone, func(x, y *queue) int { return cmp.Compare(x.skill.ID, y.skill.ID) })
	return gone
}

// reviseAgent lets a session go on with the agent's new account and role.
func (c *Center) reviseAgent(a *agent) {
	serves := make(map[SkillID]bool, len(a.skills))
	for _, m := range a.skills {
		serves[m.queue.skill.ID] = true
	}
	c.leaveQueues(a)
	before := a.account
	a.account = c.cfg.agents[a.id]
	a.rights = c.cfg.rights[a.account.Role]
	if a.account.MustChange && !before.MustChange {
		a.mustChange = true
	}
	if !c.cfg.isPhone(a.phone) {
		former := a.phone
		delete(c.byPhone, former)
		a.phone = ""
		c.boundAnew(former)
	}
	c.reviseLine(a)
	if listens := a.listen && a.rights.Inspector(); listens {
		c.listeners = insertByNumber(c.listeners, a)
	} else {
		c.listeners = removeByNumber(c.listeners, a)
	}
	c.reviseWatches(a)
	c.joinQueues(a, func(id SkillID) bool { return serves[id] })
	c.watchSilence(a)
}

// drain begins a graceful stop: no new call is taken or made, waiting callers are let go, talks go on. Customers who wait to be
// called keep their places for when the program runs again.
func (c *Center) drain() {
	if c.draining {
		return
	}
	c.draining = true
	for _, a := range c.roster {
		c.endPreview(a, TryTakenAway) // he could not dial any more
		c.reindex(a)
	}
	for _, s := range c.cfg.Skills {
		c.letGo(c.queues[s.ID], LeaveNoResource, CauseShutdown)
	}
}
