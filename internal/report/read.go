package report

import (
	"context"
	"fmt"

	"ccgateway/internal/center"
	"ccgateway/internal/store"
)

// Facts is where a report reads from.
type Facts interface {
	EachCall(ctx context.Context, span store.Span, do func(center.CallRecord) error) error
	EachLeg(ctx context.Context, span store.Span, do func(center.LegRecord) error) error
	EachQueue(ctx context.Context, span store.Span, do func(center.QueueRecord) error) error
	EachTry(ctx context.Context, span store.Span, do func(center.TryRecord) error) error
	EachState(ctx context.Context, span store.Span, do func(center.StateRecord) error) error
	EachRecording(ctx context.Context, span store.Span, do func(store.Recording) error) error
	Legs(ctx context.Context, f store.Filter) ([]center.LegRecord, error)
}

// Read makes the tally of a VCC from its facts. Errors wrap ErrSpan where the question is senseless or too large.
func Read(ctx context.Context, facts Facts, vcc center.VCCID, span Span, terms Terms) (*Tally, error) {
	t, err := NewTally(span, terms)
	if err != nil {
		return nil, err
	}
	s := store.Span{VCC: vcc, From: span.From, Until: span.Until}
	var earlier []center.StateRecord
	for _, read := range []func() error{ // legs before states, see Tally
		func() error { return facts.EachCall(ctx, s, adding(t, t.AddCall)) },
		func() error { return facts.EachQueue(ctx, s, adding(t, t.AddQueue)) },
		func() error { return facts.EachLeg(ctx, s, adding(t, t.AddLeg)) },
		func() error {
			return facts.EachState(ctx, s, adding(t, func(r center.StateRecord) {
				if t.lacks(r) {
					earlier = append(earlier, r)
					return
				}
				t.AddState(r)
			}))
		},
		func() error { return t.addEarlier(ctx, facts, vcc, earlier) },
	} {
		if err := read(); err != nil {
			return nil, fmt.Errorf("make report: %w", err)
		}
	}
	return t, nil
}

// addEarlier adds wrap-ups after calls that began before the time of the report: those that reach into it, one of each agent at most.
func (t *Tally) addEarlier(ctx context.Context, facts Facts, vcc center.VCCID, states []center.StateRecord) error {
	for _, r := range states {
		legs, err := facts.Legs(ctx, store.Filter{VCC: vcc, Call: r.Call, Agent: r.Agent})
		if err != nil {
			return err
		}
		for _, leg := range legs {
			if leg.Party == center.PartyAgent {
				t.visited(leg)
			}
		}
		t.AddState(r)
		if err := t.bounded(); err != nil {
			return err
		}
	}
	return nil
}

func adding[R any](t *Tally, add func(R)) func(R) error {
	return func(r R) error {
		add(r)
		return t.bounded()
	}
}
