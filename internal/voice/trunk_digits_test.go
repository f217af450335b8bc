package voice

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/pion/rtp"

	"ccgateway/internal/center"
)

// informed has a talk by a trunk that wants keys by INFO; the far side's sound is at a port.
func informed(t *testing.T, port int) (*rig, *ua) {
	r, u := trunkRig(t, transportUDP)
	r.d.mu.Lock()
	r.d.trunks[0].InfoDigits = true
	r.d.mu.Unlock()
	r.carry(center.Ring{Leg: "o1", Trunk: "provider", Number: "0301"})
	u.reply(u.receive(sip.INVITE), 200, "t", sdpOf(port, "sendrecv"))
	next[center.LegAnswered](r.c)
	u.receive(sip.ACK)
	return r, u
}

// TestDigits_Info: keys go one after another, each when the one before was answered, and a challenge is met.
func TestDigits_Info(t *testing.T) {
	r, u := informed(t, 4000)
	r.carry(center.SendDigits{Leg: "o1", Digits: "1"}, center.SendDigits{Leg: "o1", Digits: "*#"})
	for i, key := range []string{"1", "*", "#"} {
		info := u.receive(sip.INFO)
		if string(info.Body()) != "Signal="+key+"\r\nDuration=160\r\n" || info.ContentType().Value() != "application/dtmf-relay" {
			t.Errorf("%s", info.Request)
		}
		u.quiet()
		if i == 1 {
			u.reply(info, 401, "", "", sip.NewHeader("WWW-Authenticate", `Digest realm="carrier", nonce="n1", qop="auth"`))
			if info = u.receive(sip.INFO); !credentialsRight(info.Request, "Authorization", "me", "trunk secret") {
				t.Errorf("%s", info.Request)
			}
		}
		u.reply(info, 200, "", "")
	}
	r.carry(center.HangUp{Leg: "o1", Cause: center.CauseHungUp})
	u.reply(u.receive(sip.BYE), 200, "", "")
}

// TestDigits_InfoPause: a comma is no key but 2 s without one.
func TestDigits_InfoPause(t *testing.T) {
	r, u := informed(t, 4000)
	r.carry(center.SendDigits{Leg: "o1", Digits: "1,2"})
	u.reply(u.receive(sip.INFO), 200, "", "")
	began := time.Now()
	info := u.receive(sip.INFO)
	if waited := time.Since(began); waited < infoPause-100*time.Millisecond || string(info.Body()) != "Signal=2\r\nDuration=160\r\n" {
		t.Errorf("after %s: %s", waited, info.Request)
	}
	u.reply(info, 200, "", "")
	r.carry(center.HangUp{Leg: "o1", Cause: center.CauseHungUp})
	u.reply(u.receive(sip.BYE), 200, "", "")
}

// TestDigits_InfoRefused: where INFO is not taken, the keys go in the sound, that one and all after it.
func TestDigits_InfoRefused(t *testing.T) {
	far, err := net.ListenPacket("udp", "127.0.0.1:0")
	must(t, err)
	defer far.Close()
	r, u := informed(t, far.LocalAddr().(*net.UDPAddr).Port)
	r.carry(center.SendDigits{Leg: "o1", Digits: "12"})
	u.reply(u.receive(sip.INFO), 415, "", "")
	hearKeys(t, far, 1, 2)
	r.carry(center.SendDigits{Leg: "o1", Digits: "3"})
	hearKeys(t, far, 3)
	u.quiet()
	r.carry(center.HangUp{Leg: "o1", Cause: center.CauseHungUp})
	u.reply(u.receive(sip.BYE), 200, "", "")
}

// hearKeys waits for keys by RFC 4733, in their order.
func hearKeys(t *testing.T, far net.PacketConn, events ...byte) {
	t.Helper()
	must(t, far.SetReadDeadline(time.Now().Add(patience)))
	packet, last := make([]byte, 1500), uint32(0)
	for len(events) > 0 {
		n, _, err := far.ReadFrom(packet)
		must(t, err)
		var p rtp.Packet
		if p.Unmarshal(packet[:n]) != nil || p.PayloadType != ourEventPayload || p.Timestamp == last || len(p.Payload) == 0 {
			continue
		}
		if last = p.Timestamp; p.Payload[0] != events[0] {
			if p.Marker {
				t.Fatalf("heard key %d; want %d", p.Payload[0], events[0])
			}
			continue // the end of a key that was heard before
		}
		events = events[1:]
	}
}

// TestDigits_InfoBounded: what nobody answers does not pile up, and what is no key is not sent.
func TestDigits_InfoBounded(t *testing.T) {
	r, u := informed(t, 4000)
	r.carry(center.SendDigits{Leg: "o1", Digits: "x y" + strings.Repeat("7", 3*maxInfoKeys)})
	u.receive(sip.INFO)
	l := r.legs.find(legKey{1, "o1"})
	queued := make(chan int)
	l.mail.post(func() { queued <- len(l.info.queue) })
	if n := <-queued; n != maxInfoKeys {
		t.Errorf("%d keys wait", n)
	}
	r.carry(center.HangUp{Leg: "o1", Cause: center.CauseHungUp})
	u.reply(u.receive(sip.BYE), 200, "", "")
}
