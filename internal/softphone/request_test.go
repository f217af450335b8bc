package softphone

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"

	"ccgateway/internal/g711"
	"ccgateway/internal/tone"
)

// TestAnswer_OnRequest: each custom by which a call asks to be answered, and calls that do not ask.
func TestAnswer_OnRequest(t *testing.T) {
	caller, callee := newPhone(t, Config{}), newPhone(t, Config{Answer: OnRequest})
	for _, headers := range []Headers{
		{{"Answer-Mode", "Auto"}},
		{{"Priv-Answer-Mode", "auto;require"}},
		{{"Call-Info", "<sip:127.0.0.1>;answer-after=0"}},
		{{"Call-Info", `<sip:127.0.0.1>; Answer-After="0"`}},
		{{"Call-Info", "<http://x/photo>;purpose=icon"}, {"Call-Info", "<sip:x>;answer-after=0"}},
		{{"Alert-Info", "<http://127.0.0.1>;info=alert-autoanswer;delay=0"}},
		{{"Alert-Info", "Auto Answer"}},
		{{"Alert-Info", "Ring Answer"}},
	} {
		out, err := caller.CallWith(testContext(t), callee.URI(), headers)
		must(t, err)
		await(t, fmt.Sprintf("answer to %v", headers), out.Answered())
		if out.ringing.fired() {
			t.Errorf("%v: it rang", headers)
		}
		if in := awaitCall(t, callee); in.Headers().Get(strings.ToLower(headers[0].Name)) != headers[0].Value {
			t.Errorf("%v: came as %v", headers, in.Headers())
		}
		must(t, out.Hangup(testContext(t)))
	}
	for _, headers := range []Headers{
		nil,
		{{"Answer-Mode", "Manual"}},
		{{"Call-Info", "<http://x>;purpose=icon"}},
		{{"Call-Info", "<sip:x>;answer-after=soon"}},
		{{"Alert-Info", "<http://x/bell.wav>"}},
	} {
		out, err := caller.CallWith(testContext(t), callee.URI(), headers)
		must(t, err)
		await(t, fmt.Sprintf("ringing of %v", headers), out.Ringing())
		awaitCall(t, callee)
		must(t, out.Hangup(testContext(t)))
		if out.answered.fired() {
			t.Errorf("%v: was answered", headers)
		}
	}
	out, err := caller.CallWith(testContext(t), callee.URI(), Headers{{"Call-Info", "<sip:x>;answer-after=1"}})
	must(t, err)
	await(t, "ringing", out.Ringing())
	await(t, "answered a second later", out.Answered())
}

// notify sends NOTIFY for the call that d describes.
func notify(t *testing.T, p *Phone, target sip.Uri, d *dialog, event string) int {
	t.Helper()
	req := p.newRequest(sip.NOTIFY, target, d, 77)
	req.AppendHeader(sip.NewHeader("Event", event))
	req.AppendHeader(sip.NewHeader("Subscription-State", "active"))
	res, err := p.transact(testContext(t), req)
	must(t, err)
	return res.StatusCode
}

// TestNotifyTalk: NOTIFY answers a call, within its dialog and outside, and takes it back from hold.
func TestNotifyTalk(t *testing.T) {
	caller, callee := newPhone(t, Config{Tone: 440}), newPhone(t, Config{Tone: 700, Answer: OnRequest})
	target, err := caller.target(callee.URI())
	must(t, err)
	outside := &dialog{callID: newID(), localTag: newTag(), local: caller.self(), remote: target}
	if status := notify(t, caller, target, outside, "talk"); status != 481 {
		t.Errorf("talk without a call: %d, want 481", status)
	}
	for _, within := range []bool{false, true} {
		out := mustCall(t, caller, callee)
		in := awaitCall(t, callee)
		await(t, "ringing", out.Ringing())
		d := outside
		if within {
			d = &dialog{
				callID: out.key.callID, localTag: out.key.localTag, remoteTag: in.key.localTag, local: caller.self(), remote: target,
			}
		}
		if status := notify(t, caller, target, d, "talk"); status != 200 {
			t.Errorf("talk: %d, want 200", status)
		}
		await(t, "answered", out.Answered())
		if within {
			d.localTag, d.remoteTag = out.key.localTag, in.key.localTag
			if status := notify(t, caller, target, d, "presence"); status != 500 { // its CSeq is no higher
				t.Errorf("out of order: %d, want 500", status)
			}
			must(t, in.Hold(testContext(t)))
			mustBeSilent(t, in, 440)
			req := out.request(sip.NOTIFY)
			req.CSeq().SeqNo = 100
			req.AppendHeader(sip.NewHeader("Event", "talk"))
			_, err := caller.transact(testContext(t), req)
			must(t, err)
			mustHear(t, in, 440)
		}
		must(t, in.Hangup(testContext(t)))
		await(t, "end", out.Ended())
	}
	callee.SetFaults(Faults{NoTalk: true})
	out := mustCall(t, caller, callee)
	await(t, "ringing", out.Ringing())
	if status := notify(t, caller, target, outside, "talk"); status != 489 {
		t.Errorf("talk to a phone that does not know it: %d, want 489", status)
	}
	must(t, out.Hangup(testContext(t)))
}

