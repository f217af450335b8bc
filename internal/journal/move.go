package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"ccgateway/internal/center"
)

// MovedName is the name that the file of a journal gets when what it had has been moved to a PostgreSQL.
const MovedName = FileName + ".moved"

// moveTime bounds Move: the longest journal (DefaultSnapshotBytes of commands for each center, and its snapshot) needs some seconds.
const moveTime = 5 * time.Minute

// ErrTwo says that there are two journals, and nobody can tell which is the right one.
var ErrTwo = errors.New("there is another journal already")

// Move takes the journal that a data folder has, if it has one, into this one in a PostgreSQL that has none yet, in one transaction, and renames
// its file to MovedName. The journal keeps its ID, since it is the same one. A crash in between does no harm: Move at the next start
// ends it. It is called before the centers are claimed. Errors wrap ErrTwo where both have centers, ErrNewer, and those of file system and database.
func (j *Journal) Move(ctx context.Context, folder string) (moved bool, err error) {
	path := filepath.Join(folder, FileName)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	from, err := OpenSQLite(ctx, folder, j.node, SyncFull)
	if err != nil {
		return false, err
	}
	err = j.take(ctx, from)
	if err := errors.Join(err, from.Close()); err != nil { // the last to close takes the WAL into the file
		return false, fmt.Errorf("move journal %s into the database: %w", path, err)
	}
	if err := os.Rename(path, filepath.Join(folder, MovedName)); err != nil {
		return false, fmt.Errorf("move journal: %w", err)
	}
	return true, nil
}

// take copies a journal, if it has not been done already.
func (j *Journal) take(ctx context.Context, from *Journal) error {
	if j.id == from.id {
		return nil
	}
	here, err := j.VCCs(ctx)
	if err != nil {
		return err
	}
	there, err := from.VCCs(ctx)
	if err != nil {
		return err
	}
	if len(here) > 0 && len(there) > 0 {
		return fmt.Errorf("%w: remove the file if the database is right, or the tables journal* from the database", ErrTwo)
	}
	if len(there) == 0 {
		return nil
	}
	usual := j.remote.answer
	j.remote.answer = moveTime
	defer func() { j.remote.answer = usual }()
	if err := j.write(ctx, func(t transaction) error {
		for _, vcc := range there {
			if err := t.takeVCC(ctx, from, vcc); err != nil {
				return fmt.Errorf("VCC %d: %w", vcc, err)
			}
		}
		_, err := t.tx.ExecContext(ctx, `UPDATE journal_meta SET value = $1 WHERE name = 'id'`, from.id)
		return err
	}); err != nil {
		return err
	}
	j.id = from.id
	return nil
}

// takeVCC copies what a journal has of one center.
func (t transaction) takeVCC(ctx context.Context, from *Journal, vcc center.VCCID) error {
	var epoch, alive int64
	var node string
	if err := from.db.QueryRowContext(ctx, `SELECT epoch, node, alive_ns FROM journal_owner WHERE vcc = $1`, int64(vcc)).Scan(&epoch, &node, &alive); err != nil {
		return err
	}
	if _, err := t.tx.ExecContext(ctx, `INSERT INTO journal_owner (vcc, epoch, node, alive_ns) VALUES ($1, $2, $3, $4)`, int64(vcc), epoch, node, alive); err != nil {
		return err
	}
	saved, err := from.Latest(ctx, vcc)
	if err != nil {
		return err
	}
	next := uint64(1)
	if saved != nil {
		next = saved.Seq + 1
		if err := t.takeSnapshot(ctx, *saved); err != nil {
			return err
		}
	}
	if err := t.takeEntries(ctx, from, vcc, next); err != nil {
		return err
	}
	known, err := from.Positions(ctx, vcc)
	if err != nil {
		return err
	}
	var positions []Position
	for session, seq := range known {
		positions = append(positions, Position{VCC: vcc, Session: session, Seq: seq})
	}
	return t.savePositions(ctx, positions)
}

func (t transaction) takeSnapshot(ctx context.Context, s Snapshot) error {
	centerParts, eventsParts := slices.Collect(slices.Chunk(s.Center, partSize)), slices.Collect(slices.Chunk(s.Events, partSize))
	for i, part := range slices.Concat(centerParts, eventsParts) {
		if err := t.insertPart(ctx, s, i, part); err != nil {
			return err
		}
	}
	return t.insertSnapshot(ctx, s, len(centerParts), len(eventsParts))
}

func (t transaction) takeEntries(ctx context.Context, from *Journal, vcc center.VCCID, next uint64) error {
	var group []Entry
	if err := from.Walk(ctx, vcc, next, func(e Entry) error {
		if group = append(group, e); len(group) < walkAtOnce {
			return nil
		}
		err := t.insert(ctx, group)
		group = group[:0]
		return err
	}); err != nil {
		return err
	}
	return t.insert(ctx, group)
}
