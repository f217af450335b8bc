package voice

import (
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
	"ccgateway/internal/codec"
)

// arriving has a trunk's caller dial the access code.
func arriving(r *rig, u *ua, body string) (*clientTx, center.CallArrived) {
	r.t.Helper()
	tx := u.send(u.invite("1000", body))
	cmd, vcc := next[center.CallArrived](r.c)
	if vcc != 1 {
		r.t.Fatalf("VCC %d was told", vcc)
	}
	return tx, cmd
}

// answered is arriving, answered and acknowledged.
func answered(r *rig, u *ua) (*call, center.LegID) {
	r.t.Helper()
	tx, cmd := arriving(r, u, sdpOf(4000, "sendrecv"))
	r.carry(center.AnswerLeg{Leg: cmd.Leg})
	c := u.callOf(tx.req, tx.want(200))
	c.ack("")
	return c, cmd.Leg
}

// TestArrive_Trunk: a call from a trunk to an access code, over both transports: 100 at once, 180, 200, BYE by the caller.
func TestArrive_Trunk(t *testing.T) {
	for _, network := range []string{transportUDP, transportTCP, transportTLS} {
		t.Run(network, func(t *testing.T) {
			r := newRig(t, testDirectory())
			u := newUA(r, network, "0301234567")
			tx, cmd := arriving(r, u, sdpOf(4000, "sendrecv"))
			if cmd.Trunk != "provider" || cmd.Phone != "" || cmd.From != "0301234567" || cmd.To != "1000" {
				t.Errorf("told %+v", cmd)
			}
			if !strings.HasPrefix(string(cmd.Leg), "i") {
				t.Errorf("leg is called %q; the names of arrived legs begin with i", cmd.Leg)
			}
			tx.want(100)
			r.carry(center.Alert{Leg: cmd.Leg})
			ringing := tx.want(180)
			r.carry(center.AnswerLeg{Leg: cmd.Leg})
			ok := tx.want(200)
			if a, b := ringing.To().Params.GetOr("tag", ""), ok.To().Params.GetOr("tag", ""); a == "" || a != b {
				t.Errorf("tags of 180 and 200: %q, %q", a, b)
			}
			d, err := readSDP(ok.Body(), termsOf(EncryptionOptional))
			if err != nil || d.formats[0].Codec.Name() != "PCMA" || d.event != 101 || d.direction.String() != "sendrecv" {
				t.Errorf("answer: %+v, %v\n%s", d, err, ok.Body())
			}
			c := u.callOf(tx.req, ok)
			c.ack("")
			c.bye()
			r.c.ended(cmd.Leg, center.CauseHungUp)
			r.c.nothing()
		})
	}
}

// TestArrive_Phone: a registered phone calls; who it is comes from its password, not from what it writes.
func TestArrive_Phone(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "50101")
	req := u.invite("1234", sdpOf(4000, "sendrecv"))
	req.From().DisplayName = "The President"
	tx := u.send(u.authorized(req, u.send(req).want(401)))
	cmd, vcc := next[center.CallArrived](r.c)
	if vcc != 2 || cmd.Phone != "50101" || cmd.Trunk != "" || cmd.From != "50101" || cmd.To != "1234" {
		t.Errorf("VCC %d told %+v", vcc, cmd)
	}
	r.Carry(2, []center.Effect{center.HangUp{Leg: cmd.Leg, Cause: center.CauseForbidden}})
	tx.want(403)
	r.c.nothing()
}

// TestArrive_PhoneLies: who may use account A is A for the center, whatever From says.
func TestArrive_PhoneLies(t *testing.T) {
	r := newRig(t, withoutTrunk())
	u := newUA(r, transportUDP, "40101")
	req := u.invite("1000", sdpOf(4000, "sendrecv"))
	req.From().Address.User = "40102"
	u.send(u.authorized(req, u.send(req).want(401)))
	if cmd, _ := next[center.CallArrived](r.c); cmd.Phone != "40101" || cmd.From != "40101" {
		t.Errorf("told %+v", cmd)
	}
}

