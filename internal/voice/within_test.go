package voice

import (
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
	"ccgateway/internal/codec"
)

// reinvite sends a re-INVITE, demands its acceptance and acknowledges it.
func (c *call) reinvite(body string) *sip.Response {
	c.u.t.Helper()
	res := c.u.send(c.next(sip.INVITE, body)).want(200)
	c.ack("")
	return res
}

// version reads the version and the address of a session description's origin.
func version(t *testing.T, res *sip.Response) (session, version string) {
	t.Helper()
	for line := range strings.Lines(string(res.Body())) {
		if f := strings.Fields(line); strings.HasPrefix(line, "o=") && len(f) == 6 {
			return f[1] + f[5], f[2]
		}
	}
	t.Fatalf("no origin in\n%s", res.Body())
	return "", ""
}

// TestHold: a phone holds and resumes, in all the ways in which phones do; on arrived legs and on those that were rung. Each answer has
// the right direction, the same session and address, and counts its changes.
func TestHold(t *testing.T) {
	for _, test := range []struct{ name, hold, answer string }{
		{"sendonly", sdpOf(4000, "sendonly"), "recvonly"},
		{"inactive", sdpOf(4000, "inactive"), "inactive"},
		{"address 0.0.0.0", strings.Replace(sdpOf(4000, "sendrecv"), "c=IN IP4 127.0.0.1", "c=IN IP4 0.0.0.0", 1), "sendrecv"},
	} {
		for _, side := range []string{"arrived", "rung"} {
			t.Run(test.name+"/"+side, func(t *testing.T) {
				r := newRig(t, testDirectory())
				var c *call
				leg := center.LegID("o1")
				if side == "arrived" {
					c, leg = answered(r, newUA(r, transportUDP, "030"))
				} else {
					c = lifted(r, newUA(r, transportUDP, "40101"))
				}
				first := c.reinvite(sdpOf(4000, "sendrecv"))
				r.c.nothing()
				held := c.reinvite(test.hold)
				if cmd, _ := next[center.LegHeld](r.c); cmd != (center.LegHeld{Leg: leg, On: true}) {
					t.Errorf("%+v", cmd)
				}
				if !strings.Contains(string(held.Body()), "a="+test.answer+"\r\n") {
					t.Errorf("answer is not %s:\n%s", test.answer, held.Body())
				}
				again := c.reinvite(test.hold)
				r.c.nothing()
				back := c.reinvite(sdpOf(4000, "sendrecv"))
				if cmd, _ := next[center.LegHeld](r.c); cmd.On {
					t.Errorf("%+v", cmd)
				}
				s0, v0 := version(t, first)
				s1, v1 := version(t, held)
				s2, v2 := version(t, again)
				s3, v3 := version(t, back)
				if s0 != s1 || s1 != s2 || s2 != s3 {
					t.Errorf("sessions or addresses differ: %s %s %s %s", s0, s1, s2, s3)
				}
				if changed := test.answer != "sendrecv"; v1 != v2 || (v0 != v1) != changed || (v2 != v3) != changed {
					t.Errorf("versions: %s %s %s %s", v0, v1, v2, v3)
				}
				c.bye()
				r.c.ended(leg, center.CauseHungUp)
			})
		}
	}
}

// TestReinvite_Offerless: a re-INVITE without SDP gets our offer in the 200, and the answer comes in the ACK.
func TestReinvite_Offerless(t *testing.T) {
	r := newRig(t, testDirectory())
	c := lifted(r, newUA(r, transportUDP, "40101"))
	res := c.u.send(c.next(sip.INVITE, "")).want(200)
	d, err := readSDP(res.Body(), termsOf(EncryptionOptional))
	if err != nil || d.payload(codec.PCMU) != 0 || d.payload(codec.PCMA) != 8 || d.direction.String() != "sendrecv" {
		t.Fatalf("offer %+v, %v", d, err)
	}
	c.ack(sdpOf(4000, "sendonly"))
	if cmd, _ := next[center.LegHeld](r.c); !cmd.On {
		t.Errorf("%+v", cmd)
	}
	c.bye()
}

// TestReinvite_Refused: an offer that we cannot take leaves the call as it was.
func TestReinvite_Refused(t *testing.T) {
	r := newRig(t, testDirectory())
	c := lifted(r, newUA(r, transportUDP, "40101"))
	for body, status := range map[string]int{
		sdpOf(4000, "sendrecv", "18"):                                     488,
		strings.Replace(sdpOf(4000, "sendrecv"), "m=audio", "m=image", 1): 488,
		"hello\r\n": 400,
	} {
		c.u.send(c.next(sip.INVITE, body)).want(status)
	}
	c.u.send(c.next(sip.UPDATE, sdpOf(4000, "sendrecv", "18"))).want(488)
	r.c.nothing()
	c.bye()
	r.c.ended("o1", center.CauseHungUp)
}

