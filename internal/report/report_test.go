package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/report"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

var start = time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)

// at is a moment so many seconds after the start.
func at(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }

func mustTally(t *testing.T, span report.Span) *report.Tally {
	t.Helper()
	tally, err := report.NewTally(span, report.Terms{})
	if err != nil {
		t.Fatal(err)
	}
	return tally
}

func mustSheet(t *testing.T, tally *report.Tally, kind report.Kind) report.Sheet {
	t.Helper()
	s, err := tally.Sheet(kind, report.Names{Skills: map[center.SkillID]string{1: "support"}, Agents: map[center.AgentID]string{101: "Ann"}, Reasons: map[int]string{1: "lunch"}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// row picks the figures of a row by their names.
func row(s report.Sheet, n int) map[string]any {
	all := map[string]any{}
	for i, c := range s.Columns {
		all[c.Name] = s.Rows[n][i]
	}
	return all
}

// want compares some figures of a row.
func want(t *testing.T, s report.Sheet, n int, figures map[string]any) {
	t.Helper()
	if n >= len(s.Rows) {
		t.Fatalf("%s: only %d rows", s.Kind, len(s.Rows))
	}
	got := row(s, n)
	for name, value := range figures {
		if !cmp.Equal(got[name], value) {
			t.Errorf("%s, row %d: %s is %v, want %v", s.Kind, n, name, got[name], value)
		}
	}
}

func TestTally_Queue(t *testing.T) {
	tally := mustTally(t, report.Span{From: start, Until: at(3600), Every: 30 * time.Minute})
	stay := func(from, to int, outcome center.QueueOutcome) {
		tally.AddQueue(center.QueueRecord{Skill: 1, Entered: at(from), Left: at(to), Outcome: outcome, Offers: 1})
	}
	stay(-1, 100, center.QueueAnswered) // before
	stay(0, 20, center.QueueAnswered)   // just within
	stay(10, 31, center.QueueAnswered)
	stay(20, 24, center.QueueAbandoned) // short
	stay(30, 60, center.QueueAbandoned)
	stay(40, 340, center.QueueTimedOut)
	stay(1799, 1801, center.QueueMoved)
	stay(1800, 1801, center.QueueClosed)
	tally.AddLeg(center.LegRecord{Party: center.PartyAgent, Agent: 101, Call: "a", Skill: 1, Began: at(10), Ringing: at(12), Answered: at(20), Ended: at(120), Held: 30 * time.Second})
	tally.AddState(center.StateRecord{Agent: 101, State: center.StateWork, Call: "a", From: at(120), To: at(150)})
	s := mustSheet(t, tally, report.BySkill)
	want(t, s, 0, map[string]any{
		"skill_name": "support", "offered": 6, "answered": 2, "within": 1, "abandoned": 2, "short_abandons": 1, "timed_out": 1, "moved": 1, "closed": 0,
		"service_level": 0.2, "asa": 20500 * time.Millisecond, "longest_wait": 300 * time.Second, "average_abandon": 17 * time.Second, "offers": 6,
		"handled": 1, "talk": 70 * time.Second, "hold": 30 * time.Second, "wrap_up": 30 * time.Second, "aht": 130 * time.Second,
	})
	want(t, s, 1, map[string]any{"offered": 1, "closed": 1, "asa": nil, "service_level": 0.0, "aht": nil})
}

func TestTally_Agent(t *testing.T) {
	tally := mustTally(t, report.Span{From: start, Until: at(3600), Every: 30 * time.Minute})
	leg := func(feature int, maker bool, began, ringing, answered, ended int, reason center.Leave) {
		r := center.LegRecord{Party: center.PartyAgent, Agent: 101, Feature: feature, Maker: maker, Began: at(began), Ended: at(ended), Reason: reason}
		if ringing > 0 {
			r.Ringing = at(ringing)
		}
		if answered > 0 {
			r.Answered = at(answered)
		}
		tally.AddLeg(r)
	}
	leg(0, false, 1, 2, 5, 65, center.LeaveUser)
	leg(0, false, 100, 101, 0, 131, center.LeaveAgentNoAnswer)
	leg(0, false, 200, 201, 0, 203, center.LeaveAgentRefused)
	leg(7, true, 300, 0, 310, 330, center.LeaveAgent)
	leg(7, true, 400, 0, 0, 410, center.LeaveUserNoAnswer)
	leg(6, true, 500, 0, 501, 511, center.LeaveAgent)
	leg(52, false, 600, 601, 602, 605, center.LeaveAgent)
	tally.AddLeg(center.LegRecord{Party: center.PartyCustomer, Began: at(1), Answered: at(2), Ended: at(3)})
	state := func(state center.State, reason, from, to int) {
		tally.AddState(center.StateRecord{Agent: 101, State: state, Reason: reason, From: at(from), To: at(to)})
	}
	state(center.StateIdle, 0, -100, 1000)
	state(center.StateTalking, 0, 1000, 1700)
	state(center.StateRest, 1, 1700, 1900)
	state(center.StateBusy, 201, 1900, 5000)
	s := mustSheet(t, tally, report.ByAgent)
	want(t, s, 0, map[string]any{
		"agent": 101, "agent_name": "Ann", "offered": 4, "answered": 2, "unanswered": 1, "refused": 1, "called_out": 2, "reached": 1, "called_inner": 1, "conferences": 1,
		"talk": 93 * time.Second, "talk_inbound": 60 * time.Second, "talk_outbound": 20 * time.Second, "talk_inner": 10 * time.Second, "talk_three": 3 * time.Second,
		"ring": 36 * time.Second, "idle": 1000 * time.Second, "in_use": 700 * time.Second, "rest": 100 * time.Second, "busy": time.Duration(0),
		"signed_in": 1800 * time.Second, "occupancy": 700.0 / 1700,
	})
	want(t, s, 1, map[string]any{"rest": 100 * time.Second, "busy": 1700 * time.Second, "signed_in": 1800 * time.Second, "offered": 0})
	reasons := mustSheet(t, tally, report.ByReason)
	want(t, reasons, 0, map[string]any{"state": "rest", "reason": 1, "reason_name": "lunch", "time": 100 * time.Second})
	want(t, reasons, 1, map[string]any{"state": "busy", "reason": 201, "time": 1700 * time.Second})
}

// TestTally_Reconciles adds random facts up and compares the sums over all intervals with the sums over the facts, to the millisecond.
func TestTally_Reconciles(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 1))
		span := report.Span{From: start, Until: at(24 * 3600), Every: []time.Duration{0, 15 * time.Minute, time.Hour, 7 * time.Hour}[seed%4]}
		tally := mustTally(t, span)
		moment := func() time.Time {
			return start.Add(time.Duration(r.Int64N(30*3600*1000)-3*3600*1000) * time.Millisecond)
		}
		inside := func(m time.Time) bool { return !m.Before(span.From) && m.Before(span.Until) }
		var talk, states, waits time.Duration
		offered := 0
		for range 300 {
			from := moment()
			q := center.QueueRecord{Skill: center.SkillID(1 + r.IntN(3)), Entered: from, Left: from.Add(time.Duration(r.IntN(90_000)) * time.Millisecond), Outcome: center.QueueOutcome(1 + r.IntN(5))}
			tally.Add(q)
			if inside(from) {
				offered++
				waits += q.Left.Sub(q.Entered)
			}
			from = moment()
			l := center.LegRecord{Party: center.PartyAgent, Agent: center.AgentID(101 + r.IntN(3)), Feature: []int{0, 6, 7, 51, 52}[r.IntN(5)], Began: from, Answered: from.Add(time.Second), Held: time.Duration(r.IntN(1000)) * time.Millisecond}
			l.Ended = l.Answered.Add(l.Held + time.Duration(r.IntN(500_000))*time.Millisecond)
			tally.Add(l)
			if inside(from) {
				talk += l.Ended.Sub(l.Answered) - l.Held
			}
			from = moment()
			s := center.StateRecord{Agent: center.AgentID(101 + r.IntN(3)), State: []center.State{3, 4, 5, 7, 8}[r.IntN(5)], From: from, To: from.Add(time.Duration(r.IntN(5*3600*1000)) * time.Millisecond)}
			tally.Add(s)
			begin, end := s.From, s.To
			if begin.Before(span.From) {
				begin = span.From
			}
			if end.After(span.Until) {
				end = span.Until
			}
			states += max(0, end.Sub(begin))
		}
		var gotTalk, gotStates, gotWaits time.Duration
		gotOffered := 0
		agents, queues := mustSheet(t, tally, report.ByAgent), mustSheet(t, tally, report.BySkill)
		for n := range agents.Rows {
			gotTalk += row(agents, n)["talk"].(time.Duration)
			gotStates += row(agents, n)["signed_in"].(time.Duration)
		}
		for n := range queues.Rows {
			f := row(queues, n)
			gotWaits += f["wait"].(time.Duration)
			gotOffered += f["offered"].(int)
			if parts := f["answered"].(int) + f["abandoned"].(int) + f["timed_out"].(int) + f["moved"].(int) + f["closed"].(int); parts != f["offered"] {
				t.Errorf("seed %d: %v offered, %d ended", seed, f["offered"], parts)
			}
		}
		if gotTalk != talk || gotStates != states || gotWaits != waits || gotOffered != offered {
			t.Errorf("seed %d: talk %s of %s, states %s of %s, waits %s of %s, offered %d of %d", seed, gotTalk, talk, gotStates, states, gotWaits, waits, gotOffered, offered)
		}
		whole := mustSheet(t, tally, report.ByVCC)
		var vccTalk time.Duration
		for n := range whole.Rows {
			vccTalk += row(whole, n)["agents_talk"].(time.Duration)
		}
		if vccTalk != talk {
			t.Errorf("seed %d: the VCC talked %s, its agents %s", seed, vccTalk, talk)
		}
	}
}

