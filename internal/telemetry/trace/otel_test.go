//go:build otel

package trace

import (
	"encoding/hex"
	"net/http"
	"testing"
	"time"

	otlp "go.opentelemetry.io/proto/otlp/trace/v1"

	"ccgateway/internal/telemetry/trace/tracetest"
)

// traced lets do work with a tracer and gives what the collector got of it.
func traced(t *testing.T, share float64, do func(Tracer)) *tracetest.Collector {
	t.Helper()
	c := tracetest.New(t)
	tracer, end, err := Open(Settings{Endpoint: c.URL, Share: share, Service: "ccgateway", Version: "v1", Node: "n1"})
	if err != nil {
		t.Fatal(err)
	}
	do(tracer)
	if err := end(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

func parent(value string) http.Header { return http.Header{"Traceparent": {value}} }

func TestTreeOfSpans(t *testing.T) {
	began := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	r := traced(t, 0, func(tracer Tracer) { // share 0: what is sent is sent because the client says so
		ctx := tracer.Accept(t.Context(), parent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))
		ctx, request := tracer.Start(ctx, "unknown", Server)
		inner, command := tracer.Start(ctx, "Release", Internal, Attribute{"vcc", "1"})
		tracer.Tell(inner, "sync", Internal, began, began.Add(3*time.Millisecond))
		command.End()
		request.Rename("release")
		request.Set(Attribute{"code", "100-006"})
		request.Fail("100-006")
		request.End()
	})
	request, command, sync := r.Named("release"), r.Named("Release"), r.Named("sync")
	if len(r.Spans()) != 3 || request == nil || command == nil || sync == nil {
		t.Fatalf("got %v", r.Spans())
	}
	if r.Service() != "ccgateway" {
		t.Errorf("service %q", r.Service())
	}
	for _, s := range r.Spans() {
		if hex.EncodeToString(s.TraceId) != "0af7651916cd43dd8448eb211c80319c" {
			t.Errorf("%s is in trace %x", s.Name, s.TraceId)
		}
	}
	if hex.EncodeToString(request.ParentSpanId) != "b7ad6b7169203331" || string(command.ParentSpanId) != string(request.SpanId) ||
		string(sync.ParentSpanId) != string(command.SpanId) {
		t.Error("the spans do not lie in each other: client, request, command, sync")
	}
	if request.Kind != otlp.Span_SPAN_KIND_SERVER || request.Status.GetCode() != otlp.Status_STATUS_CODE_ERROR || request.Status.Message != "100-006" {
		t.Errorf("request: %v", request)
	}
	if len(request.Attributes) != 1 || request.Attributes[0].Key != "code" || command.Attributes[0].Value.GetStringValue() != "1" {
		t.Errorf("attributes: %v, %v", request.Attributes, command.Attributes)
	}
	if sync.StartTimeUnixNano != uint64(began.UnixNano()) || sync.EndTimeUnixNano-sync.StartTimeUnixNano != 3_000_000 {
		t.Errorf("sync: %d to %d", sync.StartTimeUnixNano, sync.EndTimeUnixNano)
	}
}

func TestAccept_ClientsWish(t *testing.T) {
	for name, c := range map[string]struct {
		header http.Header
		share  float64
		sent   bool
	}{
		"not sampled":        {parent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"), 1, false},
		"malformed":          {parent("00-zz-b7ad6b7169203331-01"), 0, false},
		"all zero":           {parent("00-00000000000000000000000000000000-b7ad6b7169203331-01"), 0, false},
		"no header, share 1": {nil, 1, true},
		"no header, share 0": {nil, 0, false},
	} {
		r := traced(t, c.share, func(tracer Tracer) {
			_, s := tracer.Start(tracer.Accept(t.Context(), c.header), "x", Server)
			s.End()
		})
		if got := r.Named("x") != nil; got != c.sent {
			t.Errorf("%s: sent %v", name, got)
		}
	}
}
