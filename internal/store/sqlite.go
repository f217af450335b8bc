package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite" // the driver "sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// fileName is the database's name in the data folder.
const fileName = "ccgateway.db"

// readers is how many reading connections there are at most. Readers do not disturb the writer (WAL); four kept two cores busy
// in the measurement of docs/dependencies.md.
const readers = 4

// The pragmas of every connection. synchronous=FULL syncs each transaction: see DESIGN.md. A lock is waited for as long as a
// checkpoint may take; there is no other process.
const pragmas = "_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)" +
	"&_pragma=journal_size_limit(67108864)&_dqs=0"

// What writers and readers have besides: a writing transaction takes its lock when it begins, so that it never has to begin again; a reading
// connection cannot write.
const (
	writing = "&_txlock=immediate"
	reading = "&_query_only=1"
)

// sqliteFile is a database in a file. It is ours by the lock of the folder.
type sqliteFile struct{ path string }

// open opens the file for writing and for reading, making it for nobody else's eyes.
func (f sqliteFile) open() (write, read *sql.DB, err error) {
	file, err := os.OpenFile(f.path, os.O_CREATE|os.O_RDWR, 0o600) // SQLite would make it readable for all; its WAL takes this mode over
	if err != nil {
		return nil, nil, fmt.Errorf("make database file: %w", err)
	}
	if err := file.Close(); err != nil {
		return nil, nil, fmt.Errorf("make database file: %w", err)
	}
	address, err := sqliteAddress(f.path)
	if err != nil {
		return nil, nil, err
	}
	if write, err = sql.Open("sqlite", address+pragmas+writing); err != nil {
		return nil, nil, fmt.Errorf("open database for writing: %w", err)
	}
	write.SetMaxOpenConns(1)
	write.SetMaxIdleConns(1)
	if read, err = sql.Open("sqlite", address+pragmas+reading); err != nil {
		return write, nil, fmt.Errorf("open database for reading: %w", err)
	}
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	return write, read, nil
}

func (sqliteFile) take(context.Context, *sql.DB) error    { return nil }
func (sqliteFile) release(context.Context, *sql.DB) error { return nil }
func (sqliteFile) dialect() goose.Dialect                 { return goose.DialectSQLite3 }
func (sqliteFile) ddl(migration string) string            { return migration }

func (sqliteFile) group(ctx context.Context, write *sql.DB, prepared map[string]*sql.Stmt, steps []step) (int, error) {
	return oneByOne(ctx, write, prepared, steps)
}

func (sqliteFile) hopeless(err error) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code() & 0xff { // the low byte is the kind, the rest its details
	case sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_RANGE:
		return true
	default:
		return false
	}
}

// sqliteAddress makes the beginning of a data source name, whatever characters the path has.
func sqliteAddress(path string) (string, error) {
	whole, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("find database file: %w", err)
	}
	slashed := filepath.ToSlash(whole)
	if !strings.HasPrefix(slashed, "/") { // a drive letter
		slashed = "/" + slashed
	}
	return "file://" + (&url.URL{Path: slashed}).EscapedPath() + "?", nil
}
