package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"ccgateway/internal/center"
)

// Bounds of a query's answer.
const (
	defaultLimit = 100
	maxLimit     = 10_000
)

// Filter picks facts; a zero member picks all. From and Until bound the moment at which the fact began (audit: happened), From included.
// The newest come first.
type Filter struct {
	VCC   center.VCCID
	Call  center.CallID
	Agent center.AgentID
	From  time.Time
	Until time.Time
	Limit int // rows at most; 0 = 100, never more than 10,000
}

// columns names the columns that a filter looks at; "" = the table has none.
type columns struct {
	began, call string
	ended       string   // the moment of the end, of facts that each counts from any part of which lies in its time
	agent       []string // any of these
}

// where writes the end of a query.
func (f Filter) where(c columns) (string, []any) {
	var terms []string
	var args []any
	is := func(term string, arg any) {
		args = append(args, arg)
		terms = append(terms, strings.ReplaceAll(term, "?", fmt.Sprintf("$%d", len(args))))
	}
	if f.VCC != 0 {
		is("vcc = ?", f.VCC)
	}
	if f.Call != "" && c.call != "" {
		is(c.call+" = ?", string(f.Call))
	}
	if f.Agent != 0 {
		is("("+strings.Join(c.agent, " = ? OR ")+" = ?)", f.Agent)
	}
	if !f.From.IsZero() {
		is(c.began+" >= ?", f.From.UnixMilli())
	}
	if !f.Until.IsZero() {
		is(c.began+" < ?", f.Until.UnixMilli())
	}
	limit := f.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	text := ""
	if len(terms) > 0 {
		text = " WHERE " + strings.Join(terms, " AND ")
	}
	args = append(args, min(limit, maxLimit))
	return fmt.Sprintf("%s ORDER BY %s DESC, id DESC LIMIT $%d", text, c.began, len(args)), args
}

// find runs a query with a filter.
func find[T any](ctx context.Context, q querier, what, query string, f Filter, c columns, into func(*T) []any) ([]T, error) {
	end, args := f.where(c)
	all, err := collect(ctx, q, query+end, args, into)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", what, err)
	}
	return all, nil
}

// reader is how one kind of fact is read.
type reader[T any] struct {
	what    string
	query   string
	columns columns
	into    func(*T) []any // where the columns of a row go
}

// find reads the newest that a filter picks.
func (r reader[T]) find(ctx context.Context, q querier, f Filter) ([]T, error) {
	return find(ctx, q, r.what, r.query, f, r.columns, r.into)
}

var readCalls = reader[center.CallRecord]{"calls", `SELECT vcc, call_id, feature, media, skill, caller, called, trunk, began_ms, answered_ms, ended_ms, waited_ms, requeued, agent,
		reason, released FROM call_record`, columns{began: "began_ms", call: "call_id", agent: []string{"agent"}}, func(r *center.CallRecord) []any {
	return []any{
		&r.VCC, &r.Call, &r.Feature, &r.Media, &r.Skill, &r.Caller, &r.Called, &r.Trunk, when{&r.Began}, when{&r.Answered}, when{&r.Ended},
		long{&r.Waited}, &r.Requeued, &r.Agent, &r.Reason, &r.Released,
	}
}}

// Calls finds call records.
func (s *Store) Calls(ctx context.Context, f Filter) ([]center.CallRecord, error) {
	return readCalls.find(ctx, s.read, f)
}

var readLegs = reader[center.LegRecord]{"legs", `SELECT vcc, call_id, leg, party, agent, number, skill, began_ms, ringing_ms, answered_ms, ended_ms, held_ms, reason, waited_ms,
		feature, maker, talked, in_flow_ms
		FROM leg_record`, columns{began: "began_ms", call: "call_id", agent: []string{"agent"}}, func(r *center.LegRecord) []any {
	return []any{
		&r.VCC, &r.Call, &r.Leg, &r.Party, &r.Agent, &r.Number, &r.Skill, when{&r.Began}, when{&r.Ringing}, when{&r.Answered}, when{&r.Ended},
		long{&r.Held}, &r.Reason, long{&r.Waited}, &r.Feature, &r.Maker, &r.Talked, long{&r.InFlow},
	}
}}

// Legs finds the records of parties' stays in calls.
func (s *Store) Legs(ctx context.Context, f Filter) ([]center.LegRecord, error) {
	return readLegs.find(ctx, s.read, f)
}