// TestCall_Challenged: credentials in INVITE, ACK with the same ones, and all responses noted.
func TestCall_Challenged(t *testing.T) {
	challenge := &digest.Challenge{Realm: "r", Nonce: "n", QOP: []string{"auth"}, Algorithm: "SHA-256"}
	s := newServer(t, handlers{
		sip.INVITE: func(s *server, req *sip.Request, tx *sip.ServerTx) {
			if !checkCredentials(req, "Proxy-Authorization", "40101", "secret", challenge) {
				s.respond(tx, req, 407, "", "Proxy-Authenticate: "+challenge.String())
				return
			}
			s.respond(tx, req, 404, "")
		},
	})
	p := newPhone(t, Config{User: "40101", Password: "secret", Registrar: s.addr})
	out, err := p.Call(testContext(t), "999")
	must(t, err)
	await(t, "end", out.Ended())
	if got := fmt.Sprint(out.Statuses()); got != "[407 404]" {
		t.Errorf("statuses %s", got)
	}
	if end := out.EndReason(); end.Status != 404 || end.By != Remote || end.Reason != "Because" {
		t.Errorf("ended by %v", end)
	}
	invites := s.seen(sip.INVITE)
	if len(invites) != 2 || invites[1].CSeq().SeqNo != invites[0].CSeq().SeqNo+1 || invites[0].Recipient.User != "999" {
		t.Errorf("INVITEs: %v", invites)
	}
	p = newPhone(t, Config{User: "40101", Password: "wrong", Registrar: s.addr})
	out, err = p.Call(testContext(t), "999")
	must(t, err)
	await(t, "end", out.Ended())
	if end := out.EndReason(); end.Status != 407 || end.Err != nil {
		t.Errorf("wrong password: ended by %v", end)
	}
}

// TestCall_EarlyMediaAndRecordRoute: an announcement before the answer is heard, a 200 without a description keeps it, and
// requests of the dialog pass the proxies that recorded themselves.
func TestCall_EarlyMediaAndRecordRoute(t *testing.T) {
	far := newPhone(t, Config{Tone: 700})
	m, err := newMedia(testContext(t), far.line.host, 700, 0, far.currentFaults)
	must(t, err)
	defer m.close()
	answer := make(chan struct{})
	s := newServer(t, handlers{
		sip.INVITE: func(s *server, req *sip.Request, tx *sip.ServerTx) {
			session := far.newSession(m)
			body, p, err := session.answer(req.Body())
			if err != nil {
				t.Error(err)
			}
			m.connect(p)
			req.To().Params.Add("tag", "far")
			s.respond(tx, req, 183, string(body), "Contact: <sip:far@"+s.addr+">")
			<-answer
			s.respond(tx, req, 200, "", "Contact: <sip:far@192.0.2.9:9>", "Record-Route: <sip:192.0.2.7:7;lr>", "Record-Route: <sip:"+s.addr+";lr>")
		},
		sip.BYE: func(s *server, req *sip.Request, tx *sip.ServerTx) { s.respond(tx, req, 200, "") },
	})
	out, err := newPhone(t, Config{Tone: 440, Registrar: s.addr}).Call(testContext(t), "999")
	must(t, err)
	await(t, "progress", out.Ringing())
	mustHear(t, out, 700)
	if out.Sent().Packets != 0 {
		t.Error("it spoke before it was answered")
	}
	close(answer)
	await(t, "answered", out.Answered())
	for pcm, _, next := m.ear.now(); !tone.Hears(pcm, 440); pcm, _, next = m.ear.now() {
		await(t, "sound from the phone", next)
	}
	must(t, out.Hangup(testContext(t)))
	for _, method := range []sip.RequestMethod{sip.ACK, sip.BYE} {
		requests := s.seen(method)
		if len(requests) == 0 {
			t.Fatalf("no %s came by way of the proxy", method)
		}
		req := requests[0]
		routes := req.GetHeaders("Route")
		if req.Recipient.Host != "192.0.2.9" || len(routes) != 2 || !strings.Contains(routes[0].Value(), s.addr) {
			t.Errorf("%s to %v by %v", method, &req.Recipient, routes)
		}
	}
}

