package center

// Census answers Count: how many there are of everything, at one instant.
type Census struct {
	Agents   int               // configured
	SignedIn int               // sessions
	States   map[State]int     // of those; a state that nobody is in is missing
	Calls    map[CallState]int // a state that no call is in is missing
	Queues   []QueueView       // in the order of the configuration
}

// count looks at each signed-in agent and at each call once, and allocates nothing for them.
func (c *Center) count() Census {
	n := Census{
		Agents: len(c.cfg.numbers), SignedIn: len(c.roster), States: map[State]int{}, Calls: map[CallState]int{},
		Queues: make([]QueueView, 0, len(c.cfg.Skills)),
	}
	idle := make(map[*queue]int, len(c.cfg.Skills))
	for _, a := range c.roster {
		n.States[a.state]++
		if a.state == StateIdle {
			for _, m := range a.skills {
				idle[m.queue]++
			}
		}
	}
	for _, cl := range c.calls {
		n.Calls[cl.state()]++
	}
	for _, s := range c.cfg.Skills {
		view := c.queueView(c.queues[s.ID])
		view.Idle = idle[c.queues[s.ID]]
		n.Queues = append(n.Queues, view)
	}
	return n
}
