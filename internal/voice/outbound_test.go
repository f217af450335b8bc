package voice

import (
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"

	"ccgateway/internal/center"
)

// rung has a registered phone rung as leg o1. It returns the INVITE.
func rung(r *rig, u *ua, change ...func(*center.Ring)) received {
	r.t.Helper()
	register(r, u)
	return ringing(r, u, change...)
}

// register registers a phone and reads what the center is told, if it is the account's first device.
func register(r *rig, u *ua) {
	r.t.Helper()
	first := !r.Registered(u.user)
	u.register(600)
	if first {
		next[center.PhoneState](r.c)
	}
}

func ringing(r *rig, u *ua, change ...func(*center.Ring)) received {
	r.t.Helper()
	order := center.Ring{Leg: "o1", Phone: u.user, Caller: "0301234567", Display: `Ann "A" Smith`, Call: "1455885056-1"}
	for _, f := range change {
		f(&order)
	}
	r.carry(order)
	return u.receive(sip.INVITE)
}

// lifted is a phone that rang as leg o1 and was lifted.
func lifted(r *rig, u *ua) *call {
	r.t.Helper()
	inv := rung(r, u)
	u.reply(inv, 180, "t", "")
	next[center.LegRinging](r.c)
	u.reply(inv, 200, "t", sdpOf(4000, "sendrecv"))
	next[center.LegAnswered](r.c)
	u.receive(sip.ACK)
	return u.calledBy(inv, "t")
}

// TestRing: a phone is rung, rings, is lifted, and hangs up, by both transports.
func TestRing(t *testing.T) {
	for _, network := range []string{transportUDP, transportTCP} {
		t.Run(network, func(t *testing.T) {
			r := newRig(t, testDirectory())
			u := newUA(r, network, "40101")
			inv := rung(r, u, func(o *center.Ring) { o.UUI = "customer=7" })
			if inv.From().Address.User != "0301234567" || inv.From().DisplayName != `Ann \"A\" Smith` {
				t.Errorf("From: %s", inv.From())
			}
			for name, want := range map[string]string{
				"P-Asserted-Identity": "sip:0301234567@", "X-Call-ID": "1455885056-1", "Supported": "timer",
				"User-to-User": hex.EncodeToString([]byte("customer=7")) + ";encoding=hex", "Session-Expires": "1800", "Allow": "UPDATE",
			} {
				if h := inv.GetHeader(name); h == nil || !strings.Contains(h.Value(), want) {
					t.Errorf("%s: %v; want %s", name, h, want)
				}
			}
			for _, name := range []string{"Call-Info", "Alert-Info", "Answer-Mode"} {
				if inv.GetHeader(name) != nil {
					t.Errorf("%s in a call that a person shall answer", name)
				}
			}
			if d, err := readSDP(inv.Body()); err != nil || d.alaw != 8 || d.mulaw != 0 || d.event != 101 {
				t.Errorf("offer %+v, %v", d, err)
			}
			for range 14 { // some gateways repeat 180 for as long as it rings
				u.reply(inv, 180, "t", "")
			}
			if cmd, _ := next[center.LegRinging](r.c); cmd.Leg != "o1" {
				t.Errorf("%+v", cmd)
			}
			u.reply(inv, 200, "t", sdpOf(4000, "sendrecv", "0", "101"))
			if cmd, _ := next[center.LegAnswered](r.c); cmd.Leg != "o1" {
				t.Errorf("%+v", cmd)
			}
			ack := u.receive(sip.ACK)
			if ack.CSeq().SeqNo != inv.CSeq().SeqNo || ack.To().Params.GetOr("tag", "") != "t" {
				t.Errorf("ACK: %s", ack.Request)
			}
			u.calledBy(inv, "t").bye()
			r.c.ended("o1", center.CauseHungUp)
			r.c.nothing()
		})
	}
}

