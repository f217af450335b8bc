package host

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/delivery"
	"ccgateway/internal/journal"
)

// house is a host with a journal and a delivery, over a folder that outlives it.
type house struct {
	*Host
	t        *testing.T
	journal  *journal.Journal
	delivery *delivery.Delivery
	tape     *memoryTape
	log      *bytes.Buffer
}

// memoryTape is a sink that keeps what it is given, what is given again apart; it writes facts at once.
type memoryTape struct {
	*tape
	again   []center.Effect
	resumed []uint64 // where the journals ended
	flushed int
	failing error
}

func (m *memoryTape) Recall(_ center.VCCID, _ uint64, effects []center.Effect) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.again = append(m.again, effects...)
}

func (m *memoryTape) Resume(_ context.Context, _ center.VCCID, seq uint64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.resumed = append(m.resumed, seq)
	return nil
}

func (m *memoryTape) Flush(context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.flushed++
	return m.failing
}

// lockedBuffer is a log that several goroutines write.
type lockedBuffer struct {
	mu sync.Mutex
	b  *bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// built makes a house without centers.
func built(t *testing.T, folder string, keep Keeping) *house {
	t.Helper()
	j, err := journal.OpenSQLite(t.Context(), folder, "n1", journal.SyncRelaxed)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, journal: j, delivery: delivery.New(delivery.Options{}), tape: &memoryTape{tape: newTape()}, log: &bytes.Buffer{}}
	h.Host = New(slog.New(slog.NewTextHandler(&lockedBuffer{b: h.log}, nil)), time.Now)
	h.Attach(h.delivery, h.tape)
	keep.Journal, keep.Events, keep.Facts = j, h.delivery, h.tape
	h.Keep(keep)
	t.Cleanup(h.close)
	return h
}

// opened makes a house with the centers of configs.
func opened(t *testing.T, folder string, keep Keeping, configs ...center.Config) *house {
	t.Helper()
	h := built(t, folder, keep)
	if err := h.Configure(t.Context(), configs); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) close() {
	h.delivery.Close()
	h.Stop()
	if err := h.journal.Close(); err != nil {
		h.t.Error(err)
	}
}

func (h *house) must(cmd center.Command) any {
	h.t.Helper()
	reply, err := h.Do(h.t.Context(), 1, cmd)
	if err != nil || reply.Err != nil {
		h.t.Fatalf("%T: %v, %v", cmd, err, reply.Err)
	}
	return reply.Value
}

// fetch takes and confirms all events of an agent's session.
func (h *house) fetch(agent center.AgentID, session center.Session) string {
	h.t.Helper()
	batch, err := h.delivery.NextOf(h.t.Context(), 0, 1000, delivery.Key{VCC: 1, Agent: agent, Session: session})
	if err != nil {
		return err.Error()
	}
	var all []string
	for _, e := range batch.Events {
		all = append(all, fmt.Sprintf("%d:%s", e.Seq, e.Type))
	}
	batch.Confirm()
	return strings.Join(all, " ")
}

// desk is a VCC with a line and phones, so that calls come about.
func desk() center.Config {
	cfg := vcc(1, 101)
	cfg.AccessCodes = []center.AccessCode{{Code: "8000", Skill: 1}}
	cfg.Phones = []string{"7001", "7002"}
	cfg.Trunks = []center.Trunk{{Name: "line", Numbers: []string{"0*"}}}
	for i := range cfg.Agents {
		cfg.Agents[i].Skills = []center.AgentSkill{{Skill: 1, Weight: 1}}
	}
	return cfg
}

var ann = center.By{Agent: 101, Token: center.Token{1}}

func annSignsIn() center.SignIn {
	return center.SignIn{Agent: 101, Token: center.Token{1}, Phone: "7001", AutoEnterIdle: true, ReleasePhone: true, AgentType: 4, Status: 4}
}

