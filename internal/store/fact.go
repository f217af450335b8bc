package store

import (
	"context"
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
	case center.CallRecord, center.LegRecord, center.StateRecord, center.RecordingBegan, center.RecordingEnded, center.QueueRecord, center.TryRecord,
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
		reason, waited_ms, feature, maker, talked, in_flow_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`
	insertQueue = `INSERT INTO queue_record (vcc, call_id, feature, skill, entered_ms, left_ms, outcome, agent, offers) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	insertTry   = `INSERT INTO try_record (vcc, control, skill, feature, agent, number, call_id, entered_ms, began_ms, ended_ms, outcome, last_try)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`
	insertState     = `INSERT INTO agent_state (vcc, agent, state, reason, from_ms, to_ms, call_id) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	insertRecording = `INSERT INTO recording (vcc, recording, call_id, agent, caller, called, file, began_ms, name, skill, failed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '')`
	endRecording  = `UPDATE recording SET ended_ms = $1, failed = $2 WHERE recording = $3 AND vcc = $4 AND ended_ms IS NULL`
	findRecording = `SELECT 1 FROM recording WHERE recording = $1 AND vcc = $2`
	insertSession = `INSERT INTO agent_session (vcc, agent, session_no, phone, ip, push, began_ms, ended_ms, reason, ended_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	endSession = `UPDATE agent_session SET ended_ms = $1, reason = $2, ended_by = $3 WHERE agent = $4 AND session_no = $5 AND vcc = $6 AND ended_ms IS NULL`
	setAlive   = `UPDATE alive SET at_ms = $1 WHERE id = 1`
)

// factStatements are prepared once: parsing them for each row would cost more than writing it.
var factStatements = []string{insertCall, insertLeg, insertQueue, insertTry, insertState, insertRecording, endRecording, insertSession, endSession, insertAudit, setAlive, setCarried, findRecording}

// errNotBegan says that the end of a recording came whose beginning is not there, because it was lost.
var errNotBegan = errors.New("its beginning is not in the database")

// storable makes a text one that every engine takes. Numbers and names come from the network, and PostgreSQL would refuse a call's record because of a
// byte in its caller's name.
func storable(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}

// step gives the statement that writes the fact.
func (f fact) step() (step, error) {
	switch e := f.effect.(type) {
	case center.CallRecord:
		return newStep(insertCall, e.VCC, string(e.Call), e.Feature, e.Media, e.Skill, e.Caller, e.Called, e.Trunk, millis(e.Began), millis(e.Answered),
			millis(e.Ended), e.Waited.Milliseconds(), e.Requeued, e.Agent, e.Reason, e.Released), nil
	case center.LegRecord:
		return newStep(insertLeg, e.VCC, string(e.Call), string(e.Leg), e.Party, e.Agent, e.Number, e.Skill, millis(e.Began), millis(e.Ringing),
			millis(e.Answered), millis(e.Ended), e.Held.Milliseconds(), e.Reason, e.Waited.Milliseconds(), e.Feature, e.Maker, e.Talked, e.InFlow.Milliseconds()), nil
	case center.QueueRecord:
		return newStep(insertQueue, e.VCC, string(e.Call), e.Feature, e.Skill, millis(e.Entered), millis(e.Left), e.Outcome, e.Agent, e.Offers), nil
	case center.TryRecord:
		return newStep(insertTry, e.VCC, e.Control, e.Skill, e.Feature, e.Agent, e.Number, string(e.Call), millis(e.Entered), millis(e.Began), millis(e.Ended),
			e.Outcome, e.Final), nil
	case center.StateRecord:
		return newStep(insertState, e.VCC, e.Agent, e.State, e.Reason, millis(e.From), millis(e.To), string(e.Call)), nil
	case center.RecordingBegan:
		return newStep(insertRecording, e.VCC, string(e.Recording), string(e.Call), e.Agent, e.Caller, e.Called, e.File, millis(e.At), e.Name, e.Skill), nil
	case center.RecordingEnded:
		return recordingEnded(e), nil
	case center.SessionBegan:
		return newStep(insertSession, f.vcc, e.Agent, int64(e.Session), e.Phone, e.IP, e.Push.URL != "", millis(e.At), nil, 0, 0), nil //nolint:gosec // counts sign-ins
	case center.SessionEnded:
		return sessionEnded(f.vcc, e), nil
	case center.Audit:
		return newStep(insertAudit, e.VCC, millis(e.At), e.Actor, "", e.Act, e.Target, e.Detail), nil
	default:
		return step{}, fmt.Errorf("%T is no fact", f.effect)
	}
}

// recordingEnded ends a recording; one that Open has ended, since it was cut off by a crash, stays as it is.
func recordingEnded(e center.RecordingEnded) step {
	find := newStep(findRecording, string(e.Recording), e.VCC)
	return newStep(endRecording, millis(e.At), e.Failed, string(e.Recording), e.VCC).or(func(ctx context.Context, in transaction) error {
		known, err := in.exists(ctx, find.query, find.args...)
		if err == nil && !known {
			err = fmt.Errorf("end of recording %s: %w", e.Recording, errNotBegan)
		}
		return err
	})
}

// sessionEnded ends a session; one whose beginning was lost is written whole.
func sessionEnded(vcc center.VCCID, e center.SessionEnded) step {
	number := int64(e.Session) //nolint:gosec // counts sign-ins
	whole := newStep(insertSession, vcc, e.Agent, number, "", "", false, millis(e.Began), millis(e.At), e.Reason, e.By)
	return newStep(endSession, millis(e.At), e.Reason, e.By, e.Agent, number, vcc).or(func(ctx context.Context, in transaction) error {
		_, err := in.exec(ctx, whole.query, whole.args...)
		return err
	})
}
