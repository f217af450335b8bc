package report

import (
	"strconv"
	"time"

	"ccgateway/internal/center"
)

// AppendSkill writes the figures of a skill queue in the tally's first interval as a JSON object: the columns of the report by skill without
// those that say whose they are. Durations are in milliseconds; what is no figure is null.
func (t *Tally) AppendSkill(b []byte, skill center.SkillID) []byte {
	q := t.queues[slot[center.SkillID]{of: skill}]
	if q == nil {
		q = new(Queue)
	}
	return append(appendFigures(append(b, '{'), queueFigures, q, ""), '}')
}

// AppendAgent writes those of an agent.
func (t *Tally) AppendAgent(b []byte, agent center.AgentID) []byte {
	a := t.agents[slot[center.AgentID]{of: agent}]
	if a == nil {
		a = new(Agent)
	}
	return append(appendFigures(append(b, '{'), agentFigures, a, ""), '}')
}

// HasAgent tells whether an agent has figures in the tally's first interval.
func (t *Tally) HasAgent(agent center.AgentID) bool {
	return t.agents[slot[center.AgentID]{of: agent}] != nil
}

// AppendVCC writes those of the whole VCC.
func (t *Tally) AppendVCC(b []byte) []byte {
	b = append(appendFigures(append(b, '{'), callFigures, &t.calls[0], ""), ',')
	b = append(appendFigures(b, queueFigures, &t.skills[0], ""), ',')
	return append(appendFigures(b, agentFigures, &t.people[0], agentsPrefix), '}')
}

func appendFigures[F any](b []byte, figures []figure[F], of *F, prefix string) []byte {
	for i, f := range figures {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(append(b, '"'), prefix...), f.Name...), `":`...)
		switch v := f.value(of).(type) {
		case int:
			b = strconv.AppendInt(b, int64(v), 10)
		case time.Duration:
			b = strconv.AppendInt(b, v.Milliseconds(), 10)
		case float64:
			b = strconv.AppendFloat(b, v, 'g', -1, 64)
		default:
			b = append(b, "null"...)
		}
	}
	return b
}

// From is the beginning of the tally's time, Until its end, exclusive.
func (t *Tally) From() time.Time { return t.bounds[0] }

// Until is the end of the tally's time.
func (t *Tally) Until() time.Time { return t.bounds[len(t.bounds)-1] }

// Described lists the columns of each kind of figures with their formulas: those of AppendSkill, AppendAgent and AppendVCC.
func Described() map[Kind][]Column {
	all := map[Kind][]Column{BySkill: columnsOf(queueFigures), ByAgent: columnsOf(agentFigures)}
	all[ByVCC] = append(columnsOf(callFigures), all[BySkill]...)
	for _, c := range all[ByAgent] {
		all[ByVCC] = append(all[ByVCC], ofAll(c))
	}
	return all
}

func columnsOf[F any](figures []figure[F]) []Column {
	all := make([]Column, len(figures))
	for i, f := range figures {
		all[i] = f.Column
	}
	return all
}
