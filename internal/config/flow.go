package config

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"ccgateway/internal/flow"

	"github.com/goccy/go-yaml/ast"
)

// Program gives the flows, compiled.
func (c *Config) Program() *flow.Program { return c.program }

// checkFlows compiles the flows; what is wrong in them is reported where it stands.
func (c *checker) checkFlows() {
	for name, steps := range c.cfg.Flows {
		path := join("flows", name)
		if !nameForm.MatchString(name) {
			c.fail(path, "a flow's name must be 1 to 64 letters, digits, dots, - and _")
		}
		if len(steps) == 0 {
			c.fail(path, "must have a step")
		}
	}
	program, problems := flow.Compile(c.cfg.flowSources(), flow.World{
		Skills: c.voiceSkills(), Agents: c.agentNumbers(), Prompts: c.cfg.promptNames(), Hosts: c.cfg.FlowEngine.Hosts,
	})
	for _, p := range problems {
		path := "flows"
		for _, name := range p.Path {
			if strings.HasPrefix(name, "[") {
				path += name
			} else {
				path = join(path, name)
			}
		}
		c.fail(path, "%s", p.Text)
	}
	for i, host := range c.cfg.FlowEngine.Hosts {
		if !validPeer(host) {
			c.fail(fmt.Sprintf("flow_engine.hosts[%d]", i), `must be a host or "host:port"`)
		}
	}
	if len(c.cfg.Flows) > 0 {
		c.cfg.program = program
	}
}

// flowSources gives the flows as the compiler takes them.
func (c *Config) flowSources() map[string][]any {
	all := make(map[string][]any, len(c.Flows))
	for name, steps := range c.Flows {
		all[name] = make([]any, len(steps))
		for i, step := range steps {
			all[name][i] = step
		}
	}
	return all
}

// voiceSkills has the names of the queues; nil = the file has no tenants, whose queues are then those that were applied before.
func (c *checker) voiceSkills() map[string]bool {
	if len(c.cfg.VCCs) == 0 {
		return nil
	}
	all := map[string]bool{}
	for _, v := range c.cfg.VCCs {
		for _, s := range v.Skills {
			if s.Media == voice {
				all[s.Name] = true
			}
		}
	}
	return all
}

func (c *checker) agentNumbers() map[int]bool {
	if len(c.cfg.VCCs) == 0 {
		return nil
	}
	all := map[int]bool{}
	for _, v := range c.cfg.VCCs {
		for _, a := range v.Agents {
			all[a.ID] = true
		}
	}
	return all
}

// builtIn are the prompts that need no file.
var builtIn = []string{"music", "ringback"}

// promptNames lists the prompts that can be played; nil = not known, because no folder is configured or it is not on this machine.
func (c *Config) promptNames() map[string]bool {
	if c.Prompts == "" {
		return nil
	}
	if _, err := os.Stat(c.Prompts); err != nil {
		return nil
	}
	files, err := filepath.Glob(filepath.Join(c.Prompts, "*.wav"))
	if err != nil {
		return nil
	}
	all := map[string]bool{}
	for _, name := range builtIn {
		all[name] = true
	}
	for _, file := range files {
		all[strings.TrimSuffix(filepath.Base(file), ".wav")] = true
	}
	return all
}

// flowsOf names the flows that a VCC can run: it has all their skill queues.
func (c *Config) flowsOf(v *VCC) []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(c.Flows)) {
		missing := func(skill string) bool {
			return !slices.ContainsFunc(v.Skills, func(s Skill) bool { return s.Name == skill && s.Media == voice })
		}
		if !slices.ContainsFunc(c.program.Skills(name), missing) {
			all = append(all, name)
		}
	}
	return all
}

// bindStep reads one step of a flow: a map of anything.
func (b *binder) bindStep(path string, node ast.Node, v reflect.Value) {
	value := b.free(path, node)
	if name, bare := value.(string); bare { // "- hangup"
		value = map[string]any{name: nil}
	}
	step, ok := value.(map[string]any)
	if !ok {
		b.fail(path, "a flow's step must be a map")
		return
	}
	v.Set(reflect.ValueOf(step))
}

// free reads a node that has no fixed shape into map[string]any, []any, string, int64, uint64, float64, bool or nil.
func (b *binder) free(path string, node ast.Node) any {
	if !b.enter(path) {
		return nil
	}
	defer b.leave()
	node, leave := b.resolve(path, node)
	defer leave()
	switch n := node.(type) {
	case *ast.MappingNode:
		all := map[string]any{}
		b.eachKey(path, n, func(name, below string, value ast.Node) { all[name] = b.free(below, value) })
		return all
	case *ast.SequenceNode:
		all := make([]any, len(n.Values))
		for i, value := range n.Values {
			below := fmt.Sprintf("%s[%d]", path, i)
			b.place(below, b.at(firstToken(value)))
			all[i] = b.free(below, value)
		}
		return all
	case *ast.InfinityNode, *ast.NanNode:
		b.fail(path, "is no number that a flow could work with")
		return nil
	case *ast.LiteralNode:
		return n.Value.Value
	case ast.ScalarNode:
		return n.GetValue()
	default:
		return nil
	}
}
