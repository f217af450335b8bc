package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
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

// rowsAtOnce bounds the rows of one statement, and with them the number of different statements that are prepared.
const rowsAtOnce = 50

// insertRows inserts rows that have the same columns, many with each statement: to a server each takes a way there and back.
func insertRows(ctx context.Context, tx *batch, into string, rows [][]any) error {
	for part := range slices.Chunk(rows, rowsAtOnce) {
		var args []any
		values := make([]string, len(part))
		for i, row := range part {
			places := make([]string, len(row))
			for j := range row {
				places[j] = fmt.Sprintf("$%d", len(args)+j+1)
			}
			values[i] = "(" + strings.Join(places, ", ") + ")"
			args = append(args, row...)
		}
		if err := statement(ctx, tx, into+" VALUES "+strings.Join(values, ", "), args...); err != nil {
			return err
		}
	}
	return nil
}
