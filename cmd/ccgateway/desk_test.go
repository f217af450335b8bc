package main

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"ccgateway/client"
)

// desk is an agent's desktop in a test: his session, and all events that he was told so far.
type desk struct {
	*client.Agent
	in    *installation
	Phone *line // nil = none of the test's

	mu     sync.Mutex
	events []client.Event
	grew   chan struct{} // closed at the next event or at the stream's end, then renewed
	over   bool
	err    error
	read   int // events that expectations have taken
}

// signIn signs an agent in with the tests' password and follows his events.
func (in *installation) signIn(s client.SignIn) *desk {
	in.t.Helper()
	d, err := in.trySignIn(s)
	if err != nil {
		in.t.Fatalf("sign in %d: %v", s.Agent, err)
	}
	return d
}

func (in *installation) trySignIn(s client.SignIn) (*desk, error) {
	if s.Password == "" {
		s.Password = agentPassword
	}
	ctx, cancel := in.within()
	defer cancel()
	agent, err := in.client.SignIn(ctx, s)
	if err != nil {
		return nil, err
	}
	in.keep(agent.GUID())
	d := &desk{Agent: agent, in: in, grew: make(chan struct{})}
	in.desks = append(in.desks, d)
	d.follow()
	return d, nil
}

// follow collects the agent's events until the test ends.
func (d *desk) follow() {
	ctx, cancel := context.WithCancel(d.in.ctx)
	stream := d.Events(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for event := range stream.C {
			d.took(func() { d.events = append(d.events, event) })
		}
		d.took(func() { d.over, d.err = true, stream.Err() })
	}()
	d.in.t.Cleanup(func() {
		cancel()
		<-done
	})
}

func (d *desk) took(change func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change()
	close(d.grew)
	d.grew = make(chan struct{})
}

// next gives the event that comes next, waiting for it.
func (d *desk) next(expected string) client.Event {
	d.in.t.Helper()
	ctx, cancel := d.in.within()
	defer cancel()
	for {
		d.mu.Lock()
		if d.read < len(d.events) {
			event := d.events[d.read]
			d.read++
			d.mu.Unlock()
			return event
		}
		grew, over, err := d.grew, d.over, d.err
		d.mu.Unlock()
		if over {
			d.in.t.Fatalf("agent %d: events have ended (%v) before %s\n%s", d.Number(), err, expected, d.history())
		}
		select {
		case <-grew:
		case <-ctx.Done():
			d.in.t.Fatalf("agent %d: no event comes where %s was expected\n%s", d.Number(), expected, d.history())
		}
	}
}

// history lists what the agent was told.
func (d *desk) history() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var b strings.Builder
	for i, event := range d.events {
		mark := "  "
		if i >= d.read {
			mark = "+ "
		}
		fmt.Fprintf(&b, "%s%s %s\n", mark, event.Type, event.Content)
	}
	return b.String()
}

// expect waits for exactly these events, in this order. Each is a type, a blank and the content as JSON, in which "$name" stands
// for a text that is the same wherever the name stands in the test (the first one sets it), and "*" for anything.
func (d *desk) expect(lines ...string) {
	d.in.t.Helper()
	for _, line := range lines {
		name, content, _ := strings.Cut(line, " ")
		event := d.next(line)
		if event.Type != name || !d.in.matches(event.Content, content) {
			d.in.t.Fatalf("agent %d: %s %s came, not %s\n%s", d.Number(), event.Type, event.Content, d.in.filled(line), d.history())
		}
		if int(event.Agent) != d.Number() {
			d.in.t.Fatalf("agent %d: event %s is for agent %d", d.Number(), event.Type, event.Agent)
		}
	}
}

// quiet checks that no event has come that was not expected. A note to oneself marks the present moment: events are in order.
func (d *desk) quiet() {
	d.in.t.Helper()
	d.in.try("note to oneself", func(ctx context.Context) error { return d.SendNote(ctx, "mark", d.Number()) })
	if event := d.next("AgentOther_Note"); event.Type != client.NoteReceived {
		d.in.t.Fatalf("agent %d: %s %s came where nothing was expected\n%s", d.Number(), event.Type, event.Content, d.history())
	}
}

// ended waits for the end of the events and gives the result code that ended them.
func (d *desk) ended() string {
	d.in.t.Helper()
	ctx, cancel := d.in.within()
	defer cancel()
	for {
		d.mu.Lock()
		grew, over, err, left := d.grew, d.over, d.err, len(d.events)-d.read
		d.mu.Unlock()
		if over {
			if left > 0 {
				d.in.t.Fatalf("agent %d: more events came than expected\n%s", d.Number(), d.history())
			}
			return client.CodeOf(err)
		}
		select {
		case <-grew:
		case <-ctx.Done():
			d.in.t.Fatalf("agent %d: events do not end\n%s", d.Number(), d.history())
		}
	}
}

// matches compares a content with the expected JSON.
func (in *installation) matches(content json.RawMessage, want string) bool {
	var got, expected any
	if len(content) == 0 {
		content = json.RawMessage("null")
	}
	if err := json.Unmarshal(content, &got); err != nil {
		return false
	}
	if err := json.Unmarshal([]byte(want), &expected); err != nil {
		in.t.Fatalf("expected content %s: %v", want, err)
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.same(got, expected)
}

func (in *installation) same(got, want any) bool {
	switch want := want.(type) {
	case string:
		return in.sameText(got, want)
	case map[string]any:
		members, ok := got.(map[string]any)
		if !ok || len(members) != len(want) {
			return false
		}
		for name, value := range want {
			member, there := members[name]
			if !there || !in.same(member, value) {
				return false
			}
		}
		return true
	default:
		return reflect.DeepEqual(got, want)
	}
}

// sameText compares a text, and binds or looks up a name.
func (in *installation) sameText(got any, want string) bool {
	if want == "*" {
		return true
	}
	text, ok := got.(string)
	if !ok || !strings.HasPrefix(want, "$") {
		return ok && text == want
	}
	bound, known := in.vars[want]
	if !known {
		in.vars[want] = text
		return text != ""
	}
	return text == bound
}

// bind sets a name of expectations.
func (in *installation) bind(name, value string) string {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.vars[name] = value
	return value
}

// bound gives what a name stands for.
func (in *installation) bound(name string) string {
	in.t.Helper()
	in.mu.Lock()
	defer in.mu.Unlock()
	value, known := in.vars[name]
	if !known {
		in.t.Fatalf("%s is not known", name)
	}
	return value
}

// filled writes the values of known names into an expectation, for a message.
func (in *installation) filled(line string) string {
	in.mu.Lock()
	defer in.mu.Unlock()
	for name, value := range in.vars {
		line = strings.ReplaceAll(line, `"`+name+`"`, `"`+value+`"`)
	}
	return line
}

// do calls an interface as the agent and checks its result code; "" = success.
func (d *desk) do(code string, step func(ctx context.Context) error) {
	d.in.t.Helper()
	ctx, cancel := d.in.within()
	defer cancel()
	mustCode(d.in.t, step(ctx), code)
}

// ok calls an interface that must succeed.
func (d *desk) ok(step func(ctx context.Context) error) {
	d.in.t.Helper()
	d.do("", step)
}
