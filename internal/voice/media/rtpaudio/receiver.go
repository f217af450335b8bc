package rtpaudio

import (
	"time"

	"github.com/pion/rtp"

	"ccgateway/internal/codec"
)

// Counts says what a Receiver has seen. Packets of all streams of its life are counted together.
type Counts struct {
	Packets   uint64 // taken, of every kind
	Octets    uint64 // of their payload
	Lost      int64  // RFC 3550 section 6.4.1; below zero if some came twice
	Doubled   uint64 // dropped because they had come before
	Late      uint64 // came too late to be played
	Jumped    uint64 // dropped because their sequence number was far away
	Unusable  uint64 // taken, but their payload could not be used
	Concealed uint64 // frames made up
	Jitter    uint32 // in samples, RFC 3550 appendix A.8
}

// Receiver takes the packets of one source and gives its sound.
type Receiver struct {
	sequence sequence
	buffer   buffer
	digits   digits
	counts   Counts
	jitter   struct {
		begun   bool
		transit int64  // of the last packet, in samples
		scaled  uint32 // 16 times the jitter
	}
	codec   codec.Codec // of the sound that came last
	decoder codec.Decoder
	clock   clock
	decoded [maxPacket]int16
}

// NewReceiver makes a receiver. It is good for one direction of a call (about 6 KB).
func NewReceiver() *Receiver {
	r := &Receiver{}
	r.buffer.conceal.lost = silentAfter // there is nothing yet that could go on
	return r
}

// Restart begins a new stream: another source, or the same one anew.
func (r *Receiver) Restart() {
	r.counts.Lost = r.lost()
	r.sequence = sequence{}
	r.buffer.restart()
	r.digits = digits{}
	r.jitter.begun = false
	r.codec = nil // a stateful one begins anew
}

func (r *Receiver) lost() int64 { return r.counts.Lost + r.sequence.totalLost() }

// Packet takes a packet that came at now (of any clock that only goes forward). For the first packet of a key that was
// pressed it gives the key. Payload is not kept. Audio of more than 60 ms is dropped.
func (r *Receiver) Packet(now time.Duration, h *rtp.Header, payload []byte, f Format) (key byte, pressed bool) {
	verdict := r.sequence.update(h.SequenceNumber)
	switch verdict {
	case double:
		r.counts.Doubled++
		return 0, false
	case jumped:
		r.counts.Jumped++
		return 0, false
	case resumed:
		r.buffer.restart()
		r.digits = digits{}
		r.jitter.begun = false
	}
	r.counts.Packets++
	r.counts.Octets += uint64(len(payload))
	switch f.Kind {
	case KindAudio:
		r.audio(now, h, payload, f, verdict != older)
	case KindEvent:
		return r.digits.packet(h.Timestamp, h.Marker, payload)
	case KindUnknown:
		r.counts.Unusable++
	}
	return 0, false
}

func (r *Receiver) audio(now time.Duration, h *rtp.Header, payload []byte, f Format, newest bool) {
	if !r.takes(f.Codec) {
		r.counts.Unusable++
		return
	}
	n := r.decoder.Decode(r.decoded[:], payload)
	if n == 0 && len(payload) > 0 {
		r.counts.Unusable++
		return
	}
	timestamp := r.clock.samples(h.Timestamp)
	r.measure(now, timestamp)
	if r.buffer.insert(timestamp, h.Marker, newest, r.decoded[:n]) {
		r.counts.Late++
	}
}

// takes makes the decoder for a codec, anew when the far side changes to another one.
func (r *Receiver) takes(c codec.Codec) bool {
	if c == nil {
		return false
	}
	if c == r.codec {
		return true
	}
	decoder, err := c.NewDecoder()
	if err != nil {
		return false
	}
	if r.codec != nil && r.codec.Clock() != c.Clock() {
		r.buffer.restart() // its timestamps are of another clock
		r.jitter.begun = false
	}
	if r.codec == nil || r.codec.Clock() != c.Clock() {
		r.clock = clock{scale: int64(c.Clock() / codec.Rate)}
	}
	r.codec, r.decoder = c, decoder
	return true
}

// measure keeps the interarrival jitter (RFC 3550 appendix A.8).
func (r *Receiver) measure(now time.Duration, timestamp uint32) {
	arrival := int64(now / (time.Second / 8000))
	transit := int64(int32(uint32(arrival) - timestamp))
	if !r.jitter.begun {
		r.jitter.begun, r.jitter.transit = true, transit
		return
	}
	d := int32(uint32(transit - r.jitter.transit))
	r.jitter.transit = transit
	if d < 0 {
		d = -d
	}
	if d < 0 || d > maxJump {
		return // the far side's clock jumped: that is no jitter
	}
	r.jitter.scaled += uint32(d) - (r.jitter.scaled+8)>>4
}

// maxJump (1 s) is the largest difference in transit that counts as jitter.
const maxJump = 8000

// Frame gives the next 20 ms of sound, to be called every 20 ms.
func (r *Receiver) Frame(out *[FrameSize]int16) FrameKind {
	kind := r.buffer.frame(out)
	if kind == FrameConcealed {
		r.counts.Concealed++
	}
	return kind
}

// Counts gives what was seen so far.
func (r *Receiver) Counts() Counts {
	c := r.counts
	c.Lost = r.lost()
	c.Jitter = r.jitter.scaled >> 4
	return c
}

// Report is what a reception report says of the stream (RFC 3550 section 6.4.1).
type Report struct {
	FractionLost uint8  // since the last report, in 1/256
	TotalLost    int64  // of all
	Highest      uint32 // extended highest sequence number
	Jitter       uint32
}

// Report gives the report of the present stream and begins the next interval; ok is false if nothing has come.
func (r *Receiver) Report() (report Report, ok bool) {
	if !r.sequence.begun {
		return Report{}, false
	}
	return Report{
		FractionLost: r.sequence.fraction(),
		TotalLost:    r.sequence.totalLost(),
		Highest:      r.sequence.highest(),
		Jitter:       (r.jitter.scaled >> 4) * r.clock.factor(), // in units of the timestamps
	}, true
}
