package main

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"ccgateway/client"
	"ccgateway/internal/center"
	"ccgateway/internal/softphone"
	"ccgateway/internal/store"
)

// seat is an agent with a phone whose callers die with the program: one talks, one waits.
type seat struct {
	v       *victim
	client  *client.Client
	agent   *client.Agent
	phone   *softphone.Phone
	callers []*softphone.Phone
	talks   int
}

// seatAgent serves queue sales alone, with phone 40103.
const seatAgent, seatPhone, seatCode = 103, "40103", "1001"

func newSeat(v *victim, c *client.Client) *seat {
	s := &seat{v: v, client: c}
	v.t.Cleanup(s.hangUp)
	return s
}

// within bounds one step.
func (s *seat) within() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), 15*time.Second)
}

// talk brings a call about with the agent, and another that waits.
func (s *seat) talk() {
	s.v.t.Helper()
	ctx, cancel := s.within()
	defer cancel()
	var err error
	if s.phone == nil {
		s.phone, err = softphone.New(context.Background(), softphone.Config{
			Local: "127.0.0.1:0", Registrar: s.v.sip, User: seatPhone, Password: "phone-secret-" + seatPhone, Tone: cidTone, Answer: softphone.Immediately,
		})
		must(s.v.t, err)
	}
	must(s.v.t, s.phone.Register(ctx))
	if s.agent == nil {
		s.agent, err = s.client.SignIn(ctx, client.SignIn{Agent: seatAgent, Password: agentPassword, Phone: seatPhone, AutoAnswer: client.Bool(true)})
		must(s.v.t, err)
		must(s.v.t, s.agent.Serve(ctx, 2))
	}
	first := s.call(ctx, "0301234")
	select {
	case <-first.Answered():
	case <-ctx.Done():
		s.v.t.Fatalf("the caller is not answered\n%s", s.v.lines())
	}
	s.await("the agent talks", func(ctx context.Context) (bool, error) {
		call, err := s.agent.Call(ctx, false)
		return call != nil, err
	})
	s.call(ctx, "0305678")
	s.await("the second caller waits", func(ctx context.Context) (bool, error) {
		n, err := s.agent.WaitingIn(ctx, 2)
		return n == 1, err
	})
	s.talks++
}

func (s *seat) call(ctx context.Context, number string) *softphone.Call {
	s.v.t.Helper()
	caller, err := softphone.New(context.Background(), softphone.Config{Local: callersHost + ":0", Registrar: s.v.sip, User: number, Tone: amyTone})
	must(s.v.t, err)
	s.callers = append(s.callers, caller)
	call, err := caller.Call(ctx, seatCode)
	must(s.v.t, err)
	return call
}

// await asks until something is so.
func (s *seat) await(what string, so func(context.Context) (bool, error)) {
	s.v.t.Helper()
	ctx, cancel := s.within()
	defer cancel()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for {
		is, err := so(ctx)
		if err != nil {
			s.v.t.Fatalf("%s: %v\n%s", what, err, s.v.lines())
		}
		if is {
			return
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			s.v.t.Fatalf("%s: it does not come about\n%s", what, s.v.lines())
		}
	}
}

// afterDeath checks that calls have ended for the agent, with their events, and that nobody waits.
func (s *seat) afterDeath() {
	s.v.t.Helper()
	s.hangUp()
	var types []string
	released := false
	s.await("the talk's end is told", func(ctx context.Context) (bool, error) {
		event, err := s.agent.Next(ctx)
		if event != nil {
			types = append(types, event.Type)
			released = released || event.Type == client.CustomerReleased
		}
		return event == nil && err == nil, err // until nothing is left
	})
	if told := strings.Join(types, " "); !strings.HasSuffix(told, strings.Join([]string{client.CustomerReleased, client.CallReleased, client.PhoneRelease, client.Ready}, " ")) {
		s.v.t.Errorf("after the death of the program the agent is told: %s", told)
	}
	ctx, cancel := s.within()
	defer cancel()
	if call, err := s.agent.Call(ctx, false); err != nil || call != nil {
		s.v.t.Errorf("after the death of the program the agent has the call %+v, %v", call, err)
	}
	if status, err := s.agent.Status(ctx); err != nil || int(status.State) != client.StateIdle {
		s.v.t.Errorf("after the death of the program the agent is %+v, %v", status, err)
	}
	if n, err := s.agent.WaitingIn(ctx, 2); err != nil || n != 0 {
		s.v.t.Errorf("after the death of the program %d callers wait, %v", n, err)
	}
}

// hangUp lets the callers go; their calls have died.
func (s *seat) hangUp() {
	for _, caller := range s.callers {
		caller.Close()
	}
	s.callers = nil
	if s.phone != nil {
		s.phone.Close()
		s.phone = nil
	}
}

// judge reads the records: each call has one, each party's lies within it, and all recordings have ended.
func (s *seat) judge() {
	t := s.v.t
	t.Helper()
	ctx := context.Background()
	st, err := store.Open(ctx, s.v.data(), slog.New(slog.DiscardHandler), store.KeepSessions(), store.Database(s.v.database))
	must(t, err)
	defer st.Close(ctx) //nolint:errcheck // the test is over
	s.judgeCalls(ctx, st)
	recordings, err := st.Recordings(ctx, store.Filter{Limit: 10000})
	must(t, err)
	if len(recordings) < s.talks {
		t.Errorf("%d recordings of %d talks", len(recordings), s.talks)
	}
	for _, r := range recordings {
		if r.Ended.IsZero() || r.Failed == "" {
			t.Errorf("recording %s, which the death of the program cut off: ended %v, failed %q", r.ID, r.Ended, r.Failed)
		}
	}
	s.judgeSessions(ctx, st)
}

// judgeCalls checks that each call has one record, and that the stays of its parties lie within it.
func (s *seat) judgeCalls(ctx context.Context, st *store.Store) {
	t := s.v.t
	t.Helper()
	calls, err := st.Calls(ctx, store.Filter{Limit: 10000})
	must(t, err)
	if len(calls) != 2*s.talks {
		t.Errorf("%d calls have records; want two for each of %d talks", len(calls), s.talks)
	}
	byID := map[center.CallID]center.CallRecord{}
	for _, c := range calls {
		if _, twice := byID[c.Call]; twice || c.Reason != center.LeaveInternalError {
			t.Errorf("call record, twice = %v: %+v", twice, c)
		}
		byID[c.Call] = c
	}
	legs, err := st.Legs(ctx, store.Filter{Limit: 10000})
	must(t, err)
	if len(legs) != 3*s.talks { // the waiting caller has nobody
		t.Errorf("%d stays of parties; want three for each of %d talks", len(legs), s.talks)
	}
	for _, leg := range legs {
		if c, known := byID[leg.Call]; !known || leg.Began.Before(c.Began) || leg.Ended.After(c.Ended) || leg.Ended.Before(leg.Began) {
			t.Errorf("party %+v does not fit into its call %+v", leg, c)
		}
	}
}

// judgeSessions checks that all agents are signed in since the beginning.
func (s *seat) judgeSessions(ctx context.Context, st *store.Store) {
	t := s.v.t
	t.Helper()
	sessions, err := st.Sessions(ctx, store.Filter{Limit: 10000})
	must(t, err)
	for _, session := range sessions {
		if !session.Ended.IsZero() {
			t.Errorf("the session of agent %d has ended: %+v", session.Agent, session)
		}
	}
}