var readQueues = reader[center.QueueRecord]{"stays in queues", `SELECT vcc, call_id, feature, skill, entered_ms, left_ms, outcome, agent, offers FROM queue_record`,
	columns{began: "entered_ms", call: "call_id", agent: []string{"agent"}}, func(r *center.QueueRecord) []any {
		return []any{&r.VCC, &r.Call, &r.Feature, &r.Skill, when{&r.Entered}, when{&r.Left}, &r.Outcome, &r.Agent, &r.Offers}
	}}

// Queues finds stays of customers in skill queues; the filter's Agent is who answered.
func (s *Store) Queues(ctx context.Context, f Filter) ([]center.QueueRecord, error) {
	return readQueues.find(ctx, s.read, f)
}

var readTries = reader[center.TryRecord]{"tries to reach customers", `SELECT vcc, control, skill, feature, agent, number, call_id, entered_ms, began_ms, ended_ms, outcome, last_try
		FROM try_record`, columns{began: "began_ms", call: "call_id", agent: []string{"agent"}}, func(r *center.TryRecord) []any {
	return []any{
		&r.VCC, &r.Control, &r.Skill, &r.Feature, &r.Agent, &r.Number, &r.Call, when{&r.Entered}, when{&r.Began}, when{&r.Ended}, &r.Outcome, &r.Final,
	}
}}

// Tries finds tries to reach customers who wait to be called.
func (s *Store) Tries(ctx context.Context, f Filter) ([]center.TryRecord, error) {
	return readTries.find(ctx, s.read, f)
}

var readStates = reader[center.StateRecord]{"states", `SELECT vcc, agent, state, reason, from_ms, to_ms, call_id FROM agent_state`,
	columns{began: "from_ms", ended: "to_ms", call: "call_id", agent: []string{"agent"}}, func(r *center.StateRecord) []any {
		return []any{&r.VCC, &r.Agent, &r.State, &r.Reason, when{&r.From}, when{&r.To}, &r.Call}
	}}

// States finds agents' past states.
func (s *Store) States(ctx context.Context, f Filter) ([]center.StateRecord, error) {
	return readStates.find(ctx, s.read, f)
}

// Session is a sign-in.
type Session struct {
	VCC    center.VCCID
	Agent  center.AgentID
	Number center.Session
	Phone  string
	IP     string
	Push   bool
	Began  time.Time
	Ended  time.Time      // zero = goes on
	Reason int            // as center.SessionEnded.Reason; center.ReasonLostConnection also when the server stopped
	By     center.AgentID // the inspector who ended it
}

// Sessions finds sign-ins. The filter's Call is not looked at.
func (s *Store) Sessions(ctx context.Context, f Filter) ([]Session, error) {
	return find(ctx, s.read, "sessions", `SELECT vcc, agent, session_no, phone, ip, push, began_ms, ended_ms, reason, ended_by FROM agent_session`, f,
		columns{began: "began_ms", agent: []string{"agent"}}, func(r *Session) []any {
			return []any{&r.VCC, &r.Agent, &r.Number, &r.Phone, &r.IP, &r.Push, when{&r.Began}, when{&r.Ended}, &r.Reason, &r.By}
		})
}

// AuditEntry says who did what.
type AuditEntry struct {
	VCC       center.VCCID // 0 = the installation
	At        time.Time
	Actor     center.AgentID // 0 = the system, or ActorName
	ActorName string         // an administrator
	Act       string
	Target    center.AgentID
	Detail    string
}

// Audit finds entries of the audit; the filter's Agent finds what he did and what was done to him, its Call is not looked at.
func (s *Store) Audit(ctx context.Context, f Filter) ([]AuditEntry, error) {
	return find(ctx, s.read, "audit", `SELECT vcc, at_ms, actor, actor_name, act, target, detail FROM audit`, f,
		columns{began: "at_ms", agent: []string{"actor", "target"}}, func(r *AuditEntry) []any {
			return []any{&r.VCC, when{&r.At}, &r.Actor, &r.ActorName, &r.Act, &r.Target, &r.Detail}
		})
}

const insertAudit = `INSERT INTO audit (vcc, at_ms, actor, actor_name, act, target, detail) VALUES ($1, $2, $3, $4, $5, $6, $7)`

// writeAudit writes an entry of ours.
func writeAudit(ctx context.Context, tx *batch, e AuditEntry) error {
	if err := statement(ctx, tx, insertAudit, e.VCC, millis(e.At), e.Actor, e.ActorName, e.Act, e.Target, e.Detail); err != nil {
		return fmt.Errorf("write audit: %w", err)
	}
	return nil
}
