package center_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"ccgateway/internal/center"
)

// withCaller brings agent 101 into a talk with a customer (call c2).
func withCaller(more ...string) []string {
	return append([]string{"101 ResetSkill All", "CallArrived i1 Trunk=line From=13900 To=8000", "LegAnswered own"}, more...)
}

// setups bring agent 101 into what situations lacks: whatever can be under way when something fails.
var setups = map[string][]string{
	"dialling":            {"101 CallOut 0777"},
	"calling":             {"101 CallOut 0777", "LegAnswered own"},
	"calling a colleague": {"101 CallInner 103", "LegAnswered own"},
	"offered":             {"101 ResetSkill All", "CallArrived i1 Trunk=line From=13900 To=8000"},
	"picking up":          {"101 SnatchPickup 105"},
	"preview":             {"OfferPreview 1 Numbers=0777", "101 ResetSkill All"},
	"preview, dialling":   {"OfferPreview 1 Numbers=0777", "101 ResetSkill All", "101 PreviewCallOut 0777 Control=1", "LegAnswered own"},
	"called back":         {"OfferPreview 1 Numbers=0777 Auto", "101 ResetSkill All", "LegAnswered own"},
	"two held":            withCaller("101 Hold", "101 CallOut 0777", "LegAnswered 0777", "101 Hold"),
	"phone lost on hold":  withCaller("101 Hold", "LegEnded own", "101 GetHold"),
	"blind, rings":        withCaller("101 Transfer 2:103 Mode=1"),
	"blind outside":       withCaller("101 Transfer 5:0777 Mode=1"),
	"watched, rings":      withCaller("101 Transfer 2:103 Mode=3"),
	"watched, queue":      withCaller("101 Transfer 1:1 Mode=3"),
	"watched, outside":    withCaller("101 Transfer 5:0777 Mode=3"),
	"talk first, rings":   withCaller("101 Transfer 5:0777 Mode=4"),
	"talk first":          withCaller("101 Transfer 5:0777 Mode=4", "LegAnswered 0777"),
	"three, rings":        withCaller("101 Transfer 5:0777 Mode=5"),
	"help, rings":         withCaller("101 InnerHelp 2:103 Mode=1"),
	"help":                withCaller("101 InnerHelp 2:103 Mode=1", "LegAnswered 7003"),
	"help of three rings": withCaller("101 InnerHelp 2:103 Mode=2"),
	"help of three":       withCaller("101 InnerHelp 2:103 Mode=2", "LegAnswered 7003"),
	"conference":          withCaller("101 Hold", "101 CallInner 103", "LegAnswered 7003", "101 ConfJoin"),
}

// failure is something that goes wrong: the commands that tell the center of it, all in the same instant.
type failure struct {
	name string
	tell []center.Command
}

// failures are what can go wrong in a world: each connection ends, also two in the same instant in either order, and an answer comes when it is
// too late; each agent's session ends; a phone loses its registration; nobody does anything; another caller comes in the same instant (glare).
func failures(s *script) []failure {
	var all []failure
	legs := slices.Sorted(maps.Keys(s.watch.legs))
	for _, cause := range []center.Cause{center.CauseHungUp, center.CauseUnreachable, center.CauseNotFound, center.CauseBusy} {
		for _, leg := range legs {
			over := center.LegEnded{Leg: leg, Cause: cause}
			all = append(all, failure{fmt.Sprintf("%s ends by %d", leg, cause), []center.Command{over}})
			if s.watch.legs[leg].answered {
				continue
			}
			all = append(all, failure{fmt.Sprintf("%s ends by %d and answers", leg, cause), []center.Command{over, center.LegRinging{Leg: leg}, center.LegAnswered{Leg: leg}}})
		}
	}
	for _, first := range legs {
		for _, second := range legs {
			if first != second {
				all = append(all, failure{fmt.Sprintf("%s and %s end", first, second), []center.Command{
					center.LegEnded{Leg: first, Cause: center.CauseHungUp}, center.LegEnded{Leg: second, Cause: center.CauseHungUp},
				}})
			}
		}
	}
	for _, id := range s.signedIn() {
		by := center.By{Agent: id, Token: tokenOf(s.guid(id, ""))}
		all = append(all,
			failure{fmt.Sprintf("agent %d signs out", id), []center.Command{center.SignOut{By: by, Force: true}}},
			failure{fmt.Sprintf("agent %d releases twice", id), []center.Command{center.Release{By: by}, center.Release{By: by}}},
			failure{fmt.Sprintf("agent %d calls twice", id), []center.Command{center.CallOut{By: by, Called: "0778"}, center.CallOut{By: by, Called: "0779"}}},
			failure{fmt.Sprintf("agent %d takes his transfer back", id), []center.Command{center.CancelTransfer{By: by}, center.CancelTransfer{By: by}}},
		)
	}
	return append(all,
		failure{"phone gone", []center.Command{center.PhoneState{Phone: "7001"}}}, failure{"nothing happens", nil},
		failure{"glare", []center.Command{center.CallArrived{Leg: "i77", Trunk: "line", From: "13977", To: "8000"}}},
		failure{"the program stops", []center.Command{center.Drain{}}}, failure{"the program has ended", []center.Command{center.Restarted{Resumed: s.now}}},
	)
}

// TestFailures lets everything go wrong in everything that can be under way: all invariants of the simulation hold, nothing hangs, and each
// agent comes back to idle.
func TestFailures(t *testing.T) {
	played := 0
	for _, setting := range []map[string][]string{situations, setups} {
		for state, lines := range setting {
			t.Run(state, func(t *testing.T) {
				for i := range failures(matrixScript(t, lines)) {
					s := matrixScript(t, lines)
					f := failures(s)[i] // legs are named alike, GUIDs are not
					if err := fails(s, f); err != nil {
						t.Errorf("%s: %v", f.name, err)
					}
					played++
				}
			})
		}
	}
	t.Logf("%d failures", played)
	if played < 1000 {
		t.Errorf("only %d failures were played", played)
	}
}

// fails lets a failure happen, and everybody leave.
func fails(s *script, f failure) error {
	for _, cmd := range f.tell {
		if err := s.step(cmd); err != nil {
			return err
		}
	}
	const forLong = 10 * time.Minute
	if err := s.until(s.now.Add(forLong)); err != nil {
		return err
	}
	for id, leg := range s.watch.legs {
		if !leg.arrived && !leg.answered && s.now.Sub(leg.began) > callingBack {
			return fmt.Errorf("leg %s still rings after %s", id, forLong)
		}
	}
	l := leaver{
		s.world, func(id center.AgentID) center.By { return center.By{Agent: id, Token: tokenOf(s.guid(id, ""))} }, s.step,
		func(d time.Duration) error { return s.until(s.now.Add(d)) },
	}
	if err := l.everybody(); err != nil {
		return err
	}
	for _, c := range s.overview().Calls {
		if s.now.Sub(c.Began) > callingBack {
			return fmt.Errorf("call %s is left: %+v", c.Call, c)
		}
	}
	return s.end()
}

// until lets time pass, with a tick whenever one is due.
func (w *world) until(when time.Time) error {
	for {
		due, ok := w.center.NextDeadline()
		if !ok || due.After(when) {
			break
		}
		if due.After(w.now) {
			w.now = due
		}
		if err := w.step(center.Tick{}); err != nil {
			return err
		}
	}
	w.now = when
	return w.look()
}
