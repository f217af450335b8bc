package media

import (
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtp"

	"ccgateway/internal/codec"
	"ccgateway/internal/g711"
	"ccgateway/internal/tone"
	"ccgateway/internal/voice/media/rtpaudio"
)

func loudTone(freq float64) *tone.Generator { return tone.NewGenerator(freq, 0.9) }

// TestLeg_SendsWithoutGap: from its configuration on a leg is sent one packet per tick, silence if there is nothing, numbered
// without a gap; the marker stands on the first only, and after a hold, over which the timestamps have gone on.
func TestLeg_SendsWithoutGap(t *testing.T) {
	l := newLab(t)
	a := l.phone("a", g711.ALaw, 440)
	a.mute = true
	l.steps(10)
	hold := a.session()
	hold.Direction = RecvOnly
	a.configure(hold)
	a.deaf = true
	l.steps(5)
	a.configure(a.session())
	a.deaf = false
	l.steps(10)
	for i, h := range a.headers {
		if i == 0 {
			continue
		}
		before := a.headers[i-1]
		step, marker := uint32(160), i == 10
		if i == 10 {
			step = 160 * 6
		}
		if h.SequenceNumber != before.SequenceNumber+1 || h.Timestamp != before.Timestamp+step || h.SSRC != before.SSRC || h.Marker != marker {
			t.Errorf("packet %d: %+v after %+v", i, h, before)
		}
	}
	if !a.headers[0].Marker {
		t.Error("the first packet has no marker")
	}
	if tone.Loudness(a.heard) > -60 {
		t.Error("silence is not silent")
	}
}

// TestLeg_Directions: who is put on hold by his phone is sent nothing and not heard, as the direction says.
func TestLeg_Directions(t *testing.T) {
	for direction, want := range map[Direction]struct{ sent, heard bool }{
		SendRecv: {true, true}, SendOnly: {true, false}, RecvOnly: {false, true}, Inactive: {false, false},
	} {
		t.Run(direction.String(), func(t *testing.T) {
			l := newLab(t)
			a, b := l.phone("a", g711.ALaw, 440), l.phone("b", g711.ALaw, 700)
			l.engine.SetRoom("call", []Row{{Leg: "a", Hears: []LegID{"b"}}, {Leg: "b", Hears: []LegID{"a"}}})
			l.steps(10)
			s := a.session()
			s.Direction = direction
			a.configure(s)
			a.deaf = !want.sent
			before := a.leg.Stats().Sent
			l.listen()
			if sent := a.leg.Stats().Sent > before; sent != want.sent {
				t.Errorf("sent: %v", sent)
			}
			b.hearsTone("a", a.freq, want.heard)
			a.configure(a.session())
			a.deaf = false
			l.listen()
			a.hears(b)
			b.hears(a)
			if s := a.leg.Stats(); s.Lost != 0 {
				t.Errorf("stats %+v", s)
			}
		})
	}
}

// TestLeg_OldHold: a re-INVITE with the address 0.0.0.0 or port 0 stops sending and keeps the latch.
func TestLeg_OldHold(t *testing.T) {
	for _, remote := range []netip.AddrPort{netip.MustParseAddrPort("0.0.0.0:4000"), netip.MustParseAddrPort("127.0.0.1:0"), {}} {
		l := newLab(t)
		a := l.phone("a", g711.ALaw, 440)
		l.steps(3)
		s := a.session()
		s.Remote = remote
		a.configure(s)
		a.deaf = true
		before := a.leg.Stats().Sent
		l.steps(3)
		if sent := a.leg.Stats().Sent; sent != before {
			t.Errorf("%v: %d packets sent", remote, sent-before)
		}
		a.configure(a.session())
		a.deaf = false
		l.steps(3)
		if s := a.leg.Stats(); s.Strangers != 0 || s.Received != 9 {
			t.Errorf("%v: stats %+v", remote, s)
		}
	}
}

// TestLeg_Transcoding: each pair of laws understands each other; a phone may also change its law in the middle.
func TestLeg_Transcoding(t *testing.T) {
	for _, from := range []g711.Law{g711.MuLaw, g711.ALaw} {
		for _, to := range []g711.Law{g711.MuLaw, g711.ALaw} {
			l := newLab(t)
			a, b := l.phone("a", from, 440), l.phone("b", to, 700)
			l.engine.SetRoom("call", []Row{{Leg: "a", Hears: []LegID{"b"}}, {Leg: "b", Hears: []LegID{"a"}}})
			l.listen()
			a.hears(b)
			b.hears(a)
			if level := tone.Level(b.heard, 440); level < -12.5 || level > -11.5 { // spoken at -12.04
				t.Errorf("%v to %v: level %.2f", from, to, level)
			}
			a.law = to
			a.configure(a.session())
			l.listen()
			a.hears(b)
			b.hears(a)
		}
	}
}

