package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"ccgateway/internal/center"
)

// Picture is all facts as they are at one instant, whatever is written meanwhile. It is good only within the function that Store.Picture
// gives it to, and for one goroutine.
type Picture struct {
	tx      *sql.Tx
	journal string
}

// Picture reads facts in one transaction. It holds a reading connection until do returns.
func (s *Store) Picture(ctx context.Context, do func(*Picture) error) error {
	tx, err := s.read.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("read facts: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // it has read only
	p := &Picture{tx: tx}
	if journal := s.writer.journal.Load(); journal != nil {
		p.journal = *journal
	}
	return do(p)
}

// EachCall is Store.EachCall.
func (p *Picture) EachCall(ctx context.Context, span Span, do func(center.CallRecord) error) error {
	return each(ctx, p.tx, readCalls, span, do)
}

// EachLeg is Store.EachLeg.
func (p *Picture) EachLeg(ctx context.Context, span Span, do func(center.LegRecord) error) error {
	return each(ctx, p.tx, readLegs, span, do)
}

// EachQueue is Store.EachQueue.
func (p *Picture) EachQueue(ctx context.Context, span Span, do func(center.QueueRecord) error) error {
	return each(ctx, p.tx, readQueues, span, do)
}

// EachTry is Store.EachTry.
func (p *Picture) EachTry(ctx context.Context, span Span, do func(center.TryRecord) error) error {
	return each(ctx, p.tx, readTries, span, do)
}

// EachState is Store.EachState.
func (p *Picture) EachState(ctx context.Context, span Span, do func(center.StateRecord) error) error {
	return each(ctx, p.tx, readStates, span, do)
}

// EachRecording is Store.EachRecording.
func (p *Picture) EachRecording(ctx context.Context, span Span, do func(Recording) error) error {
	return each(ctx, p.tx, readRecordings, span, do)
}

// Legs is Store.Legs.
func (p *Picture) Legs(ctx context.Context, f Filter) ([]center.LegRecord, error) {
	return readLegs.find(ctx, p.tx, f)
}

// Written tells up to which effect of which journaled command the facts of a VCC are in the picture: those of CarryNumbered and Recall that
// come after it are not. Zero = none of the present journal is.
func (p *Picture) Written(ctx context.Context, vcc center.VCCID) (seq uint64, part int, err error) {
	var number int64
	err = p.tx.QueryRowContext(ctx, `SELECT seq, part FROM carried WHERE vcc = $1 AND journal = $2`, vcc, p.journal).Scan(&number, &part)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return 0, 0, nil
	case err != nil:
		return 0, 0, fmt.Errorf("read which facts are written: %w", err)
	}
	return uint64(number), part, nil //nolint:gosec // a count
}
