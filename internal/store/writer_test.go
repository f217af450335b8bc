package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"ccgateway/internal/center"

	"github.com/google/go-cmp/cmp"
)

func mustFlush(t testing.TB, s *Store) {
	t.Helper()
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// at is a moment so many minutes after the start.
func at(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }

func TestStore_Facts(t *testing.T) { onAll(t, testStoreFacts) }

func testStoreFacts(t *testing.T, place sites) {
	s := mustOpen(t, place(t))
	call := center.CallRecord{
		VCC: 1, Call: "1455885056-1", Feature: 7, Media: center.MediaVoice, Skill: 2, Caller: "0301", Called: "1000", Trunk: "provider", Began: at(0), Answered: at(1),
		Ended: at(2), Waited: 1500 * time.Millisecond, Requeued: 1, Agent: 101, Reason: center.LeaveAgent, Released: center.PartyAgent,
	}
	leg := center.LegRecord{
		VCC: 1, Call: "1455885056-1", Leg: "o3", Party: center.PartyAgent, Agent: 101, Number: "40101", Skill: 2, Began: at(0), Ringing: at(1), Ended: at(2),
		Held: time.Second, Reason: center.LeaveUserBeforeAgent, Waited: 2 * time.Second, Feature: 7, Maker: true, Talked: true, InFlow: 3 * time.Second,
	}
	queue := center.QueueRecord{VCC: 1, Call: "1455885056-1", Skill: 2, Entered: at(0), Left: at(1), Outcome: center.QueueAnswered, Agent: 101, Offers: 2}
	try := center.TryRecord{
		VCC: 1, Control: 1 << 40, Skill: 2, Feature: 44, Agent: 101, Number: "0555", Call: "1455885056-1", Entered: at(0), Began: at(1), Ended: at(2),
		Outcome: center.TryNotReached, Final: true,
	}
	state := center.StateRecord{VCC: 1, Agent: 101, State: center.StateBusy, Reason: 201, From: at(0), To: at(1), Call: "1455885056-1"}
	audit := center.Audit{VCC: 1, At: at(1), Actor: 901, Act: "forceLogOutAgent", Target: 101, Detail: "d"}
	s.Carry(1, []center.Effect{
		call, center.Event{Type: "not for the store"}, leg, queue, try, state, audit,
		center.SessionBegan{Agent: 101, Session: 1, Phone: "40101", IP: "10.0.0.1", Push: center.Push{URL: "https://x", Token: "secret"}, At: at(0)},
		center.SessionBegan{Agent: 102, Session: 2, At: at(1)},
		center.SessionEnded{Agent: 101, Session: 1, Reason: center.ReasonInspector, By: 901, Began: at(0), At: at(3)},
		center.SessionEnded{Agent: 103, Session: 3, Reason: 7, Began: at(2), At: at(3)}, // its beginning was lost
		center.RecordingBegan{VCC: 1, Recording: "r1", Call: "1455885056-1", Agent: 101, Caller: "0301", Called: "1000", File: "1/r1.wav", At: at(1)},
		center.RecordingEnded{VCC: 1, Recording: "r1", At: at(2), Failed: "disk full"},
		center.RecordingBegan{VCC: 1, Recording: "r2", Call: "c", Agent: 101, File: "1/r2.wav", At: at(2)},
	})
	mustFlush(t, s)

	calls, err := s.Calls(t.Context(), Filter{})
	wantSame(t, []center.CallRecord{call}, calls, err)
	legs, err := s.Legs(t.Context(), Filter{})
	wantSame(t, []center.LegRecord{leg}, legs, err)
	queues, err := s.Queues(t.Context(), Filter{})
	wantSame(t, []center.QueueRecord{queue}, queues, err)
	tries, err := s.Tries(t.Context(), Filter{Agent: 101})
	wantSame(t, []center.TryRecord{try}, tries, err)
	states, err := s.States(t.Context(), Filter{})
	wantSame(t, []center.StateRecord{state}, states, err)
	entries, err := s.Audit(t.Context(), Filter{})
	wantSame(t, []AuditEntry{{VCC: 1, At: at(1), Actor: 901, Act: "forceLogOutAgent", Target: 101, Detail: "d"}}, entries, err)
	sessions, err := s.Sessions(t.Context(), Filter{})
	wantSame(t, []Session{
		{VCC: 1, Agent: 103, Number: 3, Began: at(2), Ended: at(3), Reason: 7},
		{VCC: 1, Agent: 102, Number: 2, Began: at(1)},
		{VCC: 1, Agent: 101, Number: 1, Phone: "40101", IP: "10.0.0.1", Push: true, Began: at(0), Ended: at(3), Reason: center.ReasonInspector, By: 901},
	}, sessions, err)
	recordings, err := s.Recordings(t.Context(), Filter{})
	wantSame(t, []Recording{
		{VCC: 1, ID: "r2", Call: "c", Agent: 101, File: "1/r2.wav", Began: at(2)},
		{VCC: 1, ID: "r1", Call: "1455885056-1", Agent: 101, Caller: "0301", Called: "1000", File: "1/r1.wav", Began: at(1), Ended: at(2), Failed: "disk full"},
	}, recordings, err)
	if got := s.Stats(); got != (Stats{Written: 13}) {
		t.Errorf("%+v", got)
	}
}

func wantSame[T any](t *testing.T, want, got T, err error) {
	t.Helper()
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

func TestStore_Filter(t *testing.T) { onAll(t, testStoreFilter) }

func testStoreFilter(t *testing.T, place sites) {
	s := mustOpen(t, place(t))
	for vcc := center.VCCID(1); vcc <= 2; vcc++ {
		for i := range 60 {
			s.Carry(vcc, []center.Effect{center.CallRecord{VCC: vcc, Call: center.CallID(fmt.Sprint(vcc, "-", i)), Agent: center.AgentID(101 + i%3), Began: at(i), Ended: at(i + 1)}})
		}
	}
	mustFlush(t, s)
	for _, c := range []struct {
		name   string
		filter Filter
		want   int
		first  center.CallID
	}{
		{"all, bounded", Filter{}, 100, "2-59"},
		{"VCC", Filter{VCC: 1}, 60, "1-59"},
		{"VCC without calls", Filter{VCC: 3}, 0, ""},
		{"call", Filter{Call: "2-7"}, 1, "2-7"},
		{"call of another VCC", Filter{VCC: 1, Call: "2-7"}, 0, ""},
		{"agent", Filter{VCC: 2, Agent: 102}, 20, "2-58"},
		{"time", Filter{VCC: 1, From: at(10), Until: at(13)}, 3, "1-12"},
		{"limit", Filter{Limit: 5}, 5, "2-59"},
		{"everything together", Filter{VCC: 1, Agent: 101, From: at(30), Until: at(40), Limit: 2, Call: "1-33"}, 1, "1-33"},
		{"hostile", Filter{Call: "x' OR '1'='1"}, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := s.Calls(t.Context(), c.filter)
			if err != nil || len(got) != c.want || c.want > 0 && got[0].Call != c.first {
				t.Errorf("%d calls, %v, want %d from %s", len(got), err, c.want, c.first)
			}
		})
	}
}

// TestStore_Order: facts are written in the order in which they came, whatever the groups.
func TestStore_Order(t *testing.T) { onAll(t, testStoreOrder) }

func testStoreOrder(t *testing.T, place sites) {
	s := mustOpen(t, place(t))
	var wg sync.WaitGroup
	const each = 3 * groupSize
	for vcc := center.VCCID(1); vcc <= 3; vcc++ {
		wg.Go(func() {
			for i := range each {
				s.Carry(vcc, []center.Effect{center.StateRecord{VCC: vcc, Agent: 101, Reason: i, From: at(0), To: at(0)}})
			}
		})
	}
	wg.Wait()
	mustFlush(t, s)
	for vcc := center.VCCID(1); vcc <= 3; vcc++ {
		states, err := s.States(t.Context(), Filter{VCC: vcc, Limit: maxLimit})
		if err != nil || len(states) != each {
			t.Fatalf("%d states, %v", len(states), err)
		}
		for i, state := range states {
			if state.Reason != each-1-i {
				t.Fatalf("state %d of VCC %d is %d", i, vcc, state.Reason)
			}
		}
	}
}

// hold takes the writing connection, as a slow disk would. release gives it back.
func hold(t *testing.T, s *Store) (release func()) {
	t.Helper()
	tx, err := s.write.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return sync.OnceFunc(func() {
		if err := tx.Rollback(); err != nil {
			t.Error(err)
		}
	})
}

// TestStore_SlowDatabase: Carry never waits; what does not fit is lost, counted and logged once, and afterwards everything works again.
func TestStore_SlowDatabase(t *testing.T) { onAll(t, testStoreSlowDatabase) }

func testStoreSlowDatabase(t *testing.T, place sites) {
	var log lockedBuffer
	s, err := place(t).open(t.Context(), slog.New(slog.NewTextHandler(&log, nil)), func(o *options) { o.queue = 100 })
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, s)
	release := hold(t, s)
	defer release()
	began := time.Now()
	const carried = groupSize + 2000
	for i := range carried {
		s.Carry(1, []center.Effect{center.StateRecord{VCC: 1, Agent: 101, Reason: i, From: at(0), To: at(0)}})
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("Carry waited: %v", took)
	}
	stats := s.Stats()
	if stats.Lost == 0 || stats.Queued == 0 || stats.Queued > 100 || stats.Written != 0 { // the writer may have taken some just now
		t.Errorf("%+v", stats)
	}
	if n := strings.Count(log.String(), "facts are lost"); n != 1 {
		t.Errorf("said %d times that facts are lost: %s", n, log.String())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Flush(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Flush: %v", err)
	}
	release()
	mustFlush(t, s)
	s.Carry(1, []center.Effect{center.StateRecord{VCC: 1, Agent: 101, Reason: -1, From: at(1), To: at(1)}})
	mustFlush(t, s)
	after := s.Stats()
	if after.Queued != 0 || after.Written+after.Lost != carried+1 || after.Lost != stats.Lost {
		t.Errorf("before %+v, after %+v", stats, after)
	}
	states, err := s.States(t.Context(), Filter{Limit: maxLimit})
	if err != nil || uint64(len(states)) != after.Written || states[0].Reason != -1 {
		t.Errorf("%d states, %v, want %d", len(states), err, after.Written)
	}
	if !strings.Contains(log.String(), "facts fit into the queue again") {
		t.Errorf("not said that it works again: %s", log.String())
	}
}

// lockedBuffer is a log that goroutines share.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// TestStore_RefusedFact: a fact that the database refuses for good does not keep the others waiting.
func TestStore_RefusedFact(t *testing.T) { onAll(t, testStoreRefusedFact) }

func testStoreRefusedFact(t *testing.T, place sites) {
	s := mustOpen(t, place(t))
	refuse(t, s, "BEFORE INSERT ON agent_state", "NEW.reason = 13")
	for i := range 20 {
		s.Carry(1, []center.Effect{center.StateRecord{VCC: 1, Agent: 101, Reason: i, From: at(i), To: at(i)}})
	}
	s.Carry(1, []center.Effect{center.RecordingEnded{VCC: 1, Recording: "never began", At: at(0)}})
	mustFlush(t, s)
	if got := s.Stats(); got != (Stats{Written: 19, Lost: 2}) {
		t.Errorf("%+v", got)
	}
	if states, err := s.States(t.Context(), Filter{}); err != nil || len(states) != 19 {
		t.Errorf("%d states, %v", len(states), err)
	}
}

// TestStore_FailingDatabase: a database that fails is tried again, and nothing is lost.
func TestStore_FailingDatabase(t *testing.T) { onAll(t, testStoreFailingDatabase) }

func testStoreFailingDatabase(t *testing.T, place sites) {
	s := mustOpen(t, place(t))
	if _, err := s.write.ExecContext(t.Context(), `ALTER TABLE agent_state RENAME TO hidden`); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		s.Carry(1, []center.Effect{center.StateRecord{VCC: 1, Agent: 101, Reason: i, From: at(i), To: at(i)}})
	}
	waitUntil(t, func() bool { return s.Stats().Failing })
	if _, err := s.write.ExecContext(t.Context(), `ALTER TABLE hidden RENAME TO agent_state`); err != nil {
		t.Fatal(err)
	}
	mustFlush(t, s)
	if got := s.Stats(); got != (Stats{Written: 20}) {
		t.Errorf("%+v", got)
	}
}

