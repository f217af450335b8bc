//go:build otel

package trace

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	api "go.opentelemetry.io/otel/trace"
)

// Built tells whether this program can send traces.
const Built = true

// Bounds of what waits for the collector. A queue that is full drops spans: a collector that is away must not hold up calls.
const (
	mostQueued = 8192             // spans, about 1 KB each
	sendEvery  = 2 * time.Second  // so a trace is seen soon
	sendTime   = 10 * time.Second // for one batch, with its retries
)

// tracer sends spans by OpenTelemetry.
type tracer struct {
	spans api.Tracer
	w3c   propagation.TraceContext
}

func open(s Settings) (Tracer, func(context.Context) error, error) {
	exporter, err := otlptracehttp.New(context.Background(), otlptracehttp.WithEndpointURL(s.Endpoint), otlptracehttp.WithTimeout(sendTime))
	if err != nil {
		return nil, nil, fmt.Errorf("traces: %w", err)
	}
	provider := sdk.NewTracerProvider(
		sdk.WithBatcher(&sender{SpanExporter: exporter, log: s.Log}, sdk.WithMaxQueueSize(mostQueued), sdk.WithBatchTimeout(sendEvery), sdk.WithExportTimeout(sendTime)),
		sdk.WithSampler(sdk.ParentBased(sdk.TraceIDRatioBased(s.Share))),
		sdk.WithResource(resource.NewSchemaless(attribute.String("service.name", s.Service), attribute.String("service.version", s.Version),
			attribute.String("service.instance.id", s.Node))),
	)
	return &tracer{spans: provider.Tracer("ccgateway")}, provider.Shutdown, nil
}

func (t *tracer) Accept(ctx context.Context, header http.Header) context.Context {
	return t.w3c.Extract(ctx, propagation.HeaderCarrier(header))
}

func (t *tracer) Start(ctx context.Context, name string, kind Kind, attributes ...Attribute) (context.Context, Span) {
	ctx, s := t.spans.Start(ctx, name, api.WithSpanKind(kinds[kind]), api.WithAttributes(convert(attributes)...))
	return ctx, span{s}
}

func (t *tracer) Tell(ctx context.Context, name string, kind Kind, began, ended time.Time, attributes ...Attribute) context.Context {
	ctx, s := t.spans.Start(ctx, name, api.WithSpanKind(kinds[kind]), api.WithTimestamp(began), api.WithAttributes(convert(attributes)...))
	s.End(api.WithTimestamp(ended))
	return ctx
}

var kinds = map[Kind]api.SpanKind{Internal: api.SpanKindInternal, Server: api.SpanKindServer, Client: api.SpanKindClient, Producer: api.SpanKindProducer}

// span is an api.Span behind the program's own interface.
type span struct{ is api.Span }

func (s span) Rename(name string)          { s.is.SetName(name) }
func (s span) Set(attributes ...Attribute) { s.is.SetAttributes(convert(attributes)...) }
func (s span) Fail(why string)             { s.is.SetStatus(codes.Error, why) }
func (s span) End()                        { s.is.End() }

func convert(attributes []Attribute) []attribute.KeyValue {
	converted := make([]attribute.KeyValue, 0, len(attributes))
	for _, a := range attributes {
		converted = append(converted, attribute.String(a.Key, a.Value))
	}
	return converted
}
