package wallboard_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/report"
	"ccgateway/internal/store"
	"ccgateway/internal/wallboard"
)

// vcc is the VCC of these tests.
const vcc center.VCCID = 7

// stage is a center that the test plays, with a real store and boards behind it as the host has them.
type stage struct {
	t      testing.TB
	store  *store.Store
	boards *wallboard.Boards
	zone   *time.Location

	mu     sync.Mutex // held while effects are carried, as the committer does one command after another
	seq    uint64
	now    time.Time
	people map[center.AgentID]*center.AgentRow
	calls  []center.CallRow
	queue  center.QueueRow
	broken error
}

func newStage(t testing.TB, o wallboard.Options) *stage {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	must(t, err)
	s := &stage{t: t, zone: zone, people: map[center.AgentID]*center.AgentRow{}, queue: center.QueueRow{Skill: 1, Name: "support"}}
	s.now = time.Date(2026, 10, 24, 9, 0, 0, 123456789, zone).UTC()
	log := slog.New(slog.DiscardHandler)
	s.store, err = store.Open(t.Context(), t.TempDir(), log, store.KeepSessions())
	must(t, err)
	t.Cleanup(func() {
		if err := s.store.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	must(t, s.store.Journaled(t.Context(), "j"))
	o.Log, o.Centers, o.Store = log, s, inZone{s.store, zone}
	s.boards = wallboard.New(o)
	t.Cleanup(s.boards.Close)
	return s
}

// inZone is a store whose VCCs have their days in a zone.
type inZone struct {
	*store.Store
	zone *time.Location
}

func (z inZone) Zone(center.VCCID) *time.Location { return z.zone }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// VCCs lists the one there is.
func (s *stage) VCCs() []center.VCCID { return []center.VCCID{vcc} }

// Do answers a survey.
func (s *stage) Do(_ context.Context, _ center.VCCID, cmd center.Command) (center.Reply, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		return center.Reply{}, s.broken
	}
	asked, ok := cmd.(center.Survey)
	if !ok {
		return center.Reply{}, fmt.Errorf("a %T", cmd)
	}
	seen := center.Situation{At: s.now, Queues: []center.QueueRow{s.queue, {Skill: 2, Name: "sales"}}, Calls: append([]center.CallRow(nil), s.calls...)}
	for id := center.AgentID(101); id < 200; id++ {
		if row := s.people[id]; row != nil && (asked.Everyone || row.State != center.StateSignedOut) {
			shown := *row
			if row.State == center.StateSignedOut { // of whom a center shows no more
				shown = center.AgentRow{Agent: id, Name: row.Name, State: center.StateSignedOut}
			}
			seen.Agents = append(seen.Agents, shown)
		}
	}
	return center.Reply{Value: seen}, nil
}

// carry is one command and its effects.
func (s *stage) carry(change func() []center.Effect) {
	s.mu.Lock()
	defer s.mu.Unlock()
	effects := change()
	s.seq++
	s.store.CarryNumbered(vcc, s.seq, effects)
	s.boards.CarryNumbered(vcc, s.seq, effects)
}

// play makes something happen by chance: an agent ends what he does and does something else.
func (s *stage) play(r *rand.Rand) {
	s.carry(func() []center.Effect {
		s.now = s.now.Add(time.Duration(r.Int64N(int64(4 * time.Minute))))
		id := center.AgentID(101 + r.IntN(4))
		row := s.people[id]
		if row == nil {
			row = &center.AgentRow{Agent: id, Name: fmt.Sprint("agent ", id), State: center.StateSignedOut}
			s.people[id] = row
		}
		s.queue.Waiting = int(s.seq%1000) + 1 //nolint:gosec // small; so that there is always something to tell
		effects := s.leave(r, row)
		was, call := row.State, row.Call
		next := []center.State{center.StateIdle, center.StateBusy, center.StateRest, center.StateTalking, center.StateTalking, center.StateTalking, center.StateSignedOut}[r.IntN(7)]
		if was == center.StateTalking && r.IntN(4) > 0 {
			next = center.StateWork
		}
		*row = center.AgentRow{Agent: id, Name: row.Name, State: next, Since: s.now, Reason: r.IntN(3)}
		switch next {
		case center.StateWork:
			row.Call = call
		case center.StateTalking:
			row.Call, row.Feature, row.Skill = center.CallID(fmt.Sprint("c", s.seq)), []int{0, 0, 6, 7, 51, 53}[r.IntN(6)], center.SkillID(r.IntN(3))
			if was == center.StateWork && r.IntN(3) == 0 {
				row.Call = call // he gets the same call again
			}
			if row.Skill != 0 {
				effects = append(effects, s.stay(r, row.Call, row.Skill, id))
			}
		}
		return effects
	})
}

// leave writes down what an agent ends.
func (s *stage) leave(r *rand.Rand, row *center.AgentRow) (effects []center.Effect) {
	if row.State == center.StateTalking {
		leg := center.LegRecord{
			VCC: vcc, Call: row.Call, Party: center.PartyAgent, Agent: row.Agent, Skill: row.Skill, Feature: row.Feature, Maker: r.IntN(2) == 0,
			Began: row.Since, Ringing: row.Since, Ended: s.now, Reason: center.LeaveAgentRefused,
		}
		if r.IntN(4) > 0 {
			leg.Answered = row.Since.Add(s.now.Sub(row.Since) / 3)
			leg.Held = s.now.Sub(leg.Answered) / 7
		}
		effects = append(effects, leg, center.CallRecord{VCC: vcc, Call: row.Call, Feature: row.Feature, Began: row.Since, Answered: leg.Answered, Ended: s.now})
	}
	if row.State != center.StateSignedOut {
		effects = append(effects, center.StateRecord{VCC: vcc, Agent: row.Agent, State: row.State, Reason: row.Reason, From: row.Since, To: s.now, Call: row.Call})
	}
	return effects
}

func (s *stage) stay(r *rand.Rand, call center.CallID, skill center.SkillID, agent center.AgentID) center.QueueRecord {
	return center.QueueRecord{
		VCC: vcc, Call: call, Skill: skill, Entered: s.now.Add(-time.Duration(r.Int64N(int64(time.Minute)))), Left: s.now,
		Outcome: center.QueueOutcome(1 + r.IntN(5)), Agent: agent, Offers: r.IntN(3),
	}
}

// follow reads messages until one holds for the moment at, or nothing comes for a while.
func follow(t testing.TB, w *wallboard.Watch, m *wallboard.View, enough func(*wallboard.View) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for !enough(m) {
		got, err := w.Next(ctx)
		if err != nil {
			t.Fatalf("no message: %v; known at %s", err, m.At)
		}
		must(t, m.Take(got))
	}
}

// watch begins a watch that the test ends.
func (s *stage) watch(after string) *wallboard.Watch {
	s.t.Helper()
	w, err := s.boards.Watch(s.t.Context(), vcc, after)
	must(s.t, err)
	s.t.Cleanup(w.Close)
	return w
}

// reported gives the rows of a report over the store, by number; what stands for the whole VCC by "".
func (s *stage) reported(kind report.Kind, from, until time.Time) map[string]map[string]any {
	s.t.Helper()
	must(s.t, s.store.Flush(s.t.Context()))
	tally, err := report.Read(s.t.Context(), s.store, vcc, report.Span{From: from, Until: until, Zone: s.zone}, report.Terms{})
	must(s.t, err)
	sheet, err := tally.Sheet(kind, report.Names{})
	must(s.t, err)
	all := map[string]map[string]any{}
	for _, row := range sheet.Rows {
		name, figures := "", map[string]any{}
		for i, c := range sheet.Columns {
			switch {
			case c.Name == string(kind):
				name = fmt.Sprint(row[i])
			case c.Unit == report.UnitText || c.Unit == report.UnitTime:
			default:
				figures[c.Name] = asJSON(row[i])
			}
		}
		all[name] = figures
	}
	return all
}

func asJSON(value any) any {
	switch v := value.(type) {
	case int:
		return float64(v)
	case time.Duration:
		return float64(v.Milliseconds())
	default:
		return v
	}
}
