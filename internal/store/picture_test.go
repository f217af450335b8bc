package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
)

// TestEachState_ReadsNoYears: a day among years of states is read by an index that has a beginning and an end, on every engine.
func TestEachState_ReadsNoYears(t *testing.T) { onAll(t, testEachStateReadsNoYears) }

func testEachStateReadsNoYears(t *testing.T, place sites) {
	s := mustOpen(t, place(t))
	const days, each = 800, 20
	long := at(0).AddDate(0, 0, -days)
	var facts []center.Effect
	for day := range days {
		for n := range each {
			from := long.AddDate(0, 0, day).Add(time.Duration(n) * time.Hour)
			facts = append(facts, center.StateRecord{VCC: 1, Agent: 101, State: center.StateIdle, From: from, To: from.Add(time.Hour)})
		}
	}
	s.Carry(1, facts)
	mustFlush(t, s)
	if isPostgres(s) { // its planner knows tables only by their statistics
		if _, err := s.write.ExecContext(t.Context(), `ANALYZE agent_state`); err != nil {
			t.Fatal(err)
		}
	}
	middle := long.AddDate(0, 0, days/2)
	span := Span{VCC: 1, From: middle.Add(30 * time.Minute), Until: middle.AddDate(0, 0, 1)}
	read := 0
	if err := s.EachState(t.Context(), span, func(center.StateRecord) error { read++; return nil }); err != nil || read != each {
		t.Errorf("%d states, %v; want %d, the one that reaches into the time among them", read, err, each)
	}
	begin, err := earliest(t.Context(), s.read, span)
	if err != nil || !begin.Equal(span.From.Add(-time.Hour)) {
		t.Fatalf("what is read begins at %v, %v; want an hour before %v", begin, err, span.From)
	}
	args := []any{span.VCC, span.From.UnixMilli(), span.Until.UnixMilli(), begin.UnixMilli()}
	wantPlan(t, s, readStates.span(), args, "agent_state_by_time", map[bool]string{false: "from_ms>? AND from_ms<?", true: "from_ms >="})
	wantPlan(t, s, longestState, []any{span.VCC}, "agent_state_by_length", map[bool]string{false: "vcc=?", true: "Index"})
	for _, r := range []struct{ query, index string }{
		{readCalls.span(), "call_record_by_time"}, {readLegs.span(), "leg_record_by_time"}, {readQueues.span(), "queue_record_by_time"}, {readTries.span(), "try_record_by_time"},
	} {
		if !isPostgres(s) { // an empty table is read whole there, and rightly
			wantPlan(t, s, r.query, args, r.index, map[bool]string{})
		}
	}
}

// wantPlan wants a statement to use an index, with both bounds of the time; part is looked for by whether the engine is PostgreSQL.
func wantPlan(t *testing.T, s *Store, query string, args []any, index string, part map[bool]string) {
	t.Helper()
	explain, column := "EXPLAIN QUERY PLAN ", 3
	if isPostgres(s) {
		explain, column = "EXPLAIN ", 0
	}
	rows, err := s.read.QueryContext(t.Context(), explain+query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var plan strings.Builder
	for rows.Next() {
		columns := make([]any, column+1)
		for i := range columns {
			columns[i] = new(any)
		}
		if err := rows.Scan(columns...); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&plan, *columns[column].(*any))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(plan.String(), index) || !strings.Contains(plan.String(), part[isPostgres(s)]) || strings.Contains(plan.String(), "Seq Scan") {
		t.Errorf("%s\nis carried out by\n%s", query, plan.String())
	}
}

// TestPicture: what is written meanwhile is not in the picture, and the picture says so.
func TestPicture(t *testing.T) { onAll(t, testPicture) }

func testPicture(t *testing.T, place sites) {
	s := mustOpen(t, place(t), KeepSessions())
	if err := s.Journaled(t.Context(), "j1"); err != nil {
		t.Fatal(err)
	}
	s.CarryNumbered(1, 5, commandFacts(5))
	mustFlush(t, s)
	span := Span{VCC: 1, From: at(0), Until: at(100)}
	err := s.Picture(t.Context(), func(p *Picture) error {
		seq, part, err := p.Written(t.Context(), 1)
		if err != nil || seq != 5 || part != 3 {
			t.Errorf("written up to %d/%d, %v; want 5/3", seq, part, err)
		}
		if seq, _, err := p.Written(t.Context(), 2); err != nil || seq != 0 {
			t.Errorf("of a VCC without facts: %d, %v", seq, err)
		}
		s.CarryNumbered(1, 6, commandFacts(6))
		mustFlush(t, s)
		calls, states := 0, 0
		if err := p.EachCall(t.Context(), span, func(center.CallRecord) error { calls++; return nil }); err != nil {
			return err
		}
		if seq, _, err := p.Written(t.Context(), 1); err != nil || seq != 5 {
			t.Errorf("later in the picture: %d, %v", seq, err)
		}
		if err := p.EachState(t.Context(), span, func(center.StateRecord) error { states++; return nil }); err != nil {
			return err
		}
		if calls != 1 || states != 1 {
			t.Errorf("%d calls and %d states in the picture, want 1 and 1", calls, states)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Journaled(t.Context(), "j2"); err != nil {
		t.Fatal(err)
	}
	err = s.Picture(t.Context(), func(p *Picture) error {
		if seq, _, err := p.Written(t.Context(), 1); err != nil || seq != 0 {
			t.Errorf("numbers of another journal count: %d, %v", seq, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestZone: a VCC's days begin where its configuration says.
func TestZone(t *testing.T) { onAll(t, testZone) }

func testZone(t *testing.T, place sites) {
	where := place(t)
	s := mustOpen(t, where)
	mustApply(t, s, strings.Replace(sample, "wait_music: bells", "wait_music: bells\n    zone: Europe/Berlin", 1))
	want := func(when string, s *Store) {
		t.Helper()
		if zone := s.Zone(7); zone.String() != "Europe/Berlin" {
			t.Errorf("%s: the zone is %s", when, zone)
		}
		if zone := s.Zone(3); zone != time.UTC {
			t.Errorf("%s: a VCC without a zone has %s", when, zone)
		}
	}
	want("applied", s)
	mustClose(t, s)
	s = mustOpen(t, where)
	want("opened again", s)
	if changes := mustApply(t, s, sample); s.Zone(7) != time.UTC || !strings.Contains(changes.String(), "VCC") {
		t.Errorf("without the member: %s, changes %q", s.Zone(7), changes)
	}
}
