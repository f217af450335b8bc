package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"testing"
)

// requestLine is the line that every request leaves in the log.
type requestLine struct {
	Msg    string `json:"msg"`
	Level  string `json:"level"`
	Method string `json:"method"`
	Agent  int    `json:"agent"`
	VCC    int    `json:"vcc"`
	Code   string `json:"code"`
	Took   *int64 `json:"took_us"`
	Remote string `json:"remote"`
}

// TestLog: a day of work leaves a line for each request that names method, agent, tenant, code and time; nothing that is anybody's
// secret stands anywhere in the log of the whole program, at its most talkative.
func TestLog(t *testing.T) {
	t.Parallel()
	in := install(t)
	const noteText, callText, newPassword = "Zanzibar-note", "Zanzibar-data", "Zanzibar-9-Word"
	in.keep("Zanzibar")
	ann, ivy := in.agent(101), in.agent(901)
	_, err := in.trySignIn(signInWith(102, "Zanzibar-1-Wrong"))
	mustCode(t, err, "100-004")
	customer := in.customer("13900", amyTone).calls("1000")
	agent := answerByHand(in, ann, customer, fromAmy)
	converse(agent, customer)
	ann.ok(func(ctx context.Context) error { return ann.SetCallData(ctx, "", callText) })
	ann.ok(ann.UpdateGUID)
	in.keep(ann.GUID())
	ann.ok(func(ctx context.Context) error { return ivy.SendNote(ctx, noteText, 101) })
	ann.next("the note")
	ann.ok(ann.Release)
	ann.expect(fromAmy.releasedByAgent(ready)...)
	ann.ok(func(ctx context.Context) error { return ann.ChangePassword(ctx, agentPassword, newPassword) })
	in.ask(http.MethodPut, "voicecall/101/callout?password=Zanzibar", ann.GUID(), `{"called":"Zanzibar"`)
	in.ask(http.MethodGet, "nosuch/Zanzibar/path", "Zanzibar-guid", "")
	in.ask(http.MethodGet, "onlineagent/101/agentstatus", "Zanzibar-guid", "")
	ann.do("900-002", func(ctx context.Context) error { return ann.ForceSignOutAgent(ctx, 102) })
	ivy.ok(func(ctx context.Context) error { return ivy.ForceSignOutAgent(ctx, 101) })
	ann.expect(shutdown)
	ann.ended()
	in.halt()

	got := in.requestLines()
	for _, want := range []string{
		"INFO login 101 1 0", "INFO login 102 0 100-004", "INFO answer 101 1 0", "INFO setCallAppDataEx 101 1 0", "INFO updateGuid 101 1 0",
		"INFO sendNoteletEx 901 1 0", "INFO release 101 1 0", "INFO modifyAccountPwdEx 101 1 0", "INFO callout 101 1 000-002",
		"INFO unknown 0 0 000-002", "INFO getAgentStatus 101 1 000-003", "INFO forceLogOutAgent 101 1 900-002", "INFO forceLogOutAgent 901 1 0",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("no line %q in\n%q", want, got)
		}
	}
	if found := regexp.MustCompile(`[0-9a-f-]{36}\.TestGateway`).FindString(in.log.String()); found != "" {
		t.Errorf("what looks like a GUID is in the log: %s", found)
	}
	if found := regexp.MustCompile(`(?i)authorization|response=\\"|nonce=`).FindString(in.log.String()); found != "" {
		t.Errorf("a phone's credentials are in the log: %s", found)
	}
}

// requestLines gives the log's lines of requests, polls left out: level, method, agent, tenant, code.
func (in *installation) requestLines() []string {
	in.t.Helper()
	var got []string
	for _, line := range in.log.lines() {
		var r requestLine
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			in.t.Errorf("no JSON: %s", line)
		}
		if r.Msg != "request" {
			continue
		}
		if r.Method == "" || r.Took == nil || *r.Took < 0 || r.Remote == "" || r.Code == "" {
			in.t.Errorf("incomplete: %s", line)
		}
		if r.Method != "getAgentEvent" {
			got = append(got, fmt.Sprint(r.Level, " ", r.Method, " ", r.Agent, " ", r.VCC, " ", r.Code))
		}
	}
	return got
}