// TestLeg_DynamicPayloadTypes: laws can be agreed under other numbers than the static ones; what was not agreed is dropped.
func TestLeg_DynamicPayloadTypes(t *testing.T) {
	l := newLab(t)
	a, b := l.phone("a", g711.ALaw, 440), l.phone("b", g711.ALaw, 700)
	l.engine.SetRoom("call", []Row{{Leg: "a"}, {Leg: "b", Hears: []LegID{"a"}}})
	s := a.session()
	s.Format = Format{codec.PCMA, 97}
	s.Formats = []Format{s.Format}
	a.configure(s)
	a.deaf = true
	l.listen() // the phone sends payload type 8 all along
	b.hears()
	if s := a.leg.Stats(); s.Received != 0 || s.Malformed != 65 {
		t.Errorf("stats %+v", s)
	}
	packet, ok := a.receive(patience)
	if !ok || packet.PayloadType != 97 {
		t.Errorf("sent payload type %d", packet.PayloadType)
	}
}

// TestLeg_RoughNetwork: with a tenth of the packets lost, neighbours swapped and some doubled, the tone is heard nearly
// throughout, and the numbers are right.
func TestLeg_RoughNetwork(t *testing.T) {
	l := newLab(t)
	a, b := l.phone("a", g711.ALaw, 440), l.phone("b", g711.MuLaw, 700)
	l.engine.SetRoom("call", []Row{{Leg: "a"}, {Leg: "b", Hears: []LegID{"a"}}})
	a.mute = true
	random := rand.New(rand.NewPCG(1, 1))
	lost, doubled := 0, 0
	var waiting [][]byte
	for n := range 1000 {
		pcm := make([]int16, rtpaudio.FrameSize)
		a.voice.Fill(pcm)
		raw := slices.Clone(a.sender.Audio(nil, a.law, 8, pcm))
		switch r := random.IntN(20); {
		case n == 0 || n == 999 || r > 4:
			waiting = append(waiting, raw)
		case r < 2:
			lost++
		case r == 2:
			doubled++
			waiting = append(waiting, raw, raw)
		default:
			waiting = append([][]byte{raw}, waiting...) // overtakes what waits
		}
		if n%3 == 2 || n == 999 {
			for _, packet := range waiting {
				before := a.arrived()
				a.send(a.conn, packet)
				l.await("a packet", func() bool { return a.arrived() > before })
			}
			waiting = nil
		}
		l.tick()
		a.hear()
		b.say()
		b.hear()
	}
	s := a.leg.Stats()
	if s.Lost != int64(lost) || s.Doubled != uint64(doubled) || s.Received != uint64(1000-lost) || s.Strangers != 0 {
		t.Errorf("lost %d, doubled %d; stats %+v", lost, doubled, s)
	}
	if heard, all := tone.HeardWindows(b.heard[8000:], 440); heard < all*9/10 {
		t.Errorf("heard in %d of %d windows", heard, all)
	}
}

// TestLeg_Flood: above the rate, packets of the right source are dropped and counted, and the others go on.
func TestLeg_Flood(t *testing.T) {
	l := newLab(t)
	a := l.phone("a", g711.ALaw, 440)
	for range 300 {
		before := a.arrived()
		a.say()
		l.await("a packet", func() bool { return a.arrived() > before })
	}
	if s := a.leg.Stats(); s.Received != packetBurst || s.Flooded != 300-packetBurst {
		t.Errorf("stats %+v", s)
	}
	l.now.Add(int64(time.Second))
	a.say()
	l.await("a packet", func() bool { return a.leg.Stats().Received+a.leg.Stats().Jumped == packetBurst+1 })
}

// TestLeg_Garbage: what is no RTP of the call is counted and changes nothing.
func TestLeg_Garbage(t *testing.T) {
	l := newLab(t)
	a, b := l.phone("a", g711.ALaw, 440), l.phone("b", g711.ALaw, 700)
	l.engine.SetRoom("call", []Row{{Leg: "a", Hears: []LegID{"b"}}, {Leg: "b", Hears: []LegID{"a"}}})
	l.listen()
	good := a.sender.Audio(nil, a.law, 8, make([]int16, 160))
	wrong := [][]byte{{}, {0x80}, good[:11], slices.Clone(good), slices.Clone(good), make([]byte, 1501), make([]byte, 9000), slices.Clone(good)}
	wrong[3][0] = 0x40  // version 1
	wrong[4][1] = 96    // payload type that was not agreed
	wrong[7][0] |= 0x20 // padding
	wrong[7][len(good)-1] = 255
	for i, raw := range wrong {
		before := a.arrived()
		a.send(a.conn, raw)
		l.await("garbage", func() bool { return a.arrived() > before })
		if got := a.leg.Stats().Malformed; got != uint64(i+1) {
			t.Errorf("garbage %d: %d malformed packets", i, got)
		}
	}
	l.listen()
	a.hears(b)
	b.hears(a)
}

