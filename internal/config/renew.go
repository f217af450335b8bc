package config

import (
	"reflect"
	"strings"
)

// Whole tells Renew how to read a file.
type Whole bool

// A file's members, seen from a program that runs.
const (
	// Partly is a file that may describe a part of the installation, its tenants say: settings that it does not name stay as they are.
	Partly Whole = false
	// Wholly is the program's own file: settings that it does not name have their defaults.
	Wholly Whole = true
)

// Taken says what became of the program's settings when a file was applied to it: the paths of those that differed from the running program's.
type Taken struct {
	Now         []string // count from now on
	Start       []string // count from the next start, if the program's own file has them then
	Environment []string // stay as they are: an environment variable of the program overrides the file
}

// Empty tells whether no setting differed.
func (t Taken) Empty() bool { return len(t.Now)+len(t.Start)+len(t.Environment) == 0 }

// String says it in sentences, a line each; "" for none.
func (t Taken) String() string {
	var lines []string
	for _, l := range []struct {
		says  string
		paths []string
	}{
		{"settings that count from now on: ", t.Now},
		{"settings that count from the next start only: ", t.Start},
		{"settings that stay, since the program's environment sets them: ", t.Environment},
	} {
		if len(l.paths) > 0 {
			lines = append(lines, l.says+strings.Join(l.paths, ", "))
		}
	}
	return strings.Join(lines, "\n")
}

// Renew gives the configuration that a program which runs with c has after next was applied to it: next's tenants, lines and flows, and of
// the program's settings next's where they count at once (counts:"now" in the structure), c's otherwise. What the environment has set for c
// stays. It changes neither. The error is an *Errors: settings of next that contradict those that stay.
func (c *Config) Renew(next *Config, whole Whole) (*Config, Taken, error) {
	var taken Taken
	merged := *next
	running := variables("", reflect.ValueOf(c).Elem())
	for i, v := range variables("", reflect.ValueOf(&merged).Elem()) {
		now := running[i].value
		if same(v.value, now) {
			continue
		}
		_, named := next.places[v.path]
		switch {
		case !named && whole == Partly:
		case c.places[v.path].file == v.env:
			taken.Environment = append(taken.Environment, v.path)
		case !v.member.live:
			taken.Start = append(taken.Start, v.path)
		default:
			taken.Now = append(taken.Now, v.path)
			continue
		}
		v.value.Set(now)
	}
	r := newReport(next.places[""].file)
	r.places = next.places
	(&checker{report: r, cfg: &merged}).checkBetween()
	if err := r.err(); err != nil {
		return nil, Taken{}, err
	}
	merged.places, merged.warnings = c.places, warningsOf(&merged) // which of them the environment has set stays so
	return &merged, taken, nil
}

// same compares two values of a member. An empty list is the same as none.
func same(a, b reflect.Value) bool {
	if a.Kind() == reflect.Slice && a.Len() == 0 && b.Len() == 0 {
		return true
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}
