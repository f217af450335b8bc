package rtpaudio

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtp"

	"ccgateway/internal/codec"
	"ccgateway/internal/g711"
	"ccgateway/internal/tone"
)

// line plays a stream through a simulated network into a Receiver. Times are in milliseconds.
type line struct {
	ptime   int     // of a packet, ms
	seconds int     // of sound
	freq    float64 // of the tone
	skew    float64 // by which the far side's clock is faster, 0.0001 = 100 ppm
	phase   float64 // of the first packet against the frames, ms
	// network says when packet n, sent at ms, arrives; nothing = lost, two times = doubled.
	network func(n int, at float64) []float64
	// change may change a packet before it is sent.
	change func(n int, h *rtp.Header)
}

type arrival struct {
	at     float64
	packet rtp.Packet
}

// heard is what came out.
type heard struct {
	pcm      []int16
	kinds    []FrameKind
	delays   []int // of the buffer after each frame, samples from play to the newest
	receiver *Receiver
}

func (l line) run() heard {
	arrivals := l.send()
	r := NewReceiver()
	var out heard
	next := 0
	for frame := range l.seconds * 50 {
		now := float64(frame+1) * 20
		for ; next < len(arrivals) && arrivals[next].at < now; next++ {
			a := &arrivals[next]
			r.Packet(time.Duration(a.at*float64(time.Millisecond)), &a.packet.Header, a.packet.Payload, Format{Kind: KindAudio, Codec: codec.PCMA})
		}
		var pcm [FrameSize]int16
		out.kinds = append(out.kinds, r.Frame(&pcm))
		out.pcm = append(out.pcm, pcm[:]...)
		out.delays = append(out.delays, int(int32(r.buffer.end-r.buffer.play)))
	}
	out.receiver = r
	return out
}

func (l line) send() []arrival {
	size := l.ptime * 8
	generator := tone.NewGenerator(l.freq, 0.3)
	var arrivals []arrival
	for n := range l.seconds * 1000 / l.ptime {
		pcm, payload := make([]int16, size), make([]byte, size)
		generator.Fill(pcm)
		g711.ALaw.Encode(payload, pcm)
		h := rtp.Header{Version: 2, PayloadType: 8, SequenceNumber: uint16(n + 65500), Timestamp: uint32(n*size) + 0xFFFFF000, Marker: n == 0}
		if l.change != nil {
			l.change(n, &h)
		}
		at := l.phase + float64((n+1)*l.ptime)/(1+l.skew) // sent when its last sample was spoken
		times := []float64{at}
		if l.network != nil {
			times = l.network(n, at)
		}
		for _, t := range times {
			arrivals = append(arrivals, arrival{t, rtp.Packet{Header: h, Payload: payload}})
		}
	}
	slices.SortStableFunc(arrivals, func(a, b arrival) int { return cmp.Compare(a.at, b.at) })
	return arrivals
}

// count gives how often each kind came in the frames from..to.
func (h heard) count(from, to int) (silent, concealed, played int) {
	for _, k := range h.kinds[from:to] {
		switch k {
		case FrameSilence:
			silent++
		case FrameConcealed:
			concealed++
		default:
			played++
		}
	}
	return silent, concealed, played
}

// TestReceiver_PerfectLine: on a line without jitter all frames are played, at the shortest delay, for every ptime.
func TestReceiver_PerfectLine(t *testing.T) {
	for _, ptime := range []int{10, 20, 30, 40, 60} {
		h := line{ptime: ptime, seconds: 10, freq: 440, phase: 7}.run()
		first := slices.Index(h.kinds, FramePlayed)
		if first*20 > ptime+7+60 {
			t.Errorf("ptime %d: first frame played after %d ms", ptime, first*20)
		}
		if silent, concealed, _ := h.count(first, len(h.kinds)); silent+concealed > 0 {
			t.Errorf("ptime %d: %d silent, %d concealed frames", ptime, silent, concealed)
		}
		if heard, all := tone.HeardWindows(h.pcm[(first+1)*FrameSize:], 440); heard != all {
			t.Errorf("ptime %d: tone heard in %d of %d windows", ptime, heard, all)
		}
		c := h.receiver.Counts()
		if c.Lost != 0 || c.Late != 0 || c.Jitter > 1 || c.Packets < uint64(10_000/ptime)-1 {
			t.Errorf("ptime %d: counts %+v", ptime, c)
		}
	}
}

