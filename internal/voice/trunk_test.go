package voice

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"

	"ccgateway/internal/center"
)

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

// TestTrunk_Early: what a carrier says before the far side answers is told once it can be heard, also by the second trunk that is tried.
func TestTrunk_Early(t *testing.T) {
	r, first, second := twoLines(t, transportUDP)
	r.carry(center.Ring{Leg: "o1", Trunk: "first", Number: "0301", Caller: "0309"})
	first.reply(first.receive(sip.INVITE), 503, "x", "")
	inv := second.receive(sip.INVITE)
	second.reply(inv, 180, "t", "")
	if got, _ := next[center.LegRinging](r.c); got.Early {
		t.Error("a 180 without a session is heard early")
	}
	second.reply(inv, 183, "t", sdpOf(4000, "sendrecv"))
	if got, _ := next[center.LegRinging](r.c); !got.Early {
		t.Error("early media is not told")
	}
	if got, want := r.rooms.soundOf(legKey{1, "o1"}), mediaID(legKey{1, "o1"}, 1); got != want {
		t.Errorf("the leg's sound is %s; want that of the second attempt, %s", got, want)
	}
	second.reply(inv, 183, "t", sdpOf(4000, "sendrecv"))
	second.reply(inv, 486, "t", "")
	r.c.ended("o1", center.CauseRefused)
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

// TestTrunk_ChallengedAnew: the request with a longer session interval is a new one, and is challenged once more.
func TestTrunk_ChallengedAnew(t *testing.T) {
	r, u := trunkRig(t, transportUDP)
	r.carry(center.Ring{Leg: "o1", Trunk: "provider", Number: "0301"})
	challenge := sip.NewHeader("Proxy-Authenticate", `Digest realm="carrier", nonce="n1", qop="auth"`)
	u.reply(u.receive(sip.INVITE), 407, "a", "", challenge)
	u.reply(receiveAfterAck(u), 422, "b", "", sip.NewHeader("Min-SE", "7200"))
	u.reply(receiveAfterAck(u), 407, "c", "", challenge)
	last := receiveAfterAck(u)
	if !credentialsRight(last.Request, "Proxy-Authorization", "me", "trunk secret") || last.GetHeader("Session-Expires").Value() != "7200" {
		t.Errorf("%s", last.Request)
	}
	u.reply(last, 486, "d", "")
	r.c.ended("o1", center.CauseBusy)
}

// TestTrunk_SessionInProgressAlone: a gateway has told its session in the 183 and leaves it out of the 200; of another party behind a fork it says nothing.
func TestTrunk_SessionInProgressAlone(t *testing.T) {
	r, u := trunkRig(t, transportUDP)
	r.carry(center.Ring{Leg: "o1", Trunk: "provider", Number: "0301"})
	inv := u.receive(sip.INVITE)
	u.reply(inv, 183, "t", sdpOf(4000, "sendrecv"))
	next[center.LegRinging](r.c)
	u.reply(inv, 200, "t", "")
	next[center.LegAnswered](r.c)
	u.receive(sip.ACK)
	u.calledBy(inv, "t").bye()
	r.c.ended("o1", center.CauseHungUp)

	r.carry(center.Ring{Leg: "o2", Trunk: "provider", Number: "0301"})
	inv = u.receive(sip.INVITE)
	u.reply(inv, 183, "t", sdpOf(4000, "sendrecv"))
	next[center.LegRinging](r.c)
	u.reply(inv, 200, "other", "")
	u.receiveAckAndBye()
	r.c.ended("o2", center.CauseFailed)
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
