// Package trace tells what happened to one request or call, as spans of OpenTelemetry.
//
// The rooms see this small interface and never OpenTelemetry itself, which is linked in by the build tag "otel" alone: it adds more than 3 MB.
// Without the tag, or without an endpoint, Nop stands behind the interface.
//
// Spans have names that this program knows (interfaces, commands, event types, result codes) and never a body, a header, a password, a
// GUID or a caller's number.
package trace

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"
)

// Kind is the place of a span in its conversation (OpenTelemetry: SpanKind).
type Kind int

// The kinds that this program has.
const (
	Internal Kind = iota // work in the house
	Server               // a request that came from outside
	Client               // a request that we have sent
	Producer             // something that is sent out and not answered: an event
)

// Attribute is a fact of a span. Its value comes from the program's own tables, never from outside.
type Attribute struct{ Key, Value string }

// Tracer begins spans. Its methods may be called from any goroutine and never wait.
type Tracer interface {
	// Accept gives a context that continues the trace of a request's traceparent header (W3C Trace Context); without one, or with
	// one that is malformed, the context as it was.
	Accept(ctx context.Context, header http.Header) context.Context
	// Start begins a span, below that of ctx if it has one. The context that it gives is for what is done in the span.
	Start(ctx context.Context, name string, kind Kind, attributes ...Attribute) (context.Context, Span)
	// Tell tells of a span that is over, below that of ctx if it has one. The context that it gives is for what was done in the span.
	Tell(ctx context.Context, name string, kind Kind, began, ended time.Time, attributes ...Attribute) context.Context
}

// Span is work that goes on. It is used by one goroutine, and ended once.
type Span interface {
	Rename(name string)
	Set(attributes ...Attribute)
	Fail(why string) // why is a word of the program's own, e.g. a result code
	End()
}

// Settings say where spans go.
type Settings struct {
	// Endpoint is the collector's address for OTLP over HTTP, e.g. "http://127.0.0.1:4318/v1/traces"; "" = no traces.
	Endpoint string
	// Share of the traces that begin here which are sent, 0 to 1. One that a client began is sent if the client says so.
	Share float64
	// Service, Version and Node name the program in its spans.
	Service, Version, Node string
	// Log is told when the collector does not take traces, and when it does again; nil = slog.Default().
	Log *slog.Logger
}

// ErrNotBuilt says that traces are configured for a program that cannot send any.
var ErrNotBuilt = errors.New("traces are configured, but this program was built without them: build it with -tags otel, or remove the endpoint")

// Open makes the tracer of the settings. The function that it gives sends what is left and ends the tracer; it is never nil. A program
// without the build tag answers ErrNotBuilt where an endpoint is set.
func Open(s Settings) (Tracer, func(context.Context) error, error) {
	if s.Endpoint == "" {
		return Nop{}, func(context.Context) error { return nil }, nil
	}
	at, err := url.Parse(s.Endpoint)
	if err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https" {
		return nil, nil, fmt.Errorf("traces: endpoint %q is not an http or https address", s.Endpoint)
	}
	if !(s.Share >= 0 && s.Share <= 1) {
		return nil, nil, fmt.Errorf("traces: share %v is not between 0 and 1", s.Share)
	}
	if s.Log == nil {
		s.Log = slog.Default()
	}
	return open(s)
}

// Nop traces nothing.
type Nop struct{}

var _ Tracer = Nop{}

// Accept gives the context back.
func (Nop) Accept(ctx context.Context, _ http.Header) context.Context { return ctx }

// Start begins nothing.
func (Nop) Start(ctx context.Context, _ string, _ Kind, _ ...Attribute) (context.Context, Span) {
	return ctx, nopSpan{}
}

// Tell tells nothing.
func (Nop) Tell(ctx context.Context, _ string, _ Kind, _, _ time.Time, _ ...Attribute) context.Context {
	return ctx
}

type nopSpan struct{}

func (nopSpan) Rename(string)    {}
func (nopSpan) Set(...Attribute) {}
func (nopSpan) Fail(string)      {}
func (nopSpan) End()             {}