// TestReceiver_ExactSound: what comes out is what went in, sample for sample, later.
func TestReceiver_ExactSound(t *testing.T) {
	h := line{ptime: 20, seconds: 2, freq: 440, phase: 7}.run()
	sent := tone.Sine(440, 0.3, 8000)
	code, want := make([]byte, len(sent)), make([]int16, len(sent))
	g711.ALaw.Encode(code, sent)
	g711.ALaw.Decode(want, code)
	first := slices.Index(h.kinds, FramePlayed)
	got := h.pcm[first*FrameSize:][:len(want)]
	if !slices.Equal(got[crossFade:], want[crossFade:]) { // the beginning is faded in
		t.Error("sound was changed")
	}
}

// TestReceiver_Jitter: after a time of learning, jitter within the longest delay costs nothing, and the delay stays bounded.
func TestReceiver_Jitter(t *testing.T) {
	for _, jitter := range []float64{10, 30, 60, 90} {
		random := rand.New(rand.NewPCG(uint64(jitter), 1))
		h := line{ptime: 20, seconds: 60, freq: 440, network: func(_ int, at float64) []float64 {
			return []float64{at + random.Float64()*jitter}
		}}.run()
		silent, concealed, _ := h.count(500, 3000)
		if silent > 0 || concealed > 50 { // 2 %
			t.Errorf("jitter %.0f ms: %d silent, %d concealed of 2500 frames", jitter, silent, concealed)
		}
		if longest := slices.Max(h.delays); longest > maxDelay+2*FrameSize {
			t.Errorf("jitter %.0f ms: %d ms wait", jitter, longest/8)
		}
		if c := h.receiver.Counts(); c.Lost > 1 || c.Jitter == 0 { // one may still be on its way
			t.Errorf("jitter %.0f ms: counts %+v", jitter, c)
		}
	}
}

// TestReceiver_DelayComesDownAgain: after ten seconds of heavy jitter and a minute and a half of calm the delay is short again, and
// shortening is not heard as a hole.
func TestReceiver_DelayComesDownAgain(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	h := line{ptime: 20, seconds: 100, freq: 440, phase: 3, network: func(n int, at float64) []float64 {
		if n < 500 {
			at += random.Float64() * 100
		}
		return []float64{at}
	}}.run()
	if d := slices.Max(h.delays[450:500]); d < 80*8 {
		t.Errorf("delay at the end of the jitter is %d ms", d/8)
	}
	if d := slices.Max(h.delays[len(h.delays)-50:]); d > 60*8 {
		t.Errorf("delay at the end of the calm is %d ms", d/8)
	}
	if silent, concealed, _ := h.count(600, len(h.kinds)); silent+concealed > 0 {
		t.Errorf("%d silent, %d concealed frames in the calm", silent, concealed)
	}
}

// TestReceiver_Loss: a loss of five in a hundred is counted and concealed: the tone is heard throughout.
func TestReceiver_Loss(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	lost := 0
	h := line{ptime: 20, seconds: 30, freq: 440, network: func(n int, at float64) []float64 {
		if n > 0 && n < 1490 && random.IntN(20) == 0 {
			lost++
			return nil
		}
		return []float64{at}
	}}.run()
	c := h.receiver.Counts()
	if int(c.Lost) != lost || c.Concealed < uint64(lost)-5 || c.Concealed > uint64(lost) {
		t.Errorf("%d were lost; counts %+v", lost, c)
	}
	if heard, all := tone.HeardWindows(h.pcm[8000:], 440); heard < all*97/100 {
		t.Errorf("tone heard in %d of %d windows", heard, all)
	}
}

