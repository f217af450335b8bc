package client_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"ccgateway/client"
	"ccgateway/internal/center"
	"ccgateway/internal/delivery"
	"ccgateway/internal/gateway"
	"ccgateway/internal/host"
	"ccgateway/internal/result"
)

// passwords knows one password for everybody.
type passwords struct{}

func (passwords) Check(_ context.Context, _ center.AgentID, password string) (gateway.AccountState, error) {
	if password != "secret" {
		return gateway.AccountState{}, result.WrongPassword.Err()
	}
	return gateway.AccountState{}, nil
}
func (passwords) Change(context.Context, center.AgentID, string, string) error { return nil }
func (passwords) ByAccount(context.Context, string) (center.AgentID, bool)     { return 0, false }

// phones lift at once.
type phones struct {
	house *host.Host
	rings chan center.LegID
}

func (p phones) Carry(_ center.VCCID, effects []center.Effect) {
	for _, effect := range effects {
		if ring, ok := effect.(center.Ring); ok {
			p.rings <- ring.Leg
		}
	}
}

func (p phones) lift() {
	for leg := range p.rings {
		p.house.Tell(1, center.LegRinging{Leg: leg})
		p.house.Tell(1, center.LegAnswered{Leg: leg})
	}
}

// install runs a gateway over TLS with two agents and an inspector; ahead moves its clock.
func install(t *testing.T) (c *client.Client, ahead *atomic.Int64) {
	t.Helper()
	ahead = &atomic.Int64{}
	quiet := slog.New(slog.DiscardHandler)
	events := delivery.New(delivery.Options{})
	house := host.New(quiet, func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) })
	p := phones{house, make(chan center.LegID, 100)}
	house.Attach(events, p)
	err := house.Configure(t.Context(), []center.Config{{
		ID: 1, AccessCodes: []center.AccessCode{{Code: "1000", Skill: 1}},
		Skills: []center.Skill{{ID: 1, Name: "support", Media: center.MediaVoice, Ring: time.Minute}},
		Roles: []center.Role{
			{ID: 2, Rights: center.RightsOf(center.RightBusy, center.RightCallInner, center.RightHold)}, {ID: 3, Rights: center.RightsOf(center.RightForceState)},
		},
		Phones: []string{"40101", "40102", "40901"},
		Agents: []center.Agent{
			{ID: 101, Name: "Ann", Role: 2, Skills: []center.AgentSkill{{Skill: 1, Weight: 50}}}, {ID: 102, Name: "Ben", Role: 2}, {ID: 901, Role: 3},
		},
		Auth: center.Auth{Interval: time.Minute, Timeout: 2 * time.Minute},
	}})
	if err != nil {
		t.Fatal(err)
	}
	lifted := make(chan struct{})
	go func() {
		defer close(lifted)
		p.lift()
	}()
	server := httptest.NewUnstartedServer(nil)
	server.Config = gateway.NewServer(gateway.New(gateway.Config{Log: quiet}, house, passwords{}, events), quiet)
	server.TLS = server.Config.TLSConfig
	server.StartTLS()
	c, err = client.New(server.URL, client.InsecureTLS())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		events.Close()
		server.Close()
		house.Stop()
		close(p.rings)
		<-lifted
	})
	return c, ahead
}

// expect takes events until one of the type has come.
func expect(t *testing.T, stream *client.Stream, want string) client.Event {
	t.Helper()
	for {
		select {
		case event, open := <-stream.C:
			if !open {
				t.Fatalf("the stream ended before %s: %v", want, stream.Err())
			}
			if event.Type == want {
				return event
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%s did not come", want)
		}
	}
}

func signIn(t *testing.T, c *client.Client, agent int, phone string) *client.Agent {
	t.Helper()
	a, err := c.SignIn(t.Context(), client.SignIn{Agent: agent, Password: "secret", Phone: phone, AutoAnswer: client.Bool(false)})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestGateway lets the client's agents work at a real gateway with a real center: a call between two, GUIDs that change
// meanwhile, and an inspector who ends it all.
func TestGateway(t *testing.T) {
	c, ahead := install(t)
	ctx := t.Context()
	ann, ben, ivy := signIn(t, c, 101, "40101"), signIn(t, c, 102, "40102"), signIn(t, c, 901, "40901")
	first := ann.GUID()
	annHears, benHears := ann.Events(ctx), ben.Events(ctx)
	expect(t, annHears, client.Ready)
	expect(t, benHears, client.Ready)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(ann.ServeAll(ctx))
	ahead.Store(int64(61 * time.Second)) // GUIDINTERVAL is over: the next polls bring new GUIDs
	id, err := ann.CallInner(ctx, "102", "data")
	must(err)
	ringing := expect(t, benHears, client.Ringing)
	if ringing.CallID() != id || ringing.Agent != 102 {
		t.Errorf("ringing: %+v", ringing)
	}
	must(ben.Answer(ctx, id))
	expect(t, annHears, client.Talking)
	expect(t, benHears, client.Talking)
	call, err := ben.Call(ctx, false)
	must(err)
	if call == nil || call.ID != id || call.Data != "data" || call.Feature != 6 {
		t.Errorf("the call is %+v", call)
	}
	must(ann.Hold(ctx))
	expect(t, annHears, client.Held)
	must(ann.GetHold(ctx, id))
	expect(t, annHears, client.Talking)
	if ann.GUID() == first {
		t.Error("the GUID did not change")
	}
	ahead.Store(int64(170 * time.Second)) // the first GUID is dead by now, the present one holds
	must(ann.Release(ctx))
	expect(t, benHears, client.CustomerReleased)

	must(ivy.ForceSignOutAgent(ctx, 101))
	expect(t, annHears, client.Shutdown)
	for range annHears.C {
	}
	if err := annHears.Err(); client.CodeOf(err) != client.NotSignedIn {
		t.Errorf("the stream of the signed-out agent ended with %v", err)
	}
	if err := ann.SayFree(ctx); client.CodeOf(err) != client.NotSignedIn {
		t.Errorf("the signed-out agent got %v", err)
	}
	must(ben.SignOut(ctx))
	for range benHears.C {
	}
	if _, err := c.SignIn(ctx, client.SignIn{Agent: 901, Password: "secret", Phone: "40901"}); client.CodeOf(err) != client.AlreadySignedIn {
		t.Errorf("a second sign-in got %v", err)
	}
}
