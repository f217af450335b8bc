package rtpaudio

import (
	"encoding/binary"
	"errors"
	"math"
	"strings"
)

// eventSize is the size of an event's payload: event, end bit and volume, duration (RFC 4733 section 2.3).
const eventSize = 4

// keys are the digits in the order of their event codes (RFC 4733 section 3.2).
const keys = "0123456789*#ABCD"

// event is one report of a telephone event.
type event struct {
	code     uint8
	end      bool
	duration uint16 // samples since the event's beginning
}

var errShortEvent = errors.New("telephone-event: less than 4 bytes")

// parseEvent reads a payload. What follows the first event is left aside: several in one packet come with RFC 2198 only.
func parseEvent(payload []byte) (event, error) {
	if len(payload) < eventSize {
		return event{}, errShortEvent
	}
	return event{
		code:     payload[0],
		end:      payload[1]&0x80 != 0,
		duration: binary.BigEndian.Uint16(payload[2:]),
	}, nil
}

// digits turns event packets into keys, each told once and at its first packet, whatever is lost, doubled or late behind it:
// all packets of a key carry the timestamp of its beginning (RFC 4733 section 2.2).
type digits struct {
	seen      bool
	code      uint8
	timestamp uint32 // of the key told last, or of its last segment
	duration  uint16
	ended     bool
}

// brokenStep bounds how far a timestamp may go on within one key for senders that wrongly advance it with each packet.
const brokenStep = 480

// packet takes one event packet and gives the key if it begins one. Events that are no keys (flash, tones) give none.
func (d *digits) packet(timestamp uint32, marker bool, payload []byte) (key byte, pressed bool) {
	e, err := parseEvent(payload)
	if err != nil || int(e.code) >= len(keys) {
		return 0, false
	}
	if d.seen {
		ahead := int32(timestamp - d.timestamp)
		switch {
		case ahead == 0 && e.code == d.code:
			d.duration = max(d.duration, e.duration)
			d.ended = d.ended || e.end
			return 0, false
		case ahead <= 0 && -ahead < lateKey:
			return 0, false // of a key before the last one, or of another at the same time: late
		case !marker && e.code == d.code && d.goesOn(ahead, e):
			d.timestamp, d.duration, d.ended = timestamp, e.duration, e.end
			return 0, false
		}
	}
	*d = digits{seen: true, code: e.code, timestamp: timestamp, duration: e.duration, ended: e.end}
	return keys[e.code], true
}

// lateKey is how far (10 s) an event packet may lie behind the last key and count as late. Farther behind, the stream has
// jumped and the packet is a new key.
const lateKey = 10 * 8000

// goesOn tells whether an unmarked packet of the same event belongs to the key told last although its timestamp is another:
// it is the next segment of a very long event (RFC 4733 section 2.5.1.3), or the sender is one that advances the timestamp
// (two keys of a right sender never begin within brokenStep).
func (d *digits) goesOn(ahead int32, e event) bool {
	if d.ended {
		return e.end && ahead <= brokenStep && e.duration >= d.duration
	}
	segment := d.duration == math.MaxUint16 && ahead == math.MaxUint16
	return segment || ahead <= brokenStep && e.duration > d.duration
}

// SentDigit is a key being sent.
type SentDigit struct {
	sender      *Sender
	payloadType uint8
	code        uint8
	timestamp   uint32
	duration    uint16
	begun       bool
	ended       bool
}

// eventVolume is the level told of a key, -10 dBm0.
const eventVolume = 10

// Digit begins a key ('0'..'9', '*', '#', 'A'..'D'); ok is false for anything else. Until its end, Packet takes the place of
// Audio.
func (s *Sender) Digit(key byte, payloadType uint8) (digit *SentDigit, ok bool) {
	code := strings.IndexByte(keys, key)
	if code < 0 {
		return nil, false
	}
	return &SentDigit{sender: s, payloadType: payloadType, code: uint8(code), timestamp: s.timestamp}, true
}

// Packet writes the report of the next 20 ms of the key into buf's room.
func (d *SentDigit) Packet(buf []byte) []byte {
	d.lasts()
	return d.write(buf)
}

// End writes the report that the key is released, 20 ms after the last one; calls after the first repeat it, as RFC 4733
// section 2.5.1.4 asks for.
func (d *SentDigit) End(buf []byte) []byte {
	if !d.ended {
		d.lasts()
		d.ended = true
	}
	return d.write(buf)
}

func (d *SentDigit) lasts() {
	step := FrameSize * d.sender.scale
	d.duration += uint16(step)
	d.sender.timestamp += step
}

func (d *SentDigit) write(buf []byte) []byte {
	buf = room(buf, HeaderSize+eventSize)
	d.sender.header(buf, d.payloadType, !d.begun, d.timestamp)
	d.begun = true
	volume := byte(eventVolume)
	if d.ended {
		volume |= 0x80
	}
	buf[HeaderSize], buf[HeaderSize+1] = d.code, volume
	binary.BigEndian.PutUint16(buf[HeaderSize+2:], d.duration)
	d.sender.count(eventSize)
	return buf
}