// TestReceiver_LongLossFades: a break is concealed for 60 ms and silent then, and the sound comes back with it.
func TestReceiver_LongLossFades(t *testing.T) {
	h := line{ptime: 20, seconds: 4, freq: 440, network: func(n int, at float64) []float64 {
		if n >= 50 && n < 100 {
			return nil
		}
		return []float64{at}
	}}.run()
	if silent, concealed, _ := h.count(10, 150); concealed != 3 || silent < 45 || silent > 48 {
		t.Errorf("%d concealed, %d silent frames", concealed, silent)
	}
	if tone.Loudness(h.pcm[60*FrameSize:100*FrameSize]) > tone.Floor {
		t.Error("the break is not silent")
	}
	if !tone.Hears(h.pcm[110*FrameSize:], 440) {
		t.Error("the sound has not come back")
	}
}

// TestReceiver_ReorderAndDouble: packets that overtake each other within the delay and doubled ones change nothing.
func TestReceiver_ReorderAndDouble(t *testing.T) {
	h := line{ptime: 20, seconds: 10, freq: 440, phase: 3, network: func(n int, at float64) []float64 {
		if n%5 == 1 {
			return []float64{at + 25, at + 30}
		}
		return []float64{at, at + 5}
	}}.run()
	if silent, concealed, _ := h.count(5, 500); silent+concealed > 0 {
		t.Errorf("%d silent, %d concealed frames", silent, concealed)
	}
	if c := h.receiver.Counts(); c.Doubled < 495 || c.Lost != 0 || c.Late != 0 {
		t.Errorf("counts %+v", c)
	}
}

// TestReceiver_Drift: clocks that differ by 200 ppm cost one frame in a hundred seconds and never build up delay.
func TestReceiver_Drift(t *testing.T) {
	for _, skew := range []float64{200e-6, -200e-6} {
		h := line{ptime: 20, seconds: 300, freq: 440, phase: 3, skew: skew}.run()
		silent, concealed, _ := h.count(10, len(h.kinds)-10)
		if silent > 0 || concealed > 7 {
			t.Errorf("skew %v: %d silent, %d concealed frames", skew, silent, concealed)
		}
		if longest := slices.Max(h.delays); longest > 100*8 {
			t.Errorf("skew %v: delay %d ms", skew, longest/8)
		}
	}
}

// TestReceiver_Stall: after half a second in which the network held everything back, the sound is whole and the delay within
// bounds a second later.
func TestReceiver_Stall(t *testing.T) {
	h := line{ptime: 20, seconds: 20, freq: 440, phase: 3, network: func(n int, at float64) []float64 {
		if at > 5000 && at < 5500 {
			at = 5500 + float64(n)/1000
		}
		return []float64{at}
	}}.run()
	if silent, concealed, _ := h.count(300, len(h.kinds)); silent+concealed > 0 {
		t.Errorf("%d silent, %d concealed frames afterwards", silent, concealed)
	}
	if d := slices.Max(h.delays[350:]); d > maxDelay+FrameSize {
		t.Errorf("delay %d ms afterwards", d/8)
	}
}

// TestReceiver_SilenceSuppression: talkspurts with pauses between them come out whole, whether the far side's timestamps go
// on in the pauses (right), stand still (wrong, but seen), or jump.
func TestReceiver_SilenceSuppression(t *testing.T) {
	cases := map[string]func(spurt int) uint32{
		"go on":       func(int) uint32 { return 0 },
		"stand still": func(spurt int) uint32 { return uint32(-spurt * 100 * FrameSize) },
		"jump":        func(spurt int) uint32 { return uint32(spurt) * 0x30000000 },
	}
	for name, shift := range cases {
		for _, marked := range []bool{true, false} {
			h := line{ptime: 20, seconds: 40, freq: 440, phase: 3,
				change: func(n int, h *rtp.Header) {
					h.Timestamp += shift(n / 200)
					h.SequenceNumber -= uint16(n / 200 * 100)
					h.Marker = marked && n%200 == 0
				},
				network: func(n int, at float64) []float64 {
					if n%200 >= 100 {
						return nil
					}
					return []float64{at}
				}}.run()
			_, _, played := h.count(0, len(h.kinds))
			if want := 1000 - 10*6; played < want {
				t.Errorf("%s, marked %v: %d frames played, want %d", name, marked, played, want)
			}
			if c := h.receiver.Counts(); c.Lost != 0 {
				t.Errorf("%s, marked %v: %d lost", name, marked, c.Lost)
			}
		}
	}
}

