package journal

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"ccgateway/internal/center"
)

// Snapshot is a center at one moment, with the events that its agents had not got then.
type Snapshot struct {
	VCC     center.VCCID
	Epoch   uint64
	Seq     uint64 // of the last command that is in it; 0 = none
	At      time.Time
	Version int
	Center  []byte // see center.DecodeSnapshot
	Events  []byte // of the room that delivers events, in its own form
}

// VCCs lists the centers that the journal knows, by number.
func (j *Journal) VCCs(ctx context.Context) ([]center.VCCID, error) {
	rows, err := j.db.QueryContext(ctx, `SELECT vcc FROM journal_owner ORDER BY vcc`)
	if err != nil {
		return nil, fmt.Errorf("list centers of the journal: %w", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var all []center.VCCID
	for rows.Next() {
		var vcc int64
		if err := rows.Scan(&vcc); err != nil {
			return nil, fmt.Errorf("list centers of the journal: %w", err)
		}
		all = append(all, center.VCCID(vcc))
	}
	return all, rows.Err()
}

// Latest reads a center's latest snapshot; nil = there is none.
func (j *Journal) Latest(ctx context.Context, vcc center.VCCID) (*Snapshot, error) {
	s := &Snapshot{VCC: vcc}
	var at int64
	var centerParts, eventsParts int
	err := j.db.QueryRowContext(ctx, `SELECT seq, at_ns, version, center_parts, events_parts FROM journal_snapshot WHERE vcc = $1
		ORDER BY seq DESC LIMIT 1`, int64(vcc)).Scan(&s.Seq, &at, &s.Version, &centerParts, &eventsParts)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err == nil {
		s.At = time.Unix(0, at).UTC()
		s.Center, err = j.parts(ctx, vcc, s.Seq, 0, centerParts)
	}
	if err == nil {
		s.Events, err = j.parts(ctx, vcc, s.Seq, centerParts, eventsParts)
	}
	if err != nil {
		return nil, fmt.Errorf("read snapshot of VCC %d: %w", vcc, err)
	}
	return s, nil
}

// parts joins count parts of a snapshot from first on.
func (j *Journal) parts(ctx context.Context, vcc center.VCCID, seq uint64, first, count int) ([]byte, error) {
	rows, err := j.db.QueryContext(ctx, `SELECT body FROM journal_part WHERE vcc = $1 AND seq = $2 AND part >= $3 AND part < $4 ORDER BY part`,
		int64(vcc), int64(seq), first, first+count) //nolint:gosec // counts
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var all bytes.Buffer
	n := 0
	for ; rows.Next(); n++ {
		var part sql.RawBytes
		if err := rows.Scan(&part); err != nil {
			return nil, err
		}
		all.Write(part)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if n != count {
		return nil, fmt.Errorf("it has %d of %d parts", n, count)
	}
	return all.Bytes(), nil
}

// walkAtOnce is how many commands Walk reads before it shows them: a connection is not held while a center works on them.
const walkAtOnce = 2000

// Walk reads a center's commands from number from on, in order, and gives each to see until that returns an error, which is then
// Walk's too. A missing command is ErrGap.
func (j *Journal) Walk(ctx context.Context, vcc center.VCCID, from uint64, see func(Entry) error) error {
	for next := from; ; {
		entries, err := j.read(ctx, vcc, next)
		if err != nil {
			return fmt.Errorf("read journal of VCC %d: %w", vcc, err)
		}
		for _, e := range entries {
			if e.Seq != next {
				return fmt.Errorf("read journal of VCC %d: %w: %d to %d", vcc, ErrGap, next, e.Seq-1)
			}
			if err := see(e); err != nil {
				return err
			}
			next++
		}
		if len(entries) < walkAtOnce {
			return nil
		}
	}
}

// read reads the commands from number from on, as many as are shown together.
func (j *Journal) read(ctx context.Context, vcc center.VCCID, from uint64) ([]Entry, error) {
	rows, err := j.db.QueryContext(ctx, `SELECT seq, epoch, at_ns, kind, body FROM journal WHERE vcc = $1 AND seq >= $2 ORDER BY seq LIMIT $3`,
		int64(vcc), int64(from), walkAtOnce) //nolint:gosec // counts
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	entries := make([]Entry, 0, walkAtOnce)
	for rows.Next() {
		e := Entry{VCC: vcc}
		var at int64
		if err := rows.Scan(&e.Seq, &e.Epoch, &at, &e.Kind, &e.Body); err != nil {
			return nil, err
		}
		e.At = time.Unix(0, at).UTC()
		entries = append(entries, e)
	}
	return entries, rows.Err()
}

// First gives the number of the oldest command that is kept of a center; 0 = none is.
func (j *Journal) First(ctx context.Context, vcc center.VCCID) (uint64, error) {
	var seq sql.NullInt64
	if err := j.db.QueryRowContext(ctx, `SELECT MIN(seq) FROM journal WHERE vcc = $1`, int64(vcc)).Scan(&seq); err != nil {
		return 0, fmt.Errorf("find first command of VCC %d: %w", vcc, err)
	}
	return uint64(seq.Int64), nil //nolint:gosec // counts
}

// Alive tells when the center was last known to work by SaveAlive; zero = never.
func (j *Journal) Alive(ctx context.Context, vcc center.VCCID) (time.Time, error) {
	var at int64
	err := j.db.QueryRowContext(ctx, `SELECT alive_ns FROM journal_owner WHERE vcc = $1`, int64(vcc)).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) || err == nil && at == 0 {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("find last sign of life of VCC %d: %w", vcc, err)
	}
	return time.Unix(0, at).UTC(), nil
}

// Positions reads how far the desktops of a center have got their events.
func (j *Journal) Positions(ctx context.Context, vcc center.VCCID) (map[center.Session]uint64, error) {
	rows, err := j.db.QueryContext(ctx, `SELECT session, seq FROM journal_position WHERE vcc = $1`, int64(vcc))
	if err != nil {
		return nil, fmt.Errorf("read positions of VCC %d: %w", vcc, err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	all := map[center.Session]uint64{}
	for rows.Next() {
		var session, seq int64
		if err := rows.Scan(&session, &seq); err != nil {
			return nil, fmt.Errorf("read positions of VCC %d: %w", vcc, err)
		}
		all[center.Session(session)] = uint64(seq) //nolint:gosec // counts
	}
	return all, rows.Err()
}
