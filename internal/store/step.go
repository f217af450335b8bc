package store

import (
	"context"
	"database/sql"
	"errors"
)

// step is a statement that writes a fact.
type step struct {
	query string
	args  []any
	// none is called within the transaction when the statement has met no row; nil = that is as good.
	none func(ctx context.Context, in transaction) error
}

// transaction is what a step's none works in.
type transaction interface {
	exec(ctx context.Context, query string, args ...any) (rows int64, err error)
	exists(ctx context.Context, query string, args ...any) (bool, error)
}

// newStep makes a step whose texts every engine takes.
func newStep(query string, args ...any) step {
	for i, arg := range args {
		if text, ok := arg.(string); ok {
			args[i] = storable(text)
		}
	}
	return step{query: query, args: args}
}

// or adds what is done when no row is met.
func (s step) or(none func(ctx context.Context, in transaction) error) step {
	s.none = none
	return s
}

// statements are the prepared ones, within a transaction.
type statements struct {
	tx       *sql.Tx
	prepared map[string]*sql.Stmt
}

func (s statements) exec(ctx context.Context, query string, args ...any) (int64, error) {
	done, err := s.tx.StmtContext(ctx, s.prepared[query]).ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}

func (s statements) exists(ctx context.Context, query string, args ...any) (bool, error) {
	var one int
	err := s.tx.StmtContext(ctx, s.prepared[query]).QueryRowContext(ctx, args...).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// oneByOne writes steps in a transaction, one after the other: SQLite has no way to the server to spare.
func oneByOne(ctx context.Context, db *sql.DB, prepared map[string]*sql.Stmt, steps []step) (at int, err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return -1, err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	in := statements{tx: tx, prepared: prepared}
	for i, s := range steps {
		rows, err := in.exec(ctx, s.query, s.args...)
		if err == nil && rows == 0 && s.none != nil {
			err = s.none(ctx, in)
		}
		if err != nil {
			return i, err
		}
	}
	return -1, tx.Commit()
}
