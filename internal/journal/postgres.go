package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/config"
	"ccgateway/internal/database"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// pgConnections of the journal: one writes, and one looks who owns a center while the other waits.
const pgConnections = 2

// Times of a PostgreSQL.
const (
	answerTime = 10 * time.Second       // within which one transaction must have been carried out
	returnTime = 20 * time.Second       // for which a server that has gone is waited for: a restart, or a standby that takes over
	againEvery = 200 * time.Millisecond // pause between two tries
)

// remote is what is other about a database behind a network: it can go away and come back.
type remote struct {
	answer, back, again time.Duration         // answerTime, returnTime, againEvery
	away                atomic.Pointer[error] // why an Append waits; nil = none does
	sessions            atomic.Int64          // connections that were made
	trusted             int64                 // of them, when an Append last saw that nothing is missing; guarded by Journal.mu
}

// Away tells why commands wait for a database that has gone; nil = they do not.
func (j *Journal) Away() error {
	if j.remote == nil {
		return nil
	}
	if why := j.remote.away.Load(); why != nil {
		return *why
	}
	return nil
}

// Statements with which many rows need one message.
const (
	insertEntries = `INSERT INTO journal (vcc, seq, epoch, at_ns, kind, body)
		SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::bytea[])`
	savePositions = `INSERT INTO journal_position (vcc, session, seq) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])
		ON CONFLICT (vcc, session) DO UPDATE SET seq = excluded.seq`
	findEntry  = `SELECT COUNT(*) FROM journal WHERE vcc = $1 AND seq = $2 AND epoch = $3`
	findBefore = `SELECT EXISTS (SELECT 1 FROM journal WHERE vcc = $1 AND seq = $2) OR EXISTS (SELECT 1 FROM journal_snapshot WHERE vcc = $1 AND seq >= $2)`
)

// OpenPostgres opens the journal in the PostgreSQL with this address, making its tables if they are not there. node is this node's name.
// Errors wrap ErrNewer and those of the database; none shows the password.
//
// A transaction is on the server's disk (and its standbys', as the server is set up) when it ends, whatever synchronous_commit the user's
// own setting is: there is no relaxed way, since a server that ends then loses commands from the midst of a journal that goes on.
func OpenPostgres(ctx context.Context, address config.Secret, node string) (*Journal, error) {
	j := &Journal{node: node, prepared: map[string]*sql.Stmt{}, remote: &remote{answer: answerTime, back: returnTime, again: againEvery}}
	var err error
	j.db, err = database.Postgres{Address: address.Reveal(), Name: "ccgateway journal", Connections: pgConnections, OnConnect: j.remote.begin}.Open()
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	if err := j.open(ctx, "", append(slices.Clone(statements), insertEntries, savePositions)); err != nil {
		return nil, errors.Join(fmt.Errorf("open journal in %s: %w", database.Describe(address.Reveal()), err), j.db.Close())
	}
	j.owns = true
	return j, nil
}

// ReadPostgres opens the journal in a PostgreSQL for reading alone, also beside a program that writes it. Only the reading methods work.
func ReadPostgres(ctx context.Context, address config.Secret) (*Journal, error) {
	db, err := database.Postgres{Address: address.Reveal(), Name: "ccgateway journal reader", Connections: pgConnections, Reading: true}.Open()
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	j := &Journal{db: db, owns: true}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	if err := j.check(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open journal in %s: %w", database.Describe(address.Reveal()), err), db.Close())
	}
	return j, nil
}

// begin makes a new connection sync. A server that waits for its standbys goes on doing so.
func (r *remote) begin(ctx context.Context, conn *pgx.Conn) error {
	r.sessions.Add(1)
	_, err := conn.Exec(ctx, `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`)
	if err != nil {
		return errors.Join(fmt.Errorf("set how the journal syncs: %w", err), conn.Close(ctx))
	}
	return nil
}

// appendPatiently tries an Append again while the server is away. A transaction whose end nobody heard of has been committed or not: the
// next one holds the same owner's row, so it sees which.
func (j *Journal) appendPatiently(ctx context.Context, entries []Entry, positions []Position) ([]center.VCCID, error) {
	defer j.remote.away.Store(nil)
	until := time.Now().Add(j.remote.back)
	for again := false; ; again = true {
		fenced, err := j.append(ctx, entries, positions, again)
		if err == nil || !passes(err) || time.Now().After(until) || ctx.Err() != nil {
			return fenced, err
		}
		j.remote.away.Store(&err)
		select {
		case <-time.After(j.remote.again):
		case <-ctx.Done():
			return nil, err
		}
	}
}

