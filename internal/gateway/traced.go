package gateway

import (
	"net/http"
	"strconv"

	"ccgateway/internal/result"
	"ccgateway/internal/telemetry/trace"
)

// beginSpan begins the span of a request and gives the request with it in its context, so that the command below it finds it. Its name is
// the interface's log name, which endSpan knows; until then, and for paths that have no interface, it is "unknown": a path may hold
// anything.
func (g *Gateway) beginSpan(r *http.Request) (*http.Request, trace.Span) {
	if g.config.Trace == nil {
		return r, nil
	}
	ctx, span := g.config.Trace.Start(g.config.Trace.Accept(r.Context(), r.Header), unknown.Name, trace.Server)
	return r.WithContext(ctx), span
}

// endSpan ends the span of an answered request. It says the VCC, but neither the agent nor anything that he or a caller has sent.
func endSpan(span trace.Span, q *request, code result.Code) {
	if span == nil {
		return
	}
	span.Rename(q.route.Name)
	span.Set(trace.Attribute{Key: "code", Value: string(code)}, trace.Attribute{Key: "vcc", Value: strconv.Itoa(int(q.vcc))})
	if code != result.OK {
		span.Fail(string(code))
	}
	span.End()
}
