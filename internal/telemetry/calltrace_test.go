package telemetry

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ccgateway/internal/center"
	"ccgateway/internal/telemetry/trace"
)

// told is a tracer that writes down what is told, each span behind the names of those above it.
type told struct {
	trace.Nop
	lines []string
}

type above struct{}

func (s *told) Tell(ctx context.Context, name string, _ trace.Kind, began, ended time.Time, attributes ...trace.Attribute) context.Context {
	path, _ := ctx.Value(above{}).(string)
	line := fmt.Sprintf("%s/%s %s", path, name, ended.Sub(began))
	for _, a := range attributes {
		line += " " + a.Key + "=" + a.Value
	}
	s.lines = append(s.lines, line)
	return context.WithValue(ctx, above{}, path+"/"+name)
}

// TestCallTraces: two calls at a time, an attempt that rang out and one that was answered; no number of anybody is told.
func TestCallTraces(t *testing.T) {
	at := func(s int) time.Time { return time.Date(2026, 3, 4, 12, 0, s, 0, time.UTC) }
	spans := &told{}
	calls := NewCallTraces(spans)
	calls.Carry(1, []center.Effect{center.LegRecord{Call: "c1", Leg: "l2", Party: center.PartyAgent, Agent: 101, Number: "40101", Began: at(1), Ringing: at(2), Ended: at(12), Reason: center.LeaveAgentNoAnswer}})
	calls.Carry(2, []center.Effect{
		center.LegRecord{Call: "c1", Leg: "l1", Party: center.PartyCustomer, Number: "555", Began: at(0), Ended: at(1), Reason: center.LeaveNobodyOnDuty},
		center.CallRecord{Call: "c1", Began: at(0), Ended: at(1), Caller: "555", Called: "900", Reason: center.LeaveNobodyOnDuty},
	})
	calls.Carry(1, []center.Effect{
		center.LegRecord{Call: "c1", Leg: "l3", Party: center.PartyAgent, Agent: 102, Number: "40102", Began: at(12), Ringing: at(13), Answered: at(15), Ended: at(40), Reason: center.LeaveUser},
		center.CallRecord{Call: "c1", Feature: 0, Began: at(0), Answered: at(15), Ended: at(40), Caller: "556", Called: "900", Reason: center.LeaveUser},
	})
	want := []string{
		"/call 1s vcc=2 call=c1 direction=inbound outcome=ours reason=nobody_on_duty",
		"/call/party 1s party=" + center.PartyCustomer.String() + " leg=l1 reason=nobody_on_duty answered=false",
		"/call 40s vcc=1 call=c1 direction=inbound outcome=success reason=user_hung_up",
		"/call/party 11s party=" + center.PartyAgent.String() + " leg=l2 reason=agent_no_answer answered=false",
		"/call/party/ringing 10s",
		"/call/party 28s party=" + center.PartyAgent.String() + " leg=l3 reason=user_hung_up answered=true",
		"/call/party/ringing 2s",
	}
	if diff := cmp.Diff(want, spans.lines); diff != "" {
		t.Error(diff)
	}
	for _, number := range []string{"40101", "40102", "555", "556", "900"} {
		if strings.Contains(strings.Join(spans.lines, "\n"), number) {
			t.Errorf("spans tell %s", number)
		}
	}
	if len(calls.legs) != 0 {
		t.Errorf("ended calls are remembered: %v", calls.legs)
	}
}

// TestCallTraces_Bounds: neither parties of one call nor calls grow without end.
func TestCallTraces_Bounds(t *testing.T) {
	calls := NewCallTraces(&told{})
	for i := range mostTracedLegs + 1 {
		calls.Carry(1, []center.Effect{center.LegRecord{Call: "c", Leg: center.LegID(fmt.Sprint(i))}})
	}
	if n := len(calls.legs[callKey{1, "c"}]); n != mostTracedLegs {
		t.Errorf("%d parties are remembered", n)
	}
	for i := range mostTracedCalls + 1 {
		calls.Carry(1, []center.Effect{center.LegRecord{Call: center.CallID(fmt.Sprint(i))}})
	}
	if n := len(calls.legs); n != mostTracedCalls {
		t.Errorf("%d calls are remembered", n)
	}
}
