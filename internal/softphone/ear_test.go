package softphone

import (
	"net/netip"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"ccgateway/internal/g711"
	"ccgateway/internal/tone"
)

// earTest feeds an ear with packets of a tone.
type earTest struct {
	*testing.T
	ear *ear
	gen *tone.Generator
	now time.Time
	at  rtp.Header
}

func newEarTest(t *testing.T, record time.Duration) *earTest {
	e := newEar(record)
	return &earTest{
		T: t, ear: e, gen: tone.NewGenerator(440, 0.3), now: e.born,
		at: rtp.Header{Version: 2, PayloadType: g711.PayloadTypePCMU, SSRC: 1, SequenceNumber: 65530, Timestamp: 1<<32 - 800},
	}
}

// next makes the next packet, 20 ms after the one before.
func (e *earTest) next() *rtp.Packet {
	pcm, code := make([]int16, frameSamples), make([]byte, frameSamples)
	e.gen.Fill(pcm)
	g711.MuLaw.Encode(code, pcm)
	packet := &rtp.Packet{Header: e.at, Payload: code}
	e.at.SequenceNumber++
	e.at.Timestamp += frameSamples
	e.now = e.now.Add(frame)
	return packet
}

func (e *earTest) take(packet *rtp.Packet) {
	e.Helper()
	datagram, err := packet.Marshal()
	must(e.T, err)
	e.ear.take(datagram, netip.AddrPort{}, e.now)
}

// TestEar_InOrder: sequence numbers and timestamps pass their ends, nothing is lost, and the tone is whole.
func TestEar_InOrder(t *testing.T) {
	e := newEarTest(t, time.Minute)
	for range 50 {
		e.take(e.next())
	}
	h := e.ear.heard()
	if h.Packets != 50 || h.Lost != 0 || h.Late != 0 || h.Streams != 1 || h.MaxGap != frame || h.Jitter != 0 {
		t.Errorf("%+v", h)
	}
	pcm := e.ear.recording()
	if heard, all := tone.HeardWindows(pcm, 440); len(pcm) != 8000 || heard != all {
		t.Errorf("%d samples, the tone is in %d of %d windows", len(pcm), heard, all)
	}
}

// TestEar_OutOfOrder: packets that overtook each other end up where they belong; one that came twice does no harm.
func TestEar_OutOfOrder(t *testing.T) {
	e := newEarTest(t, time.Minute)
	for range 10 {
		a, b, c := e.next(), e.next(), e.next()
		e.take(b)
		e.take(a)
		e.take(c)
		e.take(c)
	}
	h := e.ear.heard()
	if h.Packets != 40 || h.Lost != 0 || h.Late != 20 {
		t.Errorf("%+v", h)
	}
	// The very first packet came late: the recording begins with the one that overtook it.
	if heard, all := tone.HeardWindows(e.ear.recording(), 440); heard != all || all != 5 {
		t.Errorf("the tone is in %d of %d windows", heard, all)
	}
}

// TestEar_Loss: what is lost is counted and is silence in the recording.
func TestEar_Loss(t *testing.T) {
	e := newEarTest(t, time.Minute)
	for i := range 40 {
		packet := e.next()
		if i < 10 || i >= 20 {
			e.take(packet)
		}
	}
	h := e.ear.heard()
	if h.Lost != 10 || h.MaxGap != 11*frame {
		t.Errorf("%+v", h)
	}
	pcm := e.ear.recording()
	if len(pcm) != 40*frameSamples || tone.Loudness(pcm[10*frameSamples:20*frameSamples]) != tone.Floor {
		t.Errorf("%d samples, %v dBFS in the gap", len(pcm), tone.Loudness(pcm[10*frameSamples:20*frameSamples]))
	}
	if lost := e.ear.stream.fractionLost(); lost != 10*256/40 {
		t.Errorf("reports %d/256 lost", lost)
	}
	if lost := e.ear.stream.fractionLost(); lost != 0 {
		t.Errorf("reports %d/256 lost again", lost)
	}
}

// TestEar_NewStream: a sender that begins anew, by source or by time, is heard on.
func TestEar_NewStream(t *testing.T) {
	for name, change := range map[string]func(*rtp.Header){
		"source":   func(h *rtp.Header) { h.SSRC, h.SequenceNumber, h.Timestamp = 2, 7, 7 },
		"forward":  func(h *rtp.Header) { h.Timestamp += 1 << 30 },
		"backward": func(h *rtp.Header) { h.Timestamp -= 1 << 30 },
	} {
		t.Run(name, func(t *testing.T) {
			e := newEarTest(t, time.Minute)
			for range 10 {
				e.take(e.next())
			}
			change(&e.at)
			for range 10 {
				e.take(e.next())
			}
			if heard, all := tone.HeardWindows(e.ear.recording(), 440); heard != 4 || all != 4 {
				t.Errorf("the tone is in %d of %d windows", heard, all)
			}
			if h := e.ear.heard(); h.Lost != 0 {
				t.Errorf("%+v", h)
			}
		})
	}
}

