package admin

import (
	"bytes"
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/report"
	"ccgateway/internal/store"
)

// facts are three facts of VCC 7.
type facts struct{}

var began = time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)

func (facts) EachCall(_ context.Context, span store.Span, do func(center.CallRecord) error) error {
	if span.VCC != 7 {
		return nil
	}
	return do(center.CallRecord{VCC: 7, Call: "c1", Caller: "=cmd()", Called: "+4930", Began: began, Ended: began.Add(90 * time.Second)})
}

func (facts) EachLeg(_ context.Context, _ store.Span, do func(center.LegRecord) error) error {
	return do(center.LegRecord{VCC: 7, Call: "c1", Party: center.PartyAgent, Agent: 101, Skill: 1, Began: began, Answered: began, Ended: began.Add(time.Minute)})
}

func (facts) EachQueue(_ context.Context, _ store.Span, do func(center.QueueRecord) error) error {
	return do(center.QueueRecord{VCC: 7, Call: "c1", Skill: 1, Entered: began, Left: began.Add(30 * time.Second), Outcome: center.QueueAnswered, Agent: 101, Offers: 1})
}

func (facts) EachTry(_ context.Context, _ store.Span, do func(center.TryRecord) error) error {
	return do(center.TryRecord{VCC: 7, Control: 12, Skill: 1, Feature: 44, Number: "0555", Entered: began, Began: began, Ended: began, Outcome: center.TryGivenUp, Final: true})
}

func (facts) EachRecording(_ context.Context, _ store.Span, do func(store.Recording) error) error {
	return do(store.Recording{VCC: 7, ID: "c1-101", Call: "c1", Agent: 101, Caller: "0301", Called: "1000", File: "7/c1-101.wav", Began: began, Name: "a.V3"})
}

func (facts) EachState(context.Context, store.Span, func(center.StateRecord) error) error { return nil }

func (facts) Legs(context.Context, store.Filter) ([]center.LegRecord, error) { return nil, nil }

func (facts) Zone(center.VCCID) *time.Location { return time.FixedZone("CET", 3600) }

func (facts) Names(context.Context, center.VCCID) (report.Names, error) {
	return report.Names{Skills: map[center.SkillID]string{1: "support"}}, nil
}

// twoCenters are VCCs 7 and 8.
type twoCenters struct{ centers }

func (twoCenters) VCCs() []center.VCCID { return []center.VCCID{7, 8} }

// TestReport_WhichVCC: where there are several VCCs, one has to be named, and a question without says so.
func TestReport_WhichVCC(t *testing.T) {
	server := serve(t, Options{Centers: twoCenters{}, Token: "t", Facts: facts{}})
	if status, body := get(t, server.URL+"/admin/report?kind=skill", "t"); status != 422 || !strings.Contains(body, "give the number of one") {
		t.Errorf("%d %s", status, body)
	}
}

func TestReport(t *testing.T) {
	server := serve(t, Options{Centers: centers{}, Token: "t", Facts: facts{}})
	day := "from=2026-11-25&until=2026-11-26"
	for _, c := range []struct {
		path   string
		status int
		want   string // part of the answer
	}{
		{"report?kind=skill&format=csv&" + day, 200, ",1,support,1,1,0,0,0,0,0,0,0.0000,1.0000,0.0000,30.000,"},
		{"report?kind=skill&level=30s&" + day, 200, `"service_level":1`},
		{"report?kind=agent&vcc=7&interval=1h&" + day, 200, `"talk_inbound":60000`},
		{"report?kind=vcc&format=xlsx&" + day, 200, "xl/worksheets"},
		{"report?kind=vcc&format=csv&" + day, 200, "2026-11-25T00:00:00.000+01:00,2026-11-26T00:00:00.000+01:00,"},
		{"report?kind=vcc&format=csv&from=2026-11-25", 200, "2026-11-25T00:00:00.000+01:00,"},
		{"report?kind=vcc&format=csv&zone=America/New_York&interval=24h&from=2026-10-31&until=2026-11-03", 200, "2026-11-01T00:00:00.000-04:00,2026-11-02T00:00:00.000-05:00,"},
		{"report?kind=vcc", 200, `"from":"`},
		{"report?kind=cat&" + day, 422, "kind:"},
		{"report?kind=skill&vcc=8&" + day, 422, "vcc:"},
		{"report?kind=skill&vcc=x&" + day, 422, "vcc:"},
		{"report?kind=skill&from=yesterday&until=2026-11-26", 422, "from:"},
		{"report?kind=skill&from=2026-11-26&until=2026-11-25", 422, "bad time"},
		{"report?kind=skill&from=2020-11-26&until=2026-11-25", 422, "longer than"},
		{"report?kind=skill&interval=1s&" + day, 422, "bad time"},
		{"report?kind=skill&interval=-1h&" + day, 422, "interval:"},
		{"report?kind=skill&zone=Mars&" + day, 422, "zone:"},
		{"report?kind=skill&format=pdf&" + day, 422, "format:"},
		{"records?kind=calls&" + day, 200, "c1,0,0,'=cmd(),+4930,,2026-11-25T08:00:00.000Z,,2026-11-25T08:01:30.000Z,0.000,90.000,"},
		{"records?kind=legs&format=json&" + day, 200, `"talk":60000`},
		{"records?kind=queues&" + day, 200, "answered,101,1"},
		{"records?kind=tries&" + day, 200, "12,44,1,0555,0,,2026-11-25T08:00:00.000Z,2026-11-25T08:00:00.000Z,2026-11-25T08:00:00.000Z,given_up,true"},
		{"records?kind=states&" + day, 200, "agent,state,reason"},
		{"records?kind=recordings&" + day, 200, "c1-101,a.V3,c1,101,0,0301,1000,7/c1-101.wav,2026-11-25T08:00:00.000Z,,,"},
		{"records?kind=cats&" + day, 422, "kind:"},
		{"records?kind=calls&format=xlsx&" + day, 422, "format:"},
	} {
		status, body := get(t, server.URL+"/admin/"+c.path, "t")
		if status != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s: %d %.300s, want %d with %q", c.path, status, body, c.status, c.want)
		}
	}
	if status, _ := get(t, server.URL+"/admin/report?kind=skill&"+day, "wrong"); status != 401 {
		t.Errorf("report without the token: %d", status)
	}
	var out bytes.Buffer
	address := strings.TrimPrefix(server.URL, "http://")
	if err := Ask(t.Context(), address, "t", "records", url.Values{"kind": {"calls"}, "from": {"2026-11-25"}, "until": {"2026-11-26"}}, &out); err != nil || !strings.Contains(out.String(), "c1") {
		t.Errorf("%q, %v", out.String(), err)
	}
	if err := Ask(t.Context(), address, "t", "records", url.Values{"kind": {"cats"}}, &out); err == nil {
		t.Error("a question that makes no sense is answered")
	}
}
