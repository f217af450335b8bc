package voice

import (
	"net"
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
)

// twoLines has two trunks that take the numbers with 0, and a third that takes others.
func twoLines(t *testing.T, network string) (r *rig, first, second *ua) {
	d := testDirectory()
	r = newRig(t, d)
	first, second = newUA(r, network, "first"), newUA(r, network, "second")
	third := newUA(r, network, "third")
	d.mu.Lock()
	d.trunks = []Trunk{{Name: "first", Address: first.addr.String(), Transport: strings.ToLower(network), Numbers: []string{"0*"}},
		{Name: "third", Address: third.addr.String(), Transport: strings.ToLower(network), Numbers: []string{"1*"}},
		{Name: "second", Address: second.addr.String(), Transport: strings.ToLower(network), Numbers: []string{"0*"}}}
	d.mu.Unlock()
	return r, first, second
}

// TestFailover: a trunk's own fault makes the call go by the next trunk that takes the number; the center sees one leg.
func TestFailover(t *testing.T) {
	for name, status := range map[string]int{"internal error": 500, "unavailable": 503, "gateway time-out": 504, "request time-out": 408, "redirection": 302} {
		t.Run(name, func(t *testing.T) {
			r, first, second := twoLines(t, transportUDP)
			r.carry(center.Ring{Leg: "o1", Trunk: "first", Number: "0301", Caller: "0309"})
			inv := first.receive(sip.INVITE)
			first.reply(inv, 100, "", "")
			first.reply(inv, status, "x", "")
			answersAt(r, second)
		})
	}
}

// answersAt takes the call at a trunk, and lets the far side hang up.
func answersAt(r *rig, u *ua) {
	r.t.Helper()
	inv := u.receive(sip.INVITE)
	if inv.Recipient.User != "0301" || inv.From().Address.User != "0309" {
		r.t.Errorf("%s", inv.Request)
	}
	u.reply(inv, 180, "t", "")
	next[center.LegRinging](r.c)
	u.reply(inv, 200, "t", sdpOf(4000, "sendrecv"))
	next[center.LegAnswered](r.c)
	u.receive(sip.ACK)
	u.calledBy(inv, "t").bye()
	r.c.ended("o1", center.CauseHungUp)
	r.until("legs end", func() bool { return r.legs.count() == 0 })
	r.c.nothing()
}

// TestFailover_Silent: a trunk that says nothing is given up; when it answers too late, it gets ACK and BYE.
func TestFailover_Silent(t *testing.T) {
	r, first, second := twoLines(t, transportUDP)
	r.carry(center.Ring{Leg: "o1", Trunk: "first", Number: "0301", Caller: "0309"})
	late := first.receive(sip.INVITE)
	inv := second.receive(sip.INVITE)
	first.reply(late, 200, "late", sdpOf(4002, "sendrecv"))
	ack, bye := first.receiveAckAndBye()
	if tagOf(ack.To().Params) != "late" || tagOf(bye.To().Params) != "late" {
		t.Errorf("ACK for %s, BYE for %s", ack.To(), bye.To())
	}
	second.reply(inv, 200, "t", sdpOf(4000, "sendrecv"))
	next[center.LegAnswered](r.c)
	second.receive(sip.ACK)
	second.calledBy(inv, "t").bye()
	r.c.ended("o1", center.CauseHungUp)
}

// TestFailover_Unreachable: a trunk that cannot be connected to, or whose host is unknown, is passed over.
func TestFailover_Unreachable(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	for name, address := range map[string]string{"refused": closed.Addr().String(), "unknown host": "no-such-host.invalid:5060"} {
		t.Run(name, func(t *testing.T) {
			r, _, second := twoLines(t, transportTCP)
			r.d.mu.Lock()
			r.d.trunks[0].Address = address
			r.d.mu.Unlock()
			r.carry(center.Ring{Leg: "o1", Trunk: "first", Number: "0301", Caller: "0309"})
			answersAt(r, second)
		})
	}
}

// TestFailover_Not: what is said of the number or by the party ends the call, and so does a trunk's fault after the party's phone has rung.
func TestFailover_Not(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		rang   bool
		cause  center.Cause
	}{
		{"busy", 486, false, center.CauseBusy}, {"declined", 603, false, center.CauseRefused}, {"not found", 404, false, center.CauseNotFound},
		{"forbidden", 403, false, center.CauseForbidden}, {"unavailable party", 480, false, center.CauseUnreachable}, {"fault after ringing", 503, true, center.CauseUnreachable},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, first, _ := twoLines(t, transportUDP)
			r.carry(center.Ring{Leg: "o1", Trunk: "first", Number: "0301"})
			inv := first.receive(sip.INVITE)
			if c.rang {
				first.reply(inv, 180, "x", "")
				next[center.LegRinging](r.c)
			}
			first.reply(inv, c.status, "x", "")
			r.c.ended("o1", c.cause)
		})
	}
}

// TestFailover_AllFail: the last trunk's failure ends the leg.
func TestFailover_AllFail(t *testing.T) {
	r, first, second := twoLines(t, transportUDP)
	r.carry(center.Ring{Leg: "o1", Trunk: "first", Number: "0301"})
	first.reply(first.receive(sip.INVITE), 503, "x", "")
	second.reply(second.receive(sip.INVITE), 503, "x", "")
	r.c.ended("o1", center.CauseUnreachable)
}
