package rtpaudio

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pion/rtp"

	"ccgateway/internal/codec"
	"ccgateway/internal/g711"
)

const eventType = 101

// type a key: its packets, three of them with the end bit.
func press(t *testing.T, s *Sender, key byte, frames int) []rtp.Packet {
	t.Helper()
	digit, ok := s.Digit(key, eventType)
	if !ok {
		t.Fatalf("%q is no key", key)
	}
	var raw [][]byte
	for range frames - 1 {
		raw = append(raw, digit.Packet(nil))
	}
	for range 3 {
		raw = append(raw, digit.End(nil))
	}
	packets := make([]rtp.Packet, len(raw))
	for i := range raw {
		if err := packets[i].Unmarshal(raw[i]); err != nil {
			t.Fatal(err)
		}
	}
	return packets
}

func dial(r *Receiver, packets []rtp.Packet) string {
	var keys []byte
	for i := range packets {
		key, ok := r.Packet(time.Duration(i)*time.Millisecond, &packets[i].Header, packets[i].Payload, Format{Kind: KindEvent})
		if ok {
			keys = append(keys, key)
		}
	}
	return string(keys)
}

// TestDigits_AllKeysOnce: each key is told once, in order, also when it is pressed twice running.
func TestDigits_AllKeysOnce(t *testing.T) {
	s, r := NewSender(1, 65530, 0xFFFFFF00), NewReceiver()
	const dialled = "00123456789*#ABCDD"
	var got string
	for _, key := range []byte(dialled) {
		got += dial(r, press(t, s, key, 5))
		s.Skip(FrameSize * 3)
	}
	if got != dialled {
		t.Errorf("heard %q, want %q", got, dialled)
	}
	if _, ok := s.Digit('x', eventType); ok {
		t.Error("x is a key")
	}
}

// TestDigits_RoughNetwork: with half of all packets lost, some doubled and neighbours swapped, a key of which anything came
// is told exactly once, and no other.
func TestDigits_RoughNetwork(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 9))
	s, r := NewSender(1, 1, 1), NewReceiver()
	want, got := "", ""
	for n := range 1000 {
		key := keys[random.IntN(len(keys))]
		var came []rtp.Packet
		for _, p := range press(t, s, key, 6) {
			switch random.IntN(6) {
			case 0, 1, 2:
			case 3:
				came = append(came, p, p)
			default:
				came = append(came, p)
			}
		}
		for i := 1; i < len(came); i++ {
			if random.IntN(4) == 0 {
				came[i-1], came[i] = came[i], came[i-1]
			}
		}
		if len(came) > 0 {
			want += string(key)
		}
		got += dial(r, came)
		s.Skip(FrameSize * (2 + n%10))
	}
	if got != want {
		t.Error("keys were lost, doubled or invented")
	}
}

// TestDigits_LateEndAfterNextKey: an end packet that comes after the next key's beginning changes nothing.
func TestDigits_LateEndAfterNextKey(t *testing.T) {
	s, r := NewSender(1, 1, 1), NewReceiver()
	five, six := press(t, s, '5', 4), press(t, s, '6', 4)
	packets := append(five[:3:3], six[0])
	packets = append(packets, five[3:]...)
	packets = append(packets, six[1:]...)
	if got := dial(r, packets); got != "56" {
		t.Errorf("heard %q, want 56", got)
	}
}

// packet makes an event packet by hand.
func packet(timestamp uint32, marker bool, code uint8, end bool, duration uint16) (uint32, bool, []byte) {
	flags := byte(10)
	if end {
		flags |= 0x80
	}
	return timestamp, marker, []byte{code, flags, byte(duration >> 8), byte(duration)}
}

// TestDigits_Oddities: very long keys, senders with a wrong clock, events that are no keys.
func TestDigits_Oddities(t *testing.T) {
	t.Run("segments of a long key", func(t *testing.T) {
		var d digits
		told := 0
		for segment := range uint32(3) {
			for duration := uint32(160); duration < math.MaxUint16+160; duration += 160 {
				if _, ok := d.packet(packet(1000+segment*math.MaxUint16, segment == 0 && duration == 160, 5, false, uint16(min(duration, math.MaxUint16)))); ok {
					told++
				}
			}
		}
		if told != 1 {
			t.Errorf("told %d times", told)
		}
	})
	t.Run("timestamp advances with each packet", func(t *testing.T) {
		var d digits
		told := 0
		for n := range uint32(10) {
			if _, ok := d.packet(packet(5000+160*n, n == 0, 5, n > 7, uint16(160*(n+1)))); ok {
				told++
			}
		}
		if _, ok := d.packet(packet(5000+160*12, true, 5, false, 160)); ok {
			told++
		}
		if told != 2 {
			t.Errorf("two keys were told %d times", told)
		}
	})
	t.Run("no keys", func(t *testing.T) {
		var d digits
		for code := 16; code < 256; code++ {
			if _, ok := d.packet(packet(uint32(code)*1000, true, uint8(code), false, 160)); ok {
				t.Errorf("event %d is a key", code)
			}
		}
		for n := range eventSize {
			if _, ok := d.packet(1, true, make([]byte, n)); ok {
				t.Errorf("payload of %d bytes is a key", n)
			}
		}
	})
	t.Run("clock jumped back", func(t *testing.T) {
		var d digits
		d.packet(packet(0x70000000, true, 5, true, 800))
		if _, ok := d.packet(packet(0x10000000, true, 5, false, 160)); !ok {
			t.Error("the key after the jump was not told")
		}
	})
}

// TestDigits_NoSoundOfThem: events do not reach the sound, and the voice around them does.
func TestDigits_NoSoundOfThem(t *testing.T) {
	s, r := NewSender(1, 1, 1), NewReceiver()
	var out [FrameSize]int16
	pcm := make([]int16, FrameSize)
	for range 10 {
		var p rtp.Packet
		if err := p.Unmarshal(s.Audio(nil, g711.MuLaw, 0, pcm)); err != nil {
			t.Fatal(err)
		}
		r.Packet(0, &p.Header, p.Payload, Format{Kind: KindAudio, Codec: codec.PCMU})
		r.Frame(&out)
	}
	for _, p := range press(t, s, '1', 10) {
		r.Packet(0, &p.Header, p.Payload, Format{Kind: KindEvent})
		r.Frame(&out)
		if out != [FrameSize]int16{} {
			t.Fatal("the key is heard")
		}
	}
	if c := r.Counts(); c.Lost != 0 || c.Packets != 22 {
		t.Errorf("counts %+v", c)
	}
}

// FuzzEvent: no payload makes the reader fall over; whatever is told is a key.
func FuzzEvent(f *testing.F) {
	f.Add([]byte{5, 0x8A, 1, 64}, uint32(1), []byte{5, 0x0A, 0, 160}, uint32(2), true)
	f.Fuzz(func(t *testing.T, first []byte, at uint32, second []byte, then uint32, marker bool) {
		var d digits
		told := 0
		for _, p := range []struct {
			payload   []byte
			timestamp uint32
		}{{first, at}, {first, at}, {second, then}, {first, at}, {second, then}} {
			if key, ok := d.packet(p.timestamp, marker, p.payload); ok {
				told++
				if int(p.payload[0]) >= len(keys) || key != keys[p.payload[0]] {
					t.Fatalf("event %d told as %q", p.payload[0], key)
				}
			}
		}
		if near := int32(then - at); near > -lateKey && near < lateKey && told > 2 {
			t.Fatalf("two events told %d times", told)
		}
	})
}
