package main

import (
	"context"
	"fmt"
	"slices"

	"ccgateway/client"
	"ccgateway/internal/softphone"
)

// line is a phone of a test.
type line struct {
	*softphone.Phone
	in     *installation
	Number string
	Tone   float64
}

// talkTone gives the tone that a phone account's agent says.
var talkTone = map[string]float64{
	"40101": annTone, "40102": benTone, "40103": cidTone, "40104": danTone, "40201": bobTone, "40202": cleoTone, "40199": strangerTone,
	"40901": ivyTone,
}

// phone registers a phone account. It answers when told to by the test, unless cfg says otherwise.
func (in *installation) phone(number string, change ...func(*softphone.Config)) *line {
	in.t.Helper()
	cfg := softphone.Config{
		Local: "127.0.0.1:0", Registrar: in.address("sip"), User: number, Password: "phone-secret-" + number, Tone: talkTone[number],
	}
	for _, f := range change {
		f(&cfg)
	}
	l := in.newLine(cfg)
	in.try("register "+number, l.Register)
	return l
}

func (in *installation) newLine(cfg softphone.Config) *line {
	in.t.Helper()
	p, err := softphone.New(in.ctx, cfg)
	must(in.t, err)
	in.phones = append(in.phones, p)
	return &line{Phone: p, in: in, Number: cfg.User, Tone: cfg.Tone}
}

// customer makes an outside phone that calls in by the trunk.
func (in *installation) customer(number string, tone float64, change ...func(*softphone.Config)) *line {
	in.t.Helper()
	cfg := softphone.Config{Local: callersHost + ":0", Registrar: in.address("sip"), User: number, Tone: tone}
	for _, f := range change {
		f(&cfg)
	}
	return in.newLine(cfg)
}

// calls makes a call.
func (l *line) calls(number string) *talk {
	l.in.t.Helper()
	ctx, cancel := l.in.within()
	defer cancel()
	call, err := l.Call(ctx, number)
	must(l.in.t, err)
	return &talk{Call: call, line: l}
}

// called waits for a call that comes in.
func (l *line) called() *talk {
	l.in.t.Helper()
	ctx, cancel := l.in.within()
	defer cancel()
	select {
	case call := <-l.Incoming():
		return &talk{Call: call, line: l}
	case <-ctx.Done():
		l.in.t.Fatalf("phone %s is not called", l.Number)
		return nil
	}
}

// rung waits for a call and lets the phone ring.
func (l *line) rung() *talk {
	l.in.t.Helper()
	call := l.called()
	must(l.in.t, call.Ring())
	return call
}

// silentSince checks that the phone was not called.
func (l *line) notCalled() {
	l.in.t.Helper()
	select {
	case call := <-l.Incoming():
		l.in.t.Fatalf("phone %s is called by %s", l.Number, call.Number())
	default:
	}
}

// talk is one call of a phone of a test.
type talk struct {
	*softphone.Call
	line *line
}

// lift answers.
func (c *talk) lift() {
	c.line.in.t.Helper()
	c.line.in.try(c.line.Number+" answers", c.Answer)
}

// hangUp ends the call at the phone.
func (c *talk) hangUp() {
	c.line.in.t.Helper()
	c.line.in.try(c.line.Number+" hangs up", c.Hangup)
}

// answered waits until the other side has answered.
func (c *talk) answered() {
	c.line.in.t.Helper()
	c.line.in.wait(c.line.Number+" is answered", c.Answered())
}

// over waits for the end of the call and gives its reason.
func (c *talk) over() softphone.End {
	c.line.in.t.Helper()
	c.line.in.wait(fmt.Sprintf("end of %s's call", c.line.Number), c.Ended())
	return c.EndReason()
}

// hears checks that exactly these tones are heard.
func (c *talk) hears(tones ...float64) {
	in := c.line.in
	in.t.Helper()
	ctx, cancel := in.within()
	defer cancel()
	for _, freq := range tones {
		if err := c.Hear(ctx, freq); err != nil {
			in.t.Fatalf("%s does not hear %.0f Hz: %v; levels of %v are %.0f", c.line.Number, freq, err, allTones, c.Levels(allTones...))
		}
	}
	others := slices.DeleteFunc(slices.Clone(allTones), func(f float64) bool { return slices.Contains(tones, f) })
	if err := c.Silent(ctx, others...); err != nil {
		in.t.Fatalf("%s hears more than %v: %v; levels of %v are %.0f", c.line.Number, tones, err, allTones, c.Levels(allTones...))
	}
}

// converse checks that two hear each other and nobody else.
func converse(a, b *talk) {
	a.line.in.t.Helper()
	a.hears(b.line.Tone)
	b.hears(a.line.Tone)
}

// agent registers the phone of an agent and signs him in to all his queues; his first events are taken.
func (in *installation) agent(id int, change ...func(*client.SignIn)) *desk {
	in.t.Helper()
	return in.agentAt(in.phone(fmt.Sprint(40000+id)), id, change...)
}

// agentAt does the same at a phone that is there already.
func (in *installation) agentAt(phone *line, id int, change ...func(*client.SignIn)) *desk {
	in.t.Helper()
	s := client.SignIn{Agent: id, Phone: phone.Number, AutoAnswer: client.Bool(false)}
	for _, f := range change {
		f(&s)
	}
	d := in.signIn(s)
	d.Phone = phone
	d.expect("AgentOther_InService null", "AgentState_Ready null")
	if s.Status == client.StateBusy { // it says so after it was ready
		d.expect(notReady(0))
	}
	d.ok(d.ServeAll)
	return d
}

func notServing(s *client.SignIn)      { s.Status = client.StateBusy }
func autoAnswer(s *client.SignIn)      { s.AutoAnswer = client.Bool(true) }
func toWrapUp(s *client.SignIn)        { s.AutoEnterIdle = client.Bool(false) }
func permanentLine(s *client.SignIn)   { s.ReleasePhone = client.Bool(false) }
func answersAsked(c *softphone.Config) { c.Answer = softphone.OnRequest }

// ended hangs up at the customer's side and waits for the agent to be as he was.
func hangUpAll(ctx context.Context, calls ...*talk) {
	for _, c := range calls {
		_ = c.Hangup(ctx) // the others may have ended it already
	}
}

// listen waits until so much more sound has been received: 50 packets are a second.
func (c *talk) listen(packets uint64) {
	in := c.line.in
	in.t.Helper()
	begin := c.Heard().Packets
	in.await(fmt.Sprintf("%s receives %d packets", c.line.Number, packets), func() (bool, string) {
		n := c.Heard().Packets - begin
		return n >= packets, fmt.Sprint(n)
	})
}

func signInWith(agent int, password string) client.SignIn {
	return client.SignIn{Agent: agent, Phone: fmt.Sprint(40000 + agent), Password: password}
}