// TestReinvite_VideoToo: other media lines are refused each in its place.
func TestReinvite_VideoToo(t *testing.T) {
	r := newRig(t, testDirectory())
	c := lifted(r, newUA(r, transportUDP, "40101"))
	body := strings.Replace(sdpOf(4000, "sendrecv"), "m=audio", "m=video 5000 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\nm=audio", 1)
	res := c.reinvite(body)
	if answer := string(res.Body()); !strings.Contains(answer, "m=video 0 RTP/AVP 96\r\nm=audio ") {
		t.Errorf("answer:\n%s", answer)
	}
	offer := c.u.send(c.next(sip.INVITE, "")).want(200)
	if !strings.Contains(string(offer.Body()), "m=video 0 RTP/AVP 96\r\nm=audio ") {
		t.Errorf("later offer lost a media line:\n%s", offer.Body())
	}
	c.ack(body)
	c.bye()
}

// TestUpdate: UPDATE holds as re-INVITE does, and without SDP it says only that the call lives.
func TestUpdate(t *testing.T) {
	r := newRig(t, testDirectory())
	c := lifted(r, newUA(r, transportUDP, "40101"))
	res := c.u.send(c.next(sip.UPDATE, sdpOf(4000, "sendonly"))).want(200)
	if cmd, _ := next[center.LegHeld](r.c); !cmd.On || !strings.Contains(string(res.Body()), "a=recvonly") {
		t.Errorf("%+v\n%s", cmd, res.Body())
	}
	if res := c.u.send(c.next(sip.UPDATE, "")).want(200); len(res.Body()) > 0 {
		t.Error("UPDATE without SDP is answered with one")
	}
	r.c.nothing()
	c.bye()
}

// TestUpdate_Early: before the call is answered, an UPDATE may not change the session, and may ask whether it lives.
func TestUpdate_Early(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "030")
	tx, cmd := arriving(r, u, sdpOf(4000, "sendrecv"))
	r.carry(center.Alert{Leg: cmd.Leg})
	c := u.callOf(tx.req, tx.want(180))
	u.send(c.next(sip.UPDATE, "")).want(200)
	u.send(c.next(sip.UPDATE, sdpOf(4000, "sendrecv"))).want(500)
	u.send(c.next(sip.REFER, "")).want(405)
}

// TestInfo: digits that phones send by INFO.
func TestInfo(t *testing.T) {
	r := newRig(t, testDirectory())
	c := lifted(r, newUA(r, transportUDP, "40101"))
	for _, test := range []struct {
		kind, body string
		digit      byte
		status     int
	}{
		{"application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", '5', 200},
		{"application/dtmf-relay", "Signal= #\nDuration= 100", '#', 200},
		{"application/dtmf-relay", "Signal=10\r\n", '*', 200},
		{"application/dtmf", "d", 'D', 200},
		{"application/dtmf-relay", "Duration=100", 0, 415},
		{"application/dtmf-relay", "Signal=55\r\n", 0, 415},
		{"text/plain", "hello", 0, 415},
		{"", "", 0, 200},
	} {
		req := c.next(sip.INFO, "")
		if test.kind != "" {
			kind := sip.ContentTypeHeader(test.kind)
			req.AppendHeader(&kind)
			req.SetBody([]byte(test.body))
		}
		c.u.send(req).want(test.status)
		if test.digit != 0 {
			if cmd, _ := next[center.Digit](r.c); cmd != (center.Digit{Leg: "o1", Digit: test.digit}) {
				t.Errorf("%q: %+v", test.body, cmd)
			}
		}
	}
	r.c.nothing()
}

// TestWithin_NotAllowed: a phone cannot transfer behind the center's back, nor do what we do not know.
func TestWithin_NotAllowed(t *testing.T) {
	r := newRig(t, testDirectory())
	c := lifted(r, newUA(r, transportUDP, "40101"))
	refer := c.next(sip.REFER, "")
	refer.AppendHeader(sip.NewHeader("Refer-To", "<sip:00881600000@127.0.0.1>"))
	c.u.send(refer).want(603)
	for method, status := range map[sip.RequestMethod]int{sip.MESSAGE: 405, sip.SUBSCRIBE: 405, sip.PRACK: 405, "DANCE": 405, sip.OPTIONS: 200} {
		c.u.send(c.next(method, "")).want(status)
	}
	r.c.nothing()
	c.bye()
}

