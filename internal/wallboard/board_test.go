package wallboard_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"ccgateway/internal/center"
	"ccgateway/internal/report"
	"ccgateway/internal/wallboard"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestFigures_AreThoseOfTheRecords: whatever happens, before a board begins, while it reads and after, over the ends of intervals and
// days (one of them with a change of the clock), its figures are those of a report over the records, and who has followed the
// changes knows what a new watcher is told. (FIELD-LESSONS: figures that agree; counters that are zero after a restart, qpanel#113.)
func TestFigures_AreThoseOfTheRecords(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		s := newStage(t, wallboard.Options{Interval: 30 * time.Minute})
		r := rand.New(rand.NewPCG(seed, 5))
		for range 50 + r.IntN(250) {
			s.play(r)
		}
		if seed%2 == 0 {
			must(t, s.store.Flush(t.Context()))
		}
		var playing sync.WaitGroup
		playing.Go(func() { // while the board reads
			for range 80 {
				s.play(r)
			}
		})
		w, m := s.watch(""), &wallboard.View{}
		playing.Wait()
		for range 5 {
			for range r.IntN(100) {
				s.play(r)
			}
			follow(t, w, m, func(m *wallboard.View) bool { return m.At.Equal(s.now) })
			s.compare(seed, m)
		}
		fresh := &wallboard.View{}
		follow(t, s.watch(""), fresh, func(m *wallboard.View) bool { return !m.At.IsZero() })
		if diff := cmp.Diff(fresh, m, cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".At" }, cmp.Ignore())); diff != "" {
			t.Errorf("seed %d: who has followed knows something else than who is new:\n%s", seed, diff)
		}
	}
}

// compare compares the figures of a model with those of reports.
func (s *stage) compare(seed uint64, m *wallboard.View) {
	s.t.Helper()
	year, month, date := s.now.In(s.zone).Date()
	from, until := time.Date(year, month, date, 0, 0, 0, 0, s.zone), time.Date(year, month, date+1, 0, 0, 0, 0, s.zone)
	begin := from.Add(s.now.Sub(from).Truncate(30 * time.Minute))
	for _, c := range []struct {
		what   string
		kind   report.Kind
		from   time.Time
		until  time.Time
		member string
		rows   wallboard.Rows
	}{
		{"agents", report.ByAgent, from, until, "today", m.Agents},
		{"queues", report.BySkill, from, until, "today", m.Queues},
		{"queues", report.BySkill, begin, begin.Add(30 * time.Minute), "interval", m.Queues},
		{"VCC", report.ByVCC, from, until, "today", wallboard.Rows{"": m.VCC}},
		{"VCC", report.ByVCC, begin, begin.Add(30 * time.Minute), "interval", wallboard.Rows{"": m.VCC}},
	} {
		want := s.reported(c.kind, c.from, c.until)
		for name, figures := range want {
			got := map[string]any{}
			if err := json.Unmarshal(c.rows[name][c.member], &got); err != nil {
				s.t.Fatalf("seed %d: %s %q have no figures %s: %v, want %v", seed, c.what, name, c.member, err, figures)
			}
			for column, value := range figures {
				if !reflect.DeepEqual(got[column], value) {
					s.t.Errorf("seed %d, %s: %s of %s %q, %s, is %v, by the records %v", seed, s.now, column, c.what, name, c.member, got[column], value)
				}
			}
		}
		for name, row := range c.rows {
			var got struct{ Offered, Answered, Talk, Idle int64 }
			if row[c.member] == nil || want[name] != nil {
				continue
			}
			if must(s.t, json.Unmarshal(row[c.member], &got)); got.Offered+got.Answered+got.Talk+got.Idle != 0 {
				s.t.Errorf("seed %d: %s %q has figures %s that no record has: %s", seed, c.what, name, c.member, row[c.member])
			}
		}
	}
}

// TestWatch_GoesOn: who comes back with his last number gets what he has missed and nothing twice; with a number of another board, or one that
// never was, he gets a snapshot.
func TestWatch_GoesOn(t *testing.T) {
	t.Parallel()
	s := newStage(t, wallboard.Options{})
	r := rand.New(rand.NewPCG(1, 1))
	w, m := s.watch(""), &wallboard.View{}
	first, err := w.Next(t.Context())
	must(t, err)
	must(t, m.Take(first))
	w.Close()
	for range 20 {
		s.play(r)
	}
	again := s.watch(first.ID)
	if !again.Resumed() {
		t.Fatal("who comes back at once has to begin anew")
	}
	follow(t, again, m, func(m *wallboard.View) bool { return m.At.Equal(s.now) })
	fresh := &wallboard.View{}
	follow(t, s.watch(""), fresh, func(m *wallboard.View) bool { return !m.At.IsZero() })
	if diff := cmp.Diff(fresh.Agents, m.Agents); diff != "" {
		t.Errorf("who came back knows something else:\n%s", diff)
	}
	for _, id := range []string{"other-1", first.ID[:len(first.ID)-1] + "9999", "x", "-", first.ID + "x"} {
		if w := s.watch(id); w.Resumed() {
			t.Errorf("a board goes on from %q", id)
		}
	}
}

