package flow

import (
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// wrongFlows lists flows and the one thing that is wrong in each: the problem's path and a part of its text.
var wrongFlows = []struct{ name, text, path, want string }{
	{"silence too long", "a: [{pause: 2m}]", "a.[0].pause", "1m30s"},
	{"silence of a message too short", "a: [{voicemail: {skill: support, silence: 1s}}]", "a.[0].voicemail.silence", "2s"},
	{"silence of a message is text", "a: [{voicemail: {skill: support, silence: no}}]", "a.[0].voicemail.silence", "2s"},
	{"unknown step", "a: [{plya: x}]", "a.[0].plya", "no step is named"},
	{"unknown member", "a: [{play: {prompt: menu, loud: 1}}]", "a.[0].play.loud", "no member of this name"},
	{"missing prompt", "a: [{play: nothing.wav}]", "a.[0].play", "no prompt is named"},
	{"prompt elsewhere", "a: [{play: ../menu}]", "a.[0].play", "without a folder"},
	{"unknown skill", "a: [{queue: suport}]", "a.[0].queue", "no voice skill queue"},
	{"unknown flow", "a: [{goto: b}]", "a.[0].goto", "no flow is named"},
	{"unknown agent", "a: [{transfer: {agent: 7}}]", "a.[0].transfer.agent", "no agent has the number"},
	{"number of a caller", "a: [{transfer: {number: '{x}'}}]", "a.[0].transfer.number", "variables are not taken"},
	{"two targets", "a: [{transfer: {agent: 101, flow: a}}]", "a.[0].transfer", "must have one of"},
	{"menu without else", "a: [{menu: {prompt: menu, '1': [hangup]}}]", "a.[0].menu", "else is missing"},
	{"menu without key", "a: [{menu: {prompt: menu, else: [hangup]}}]", "a.[0].menu", "must have a key"},
	{"circle", "a: [{goto: a}]", "a.[0].goto", "in a circle"},
	{"circle of two", "a: [{if: {var: x, then: [{goto: b}]}}]\nb: [{goto: a}]", "a.[0].if.then.[0].goto", "in a circle"},
	{"calls itself", "a: [{play: menu}, {flow: a}]", "a.[1].flow", "comes back to itself"},
	{"never reached", "a: [hangup, {play: menu}]", "a.[1]", "never reached"},
	{"secret said", "a: [{collect: {into: card, secret: true, prompt: menu}}, {say: 'Your card {card}'}]", "a.[1].say", "secret digits"},
	{"secret verified", "a: [{collect: {into: card, secret: true, prompt: menu, verify: true}}]", "a.[0].collect.verify", "cannot be read out"},
	{"host", "a: [{http: {url: 'https://evil.example/'}}]", "a.[0].http.url", "not allowed"},
	{"host by a variable", "a: [{http: {url: 'https://{x}/'}}]", "a.[0].http.url", "must begin with"},
	{"host continued", "a: [{http: {url: 'https://crm.example{x}/'}}]", "a.[0].http.url", "must begin with"},
	{"zone", "a: [{hours: {zone: Mars, open: ['mon 08:00-09:00']}}]", "a.[0].hours", "no time zone"},
	{"template", "a: [{say: 'Hello {Name'}]", "a.[0].say", "without a variable"},
	{"system variable", "a: [{set: {caller: x}}]", "a.[0].set.caller", "set by the system"},
}

func TestCompile_Wrong(t *testing.T) {
	for _, c := range wrongFlows {
		t.Run(c.name, func(t *testing.T) {
			_, problems := Compile(read(t, c.text), world)
			for _, p := range problems {
				if strings.Join(p.Path, ".") == c.path && strings.Contains(p.Text, c.want) {
					return
				}
			}
			t.Errorf("got %v, want %s: ...%s...", problems, c.path, c.want)
		})
	}
}

func TestCompile_CircleWithPromptIsGood(t *testing.T) {
	compileText(t, "a: [{say: hello}, {goto: b}]\nb: [{goto: a}]", world)
}

// FuzzCompile: no source breaks the compiler, and what it takes can be run.
func FuzzCompile(f *testing.F) {
	for _, c := range wrongFlows {
		f.Add(c.text)
	}
	f.Add("main: [{play: menu}, {menu: {prompt: menu, '1': [{queue: support}], else: [hangup]}}]")
	f.Fuzz(func(t *testing.T, text string) {
		flows := readAnything(text)
		p, problems := Compile(flows, world)
		if len(problems) > 0 {
			return
		}
		for _, name := range p.Names() {
			run, err := NewRun(p, name, Caller{})
			if err != nil {
				t.Fatal(err)
			}
			for _, in := range []Input{Began{}, Digit{'1'}, Played{}, TimeUp{}, Queued{Place: 1}, Refused{}, TimeUp{}, Played{}} {
				run.Step(monday, in)
			}
		}
	})
}

// readAnything reads YAML that may be none; its reader is not ours and may panic.
func readAnything(text string) (flows map[string][]any) {
	defer func() {
		if recover() != nil {
			flows = nil
		}
	}()
	if yaml.Unmarshal([]byte(text), &flows) != nil {
		return nil
	}
	return flows
}

// TestCompile_Voicemail: the silence that ends a message is 5 s, or what the flow says; 0 is none.
func TestCompile_Voicemail(t *testing.T) {
	for step, want := range map[string]string{
		"support": ", until 5s of silence\n", "{skill: support}": ", until 5s of silence\n",
		"{skill: support, silence: 0}": "at most 2m0s\n", "{skill: support, silence: 0s}": "at most 2m0s\n",
		"{skill: support, silence: 2500ms}": ", until 2.5s of silence\n",
	} {
		got := script(t, compileText(t, "a: [{voicemail: "+step+"}]", world), "a", Caller{}, "")
		if !strings.Contains(got, "record for support, at most 2m0s") || !strings.Contains(got, want) {
			t.Errorf("%s: %s", step, got)
		}
	}
}
