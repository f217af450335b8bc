//go:build otel

package trace

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// lame is an exporter that fails while it is told to.
type lame struct{ failure error }

func (l *lame) ExportSpans(context.Context, []sdk.ReadOnlySpan) error { return l.failure }
func (l *lame) Shutdown(context.Context) error                        { return nil }

func TestSender_SaysOnce(t *testing.T) {
	var text bytes.Buffer
	l := &lame{errors.New("away")}
	s := &sender{SpanExporter: l, log: slog.New(slog.NewTextHandler(&text, nil))}
	for range 3 {
		if err := s.ExportSpans(t.Context(), make([]sdk.ReadOnlySpan, 5)); err != nil {
			t.Fatal(err)
		}
	}
	l.failure = nil
	for range 2 {
		_ = s.ExportSpans(t.Context(), make([]sdk.ReadOnlySpan, 5))
	}
	if log := text.String(); strings.Count(log, "\n") != 2 || !strings.Contains(log, "err=away") || !strings.Contains(log, "lost=15") {
		t.Errorf("said:\n%s", log)
	}
}
