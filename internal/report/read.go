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
	EachState(ctx context.Context, span store.Span, do func(center.StateRecord) error) error
}

// Read makes the tally of a VCC from its facts. Errors wrap ErrSpan where the question is senseless or too large.
func Read(ctx context.Context, facts Facts, vcc center.VCCID, span Span, terms Terms) (*Tally, error) {
	t, err := NewTally(span, terms)
	if err != nil {
		return nil, err
	}
	s := store.Span{VCC: vcc, From: span.From, Until: span.Until}
	for _, read := range []func() error{ // legs before states, see Tally
		func() error { return facts.EachCall(ctx, s, adding(t, t.AddCall)) },
		func() error { return facts.EachQueue(ctx, s, adding(t, t.AddQueue)) },
		func() error { return facts.EachLeg(ctx, s, adding(t, t.AddLeg)) },
		func() error { return facts.EachState(ctx, s, adding(t, t.AddState)) },
	} {
		if err := read(); err != nil {
			return nil, fmt.Errorf("make report: %w", err)
		}
	}
	return t, nil
}

func adding[R any](t *Tally, add func(R)) func(R) error {
	return func(r R) error {
		add(r)
		return t.bounded()
	}
}
