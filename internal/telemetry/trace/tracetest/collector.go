//go:build otel

package tracetest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// mostBody bounds what is read of one batch, in bytes.
const mostBody = 16 << 20

// Collector takes OTLP over HTTP and keeps it, read with the official types.
type Collector struct {
	URL string

	mu      sync.Mutex
	spans   []*otlp.Span
	service string
}

// New starts a collector that ends with the test.
func New(t testing.TB) *Collector {
	t.Helper()
	c := &Collector{}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	c.URL = server.URL + "/v1/traces"
	return c
}

// ServeHTTP takes a batch.
func (c *Collector) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(io.LimitReader(request.Body, mostBody))
	var batch collector.ExportTraceServiceRequest
	if err != nil || request.URL.Path != "/v1/traces" || proto.Unmarshal(body, &batch) != nil {
		http.Error(w, "not a batch of spans", http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, from := range batch.ResourceSpans {
		for _, a := range from.Resource.Attributes {
			if a.Key == "service.name" {
				c.service = a.Value.GetStringValue()
			}
		}
		for _, scope := range from.ScopeSpans {
			c.spans = append(c.spans, scope.Spans...)
		}
	}
	reply, _ := proto.Marshal(&collector.ExportTraceServiceResponse{})
	w.Header().Set("Content-Type", "application/x-protobuf")
	_, _ = w.Write(reply)
}

// Spans gives what has come.
func (c *Collector) Spans() []*otlp.Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.spans[:len(c.spans):len(c.spans)]
}

// Named gives the first span of a name, nil = none has come.
func (c *Collector) Named(name string) *otlp.Span {
	for _, s := range c.Spans() {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// Below gives the span of a name that lies directly below another, nil = none.
func (c *Collector) Below(parent *otlp.Span, name string) *otlp.Span {
	for _, s := range c.Spans() {
		if s.Name == name && string(s.ParentSpanId) == string(parent.GetSpanId()) && string(s.TraceId) == string(parent.GetTraceId()) {
			return s
		}
	}
	return nil
}

// Service gives the name of who has sent.
func (c *Collector) Service() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.service
}
