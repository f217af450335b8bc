package store

import (
	"context"
	"database/sql"
)

// batch is a writing transaction that prepares each statement once: applying a large configuration runs the same few statements a
// hundred thousand times, and parsing them took as long as running them.
type batch struct {
	*sql.Tx
	prepared map[string]*sql.Stmt
}

// begin begins a writing transaction. Rollback is to be deferred.
func (s *Store) begin(ctx context.Context) (*batch, error) {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	return &batch{Tx: tx, prepared: map[string]*sql.Stmt{}}, nil
}

// statement runs one statement and forgets how many rows it met. What it prepares ends with the transaction.
func statement(ctx context.Context, tx *batch, query string, args ...any) error {
	prepared, ok := tx.prepared[query]
	if !ok {
		var err error
		if prepared, err = tx.PrepareContext(ctx, query); err != nil {
			return err
		}
		tx.prepared[query] = prepared
	}
	_, err := prepared.ExecContext(ctx, args...)
	return err
}
