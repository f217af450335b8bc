package store

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"ccgateway/internal/center"
)

// Recording is an entry in the index of recordings.
type Recording struct {
	VCC     center.VCCID
	ID      center.RecordingID
	Call    center.CallID
	Agent   center.AgentID // whose talk it is; 0 = a voicemail
	Caller  string
	Called  string
	File    string // path below the recordings' folder
	Began   time.Time
	Ended   time.Time      // zero = is being made
	Failed  string         // why it broke off, "" = it did not
	Name    string         // under which clients know it, "" = none
	Skill   center.SkillID // whose agents were told of a voicemail, 0 = none
	Deleted time.Time      // when its file was; zero = it is kept
}

var readRecordings = reader[Recording]{"recordings", `SELECT vcc, recording, call_id, agent, caller, called, file, began_ms, ended_ms, failed, name, skill, deleted_ms
		FROM recording`, columns{began: "began_ms", call: "call_id", agent: []string{"agent"}}, func(r *Recording) []any {
	return []any{
		&r.VCC, &r.ID, &r.Call, &r.Agent, &r.Caller, &r.Called, &r.File, when{&r.Began}, when{&r.Ended}, &r.Failed, &r.Name, &r.Skill, when{&r.Deleted},
	}
}}

// Recordings finds recordings, deleted ones too.
func (s *Store) Recordings(ctx context.Context, f Filter) ([]Recording, error) {
	return readRecordings.find(ctx, s.read, f)
}

// EachRecording is EachCall for recordings.
func (s *Store) EachRecording(ctx context.Context, span Span, do func(Recording) error) error {
	return s.Picture(ctx, func(p *Picture) error { return p.EachRecording(ctx, span, do) })
}

// sameName bounds the recordings of one name: agents may choose it.
const sameName = 20

// RecordingsNamed finds a VCC's recordings by their id, or by the name that clients know, the newest first. Facts that are on their way into
// the database are waited for where the answer would be "none" or "is being made", so that who has just been told of a recording's end finds it.
func (s *Store) RecordingsNamed(ctx context.Context, vcc center.VCCID, name string) ([]Recording, error) {
	args := []any{vcc, name, strings.ReplaceAll(name, `\`, "/"), upperDrive(name)}
	return s.settled(ctx, func(ctx context.Context) ([]Recording, error) {
		return collect(ctx, s.read, fmt.Sprintf(`%s WHERE vcc = $1 AND (recording = $2 OR name <> '' AND name IN ($2, $3, $4))
			ORDER BY recording = $2 DESC, began_ms DESC, id DESC LIMIT %d`, readRecordings.query, sameName), args, readRecordings.into)
	})
}

// RecordingsOfCall finds the recordings of a call, the newest first; agent 0 = of all. It waits as RecordingsNamed does.
func (s *Store) RecordingsOfCall(ctx context.Context, vcc center.VCCID, call center.CallID, agent center.AgentID) ([]Recording, error) {
	return s.settled(ctx, func(ctx context.Context) ([]Recording, error) {
		return s.Recordings(ctx, Filter{VCC: vcc, Call: call, Agent: agent, Limit: sameName})
	})
}

// settled asks, and asks again when facts are written if the answer may have changed by them.
func (s *Store) settled(ctx context.Context, ask func(ctx context.Context) ([]Recording, error)) ([]Recording, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	found, err := ask(ctx)
	if err == nil && (len(found) == 0 || found[0].Ended.IsZero()) {
		if err = s.Flush(ctx); err == nil {
			found, err = ask(ctx)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("find recording: %w", err)
	}
	return found, nil
}

// upperDrive writes a path's drive letter as this center does. The reference has it both ways on its pages (cec_07_0455, cec_07_0529).
func upperDrive(name string) string {
	name = strings.ReplaceAll(name, `\`, "/")
	first, size := utf8.DecodeRuneInString(name)
	if strings.HasPrefix(name[size:], ":/") {
		return string(unicode.ToUpper(first)) + name[size:]
	}
	return name
}

// CallOver tells whether a call has ended: its record is there.
func (s *Store) CallOver(ctx context.Context, vcc center.VCCID, call center.CallID) (bool, error) {
	calls, err := s.Calls(ctx, Filter{VCC: vcc, Call: call, Limit: 1})
	return len(calls) > 0, err
}

// RecordingDays reads for how many days the VCCs keep their recordings; those that keep them for ever are not in it.
func (s *Store) RecordingDays(ctx context.Context) (map[center.VCCID]int, error) {
	type rule struct {
		vcc  center.VCCID
		days int
	}
	rules, err := collect(ctx, s.read, `SELECT id, recording_days FROM vcc WHERE recording_days > 0`, nil, func(r *rule) []any { return []any{&r.vcc, &r.days} })
	if err != nil {
		return nil, fmt.Errorf("read how long recordings are kept: %w", err)
	}
	days := make(map[center.VCCID]int, len(rules))
	for _, r := range rules {
		days[r.vcc] = r.days
	}
	return days, nil
}

// KeptRecordings finds recordings of a VCC that ended before a moment and are kept, the oldest first, at most limit. after goes on behind the
// last one of an earlier answer; "" begins.
func (s *Store) KeptRecordings(ctx context.Context, vcc center.VCCID, before time.Time, after center.RecordingID, limit int) ([]Recording, error) {
	found, err := collect(ctx, s.read, readRecordings.query+` WHERE vcc = $1 AND deleted_ms IS NULL AND ended_ms < $2
		AND id > COALESCE((SELECT MAX(id) FROM recording WHERE vcc = $1 AND recording = $3), 0) ORDER BY id LIMIT $4`,
		[]any{vcc, before.UnixMilli(), string(after), limit}, readRecordings.into)
	if err != nil {
		return nil, fmt.Errorf("find recordings: %w", err)
	}
	return found, nil
}

// RecordingDeleted notes that a recording's file has been deleted, and by whom (actor) in the audit. Its row stays. One that is noted already stays
// as it is.
func (s *Store) RecordingDeleted(ctx context.Context, r Recording, actor, why string) error {
	return s.noting(ctx, AuditEntry{VCC: r.VCC, ActorName: actor, Act: "deleteRecording", Target: r.Agent, Detail: string(r.ID) + ": " + why},
		`UPDATE recording SET deleted_ms = $1 WHERE vcc = $2 AND recording = $3 AND deleted_ms IS NULL`, s.now().UnixMilli(), r.VCC, string(r.ID))
}

// Note writes an entry of the audit about an act of ours; its time is now.
func (s *Store) Note(ctx context.Context, e AuditEntry) error { return s.noting(ctx, e, "") }

// noting writes an entry of the audit together with the change it is about, if that changes anything; "" = there is none.
func (s *Store) noting(ctx context.Context, e AuditEntry, change string, args ...any) error {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	e.At = s.now()
	tx, err := s.begin(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", e.Act, err)
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	if change != "" {
		done, err := tx.ExecContext(ctx, change, args...)
		if err != nil {
			return fmt.Errorf("%s: %w", e.Act, err)
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return err
		}
	}
	if err := writeAudit(ctx, tx, e); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("%s: %w", e.Act, err)
	}
	return nil
}