// TestReceiver_StreamBeginsAnew: a far side that begins with other numbers in the middle is heard on.
func TestReceiver_StreamBeginsAnew(t *testing.T) {
	h := line{ptime: 20, seconds: 6, freq: 440, phase: 3, change: func(n int, h *rtp.Header) {
		if n >= 150 {
			h.SequenceNumber += 20000
			h.Timestamp += 0x55555555
		}
	}}.run()
	if silent, concealed, _ := h.count(5, len(h.kinds)); silent > 0 || concealed > 4 {
		t.Errorf("%d silent, %d concealed frames", silent, concealed)
	}
	if c := h.receiver.Counts(); c.Lost != 0 || c.Jumped != 1 {
		t.Errorf("counts %+v", c)
	}
}

// TestReceiver_UnusablePackets are counted and heard as nothing.
func TestReceiver_UnusablePackets(t *testing.T) {
	r := NewReceiver()
	audio := Format{Kind: KindAudio, Codec: codec.PCMU}
	packets := []struct {
		size   int
		format Format
	}{{maxPacket + 1, audio}, {160, Format{}}, {160, Format{Kind: KindAudio}}}
	for i, p := range packets {
		r.Packet(0, &rtp.Header{SequenceNumber: uint16(i)}, make([]byte, p.size), p.format)
	}
	r.Packet(0, &rtp.Header{SequenceNumber: 3}, nil, audio)
	r.Packet(0, &rtp.Header{SequenceNumber: 4}, []byte{60}, Format{Kind: KindNoise})
	var pcm [FrameSize]int16
	if kind := r.Frame(&pcm); kind != FrameSilence {
		t.Errorf("frame is of kind %d", kind)
	}
	if c := r.Counts(); c.Unusable != 3 || c.Packets != 5 {
		t.Errorf("counts %+v", c)
	}
}

// FuzzReceiver plays arbitrary packets: nothing panics, and frames of a kind of silence are silent.
func FuzzReceiver(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0, 160, 1, 0, 1, 0, 160, 160, 1})
	f.Fuzz(func(t *testing.T, script []byte) {
		r := NewReceiver()
		payload := make([]byte, 600)
		var now time.Duration
		var h rtp.Header
		for ; len(script) >= 6; script = script[6:] {
			h.SequenceNumber += uint16(int8(script[0])) << (script[5] >> 4)
			h.Timestamp += uint32(int16(uint16(script[1])<<8|uint16(script[2]))) << (script[3] & 0x0F)
			h.Marker = script[3]&0x80 != 0
			format := Format{Kind: Kind(script[5] & 3), Codec: codec.PCMU}
			r.Packet(now, &h, payload[:int(script[4])*2], format)
			now += time.Duration(script[5]) * time.Millisecond
			var pcm [FrameSize]int16
			if r.Frame(&pcm) == FrameSilence && pcm != [FrameSize]int16{} {
				t.Fatal("silence is not silent")
			}
		}
		r.Counts()
		r.Report()
	})
}

func BenchmarkReceiver_PacketAndFrame(b *testing.B) {
	r := NewReceiver()
	payload := make([]byte, 160)
	h := rtp.Header{}
	var pcm [FrameSize]int16
	b.ReportAllocs()
	for b.Loop() {
		h.SequenceNumber++
		h.Timestamp += FrameSize
		r.Packet(0, &h, payload, Format{Kind: KindAudio, Codec: codec.PCMU})
		r.Frame(&pcm)
	}
}
