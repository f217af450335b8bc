package store

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"ccgateway/internal/center"
)

// mark names one effect of one journaled command of a center; the zero mark none.
type mark struct {
	seq  uint64
	part int // place among the command's effects
}

func (m mark) after(n mark) bool { return m.seq > n.seq || m.seq == n.seq && m.part > n.part }

// marks remember up to where facts had been written when the store was opened.
type marks struct {
	mu      sync.Mutex
	journal string
	written map[center.VCCID]mark
}

const setCarried = `INSERT INTO carried (vcc, journal, seq, part) VALUES ($1, $2, $3, $4)
	ON CONFLICT (vcc) DO UPDATE SET journal = excluded.journal, seq = excluded.seq, part = excluded.part`

// Journaled says by which name the journal goes whose numbers come with CarryNumbered and Recall, and finds out which facts of it are
// written already. It is called once, before the first of them.
func (s *Store) Journaled(ctx context.Context, journal string) error {
	type row struct {
		vcc, seq int64
		part     int
	}
	rows, err := collect(ctx, s.read, `SELECT vcc, seq, part FROM carried WHERE journal = $1`, []any{journal},
		func(r *row) []any { return []any{&r.vcc, &r.seq, &r.part} })
	if err != nil {
		return fmt.Errorf("read which facts are written: %w", err)
	}
	s.marks.mu.Lock()
	defer s.marks.mu.Unlock()
	s.marks.journal, s.marks.written = journal, map[center.VCCID]mark{}
	for _, r := range rows {
		s.marks.written[center.VCCID(r.vcc)] = mark{seq: uint64(r.seq), part: r.part} //nolint:gosec // a count
	}
	s.writer.journal.Store(&journal)
	return nil
}

// CarryNumbered is Carry for the effects of a journaled command: with its number they are known if they come again.
func (s *Store) CarryNumbered(vcc center.VCCID, seq uint64, effects []center.Effect) {
	for part, effect := range effects {
		if isFact(effect) {
			s.writer.offer(fact{vcc: vcc, effect: effect, from: mark{seq, part}})
		}
	}
}

// Recall takes the effects of a journaled command once more after a restart: facts that are written already are left out. It waits for
// room in the queue, since none of the others may be lost.
func (s *Store) Recall(vcc center.VCCID, seq uint64, effects []center.Effect) {
	s.marks.mu.Lock()
	written := s.marks.written[vcc]
	s.marks.mu.Unlock()
	for part, effect := range effects {
		if from := (mark{seq, part}); isFact(effect) && from.after(written) {
			if err := s.writer.push(context.Background(), fact{vcc: vcc, effect: effect, from: from}); err != nil {
				s.writer.lose(1)
			}
		}
	}
}

// Resume says with which command the journal of a VCC ends, after all of it has been recalled. Facts of later commands may have been written: then
// the journal has lost its end, which the log says. What gets those numbers now is new, so the mark goes back.
func (s *Store) Resume(ctx context.Context, vcc center.VCCID, seq uint64) error {
	s.marks.mu.Lock()
	written, journal := s.marks.written[vcc], s.marks.journal
	if written.seq > seq {
		s.marks.written[vcc] = mark{seq, math.MaxInt32}
	}
	s.marks.mu.Unlock()
	if written.seq <= seq {
		return nil
	}
	s.log.Error("the journal ends before what is written of it: its last commands are lost (a power cut with journal.sync relaxed, a damaged "+
		"file, or a tenant that was removed meanwhile)", "vcc", vcc, "ends_with", seq, "written_up_to", written.seq)
	if _, err := s.write.ExecContext(ctx, setCarried, vcc, journal, int64(seq), math.MaxInt32); err != nil { //nolint:gosec // a count
		return fmt.Errorf("note where the journal ends: %w", err)
	}
	return nil
}

// marksOf gives the steps that note in the transaction of facts up to where they go.
func marksOf(journal string, facts []fact) []step {
	last := map[center.VCCID]mark{}
	for _, f := range facts {
		if f.from.seq > 0 {
			last[f.vcc] = f.from
		}
	}
	steps := make([]step, 0, len(last))
	for vcc, m := range last {
		steps = append(steps, newStep(setCarried, vcc, journal, int64(m.seq), m.part)) //nolint:gosec // a count
	}
	return steps
}

// EndSessions ends the sessions that are open in the database and are not among the living ones of their centers: what began before a
// journal was lost or removed. With KeepSessions it takes the place of what Open does otherwise.
func (s *Store) EndSessions(ctx context.Context, living map[center.VCCID][]center.Session) error {
	if err := s.Flush(ctx); err != nil {
		return err
	}
	type row struct{ id, vcc, number int64 }
	open, err := collect(ctx, s.read, `SELECT id, vcc, session_no FROM agent_session WHERE ended_ms IS NULL`, nil,
		func(r *row) []any { return []any{&r.id, &r.vcc, &r.number} })
	if err != nil {
		return fmt.Errorf("find open sessions: %w", err)
	}
	known := map[row]bool{}
	for vcc, sessions := range living {
		for _, session := range sessions {
			known[row{vcc: int64(vcc), number: int64(session)}] = true //nolint:gosec // a count
		}
	}
	open = slices.DeleteFunc(open, func(r row) bool { return known[row{vcc: r.vcc, number: r.number}] })
	if len(open) == 0 {
		return nil
	}
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	for _, r := range open {
		if _, err := tx.ExecContext(ctx, `UPDATE agent_session SET reason = $1, ended_ms = CASE WHEN began_ms > $2 THEN began_ms ELSE $2 END
			WHERE id = $3`, center.ReasonLostConnection, s.now().UnixMilli(), r.id); err != nil {
			return fmt.Errorf("end sessions: %w", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	s.log.Warn("sessions were open that no center knows", "sessions", len(open))
	return nil
}