// TestTollFraud: nobody gets a call into a center, let alone through it, who is not a phone with its password or a trunk dialling an access
// code.
func TestTollFraud(t *testing.T) {
	type attack struct {
		name   string
		d      *directory
		user   string
		make   func(u *ua) *sip.Request
		status int
	}
	outside := func(u *ua) *sip.Request { return u.invite("00881600000", sdpOf(4000, "sendrecv")) }
	attacks := []attack{
		{"stranger calls outside", withoutTrunk(), "123", outside, 401},
		{"stranger calls an access code", withoutTrunk(), "123", func(u *ua) *sip.Request { return u.invite("1000", "") }, 401},
		{"stranger claims to be a phone", withoutTrunk(), "40101", outside, 401},
		{"trunk calls outside", testDirectory(), "123", outside, 404},
		{"trunk calls a phone", testDirectory(), "123", func(u *ua) *sip.Request { return u.invite("40101", "") }, 404},
		{"trunk claims to be a phone", testDirectory(), "40101", outside, 401},
		{"REFER out of the blue", testDirectory(), "123", func(u *ua) *sip.Request { return u.request(sip.REFER, u.serverURI("1000")) }, 405},
		{"MESSAGE", withoutTrunk(), "40101", func(u *ua) *sip.Request { return u.request(sip.MESSAGE, u.serverURI("40102")) }, 405},
		{"SUBSCRIBE", withoutTrunk(), "40101", func(u *ua) *sip.Request { return u.request(sip.SUBSCRIBE, u.serverURI("40102")) }, 405},
		{"NOTIFY", withoutTrunk(), "40101", func(u *ua) *sip.Request { return u.request(sip.NOTIFY, u.serverURI("40102")) }, 405},
		{"unknown method", withoutTrunk(), "40101", func(u *ua) *sip.Request { return u.request("DANCE", u.serverURI("40102")) }, 405},
		{"INVITE into a dialog that is none", testDirectory(), "123", func(u *ua) *sip.Request {
			req := outside(u)
			req.To().Params.Add("tag", "guess")
			return req
		}, 481},
	}
	for _, a := range attacks {
		t.Run(a.name, func(t *testing.T) {
			r := newRig(t, a.d)
			u := newUA(r, transportUDP, a.user)
			u.send(a.make(u)).want(a.status)
			r.c.nothing()
		})
	}
}

// TestArrive_Refusals: how the center's causes are told to a caller who was not answered.
func TestArrive_Refusals(t *testing.T) {
	r := newRig(t, testDirectory())
	for cause, status := range map[center.Cause]int{
		center.CauseBusy: 486, center.CauseRefused: 603, center.CauseNotFound: 404, center.CauseForbidden: 403,
		center.CauseUnreachable: 480, center.CauseNoAnswer: 480, center.CauseFailed: 500, center.CauseShutdown: 503, center.CauseHungUp: 480,
	} {
		u := newUA(r, transportUDP, "030")
		tx, cmd := arriving(r, u, sdpOf(4000, "sendrecv"))
		r.carry(center.HangUp{Leg: cmd.Leg, Cause: cause})
		tx.want(status)
	}
	r.until("legs end", func() bool { return r.legs.count() == 0 })
	r.c.nothing()
}

// TestArrive_Cancel: the caller gives up while it rings.
func TestArrive_Cancel(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "030")
	tx, cmd := arriving(r, u, sdpOf(4000, "sendrecv"))
	r.carry(center.Alert{Leg: cmd.Leg})
	tx.want(180)
	u.send(cancelOf(tx.req)).want(200)
	tx.want(487)
	r.c.ended(cmd.Leg, center.CauseHungUp)
	r.carry(center.AnswerLeg{Leg: cmd.Leg}, center.HangUp{Leg: cmd.Leg}) // too late
	r.c.nothing()
}

// TestArrive_CancelAgainstAnswer: CANCEL and the answer at the same instant. Either may be faster; the center hears of one end, and the
// caller is never left in a call.
func TestArrive_CancelAgainstAnswer(t *testing.T) {
	r := newRig(t, testDirectory())
	for range 30 {
		u := newUA(r, transportUDP, "030")
		tx, cmd := arriving(r, u, sdpOf(4000, "sendrecv"))
		tx.want(100)
		done := make(chan struct{})
		go func() {
			defer close(done)
			r.carry(center.AnswerLeg{Leg: cmd.Leg})
		}()
		u.send(cancelOf(tx.req)).want(200)
		<-done
		if res := tx.final(); res.IsSuccess() {
			c := u.callOf(tx.req, res)
			c.ack("")
			c.bye()
		} else if res.StatusCode != 487 {
			t.Fatalf("final response %d", res.StatusCode)
		}
		r.c.ended(cmd.Leg, center.CauseHungUp)
	}
}

// TestArrive_HungUpByCenter: BYE to the caller, and no word to the center.
func TestArrive_HungUpByCenter(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "030")
	_, leg := answered(r, u)
	r.carry(center.HangUp{Leg: leg, Cause: center.CauseHungUp})
	u.reply(u.receive(sip.BYE), 200, "", "")
	r.until("leg ends", func() bool { return r.legs.count() == 0 })
	r.c.nothing()
}

// TestArrive_ByeWaitsForAck: BYE must not come before the ACK (RFC 3261 section 15).
func TestArrive_ByeWaitsForAck(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "030")
	tx, cmd := arriving(r, u, sdpOf(4000, "sendrecv"))
	r.carry(center.AnswerLeg{Leg: cmd.Leg}, center.HangUp{Leg: cmd.Leg})
	res := tx.want(200)
	if len(u.requests) > 0 {
		t.Fatal("BYE came before the ACK")
	}
	u.callOf(tx.req, res).ack("")
	u.reply(u.receive(sip.BYE), 200, "", "")
}

