package center

// mark notes that a waiting caller and an idle agent of the queue may now meet.
func (c *Center) mark(q *queue) {
	if !q.dirty && (q.first != nil || len(q.backs) > 0) && len(q.idle) > 0 {
		q.dirty = true
		c.dirty = append(c.dirty, q)
	}
}

// match brings waiting callers and idle agents together until no queue has both. It runs at the end of every command, so a
// fit free agent and a waiting caller never coexist for more than one step.
//
// Only queues that changed are looked at. Each offer takes an agent and a caller away, and an offer that fails at once makes
// the agent not ready, so this ends.
func (c *Center) match() {
	for len(c.dirty) > 0 {
		q := c.dirty[0]
		c.dirty = c.dirty[1:]
		q.dirty = false
		for len(q.idle) > 0 {
			if b, a := c.nextBack(q); b != nil {
				c.serveBack(a, b)
				continue
			}
			if q.first == nil {
				break
			}
			a, cl := pair(q)
			c.dequeue(cl)
			c.tellFlow(cl, FlowTold{What: FlowOffered})
			c.offer(a, cl)
		}
	}
	c.dirty = nil
}

// pair chooses who serves whom: the agent takes the first caller of his queues, the queue of the highest weight first, and
// the caller gets the best agent of that queue. Where the two disagree, the caller's claim leads on to an agent for whom an
// even better caller may wait; each step finds a better one, so it ends.
func pair(q *queue) (*agent, *call) {
	a := q.idle[0].agent
	for {
		cl := bestCaller(a)
		best := cl.queue.idle[0].agent
		if best == a {
			return a, cl
		}
		a = best
	}
}

// bestCaller is the caller whom the agent should take. There is one.
func bestCaller(a *agent) *call {
	var best *call
	for _, m := range a.skills {
		cl := m.queue.first
		if cl == nil {
			continue
		}
		if best == nil || m.queue.skill.Weight > best.queue.skill.Weight ||
			m.queue.skill.Weight == best.queue.skill.Weight && cl.comesBefore(best) {
			best = cl
		}
	}
	return best
}
