package center

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// whyBench is the fixture with one caller waiting, whatever the agents do.
func whyBench(t *testing.T) *bench {
	t.Helper()
	return newBench(t, fixtureConfig())
}

func (b *bench) arrive(leg LegID) {
	b.t.Helper()
	b.must(CallArrived{Leg: leg, Trunk: "line", From: "0555", To: "8000"})
}

func (b *bench) why() Explanation {
	b.t.Helper()
	value, effects := b.must(Why{})
	if len(effects) > 0 {
		b.t.Errorf("why has effects: %v", effects)
	}
	return value.(Explanation)
}

// said joins the reasons of the only queue in which somebody waits.
func (b *bench) said() string {
	b.t.Helper()
	e := b.why()
	if len(e.Queues) != 1 {
		b.t.Fatalf("%d queues with callers; want 1", len(e.Queues))
	}
	return joined(e.Queues[0].Reasons)
}

func joined(reasons []Reason) string {
	var parts []string
	for _, r := range reasons {
		text := r.String()
		if r.Hint {
			text = "? " + text
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}

func (b *bench) idleReasons(id AgentID) string {
	b.t.Helper()
	for _, a := range b.why().Idle {
		if a.Agent == id {
			return joined(a.Reasons)
		}
	}
	return "not idle"
}

func TestWhyCallersWait(t *testing.T) {
	const signedOut = "; ? 1 fit, but signed out: 102 Ben"
	for _, c := range []struct {
		name  string
		setup func(b *bench)
		want  string
	}{
		{"nobody signed in", func(*bench) {},
			"no agent is signed in to the queue; ? 2 fit, but signed out: 101 Ann, 102 Ben"},
		{"signed in, but not to the queue", func(b *bench) { b.must(signIn(101)) },
			"no agent is signed in to the queue; ? 1 fit, but not signed in to this queue (resetskill): 101 Ann" + signedOut},
		{"busy with a reason", func(b *bench) { b.serve(101); b.must(SayBusy{By: by(101), Reason: 201}) },
			"1 not ready (reason 201): 101 Ann" + signedOut},
		{"rest", func(b *bench) { b.serve(101); b.must(Rest{By: by(101), Seconds: 60, Cause: 2}) },
			"1 at rest (reason 2): 101 Ann" + signedOut},
		{"wrap-up", func(b *bench) { b.serve(101); b.must(SayWork{By: by(101)}) }, "1 in wrap-up: 101 Ann" + signedOut},
		{"talking", func(b *bench) { b.serve(101); b.talk(101) }, "1 talking: 101 Ann" + signedOut},
		{"ringing", func(b *bench) { b.serve(101); b.arrive("i0") }, "1 being rung for a call: 101 Ann" + signedOut},
		{"calling", func(b *bench) { b.serve(101); b.must(CallOut{By: by(101), Called: "0123"}) },
			"1 making a call: 101 Ann" + signedOut},
		{"no right to talk", func(b *bench) { b.serve(101); b.must(SetTalkRight{By: by(101)}) },
			"1 idle, but without the right to talk (settalkright): 101 Ann" + signedOut},
		{"role without inbound", func(b *bench) {
			cfg := fixtureConfig()
			cfg.Roles[0].Rights |= RightsOf(RightNoInbound)
			b.must(Configure{cfg})
			b.serve(101)
		}, "1 idle, but the role takes no inbound calls: 101 Ann" + signedOut},
		{"password", func(b *bench) {
			cmd := signIn(101)
			cmd.ForceChange = true
			b.must(cmd)
			b.must(ResetSkill{By: by(101), All: true})
		}, "1 idle, but must change the password first: 101 Ann; ? 1 phone is not registered: 101 Ann" + signedOut},
		{"phone cannot be rung", func(b *bench) {
			b.must(signIn(101))
			b.must(ResetSkill{By: by(101), All: true})
			_, effects := b.must(CallArrived{Leg: "i0", Trunk: "line", From: "0556", To: "8000"})
			b.must(LegEnded{Leg: legOf(b.t, effects), Cause: CauseUnreachable})
			b.must(LegEnded{Leg: "i0", Cause: CauseHungUp})
		}, "1 not ready (phone could not be rung): 101 Ann; ? 1 phone is not registered: 101 Ann" + signedOut},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := whyBench(t)
			c.setup(b)
			b.arrive("i1")
			if got := b.said(); got != c.want {
				t.Errorf("why = %s\nwant  %s", got, c.want)
			}
		})
	}
}