// TestRing_Causes: what each final response means, before and after it rang.
func TestRing_Causes(t *testing.T) {
	for _, test := range []struct {
		status int
		rings  bool
		cause  center.Cause
	}{
		{486, false, center.CauseBusy}, {486, true, center.CauseRefused}, {600, false, center.CauseBusy}, {603, false, center.CauseRefused},
		{603, true, center.CauseRefused}, {408, true, center.CauseNoAnswer}, {480, true, center.CauseNoAnswer},
		{480, false, center.CauseUnreachable}, {500, false, center.CauseUnreachable}, {503, true, center.CauseUnreachable},
		{404, false, center.CauseNotFound}, {410, false, center.CauseNotFound}, {484, false, center.CauseNotFound},
		{403, false, center.CauseForbidden}, {401, false, center.CauseForbidden}, {407, false, center.CauseForbidden},
		{488, false, center.CauseFailed}, {302, false, center.CauseFailed}, // a phone's forwarding is not followed: no call leaves that way
	} {
		t.Run(causeName(test.cause), func(t *testing.T) {
			r := newRig(t, testDirectory())
			u := newUA(r, transportUDP, "40101")
			inv := rung(r, u)
			if test.rings {
				u.reply(inv, 180, "t", "")
				next[center.LegRinging](r.c)
			}
			u.reply(inv, test.status, "t", "")
			r.c.ended("o1", test.cause)
			r.until("leg ends", func() bool { return r.legs.count() == 0 })
			r.c.nothing()
		})
	}
}

// TestRing_Unreachable: a phone that is not registered, or another VCC's, or does not exist, ends at once.
func TestRing_Unreachable(t *testing.T) {
	r := newRig(t, testDirectory())
	register(r, newUA(r, transportUDP, "50101")) // of VCC 2
	for _, number := range []string{"40101", "50101", "49999"} {
		r.carry(center.Ring{Leg: "o1", Phone: number})
		r.c.ended("o1", center.CauseUnreachable)
		r.until("leg ends", func() bool { return r.legs.count() == 0 })
	}
}

// TestRing_Silent: a phone that says nothing counts as unreachable; when it wakes up, it does not ring on.
func TestRing_Silent(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "40101")
	inv := rung(r, u)
	r.c.ended("o1", center.CauseUnreachable)
	u.reply(inv, 180, "t", "")
	u.cancelled()
	r.c.nothing()
}

// TestRing_SilentThenLifted: a phone that wakes up with 200 is acknowledged and gets BYE.
func TestRing_SilentThenLifted(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "40101")
	inv := rung(r, u)
	r.c.ended("o1", center.CauseUnreachable)
	u.reply(inv, 200, "t", sdpOf(4000, "sendrecv"))
	u.receiveAckAndBye()
	r.c.nothing()
}

// TestRing_CenterGivesUp: the center's HangUp while it rings: CANCEL; and no word to the center.
func TestRing_CenterGivesUp(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "40101")
	inv := rung(r, u)
	u.reply(inv, 180, "t", "")
	next[center.LegRinging](r.c)
	r.carry(center.HangUp{Leg: "o1", Cause: center.CauseNoAnswer})
	u.cancelled()
	r.until("leg ends", func() bool { return r.legs.count() == 0 })
	r.c.nothing()
}

// TestRing_GivesUpBeforeAnything: an INVITE to which nothing was heard cannot be cancelled; it is when something is.
func TestRing_GivesUpBeforeAnything(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "40101")
	inv := rung(r, u)
	r.carry(center.HangUp{Leg: "o1", Cause: center.CauseNoAnswer})
	u.quiet()
	u.reply(inv, 180, "t", "")
	u.cancelled()
	r.c.nothing()
}

// TestRing_CancelAgainstAnswer: the phone is lifted while the CANCEL is under way: ACK and BYE, and the center hears nothing.
func TestRing_CancelAgainstAnswer(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "40101")
	inv := rung(r, u)
	r.carry(center.HangUp{Leg: "o1", Cause: center.CauseNoAnswer})
	r.until("leg is given up", func() bool { return r.legs.find(legKey{1, "o1"}) == nil })
	u.reply(inv, 200, "t", sdpOf(4000, "sendrecv"))
	u.receiveAckAndBye()
	r.c.nothing()
}

