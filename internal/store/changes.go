package store

import (
	"fmt"
	"strings"
)

// Changes tells what applying a configuration changed.
type Changes struct {
	Kinds []Change // of every kind that something of changed
}

// Change tells what changed of one kind. Each thing is named by its number or name: agents and phones "101", what belongs to a VCC
// "1/3" (VCC 1, number 3).
type Change struct {
	Kind    string // plural: "agents"
	Added   []string
	Changed []string
	Removed []string
	Set     []string // accounts that have a new password
}

// maxNamed bounds the names that are told of one change.
const maxNamed = 20

// Empty tells whether nothing changed.
func (c Changes) Empty() bool { return len(c.Kinds) == 0 }

// String tells the changes in words: "agents: 2 added (104, 105), 1 changed (101); phones: 1 removed (40199)".
func (c Changes) String() string {
	if c.Empty() {
		return "nothing changed"
	}
	kinds := make([]string, len(c.Kinds))
	for i, k := range c.Kinds {
		kinds[i] = k.String()
	}
	return strings.Join(kinds, "; ")
}

// String tells the changes of one kind.
func (c Change) String() string {
	var parts []string
	for _, p := range []struct {
		names []string
		verb  string
	}{{c.Added, "added"}, {c.Changed, "changed"}, {c.Removed, "removed"}, {c.Set, "set"}} {
		if len(p.names) > 0 {
			parts = append(parts, fmt.Sprintf("%d %s (%s)", len(p.names), p.verb, some(p.names)))
		}
	}
	return c.Kind + ": " + strings.Join(parts, ", ")
}

// some names the first of many.
func some(names []string) string {
	if len(names) <= maxNamed {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:maxNamed], ", "), len(names)-maxNamed)
}

// add takes a kind of which something changed.
func (c *Changes) add(k Change) {
	if len(k.Added)+len(k.Changed)+len(k.Removed)+len(k.Set) > 0 {
		c.Kinds = append(c.Kinds, k)
	}
}
