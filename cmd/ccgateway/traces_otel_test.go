//go:build otel

package main

import (
	"context"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	otlp "go.opentelemetry.io/proto/otlp/trace/v1"

	"ccgateway/internal/config"
	"ccgateway/internal/telemetry/trace/tracetest"
)

// TestTraces_Call: what a collector gets of a sign-in by a client that traces, and of a call that was talked.
func TestTraces_Call(t *testing.T) {
	t.Parallel()
	collector := tracetest.New(t)
	in := install(t, func(cfg *config.Config) { cfg.Traces = config.Traces{Endpoint: collector.URL, Share: 1} })
	const client = "0af7651916cd43dd8448eb211c80319c"
	in.signInTraced("102", "00-"+client+"-b7ad6b7169203331-01")
	ann := in.agent(101)
	customer := in.customer("13900", amyTone).calls("1000")
	agent := answerByHand(in, ann, customer, fromAmy)
	customer.hangUp()
	agent.over()
	ann.expect(fromAmy.releasedByCustomer(ready)...)
	ann.ok(func(ctx context.Context) error { return ann.ForceSignOut(ctx, 0) })
	in.halt() // sends what is left
	signIn := collector.Below(&otlp.Span{TraceId: id(t, client), SpanId: id(t, "b7ad6b7169203331")}, "login")
	command := collector.Below(signIn, "SignIn")
	journal := collector.Below(command, "journal")
	if signIn == nil || command == nil || journal == nil {
		t.Fatalf("a traced sign-in has %v, %v, %v in %s", signIn, command, journal, spanNames(collector))
	}
	if collector.Below(command, "wait for the center") == nil || collector.Below(command, "center") == nil || collector.Below(command, "wait for the journal") == nil {
		t.Errorf("steps are missing in %s", spanNames(collector))
	}
	if journal.EndTimeUnixNano <= journal.StartTimeUnixNano || journal.EndTimeUnixNano > command.EndTimeUnixNano {
		t.Errorf("the journal's time does not lie in its command's: %v, %v", journal, command)
	}
	call := collector.Named("call")
	if party := collector.Below(call, "party"); call == nil || party == nil || attribute(call, "outcome") != "success" || attribute(call, "call") != in.bound("$call") {
		t.Errorf("call %v in %s", call, spanNames(collector))
	}
	checkInvites(t, collector, call)
	if collector.Named("AgentEvent_Talking") == nil {
		t.Errorf("the event of the talk is not in %s", spanNames(collector))
	}
	for _, s := range collector.Spans() {
		for _, secret := range append([]string{"13900", "40101", agentPassword}, in.secrets...) {
			if secret != "" && strings.Contains(s.String(), secret) {
				t.Errorf("%s tells %s", s.Name, secret)
			}
		}
	}
}

// checkInvites: the customer's INVITE and that to the agent's phone are told, each with the leg of a party of the call.
func checkInvites(t *testing.T, collector *tracetest.Collector, call *otlp.Span) {
	t.Helper()
	parties := map[string]bool{}
	kinds := map[otlp.Span_SpanKind]bool{}
	for _, s := range collector.Spans() {
		if string(s.ParentSpanId) == string(call.GetSpanId()) {
			parties[attribute(s, "leg")] = true
		}
	}
	for _, s := range collector.Spans() {
		if s.Name != "INVITE" {
			continue
		}
		kinds[s.Kind] = true
		if attribute(s, "status") != "200" || !parties[attribute(s, "leg")] || s.EndTimeUnixNano <= s.StartTimeUnixNano {
			t.Errorf("INVITE %v; the call's parties are %v", s, parties)
		}
	}
	if !kinds[otlp.Span_SPAN_KIND_SERVER] || !kinds[otlp.Span_SPAN_KIND_CLIENT] {
		t.Errorf("INVITEs of the call by kind: %v in %s", kinds, spanNames(collector))
	}
}

// TestTraces_CollectorAway: the program starts, works and stops without its collector.
func TestTraces_CollectorAway(t *testing.T) {
	t.Parallel()
	in := install(t, func(cfg *config.Config) {
		cfg.Traces = config.Traces{Endpoint: "http://127.0.0.1:1/v1/traces", Share: 1}
	})
	in.enter(101, "40101")
	in.halt()
	if !strings.Contains(in.log.String(), "the collector takes no traces") {
		t.Errorf("nothing is said of it:\n%s", in.log)
	}
}

// signInTraced signs an agent in as a client that traces.
func (in *installation) signInTraced(agent, traceparent string) {
	in.t.Helper()
	request, err := http.NewRequestWithContext(in.ctx, http.MethodPut, "http://"+in.address("http")+"/agentgateway/resource/onlineagent/"+agent,
		strings.NewReader(`{"password":"`+agentPassword+`","phonenum":"40102"}`))
	must(in.t, err)
	request.Header.Set("Traceparent", traceparent)
	response, err := plainHTTP.Do(request)
	must(in.t, err)
	must(in.t, response.Body.Close())
	in.keep((reply{header: response.Header}).guid())
}

func id(t *testing.T, text string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(text)
	must(t, err)
	return raw
}

func spanNames(c *tracetest.Collector) string {
	var all []string
	for _, s := range c.Spans() {
		all = append(all, s.Name)
	}
	return strings.Join(all, ", ")
}

func attribute(s *otlp.Span, key string) string {
	for _, a := range s.GetAttributes() {
		if a.Key == key {
			return a.Value.GetStringValue()
		}
	}
	return ""
}