// TestRing_Forked: two devices of an account ring; the first to be lifted has the call, the other stops ringing.
func TestRing_Forked(t *testing.T) {
	r := newRig(t, testDirectory())
	a, b := newUA(r, transportUDP, "40101"), newUA(r, transportTCP, "40101")
	register(r, b)
	first := rung(r, a)
	second := b.receive(sip.INVITE)
	a.reply(first, 180, "a", "")
	next[center.LegRinging](r.c)
	b.reply(second, 180, "b", "")
	b.reply(second, 200, "b", sdpOf(4000, "sendrecv"))
	next[center.LegAnswered](r.c)
	b.receive(sip.ACK)
	a.cancelled()
	b.calledBy(second, "b").bye()
	r.c.ended("o1", center.CauseHungUp)
	r.c.nothing()
}

// TestRing_ForkedBothAnswer: both are lifted in the same moment: one has the call, the other gets ACK and BYE.
func TestRing_ForkedBothAnswer(t *testing.T) {
	r := newRig(t, testDirectory())
	a, b := newUA(r, transportUDP, "40101"), newUA(r, transportUDP, "40101")
	register(r, b)
	first := rung(r, a)
	second := b.receive(sip.INVITE)
	a.reply(first, 200, "a", sdpOf(4000, "sendrecv"))
	b.reply(second, 200, "b", sdpOf(4002, "sendrecv"))
	next[center.LegAnswered](r.c)
	winner, loser, inv, tag := a, b, first, "a"
	r.until("one has the call", func() bool { return len(a.requests)+len(b.requests) == 3 })
	if len(a.requests) == 2 {
		winner, loser, inv, tag = b, a, second, "b"
	}
	winner.receive(sip.ACK)
	loser.receiveAckAndBye()
	winner.calledBy(inv, tag).bye()
	r.c.ended("o1", center.CauseHungUp)
	r.c.nothing()
}

// TestRing_ForkedFailures: one dead device does not hide what a person did at the other.
func TestRing_ForkedFailures(t *testing.T) {
	r := newRig(t, testDirectory())
	dead, live := newUA(r, transportUDP, "40101"), newUA(r, transportUDP, "40101")
	register(r, dead)
	inv := rung(r, live)
	dead.receive(sip.INVITE)
	live.reply(inv, 180, "t", "")
	next[center.LegRinging](r.c)
	live.reply(inv, 480, "t", "")
	r.c.ended("o1", center.CauseNoAnswer)
}

// TestRing_ForkedRefused: who refuses at one device refuses at all.
func TestRing_ForkedRefused(t *testing.T) {
	r := newRig(t, testDirectory())
	a, b := newUA(r, transportUDP, "40101"), newUA(r, transportUDP, "40101")
	register(r, b)
	first := rung(r, a)
	second := b.receive(sip.INVITE)
	b.reply(second, 180, "b", "")
	next[center.LegRinging](r.c)
	a.reply(first, 603, "a", "")
	r.c.ended("o1", center.CauseRefused)
	b.cancelled()
}

// TestRing_AckLost: a repeated 200 is acknowledged again.
func TestRing_AckLost(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "40101")
	inv := rung(r, u)
	u.reply(inv, 200, "t", sdpOf(4000, "sendrecv"))
	next[center.LegAnswered](r.c)
	u.receive(sip.ACK)
	u.reply(inv, 200, "t", sdpOf(4000, "sendrecv"))
	u.receive(sip.ACK)
	u.calledBy(inv, "t").bye()
}

// TestRing_BadAnswer: a 200 that cannot be used is acknowledged, ended, and a failure.
func TestRing_BadAnswer(t *testing.T) {
	for name, body := range map[string]string{"no SDP": "", "no common codec": sdpOf(4000, "sendrecv", "18"), "port 0": sdpOf(0, "sendrecv")} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, testDirectory())
			u := newUA(r, transportUDP, "40101")
			inv := rung(r, u)
			u.reply(inv, 200, "t", body)
			u.receiveAckAndBye()
			r.c.ended("o1", center.CauseFailed)
		})
	}
}

// TestRing_Auto: a phone that shall answer by itself is told so in the dialects of all makes.
func TestRing_Auto(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "40101")
	inv := rung(r, u, func(o *center.Ring) { o.Auto = true })
	for name, want := range map[string]string{"Call-Info": ";answer-after=0", "Alert-Info": ";info=alert-autoanswer", "P-Auto-Answer": "normal",
		"Answer-Mode": "Auto"} {
		if h := inv.GetHeader(name); h == nil || !strings.Contains(h.Value(), want) {
			t.Errorf("%s: %v; want %s", name, h, want)
		}
	}
}

