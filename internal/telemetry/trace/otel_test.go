//go:build otel

package trace

import (
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// receiver is a collector that keeps what it gets, read with the official types.
type receiver struct {
	mu      sync.Mutex
	spans   map[string]*otlp.Span
	service string
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(io.LimitReader(request.Body, 1<<20))
	var batch collector.ExportTraceServiceRequest
	if err != nil || request.URL.Path != "/v1/traces" || proto.Unmarshal(body, &batch) != nil {
		http.Error(w, "not a batch of spans", http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, from := range batch.ResourceSpans {
		for _, a := range from.Resource.Attributes {
			if a.Key == "service.name" {
				r.service = a.Value.GetStringValue()
			}
		}
		for _, scope := range from.ScopeSpans {
			for _, s := range scope.Spans {
				r.spans[s.Name] = s
			}
		}
	}
	reply, _ := proto.Marshal(&collector.ExportTraceServiceResponse{})
	w.Header().Set("Content-Type", "application/x-protobuf")
	_, _ = w.Write(reply)
}

// traced lets do work with a tracer and gives what the collector got of it.
func traced(t *testing.T, share float64, do func(Tracer)) *receiver {
	t.Helper()
	r := &receiver{spans: map[string]*otlp.Span{}}
	server := httptest.NewServer(r)
	defer server.Close()
	tracer, end, err := Open(Settings{Endpoint: server.URL + "/v1/traces", Share: share, Service: "ccgateway", Version: "v1", Node: "n1"})
	if err != nil {
		t.Fatal(err)
	}
	do(tracer)
	if err := end(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
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
	request, command, sync := r.spans["release"], r.spans["Release"], r.spans["sync"]
	if len(r.spans) != 3 || request == nil || command == nil || sync == nil {
		t.Fatalf("got %v", r.spans)
	}
	if r.service != "ccgateway" {
		t.Errorf("service %q", r.service)
	}
	for _, s := range r.spans {
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
		if got := r.spans["x"] != nil; got != c.sent {
			t.Errorf("%s: sent %v", name, got)
		}
	}
}