// TestArrive_NoAck: the answer is repeated with growing gaps; without an ACK the call ends with BYE.
func TestArrive_NoAck(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "030")
	tx, cmd := arriving(r, u, sdpOf(4000, "sendrecv"))
	var repeated []time.Time
	heard := make(chan struct{}, 100)
	tx.tx.OnRetransmission(func(*sip.Response) {
		repeated = append(repeated, time.Now())
		heard <- struct{}{}
	})
	r.carry(center.AnswerLeg{Leg: cmd.Leg})
	tx.want(200)
	r.c.ended(cmd.Leg, center.CauseMediaLost)
	u.reply(u.receive(sip.BYE), 200, "", "")
	for range 4 {
		<-heard
	}
	if a, b := repeated[1].Sub(repeated[0]), repeated[3].Sub(repeated[2]); b < 2*a {
		t.Errorf("gaps do not grow: %v, %v", a, b)
	}
}

// TestArrive_Offerless: an INVITE without SDP gets our offer; the answer comes with the ACK.
func TestArrive_Offerless(t *testing.T) {
	for _, test := range []struct {
		name, answer string
		lives        bool
	}{
		{"answer", sdpOf(4000, "sendrecv", "0"), true},
		{"no answer", "", false},
		{"no common codec", sdpOf(4000, "sendrecv", "18"), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t, testDirectory())
			u := newUA(r, transportUDP, "030")
			tx, cmd := arriving(r, u, "")
			r.carry(center.AnswerLeg{Leg: cmd.Leg})
			res := tx.want(200)
			if d, err := readSDP(res.Body(), termsOf(EncryptionOptional)); err != nil || d.payload(codec.PCMA) != 8 || d.payload(codec.PCMU) != 0 || d.event != 101 {
				t.Fatalf("offer: %+v, %v", d, err)
			}
			c := u.callOf(tx.req, res)
			c.ack(test.answer)
			if test.lives {
				c.bye()
				r.c.ended(cmd.Leg, center.CauseHungUp)
			} else {
				u.reply(u.receive(sip.BYE), 200, "", "")
				r.c.ended(cmd.Leg, center.CauseFailed)
			}
		})
	}
}

// TestArrive_Impossible: what is refused before any center hears of it.
func TestArrive_Impossible(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*sip.Request)
		status int
	}{
		{"no common codec", func(req *sip.Request) { req.SetBody([]byte(sdpOf(4000, "sendrecv", "18"))) }, 488},
		{"no audio", func(req *sip.Request) {
			req.SetBody([]byte(strings.Replace(sdpOf(4000, "sendrecv"), "m=audio", "m=video", 1)))
		}, 488},
		{"encrypted", func(req *sip.Request) {
			req.SetBody([]byte(strings.Replace(sdpOf(4000, "sendrecv"), "RTP/AVP", "RTP/SAVP", 1)))
		}, 488},
		{"broken SDP", func(req *sip.Request) { req.SetBody([]byte("v=zero\r\n")) }, 400},
		{"other body", func(req *sip.Request) {
			text := sip.ContentTypeHeader("text/plain")
			req.ReplaceHeader(&text)
		}, 415},
		{"demands 100rel", func(req *sip.Request) { req.AppendHeader(sip.NewHeader("Require", "timer, 100rel")) }, 420},
		{"no contact", func(req *sip.Request) { req.RemoveHeader("Contact") }, 400},
		{"CSeq of another method", func(req *sip.Request) { req.CSeq().MethodName = "OPTIONS" }, 400},
		{"no tag", func(req *sip.Request) { req.From().Params.Remove("tag") }, 400},
		{"session too short", func(req *sip.Request) { req.AppendHeader(sip.NewHeader("Session-Expires", "30")) }, 422},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t, testDirectory())
			u := newUA(r, transportUDP, "030")
			req := u.invite("1000", sdpOf(4000, "sendrecv"))
			test.change(req)
			res := u.sendRaw(req, test.status)
			if test.status == 420 && !strings.Contains(res, "Unsupported: 100rel") {
				t.Errorf("what is not supported is not told:\n%s", res)
			}
			if test.status == 422 && !strings.Contains(res, "Min-SE: 90") {
				t.Errorf("the least interval is not told:\n%s", res)
			}
			r.c.nothing()
		})
	}
}

// TestArrive_Merged: the same INVITE that a forking proxy sends by a second way is no second call.
func TestArrive_Merged(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "030")
	tx, _ := arriving(r, u, sdpOf(4000, "sendrecv"))
	u.send(u.ready(tx.req.Clone())).want(482)
	r.c.nothing()
}

