package center

import (
	"slices"
	"testing"

	"ccgateway/internal/result"
)

// situations bring agent 101 into every state, and out of the queue's reach where he has no call.
var situations = map[string]func(*bench){
	"idle":    func(*bench) {},
	"busy":    func(b *bench) { b.must(SayBusy{By: by(101), Reason: 200}) },
	"wrap-up": func(b *bench) { b.must(SayWork{By: by(101)}) },
	"rest":    func(b *bench) { b.must(Rest{By: by(101), Seconds: 60, Cause: 5}) },
	"talking": func(b *bench) { b.talk(101) },
	"dialling": func(b *bench) {
		b.must(CallOut{By: by(101), Called: "0555"})
	},
	"talking, rest wished": func(b *bench) {
		b.talk(101)
		b.must(Rest{By: by(101), Seconds: 60})
	},
	"talking, busy wished": func(b *bench) {
		b.talk(101)
		b.must(SayBusy{By: by(101)})
	},
}

// TestStateTable is the table of what an agent may ask for in which state (call-model 5, onlineagent.yaml): the event that
// answers and the state afterwards, or the refusal.
func TestStateTable(t *testing.T) {
	const ok = result.OK
	const no = result.StateRefused
	free, prolonged := SayFree{by(101)}, SayBusy{By: by(101), Reason: 201, Prolong: true}
	busy, unbusy := SayBusy{By: by(101), Reason: 201}, CancelBusy{by(101)}
	rest, unrest := Rest{By: by(101), Seconds: 60, Cause: 3}, CancelRest{by(101)}
	longer := Rest{By: by(101), Seconds: 90, Cause: 3, Prolong: true}
	work, unwork := SayWork{by(101)}, CancelWork{by(101)}
	cases := []struct {
		in    string
		cmd   Command
		code  result.Code
		event string // "" = none
		state State
		wish  State
	}{
		{"idle", free, ok, "", StateIdle, 0},
		{"idle", busy, ok, EvSetNotReady, StateBusy, 0},
		{"idle", unbusy, no, "", StateIdle, 0},
		{"idle", rest, ok, EvSetRest, StateRest, 0},
		{"idle", unrest, no, "", StateIdle, 0},
		{"idle", work, ok, EvSetWork, StateWork, 0},
		{"idle", unwork, no, "", StateIdle, 0},

		{"busy", free, ok, EvCancelNotReady, StateIdle, 0},
		{"busy", busy, no, "", StateBusy, 0},
		{"busy", prolonged, ok, EvSetNotReady, StateBusy, 0},
		{"busy", SayBusy{By: by(101), Prolong: true}, no, "", StateBusy, 0},
		{"busy", unbusy, ok, EvCancelNotReady, StateIdle, 0},
		{"busy", rest, ok, EvSetRest, StateRest, 0},
		{"busy", unrest, no, "", StateBusy, 0},
		{"busy", work, ok, EvSetWork, StateWork, 0},
		{"busy", unwork, no, "", StateBusy, 0},

		{"wrap-up", free, ok, EvCancelWork, StateIdle, 0},
		{"wrap-up", busy, ok, "", StateWork, StateBusy},
		{"wrap-up", unbusy, no, "", StateWork, 0},
		{"wrap-up", rest, ok, "", StateWork, StateRest},
		{"wrap-up", work, no, "", StateWork, 0},
		{"wrap-up", unwork, ok, EvCancelWork, StateIdle, 0},

		{"rest", free, no, "", StateRest, 0},
		{"rest", busy, ok, EvSetNotReady, StateBusy, 0},
		{"rest", unbusy, no, "", StateRest, 0},
		{"rest", rest, no, "", StateRest, 0},
		{"rest", longer, ok, EvSetRest, StateRest, 0},
		{"rest", unrest, ok, EvCancelRest, StateIdle, 0},
		{"rest", work, ok, EvSetWork, StateWork, 0},
		{"rest", unwork, no, "", StateRest, 0},

		{"talking", free, ok, "", StateTalking, 0},
		{"talking", busy, ok, "", StateTalking, StateBusy},
		{"talking", unbusy, no, "", StateTalking, 0},
		{"talking", rest, ok, "", StateTalking, StateRest},
		{"talking", unrest, no, "", StateTalking, 0},
		{"talking", work, no, "", StateTalking, 0},
		{"talking", unwork, no, "", StateTalking, 0},
		{"talking, busy wished", unbusy, ok, "", StateTalking, 0},
		{"talking, busy wished", free, ok, "", StateTalking, 0},
		{"talking, busy wished", rest, ok, "", StateTalking, StateRest},
		{"talking, busy wished", unrest, no, "", StateTalking, StateBusy},
		{"talking, rest wished", unrest, ok, "", StateTalking, 0},
		{"talking, rest wished", unbusy, no, "", StateTalking, StateRest},
		{"talking, rest wished", busy, ok, "", StateTalking, StateBusy},

		{"dialling", busy, ok, "", StateIdle, StateBusy},
		{"dialling", work, no, "", StateIdle, 0},
	}
	for _, tc := range cases {
		t.Run(tc.in+" "+cmdName(tc.cmd), func(t *testing.T) {
			b := newBench(t, fixtureConfig())
			b.must(signIn(101))
			situations[tc.in](b)
			code, events := b.do(101, tc.cmd)
			want := []string(nil)
			if tc.event != "" {
				want = []string{tc.event}
			}
			a := b.c.agents[101]
			if code != tc.code || !slices.Equal(events, want) || a.state != tc.state || a.wish.state != tc.wish {
				t.Errorf("answers %s, events %v, state %s, wish %d; want %s, %v, %s, %d",
					code, events, a.state, a.wish.state, tc.code, want, tc.state, tc.wish)
			}
		})
	}
}