// serve signs an agent in, with a registered phone, to all his queues.
func (b *bench) serve(id AgentID) {
	b.t.Helper()
	cmd := signIn(id)
	b.must(PhoneState{Phone: cmd.Phone, Registered: true})
	b.must(cmd)
	b.must(ResetSkill{By: by(id), All: true})
}

func TestWhyNamesTheQueueThatWasServedFirst(t *testing.T) {
	cfg := fixtureConfig()
	cfg.Skills = append(cfg.Skills, Skill{ID: 2, Name: "gold", Media: MediaVoice, Weight: 90})
	cfg.AccessCodes = append(cfg.AccessCodes, AccessCode{Code: "9000", Skill: 2})
	cfg.Agents[0].Skills = append(cfg.Agents[0].Skills, AgentSkill{Skill: 2, Weight: 1})
	b := newBench(t, cfg)
	b.arrive("i1")
	b.must(CallArrived{Leg: "i2", Trunk: "line", From: "0777", To: "9000"})
	b.serve(101)
	if got, want := b.said(), "1 being rung for a call for queue gold: 101 Ann; ? 1 fit, but signed out: 102 Ben"; got != want {
		t.Errorf("why = %s\nwant  %s", got, want)
	}
}

func TestWhyCallersStandInTheirPlaces(t *testing.T) {
	b := whyBench(t)
	b.serve(101)
	for _, leg := range []LegID{"i1", "i2", "i3"} {
		b.arrive(leg)
		b.now = b.now.Add(time.Second)
	}
	b.must(Reject{By: by(101), Mode: 1}) // the first comes back to the front
	q := b.why().Queues[0]
	if len(q.Callers) != 3 || q.Callers[0].Requeued != 1 || q.Callers[0].LastRelease != 101 || q.Callers[0].Waited != 3*time.Second ||
		q.Callers[2].Position != 3 || q.Callers[2].WaitedMS != 1000 {
		t.Errorf("callers = %+v", q.Callers)
	}
	if got := q.Short(); got != "1 not ready (refused the last call)" {
		t.Errorf("short = %q", got)
	}
}

func TestWhyAgentsAreIdle(t *testing.T) {
	b := whyBench(t)
	if got := b.idleReasons(101); got != "not idle" {
		t.Errorf("signed out: %s", got)
	}
	b.must(signIn(101))
	if got, want := b.idleReasons(101), "signed in to no skill queue (resetskill); ? phone is not registered"; got != want {
		t.Errorf("without queue: %s\nwant %s", got, want)
	}
	b.must(PhoneState{Phone: "7001", Registered: true})
	b.must(ResetSkill{By: by(101), All: true})
	if got := b.idleReasons(101); got != "nobody waits in support" {
		t.Errorf("nobody waits: %s", got)
	}
	b.must(SetTalkRight{By: by(101)})
	b.arrive("i1")
	if got := b.idleReasons(101); got != "idle, but without the right to talk (settalkright)" {
		t.Errorf("no right: %s", got)
	}
	without := signIn(102)
	without.Phone, without.WithoutPhone = "", true
	b.must(without)
	b.must(ResetSkill{By: by(102), All: true})
	if got := b.idleReasons(102); got != "idle, but no phone is bound" {
		t.Errorf("no phone: %s", got)
	}
}

func TestWhyIsPlainJSON(t *testing.T) {
	b := whyBench(t)
	b.serve(101)
	b.arrive("i1")
	b.now = b.now.Add(1500 * time.Millisecond)
	b.arrive("i2")
	body, err := json.Marshal(b.why())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"queues":[{"skill":1,"name":"support"`, `"why":"ringing","agents":[{"agent":101,"name":"Ann"}]`,
		`"waited_ms":0`, `"position":1`, `"idle":[]`, `"counts":{"waiting":1,"signed_in":1,"idle":0}`} {
		if !strings.Contains(string(body), want) {
			t.Errorf("JSON lacks %s: %s", want, body)
		}
	}
}

func TestLongListsAreCutForPeople(t *testing.T) {
	r := Reason{Why: ReasonTalking}
	for i := range 8 {
		r.Agents = append(r.Agents, AgentName{AgentID(101 + i), ""})
	}
	if got, want := r.String(), "8 talking: 101, 102, 103, 104, 105, and 3 more"; got != want {
		t.Errorf("%s; want %s", got, want)
	}
}
