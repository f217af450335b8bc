package flow

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// desk takes an engine's commands; full refuses every queue.
type desk struct {
	got  chan center.Command
	full bool
}

func (d desk) Tell(_ center.VCCID, cmd center.Command) { d.got <- cmd }

func (d desk) Do(_ context.Context, _ center.VCCID, cmd center.Command) (center.Reply, error) {
	d.got <- cmd
	if _, queue := cmd.(center.FlowQueue); queue && d.full {
		return center.Reply{Err: result.OperationFailed.Err()}, nil
	}
	return center.Reply{}, nil
}

func (d desk) expect(t *testing.T, want string) {
	t.Helper()
	select {
	case cmd := <-d.got:
		if got := fmt.Sprintf("%T%+v", cmd, cmd); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	case <-time.After(10 * time.Second):
		t.Fatalf("nothing, want %s", want)
	}
}

func newEngine(t *testing.T, d desk, text string, running int) *Engine {
	t.Helper()
	e := New(Options{Centers: d, Clock: SystemClock(), Log: slog.New(slog.DiscardHandler)})
	e.Configure(Setup{Program: compileText(t, text, world), Skills: map[center.VCCID]map[string]center.SkillID{1: {"support": 7}}, Running: running})
	t.Cleanup(func() { e.Close(); goleak.VerifyNone(t) })
	return e
}

func (e *Engine) testBegin(call string) {
	e.Carry(1, []center.Effect{center.FlowBegan{VCC: 1, Call: center.CallID(call), Run: 5, Flow: "main", Leg: center.LegID("leg-" + call)}})
}

func TestEngine_StaleSoundDoesNotCount(t *testing.T) {
	d := desk{got: make(chan center.Command, 10)}
	e := newEngine(t, d, "main: [{play: menu}, {play: welcome}, {queue: support}]", 0)
	e.testBegin("c")
	d.expect(t, "center.FlowPlay{Call:c Run:5 Sound:[{Prompt:menu File: Text: Digits:}] Barge:false Number:1}")
	played := func(number uint64) {
		e.Carry(1, []center.Effect{center.FlowTold{Call: "c", Run: 5, What: center.FlowPlayed, Number: number}})
	}
	played(1)
	d.expect(t, "center.FlowPlay{Call:c Run:5 Sound:[{Prompt:welcome File: Text: Digits:}] Barge:false Number:2}")
	played(1)
	played(2)
	d.expect(t, "center.FlowQueue{Call:c Run:5 Skill:7 KeepTime:false}")
	e.Carry(1, []center.Effect{center.FlowEnded{Call: "c", Run: 5}})
	if e.Running() != 0 {
		t.Error("the run has not ended")
	}
}

func TestEngine_FullQueueAndTooManyRuns(t *testing.T) {
	d := desk{got: make(chan center.Command, 10), full: true}
	e := newEngine(t, d, "main: [{queue: support}, {say: full}]", 1)
	e.testBegin("c")
	d.expect(t, "center.FlowQueue{Call:c Run:5 Skill:7 KeepTime:false}")
	d.expect(t, "center.FlowPlay{Call:c Run:5 Sound:[{Prompt: File: Text:full Digits:}] Barge:false Number:1}")
	e.testBegin("other")
	d.expect(t, "center.FlowSecret{Call:other Run:5 On:false}")
	d.expect(t, "center.FlowQueue{Call:other Run:5 Skill:7 KeepTime:false}")
	d.expect(t, "center.FlowHangUp{Call:other Run:5 Cause:failed}")
}

func TestEngine_SecretDigits(t *testing.T) {
	d := desk{got: make(chan center.Command, 20)}
	e := newEngine(t, d, "main: [{collect: {into: card, prompt: menu, secret: true, min: 2, max: 2}}, {queue: support}]", 0)
	e.testBegin("c")
	d.expect(t, "center.FlowSecret{Call:c Run:5 On:true}")
	d.expect(t, "center.FlowPlay{Call:c Run:5 Sound:[{Prompt:menu File: Text: Digits:}] Barge:true Number:1}")
	e.SecretDigit(1, "leg-c", '4')
	d.expect(t, "center.FlowHush{Call:c Run:5}")
	e.SecretDigit(1, "leg-c", '2')
	d.expect(t, "center.FlowSecret{Call:c Run:5 On:false}")
	d.expect(t, `center.FlowData{Call:c Run:5 Data:{}}`)
	d.expect(t, "center.FlowQueue{Call:c Run:5 Skill:7 KeepTime:false}")
}
