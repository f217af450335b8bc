package report

import (
	"hash/maphash"
	"time"

	"ccgateway/internal/center"
)

// stay names an agent's stays in a call; call is a hash, since a report may have millions of them.
type stay struct {
	agent center.AgentID
	call  uint64
}

var hashSeed = maphash.MakeSeed()

func stayOf(agent center.AgentID, call center.CallID) stay {
	return stay{agent, maphash.String(hashSeed, string(call))}
}

// visit is an agent's last stay in a call; who comes back to a call has several.
type visit struct {
	ended  int64 // milliseconds, as facts are kept
	skill  center.SkillID
	before *visit
}

// visited notes a stay, for the wrap-up after it.
func (t *Tally) visited(r center.LegRecord) {
	key, v := stayOf(r.Agent, r.Call), visit{ended: r.Ended.UnixMilli(), skill: r.Skill}
	if last, again := t.visits[key]; again {
		if last.ended > v.ended { // facts come in the order of their beginning or of their end
			t.visits[key] = last.behind(v)
			return
		}
		v.before = &last
	}
	t.visits[key] = v
}

// behind puts an earlier stay into its place.
func (v visit) behind(earlier visit) visit {
	if v.before != nil && v.before.ended > earlier.ended {
		rest := v.before.behind(earlier)
		v.before = &rest
		return v
	}
	earlier.before = v.before
	v.before = &earlier
	return v
}

// wrapsUp finds the skill queue of the call that a wrap-up follows: that of the last stay in it that ended before. known = false: there is no
// such stay.
func (t *Tally) wrapsUp(r center.StateRecord) (skill center.SkillID, known bool) {
	last, ok := t.visits[stayOf(r.Agent, r.Call)]
	if !ok {
		return 0, false
	}
	for v := &last; v != nil; v = v.before {
		if v.ended <= r.From.UnixMilli() {
			return v.skill, true
		}
	}
	return 0, false
}

// lacks tells that the stay before a wrap-up is not there: it began before the time of the report.
func (t *Tally) lacks(r center.StateRecord) bool {
	if r.State != center.StateWork || r.Call == "" {
		return false
	}
	_, known := t.wrapsUp(r)
	return !known
}

// Inherit takes over the stays of an earlier tally that ended after a moment: wrap-ups of them are still to come.
func (t *Tally) Inherit(from *Tally, after time.Time) {
	for key, v := range from.visits {
		if _, known := t.visits[key]; !known && v.ended >= after.UnixMilli() {
			t.visits[key] = v
		}
	}
}