// TestRing_Anonymous: a hidden number is not shown (RFC 3323).
func TestRing_Anonymous(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "40101")
	inv := rung(r, u, func(o *center.Ring) { o.Caller = "" })
	if inv.From().Address.Host != "anonymous.invalid" || inv.GetHeader("P-Asserted-Identity") != nil {
		t.Errorf("%s", inv.Request)
	}
}

// trunkRig has a trunk whose far end is a test agent.
func trunkRig(t *testing.T, network string) (*rig, *ua) {
	d := testDirectory()
	r := newRig(t, d)
	u := newUA(r, network, "carrier")
	d.mu.Lock()
	d.trunks = []Trunk{{Name: "provider", Address: u.addr.String(), Transport: strings.ToLower(network), Username: "me", Password: "trunk secret",
		Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}}
	d.mu.Unlock()
	return r, u
}

// TestTrunk: a call by a trunk, whose challenge is answered; it hangs up, and its BYE finds us.
func TestTrunk(t *testing.T) {
	for _, network := range []string{transportUDP, transportTCP} {
		t.Run(network, func(t *testing.T) {
			r, u := trunkRig(t, network)
			r.carry(center.Ring{Leg: "o1", Trunk: "provider", Number: "030 1234-567", Caller: "0309"})
			inv := u.receive(sip.INVITE)
			if inv.Recipient.User != "0301234567" || inv.GetHeader("P-Asserted-Identity") != nil || inv.GetHeader("X-Call-ID") != nil {
				t.Errorf("%s", inv.Request)
			}
			u.reply(inv, 407, "x", "", sip.NewHeader("Proxy-Authenticate", `Digest realm="carrier", nonce="n1", qop="auth", algorithm=MD5`))
			again := receiveAfterAck(u)
			if again.CSeq().SeqNo != inv.CSeq().SeqNo+1 || !credentialsRight(again.Request, "Proxy-Authorization", "me", "trunk secret") {
				t.Errorf("%s", again.Request)
			}
			u.reply(again, 183, "t", sdpOf(4000, "sendrecv"))
			next[center.LegRinging](r.c)
			u.reply(again, 200, "t", sdpOf(4000, "sendrecv"))
			next[center.LegAnswered](r.c)
			u.receive(sip.ACK)
			u.calledBy(again, "t").bye()
			r.c.ended("o1", center.CauseHungUp)
		})
	}
}

// receiveAfterAck waits for an INVITE; the ACK of a refused one may come before it.
func receiveAfterAck(u *ua) received {
	u.t.Helper()
	for got := range u.requests {
		if got.Method != sip.ACK {
			return got
		}
	}
	panic("not reached")
}

func credentialsRight(req *sip.Request, header, user, password string) bool {
	h := req.GetHeader(header)
	if h == nil {
		return false
	}
	c, err := digest.ParseCredentials(h.Value())
	if err != nil {
		return false
	}
	want, err := digest.Digest(&digest.Challenge{Realm: c.Realm, Nonce: c.Nonce, Algorithm: c.Algorithm, QOP: []string{c.QOP}},
		digest.Options{Method: string(req.Method), URI: c.URI, Username: user, Password: password, Cnonce: c.Cnonce, Count: c.Nc})
	return err == nil && want.Response == c.Response && c.URI == req.Recipient.String()
}

// TestTrunk_WrongPassword: a trunk that does not like our password is not asked for ever.
func TestTrunk_WrongPassword(t *testing.T) {
	r, u := trunkRig(t, transportUDP)
	r.carry(center.Ring{Leg: "o1", Trunk: "provider", Number: "0301"})
	for range 3 {
		u.reply(receiveAfterAck(u), 401, "x", "", sip.NewHeader("WWW-Authenticate", `Digest realm="carrier", nonce="n1", qop="auth"`))
	}
	r.c.ended("o1", center.CauseForbidden)
}

