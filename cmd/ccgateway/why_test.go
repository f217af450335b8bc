package main

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"ccgateway/client"
	"ccgateway/internal/admin"
	"ccgateway/internal/center"
)

// TestWhy: a caller waits while the only agent of the queue is busy; the running program says so, to people and to Prometheus.
func TestWhy(t *testing.T) {
	t.Parallel()
	in := install(t)
	ann := in.agent(101)
	ann.ok(func(ctx context.Context) error { return ann.SayBusy(ctx, 201, false) })
	in.signIn(client.SignIn{Agent: 103, Phone: "40103"}) // and never signs in to his queues
	customer := in.customer("13900", amyTone).calls("1000")
	customer.answered()
	in.waiting(1, 1, 1)

	all, err := admin.Why(in.ctx, in.address("admin"), in.token)
	must(t, err)
	text := printed(t, whyCommand{}, all)
	for _, want := range []string{
		"VCC 1: 1 callers wait, 2 agents are signed in, 1 of them idle",
		"queue support (1): 1 wait, 1 agents signed in\n  1. 13900  call ",
		"because\n    - 1 not ready (reason 201): 101 Ann\n    ? hint: 1 fit, but not signed in to this queue (resetskill): 103 Cid\n",
		"    ? hint: 2 fit, but signed out: 102 Ben, 104 Dan\n",
		"agent 103 Cid: idle for ", "    - signed in to no skill queue (resetskill)\n", "VCC 2: 0 callers wait",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q:\n%s", want, text)
		}
	}
	call := all.VCCs[0].Queues[0].Callers[0].Call
	if one := printed(t, whyCommand{Call: string(call)}, all); !strings.Contains(one, "13900") || strings.Contains(one, "agent 103 Cid: idle") {
		t.Errorf("one call: %s", one)
	}
	if one := printed(t, whyCommand{Agent: 103}, all); !strings.Contains(one, "agent 103 Cid: idle") || strings.Contains(one, "13900") {
		t.Errorf("one agent: %s", one)
	}
	for _, c := range []whyCommand{{Agent: 101}, {Call: "1-1"}} {
		if err := c.print(io.Discard, all); err == nil {
			t.Errorf("%+v: nothing is to be told, and there is no error", c)
		}
	}
	metrics := in.metricsText()
	for _, want := range []string{
		`ccgateway_queue_waiting{queue="1",vcc="1"} 1`, `ccgateway_agents{state="not_ready",vcc="1"} 1`, "ccgateway_ready 1", "ccgateway_healthy 1",
		`ccgateway_sip_phones_registered 1`, `ccgateway_requests_total{code="0",interface="login"`, `ccgateway_journal_commands_total`,
		`ccgateway_commands_total{type="SayBusy"} 1`, `ccgateway_calls{state="waiting",vcc="1"} 1`, "ccgateway_rtp_legs 1",
		"ccgateway_events_delivered_total",
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("metrics lack %s", want)
		}
	}
	ann.ok(func(ctx context.Context) error { return ann.SayFree(ctx) })
	ann.Phone.rung().lift()
	in.await("the caller is offered", func() (bool, string) {
		return in.look(1).Calls[0].State == center.CallAlerting, "not offered"
	})
	customer.hangUp()
}

func printed(t *testing.T, c whyCommand, all admin.Explanations) string {
	t.Helper()
	var out strings.Builder
	must(t, c.print(&out, all))
	return out.String()
}

// metricsText scrapes the running program.
func (in *installation) metricsText() string {
	in.t.Helper()
	request, err := http.NewRequestWithContext(in.ctx, http.MethodGet, "http://"+in.address("admin")+"/metrics", nil)
	must(in.t, err)
	reply, err := http.DefaultClient.Do(request)
	must(in.t, err)
	defer reply.Body.Close()
	body, err := io.ReadAll(reply.Body)
	must(in.t, err)
	http.DefaultClient.CloseIdleConnections()
	return string(body)
}
