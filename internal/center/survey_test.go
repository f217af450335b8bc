package center

import (
	"reflect"
	"testing"
	"time"
)

// TestSurvey: a talk, somebody who waits, and one who is being offered; who is offered keeps the time of his wait.
func TestSurvey(t *testing.T) {
	b := newBench(t, fixtureConfig())
	b.serve(101)
	b.must(signIn(102))
	b.must(SayBusy{By: by(102), Reason: 201})
	b.talk(101)
	b.now = b.now.Add(time.Second)
	b.arrive("i1")
	b.now = b.now.Add(time.Second)
	b.arrive("i2")
	look := func() Situation {
		t.Helper()
		value, effects := b.must(Survey{})
		if len(effects) > 0 || b.c.Changed() {
			t.Errorf("a survey changes: %v", effects)
		}
		s, _ := value.(Situation)
		return s
	}
	s := look()
	if len(s.Agents) != 2 || len(s.Calls) != 3 || !s.At.Equal(b.now) {
		t.Fatalf("survey: %+v", s)
	}
	ann, ben := s.Agents[0], s.Agents[1]
	if ann.State != StateTalking || ann.Bar != barTalking || ann.Call != s.Calls[0].Call || ann.Skill != 1 || !ann.Talking.Equal(noon) || !reflect.DeepEqual(ann.Skills, []SkillID{1}) {
		t.Errorf("Ann: %+v", ann)
	}
	if ben.State != StateBusy || ben.Reason != 201 || ben.Call != "" || ben.Name != "Ben" {
		t.Errorf("Ben: %+v", ben)
	}
	want := QueueRow{Skill: 1, Name: "support", Waiting: 2, Oldest: noon.Add(time.Second), SignedIn: 1}
	if s.Queues[0] != want {
		t.Errorf("queue: %+v, want %+v", s.Queues[0], want)
	}
	b.must(CancelBusy{By: by(102)})
	b.must(ResetSkill{By: by(102), All: true}) // the first of them rings at his phone
	want = QueueRow{Skill: 1, Name: "support", Waiting: 1, Offered: 1, Oldest: noon.Add(time.Second), SignedIn: 2}
	if s = look(); s.Queues[0] != want {
		t.Errorf("queue: %+v, want %+v", s.Queues[0], want)
	}
	if value, _ := b.must(Survey{Everyone: true}); len(value.(Situation).Agents) != 4 {
		t.Errorf("everyone: %+v", value)
	}
}

// BenchmarkSurvey looks at 1,000 signed-in agents.
func BenchmarkSurvey(b *testing.B) {
	cfg := fixtureConfig()
	cfg.Agents = nil
	for id := range 1000 {
		cfg.Agents = append(cfg.Agents, Agent{ID: AgentID(1000 + id), Role: 2, Group: -1, Skills: []AgentSkill{{Skill: 1, Weight: 1}}})
	}
	c := New(noon, cfg)
	for _, a := range cfg.Agents {
		if reply, _ := c.Do(noon, SignIn{Agent: a.ID, Token: tokenOf(a.ID), WithoutPhone: true, PlatformOnly: true, AgentType: 4, Status: 4}); reply.Err != nil {
			b.Fatal(reply.Err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		c.Do(noon, Survey{})
	}
}
