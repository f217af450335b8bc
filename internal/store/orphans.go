package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"ccgateway/internal/center"
)

// stopped is why recordings end that a crash left open.
const stopped = "server stopped"

// closeOrphans ends the recordings and sessions that were open when the program ended without closing them.
func (s *Store) closeOrphans(ctx context.Context, o options) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	var alive int64
	if err := tx.QueryRowContext(ctx, `SELECT at_ms FROM alive WHERE id = 1`).Scan(&alive); err != nil {
		return fmt.Errorf("read when the program was alive: %w", err)
	}
	recordings, err := s.closeRecordings(ctx, tx, alive, o.measure)
	if err != nil {
		return err
	}
	var sessions int64
	if !o.keep {
		if sessions, err = endOpenSessions(ctx, tx, alive); err != nil {
			return fmt.Errorf("end sessions: %w", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	if recordings > 0 || sessions > 0 {
		s.log.Warn("the program ended without closing its sessions and recordings", "sessions", sessions, "recordings", recordings)
	}
	return nil
}

func endOpenSessions(ctx context.Context, tx *sql.Tx, alive int64) (int64, error) {
	ended, err := tx.ExecContext(ctx, `UPDATE agent_session SET reason = $1, ended_ms = CASE WHEN began_ms > $2 THEN began_ms ELSE $2 END
		WHERE ended_ms IS NULL`, center.ReasonLostConnection, alive)
	if err != nil {
		return 0, err
	}
	return ended.RowsAffected()
}

// orphan is a recording without an end.
type orphan struct {
	id, began int64
	file      string
}

func (s *Store) closeRecordings(ctx context.Context, tx *sql.Tx, alive int64, measure func(file string) (time.Duration, error)) (int, error) {
	open, err := collect(ctx, tx, `SELECT id, began_ms, file FROM recording WHERE ended_ms IS NULL ORDER BY id`, nil,
		func(o *orphan) []any { return []any{&o.id, &o.began, &o.file} })
	if err != nil {
		return 0, fmt.Errorf("find open recordings: %w", err)
	}
	for _, o := range open {
		end := max(alive, o.began)
		if measure != nil {
			length, err := measure(o.file)
			if err == nil {
				end = o.began + length.Milliseconds()
			} else {
				s.log.Warn("length of a recording that was left open cannot be told", "file", o.file, "error", err)
			}
		}
		if _, err := tx.ExecContext(ctx, `UPDATE recording SET ended_ms = $1, failed = $2 WHERE id = $3`, end, stopped, o.id); err != nil {
			return 0, fmt.Errorf("end recording: %w", err)
		}
	}
	return len(open), nil
}
