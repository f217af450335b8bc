// Package codec is how sound is coded in RTP. All sound within the program is linear, 16 bits, 8,000 samples a second; a Codec turns 20 ms
// of it into a payload and back, whatever its own rates are. G.711 is always there; Opus joins by the build tag "opus" (see opus.go).
//
//	c, ok := codec.Find("PCMA")
//	encoder, err := c.NewEncoder()                      // one for each stream that is sent
//	payload = payload[:encoder.Encode(payload, pcm)]    // pcm has 160 samples; payload room for encoder.Size(160)
//	decoder, err := c.NewDecoder()                      // one for each stream that comes
//	n := decoder.Decode(pcm, payload)                   // n samples; 0 = the payload cannot be used
package codec

import (
	"fmt"
	"slices"
	"strings"

	"ccgateway/internal/g711"
)

// Rate is the number of samples a second on our side of a codec.
const Rate = g711.SampleRate

// Codec is one way to code sound. Implementations are comparable values without state; the state of a stream is in its Encoder or Decoder.
type Codec interface {
	// Name is the encoding name of a=rtpmap, in the letters that are customary.
	Name() string
	// Clock is the rate of RTP timestamps in Hz, a multiple of Rate. It is the rate in a=rtpmap, which need not be that of the sound.
	Clock() int
	// Channels is what a=rtpmap says of channels; 1 is not written.
	Channels() int
	// PayloadType is the static one (RFC 3551 section 6), or the one that our offers propose.
	PayloadType() uint8
	// Parameters is what our a=fmtp says; "" = it is left out.
	Parameters() string
	NewEncoder() (Encoder, error)
	NewDecoder() (Decoder, error)
}

// Encoder codes one stream, 20 ms at a time. It is used by one goroutine at a time.
type Encoder interface {
	// Size is the largest payload of so many samples, in bytes.
	Size(samples int) int
	// Encode writes the payload of pcm and gives its length; 0 = it could not be coded.
	Encode(payload []byte, pcm []int16) int
}

// Decoder is the way back.
type Decoder interface {
	// Decode writes the samples of a payload and gives their number; 0 = it is no payload of the codec, or is longer than pcm.
	Decode(pcm []int16, payload []byte) int
}

// law is G.711.
type law struct{ g711.Law }

// The laws of G.711 (RFC 3551 section 4.5.14).
var (
	PCMA Codec = law{g711.ALaw}
	PCMU Codec = law{g711.MuLaw}
)

func (l law) Name() string                 { return l.Law.String() }
func (l law) Clock() int                   { return g711.SampleRate }
func (l law) Channels() int                { return 1 }
func (l law) Parameters() string           { return "" }
func (l law) NewEncoder() (Encoder, error) { return l, nil }
func (l law) NewDecoder() (Decoder, error) { return l, nil }

// Decode refuses what does not fit.
func (l law) Decode(pcm []int16, payload []byte) int {
	if len(payload) > len(pcm) {
		return 0
	}
	return l.Law.Decode(pcm, payload)
}

// known are the codecs of this build, in the order of preference of who does not say.
var known = append([]Codec{PCMA, PCMU}, more...)

// Known lists the codecs of this build.
func Known() []Codec { return slices.Clone(known) }

// Default are the codecs that are offered where nothing is configured: those that every phone has.
func Default() []Codec { return []Codec{PCMA, PCMU} }

// Find finds a codec of this build by its name, in any letters.
func Find(name string) (Codec, bool) {
	i := slices.IndexFunc(known, func(c Codec) bool { return strings.EqualFold(c.Name(), name) })
	if i < 0 {
		return nil, false
	}
	return known[i], true
}

// FindAll finds several. Errors: one that is not in this build, or is there twice, or none at all.
func FindAll(names []string) ([]Codec, error) {
	var all []Codec
	for _, name := range names {
		c, ok := Find(name)
		if !ok {
			return nil, fmt.Errorf("codec %q is not in this build", name)
		}
		if slices.Contains(all, c) {
			return nil, fmt.Errorf("codec %q is there twice", name)
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no codec")
	}
	return all, nil
}

// RTPMap is the encoding of a=rtpmap: name, clock, channels if there are several.
func RTPMap(c Codec) string {
	text := fmt.Sprintf("%s/%d", c.Name(), c.Clock())
	if n := c.Channels(); n > 1 {
		text += fmt.Sprintf("/%d", n)
	}
	return text
}
