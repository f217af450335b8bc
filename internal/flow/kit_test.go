package flow

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
)

// world is what the tests' flows may refer to.
var world = World{
	Skills: map[string]bool{"support": true, "sales": true}, Agents: map[int]bool{101: true},
	Prompts: map[string]bool{"welcome": true, "menu": true, "wrong": true}, Hosts: []string{"crm.example"},
}

// read reads flows as a configuration does.
func read(t testing.TB, text string) map[string][]any {
	t.Helper()
	var flows map[string][]any
	if err := yaml.Unmarshal([]byte(text), &flows); err != nil {
		t.Fatal(err)
	}
	return flows
}

// compileText compiles flows that must be right.
func compileText(t testing.TB, text string, w World) *Program {
	t.Helper()
	p, problems := Compile(read(t, text), w)
	for _, problem := range problems {
		t.Errorf("%s: %s", strings.Join(problem.Path, "."), problem.Text)
	}
	if t.Failed() {
		t.FailNow()
	}
	return p
}

// monday is a Monday, 10:00 in Berlin.
var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// inputOf reads an input of a script: "began", "3" (a key), "played", "queued 2 90s", "time 5s" (so much has passed), ...
func inputOf(t testing.TB, word string) (Input, time.Duration) {
	t.Helper()
	name, rest, _ := strings.Cut(word, " ")
	if isKey(name) {
		return Digit{Key: name[0]}, 0
	}
	switch name {
	case "began":
		return Began{}, 0
	case "played":
		return Played{Why: rest}, 0
	case "queued":
		var place int
		var wait string
		_, _ = fmt.Sscan(rest, &place, &wait)
		d, _ := time.ParseDuration(wait)
		return Queued{Place: place, Wait: d, Idle: 1}, 0
	case "offered":
		return Offered{}, 0
	case "unanswered":
		return Unanswered{Why: rest}, 0
	case "recorded":
		return Recorded{}, 0
	case "closed":
		return QueueClosed{Why: rest}, 0
	case "refused":
		return Refused{Why: rest}, 0
	case "time":
		d, err := time.ParseDuration(rest)
		if err != nil {
			t.Fatal(err)
		}
		return TimeUp{}, d
	case "fetched":
		return Fetched{Status: 200, Value: map[string]any{"customer": map[string]any{"name": rest}}}, 0
	case "unfetched":
		return Fetched{Err: errBusy}, 0
	default:
		t.Fatalf("no input is named %q", word)
		return nil, 0
	}
}

// script plays inputs and gives the transcript: each input with the orders that follow.
func script(t testing.TB, p *Program, flow string, caller Caller, inputs string) string {
	t.Helper()
	run, err := NewRun(p, flow, caller)
	if err != nil {
		t.Fatal(err)
	}
	now := monday
	var b strings.Builder
	for word := range strings.SplitSeq("began, "+inputs, ",") {
		word = strings.TrimSpace(word)
		if word == "" {
			continue
		}
		in, passed := inputOf(t, word)
		now = now.Add(passed)
		fmt.Fprintf(&b, "< %s\n", word)
		for _, o := range run.Step(now, in) {
			fmt.Fprintf(&b, "    %s\n", o)
		}
	}
	if run.Over() {
		b.WriteString("over\n")
	}
	return b.String()
}
