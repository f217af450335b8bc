package store

import (
	"context"
	"database/sql"

	"github.com/pressly/goose/v3"
)

// engine is what keeps the tables. All queries are common SQL; this is everything that differs.
type engine interface {
	// open makes the two pools. When it fails it may have made one of them, which the caller closes.
	open() (write, read *sql.DB, err error)
	// take makes the database ours alone, or fails with ErrInUse.
	take(ctx context.Context, write *sql.DB) error
	// release gives it back. The pools are closed afterwards.
	release(ctx context.Context, write *sql.DB) error
	// dialect is goose's name for it.
	dialect() goose.Dialect
	// ddl writes a migration in its words.
	ddl(migration string) string
	// group writes steps in one transaction, in their order; a step's none may be called after the others. at is the index of the one that
	// has failed, -1 if it is none of them.
	group(ctx context.Context, write *sql.DB, prepared map[string]*sql.Stmt, steps []step) (at int, err error)
	// hopeless tells whether a statement will never work, however often it is tried, because its values are refused.
	hopeless(err error) bool
}
