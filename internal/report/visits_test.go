package report_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/report"
	"ccgateway/internal/store"
)

// kept is a store of legs and states alone.
type kept struct {
	legs   []center.LegRecord
	states []center.StateRecord
}

func (kept) EachCall(context.Context, store.Span, func(center.CallRecord) error) error   { return nil }
func (kept) EachQueue(context.Context, store.Span, func(center.QueueRecord) error) error { return nil }

func (k kept) EachLeg(_ context.Context, span store.Span, do func(center.LegRecord) error) error {
	for _, r := range k.legs {
		if !r.Began.Before(span.From) && r.Began.Before(span.Until) {
			if err := do(r); err != nil {
				return err
			}
		}
	}
	return nil
}

func (kept) EachRecording(context.Context, store.Span, func(store.Recording) error) error { return nil }

func (kept) EachTry(context.Context, store.Span, func(center.TryRecord) error) error { return nil }

func (k kept) EachState(_ context.Context, span store.Span, do func(center.StateRecord) error) error {
	for _, r := range k.states {
		if !r.To.Before(span.From) && r.From.Before(span.Until) {
			if err := do(r); err != nil {
				return err
			}
		}
	}
	return nil
}

func (k kept) Legs(_ context.Context, f store.Filter) ([]center.LegRecord, error) {
	return slices.DeleteFunc(slices.Clone(k.legs), func(r center.LegRecord) bool { return r.Call != f.Call || r.Agent != f.Agent }), nil
}

func visitOf(call center.CallID, skill center.SkillID, from, to int) center.LegRecord {
	return center.LegRecord{Party: center.PartyAgent, Agent: 101, Call: call, Skill: skill, Began: at(from), Answered: at(from), Ended: at(to)}
}

func wrapUpOf(call center.CallID, from, to int) center.StateRecord {
	return center.StateRecord{Agent: 101, State: center.StateWork, Call: call, From: at(from), To: at(to)}
}

// TestRead_WrapUpOfEarlierCall: a day's report has the wrap-up after a call that began the day before, as the report of both days has.
func TestRead_WrapUpOfEarlierCall(t *testing.T) {
	facts := kept{legs: []center.LegRecord{visitOf("a", 1, -100, 10), visitOf("none", 0, -50, 20), visitOf("a", 0, 60, 70)}, states: []center.StateRecord{wrapUpOf("a", 10, 40), wrapUpOf("none", 45, 50)}}
	for _, span := range []report.Span{{From: start, Until: at(3600)}, {From: at(-3600), Until: at(3600), Every: time.Hour}} {
		tally, err := report.Read(t.Context(), facts, 1, span, report.Terms{})
		if err != nil {
			t.Fatal(err)
		}
		s := mustSheet(t, tally, report.BySkill)
		want(t, s, len(s.Rows)-1, map[string]any{"skill": 1, "wrap_up": 30 * time.Second})
		s = mustSheet(t, tally, report.ByAgent)
		want(t, s, len(s.Rows)-1, map[string]any{"wrap_up": 35 * time.Second})
	}
}

// TestTally_WrapUpsOfOneCall: an agent who gets the same call again by another queue has two wrap-ups of it, each on its own queue, in
// whatever order the stays are added.
func TestTally_WrapUpsOfOneCall(t *testing.T) {
	stays := []center.LegRecord{visitOf("a", 1, 0, 10), visitOf("a", 2, 30, 40), visitOf("a", 3, 60, 70)}
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 2, 0}, {0, 2, 1}, {2, 0, 1}, {1, 0, 2}} {
		tally := mustTally(t, report.Span{From: start, Until: at(3600)})
		for _, n := range order {
			tally.AddLeg(stays[n])
		}
		tally.AddState(wrapUpOf("a", 10, 11))
		tally.AddState(wrapUpOf("a", 40, 42))
		tally.AddState(wrapUpOf("a", 75, 78))
		s := mustSheet(t, tally, report.BySkill)
		for n := range 3 {
			want(t, s, n, map[string]any{"skill": n + 1, "wrap_up": time.Duration(n+1) * time.Second})
		}
	}
}

// TestTally_Inherit: the tally of a new day knows the calls whose wrap-ups come in it.
func TestTally_Inherit(t *testing.T) {
	old, next := mustTally(t, report.Span{From: start, Until: at(3600)}), mustTally(t, report.Span{From: at(3600), Until: at(7200)})
	old.AddLeg(visitOf("a", 1, 3000, 3590))
	old.AddLeg(visitOf("b", 2, 0, 100))
	next.Inherit(old, at(3000))
	next.AddState(wrapUpOf("a", 3590, 3610))
	next.AddState(wrapUpOf("b", 3590, 3610)) // forgotten: too long ago
	s := mustSheet(t, next, report.BySkill)
	if len(s.Rows) != 1 {
		t.Fatalf("rows: %v", s.Rows)
	}
	want(t, s, 0, map[string]any{"skill": 1, "wrap_up": 10 * time.Second})
}