func cmdName(cmd Command) string {
	switch cmd := cmd.(type) {
	case SayFree:
		return "sayfree"
	case SayBusy:
		if cmd.Prolong {
			return "saybusy prolong"
		}
		return "saybusy"
	case CancelBusy:
		return "cancelbusy"
	case Rest:
		if cmd.Prolong {
			return "rest prolong"
		}
		return "rest"
	case CancelRest:
		return "cancelrest"
	case SayWork:
		return "work"
	default:
		return "cancelwork"
	}
}

func TestStateArguments(t *testing.T) {
	cases := []struct {
		name string
		cmd  Command
		code result.Code
	}{
		{"reason below", SayBusy{By: by(101), Reason: 199}, result.BadArgument},
		{"reason above", SayBusy{By: by(101), Reason: 251}, result.BadArgument},
		{"reason negative", SayBusy{By: by(101), Reason: -1}, result.BadArgument},
		{"lowest reason", SayBusy{By: by(101), Reason: 200}, result.OK},
		{"rest of nothing", Rest{By: by(101)}, result.BadArgument},
		{"rest of a day", Rest{By: by(101), Seconds: 86400}, result.BadArgument},
		{"longest rest", Rest{By: by(101), Seconds: 86399, Cause: 255}, result.OK},
		{"cause above", Rest{By: by(101), Seconds: 1, Cause: 256}, result.BadArgument},
		{"custom state above", SetCustomState{By: by(101), State: 65535}, result.BadArgument},
		{"custom state below", SetCustomState{By: by(101), State: -1}, result.BadArgument},
		{"highest custom state", SetCustomState{By: by(101), State: 65534}, result.OK},
		{"busy without the right", SayBusy{By: by(103)}, result.StateRefused},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			b := newBench(t, fixtureConfig())
			b.must(signIn(101))
			b.must(signIn(103))
			if code, _ := b.do(101, tc.cmd); code != tc.code {
				t.Errorf("answers %s, want %s", code, tc.code)
			}
		})
	}
}
