package flow

import (
	"maps"
	"slices"
)

// Bounds of a program: files may come over the administration port.
const (
	maxSteps    = 10_000 // of all flows together
	maxBranches = 12     // branches in each other
)

// Program is all flows of an installation, compiled. It does not change; a nil Program has no flows.
type Program struct {
	flows map[string]*compiled
}

// compiled is one flow.
type compiled struct {
	name   string
	steps  []step
	skills []string // the queues that it, or a flow it leads to, names, in their order
}

// Has tells whether a flow has the name.
func (p *Program) Has(name string) bool { return p != nil && p.flows[name] != nil }

// Names lists the flows, ascending.
func (p *Program) Names() []string {
	if p == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(p.flows))
}

// Skills lists the skill queues that a flow, or one that it leads to, sends callers to. The first is the one in which a caller waits
// when the flow breaks.
func (p *Program) Skills(name string) []string {
	if !p.Has(name) {
		return nil
	}
	return p.flows[name].skills
}

// step is one compiled step: start gives its orders and either leaves the Run to go on at once or makes it wait.
type step interface{ start(r *Run) }
