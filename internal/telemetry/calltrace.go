package telemetry

import (
	"context"
	"strconv"

	"ccgateway/internal/center"
	"ccgateway/internal/telemetry/trace"
)

// Bounds of the parties that are remembered until their call ends. What is beyond them is not in the traces.
const (
	mostTracedCalls = 50_000
	mostTracedLegs  = 64 // of one call: a caller who is offered to one agent after the other has many
)

// CallTraces tells calls and the parties in them as spans. It is a sink of the host, whose committer alone calls it.
type CallTraces struct {
	tracer trace.Tracer
	legs   map[callKey][]center.LegRecord
}

// callKey names a call of one center.
type callKey struct {
	vcc  center.VCCID
	call center.CallID
}

// NewCallTraces makes a sink that tells tracer.
func NewCallTraces(tracer trace.Tracer) *CallTraces {
	return &CallTraces{tracer: tracer, legs: map[callKey][]center.LegRecord{}}
}

// Carry takes the records of calls. Each call becomes a trace of its own when its last party has left: a span "call" with one "party" for
// each stay of one, attempts that were not answered among them, from the offer to its end.
func (t *CallTraces) Carry(vcc center.VCCID, effects []center.Effect) {
	for _, effect := range effects {
		switch e := effect.(type) {
		case center.LegRecord:
			t.party(callKey{vcc, e.Call}, e)
		case center.CallRecord:
			t.call(callKey{vcc, e.Call}, e)
		}
	}
}

func (t *CallTraces) party(key callKey, leg center.LegRecord) {
	before, known := t.legs[key]
	if !known && len(t.legs) >= mostTracedCalls || len(before) >= mostTracedLegs {
		return
	}
	t.legs[key] = append(before, leg)
}

func (t *CallTraces) call(key callKey, c center.CallRecord) {
	legs := t.legs[key]
	delete(t.legs, key)
	who, reason := outcomeOf(c)
	ctx := t.tracer.Tell(context.Background(), "call", trace.Internal, c.Began, c.Ended,
		trace.Attribute{Key: "vcc", Value: strconv.Itoa(int(key.vcc))}, trace.Attribute{Key: "call", Value: string(c.Call)},
		trace.Attribute{Key: "direction", Value: directionOf(c.Feature)}, trace.Attribute{Key: "outcome", Value: string(who)},
		trace.Attribute{Key: "reason", Value: reason})
	for _, leg := range legs {
		t.tell(ctx, leg)
	}
}

// tell tells a party's stay, and below it how long its phone rang.
func (t *CallTraces) tell(ctx context.Context, leg center.LegRecord) {
	ctx = t.tracer.Tell(ctx, "party", trace.Internal, leg.Began, leg.Ended,
		trace.Attribute{Key: "party", Value: leg.Party.String()}, trace.Attribute{Key: "leg", Value: string(leg.Leg)},
		trace.Attribute{Key: "reason", Value: reasonOf(leg.Reason)}, trace.Attribute{Key: "answered", Value: strconv.FormatBool(!leg.Answered.IsZero())})
	if leg.Ringing.IsZero() {
		return
	}
	until := leg.Answered
	if until.IsZero() {
		until = leg.Ended
	}
	t.tracer.Tell(ctx, "ringing", trace.Internal, leg.Ringing, until)
}

// reasonOf gives the word of a reason.
func reasonOf(reason center.Leave) string {
	if end, known := endings[reason]; known {
		return end.word
	}
	return other
}
