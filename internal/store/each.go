package store

import (
	"context"
	"fmt"
	"time"

	"ccgateway/internal/center"
)

// Span is what Each reads: facts of a VCC from From (included) until Until. Calls, legs, tries and stays in queues belong to it by their beginning, states by any part.
type Span struct {
	VCC   center.VCCID
	From  time.Time
	Until time.Time
}

// EachCall calls do for all calls that began in the span, the oldest first, without holding them all in memory. An error of do ends it.
func (s *Store) EachCall(ctx context.Context, span Span, do func(center.CallRecord) error) error {
	return s.Picture(ctx, func(p *Picture) error { return p.EachCall(ctx, span, do) })
}

// EachLeg is EachCall for the parties' stays in calls.
func (s *Store) EachLeg(ctx context.Context, span Span, do func(center.LegRecord) error) error {
	return s.Picture(ctx, func(p *Picture) error { return p.EachLeg(ctx, span, do) })
}

// EachQueue is EachCall for the stays in skill queues.
func (s *Store) EachQueue(ctx context.Context, span Span, do func(center.QueueRecord) error) error {
	return s.Picture(ctx, func(p *Picture) error { return p.EachQueue(ctx, span, do) })
}

// EachTry is EachCall for the tries to reach customers who wait to be called.
func (s *Store) EachTry(ctx context.Context, span Span, do func(center.TryRecord) error) error {
	return s.Picture(ctx, func(p *Picture) error { return p.EachTry(ctx, span, do) })
}

// EachState calls do for all states of agents that touch the span, those that began before it and end in it included.
func (s *Store) EachState(ctx context.Context, span Span, do func(center.StateRecord) error) error {
	return s.Picture(ctx, func(p *Picture) error { return p.EachState(ctx, span, do) })
}

// ends picks the facts of a span: by their beginning from the third place on, by any part from the second. A fact of no duration at From
// belongs to the span: hence >=. What begins from $4 on is all that is looked at, which an index gives (readStates.earliest).
const ends = `%s WHERE vcc = $1 AND %s >= $2 AND %s < $3 AND %s >= $4 ORDER BY %s, id`

// span gives the statement that reads a span.
func (r reader[T]) span() string {
	last := r.columns.began
	if r.columns.ended != "" {
		last = r.columns.ended
	}
	return fmt.Sprintf(ends, r.query, last, r.columns.began, r.columns.began, r.columns.began)
}

// longestState finds how long the longest state of a VCC took, in milliseconds.
const longestState = `SELECT to_ms - from_ms FROM agent_state WHERE vcc = $1 ORDER BY to_ms - from_ms DESC LIMIT 1`

// earliest is when a fact that reaches into the span can have begun at the earliest.
func earliest(ctx context.Context, q querier, span Span) (time.Time, error) {
	longest, err := collect(ctx, q, longestState, []any{span.VCC}, func(d *time.Duration) []any { return []any{long{d}} })
	if err != nil || len(longest) == 0 {
		return span.From, err
	}
	return span.From.Add(-longest[0]), nil
}

// each streams the rows of a span in the order of their beginning.
func each[T any](ctx context.Context, q querier, r reader[T], span Span, do func(T) error) error {
	begin := span.From
	if r.columns.ended != "" {
		var err error
		if begin, err = earliest(ctx, q, span); err != nil {
			return fmt.Errorf("read %s: %w", r.what, err)
		}
	}
	rows, err := q.QueryContext(ctx, r.span(), span.VCC, span.From.UnixMilli(), span.Until.UnixMilli(), begin.UnixMilli())
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
