package testrig

import (
	"encoding/binary"
	"time"

	"ccgateway/internal/g711"
	"ccgateway/internal/tone"
)

// toneAmplitude is the peak of the tones that sipp says: -10 dBFS, like a soft phone's.
const toneAmplitude = 0.316

// MuLawWAV makes a WAV file with a tone of freq Hz in µ-law, 8000 octets a second, as sipp streams it. A whole number of seconds of
// a whole number of Hz can be repeated without a seam.
func MuLawWAV(freq float64, length time.Duration) []byte {
	pcm := tone.Sine(freq, toneAmplitude, int(length*tone.SampleRate/time.Second))
	code := make([]byte, len(pcm))
	g711.MuLaw.Encode(code, pcm)
	return append(muLawHeader(len(code)), code...)
}

// muLawHeader is the header of a WAV file in format 7 (WAVE_FORMAT_MULAW), which is not PCM and so has the size of its (empty)
// extension and a fact chunk with the number of samples.
func muLawHeader(samples int) []byte {
	le := binary.LittleEndian
	size := uint32(samples) //nolint:gosec // a few seconds of sound
	h := append(le.AppendUint32([]byte("RIFF"), 50+size), "WAVEfmt "...)
	h = le.AppendUint32(h, 18)
	h = le.AppendUint16(h, 7)
	h = le.AppendUint16(h, 1)
	h = le.AppendUint32(h, tone.SampleRate)
	h = le.AppendUint32(h, tone.SampleRate)
	h = le.AppendUint16(h, 1)
	h = le.AppendUint16(h, 8)
	h = le.AppendUint16(h, 0)
	h = le.AppendUint32(append(h, "fact"...), 4)
	h = le.AppendUint32(h, size)
	return le.AppendUint32(append(h, "data"...), size)
}
