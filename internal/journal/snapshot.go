package journal

import (
	"context"
	"fmt"
	"slices"

	"ccgateway/internal/center"
)

// Sizes of what one transaction does for a snapshot: appends wait for it.
const (
	partSize   = 256 << 10 // bytes of a snapshot
	dropAtOnce = 2000      // commands that are thrown away
)

// SaveSnapshot writes a snapshot, in parts with a transaction each, so that commands never wait for more than one part. When it is
// complete, older ones and the commands that are in it are thrown away, and so are the positions of sessions that are not in keep.
// Errors wrap ErrFenced where the epoch is over.
func (j *Journal) SaveSnapshot(ctx context.Context, s Snapshot, keep []center.Session) error {
	if err := j.saveSnapshot(ctx, s); err != nil {
		return fmt.Errorf("save snapshot of VCC %d: %w", s.VCC, err)
	}
	if err := j.dropOld(ctx, s, keep); err != nil {
		return fmt.Errorf("throw away what is in the snapshot of VCC %d: %w", s.VCC, err)
	}
	return nil
}

func (j *Journal) saveSnapshot(ctx context.Context, s Snapshot) error {
	if err := j.dropParts(ctx, s); err != nil { // of one that a crash cut off
		return err
	}
	centerParts, eventsParts := slices.Collect(slices.Chunk(s.Center, partSize)), slices.Collect(slices.Chunk(s.Events, partSize))
	for i, part := range slices.Concat(centerParts, eventsParts) {
		err := j.write(ctx, func(t transaction) error {
			if err := t.hold(ctx, s.VCC, s.Epoch); err != nil {
				return err
			}
			return t.insertPart(ctx, s, i, part)
		})
		if err != nil {
			return err
		}
	}
	return j.write(ctx, func(t transaction) error {
		if err := t.hold(ctx, s.VCC, s.Epoch); err != nil {
			return err
		}
		return t.insertSnapshot(ctx, s, len(centerParts), len(eventsParts))
	})
}

// insertPart writes one part of a snapshot.
func (t transaction) insertPart(ctx context.Context, s Snapshot, n int, part []byte) error {
	_, err := t.exec(ctx, insertPart, int64(s.VCC), int64(s.Seq), n, part) //nolint:gosec // counts
	return err
}

// insertSnapshot writes a snapshot's last row: without it there is none.
func (t transaction) insertSnapshot(ctx context.Context, s Snapshot, centerParts, eventsParts int) error {
	_, err := t.exec(ctx, insertSnapshot, int64(s.VCC), int64(s.Seq), s.At.UnixNano(), s.Version, centerParts, eventsParts) //nolint:gosec // counts
	return err
}

// dropOld throws away what the snapshot makes needless.
func (j *Journal) dropOld(ctx context.Context, s Snapshot, keep []center.Session) error {
	if err := j.write(ctx, func(t transaction) error {
		_, err := t.exec(ctx, dropSnapshots, int64(s.VCC), int64(s.Seq)) //nolint:gosec // counts
		return err
	}); err != nil {
		return err
	}
	if err := j.dropParts(ctx, s); err != nil {
		return err
	}
	first, err := j.First(ctx, s.VCC)
	if err != nil {
		return err
	}
	for ; first > 0 && first <= s.Seq; first += dropAtOnce {
		if err := j.write(ctx, func(t transaction) error {
			_, err := t.exec(ctx, dropEntries, int64(s.VCC), int64(min(first+dropAtOnce-1, s.Seq))) //nolint:gosec // counts
			return err
		}); err != nil {
			return err
		}
	}
	return j.dropPositions(ctx, s.VCC, keep)
}

// dropParts throws away parts that belong to no complete snapshot.
func (j *Journal) dropParts(ctx context.Context, s Snapshot) error {
	rows, err := j.db.QueryContext(ctx, `SELECT p.seq, p.part FROM journal_part p LEFT JOIN journal_snapshot s ON s.vcc = p.vcc AND s.seq = p.seq
		WHERE p.vcc = $1 AND s.seq IS NULL`, int64(s.VCC))
	if err != nil {
		return err
	}
	var parts [][2]int64
	for rows.Next() {
		var p [2]int64
		if err := rows.Scan(&p[0], &p[1]); err != nil {
			_ = rows.Close()
			return err
		}
		parts = append(parts, p)
	}
	if err := rows.Close(); err != nil {
		return err
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, p := range parts {
		if err := j.write(ctx, func(t transaction) error {
			_, err := t.exec(ctx, dropPart, int64(s.VCC), p[0], p[1])
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// dropPositions throws away the positions of sessions that are over. keep is sorted. A session that began after the snapshot is not in
// it, so the positions of later numbers than the snapshot's last are kept.
func (j *Journal) dropPositions(ctx context.Context, vcc center.VCCID, keep []center.Session) error {
	if len(keep) == 0 {
		return nil
	}
	known, err := j.Positions(ctx, vcc)
	if err != nil {
		return err
	}
	return j.write(ctx, func(t transaction) error {
		for session := range known {
			if _, found := slices.BinarySearch(keep, session); found || session > keep[len(keep)-1] {
				continue
			}
			if _, err := t.exec(ctx, dropPosition, int64(vcc), int64(session)); err != nil { //nolint:gosec // counts
				return err
			}
		}
		return nil
	})
}
