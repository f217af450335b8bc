package gateway

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/telemetry/trace"
)

// spans is a tracer that writes down, in order, what it is told.
type spans struct{ told []string }

// below is the key of the span in a context.
type below struct{}

func (s *spans) note(format string, a ...any) { s.told = append(s.told, fmt.Sprintf(format, a...)) }

func (s *spans) Accept(ctx context.Context, header http.Header) context.Context {
	return context.WithValue(ctx, below{}, header.Get("Traceparent"))
}

func (s *spans) Start(ctx context.Context, name string, kind trace.Kind, attributes ...trace.Attribute) (context.Context, trace.Span) {
	s.note("start %s kind %d below %v %v", name, kind, ctx.Value(below{}), attributes)
	return context.WithValue(ctx, below{}, "request"), s
}

func (s *spans) Tell(ctx context.Context, _ string, _ trace.Kind, _, _ time.Time, _ ...trace.Attribute) context.Context {
	return ctx
}
func (s *spans) Rename(name string)                { s.note("name %s", name) }
func (s *spans) Set(attributes ...trace.Attribute) { s.note("set %v", attributes) }
func (s *spans) Fail(why string)                   { s.note("fail %s", why) }
func (s *spans) End()                              { s.note("end") }

// contexts are centers that look at the context of commands.
type contexts struct {
	*house
	seen func(context.Context)
}

func (c contexts) Do(ctx context.Context, vcc center.VCCID, cmd center.Command) (center.Reply, error) {
	c.seen(ctx)
	return c.house.Do(ctx, vcc, cmd)
}

func TestTrace_RequestAndCommand(t *testing.T) {
	told := &spans{}
	h := newHouse(t, func(c *Config) { c.Trace = told })
	h.centers = contexts{h, func(ctx context.Context) { told.note("command below %v", ctx.Value(below{})) }}
	h.call("PUT onlineagent/101", `{"password":"Ann#2026x","phonenum":"40101"}`, "Traceparent: the-client")
	if told.told[0] != "start unknown kind 1 below the-client []" || !slices.Contains(told.told, "command below request") {
		t.Errorf("a command does not lie in its request, and that in the client's span: %q", told.told)
	}
	if n := len(told.told); told.told[n-1] != "end" || slices.Index(told.told, "end") != n-1 || !slices.Contains(told.told, "set [{code 0} {vcc 1}]") {
		t.Errorf("the span is not ended once, with code and VCC: %q", told.told)
	}
	for _, secret := range []string{"Ann#2026x", "40101", "101", guid1} {
		if all := strings.Join(told.told, "\n"); strings.Contains(all, secret) {
			t.Errorf("spans tell %s: %s", secret, all)
		}
	}
}

func TestTrace_RefusalsAndUnknownPaths(t *testing.T) {
	told := &spans{}
	h := newHouse(t, func(c *Config) { c.Trace = told })
	h.call("PUT onlineagent/101", `{"password":"wrong","phonenum":"40101"}`)
	if !slices.ContainsFunc(told.told, func(line string) bool { return line == "fail 100-004" }) {
		t.Errorf("a refusal is not told: %q", told.told)
	}
	told.told = nil
	h.call("GET /a/secret/4711", "")
	if !slices.Contains(told.told, "name unknown") || strings.Contains(strings.Join(told.told, " "), "4711") {
		t.Errorf("a path without interface: %q", told.told)
	}
}
