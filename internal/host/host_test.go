package host

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ccgateway/internal/center"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tape is a sink that keeps what it is given.
type tape struct {
	mu      sync.Mutex
	effects map[center.VCCID][]center.Effect
	news    chan struct{}
	carried func(vcc center.VCCID, effects []center.Effect)
}

func newTape() *tape {
	return &tape{effects: map[center.VCCID][]center.Effect{}, news: make(chan struct{}, 1)}
}

func (s *tape) Carry(vcc center.VCCID, effects []center.Effect) {
	if s.carried != nil {
		s.carried(vcc, effects)
	}
	s.mu.Lock()
	s.effects[vcc] = append(s.effects[vcc], effects...)
	s.mu.Unlock()
	select {
	case s.news <- struct{}{}:
	default:
	}
}

// events lists the types of an agent's events.
func (s *tape) events(vcc center.VCCID, agent center.AgentID) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var types []string
	for _, e := range s.effects[vcc] {
		if event, ok := e.(center.Event); ok && event.Agent == agent {
			types = append(types, event.Type)
		}
	}
	return types
}

// until waits for the tape to hold what is wanted.
func (s *tape) until(t *testing.T, wanted func() bool) {
	t.Helper()
	limit := time.After(5 * time.Second)
	for !wanted() {
		select {
		case <-s.news:
		case <-limit:
			t.Fatal("what was waited for did not come")
		}
	}
}

// vcc is a small VCC with two agents, numbered from first.
func vcc(id center.VCCID, first center.AgentID) center.Config {
	return center.Config{
		ID: id, Name: "test", Phones: []string{"4" + string('0'+rune(id))}, Silence: time.Minute,
		Skills: []center.Skill{{ID: 1, Name: "support", Media: center.MediaVoice, Ring: 30 * time.Second, Weight: 50}},
		Roles:  []center.Role{{ID: 2, Name: "agent", Rights: center.RightsOf(center.RightBusy)}},
		Agents: []center.Agent{{ID: first, Name: "Ann", Role: 2, Group: -1}, {ID: first + 1, Name: "Ben", Role: 2, Group: -1}},
		Auth:   center.Auth{Static: true, Interval: time.Minute, Timeout: 2 * time.Minute},
	}
}

func started(t *testing.T, clock func() time.Time, sink Sink, configs ...center.Config) *Host {
	t.Helper()
	h := New(slog.New(slog.DiscardHandler), clock)
	h.Attach(sink)
	t.Cleanup(h.Stop)
	if err := h.Configure(t.Context(), configs); err != nil {
		t.Fatal(err)
	}
	return h
}

func signIn(t *testing.T, h *Host, id center.VCCID, agent center.AgentID) {
	t.Helper()
	reply, err := h.Do(t.Context(), id, center.SignIn{Agent: agent, Token: center.Token{1}, WithoutPhone: true, AgentType: 4, Status: 4})
	if err != nil || reply.Err != nil {
		t.Fatalf("sign-in of %d: %v, %v", agent, err, reply.Err)
	}
}

func TestEffectsAreThereBeforeTheReply(t *testing.T) {
	sink := newTape()
	h := started(t, time.Now, sink, vcc(1, 101))
	signIn(t, h, 1, 101)
	if got := strings.Join(sink.events(1, 101), " "); got != center.EvInService+" "+center.EvReady {
		t.Errorf("events at the time of the reply: %q", got)
	}
}

func TestTwoCentersKnowTheirOwnAgents(t *testing.T) {
	sink := newTape()
	h := started(t, time.Now, sink, vcc(1, 101), vcc(2, 201))
	for agent, want := range map[center.AgentID]center.VCCID{101: 1, 102: 1, 201: 2, 202: 2, 999: 0} {
		if got, ok := h.VCCOf(agent); got != want || ok != (want != 0) {
			t.Errorf("VCCOf(%d) = %d, %v; want %d", agent, got, ok, want)
		}
	}
	reply, err := h.Do(t.Context(), 2, center.SignIn{Agent: 101, Token: center.Token{1}, WithoutPhone: true, AgentType: 4, Status: 4})
	if err != nil || reply.Err == nil {
		t.Errorf("agent 101 signed in to VCC 2, which is not his: %+v, %v", reply, err)
	}
	if _, err := h.Do(t.Context(), 3, center.Look{}); !errors.Is(err, ErrNoCenter) {
		t.Errorf("VCC 3: err = %v; want ErrNoCenter", err)
	}
}

func TestCommandsOfOneSenderKeepTheirOrder(t *testing.T) {
	sink := newTape()
	h := started(t, time.Now, sink, vcc(1, 101))
	signIn(t, h, 1, 101)
	by := center.By{Agent: 101, Token: center.Token{1}}
	const rounds = 500
	for range rounds {
		h.Tell(1, center.SayBusy{By: by})
		h.Tell(1, center.CancelBusy{By: by})
	}
	sink.until(t, func() bool { return len(sink.events(1, 101)) == 2+2*rounds })
	for i, got := range sink.events(1, 101)[2:] {
		want := []string{center.EvSetNotReady, center.EvCancelNotReady}[i%2]
		if got != want {
			t.Fatalf("event %d = %s; want %s", i, got, want)
		}
	}
}