// TestLeg_Digits: keys are told once, in order, with the leg, and are not heard by the other side.
func TestLeg_Digits(t *testing.T) {
	l := newLab(t)
	a, b := l.phone("a", g711.ALaw, 440), l.phone("b", g711.ALaw, 700)
	l.engine.SetRoom("call", []Row{{Leg: "a"}, {Leg: "b", Hears: []LegID{"a"}}})
	l.steps(10)
	a.mute = true
	const dialled = "12#*00"
	var want []string
	for _, key := range []byte(dialled) {
		want = append(want, "a "+string(key))
		digit, _ := a.sender.Digit(key, eventType)
		for n := range 8 {
			packet := digit.Packet
			if n > 4 {
				packet = digit.End
			}
			if n == 1 || n == 7 {
				packet(nil) // lost
				continue
			}
			before := a.arrived()
			a.send(a.conn, packet(nil))
			l.await("an event", func() bool { return a.arrived() > before })
			l.step()
		}
		a.sender.Skip(800)
	}
	l.await("the keys", func() bool { return len(l.events()) >= len(dialled) })
	b.heard = b.heard[20*160:]
	if got := l.events(); !slices.Equal(got, want) {
		t.Errorf("told %v, want %v", got, want)
	}
	if level := tone.Loudness(b.heard); level > -60 {
		t.Errorf("the keys are heard at %.0f dB", level)
	}
}

// TestLeg_NoMedia: silence is told after the time, and after each time of the same length again; not during a hold by the
// phone, not while reports or comfort noise come, and not for ever with 0.
func TestLeg_NoMedia(t *testing.T) {
	withLimit := func(d time.Duration) setup {
		return func(c *Config, _ *openFile) { c.NoMedia = d }
	}
	l := newLab(t, withLimit(2*time.Second))
	a := l.phone("a", g711.ALaw, 440)
	a.mute = true
	l.steps(99)
	if got := l.events(); len(got) > 0 {
		t.Errorf("told after 1.98 s: %v", got)
	}
	l.steps(2)
	l.await("the loss", func() bool { return len(l.events()) == 1 })
	l.steps(98)
	if got := l.events(); len(got) != 1 {
		t.Errorf("told again after 1.98 s: %v", got)
	}
	l.steps(2)
	l.await("the second loss", func() bool { return len(l.events()) == 2 })
	for _, direction := range []Direction{RecvOnly, Inactive, SendOnly} {
		a.configure(a.session())
		a.mute, a.deaf = false, false
		l.step() // it speaks, so that a loss would be told anew
		a.mute = true
		s := a.session()
		s.Direction = direction
		a.configure(s)
		a.deaf = !direction.Sends()
		l.steps(150)
	}
	a.configure(a.session())
	a.deaf = false
	l.steps(90) // the time begins anew
	for range 4 {
		noise := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: comfortNoise, SequenceNumber: 65531, SSRC: a.sender.SSRC()}, Payload: []byte{60}}
		raw, err := noise.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		before := a.arrived()
		a.send(a.conn, raw)
		l.await("noise", func() bool { return a.arrived() > before })
		l.steps(90)
	}
	if got := l.events(); !slices.Equal(got, []string{"a lost", "a lost"}) {
		t.Errorf("told %v", got)
	}

	forever := newLab(t)
	b := forever.phone("b", g711.ALaw, 440)
	b.mute = true
	forever.now.Add(int64(24 * time.Hour))
	forever.step()
	if got := forever.events(); len(got) > 0 {
		t.Errorf("told without a limit: %v", got)
	}
}

// TestLeg_Close: the ports are free, nothing more is sent, later calls say so.
func TestLeg_Close(t *testing.T) {
	l := newLab(t)
	a := l.phone("a", g711.ALaw, 440)
	l.steps(2)
	a.leg.Close()
	a.leg.Close()
	l.tick()
	if _, ok := a.receive(time.Millisecond); ok {
		t.Error("a packet came after the end")
	}
	if err := a.leg.Configure(a.session()); !errors.Is(err, ErrClosed) {
		t.Errorf("configure: %v", err)
	}
	if l.engine.Leg("a") != nil || l.engine.ports.used() != 0 {
		t.Error("the leg is still there")
	}
	again, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(a.leg.LocalAddr()))
	if err != nil {
		t.Fatalf("its port is not free: %v", err)
	}
	again.Close()
	if _, err := l.engine.NewLeg("a"); err != nil {
		t.Errorf("the name is not free: %v", err)
	}
	if _, err := l.engine.NewLeg("a"); !errors.Is(err, ErrExists) {
		t.Errorf("the name twice: %v", err)
	}
}