// passes tells whether an error may be gone at the next try: the server was not reached, broke off or was too slow (no SQLSTATE), or said that it
// stops, starts or has too many connections (classes 08, 53 and 57 of SQLSTATE) or that somebody else was in the way (40).
func passes(err error) bool {
	if errors.Is(err, ErrGap) {
		return false
	}
	var told *pgconn.PgError
	if !errors.As(err, &told) {
		return true
	}
	return slices.ContainsFunc([]string{"08", "40", "53", "57"}, func(class string) bool { return strings.HasPrefix(told.Code, class) })
}

// settled tells whether entries, all of present owners, have been written by an earlier try (again), and checks that nothing before them is
// missing where they come by a new connection: it may be one to a standby that took over without the last commands. Then it is ErrGap, and
// the centers have to begin anew with what is there.
func (t transaction) settled(ctx context.Context, entries []Entry, again bool) (written bool, err error) {
	r := t.j.remote
	if r == nil || len(entries) == 0 {
		return false, nil
	}
	if again { // all were written in one transaction, or none
		if written, err := t.has(ctx, entries[0]); err != nil || written {
			return written, err
		}
	}
	sessions := r.sessions.Load()
	if !again && sessions == r.trusted {
		return false, nil
	}
	var seen []center.VCCID
	for _, e := range entries {
		if slices.Contains(seen, e.VCC) {
			continue
		}
		seen = append(seen, e.VCC)
		if err := t.follows(ctx, e); err != nil {
			return false, err
		}
	}
	r.trusted = sessions
	return false, nil
}

// follows returns ErrGap if the command before e is neither there nor in a snapshot.
func (t transaction) follows(ctx context.Context, e Entry) error {
	if e.Seq == 1 {
		return nil
	}
	var there bool
	if err := t.tx.QueryRowContext(ctx, findBefore, int64(e.VCC), int64(e.Seq)-1).Scan(&there); err != nil { //nolint:gosec // counts
		return err
	}
	if !there {
		return fmt.Errorf("VCC %d: %w: the database has lost number %d, which it had committed", e.VCC, ErrGap, e.Seq-1)
	}
	return nil
}

// has tells whether a command is there, written in its epoch.
func (t transaction) has(ctx context.Context, e Entry) (bool, error) {
	var n int
	err := t.tx.QueryRowContext(ctx, findEntry, int64(e.VCC), int64(e.Seq), int64(e.Epoch)).Scan(&n) //nolint:gosec // counts
	return n > 0, err
}

// insertTogether writes entries with one statement.
func (t transaction) insertTogether(ctx context.Context, entries []Entry) error {
	if len(entries) == 0 {
		return nil
	}
	n := len(entries)
	vccs, seqs, epochs, times := make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)
	kinds, bodies := make([]string, n), make([][]byte, n)
	for i, e := range entries {
		vccs[i], seqs[i], epochs[i], times[i] = int64(e.VCC), int64(e.Seq), int64(e.Epoch), e.At.UnixNano() //nolint:gosec // counts
		kinds[i], bodies[i] = e.Kind, e.Body
	}
	_, err := t.exec(ctx, insertEntries, vccs, seqs, epochs, times, kinds, bodies)
	return err
}

// savePositionsTogether writes positions with one statement, which may name each session once.
func (t transaction) savePositionsTogether(ctx context.Context, positions []Position) error {
	if len(positions) == 0 {
		return nil
	}
	type whose struct {
		vcc     center.VCCID
		session center.Session
	}
	last := map[whose]uint64{}
	for _, p := range positions {
		last[whose{p.VCC, p.Session}] = p.Seq
	}
	var vccs, sessions, seqs []int64
	for of, seq := range last {
		vccs, sessions, seqs = append(vccs, int64(of.vcc)), append(sessions, int64(of.session)), append(seqs, int64(seq)) //nolint:gosec // counts
	}
	_, err := t.exec(ctx, savePositions, vccs, sessions, seqs)
	return err
}
