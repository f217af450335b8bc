package flow

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// members reads the members of a map and finds those that nobody has asked for.
type members struct {
	node
	all  map[string]any
	seen map[string]bool
}

// members takes a map; short, unless "", is the member that a single value stands for.
func (n node) members(short string) *members {
	m := &members{node: n, seen: map[string]bool{}}
	switch v := n.value.(type) {
	case map[string]any:
		m.all = v
	case nil:
		n.fail("is empty")
	default:
		if short == "" {
			n.fail("must be a map")
			break
		}
		m.all = map[string]any{short: v}
	}
	return m
}

// get gives a member; ok = it is there.
func (m *members) get(name string) (node, bool) {
	m.seen[name] = true
	value, ok := m.all[name]
	if _, isMap := m.value.(map[string]any); !isMap { // it stands for the map
		return node{c: m.c, path: m.path, value: value}, ok
	}
	return m.below(name, value), ok
}

// close reports members that do not exist.
func (m *members) close() {
	for _, name := range slices.Sorted(maps.Keys(m.all)) {
		if !m.seen[name] {
			m.below(name, nil).fail("no member of this name exists; there are %s", list(slices.Sorted(maps.Keys(m.seen))))
		}
	}
}

// text reads a text that is not empty; a number in the file is one, as it is written.
func (n node) text() string {
	switch v := n.value.(type) {
	case string:
		if v != "" {
			return v
		}
	case int64, uint64, int:
		return fmt.Sprint(v)
	case float64:
		if v == math.Trunc(v) {
			return strconv.FormatFloat(v, 'f', 0, 64)
		}
	}
	n.fail("must be a text")
	return ""
}

func (m *members) text(name, otherwise string) string {
	if n, ok := m.get(name); ok {
		return n.text()
	}
	return otherwise
}

// required reads a text that must be there.
func (m *members) required(name string) string {
	n, ok := m.get(name)
	if !ok {
		m.fail("%s is missing", name)
		return ""
	}
	return n.text()
}

func (m *members) flag(name string) bool {
	n, ok := m.get(name)
	if !ok {
		return false
	}
	b, isBool := n.value.(bool)
	if !isBool {
		n.fail("must be true or false")
	}
	return b
}

func (m *members) whole(name string, least, most, otherwise int) int {
	n, ok := m.get(name)
	if !ok {
		return otherwise
	}
	number, err := strconv.Atoi(fmt.Sprint(n.value))
	if err != nil || number < least || number > most {
		n.fail("must be a whole number from %d to %d", least, most)
		return otherwise
	}
	return number
}

func (m *members) duration(name string, least, most, otherwise time.Duration) time.Duration {
	n, ok := m.get(name)
	if !ok {
		return otherwise
	}
	return n.duration(least, most)
}

// durationOrNone reads a duration that may be 0 as well.
func (m *members) durationOrNone(name string, least, most, otherwise time.Duration) time.Duration {
	n, ok := m.get(name)
	if !ok {
		return otherwise
	}
	switch n.value {
	case uint64(0), int64(0), int(0), "0", "0s":
		return 0
	}
	return n.duration(least, most)
}

func (n node) duration(least, most time.Duration) time.Duration {
	text, _ := n.value.(string)
	d, err := time.ParseDuration(text)
	if err != nil || d < least || d > most {
		n.fail("must be a duration from %s to %s, such as %q", least, most, "30s")
		return least
	}
	return d
}

// steps reads a branch; nil = it is not there.
func (m *members) steps(name string) []step {
	n, ok := m.get(name)
	if !ok {
		return nil
	}
	return m.c.steps(n)
}

func (n node) template() template {
	t, err := parseTemplate(n.text())
	if err != nil {
		n.fail("%s", err)
	}
	return t
}

// open notes that the variables of a text are heard or shown.
func (n node) open(t template) template {
	for _, name := range t.names() {
		n.c.spoken = append(n.c.spoken, use{name: name, at: n})
	}
	return t
}

// words reads a list of texts, or a single one.
func (n node) words() []node {
	if all, ok := n.value.([]any); ok {
		words := make([]node, len(all))
		for i, value := range all {
			words[i] = n.below(fmt.Sprintf("[%d]", i), value)
		}
		return words
	}
	return []node{n}
}

// variable reads the name of a variable that can be set.
func (n node) variable() string {
	name := n.text()
	switch {
	case name == "":
	case !variableForm.MatchString(name):
		n.fail("must be a variable's name: a small letter, then small letters, digits and _, at most 40")
	case system[name]:
		n.fail("%q is set by the system", name)
	}
	return name
}

// sounds reads prompts and, behind them, a text to be said.
func (m *members) sounds(prompt, say string) []sound {
	var all []sound
	if n, ok := m.get(prompt); ok {
		for _, word := range n.words() {
			all = append(all, sound{prompt: word.prompt()})
		}
	}
	if n, ok := m.get(say); ok {
		all = append(all, sound{text: n.open(n.template())})
	}
	return all
}

// prompt reads the name of a prompt, with or without ".wav".
func (n node) prompt() string {
	name := strings.TrimSuffix(n.text(), ".wav")
	switch {
	case name == "":
	case strings.ContainsAny(name, `/\`) || strings.HasPrefix(name, ".") || len(name) > 64:
		n.fail("must be the name of a prompt, without a folder")
	case n.c.world.Prompts != nil && !n.c.world.Prompts[name]:
		n.fail("no prompt is named %q: the folder of prompts has no %s.wav", name, name)
	}
	return name
}

// skill reads the name of a skill queue.
func (n node) skill() string {
	name := n.text()
	if name == "" {
		return ""
	}
	if known := n.c.world.Skills; known != nil && !known[name] {
		n.fail("no voice skill queue is named %q", name)
	}
	if n.c.named == nil {
		n.c.named = map[string][]string{}
	}
	if all := n.c.named[n.c.flow]; !slices.Contains(all, name) {
		n.c.named[n.c.flow] = append(all, name)
	}
	return name
}

// flowName reads the name of a flow and notes the way into it.
func (n node) flowName(call bool) (string, bool) {
	name := n.text()
	if name == "" {
		return "", false
	}
	if _, known := n.c.sources[name]; !known {
		n.fail("no flow is named %q", name)
		return "", false
	}
	j := jump{from: n.c.flow, to: name, call: call, at: n}
	n.c.jumps = append(n.c.jumps, j)
	if !n.c.waits {
		n.c.silent[n.c.flow] = append(n.c.silent[n.c.flow], j)
	}
	return name, true
}

func list(words []string) string { return strings.Join(words, ", ") }
