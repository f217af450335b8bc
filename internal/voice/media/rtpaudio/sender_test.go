package rtpaudio

import (
	"testing"

	"github.com/pion/rtp"

	"ccgateway/internal/g711"
)

// TestSender_Numbers: sequence numbers go on by one and timestamps by the samples, around their ends; the marker stands at
// each beginning.
func TestSender_Numbers(t *testing.T) {
	s := NewSender(0xCAFE, 65535, 0xFFFFFFFF-100)
	pcm, buf := make([]int16, FrameSize), make([]byte, 0, 200)
	want := []struct {
		seq       uint16
		timestamp uint32
		marker    bool
	}{{65535, 0xFFFFFFFF - 100, true}, {0, 59, false}, {1, 59 + 160 + 800, true}, {2, 59 + 320 + 800, false}}
	for i, w := range want {
		if i == 2 {
			s.Skip(800)
		}
		raw := s.Audio(buf, g711.ALaw, 8, pcm)
		if &raw[0] != &buf[:1][0] {
			t.Error("the room given was not used")
		}
		var p rtp.Packet
		if err := p.Unmarshal(raw); err != nil {
			t.Fatal(err)
		}
		if p.SequenceNumber != w.seq || p.Timestamp != w.timestamp || p.Marker != w.marker || p.SSRC != 0xCAFE || p.PayloadType != 8 {
			t.Errorf("packet %d: %+v, want %+v", i, p.Header, w)
		}
		if len(p.Payload) != FrameSize || p.Payload[0] != g711.ALaw.Silence() {
			t.Errorf("packet %d: payload of %d bytes, % x...", i, len(p.Payload), p.Payload[:2])
		}
	}
	if packets, octets := s.Sent(); packets != 4 || octets != 640 {
		t.Errorf("sent %d packets, %d octets", packets, octets)
	}
}

func BenchmarkSender_Audio(b *testing.B) {
	s := NewSender(1, 1, 1)
	pcm, buf := make([]int16, FrameSize), make([]byte, 200)
	b.ReportAllocs()
	for b.Loop() {
		buf = s.Audio(buf, g711.ALaw, 8, pcm)
	}
}