// TestEar_Jitter follows RFC 3550: packets alternately 10 ms early and late.
func TestEar_Jitter(t *testing.T) {
	e := newEarTest(t, 0)
	for i := range 400 {
		packet, regular := e.next(), e.now
		e.now = regular.Add(time.Duration(i%2) * 10 * time.Millisecond)
		e.take(packet)
		e.now = regular
	}
	if j := e.ear.heard().Jitter; j < 9500*time.Microsecond || j > 10*time.Millisecond {
		t.Errorf("jitter %v, want 10 ms", j)
	}
}

// TestEar_Digits: each digit counts once, however many packets it has and whatever is lost of them.
func TestEar_Digits(t *testing.T) {
	e := newEarTest(t, 0)
	var mouth digitMouth
	for _, digit := range "00#" {
		event, err := eventOf(digit)
		must(t, err)
		mouth.queue = append(mouth.queue, digitJob{event: event, said: make(chan struct{})})
	}
	packets, ends := 0, 0
	for range 60 {
		sound := e.next()
		payloads, stamp, first := mouth.next(sound.Timestamp)
		if len(payloads) == 0 {
			e.take(sound)
			continue
		}
		if first && stamp != sound.Timestamp {
			t.Error("a digit does not begin now")
		}
		for _, payload := range payloads {
			packets++
			if payload[1]&endBit != 0 {
				ends++
			}
			if packets%3 == 0 {
				continue // lost
			}
			event := *sound
			event.PayloadType, event.Timestamp, event.Payload = offeredEventPT, stamp, payload[:]
			e.take(&event)
		}
	}
	if got := e.ear.heard().Digits; got != "00#" || ends != 9 || packets != 3*(digitFrames-1+digitEnds) {
		t.Errorf("heard %q in %d packets, %d ends", got, packets, ends)
	}
}

// TestEar_Stale: what was heard long ago is not heard now.
func TestEar_Stale(t *testing.T) {
	e := newEarTest(t, 0)
	e.now = time.Now().Add(-time.Second)
	for range 10 {
		e.take(e.next())
	}
	if pcm, _, _ := e.ear.now(); tone.Loudness(pcm) != tone.Floor {
		t.Error("heard")
	}
	e.now = time.Now()
	e.take(e.next())
	if pcm, _, _ := e.ear.now(); !tone.Hears(pcm, 440) {
		t.Error("not heard")
	}
}

// TestReports: both sides report on each other, by sender reports and at the end by BYE.
func TestReports(t *testing.T) {
	host := netip.MustParseAddr("127.0.0.1")
	none := func() Faults { return Faults{} }
	a, err := newMedia(testContext(t), host, 440, 0, none)
	must(t, err)
	b, err := newMedia(testContext(t), host, 700, 0, none)
	must(t, err)
	a.connect(peer{rtp: b.announced(host), rtcp: netip.AddrPortFrom(host, portOf(b.report)), law: g711.MuLaw, send: true})
	b.connect(peer{rtp: a.announced(host), rtcp: netip.AddrPortFrom(host, portOf(a.report)), law: g711.ALaw, send: true})
	if portOf(a.local)%2 != 0 || portOf(a.report) != portOf(a.local)+1 {
		t.Errorf("ports %d and %d", portOf(a.local), portOf(a.report))
	}
	awaitReport(t, a, func(r Reports) bool { return r.Sender > 0 && r.PacketCount > 0 })
	b.close()
	awaitReport(t, a, func(r Reports) bool { return r.Goodbye == 1 })
	if r := a.heardReports(); r.TotalLost != 0 || r.FractionLost != 0 || r.Bad != 0 {
		t.Errorf("%+v", r)
	}
	a.takeReport([]byte("garbage"))
	a.takeReport(mustReport(t, &rtcp.ReceiverReport{SSRC: 9, Reports: []rtcp.ReceptionReport{{SSRC: a.ssrc, FractionLost: 128, TotalLost: 3, Jitter: 80}}}))
	if r := a.heardReports(); r.Bad != 1 || r.Receiver == 0 || r.FractionLost != 0.5 || r.TotalLost != 3 || r.Jitter != 10*time.Millisecond {
		t.Errorf("%+v", r)
	}
	a.close()
}

func mustReport(t *testing.T, packet rtcp.Packet) []byte {
	t.Helper()
	datagram, err := packet.Marshal()
	must(t, err)
	return datagram
}

func awaitReport(t *testing.T, m *media, enough func(Reports) bool) {
	t.Helper()
	for _, _, next := m.ear.now(); !enough(m.heardReports()); _, _, next = m.ear.now() {
		await(t, "report", next)
	}
}
