package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"ccgateway/internal/center"
)

// Errors of the journal beside those of the database.
var (
	// ErrFenced says that somebody else has claimed the center since: who appends is a former owner and must stop.
	ErrFenced = errors.New("center has another owner by now")
	// ErrNewer says that the tables were made by a newer version of the program, which may mean something else by them.
	ErrNewer = errors.New("the journal was made by a newer version of ccgateway")
	// ErrGap says that commands are missing in the journal.
	ErrGap = errors.New("commands are missing in the journal")
)

// Entry is one journaled command.
type Entry struct {
	VCC   center.VCCID
	Epoch uint64
	Seq   uint64 // counts the center's journaled commands from 1
	At    time.Time
	Kind  string // see center.Encode
	Body  []byte
}

// Position tells up to which event a session's desktop has got its events.
type Position struct {
	VCC     center.VCCID
	Session center.Session
	Seq     uint64 // of the last one that was confirmed
}

// Journal is an open journal. Its methods may be called from any goroutine.
type Journal struct {
	db   *sql.DB
	node string
	id   string // of these tables; another id is another journal

	mu       sync.Mutex           // lets one transaction write at a time
	prepared map[string]*sql.Stmt // all statements, made when the journal is opened
	owns     bool                 // the db is closed with the journal
	remote   *remote              // what a database behind a network needs besides; nil = SQLite
}

// ID tells this journal from any other: numbers of commands mean something only within it.
func (j *Journal) ID() string { return j.id }

// Close closes the journal.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	var failed []error
	for _, statement := range j.prepared {
		failed = append(failed, statement.Close())
	}
	j.prepared = nil
	if j.owns {
		failed = append(failed, j.db.Close())
	}
	if err := errors.Join(failed...); err != nil {
		return fmt.Errorf("close journal: %w", err)
	}
	return nil
}

// write runs a writing transaction.
func (j *Journal) write(ctx context.Context, do func(t transaction) error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.remote != nil {
		bounded, cancel := context.WithTimeout(ctx, j.remote.answer)
		defer cancel()
		ctx = bounded
	}
	tx, err := j.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	if err := do(transaction{j: j, tx: tx}); err != nil {
		return err
	}
	return tx.Commit()
}

// transaction runs prepared statements within one.
type transaction struct {
	j  *Journal
	tx *sql.Tx
}

// exec runs one of the prepared statements and tells how many rows it touched.
func (t transaction) exec(ctx context.Context, query string, args ...any) (int64, error) {
	done, err := t.tx.StmtContext(ctx, t.j.prepared[query]).ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}

// hold makes sure that epoch is the center's present one and stays so until the transaction ends: the row is locked by the update,
// where a mere look would let a new owner in between look and commit.
func (t transaction) hold(ctx context.Context, vcc center.VCCID, epoch uint64) error {
	held, err := t.exec(ctx, holdOwner, int64(vcc), int64(epoch)) //nolint:gosec // counts claims
	if err != nil {
		return err
	}
	if held == 0 {
		return fmt.Errorf("VCC %d, epoch %d: %w", vcc, epoch, ErrFenced)
	}
	return nil
}

// Claim makes this node the owner of a center and gives the epoch that its appends have to name. Whoever owned the center before
// cannot append any more.
func (j *Journal) Claim(ctx context.Context, vcc center.VCCID) (epoch uint64, err error) {
	err = j.write(ctx, func(t transaction) error {
		claimed, err := t.exec(ctx, nextOwner, int64(vcc), j.node)
		if err == nil && claimed == 0 {
			_, err = t.exec(ctx, firstOwner, int64(vcc), j.node)
		}
		if err != nil {
			return err
		}
		return t.tx.QueryRowContext(ctx, `SELECT epoch FROM journal_owner WHERE vcc = $1`, int64(vcc)).Scan(&epoch)
	})
	if err != nil {
		return 0, fmt.Errorf("claim VCC %d: %w", vcc, err)
	}
	return epoch, nil
}

