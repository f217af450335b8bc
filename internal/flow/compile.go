package flow

import (
	"fmt"
	"maps"
	"slices"
)

// World is what flows may refer to.
type World struct {
	Skills  map[string]bool // voice skill queues; nil = not known, not checked
	Agents  map[int]bool    // nil = not known
	Prompts map[string]bool // nil = not known
	Hosts   []string        // that http steps may call, "host" or "host:port"
}

// Problem is one thing that is wrong in a flow.
type Problem struct {
	Path []string // names of members, and "[n]" for elements of lists, from the flow's name down
	Text string
}

// Compile turns flows into a program. sources has the steps of each flow as a reader of YAML or JSON gives them: map[string]any, []any,
// string, bool and numbers. The program is whole only when there is no problem.
func Compile(sources map[string][]any, world World) (*Program, []Problem) {
	c := &compiler{world: world, program: &Program{flows: map[string]*compiled{}}, sources: sources, secrets: map[string]bool{}, silent: map[string][]jump{}}
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		f := &compiled{name: name}
		c.program.flows[name] = f
		c.flow, c.waits = name, false
		f.steps = c.steps(node{c: c, path: []string{name}, value: sources[name]})
	}
	c.checkSecrets()
	c.checkLoops()
	c.reachSkills()
	return c.program, c.problems
}

// compiler collects what is found on the way.
type compiler struct {
	world    World
	program  *Program
	sources  map[string][]any
	problems []Problem
	flow     string // that is being compiled
	count    int
	depth    int

	jumps   []jump              // between flows
	silent  map[string][]jump   // those that are reached without a wait, by the flow they stand in
	waits   bool                // a wait lies on every way from the flow's begin to here
	secrets map[string]bool     // variables of secret digits
	spoken  []use               // variables that are heard or shown
	named   map[string][]string // skills by flow, in their order
}

// jump is a way from one flow into another.
type jump struct {
	from, to string
	call     bool
	at       node
}

// use is a variable where it would be shown.
type use struct {
	name string
	at   node
}

// node is a value in the source and its place.
type node struct {
	c     *compiler
	path  []string
	value any
}

func (n node) fail(format string, args ...any) {
	n.c.problems = append(n.c.problems, Problem{Path: n.path, Text: fmt.Sprintf(format, args...)})
}

func (n node) below(name string, value any) node {
	return node{c: n.c, path: append(n.path[:len(n.path):len(n.path)], name), value: value}
}

// steps compiles a list of steps; a single step may stand without the list.
func (c *compiler) steps(n node) []step {
	list, ok := n.value.([]any)
	switch {
	case n.value == nil:
		n.fail("is empty")
		return nil
	case !ok:
		list = []any{n.value}
	}
	if c.depth++; c.depth > maxBranches {
		n.fail("branches are nested too deep (more than %d)", maxBranches)
		c.depth--
		return nil
	}
	defer func() { c.depth-- }()
	all := make([]step, 0, len(list))
	ended := false
	for i, value := range list {
		at := n
		if ok {
			at = n.below(fmt.Sprintf("[%d]", i), value)
		}
		if ended {
			at.fail("is never reached: the step before it ends the flow")
			break
		}
		if c.count++; c.count > maxSteps {
			at.fail("flows have more than %d steps", maxSteps)
			return all
		}
		if s := c.step(at); s != nil {
			all = append(all, s)
		}
		ended = c.ends(all)
	}
	return all
}

// ends tells whether nothing can follow the last step.
func (c *compiler) ends(all []step) bool {
	if len(all) == 0 {
		return false
	}
	switch all[len(all)-1].(type) {
	case gotoStep, hangUpStep, returnStep:
		return true
	default:
		return false
	}
}

// step compiles one step: a map with one member, or the bare name of a step without settings.
func (c *compiler) step(n node) step {
	name, value := "", any(nil)
	switch v := n.value.(type) {
	case string:
		name = v
	case map[string]any:
		if len(v) != 1 {
			n.fail("a step must have one member, its name; it has %d", len(v))
			return nil
		}
		for name, value = range v { //nolint:revive // the only one
		}
	default:
		n.fail("a flow's step must be a map")
		return nil
	}
	build, known := builders[name]
	at := n.below(name, value)
	if !known {
		at.fail("no step is named %q; there are %s", name, list(slices.Sorted(maps.Keys(builders))))
		return nil
	}
	return build(c, at)
}

// branches compiles alternatives: a wait behind them is sure only where all have one.
func (c *compiler) branches(compileAll ...func()) {
	before, all := c.waits, true
	for _, one := range compileAll {
		c.waits = before
		one()
		all = all && c.waits
	}
	c.waits = before || all && len(compileAll) > 0
}

// waited notes that the caller is made to wait here.
func (c *compiler) waited() { c.waits = true }