// killed gives a folder as the death of the program would leave it at this moment: without any goodbye.
func killed(t *testing.T, folder string) string {
	t.Helper()
	left := t.TempDir()
	for _, name := range []string{journal.FileName, journal.FileName + "-wal"} {
		data, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(left, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return left
}

func TestAgentsStaySignedInOverARestart(t *testing.T) {
	for name, c := range map[string]struct {
		keep Keeping
		kill bool
	}{"journal": {}, "snapshots": {keep: Keeping{SnapshotCommands: 2}}, "killed": {kill: true}} {
		t.Run(name, func(t *testing.T) {
			folder, keep := t.TempDir(), c.keep
			h := opened(t, folder, keep, desk())
			h.must(annSignsIn())
			if got := h.fetch(101, 1); got != "1:AgentOther_InService 2:AgentState_Ready" {
				t.Fatalf("events: %s", got)
			}
			h.must(center.RenewToken{By: ann, NewToken: center.Token{2}})
			by := center.By{Agent: 101, Token: center.Token{2}}
			h.must(center.SayBusy{By: by, Reason: 210})
			h.must(center.SetCustomState{By: by, State: 77})
			if err := h.savePositions(t.Context()); err != nil {
				t.Fatal(err)
			}
			if c.kill {
				folder = killed(t, folder)
			}
			last := h.directory.Load().owners[1]
			h.close()

			h = opened(t, folder, keep, desk())
			if got := h.tape.resumed; len(got) != 1 || got[0] == 0 || !c.kill && got[0] != last.seq {
				t.Errorf("the journal is told to end with %d, and ended with %d", got, last.seq)
			}
			if got := h.must(center.Status{By: by}); got != (center.AgentStatus{State: int(center.StateBusy)}) {
				t.Errorf("status after the restart: %+v", got)
			}
			if got := h.must(center.CustomState{By: by}); got != 77 {
				t.Errorf("custom state after the restart: %v", got)
			}
			if got := h.fetch(101, 1); got != "3:AgentState_SetNotReady_Success" {
				t.Errorf("events after the restart: %s", got)
			}
			h.must(center.CancelBusy{By: by})
			if got := h.fetch(101, 1); got != "4:AgentState_CancelNotReady_Success" {
				t.Errorf("events go on with %s", got)
			}
			reply, err := h.Do(t.Context(), 1, center.Status{By: center.By{Agent: 101, Token: center.Token{9}}})
			if err != nil || reply.Err == nil {
				t.Error("a GUID that never was opens the session")
			}
			h.close()
			if kept := h.log.String(); strings.Contains(kept, "level=ERROR") {
				t.Errorf("log:\n%s", kept)
			}
		})
	}
}

func TestCallsEndWithTheProgram(t *testing.T) {
	folder := t.TempDir()
	h := opened(t, folder, Keeping{}, desk())
	h.must(annSignsIn())
	h.must(center.ResetSkill{By: ann, All: true})
	h.must(center.CallArrived{Leg: "i1", Trunk: "line", From: "0555", To: "8000"})
	h.must(center.LegAnswered{Leg: "o1-1"})
	h.must(center.Answer{By: ann})
	h.must(center.CallArrived{Leg: "i2", Trunk: "line", From: "0556", To: "8000"}) // waits
	h.fetch(101, 1)

	h = opened(t, killed(t, folder), Keeping{}, desk())
	for _, e := range h.tape.effects[1] {
		switch e.(type) {
		case center.Ring, center.AnswerLeg, center.HangUp:
			t.Errorf("a phone gets the order %T after the restart", e)
		}
	}
	records := 0
	for _, e := range h.tape.effects[1] {
		if record, ok := e.(center.CallRecord); ok {
			records++
			if record.Reason != center.LeaveInternalError || record.Ended.After(time.Now()) {
				t.Errorf("%+v", record)
			}
		}
	}
	if records != 2 {
		t.Errorf("%d call records; want those of the talk and of the waiting caller", records)
	}
	if len(h.tape.again) == 0 {
		t.Error("the effects of the journal were not given again")
	}
	if got := h.fetch(101, 1); !strings.HasPrefix(got, "1:") {
		t.Errorf("events whose arrival was not saved yet are gone: %s", got)
	} else if got = strings.Join(strings.Fields(got)[9:], " "); !endsLike(got, "AgentEvent_Customer_Release", "AgentEvent_Call_Release", "AgentOther_PhoneRelease", "AgentState_Ready") {
		t.Errorf("events after the restart: %s", got)
	}
	if view, ok := h.must(center.Look{}).(center.Overview); !ok || len(view.Calls) != 0 || view.Sessions != 1 {
		t.Errorf("%+v", view)
	}
}

// endsLike tells whether a list of events is of these types.
func endsLike(events string, types ...string) bool {
	all := strings.Fields(events)
	if len(all) != len(types) {
		return false
	}
	for i := range types {
		if !strings.HasSuffix(all[i], ":"+types[i]) {
			return false
		}
	}
	return true
}

func TestNothingIsAnsweredThatCannotBeJournaled(t *testing.T) {
	h := opened(t, t.TempDir(), Keeping{}, desk())
	h.must(annSignsIn())
	before := len(h.tape.events(1, 101))
	if err := h.journal.Close(); err != nil { // the disk is gone
		t.Fatal(err)
	}
	if _, err := h.Do(t.Context(), 1, center.SayBusy{By: ann, Reason: 210}); !errors.Is(err, ErrStopped) {
		t.Errorf("a command that is not journaled: err = %v; want ErrStopped", err)
	}
	if _, err := h.Do(t.Context(), 1, center.Status{By: ann}); !errors.Is(err, ErrStopped) {
		t.Errorf("a query after it, of a state that will not last: err = %v; want ErrStopped", err)
	}
	if after := len(h.tape.events(1, 101)); after != before {
		t.Errorf("%d events of the command were told", after-before)
	}
	if err := h.Healthy(); err == nil || !strings.Contains(err.Error(), "cannot be journaled") {
		t.Errorf("Healthy() = %v", err)
	}
}

func TestAFormerOwnerStops(t *testing.T) {
	folder := t.TempDir()
	h := opened(t, folder, Keeping{}, desk())
	h.must(annSignsIn())
	h.must(center.Status{By: ann})
	other, err := journal.OpenSQLite(t.Context(), folder, "n2", journal.SyncRelaxed)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close() //nolint:errcheck // the test is over
	if _, err := other.Claim(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Do(t.Context(), 1, center.SayBusy{By: ann, Reason: 210}); !errors.Is(err, ErrStopped) {
		t.Errorf("command of the former owner: err = %v; want ErrStopped", err)
	}
	if err := h.Healthy(); err == nil || !strings.Contains(err.Error(), "another owner") {
		t.Errorf("Healthy() = %v", err)
	}
}

// TestSyncsAreCountedByTheirTime: each transaction is in the smallest bound that holds it, and in all above.
func TestSyncsAreCountedByTheirTime(t *testing.T) {
	c := newCommitter(nil)
	for _, spent := range []time.Duration{0, time.Millisecond, time.Millisecond + 1, time.Hour} {
		c.count(3, spent)
	}
	s := c.stats()
	if s.Groups != 4 || s.Commands != 12 || s.Longest != time.Hour {
		t.Errorf("%+v", s)
	}
	for i, want := range []uint64{1, 1, 1, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3} {
		if s.Within[i] != want {
			t.Errorf("%d transactions took at most %v; want %d", s.Within[i], SyncBounds[i], want)
		}
	}
}

// TestOwnersAreWatched: a center that has no command finds out too that another node has claimed it.
func TestOwnersAreWatched(t *testing.T) {
	folder := t.TempDir()
	h := opened(t, folder, Keeping{}, desk())
	other, err := journal.OpenSQLite(t.Context(), folder, "n2", journal.SyncRelaxed)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close() //nolint:errcheck // the test is over
	if _, err := other.Claim(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if err := <-h.Lost(); !errors.Is(err, journal.ErrFenced) {
		t.Errorf("lost: %v; want ErrFenced", err)
	}
	if err := h.Healthy(); err == nil || !strings.Contains(err.Error(), "another owner") {
		t.Errorf("Healthy() = %v", err)
	}
}

func TestSnapshotsKeepTheJournalShort(t *testing.T) {
	folder := t.TempDir()
	h := opened(t, folder, Keeping{SnapshotCommands: 100}, desk())
	h.must(annSignsIn())
	for range 500 {
		h.must(center.SayBusy{By: ann, Reason: 210, Prolong: true})
	}
	h.close()
	if h.tape.flushed == 0 {
		t.Error("facts were not flushed before a snapshot took the place of their commands")
	}
	j, err := journal.ReadSQLite(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close() //nolint:errcheck // the test is over
	saved, err := j.Latest(t.Context(), 1)
	if err != nil || saved == nil || saved.Seq < 500 {
		t.Fatalf("the last snapshot: %+v, %v", saved, err)
	}
	if first, err := j.First(t.Context(), 1); err != nil || first != 0 {
		t.Errorf("after a graceful stop commands from %d on are left, %v; want none", first, err)
	}
	h = opened(t, folder, Keeping{}, desk())
	if len(h.tape.again) != 0 {
		t.Errorf("%d effects are given again after a graceful stop", len(h.tape.again))
	}
	if got := h.fetch(101, 1); len(strings.Fields(got)) != 502 {
		t.Errorf("%d events outlived; want 502", len(strings.Fields(got)))
	}
}

func TestASnapshotThatFailsKeepsTheJournal(t *testing.T) {
	folder := t.TempDir()
	h := opened(t, folder, Keeping{SnapshotCommands: 10}, desk())
	h.tape.failing = errors.New("the database is away")
	h.must(annSignsIn())
	for range 50 {
		h.must(center.SayBusy{By: ann, Reason: 210, Prolong: true})
	}
	h.close()
	if !strings.Contains(h.log.String(), "snapshot not saved") {
		t.Error("the log does not say so")
	}
	h = opened(t, folder, Keeping{}, desk())
	if got := h.fetch(101, 1); len(strings.Fields(got)) != 52 {
		t.Errorf("%d events outlived; want 52", len(strings.Fields(got)))
	}
}

func TestAJournalThatCannotBeReadStopsTheStart(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(j *journal.Journal, epoch uint64) error
		want  string
	}{
		"command of a newer version": {func(j *journal.Journal, epoch uint64) error {
			_, err := j.Append(t.Context(), []journal.Entry{{VCC: 1, Epoch: epoch, Seq: 3, At: time.Now(), Kind: "Teleport", Body: []byte{}}})
			return err
		}, `restore VCC 1: command 3: read command "Teleport": unknown command: written by a newer version`},
		"gap": {func(j *journal.Journal, epoch uint64) error {
			_, err := j.Append(t.Context(), []journal.Entry{{VCC: 1, Epoch: epoch, Seq: 5, At: time.Now(), Kind: "Tick", Body: []byte{0}}})
			return err
		}, "commands are missing in the journal: 3 to 4"},
		"snapshot of a newer version": {func(j *journal.Journal, epoch uint64) error {
			return j.SaveSnapshot(t.Context(), journal.Snapshot{VCC: 1, Epoch: epoch, Seq: 2, Version: 9, Center: []byte{0}}, nil)
		}, "it has version 9, this program reads 1 to 1"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			j, err := journal.OpenSQLite(t.Context(), folder, "n1", journal.SyncRelaxed)
			if err != nil {
				t.Fatal(err)
			}
			epoch, err := j.Claim(t.Context(), 1)
			if err != nil {
				t.Fatal(err)
			}
			for seq, cmd := range []center.Command{center.Configure{Config: desk()}, annSignsIn()} {
				kind, body := center.Encode(cmd)
				if _, err := j.Append(t.Context(), []journal.Entry{{VCC: 1, Epoch: epoch, Seq: uint64(seq) + 1, At: time.Now(), Kind: kind, Body: body}}); err != nil { //nolint:gosec // small
					t.Fatal(err)
				}
			}
			if err := c.spoil(j, epoch); err != nil {
				t.Fatal(err)
			}
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			h := built(t, folder, Keeping{})
			if err := h.Configure(t.Context(), []center.Config{desk()}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("err = %v; want %q", err, c.want)
			}
		})
	}
}

func TestACenterThatIsNoLongerConfiguredEnds(t *testing.T) {
	folder := t.TempDir()
	h := opened(t, folder, Keeping{}, desk(), vcc(2, 201))
	h.must(annSignsIn())
	h.close()
	h = opened(t, folder, Keeping{}, vcc(2, 201))
	types := h.tape.events(1, 101)
	if len(types) == 0 || types[len(types)-1] != center.EvShutdown {
		t.Errorf("the agent of the removed VCC got %v after the restart", types)
	}
}

func TestTheSameConfigurationIsNoChange(t *testing.T) {
	folder := t.TempDir()
	h := opened(t, folder, Keeping{}, desk())
	if err := h.Configure(t.Context(), []center.Config{desk()}); err != nil {
		t.Fatal(err)
	}
	if got := h.JournalStats().Commands; got != 1 {
		t.Errorf("%d commands were journaled; want the first configuration alone", got)
	}
}

func TestQueriesAreNotJournaled(t *testing.T) {
	h := opened(t, t.TempDir(), Keeping{}, desk())
	h.must(annSignsIn())
	before := h.JournalStats().Commands
	for range 100 {
		h.must(center.Touch{By: ann, Poll: true})
		h.must(center.Status{By: ann})
		h.must(center.Look{})
	}
	if got := h.JournalStats().Commands - before; got != 0 {
		t.Errorf("%d commands were journaled for polls and queries", got)
	}
}

// TestManyCentersAndSenders lets several centers work at once, with snapshots all the time, and compares what was answered with what is
// there after the restart.
func TestManyCentersAndSenders(t *testing.T) {
	folder := t.TempDir()
	configs := make([]center.Config, 4)
	for i := range configs {
		configs[i] = vcc(center.VCCID(i+1), center.AgentID(100*(i+1)+1))
	}
	h := opened(t, folder, Keeping{SnapshotCommands: 50}, configs...)
	last := map[center.AgentID]int{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, cfg := range configs {
		for _, agent := range cfg.Agents {
			wg.Go(func() {
				signIn(t, h.Host, cfg.ID, agent.ID)
				by := center.By{Agent: agent.ID, Token: center.Token{1}}
				for n := range 200 {
					if reply, err := h.Do(t.Context(), cfg.ID, center.SetCustomState{By: by, State: n}); err != nil || reply.Err != nil {
						t.Errorf("%v, %v", err, reply.Err)
						return
					}
					mu.Lock()
					last[agent.ID] = n
					mu.Unlock()
				}
			})
		}
	}
	wg.Wait()
	stats := h.JournalStats()
	if stats.Commands < 1600 || stats.Groups > stats.Commands {
		t.Errorf("%+v", stats)
	}
	h.close()
	h = opened(t, folder, Keeping{}, configs...)
	for _, cfg := range configs {
		for _, agent := range cfg.Agents {
			reply, err := h.Do(t.Context(), cfg.ID, center.CustomState{By: center.By{Agent: agent.ID, Token: center.Token{1}}})
			if err != nil || reply.Err != nil || reply.Value != last[agent.ID] {
				t.Errorf("agent %d: %v, %v, %v; want %d", agent.ID, reply.Value, reply.Err, err, last[agent.ID])
			}
		}
	}
}

func BenchmarkStateChanges(b *testing.B) {
	for _, c := range []struct {
		name string
		sync journal.Sync
		none bool
	}{{"without journal", 0, true}, {"relaxed", journal.SyncRelaxed, false}, {"full", journal.SyncFull, false}} {
		b.Run(c.name, func(b *testing.B) {
			h := New(slog.New(slog.DiscardHandler), time.Now)
			d := delivery.New(delivery.Options{Bound: 1 << 30})
			h.Attach(d)
			if !c.none {
				j, err := journal.OpenSQLite(b.Context(), b.TempDir(), "n1", c.sync)
				if err != nil {
					b.Fatal(err)
				}
				defer j.Close() //nolint:errcheck // the measurement is over
				h.Keep(Keeping{Journal: j, Events: d})
			}
			defer h.Stop()
			const agents = 500
			cfg := vcc(1, 101)
			cfg.Agents = nil
			for i := range agents {
				cfg.Agents = append(cfg.Agents, center.Agent{ID: center.AgentID(101 + i), Role: 2, Group: -1})
			}
			if err := h.Configure(b.Context(), []center.Config{cfg}); err != nil {
				b.Fatal(err)
			}
			var wg sync.WaitGroup
			begin := time.Now()
			b.ResetTimer()
			for i := range agents {
				wg.Go(func() {
					agent := center.AgentID(101 + i)
					by := center.By{Agent: agent, Token: center.Token{1}}
					if _, err := h.Do(b.Context(), 1, center.SignIn{Agent: agent, Token: by.Token, WithoutPhone: true, AgentType: 4, Status: 4}); err != nil {
						b.Error(err)
					}
					for range b.N / agents {
						if _, err := h.Do(b.Context(), 1, center.SayBusy{By: by, Reason: 210, Prolong: true}); err != nil {
							b.Error(err)
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/time.Since(begin).Seconds(), "commands/s")
			if s := h.JournalStats(); s.Groups > 0 {
				b.ReportMetric(float64(s.Commands)/float64(s.Groups), "commands/sync")
				b.ReportMetric(float64(s.Spent.Microseconds())/float64(s.Groups), "µs/sync")
			}
		})
	}
}
