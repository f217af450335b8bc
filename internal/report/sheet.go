package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"ccgateway/internal/center"
)

// Kind says what a report has a row for.
type Kind string

// The kinds of reports.
const (
	BySkill  Kind = "skill"
	ByAgent  Kind = "agent"
	ByVCC    Kind = "vcc"
	ByReason Kind = "reason" // not ready and rest of each agent by reason
)

// Kinds lists them.
var Kinds = []Kind{BySkill, ByAgent, ByVCC, ByReason}

// Names has the names that a sheet shows beside numbers; what is missing shows as its number.
type Names struct {
	Skills  map[center.SkillID]string
	Agents  map[center.AgentID]string
	Reasons map[int]string // of rests
}

// Sheet is a table of figures, rows in the order of time.
type Sheet struct {
	Kind    Kind     `json:"kind"`
	Columns []Column `json:"columns"`
	Rows    [][]any  `json:"-"` // string, time.Time, int, time.Duration, float64, or nil = no figure
}

var timeColumns = []Column{
	{"from", "From", UnitTime, "beginning of the interval"}, {"until", "Until", UnitTime, "end of the interval, exclusive"},
}

// Sheet gives the figures of one kind.
func (t *Tally) Sheet(kind Kind, names Names) (Sheet, error) {
	switch kind {
	case BySkill:
		return rows(t, kind, t.queues, queueFigures, keyColumns("skill", "Skill queue"), func(id center.SkillID) []any {
			return []any{int(id), nameOf(names.Skills, id)}
		}), nil
	case ByAgent:
		return rows(t, kind, t.agents, agentFigures, keyColumns("agent", "Agent"), func(id center.AgentID) []any {
			return []any{int(id), nameOf(names.Agents, id)}
		}), nil
	case ByReason:
		columns := append(keyColumns("agent", "Agent"), Column{"state", "State", UnitText, ""}, Column{"reason", "Reason", UnitCount, "number of the reason"},
			Column{"reason_name", "Reason", UnitText, ""})
		return rows(t, kind, t.reasons, reasonFigures, columns, func(k reasonKey) []any {
			word := ""
			if k.state == center.StateRest {
				word = names.Reasons[k.reason]
			}
			return []any{int(k.agent), nameOf(names.Agents, k.agent), k.state.String(), k.reason, word}
		}), nil
	case ByVCC:
		return t.whole(), nil
	default:
		return Sheet{}, fmt.Errorf("there is no report %q; there are %v", kind, Kinds)
	}
}

func keyColumns(name, title string) []Column {
	return []Column{{name, title, UnitCount, "number"}, {name + "_name", title, UnitText, ""}}
}

func nameOf[K comparable](names map[K]string, id K) string {
	if name, ok := names[id]; ok {
		return name
	}
	return fmt.Sprint(id)
}

// rows makes a sheet of one kind of rows.
func rows[K comparable, F any](t *Tally, kind Kind, of map[slot[K]]*F, figures []figure[F], keys []Column, key func(K) []any) Sheet {
	s := Sheet{Kind: kind, Columns: append(slices.Clone(timeColumns), keys...)}
	for _, f := range figures {
		s.Columns = append(s.Columns, f.Column)
	}
	type line struct {
		in  int
		key []any
		f   *F
	}
	lines := make([]line, 0, len(of))
	for k, f := range of {
		lines = append(lines, line{k.in, key(k.of), f})
	}
	slices.SortFunc(lines, func(a, b line) int { return cmp.Or(cmp.Compare(a.in, b.in), compareKeys(a.key, b.key)) })
	for _, l := range lines {
		row := append([]any{t.bounds[l.in], t.bounds[l.in+1]}, l.key...)
		for _, f := range figures {
			row = append(row, f.value(l.f))
		}
		s.Rows = append(s.Rows, row)
	}
	return s
}

// compareKeys orders rows of one interval by their numbers and words.
func compareKeys(a, b []any) int {
	for i := range a {
		var order int
		switch x := a[i].(type) {
		case int:
			order = cmp.Compare(x, b[i].(int)) //nolint:forcetypeassert // keys of one sheet have the same types
		case string:
			order = cmp.Compare(x, b[i].(string)) //nolint:forcetypeassert // as above
		}
		if order != 0 {
			return order
		}
	}
	return 0
}

// whole sums the skill queues and agents of a VCC up, an interval a row, those without any traffic included.
func (t *Tally) whole() Sheet {
	s := Sheet{Kind: ByVCC, Columns: slices.Clone(timeColumns)}
	for _, f := range callFigures {
		s.Columns = append(s.Columns, f.Column)
	}
	for _, f := range queueFigures {
		s.Columns = append(s.Columns, f.Column)
	}
	for _, f := range agentFigures {
		s.Columns = append(s.Columns, ofAll(f.Column))
	}
	for in := range t.skills {
		row := append([]any{t.bounds[in], t.bounds[in+1]}, values(callFigures, &t.calls[in])...)
		row = append(append(row, values(queueFigures, &t.skills[in])...), values(agentFigures, &t.people[in])...)
		s.Rows = append(s.Rows, row)
	}
	return s
}

// ofAll is an agents' column in the row of a VCC.
func ofAll(c Column) Column {
	return Column{agentsPrefix + c.Name, "Agents: " + c.Title, c.Unit, "over all agents: " + c.Formula}
}

// agentsPrefix tells agents' figures from those of queues in the row of a VCC.
const agentsPrefix = "agents_"

func values[F any](figures []figure[F], of *F) []any {
	all := make([]any, len(figures))
	for i, f := range figures {
		all[i] = f.value(of)
	}
	return all
}

func (q *Queue) add(o *Queue) {
	longest := max(q.LongestWait, o.LongestWait)
	addFields(q, o)
	q.LongestWait = longest
}

func (a *Agent) add(o *Agent) { addFields(a, o) }

// Skills and Agents list who has figures.
func (t *Tally) Skills() []center.SkillID { return whose(t.queues) }

// Agents lists the agents with figures.
func (t *Tally) Agents() []center.AgentID { return whose(t.agents) }

func whose[K cmp.Ordered, F any](of map[slot[K]]*F) []K {
	all := map[K]bool{}
	for k := range of {
		all[k.of] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// durationText writes a duration in seconds, to the millisecond.
func durationText(d time.Duration) string {
	return fmt.Sprintf("%d.%03d", d/time.Second, d%time.Second/time.Millisecond)
}