// TestWithin_Strangers: requests that name no dialog of ours, or one only nearly, get 481 and change nothing.
func TestWithin_Strangers(t *testing.T) {
	r := newRig(t, testDirectory())
	c := lifted(r, newUA(r, transportUDP, "40101"))
	attacker := newUA(r, transportUDP, "40102")
	for name, change := range map[string]func(*sip.Request){
		"Call-ID": func(req *sip.Request) { *req.CallID() = "other" },
		"our tag": func(req *sip.Request) { req.To().Params.Add("tag", "guess") },
		"his tag": func(req *sip.Request) { req.From().Params.Add("tag", "guess") },
	} {
		for _, method := range []sip.RequestMethod{sip.BYE, sip.INVITE, sip.INFO, sip.UPDATE} {
			req := c.numbered(method, c.seq+10, "")
			change(req)
			if res := attacker.send(attacker.ready(req)).final(); res.StatusCode != 481 {
				t.Errorf("%s with another %s: %d", method, name, res.StatusCode)
			}
		}
	}
	bye := attacker.request(sip.BYE, attacker.serverURI("1000"))
	attacker.send(bye).want(481)
	r.c.nothing()
	c.bye()
	r.c.ended("o1", center.CauseHungUp)
	attacker.send(attacker.ready(c.next(sip.BYE, ""))).want(481) // once more, too late
}

// TestWithin_OutOfOrder: a request with an older number than the last is refused.
func TestWithin_OutOfOrder(t *testing.T) {
	r := newRig(t, testDirectory())
	c := lifted(r, newUA(r, transportUDP, "40101"))
	c.u.send(c.numbered(sip.INFO, 200, "")).want(200)
	c.u.send(c.numbered(sip.INFO, 199, "")).want(500)
	c.u.send(c.numbered(sip.BYE, 200, "")).want(500)
	c.u.send(c.numbered(sip.BYE, 201, "")).want(200)
	r.c.ended("o1", center.CauseHungUp)
}

// TestWithin_PhoneMoves: a phone whose NAT gives it another port during a call is hung up at the new one.
func TestWithin_PhoneMoves(t *testing.T) {
	r := newRig(t, testDirectory())
	c := lifted(r, newUA(r, transportUDP, "40101"))
	c.u = newUA(r, transportUDP, "40101")
	c.u.send(c.next(sip.INFO, "")).want(200)
	r.carry(center.HangUp{Leg: "o1", Cause: center.CauseHungUp})
	c.u.reply(c.u.receive(sip.BYE), 200, "", "")
}

// TestBye_Both: both sides hang up at once: each BYE is answered.
func TestBye_Both(t *testing.T) {
	r := newRig(t, testDirectory())
	c := lifted(r, newUA(r, transportUDP, "40101"))
	r.carry(center.HangUp{Leg: "o1", Cause: center.CauseHungUp})
	ours := c.u.receive(sip.BYE)
	c.u.send(c.next(sip.BYE, "")).want(200)
	c.u.reply(ours, 481, "", "")
	r.until("leg ends", func() bool { return r.legs.count() == 0 })
	r.c.nothing()
}

// TestWithin_ConnectionLost: the TCP connection of a phone is lost during a call. It is hung up by a new one to its Contact.
func TestWithin_ConnectionLost(t *testing.T) {
	r := newRig(t, testDirectory())
	c := lifted(r, newUA(r, transportTCP, "40101"))
	c.u.disconnect()
	r.until("connection is gone", func() bool { return r.Stats().Connections == 0 })
	r.carry(center.HangUp{Leg: "o1", Cause: center.CauseHungUp})
	c.u.reply(c.u.receive(sip.BYE), 200, "", "")
}

// TestRing_ConnectionLost: a phone that has registered by TCP, and whose connection is gone, is rung by a new one to its Contact.
func TestRing_ConnectionLost(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportTCP, "40101")
	register(r, u)
	u.disconnect()
	r.until("connection is gone", func() bool { return r.Stats().Connections == 0 })
	u.reply(ringing(r, u), 486, "t", "")
	r.c.ended("o1", center.CauseBusy)
}

// TestRing_ConnectionLostWhileRinging: a phone that vanishes while it rings does not keep its caller waiting.
func TestRing_ConnectionLostWhileRinging(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportTCP, "40101")
	inv := rung(r, u)
	u.reply(inv, 180, "t", "")
	next[center.LegRinging](r.c)
	u.disconnect()
	r.c.ended("o1", center.CauseUnreachable)
}

// TestBye_Early: a caller who hangs up with BYE while it rings is let go properly.
func TestBye_Early(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "030")
	tx, cmd := arriving(r, u, sdpOf(4000, "sendrecv"))
	r.carry(center.Alert{Leg: cmd.Leg})
	c := u.callOf(tx.req, tx.want(180))
	u.send(c.next(sip.BYE, "")).want(200)
	tx.want(487)
	r.c.ended(cmd.Leg, center.CauseHungUp)
}
