package journal

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Format is the version of the tables. This program reads this one only; one that changes them brings older ones up to it.
const Format = 1

// tables are the same for SQLite and PostgreSQL, but for what stands for {clustered}: rows that lie in the order of their key.
const tables = `
CREATE TABLE IF NOT EXISTS journal_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS journal_owner (vcc BIGINT PRIMARY KEY, epoch BIGINT NOT NULL, node TEXT NOT NULL, alive_ns BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS journal (vcc BIGINT NOT NULL, seq BIGINT NOT NULL, epoch BIGINT NOT NULL, at_ns BIGINT NOT NULL, kind TEXT NOT NULL,
	body BYTEA NOT NULL, PRIMARY KEY (vcc, seq)){clustered};
CREATE TABLE IF NOT EXISTS journal_snapshot (vcc BIGINT NOT NULL, seq BIGINT NOT NULL, at_ns BIGINT NOT NULL, version BIGINT NOT NULL,
	center_parts BIGINT NOT NULL, events_parts BIGINT NOT NULL, PRIMARY KEY (vcc, seq));
CREATE TABLE IF NOT EXISTS journal_part (vcc BIGINT NOT NULL, seq BIGINT NOT NULL, part BIGINT NOT NULL, body BYTEA NOT NULL, PRIMARY KEY (vcc, seq, part));
CREATE TABLE IF NOT EXISTS journal_position (vcc BIGINT NOT NULL, session BIGINT NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY (vcc, session)){clustered};
`

// The writing statements.
const (
	holdOwner      = `UPDATE journal_owner SET epoch = epoch WHERE vcc = $1 AND epoch = $2`
	nextOwner      = `UPDATE journal_owner SET epoch = epoch + 1, node = $2 WHERE vcc = $1`
	firstOwner     = `INSERT INTO journal_owner (vcc, epoch, node, alive_ns) VALUES ($1, 1, $2, 0)`
	insertEntry    = `INSERT INTO journal (vcc, seq, epoch, at_ns, kind, body) VALUES ($1, $2, $3, $4, $5, $6)`
	savePosition   = `INSERT INTO journal_position (vcc, session, seq) VALUES ($1, $2, $3) ON CONFLICT (vcc, session) DO UPDATE SET seq = excluded.seq`
	dropPosition   = `DELETE FROM journal_position WHERE vcc = $1 AND session = $2`
	saveAlive      = `UPDATE journal_owner SET alive_ns = $1 WHERE node = $2 AND alive_ns < $1`
	insertPart     = `INSERT INTO journal_part (vcc, seq, part, body) VALUES ($1, $2, $3, $4)`
	insertSnapshot = `INSERT INTO journal_snapshot (vcc, seq, at_ns, version, center_parts, events_parts) VALUES ($1, $2, $3, $4, $5, $6)`
	dropSnapshots  = `DELETE FROM journal_snapshot WHERE vcc = $1 AND seq < $2`
	dropPart       = `DELETE FROM journal_part WHERE vcc = $1 AND seq = $2 AND part = $3`
	dropEntries    = `DELETE FROM journal WHERE vcc = $1 AND seq <= $2`
)

var statements = []string{
	holdOwner, nextOwner, firstOwner, insertEntry, savePosition, dropPosition, saveAlive, insertPart, insertSnapshot, dropSnapshots,
	dropPart, dropEntries,
}

// open makes the tables if they are not there, checks whose they are, and prepares the statements.
func open(ctx context.Context, db *sql.DB, node, clustered string) (*Journal, error) {
	j := &Journal{db: db, node: node, prepared: map[string]*sql.Stmt{}}
	if err := j.open(ctx, clustered, statements); err != nil {
		return nil, err
	}
	return j, nil
}

// open does what the function open does for the journal's own database, with the statements of that.
func (j *Journal) open(ctx context.Context, clustered string, statements []string) error {
	for statement := range strings.SplitSeq(strings.ReplaceAll(tables, "{clustered}", clustered), ";") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if _, err := j.db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("make tables of the journal: %w", err)
		}
	}
	if err := j.identify(ctx); err != nil {
		return err
	}
	for _, query := range statements {
		statement, err := j.db.PrepareContext(ctx, query)
		if err != nil {
			return errors.Join(fmt.Errorf("prepare statements of the journal: %w", err), j.Close())
		}
		j.prepared[query] = statement
	}
	return nil
}

// identify reads format and name of the tables, or gives new ones both.
func (j *Journal) identify(ctx context.Context) error {
	_, err := j.db.ExecContext(ctx, `INSERT INTO journal_meta (name, value) VALUES ('format', $1), ('id', $2) ON CONFLICT (name) DO NOTHING`,
		strconv.Itoa(Format), rand.Text())
	if err != nil {
		return fmt.Errorf("name the journal: %w", err)
	}
	return j.check(ctx)
}

// check refuses tables of another format.
func (j *Journal) check(ctx context.Context) error {
	var format string
	if err := j.db.QueryRowContext(ctx, `SELECT value FROM journal_meta WHERE name = 'format'`).Scan(&format); err != nil {
		return fmt.Errorf("read format of the journal: %w", err)
	}
	n, err := strconv.Atoi(format)
	if err != nil || n < 1 {
		return fmt.Errorf("read format of the journal: %q is none that a version of this program has written", format)
	}
	if n > Format {
		return fmt.Errorf("%w: its tables have format %d, this program knows up to %d", ErrNewer, n, Format)
	}
	if err := j.db.QueryRowContext(ctx, `SELECT value FROM journal_meta WHERE name = 'id'`).Scan(&j.id); err != nil {
		return fmt.Errorf("read name of the journal: %w", err)
	}
	return nil
}
