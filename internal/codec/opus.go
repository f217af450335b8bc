//go:build opus

package codec

// Opus (RFC 6716, RFC 7587), by libopus: a build with it needs cgo, libopus and its headers:
//
//	CGO_ENABLED=1 go build -tags opus,nolibopusfile ./cmd/ccgateway

import (
	"fmt"

	"github.com/hraban/opus"
)

// more are the codecs that this build has beside G.711.
var more = []Codec{opusCodec{}}

type opusCodec struct{}

const (
	opusClock       = 48_000 // always, whatever the sound is (RFC 7587 section 4.1)
	opusChannels    = 2      // always written, whatever is sent (section 7)
	opusPayloadType = 111    // dynamic; nearly everybody's
	opusLargest     = 400    // bytes of 20 ms: 160 kbit/s, far above what telephone sound needs
)

func (opusCodec) Name() string       { return "opus" }
func (opusCodec) Clock() int         { return opusClock }
func (opusCodec) Channels() int      { return opusChannels }
func (opusCodec) PayloadType() uint8 { return opusPayloadType }

// Parameters tell that we have telephone sound, mono, and nothing to gain from more (RFC 7587 section 6.1).
func (opusCodec) Parameters() string {
	return "maxplaybackrate=8000;sprop-maxcapturerate=8000;stereo=0"
}

func (opusCodec) NewEncoder() (Encoder, error) {
	e, err := opus.NewEncoder(Rate, 1, opus.AppVoIP)
	if err != nil {
		return nil, fmt.Errorf("make Opus encoder: %w", err)
	}
	return opusEncoder{e}, nil
}

func (opusCodec) NewDecoder() (Decoder, error) {
	d, err := opus.NewDecoder(Rate, 1)
	if err != nil {
		return nil, fmt.Errorf("make Opus decoder: %w", err)
	}
	return opusDecoder{d}, nil
}

type opusEncoder struct{ *opus.Encoder }

func (opusEncoder) Size(int) int { return opusLargest }

func (e opusEncoder) Encode(payload []byte, pcm []int16) int {
	n, err := e.Encoder.Encode(pcm, payload)
	if err != nil {
		return 0
	}
	return n
}

type opusDecoder struct{ *opus.Decoder }

func (d opusDecoder) Decode(pcm []int16, payload []byte) int {
	n, err := d.Decoder.Decode(payload, pcm)
	if err != nil {
		return 0
	}
	return n
}