func TestTheClockBringsWhatIsDue(t *testing.T) {
	sink := newTape()
	short := vcc(1, 101)
	short.Silence = 50 * time.Millisecond
	h := started(t, time.Now, sink, short)
	signIn(t, h, 1, 101)
	sink.until(t, func() bool {
		types := sink.events(1, 101)
		return types[len(types)-1] == center.EvShutdown
	})
}

func TestAClockThatGoesBackDoesNotTurnTimeRound(t *testing.T) {
	var mu sync.Mutex
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	clock := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(-time.Minute)
		return now
	}
	sink := newTape()
	h := started(t, clock, sink, vcc(1, 101))
	signIn(t, h, 1, 101)
	var last time.Time
	sink.mu.Lock()
	defer sink.mu.Unlock()
	for _, e := range sink.effects[1] {
		if event, ok := e.(center.Event); ok {
			if event.At.Before(last) {
				t.Errorf("event at %v after one at %v", event.At, last)
			}
			last = event.At
		}
	}
}

func TestReconfigurationEndsTheSessionsOfAgentsThatAreGone(t *testing.T) {
	sink := newTape()
	h := started(t, time.Now, sink, vcc(1, 101), vcc(2, 201))
	signIn(t, h, 1, 101)
	signIn(t, h, 2, 201)
	if err := h.Configure(t.Context(), []center.Config{vcc(2, 201)}); err != nil {
		t.Fatal(err)
	}
	if _, ok := h.VCCOf(101); ok {
		t.Error("agent of a removed VCC is still known")
	}
	types := sink.events(1, 101)
	if types[len(types)-1] != center.EvShutdown {
		t.Errorf("agent of a removed VCC got %v; want %s at the end", types, center.EvShutdown)
	}
	if got := len(sink.events(2, 201)); got != 2 {
		t.Errorf("agent of the other VCC got %d events; want the 2 of the sign-in", got)
	}
}

func TestABrokenCenterStopsAloneAndIsTold(t *testing.T) {
	var log bytes.Buffer
	sink := newTape()
	sink.carried = func(vcc center.VCCID, _ []center.Effect) {
		if vcc == 1 {
			panic("an invariant is broken")
		}
	}
	h := New(slog.New(slog.NewTextHandler(&log, nil)), time.Now)
	h.Attach(sink)
	if err := h.Configure(t.Context(), []center.Config{vcc(1, 101), vcc(2, 201)}); err != nil {
		t.Fatal(err)
	}
	_, err := h.Do(t.Context(), 1, center.SignIn{Agent: 101, Token: center.Token{1}, WithoutPhone: true, AgentType: 4, Status: 4})
	if !errors.Is(err, ErrStopped) {
		t.Errorf("command that broke the center: err = %v; want ErrStopped", err)
	}
	if _, err := h.Do(t.Context(), 1, center.Look{}); !errors.Is(err, ErrStopped) {
		t.Errorf("next command: err = %v; want ErrStopped", err)
	}
	h.Tell(1, center.Tick{}) // must not hang
	signIn(t, h, 2, 201)
	if err := h.Healthy(); err == nil || !strings.Contains(err.Error(), "VCC 1: an invariant is broken") {
		t.Errorf("Healthy() = %v", err)
	}
	h.Stop()
	if !strings.Contains(log.String(), "center.SignIn") || !strings.Contains(log.String(), "host_test.go") {
		t.Errorf("the log does not name command and place:\n%s", log.String())
	}
}

func TestStopAppliesWhatHasArrived(t *testing.T) {
	sink := newTape()
	h := started(t, time.Now, sink, vcc(1, 101))
	signIn(t, h, 1, 101)
	for range 100 {
		h.Tell(1, center.SayBusy{By: center.By{Agent: 101, Token: center.Token{1}}, Reason: 200, Prolong: true})
	}
	h.Stop()
	if got := len(sink.events(1, 101)); got != 102 {
		t.Errorf("%d events after Stop; want 102", got)
	}
	if _, err := h.Do(t.Context(), 1, center.Look{}); !errors.Is(err, ErrStopped) {
		t.Errorf("after Stop: err = %v; want ErrStopped", err)
	}
	if err := h.Configure(t.Context(), nil); !errors.Is(err, ErrStopped) {
		t.Errorf("Configure after Stop: err = %v; want ErrStopped", err)
	}
}

func TestDoEndsWithItsContext(t *testing.T) {
	hold := make(chan struct{})
	sink := newTape()
	sink.carried = func(center.VCCID, []center.Effect) { <-hold }
	h := New(slog.New(slog.DiscardHandler), time.Now)
	h.Attach(sink)
	if err := h.Configure(t.Context(), []center.Config{vcc(1, 101)}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go cancel()
	_, err := h.Do(ctx, 1, center.SignIn{Agent: 101, Token: center.Token{1}, WithoutPhone: true, AgentType: 4, Status: 4})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v; want context.Canceled", err)
	}
	close(hold)
	h.Stop()
}

func BenchmarkDo(b *testing.B) {
	h := New(slog.New(slog.DiscardHandler), time.Now)
	h.Attach(newTape())
	defer h.Stop()
	if err := h.Configure(b.Context(), []center.Config{vcc(1, 101)}); err != nil {
		b.Fatal(err)
	}
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := h.Do(b.Context(), 1, center.IsInspector{}); err != nil {
				b.Error(err)
			}
		}
	})
}
