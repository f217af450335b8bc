package lockout

import (
	"testing"
	"time"
)

// TestSetRules: new rules count for the next try; locks that are in force keep their time.
func TestSetRules(t *testing.T) {
	g := newRig(t, newMemory(), rules)
	here, there := from("192.0.2.1"), from("192.0.2.2")
	g.guess(here, 101, rules.Tries)
	g.SetRules(Rules{Tries: 2, For: time.Minute})
	g.guess(there, 102, 2)
	for _, c := range []struct {
		after time.Duration
		agent int
		from  string
		want  string
	}{
		{0, 102, "192.0.2.2", locked},
		{2 * time.Minute, 102, "192.0.2.2", right}, // a minute, by the new rules
		{0, 101, "192.0.2.1", locked},              // a quarter of an hour, by the old ones
		{rules.For, 101, "192.0.2.1", right},
	} {
		g.clock = g.clock.Add(c.after)
		if got := g.try(from(c.from), c.agent, right); got != c.want {
			t.Errorf("agent %d after %s more: %s, want %s", c.agent, c.after, got, c.want)
		}
	}
}

// TestSetRules_Never: with no tries nothing is locked any more, what is being looked at ends well, and counting begins again with other rules.
func TestSetRules_Never(t *testing.T) {
	g := newRig(t, newMemory(), rules)
	here := from("192.0.2.1")
	flying, ok := g.Begin(here, 101)
	if !ok {
		t.Fatal("the first try is refused")
	}
	g.SetRules(Rules{})
	flying.Wrong()
	g.guess(here, 101, 20)
	if got := g.try(here, 101, right); got != right {
		t.Errorf("with locks switched off: %s", got)
	}
	unbegun, _ := g.Begin(here, 101)
	g.SetRules(Rules{Tries: 1, For: time.Minute})
	unbegun.Wrong() // was begun without rules, and counts for none
	if got := g.try(here, 101, wrong); got != wrong {
		t.Errorf("the first try by new rules: %s", got)
	}
	if got := g.try(here, 101, right); got != locked {
		t.Errorf("after one wrong password of one: %s", got)
	}
}
