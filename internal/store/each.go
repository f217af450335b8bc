package store

import (
	"context"
	"fmt"
	"time"

	"ccgateway/internal/center"
)

// Span is what Each reads: facts of a VCC from From (included) until Until. Calls, legs and stays in queues belong to it by their beginning, states by any part.
type Span struct {
	VCC   center.VCCID
	From  time.Time
	Until time.Time
}

// EachCall calls do for all calls that began in the span, the oldest first, without holding them all in memory. An error of do ends it.
func (s *Store) EachCall(ctx context.Context, span Span, do func(center.CallRecord) error) error {
	return each(ctx, s, readCalls, span, do)
}

// EachLeg is EachCall for the parties' stays in calls.
func (s *Store) EachLeg(ctx context.Context, span Span, do func(center.LegRecord) error) error {
	return each(ctx, s, readLegs, span, do)
}

// EachQueue is EachCall for the stays in skill queues.
func (s *Store) EachQueue(ctx context.Context, span Span, do func(center.QueueRecord) error) error {
	return each(ctx, s, readQueues, span, do)
}

// EachState calls do for all states of agents that touch the span, those that began before it and end in it included.
func (s *Store) EachState(ctx context.Context, span Span, do func(center.StateRecord) error) error {
	return each(ctx, s, readStates, span, do)
}

// each streams the rows of a span in the order of their beginning.
func each[T any](ctx context.Context, s *Store, r reader[T], span Span, do func(T) error) error {
	last := r.columns.began
	if r.columns.ended != "" {
		last = r.columns.ended
	}
	// A fact of no duration at From belongs to the span: hence >=.
	query := fmt.Sprintf("%s WHERE vcc = $1 AND %s >= $2 AND %s < $3 ORDER BY %s, id", r.query, last, r.columns.began, r.columns.began)
	rows, err := s.read.QueryContext(ctx, query, span.VCC, span.From.UnixMilli(), span.Until.UnixMilli())
	if err != nil {
		return fmt.Errorf("read %s: %w", r.what, err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		var row T
		if err := rows.Scan(r.into(&row)...); err != nil {
			return fmt.Errorf("read %s: %w", r.what, err)
		}
		if err := do(row); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read %s: %w", r.what, err)
	}
	return nil
}
