package voice

import (
	"encoding/hex"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
	"ccgateway/internal/codec"
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
	for _, network := range []string{transportUDP, transportTCP, transportTLS} {
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
			if d, err := readSDP(inv.Body(), termsOf(EncryptionOptional)); err != nil || d.payload(codec.PCMA) != 8 || d.payload(codec.PCMU) != 0 || d.event != 101 {
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

// TestRing_AtTheStart: an order that comes before the server reads is carried out from the right port all the same.
func TestRing_AtTheStart(t *testing.T) {
	d := testDirectory()
	far, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	d.trunks[0].Address = far.LocalAddr().String()
	r := idleRig(t, d)
	r.carry(center.Ring{Leg: "o1", Trunk: "provider", Number: "1"})
	r.run()
	far.SetReadDeadline(time.Now().Add(patience))
	_, from, err := far.ReadFrom(make([]byte, 65536))
	if err != nil || from.String() != r.addr().String() {
		t.Errorf("INVITE from %v, %v; want %v", from, err, r.addr())
	}
}