// TestCall_Announce: who is called says something before he answers, and something else afterwards, with one description for both.
func TestCall_Announce(t *testing.T) {
	caller, callee := newPhone(t, Config{Tone: 440}), newPhone(t, Config{Tone: 700})
	out := mustCall(t, caller, callee)
	in := awaitCall(t, callee)
	in.Say(1000)
	must(t, in.Announce())
	await(t, "progress", out.Ringing())
	mustHear(t, out, 1000)
	if out.Sent().Packets != 0 {
		t.Error("the caller spoke before he was answered")
	}
	in.Say(700)
	must(t, in.Answer(testContext(t)))
	mustHear(t, out, 700)
	mustHear(t, in, 440)
	mustBeSilent(t, out, 1000)
	in.mu.Lock()
	version := in.session.version
	in.mu.Unlock()
	if statuses := out.Statuses(); !slices.Contains(statuses, 183) || slices.Contains(statuses, 180) || version != 1 {
		t.Errorf("statuses %v, %d descriptions", statuses, version)
	}
	if err := in.Announce(); !errors.Is(err, ErrDecided) {
		t.Errorf("announced after the answer: %v", err)
	}
	if err := out.Announce(); !errors.Is(err, ErrOutgoing) {
		t.Errorf("announced by the caller: %v", err)
	}
	must(t, out.Hangup(testContext(t)))
	await(t, "end", in.Ended())
}

// TestSessionTimer: while the caller refreshes, both stay; when it vanishes, both end.
func TestSessionTimer(t *testing.T) {
	t.Parallel() // it waits most of the time
	caller := newPhone(t, Config{Tone: 440, Session: 2 * time.Second})
	callee := newPhone(t, Config{Tone: 700, Session: 10 * time.Second})
	out, in := talk(t, caller, callee)
	if got := in.Headers().Get("Session-Expires"); got != "2;refresher=uac" {
		t.Errorf("asked for %q", got)
	}
	in.mu.Lock()
	version := in.session.version
	in.mu.Unlock()
	must(t, in.listen(testContext(t), func([]int16, int64) bool {
		in.mu.Lock()
		defer in.mu.Unlock()
		return in.session.version >= version+2 // two refreshes were answered
	}))
	mustHear(t, out, 700)
	mustHear(t, in, 440)
	caller.Unplug()
	await(t, "end of who is not refreshed any more", in.Ended())
	if end := in.EndReason(); end.By != Local || end.Err == nil {
		t.Errorf("ended by %v", end)
	}
	await(t, "end of who cannot refresh", out.Ended())
}

// TestSessionTimer_TooSmall: the caller takes the interval that is demanded.
func TestSessionTimer_TooSmall(t *testing.T) {
	t.Parallel() // it waits most of the time
	s := newServer(t, handlers{
		sip.INVITE: func(s *server, req *sip.Request, tx *sip.ServerTx) {
			if valueOf(req, "Session-Expires") == "90;refresher=uac" && valueOf(req, "Min-SE") == "90" {
				s.respond(tx, req, 486, "")
				return
			}
			s.respond(tx, req, 422, "", "Min-SE: 90")
		},
	})
	out, err := newPhone(t, Config{Registrar: s.addr, Session: 30 * time.Second}).Call(testContext(t), "1")
	must(t, err)
	await(t, "end", out.Ended())
	if got := fmt.Sprint(out.Statuses()); got != "[422 486]" {
		t.Errorf("statuses %s", got)
	}
}

// TestConfig: what cannot be a phone is refused.
func TestConfig(t *testing.T) {
	for _, cfg := range []Config{
		{User: "a b"}, {User: "a@b"}, {Domain: "x>y"}, {Display: "a\"b"}, {Display: "a\r\nX: y"}, {Local: "nowhere:x"}, {Laws: make([]g711.Law, 1)},
		{Local: "127.0.0.1:0", Transport: TCP, Registrar: "x\ny"}, {Local: "127.0.0.1:99999", Transport: TCP},
	} {
		if p, err := New(testContext(t), cfg); err == nil {
			p.Close()
			t.Errorf("%+v made a phone", cfg)
		}
	}
	p := newPhone(t, Config{})
	for _, number := range []string{"", "100", "a b", "sip:", "1\r\nX: y"} {
		if _, err := p.Call(testContext(t), number); err == nil {
			t.Errorf("%q was called without a registrar", number)
		}
	}
}
