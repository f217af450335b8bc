// Package codectest has a codec for tests: with a clock of its own, a dynamic payload type and a state, as Opus has them, but one of which
// every sample can be foretold.
package codectest

import (
	"encoding/binary"

	"ccgateway/internal/codec"
)

// clock is twice our rate: L16/16000 (RFC 3551 section 4.5.11), each of our samples twice.
const clock = 16_000

// bytesPerSample of ours: two samples of 16 bits.
const bytesPerSample = 4

// Wide is linear sound of 16,000 samples a second.
type Wide struct{}

// The description of Wide.
func (Wide) Name() string       { return "L16" }
func (Wide) Clock() int         { return clock }
func (Wide) Channels() int      { return 1 }
func (Wide) PayloadType() uint8 { return 97 }
func (Wide) Parameters() string { return "x-test=1" }

// NewEncoder makes an encoder.
func (Wide) NewEncoder() (codec.Encoder, error) { return &encoder{}, nil }

// NewDecoder makes a decoder.
func (Wide) NewDecoder() (codec.Decoder, error) { return decoder{}, nil }

// encoder writes between two samples what lies between them; it needs to know the last one.
type encoder struct{ last int16 }

func (*encoder) Size(samples int) int { return bytesPerSample * samples }

func (e *encoder) Encode(payload []byte, pcm []int16) int {
	for i, s := range pcm {
		between := int16((int32(e.last) + int32(s)) / 2) //nolint:gosec // between two of them
		binary.BigEndian.PutUint16(payload[bytesPerSample*i:], uint16(between))
		binary.BigEndian.PutUint16(payload[bytesPerSample*i+2:], uint16(s))
		e.last = s
	}
	return bytesPerSample * len(pcm)
}

type decoder struct{}

func (decoder) Decode(pcm []int16, payload []byte) int {
	n := len(payload) / bytesPerSample
	if len(payload)%bytesPerSample != 0 || n > len(pcm) {
		return 0
	}
	for i := range n {
		pcm[i] = int16(binary.BigEndian.Uint16(payload[bytesPerSample*i+2:])) //nolint:gosec // the same bits
	}
	return n
}
