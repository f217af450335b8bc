package main

import (
	"context"
	"log/slog"
	"reflect"
	"strconv"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/config"
	"ccgateway/internal/delivery"
	"ccgateway/internal/host"
	"ccgateway/internal/telemetry"
	"ccgateway/internal/telemetry/trace"
	"ccgateway/internal/voice"
)

// tracesEndTime bounds sending what is left: a collector that is away must not hold up the end.
const tracesEndTime = 3 * time.Second

// traces is where the program tells what happens to requests, commands, events and calls.
type traces struct {
	tracer trace.Tracer // nil = nobody is told
	end    func(context.Context) error
}

// openTraces makes the tracer of the configuration. A program that was built without traces does not start with an endpoint.
func openTraces(cfg *config.Config, log *slog.Logger) (*traces, error) {
	if cfg.Traces.Endpoint == "" {
		return &traces{}, nil
	}
	tracer, end, err := trace.Open(trace.Settings{
		Endpoint: cfg.Traces.Endpoint, Share: float64(cfg.Traces.Share), Service: "ccgateway", Version: version, Node: cfg.Node, Log: log,
	})
	if err != nil {
		return nil, err
	}
	return &traces{tracer: tracer, end: end}, nil
}

// endTraces sends what is left. What cannot be sent is only said: it is no reason to end with an error.
func (p *program) endTraces(ctx context.Context) {
	if p.traces.end == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, tracesEndTime)
	defer cancel()
	if err := p.traces.end(ctx); err != nil {
		p.log.Warn("the last traces are not sent", "err", err)
	}
}

// sinks are what the host has to tell of.
func (t *traces) sinks() []host.Sink {
	if t.tracer == nil {
		return nil
	}
	return []host.Sink{telemetry.NewCallTraces(t.tracer)}
}

// watched is the host as the rooms see it.
func (p *program) watched() watched { return watched{p.host, p.metrics, p.traces.tracer} }

// delivered is told of each event that has been written to its desktop.
func (p *program) delivered(e *delivery.Event) {
	p.metrics.Delivered(e)
	if tracer := p.traces.tracer; tracer != nil {
		tracer.Tell(context.Background(), e.Type, trace.Producer, e.At, time.Now())
	}
}

// traced is Do with a span, named by the command, below the request's; and below it the steps that take time.
func (w watched) traced(ctx context.Context, vcc center.VCCID, cmd center.Command) (center.Reply, error) {
	inner, span := w.tracer.Start(ctx, reflect.TypeOf(cmd).Name(), trace.Internal, trace.Attribute{Key: "vcc", Value: strconv.Itoa(int(vcc))})
	defer span.End()
	var steps host.Steps
	began := time.Now()
	reply, err := w.Host.DoTimed(inner, vcc, cmd, &steps)
	if err != nil {
		span.Fail("no reply") // not the error's text, which may say more than it should
		return reply, err
	}
	w.tellSteps(inner, began, &steps)
	if reply.Err != nil {
		span.Fail(string(reply.Err.Code))
	}
	return reply, nil
}

// tellSteps tells how long a command waited for its center, what that did, and how long it took until it was journaled.
func (w watched) tellSteps(ctx context.Context, began time.Time, s *host.Steps) {
	w.tracer.Tell(ctx, "wait for the center", trace.Internal, began, s.Applied)
	w.tracer.Tell(ctx, "center", trace.Internal, s.Applied, s.Done)
	if s.Written.IsZero() {
		return
	}
	w.tracer.Tell(ctx, "wait for the journal", trace.Internal, s.Done, s.Began)
	w.tracer.Tell(ctx, "journal", trace.Internal, s.Began, s.Written)
}

// transactions tells each INVITE transaction as a span of its own, as SIP has nothing that would carry a trace. A leg's name joins those that
// belong together, and stands in the spans of the call's parties too. nil = there are no traces.
func (t *traces) transactions() func(voice.Transaction) {
	if t.tracer == nil {
		return nil
	}
	return func(tx voice.Transaction) {
		kind, status := trace.Server, "none"
		if tx.Out {
			kind = trace.Client
		}
		if tx.Status > 0 {
			status = strconv.Itoa(tx.Status)
		}
		facts := []trace.Attribute{{Key: "status", Value: status}, {Key: "in_dialog", Value: strconv.FormatBool(tx.Again)}}
		if tx.Leg != "" {
			facts = append(facts, trace.Attribute{Key: "vcc", Value: strconv.Itoa(int(tx.VCC))}, trace.Attribute{Key: "leg", Value: string(tx.Leg)})
		}
		t.tracer.Tell(context.Background(), "INVITE", kind, tx.Began, tx.Ended, facts...)
	}
}
