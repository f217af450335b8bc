package center

import (
	"fmt"
	"testing"
	"time"
)

// flowBench is a center in which an access code leads to a flow.
func flowBench(t *testing.T) *bench {
	t.Helper()
	cfg := fixtureConfig()
	cfg.AccessCodes = append(cfg.AccessCodes, AccessCode{Code: "8900", Flow: "menu"})
	return newBench(t, cfg)
}

// waitByFlow lets a caller meet the flow and wait in the queue.
func (b *bench) waitByFlow(n int) []Effect {
	b.t.Helper()
	_, effects := b.must(CallArrived{Leg: LegID(fmt.Sprintf("i%d", n)), Trunk: "line", From: "0555", To: "8900"})
	for _, e := range effects {
		if begun, ok := e.(FlowBegan); ok {
			_, effects = b.must(FlowQueue{Call: begun.Call, Run: begun.Run, Skill: 1})
			return effects
		}
	}
	b.t.Fatal("no flow has begun")
	return nil
}

// places lists the places that flows are told.
func places(effects []Effect) []FlowTold {
	var told []FlowTold
	for _, e := range effects {
		if e, ok := e.(FlowTold); ok && e.What == FlowQueued {
			told = append(told, e)
		}
	}
	return told
}

// A queue of many costs no more effects than one of a hundred when all places change.
func TestPlacesAreToldWithinBounds(t *testing.T) {
	b := flowBench(t)
	const callers = 3 * maxTold
	for n := range callers {
		told := places(b.waitByFlow(n))
		if len(told) != 1 || told[0].Place != n+1 {
			t.Fatalf("caller %d is told %+v", n, told)
		}
	}
	b.must(signIn(101))
	_, effects := b.must(ResetSkill{By: by(101), All: true})
	if told := places(effects); len(told) > 0 {
		t.Errorf("one caller is offered, and at once %d are told their places", len(told))
	}
	b.now = b.now.Add(tellPlaces)
	_, effects = b.must(Tick{})
	told := places(effects)
	if len(told) != maxTold {
		t.Fatalf("%d are told their places, want %d", len(told), maxTold)
	}
	for i, e := range told {
		if e.Place != i+1 {
			t.Errorf("told %+v as number %d", e, i)
		}
	}
	b.now = b.now.Add(tellPlaces)
	if _, effects = b.must(Tick{}); len(places(effects)) > 0 {
		t.Errorf("told again without a change: %+v", places(effects))
	}
}

// The expected wait is the place times the pace at which callers were answered while others waited.
func TestExpectedWait(t *testing.T) {
	b := flowBench(t)
	b.must(signIn(101))
	b.must(ResetSkill{By: by(101), All: true})
	first, last := LegID(""), 0
	for ; last < 4; last++ {
		effects := b.waitByFlow(last)
		if last == 0 {
			first = legOf(t, effects)
		}
		if told := places(effects); told[0].Wait != 0 {
			t.Fatalf("nobody has been served, and the wait is %s", told[0].Wait)
		}
	}
	b.must(LegAnswered{Leg: first})
	for range 2 {
		b.now = b.now.Add(40 * time.Second)
		_, effects := b.must(Release{By: by(101)})
		b.must(LegAnswered{Leg: legOf(t, effects)})
	}
	told := places(b.waitByFlow(last))
	if want := 80 * time.Second; len(told) != 1 || told[0].Place != 2 || told[0].Wait != want {
		t.Errorf("told %+v, want place 2 and %s", told, want)
	}
}

// A flow engine that gives no orders keeps nobody, however the call came into the flow.
func TestSilentFlowIsGivenUp(t *testing.T) {
	for name, order := range map[string]func(FlowBegan) Command{
		"never answered": func(FlowBegan) Command { return Tick{} },
		"answered":       func(f FlowBegan) Command { return FlowAnswer{Call: f.Call, Run: f.Run} },
		"secret keys":    func(f FlowBegan) Command { return FlowSecret{Call: f.Call, Run: f.Run, On: true} },
		"plays": func(f FlowBegan) Command {
			return FlowPlay{Call: f.Call, Run: f.Run, Sound: []Sound{{Prompt: "hello"}}}
		},
		"records": func(f FlowBegan) Command { return FlowRecord{Call: f.Call, Run: f.Run, Skill: 1} },
	} {
		t.Run(name, func(t *testing.T) {
			b := flowBench(t)
			_, effects := b.must(CallArrived{Leg: "i1", Trunk: "line", From: "0555", To: "8900"})
			began, ok := effects[0].(FlowBegan)
			if !ok {
				t.Fatalf("%T comes first", effects[0])
			}
			b.must(order(began))
			for range 40 {
				b.now = b.now.Add(time.Minute)
				b.must(Tick{})
			}
			if len(b.c.calls) > 0 || len(b.c.plays) > 0 || len(b.c.records) > 0 || len(b.c.timers) > 0 {
				t.Errorf("left: %d calls, %d plays, %d recordings, %d deadlines", len(b.c.calls), len(b.c.plays), len(b.c.records), len(b.c.timers))
			}
		})
	}
}
