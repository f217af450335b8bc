package flow

import "slices"

// checkSecrets refuses texts that would say or show secret digits.
func (c *compiler) checkSecrets() {
	for _, u := range c.spoken {
		if c.secrets[u.name] {
			u.at.fail("{%s} has secret digits: only an http step may use them", u.name)
		}
	}
}

// checkLoops refuses flows that go in a circle without making the caller wait, and flows that call themselves.
func (c *compiler) checkLoops() {
	ways := map[string][]string{}
	quiet := map[string][]string{}
	for _, j := range c.jumps {
		ways[j.from] = append(ways[j.from], j.to)
	}
	for from, all := range c.silent {
		for _, j := range all {
			quiet[from] = append(quiet[from], j.to)
		}
	}
	for _, j := range c.jumps {
		switch {
		case j.call && leads(ways, j.to, j.from):
			j.at.fail("flow %q comes back to itself by this step: its calls would have no end; use goto", j.from)
		case !j.call && slices.ContainsFunc(c.silent[j.from], func(s jump) bool { return slices.Equal(s.at.path, j.at.path) }) && leads(quiet, j.to, j.from):
			j.at.fail("flow %q goes in a circle without any prompt or pause", j.from)
		}
	}
}

// leads tells whether there is a way from one flow to another.
func leads(ways map[string][]string, from, to string) bool {
	seen := map[string]bool{}
	open := []string{from}
	for len(open) > 0 {
		at := open[len(open)-1]
		open = open[:len(open)-1]
		if at == to {
			return true
		}
		if !seen[at] {
			seen[at] = true
			open = append(open, ways[at]...)
		}
	}
	return false
}

// reachSkills notes for each flow the skill queues of it and of all that it leads to.
func (c *compiler) reachSkills() {
	ways := map[string][]string{}
	for _, j := range c.jumps {
		ways[j.from] = append(ways[j.from], j.to)
	}
	for name, f := range c.program.flows {
		seen := map[string]bool{}
		open := []string{name}
		for len(open) > 0 {
			at := open[0]
			open = open[1:]
			if seen[at] {
				continue
			}
			seen[at] = true
			for _, skill := range c.named[at] {
				if !slices.Contains(f.skills, skill) {
					f.skills = append(f.skills, skill)
				}
			}
			open = append(open, ways[at]...)
		}
	}
}