// TestArrive_Full: more calls than may be are told to come later.
func TestArrive_Full(t *testing.T) {
	r := newRig(t, testDirectory(), func(c *Config) { c.MaxLegs = 1 })
	u := newUA(r, transportUDP, "030")
	arriving(r, u, sdpOf(4000, "sendrecv"))
	res := u.send(u.invite("1000", sdpOf(4000, "sendrecv"))).want(503)
	if res.GetHeader("Retry-After") == nil {
		t.Error("no Retry-After")
	}
	r.Carry(1, []center.Effect{center.Ring{Leg: "o1", Phone: "40101"}})
	r.c.ended("o1", center.CauseFailed)
}

// TestArrive_PhoneFull: one phone's account cannot take all legs; other phones and lines have theirs, and what ends gives its place back.
func TestArrive_PhoneFull(t *testing.T) {
	r := newRig(t, testDirectory(), func(c *Config) { c.MaxPhoneCalls = 1 })
	u := newUA(r, transportUDP, "40101")
	call := func(u *ua) *clientTx {
		req := u.invite("1000", sdpOf(4000, "sendrecv"))
		return u.send(u.authorized(req, u.send(req).want(401)))
	}
	first := call(u)
	cmd, _ := next[center.CallArrived](r.c)
	if res := call(u).want(486); res.GetHeader("Retry-After") == nil {
		t.Error("no Retry-After")
	}
	call(newUA(r, transportUDP, "40102"))
	next[center.CallArrived](r.c)
	arriving(r, newUA(r, transportUDP, "030"), sdpOf(4000, "sendrecv"))
	r.Carry(1, []center.Effect{center.HangUp{Leg: cmd.Leg, Cause: center.CauseBusy}})
	first.want(486)
	r.until("the first call's leg has ended", func() bool { return r.Stats().Legs == 2 })
	call(u)
	next[center.CallArrived](r.c)
}

// TestArrive_ShownNumber: whose number a trunk's call shows.
func TestArrive_ShownNumber(t *testing.T) {
	for _, test := range []struct {
		name    string
		headers map[string]string
		user    string
		want    string
	}{
		{"From", nil, "0301", "0301"},
		{"asserted", map[string]string{"P-Asserted-Identity": "<sip:+49301@carrier.example>"}, "0301", "+49301"},
		{"asserted, tel", map[string]string{"P-Asserted-Identity": "<tel:+49-30-1;phone-context=x>"}, "0301", "+49301"},
		{"asserted, kept private", map[string]string{"P-Asserted-Identity": "<sip:+49301@c.example>", "Privacy": "id"}, "0301", "anonymous"},
		{"escaped", nil, "%2B49301", "+49301"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t, testDirectory())
			u := newUA(r, transportUDP, test.user)
			req := u.invite("1000", sdpOf(4000, "sendrecv"))
			for name, value := range test.headers {
				req.AppendHeader(sip.NewHeader(name, value))
			}
			u.send(req)
			if cmd, _ := next[center.CallArrived](r.c); cmd.From != test.want {
				t.Errorf("shows %q, want %q", cmd.From, test.want)
			}
		})
	}
}

// TestStop: when the server stops, talks get BYE, callers who wait 503, ringing phones CANCEL, and the centers are told.
func TestStop(t *testing.T) {
	r := newRig(t, testDirectory(), func(c *Config) { c.DrainTimeout = 2 * time.Second })
	phone := newUA(r, transportUDP, "40101")
	phone.register(600)
	next[center.PhoneState](r.c)
	talker, waiter := newUA(r, transportUDP, "031"), newUA(r, transportUDP, "032")
	answered(r, talker)
	tx, _ := arriving(r, waiter, sdpOf(4000, "sendrecv"))
	r.carry(center.Ring{Leg: "o1", Phone: "40101"})
	invite := phone.receive(sip.INVITE)
	phone.reply(invite, 180, "a", "")
	next[center.LegRinging](r.c)
	r.stopNow()
	talker.reply(talker.receive(sip.BYE), 200, "", "")
	tx.want(503)
	phone.cancelled()
	for range 3 {
		if got, _ := next[center.LegEnded](r.c); got.Cause != center.CauseShutdown {
			t.Errorf("told %+v", got)
		}
	}
}

// TestArrive_NoCenter: a caller whose center does not run is not left hanging.
func TestArrive_NoCenter(t *testing.T) {
	r := newRig(t, testDirectory(), func(c *Config) { c.noOrders = 50 * time.Millisecond })
	u := newUA(r, transportUDP, "030")
	tx, cmd := arriving(r, u, sdpOf(4000, "sendrecv"))
	tx.want(503)
	r.c.ended(cmd.Leg, center.CauseFailed)
}