// Append writes commands in one transaction, which is on the disk (with SyncFull) when it returns. The commands of a center whose
// epoch is over are left out, and that center is named in fenced. With an error nobody knows whether they are written. Positions are
// written along with them: they would cost a sync of their own otherwise.
//
// A PostgreSQL that goes away is waited for (returnTime); what it had committed before it went is not written again.
func (j *Journal) Append(ctx context.Context, entries []Entry, positions ...Position) (fenced []center.VCCID, err error) {
	if j.remote != nil {
		fenced, err = j.appendPatiently(ctx, entries, positions)
	} else {
		fenced, err = j.append(ctx, entries, positions, false)
	}
	if err != nil {
		return nil, fmt.Errorf("append to journal: %w", err)
	}
	return fenced, nil
}

// append is one try of Append. again says that an earlier one may have been committed.
func (j *Journal) append(ctx context.Context, entries []Entry, positions []Position, again bool) (fenced []center.VCCID, err error) {
	err = j.write(ctx, func(t transaction) error {
		var held []Entry
		if held, fenced, err = t.holdAll(ctx, entries); err != nil {
			return err
		}
		if written, err := t.settled(ctx, held, again); err != nil || written {
			return err
		}
		if err := t.insert(ctx, held); err != nil {
			return err
		}
		return t.savePositions(ctx, positions)
	})
	return fenced, err
}

// holdAll holds the owner's row of each center in entries. held are the entries of those whose epoch is the present one.
func (t transaction) holdAll(ctx context.Context, entries []Entry) (held []Entry, fenced []center.VCCID, err error) {
	epochs := map[center.VCCID]uint64{}
	for _, e := range entries {
		if slices.Contains(fenced, e.VCC) {
			continue
		}
		if epochs[e.VCC] != e.Epoch {
			switch err := t.hold(ctx, e.VCC, e.Epoch); {
			case errors.Is(err, ErrFenced):
				fenced = append(fenced, e.VCC)
				continue
			case err != nil:
				return nil, nil, err
			}
			epochs[e.VCC] = e.Epoch
		}
		held = append(held, e)
	}
	return held, fenced, nil
}

// insert writes entries: with one statement where each has to travel to a server and back.
func (t transaction) insert(ctx context.Context, entries []Entry) error {
	if t.j.remote != nil {
		return t.insertTogether(ctx, entries)
	}
	for _, e := range entries {
		if _, err := t.exec(ctx, insertEntry, int64(e.VCC), int64(e.Seq), int64(e.Epoch), e.At.UnixNano(), e.Kind, e.Body); err != nil { //nolint:gosec // counts
			return err
		}
	}
	return nil
}

// Present tells whether epoch is a center's present one still.
func (j *Journal) Present(ctx context.Context, vcc center.VCCID, epoch uint64) (bool, error) {
	if j.remote != nil {
		bounded, cancel := context.WithTimeout(ctx, j.remote.answer)
		defer cancel()
		ctx = bounded
	}
	var now uint64
	if err := j.db.QueryRowContext(ctx, `SELECT epoch FROM journal_owner WHERE vcc = $1`, int64(vcc)).Scan(&now); err != nil {
		return false, fmt.Errorf("look who owns VCC %d: %w", vcc, err)
	}
	return now == epoch, nil
}

// SavePositions notes how far desktops have got their events.
func (j *Journal) SavePositions(ctx context.Context, positions []Position) error {
	err := j.write(ctx, func(t transaction) error { return t.savePositions(ctx, positions) })
	if err != nil {
		return fmt.Errorf("save positions: %w", err)
	}
	return nil
}

func (t transaction) savePositions(ctx context.Context, positions []Position) error {
	if t.j.remote != nil {
		return t.savePositionsTogether(ctx, positions)
	}
	for _, p := range positions {
		if _, err := t.exec(ctx, savePosition, int64(p.VCC), int64(p.Session), int64(p.Seq)); err != nil { //nolint:gosec // counts
			return err
		}
	}
	return nil
}

// SaveAlive notes that the centers of this node work at this time.
func (j *Journal) SaveAlive(ctx context.Context, at time.Time) error {
	err := j.write(ctx, func(t transaction) error {
		_, err := t.exec(ctx, saveAlive, at.UnixNano(), j.node)
		return err
	})
	if err != nil {
		return fmt.Errorf("save sign of life: %w", err)
	}
	return nil
}
