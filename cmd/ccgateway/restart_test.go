package main

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"ccgateway/client"
	"ccgateway/internal/center"
	"ccgateway/internal/config"
	"ccgateway/internal/store"
)

// untilStopped runs the program, which the test stops by itself, and signs agent 101 in.
func (in *installation) untilStopped(cfg *config.Config) (*program, *client.Client, *client.Agent) {
	in.t.Helper()
	p, err := start(in.ctx, cfg, in.log.logger())
	must(in.t, err)
	c, err := client.New("http://" + p.address("http"))
	must(in.t, err)
	in.t.Cleanup(func() { c.Close() })
	ann, err := c.SignIn(in.ctx, client.SignIn{Agent: 101, Password: agentPassword, Phone: "40101"})
	must(in.t, err)
	return p, c, ann
}

// TestAgentsSurviveAGracefulStop: after a stop and a start over the same data an agent's GUID, state and events are there, also for
// the poll that has nothing but GUIDs; his session is one in the records.
func TestAgentsSurviveAGracefulStop(t *testing.T) {
	t.Parallel()
	in := prepare(t)
	cfg := testConfig(t, in.connectOutside, func(cfg *config.Config) {
		cfg.Listen.HTTP, cfg.Events.PollWait = freeAddress(t, "tcp"), 50*time.Millisecond
	})
	p, c, ann := in.untilStopped(cfg)
	for _, want := range []string{client.InService, client.Ready} {
		if event, err := ann.Next(in.ctx); err != nil || event == nil || event.Type != want {
			t.Fatalf("event %+v, %v; want %s", event, err, want)
		}
	}
	must(t, ann.SayBusy(in.ctx, 210, false))
	must(t, p.stop(context.Background()))

	in.start(cfg)
	if status, err := ann.Status(in.ctx); err != nil || int(status.State) != client.StateBusy {
		t.Errorf("after the start the agent is %+v, %v", status, err)
	}
	if event, err := ann.Next(in.ctx); err != nil || event == nil || event.Type != client.NotReady {
		t.Errorf("the first event after the start is %+v, %v; want %s", event, err, client.NotReady)
	}
	must(t, ann.Do(in.ctx, http.MethodGet, "agentevent/allagentevent", nil, nil)) // which knows him by his GUID alone
	if _, err := c.SignIn(in.ctx, client.SignIn{Agent: 101, Password: agentPassword, Phone: "40101"}); client.CodeOf(err) != client.AlreadySignedIn {
		t.Errorf("a second sign-in: %v", err)
	}
	must(t, ann.SignOut(in.ctx))
	must(t, in.store.Flush(in.ctx))
	sessions, err := in.store.Sessions(in.ctx, store.Filter{Limit: 10})
	if err != nil || len(sessions) != 1 || sessions[0].Ended.IsZero() || sessions[0].Reason != center.ReasonOwnWish {
		t.Errorf("sessions in the records: %+v, %v", sessions, err)
	}
	if log := in.log.String(); !strings.Contains(log, "agents are still signed in") {
		t.Error("the log does not say that agents are still signed in")
	}
}
