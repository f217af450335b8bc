package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestReport: one answered and one abandoned call are the day's figures of queue, agent and tenant, and the records that they come from; the
// talk of the report is that of the records, to the millisecond.
func TestReport(t *testing.T) {
	t.Parallel()
	in := install(t)
	answeredAndAbandoned(in, func() *desk { return in.agent(101, toWrapUp) }, func(string) {})
	in.await("both calls are on record", func() (bool, string) {
		must(t, in.store.Flush(in.ctx))
		lines := in.facts("records", "calls")
		return len(lines) == 3, fmt.Sprint(lines)
	})

	queue := figures(t, in.facts("report", "skill"))
	for name, want := range map[string]string{
		"skill_name": "support", "offered": "2", "answered": "1", "abandoned": "1", "handled": "1", "offers": "1", "answer_rate": "0.5000",
	} {
		if queue[name] != want {
			t.Errorf("queue: %s is %s, not %s", name, queue[name], want)
		}
	}
	person := figures(t, in.facts("report", "agent"))
	if person["agent_name"] != "Ann" || person["answered"] != "1" || person["talk"] != queue["talk"] || person["hold"] != queue["hold"] {
		t.Errorf("agent: %v", person)
	}
	whole := figures(t, in.facts("report", "vcc"))
	if whole["inbound"] != "2" || whole["agents_talk"] != queue["talk"] || whole["longest_wait"] != queue["longest_wait"] {
		t.Errorf("tenant: %v", whole)
	}
	for _, leg := range in.facts("records", "legs")[1:] {
		if line := strings.Join(leg, ","); strings.Contains(line, ",agent,101,") && !strings.Contains(line, ","+queue["talk"]+","+queue["hold"]+",") {
			t.Errorf("the report says %s of talk and %s of hold, the record of the leg %s", queue["talk"], queue["hold"], line)
		}
	}
	for _, name := range []string{"talk", "hold", "wrap_up"} {
		if queue[name] == "0.000" {
			t.Errorf("the queue has no %s: %v", name, queue)
		}
	}
	if queue["wrap_up"] != person["wrap_up"] {
		t.Errorf("the queue has %s of wrap-up, its only agent %s", queue["wrap_up"], person["wrap_up"])
	}
}

// answeredAndAbandoned plays a call whose caller hangs up in the queue, and one that an agent who comes then answers, holds, ends and
// wraps up. at is told of the steps: waits, signed in, talks, wraps up, over.
func answeredAndAbandoned(in *installation, comes func() *desk, at func(step string)) {
	in.t.Helper()
	bob := in.customer("13901", bobTone).calls("1000")
	bob.answered()
	at("waits")
	bob.hangUp()
	ann := comes()
	at("signed in")
	amy := in.customer("13900", amyTone).calls("1000")
	agent := answerByHand(in, ann, amy, fromAmy)
	converse(agent, amy)
	at("talks")
	ann.ok(ann.Hold)
	amy.hears(musicTone)
	ann.ok(func(ctx context.Context) error { return ann.GetHold(ctx, "") })
	ann.ok(ann.Release)
	amy.over()
	ann.until("AgentState_Work")
	at("wraps up")
	ann.ok(ann.CancelWork)
	at("over")
}

// facts asks the running program as the commands do, and gives the lines of the file that they write.
func (in *installation) facts(command, kind string) [][]string {
	in.t.Helper()
	file := filepath.Join(in.t.TempDir(), "out.csv")
	q := factsQuestion{runningCenter: runningCenter{runningProgram: runningProgram{Data: in.cfg.Data, Admin: in.address("admin")}, VCC: 1}, Zone: "UTC", Output: file, From: time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)}
	var err error
	if command == "records" {
		err = recordsCommand{factsQuestion: q, Kind: kind, Format: "csv"}.Run(in.ctx)
	} else {
		err = reportCommand{factsQuestion: q, Kind: kind, Format: "csv"}.Run(in.ctx)
	}
	must(in.t, err)
	text, err := os.ReadFile(file)
	must(in.t, err)
	lines, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	must(in.t, err)
	return lines
}

// figures names the figures of the only row.
func figures(t testing.TB, lines [][]string) map[string]string {
	t.Helper()
	if len(lines) != 2 {
		t.Fatalf("%d lines: %v", len(lines), lines)
	}
	all := map[string]string{}
	for i, name := range lines[0] {
		all[name] = lines[1][i]
	}
	return all
}
