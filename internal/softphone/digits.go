package softphone

import (
	"encoding/binary"
	"fmt"
	"strings"

	"ccgateway/internal/tone"
)

// Digits as events, RFC 4733 section 2.
const (
	digitFrames  = 8                    // packets while the key is down: 160 ms, well above the 40 ms that every receiver takes
	digitEnds    = 3                    // the end is said three times, since a packet can be lost (section 2.5.1.4)
	digitPause   = 4                    // frames of silence between two digits: 80 ms
	digitVolume  = 10                   // power below 0 dBm0
	digitSet     = "0123456789*#ABCD"   // the events 0 to 15 in order (section 3.2)
	eventLength  = 4                    // octets of the payload
	frameSamples = tone.SampleRate / 50 // samples in one packet
	endBit       = 0x80                 // in the second octet
	digitQueue   = 64                   // digits that may wait to be sent; more than a person types ahead
)

// digitMouth makes the packets of the digits that wait.
type digitMouth struct {
	queue   []digitJob
	frames  int    // sent of the digit in front
	stamp   uint32 // RTP timestamp of its beginning
	pausing int    // frames until the next may begin
}

// digitJob is one digit to be sent; said is closed when it was.
type digitJob struct {
	event byte
	said  chan struct{}
}

// eventOf gives the event of a digit.
func eventOf(digit rune) (byte, error) {
	i := strings.IndexRune(digitSet, digit)
	if i < 0 {
		return 0, fmt.Errorf("softphone: %q is no digit", digit)
	}
	return byte(i), nil //nolint:gosec // below 16
}

// next gives what shall be sent in place of sound in the frame that begins at timestamp now: the payloads (several at the
// end of a digit), the timestamp that all of them carry and whether the first is the first of a digit. No payload: nothing
// is to be said, and sound goes on.
func (d *digitMouth) next(now uint32) (payloads [][eventLength]byte, stamp uint32, first bool) {
	if d.pausing > 0 {
		d.pausing--
		return nil, 0, false
	}
	if len(d.queue) == 0 {
		return nil, 0, false
	}
	job := d.queue[0]
	if d.frames == 0 {
		d.stamp = now
	}
	d.frames++
	event := [eventLength]byte{job.event, digitVolume}
	binary.BigEndian.PutUint16(event[2:], uint16(d.frames*frameSamples)) //nolint:gosec // 1280 at most
	payloads = append(payloads, event)
	if d.frames < digitFrames {
		return payloads, d.stamp, d.frames == 1
	}
	event[1] |= endBit
	payloads = payloads[:0]
	for range digitEnds {
		payloads = append(payloads, event)
	}
	close(job.said)
	d.queue, d.frames, d.pausing = d.queue[1:], 0, digitPause
	return payloads, d.stamp, false
}

// digitEar tells digits from their packets.
type digitEar struct {
	known bool
	stamp uint32
}

// take takes in one payload and gives the digit if it is a new one. A digit is known by its timestamp: all its packets carry
// that of its beginning (RFC 4733 section 2.5.1.2).
func (d *digitEar) take(payload []byte, stamp uint32) (rune, bool) {
	if len(payload) < eventLength || int(payload[0]) >= len(digitSet) {
		return 0, false
	}
	if d.known && d.stamp == stamp {
		return 0, false
	}
	d.known, d.stamp = true, stamp
	return rune(digitSet[payload[0]]), true
}