// TestWatch_Bounds: no more watchers than may, no VCC that is none; a board whose center fails says so, and the next watch begins anew.
func TestWatch_Bounds(t *testing.T) {
	t.Parallel()
	s := newStage(t, wallboard.Options{Bounds: wallboard.Bounds{Watchers: 2}})
	if _, err := s.boards.Watch(t.Context(), 8, ""); !errors.Is(err, wallboard.ErrNoVCC) {
		t.Errorf("a VCC that is none: %v", err)
	}
	first, second := s.watch(""), s.watch("")
	if _, err := s.boards.Watch(t.Context(), vcc, ""); !errors.Is(err, wallboard.ErrTooMany) {
		t.Errorf("a third watcher of two: %v", err)
	}
	s.boards.Set(wallboard.Bounds{Watchers: 3})
	third := s.watch("")
	s.boards.Set(wallboard.Bounds{Watchers: 1}) // who is there already stays
	third.Close()
	if _, err := s.boards.Watch(t.Context(), vcc, ""); !errors.Is(err, wallboard.ErrTooMany) {
		t.Errorf("a third watcher of one: %v", err)
	}
	second.Close()
	second.Close()
	if got := s.boards.Stats().Watchers; got != 1 {
		t.Errorf("%d watchers, want 1", got)
	}
	m := &wallboard.View{}
	follow(t, first, m, func(m *wallboard.View) bool { return !m.At.IsZero() })
	s.carry(func() []center.Effect { s.broken = errors.New("broken"); return nil })
	if _, err := first.Next(t.Context()); !errors.Is(err, wallboard.ErrUnavailable) {
		t.Errorf("of a broken center: %v", err)
	}
	if _, err := s.boards.Watch(t.Context(), vcc, ""); !errors.Is(err, wallboard.ErrUnavailable) {
		t.Errorf("a new watch of a broken center: %v", err)
	}
	s.carry(func() []center.Effect { s.broken = nil; return nil })
	third = s.watch("")
	follow(t, third, m, func(m *wallboard.View) bool { return !m.At.IsZero() })
	s.boards.Close()
	var err error
	for err == nil { // a change may have come before
		_, err = third.Next(t.Context())
	}
	if !errors.Is(err, wallboard.ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
	if _, err := s.boards.Watch(t.Context(), vcc, ""); !errors.Is(err, wallboard.ErrClosed) {
		t.Errorf("a watch after the end: %v", err)
	}
}

// TestWatch_Changes: as many changes are kept as the configuration says; who is further behind begins anew. Messages keep the pause.
func TestWatch_Changes(t *testing.T) {
	t.Parallel()
	const kept, pause = 16, 20 * time.Millisecond
	s := newStage(t, wallboard.Options{Bounds: wallboard.Bounds{Changes: kept, Pause: pause}})
	r := rand.New(rand.NewPCG(2, 2))
	w := s.watch("")
	ids := make([]string, 0, kept+2)
	begun := time.Now()
	for range cap(ids) {
		m, err := w.Next(t.Context())
		must(t, err)
		ids = append(ids, m.ID)
		s.play(r)
	}
	if spent := time.Since(begun); spent < (kept-1)*pause {
		t.Errorf("%d messages took %s, with a pause of %s between them", len(ids), spent, pause)
	}
	if s.watch(ids[0]).Resumed() {
		t.Error("a change is kept that is too old")
	}
	if !s.watch(ids[3]).Resumed() { // one may have come since
		t.Error("a change is not kept any more")
	}
}

// TestChanges_AreSmall: one agent's change does not tell of the others.
func TestChanges_AreSmall(t *testing.T) {
	t.Parallel()
	s := newStage(t, wallboard.Options{})
	for id := center.AgentID(101); id < 110; id++ {
		s.people[id] = &center.AgentRow{Agent: id, State: center.StateIdle, Since: s.now, Skills: []center.SkillID{1}}
	}
	w := s.watch("")
	snapshot, err := w.Next(t.Context())
	must(t, err)
	since := s.now
	s.carry(func() []center.Effect {
		s.now = s.now.Add(time.Second)
		*s.people[105] = center.AgentRow{Agent: 105, State: center.StateRest, Since: s.now, Reason: 3, Skills: []center.SkillID{1}}
		return []center.Effect{center.StateRecord{VCC: vcc, Agent: 105, State: center.StateIdle, From: since, To: s.now}}
	})
	change, err := w.Next(t.Context())
	must(t, err)
	m := &wallboard.View{}
	must(t, m.Take(snapshot))
	if len(m.Agents) != 9 {
		t.Errorf("%d agents in the snapshot", len(m.Agents))
	}
	m.Agents = wallboard.Rows{}
	must(t, m.Take(change))
	if len(m.Agents) != 1 || string(m.Agents["105"]["state"]) != `"rest"` || string(m.Agents["105"]["reason"]) != "3" {
		t.Errorf("the change: %s", change.Data)
	}
	var day struct{ Idle, Rest int }
	must(t, json.Unmarshal(m.Agents["105"]["today"], &day))
	if day.Idle != 1000 || day.Rest != 0 {
		t.Errorf("the figures of the change: %+v", day)
	}
}
