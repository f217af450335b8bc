package wallboard

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/store"
)

// Sizes of the benchmarks: what docs/wallboards.md tells figures of.
const (
	benchAgents   = 1000
	benchWatchers = 100
)

// hall is a center of benchAgents whose states the benchmark changes.
type hall struct {
	mu   sync.Mutex
	now  time.Time
	rows []center.AgentRow
	n    int
}

func newHall() *hall {
	h := &hall{now: time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)}
	for id := range benchAgents {
		h.rows = append(h.rows, center.AgentRow{Agent: center.AgentID(1000 + id), Name: "agent", State: center.StateIdle, Since: h.now, Skills: []center.SkillID{1, 2, 3, 4, 5}})
	}
	return h
}

// change is one agent's change of state, with the record of the state before.
func (h *hall) change() []center.Effect {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.n++
	h.now = h.now.Add(time.Millisecond)
	row := &h.rows[h.n*7%benchAgents]
	record := center.StateRecord{VCC: 1, Agent: row.Agent, State: row.State, From: row.Since, To: h.now}
	row.State, row.Since = center.StateBusy, h.now
	return []center.Effect{record}
}

func (h *hall) seen() center.Situation {
	h.mu.Lock()
	defer h.mu.Unlock()
	return center.Situation{At: h.now, Agents: slices.Clone(h.rows), Queues: []center.QueueRow{{Skill: 1}, {Skill: 2}, {Skill: 3}, {Skill: 4}, {Skill: 5}}}
}

// VCCs lists the one there is.
func (h *hall) VCCs() []center.VCCID { return []center.VCCID{1} }

// Do answers a survey.
func (h *hall) Do(context.Context, center.VCCID, center.Command) (center.Reply, error) {
	return center.Reply{Value: h.seen()}, nil
}

// newHallBoards are boards over a hall, with an empty store.
func newHallBoards(b *testing.B, h *hall) *Boards {
	b.Helper()
	log := slog.New(slog.DiscardHandler)
	s, err := store.Open(b.Context(), b.TempDir(), log, store.KeepSessions())
	if err != nil {
		b.Fatal(err)
	}
	boards := New(Options{Log: log, Centers: h, Store: s})
	b.Cleanup(func() {
		boards.Close()
		if err := s.Close(context.WithoutCancel(b.Context())); err != nil {
			b.Error(err)
		}
	})
	return boards
}

// BenchmarkCarry is what a watched VCC costs the committer for each change of a state.
func BenchmarkCarry(b *testing.B) {
	in, h := newInbox(), newHall()
	effects := h.change()
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		in.take(uint64(n), effects) //nolint:gosec // a count
		if n%100 == 0 {
			in.facts = in.facts[:0]
		}
	}
}

// BenchmarkRefresh is what a board does for one change among 1,000 agents: compare, count, write it once for all watchers.
func BenchmarkRefresh(b *testing.B) {
	h := newHall()
	board := newBoard(newHallBoards(b, h), 1)
	board.figures = figures{zone: time.UTC, interval: DefaultInterval}
	if _, _, err := board.figures.roll(h.now); err != nil {
		b.Fatal(err)
	}
	if err := board.take(h.seen(), true, true); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for n := uint64(1); b.Loop(); n++ {
		board.inbox.take(n, h.change())
		if err := board.take(h.seen(), false, false); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkWallboard is the time from a change to the moment when the last of 100 watchers has it, at some 170 changes a second (2,000 agents).
func BenchmarkWallboard(b *testing.B) {
	h := newHall()
	boards := newHallBoards(b, h)
	got := make(chan time.Time, benchWatchers)
	ctx, cancel := context.WithCancel(b.Context())
	var watching sync.WaitGroup
	for range benchWatchers {
		w, err := boards.Watch(ctx, 1, "")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := w.Next(ctx); err != nil {
			b.Fatal(err)
		}
		watching.Go(func() {
			defer w.Close()
			for {
				if _, err := w.Next(ctx); err != nil {
					return
				}
				got <- time.Now()
			}
		})
	}
	var late []time.Duration
	for n := uint64(1); b.Loop(); {
		began := time.Now()
		for range 17 { // a tenth of a second's
			n++
			boards.CarryNumbered(1, n, h.change())
		}
		var last time.Time
		for range benchWatchers {
			last = <-got
		}
		late = append(late, last.Sub(began))
	}
	cancel()
	watching.Wait()
	slices.Sort(late)
	b.ReportMetric(float64(late[len(late)/2].Milliseconds()), "p50-ms")
	b.ReportMetric(float64(late[len(late)*99/100].Milliseconds()), "p99-ms")
}
