package rtpaudio

import (
	"github.com/pion/rtp"

	"ccgateway/internal/codec"
)

// HeaderSize is the size of the header that a Sender writes: no CSRC, no extension (RFC 3550 section 5.1).
const HeaderSize = 12

const rtpVersion = 2

// Sender numbers the packets of one stream. Sequence number and timestamp should begin at random (RFC 3550 section 5.1).
type Sender struct {
	ssrc      uint32
	seq       uint16
	timestamp uint32
	scale     uint32 // of the timestamp's clock to samples of ours
	marker    bool   // the next audio packet begins a talkspurt
	packets   uint64
	octets    uint64
}

// NewSender begins a stream.
func NewSender(ssrc uint32, seq uint16, timestamp uint32) *Sender {
	return &Sender{ssrc: ssrc, seq: seq, timestamp: timestamp, scale: 1, marker: true}
}

// SetClock says in what rate the timestamps go on, in Hz, a multiple of codec.Rate; 8,000 at first.
func (s *Sender) SetClock(hz int) { s.scale = uint32(hz / codec.Rate) }

// Audio writes the next audio packet, of all samples in pcm, into buf's room and gives it. buf needs HeaderSize+encoder.Size(len(pcm))
// bytes; a buf that is smaller is replaced by a new one. The first packet and the first after a Skip carry the marker
// (RFC 3551 section 4.1).
func (s *Sender) Audio(buf []byte, encoder codec.Encoder, payloadType uint8, pcm []int16) []byte {
	buf = room(buf, HeaderSize+encoder.Size(len(pcm)))
	s.header(buf, payloadType, s.marker, s.timestamp)
	n := encoder.Encode(buf[HeaderSize:], pcm)
	s.marker = false
	s.timestamp += uint32(len(pcm)) * s.scale
	s.count(n)
	return buf[:HeaderSize+n]
}

// Skip lets time pass without a packet: n samples.
func (s *Sender) Skip(n int) {
	s.timestamp += uint32(n) * s.scale
	s.marker = true
}

// SSRC is the stream's source identifier.
func (s *Sender) SSRC() uint32 { return s.ssrc }

// Timestamp is the timestamp of the next sample.
func (s *Sender) Timestamp() uint32 { return s.timestamp }

// Sent is the number of packets and of payload octets sent, as a sender report wants it.
func (s *Sender) Sent() (packets, octets uint64) { return s.packets, s.octets }

func (s *Sender) count(octets int) {
	s.seq++
	s.packets++
	s.octets += uint64(octets)
}

func (s *Sender) header(buf []byte, payloadType uint8, marker bool, timestamp uint32) {
	h := rtp.Header{Version: rtpVersion, PayloadType: payloadType, Marker: marker, SequenceNumber: s.seq, Timestamp: timestamp, SSRC: s.ssrc}
	if _, err := h.MarshalTo(buf); err != nil {
		panic("rtpaudio: a plain header does not fit its room: " + err.Error()) // room has made it fit
	}
}

func room(buf []byte, n int) []byte {
	if cap(buf) < n {
		return make([]byte, n)
	}
	return buf[:n]
}
