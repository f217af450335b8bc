//go:build otel

package trace

import (
	"context"
	"log/slog"

	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// sender sends batches and says when the collector does not take them any more and when it does again, each once, rather than let the
// library write a line for every batch to where it likes. Only the library's batching goroutine calls ExportSpans.
type sender struct {
	sdk.SpanExporter
	log  *slog.Logger
	lost int // spans since the collector is away
}

// ExportSpans sends a batch. What cannot be sent is lost.
func (s *sender) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	err := s.SpanExporter.ExportSpans(ctx, spans)
	switch {
	case err != nil && s.lost == 0:
		s.log.Warn("the collector takes no traces: they are lost until it does", "err", err)
		s.lost = len(spans)
	case err != nil:
		s.lost += len(spans)
	case s.lost > 0:
		s.log.Info("the collector takes traces again", "lost", s.lost)
		s.lost = 0
	}
	return nil
}