func TestSpan(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	long := report.Span{From: time.Date(2026, 10, 24, 0, 0, 0, 0, berlin), Until: time.Date(2026, 10, 27, 0, 0, 0, 0, berlin), Every: 24 * time.Hour, Zone: berlin}
	tally := mustTally(t, long)
	tally.AddState(center.StateRecord{Agent: 101, State: center.StateIdle, From: long.From, To: long.Until})
	s := mustSheet(t, tally, report.ByAgent)
	want(t, s, 0, map[string]any{"idle": 24 * time.Hour})
	want(t, s, 1, map[string]any{"idle": 25 * time.Hour}) // summer time ends
	want(t, s, 2, map[string]any{"idle": 24 * time.Hour})
	for _, bad := range []report.Span{
		{From: start, Until: start}, {From: start, Until: at(10), Every: time.Second}, {From: start, Until: at(10), Every: -time.Hour},
		{From: start, Until: start.AddDate(10, 0, 0), Every: time.Minute},
	} {
		if _, err := report.NewTally(bad, report.Terms{}); !errors.Is(err, report.ErrSpan) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func TestSheet_Write(t *testing.T) {
	tally := mustTally(t, report.Span{From: start, Until: at(3600)})
	tally.AddQueue(center.QueueRecord{Skill: 1, Entered: at(0), Left: at(90), Outcome: center.QueueAnswered})
	tally.AddState(center.StateRecord{Agent: 101, State: center.StateRest, Reason: 7, From: at(0), To: at(61)})
	s := mustSheet(t, tally, report.BySkill)
	var text bytes.Buffer
	if err := s.Write(&text, report.CSV); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&text).ReadAll()
	if err != nil || len(lines) != 2 {
		t.Fatalf("%v, %v", lines, err)
	}
	if lines[0][0] != "from" || lines[1][0] != "2026-11-25T08:00:00.000Z" || !strings.Contains(strings.Join(lines[1], ","), "90.000") {
		t.Errorf("CSV: %v", lines)
	}
	text.Reset()
	if err := s.Write(&text, report.JSON); err != nil {
		t.Fatal(err)
	}
	var read struct {
		Kind    string
		Columns []report.Column
		Rows    []map[string]any
	}
	if err := json.Unmarshal(text.Bytes(), &read); err != nil {
		t.Fatal(err)
	}
	if read.Kind != "skill" || len(read.Columns) != len(s.Columns) || read.Columns[len(read.Columns)-1].Formula == "" || fmt.Sprint(read.Rows[0]["asa"]) != "90000" {
		t.Errorf("JSON: %+v", read)
	}
	text.Reset()
	if err := s.Write(&text, report.XLSX); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&text)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows("report")
	if err != nil || len(rows) != 2 || rows[0][4] != "Offered" || rows[1][4] != "1" {
		t.Errorf("XLSX: %v, %v", rows, err)
	}
	if !strings.Contains(strings.Join(rows[1], " "), "0:01:30") {
		t.Errorf("a duration is not written as one: %v", rows[1])
	}
	if explained, err := book.GetRows("formulas"); err != nil || len(explained) != len(s.Columns)+1 {
		t.Errorf("%d formulas of %d, %v", len(explained), len(s.Columns), err)
	}
	if err := s.Write(&text, "pdf"); err == nil {
		t.Error("a format that is none is written")
	}
}