// waitUntil waits until something has become true; the writer gives no sign of it.
func waitUntil(t *testing.T, true func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	end := time.After(10 * time.Second)
	for !true() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatal("it did not become true")
		}
	}
}

func TestStore_CloseWritesWhatIsQueued(t *testing.T) { onAll(t, testStoreCloseWritesWhatIsQueued) }

func testStoreCloseWritesWhatIsQueued(t *testing.T, place sites) {
	where := place(t)
	s := mustOpen(t, where)
	for i := range 5000 {
		s.Carry(1, []center.Effect{center.StateRecord{VCC: 1, Agent: 101, Reason: i, From: at(0), To: at(0)}})
	}
	mustClose(t, s)
	s.Carry(1, []center.Effect{center.StateRecord{VCC: 1}}) // too late, and harmless
	if err := s.Flush(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("Flush after Close: %v", err)
	}
	if got := s.Stats(); got.Written != 5000 || got.Lost != 1 {
		t.Errorf("%+v", got)
	}
	s = mustOpen(t, where)
	if states, err := s.States(t.Context(), Filter{Limit: maxLimit}); err != nil || len(states) != 5000 {
		t.Errorf("%d states, %v", len(states), err)
	}
}

// TestStore_CloseGivesUp: a database that does not answer does not keep the program from ending, and what is lost is said.
func TestStore_CloseGivesUp(t *testing.T) { onAll(t, testStoreCloseGivesUp) }

func testStoreCloseGivesUp(t *testing.T, place sites) {
	s, err := place(t).open(t.Context(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	release := hold(t, s)
	for i := range 2 * groupSize {
		s.Carry(1, []center.Effect{center.StateRecord{VCC: 1, Agent: 101, Reason: i}})
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	err = s.writer.stop(ctx)
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "facts are lost") {
		t.Errorf("got %v", err)
	}
	if got := s.Stats(); got.Lost != 2*groupSize || got.Written != 0 || got.Queued != 0 {
		t.Errorf("%+v", got)
	}
	release()
	if err := s.closeFiles(t.Context()); err != nil {
		t.Error(err)
	}
}
