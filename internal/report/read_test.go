package report

import (
	"errors"
	"testing"
	"time"

	"ccgateway/internal/center"
)

// TestAdding_Bounds: a report that would need more rows or memory than there may be is broken off, at the first fact beyond.
func TestAdding_Bounds(t *testing.T) {
	from := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	tally, err := NewTally(Span{From: from, Until: from.Add(10 * time.Hour), Every: time.Hour}, Terms{})
	if err != nil {
		t.Fatal(err)
	}
	tally.mostRows, tally.mostStays = 20, 2
	state := func(agent center.AgentID) error {
		return adding(tally, tally.AddState)(center.StateRecord{Agent: agent, State: center.StateIdle, From: from, To: from.Add(24 * time.Hour)})
	}
	if err := errors.Join(state(1), state(2)); err != nil {
		t.Errorf("20 rows: %v", err)
	}
	if err := state(3); !errors.Is(err, ErrSpan) {
		t.Errorf("30 rows: %v", err)
	}
	tally.mostRows = 100
	leg := func(call center.CallID) error {
		return adding(tally, tally.AddLeg)(center.LegRecord{Party: center.PartyAgent, Agent: 1, Skill: 1, Call: call, Began: from, Ended: from})
	}
	if err := errors.Join(leg("a"), leg("b"), leg("b")); err != nil {
		t.Errorf("two stays: %v", err)
	}
	if err := leg("c"); !errors.Is(err, ErrSpan) {
		t.Errorf("three stays: %v", err)
	}
}
