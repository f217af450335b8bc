package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"ccgateway/internal/center"
)

// fact is an effect of a center that is to be written.
type fact struct {
	vcc    center.VCCID
	effect center.Effect
	from   mark            // the journaled command that it comes from; zero = none
	mark   chan<- struct{} // in place of an effect: closed when everything before it has been written
}

// isFact tells whether an effect is one for the store.
func isFact(effect center.Effect) bool {
	switch effect.(type) {
	case center.CallRecord, center.LegRecord, center.StateRecord, center.RecordingBegan, center.RecordingEnded,
		center.SessionBegan, center.SessionEnded, center.Audit:
		return true
	default:
		return false
	}
}

// The statements of facts, by the names under which they are prepared.
const (
	insertCall = `INSERT INTO call_record (vcc, call_id, feature, media, skill, caller, called, trunk, began_ms, answered_ms, ended_ms, waited_ms,
		requeued, agent, reason, released) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`
	insertLeg = `INSERT INTO leg_record (vcc, call_id, leg, party, agent, number, skill, began_ms, ringing_ms, answered_ms, ended_ms, held_ms,
		reason, waited_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`
	insertState     = `INSERT INTO agent_state (vcc, agent, state, reason, from_ms, to_ms, call_id) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	insertRecording = `INSERT INTO recording (vcc, recording, call_id, agent, caller, called, file, began_ms, failed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '')`
	endRecording    = `UPDATE recording SET ended_ms = $1, failed = $2 WHERE recording = $3 AND vcc = $4 AND ended_ms IS NULL`
	findRecording   = `SELECT 1 FROM recording WHERE recording = $1 AND vcc = $2`
	insertSession   = `INSERT INTO agent_session (vcc, agent, session_no, phone, ip, push, began_ms, ended_ms, reason, ended_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	endSession = `UPDATE agent_session SET ended_ms = $1, reason = $2, ended_by = $3 WHERE agent = $4 AND session_no = $5 AND vcc = $6 AND ended_ms IS NULL`
	setAlive   = `UPDATE alive SET at_ms = $1 WHERE id = 1`
)

// factStatements are prepared once: parsing them for each row would cost more than writing it.
var factStatements = []string{insertCall, insertLeg, insertState, insertRecording, endRecording, insertSession, endSession, insertAudit, setAlive, setCarried, findRecording}

// errNotBegan says that the end of a recording came whose beginning is not there, because it was lost.
var errNotBegan = errors.New("its beginning is not in the database")

// statements are the prepared ones, within a transaction.
type statements struct {
	tx       *sql.Tx
	prepared map[string]*sql.Stmt
}

func (s statements) exec(ctx context.Context, query string, args ...any) (int64, error) {
	for i, arg := range args {
		if text, ok := arg.(string); ok {
			args[i] = storable(text)
		}
	}
	done, err := s.tx.StmtContext(ctx, s.prepared[query]).ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}

// storable makes a text one that every engine takes. Numbers and names come from the network, and PostgreSQL would refuse a call's record because of a
// byte in its caller's name.
func storable(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}

// put writes one fact.
func (s statements) put(ctx context.Context, f fact) error {
	switch e := f.effect.(type) {
	case center.CallRecord:
		_, err := s.exec(ctx, insertCall, e.VCC, string(e.Call), e.Feature, e.Media, e.Skill, e.Caller, e.Called, e.Trunk, millis(e.Began), millis(e.Answered),
			millis(e.Ended), e.Waited.Milliseconds(), e.Requeued, e.Agent, e.Reason, e.Released)
		return err
	case center.LegRecord:
		_, err := s.exec(ctx, insertLeg, e.VCC, string(e.Call), string(e.Leg), e.Party, e.Agent, e.Number, e.Skill, millis(e.Began), millis(e.Ringing),
			millis(e.Answered), millis(e.Ended), e.Held.Milliseconds(), e.Reason, e.Waited.Milliseconds())
		return err
	case center.StateRecord:
		_, err := s.exec(ctx, insertState, e.VCC, e.Agent, e.State, e.Reason, millis(e.From), millis(e.To), string(e.Call))
		return err
	case center.RecordingBegan:
		_, err := s.exec(ctx, insertRecording, e.VCC, string(e.Recording), string(e.Call), e.Agent, e.Caller, e.Called, e.File, millis(e.At))
		return err
	case center.RecordingEnded:
		return s.endRecording(ctx, e)
	case center.SessionBegan:
		_, err := s.exec(ctx, insertSession, f.vcc, e.Agent, int64(e.Session), e.Phone, e.IP, e.Push.URL != "", millis(e.At), nil, 0, 0) //nolint:gosec // counts sign-ins
		return err
	case center.SessionEnded:
		return s.endSession(ctx, f.vcc, e)
	case center.Audit:
		_, err := s.exec(ctx, insertAudit, e.VCC, millis(e.At), e.Actor, "", e.Act, e.Target, e.Detail)
		return err
	default:
		return fmt.Errorf("%T is no fact", f.effect)
	}
}

// endRecording ends a recording; one that Open has ended, since it was cut off by a crash, stays as it is.
func (s statements) endRecording(ctx context.Context, e center.RecordingEnded) error {
	ended, err := s.exec(ctx, endRecording, millis(e.At), e.Failed, string(e.Recording), e.VCC)
	if err != nil || ended > 0 {
		return err
	}
	var known int
	err = s.tx.StmtContext(ctx, s.prepared[findRecording]).QueryRowContext(ctx, string(e.Recording), e.VCC).Scan(&known)
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("end of recording %s: %w", e.Recording, errNotBegan)
	}
	return err
}

// endSession ends a session; one whose beginning was lost is written whole.
func (s statements) endSession(ctx context.Context, vcc center.VCCID, e center.SessionEnded) error {
	number := int64(e.Session) //nolint:gosec // counts sign-ins
	ended, err := s.exec(ctx, endSession, millis(e.At), e.Reason, e.By, e.Agent, number, vcc)
	if err == nil && ended == 0 {
		_, err = s.exec(ctx, insertSession, vcc, e.Agent, number, "", "", false, millis(e.Began), millis(e.At), e.Reason, e.By)
	}
	return err
}
