package loadgen

import (
	"sync"
	"testing"
	"time"

	"ccgateway/internal/center"
)

// causes remembers when what an agent is told came about. A nil one remembers nothing.
type causes struct {
	mu      sync.Mutex
	pending map[center.AgentID]time.Time   // when a command was given that is not applied yet
	events  map[center.AgentID][]time.Time // the causes of an agent's events, in their order
}

func newCauses() *causes {
	return &causes{pending: map[center.AgentID]time.Time{}, events: map[center.AgentID][]time.Time{}}
}

// told says that an agent has just given a command, applied that its effects have been carried.
func (c *causes) told(agent center.AgentID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pending[agent] = time.Now()
}

func (c *causes) applied(agent center.AgentID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.pending, agent)
}

// carry notes the events among effects. What no command of the agent has caused came about when the center says so.
func (c *causes) carry(effects []center.Effect) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, effect := range effects {
		event, ok := effect.(center.Event)
		if !ok {
			continue
		}
		at := event.At
		if told, waits := c.pending[event.Agent]; waits && told.Before(at) {
			at = told
		}
		c.events[event.Agent] = append(c.events[event.Agent], at)
	}
}

// compare gives the times from the causes to the hands of the desktops, which must have had all events, each once.
func (c *causes) compare(b *testing.B, all []had) Times {
	b.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	var took latency
	seen := map[center.AgentID]int{}
	for _, e := range all {
		if n := seen[e.agent]; n < len(c.events[e.agent]) {
			took.add(e.at.Sub(c.events[e.agent][n]))
		}
		seen[e.agent]++
	}
	for agent, events := range c.events {
		if seen[agent] != len(events) {
			b.Errorf("agent %d has had %d events; want %d", agent, seen[agent], len(events))
		}
		delete(seen, agent)
	}
	for agent, n := range seen {
		b.Errorf("agent %d has had %d events; want none", agent, n)
	}
	return took.sum()
}
