package voice

import (
	"net"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/pion/rtp"

	"ccgateway/internal/center"
	"ccgateway/internal/g711"
	"ccgateway/internal/tone"
)

// TestTrunk_EarlyHeard: an agent hears what a carrier says before the far side answers, and the carrier hears nobody.
func TestTrunk_EarlyHeard(t *testing.T) {
	far, err := net.ListenPacket("udp", "127.0.0.1:0")
	must(t, err)
	defer far.Close()
	r, u := trunkRig(t, transportUDP)
	agent := talkingPhone(r, "o9", "40101", 700)
	r.carry(center.Ring{Leg: "o1", Trunk: "provider", Number: "0301"})
	inv := u.receive(sip.INVITE)
	ours, err := readSDP(inv.Body(), termsOf(EncryptionOff))
	must(t, err)
	stop := announces(t, far, net.UDPAddrFromAddrPort(ours.remote), 1300)
	defer stop()
	u.reply(inv, 183, "t", sdpOf(far.LocalAddr().(*net.UDPAddr).Port, "sendrecv"))
	if got, _ := next[center.LegRinging](r.c); !got.Early {
		t.Fatal("early media is not told")
	}
	r.carry(center.Room{Call: "c", Rows: []center.Row{{Leg: "o9", Hears: []center.LegID{"o1"}}, {Leg: "o1"}}})
	must(t, agent.Hear(inTime(t), 1300))
	if heard := soundFrom(t, far, time.Second); tone.Hears(heard, 700) {
		t.Error("the carrier hears the agent")
	}
	u.reply(inv, 404, "t", "")
	r.c.ended("o1", center.CauseNotFound)
	must(t, agent.Silent(inTime(t), 1300))
}

// announces sends a tone until the function returned is called.
func announces(t *testing.T, from net.PacketConn, to net.Addr, freq float64) (stop func()) {
	t.Helper()
	const frame = 160
	sounds, quit, done := tone.NewGenerator(freq, 0.3), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		every := time.NewTicker(20 * time.Millisecond)
		defer every.Stop()
		pcm, code := make([]int16, frame), make([]byte, frame)
		for n := uint16(0); ; n++ {
			select {
			case <-every.C:
			case <-quit:
				return
			}
			clear(pcm)
			sounds.Fill(pcm)
			g711.ALaw.Encode(code, pcm)
			p := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: g711.PayloadTypePCMA, SequenceNumber: n, Timestamp: uint32(n) * frame, SSRC: 7}, Payload: code}
			if raw, err := p.Marshal(); err == nil {
				_, _ = from.WriteTo(raw, to) // lost packets are part of it
			}
		}
	}()
	return func() { close(quit); <-done }
}

// soundFrom collects what comes in so much time.
func soundFrom(t *testing.T, at net.PacketConn, length time.Duration) []int16 {
	t.Helper()
	must(t, at.SetReadDeadline(time.Now().Add(patience)))
	var pcm []int16
	for raw := make([]byte, 1500); len(pcm) < int(length.Seconds()*tone.SampleRate); {
		n, _, err := at.ReadFrom(raw)
		must(t, err)
		var p rtp.Packet
		if p.Unmarshal(raw[:n]) != nil || p.PayloadType != g711.PayloadTypePCMA {
			continue
		}
		part := make([]int16, len(p.Payload))
		g711.ALaw.Decode(part, p.Payload)
		pcm = append(pcm, part...)
	}
	return pcm
}