// TestTrunk_ByeChallenged: some carriers challenge even BYE.
func TestTrunk_ByeChallenged(t *testing.T) {
	r, u := trunkRig(t, transportUDP)
	r.carry(center.Ring{Leg: "o1", Trunk: "provider", Number: "0301"})
	u.reply(u.receive(sip.INVITE), 200, "t", sdpOf(4000, "sendrecv"))
	next[center.LegAnswered](r.c)
	u.receive(sip.ACK)
	r.carry(center.HangUp{Leg: "o1", Cause: center.CauseHungUp})
	bye := u.receive(sip.BYE)
	u.reply(bye, 401, "", "", sip.NewHeader("WWW-Authenticate", `Digest realm="carrier", nonce="n1", qop="auth"`))
	again := u.receive(sip.BYE)
	if !credentialsRight(again.Request, "Authorization", "me", "trunk secret") || again.CSeq().SeqNo <= bye.CSeq().SeqNo {
		t.Errorf("%s", again.Request)
	}
	u.reply(again, 200, "", "")
}

// TestTrunk_Unknown: a trunk that is not configured, and one whose host does not exist.
func TestTrunk_Unknown(t *testing.T) {
	r, _ := trunkRig(t, transportUDP)
	r.carry(center.Ring{Leg: "o1", Trunk: "other", Number: "0301"})
	r.c.ended("o1", center.CauseNotFound)
	r.d.mu.Lock()
	r.d.trunks = []Trunk{{Name: "provider", Address: "no-such-host.invalid:5060"}}
	r.d.mu.Unlock()
	r.carry(center.Ring{Leg: "o2", Trunk: "provider", Number: "0301"})
	r.c.ended("o2", center.CauseUnreachable)
}

// TestTrunk_DownstreamFork: a proxy behind the trunk forks, and two parties answer: the second gets ACK and BYE.
func TestTrunk_DownstreamFork(t *testing.T) {
	r, u := trunkRig(t, transportUDP)
	r.carry(center.Ring{Leg: "o1", Trunk: "provider", Number: "0301"})
	inv := u.receive(sip.INVITE)
	u.reply(inv, 180, "a", "")
	u.reply(inv, 180, "b", "")
	next[center.LegRinging](r.c)
	u.reply(inv, 200, "b", sdpOf(4000, "sendrecv"))
	next[center.LegAnswered](r.c)
	if ack := u.receive(sip.ACK); ack.To().Params.GetOr("tag", "") != "b" {
		t.Errorf("ACK for %s", ack.To())
	}
	u.reply(inv, 200, "a", sdpOf(4002, "sendrecv"))
	ack, bye := u.receiveAckAndBye()
	if tagOf(ack.To().Params) != "a" || tagOf(bye.To().Params) != "a" {
		t.Errorf("ACK for %s, BYE for %s", ack.To(), bye.To())
	}
	u.calledBy(inv, "b").bye()
	r.c.ended("o1", center.CauseHungUp)
}

// TestTrunk_RecordRoute: requests in a dialog take the route that the INVITE's response has recorded, in its order reversed.
func TestTrunk_RecordRoute(t *testing.T) {
	r, u := trunkRig(t, transportUDP)
	r.carry(center.Ring{Leg: "o1", Trunk: "provider", Number: "0301"})
	inv := u.receive(sip.INVITE)
	u.reply(inv, 200, "t", sdpOf(4000, "sendrecv"),
		&sip.RecordRouteHeader{Address: sip.Uri{Scheme: "sip", Host: "203.0.113.9", UriParams: sip.HeaderParams{{K: "lr"}}}},
		&sip.RecordRouteHeader{Address: sip.Uri{Scheme: "sip", Host: u.addr.Addr().String(), Port: int(u.addr.Port()),
			UriParams: sip.HeaderParams{{K: "lr"}}}})
	next[center.LegAnswered](r.c)
	ack := u.receive(sip.ACK)
	routes := ack.GetHeaders("Route")
	if len(routes) != 2 || !strings.Contains(routes[0].Value(), u.addr.String()) || !strings.Contains(routes[1].Value(), "203.0.113.9") {
		t.Errorf("routes of the ACK: %v", routes)
	}
	if ack.Recipient.User != "carrier" {
		t.Errorf("ACK to %s; want the Contact", ack.Recipient.String())
	}
	u.calledBy(inv, "t").bye()
}
