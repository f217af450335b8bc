package wav

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"ccgateway/internal/g711"
)

// Sound is what a file holds: samples of the channels in turn.
type Sound struct {
	Channels int
	Samples  []int16
}

// Frames is the number of sample frames: 8000 are a second.
func (s Sound) Frames() int { return len(s.Samples) / max(1, s.Channels) }

// Channel gives one channel alone, 0 = left.
func (s Sound) Channel(n int) []int16 {
	pcm := make([]int16, 0, s.Frames())
	for i := n; i < len(s.Samples); i += s.Channels {
		pcm = append(pcm, s.Samples[i])
	}
	return pcm
}

// Mono gives the mean of all channels.
func (s Sound) Mono() []int16 {
	if s.Channels == 1 {
		return s.Samples
	}
	pcm := make([]int16, s.Frames())
	for i := range pcm {
		pcm[i] = int16((int(s.Samples[2*i]) + int(s.Samples[2*i+1])) >> 1)
	}
	return pcm
}

// ReadFile decodes a file of at most maxFrames sample frames (ErrTooLong).
func ReadFile(path string, maxFrames int) (Sound, error) {
	file, err := os.Open(path)
	if err != nil {
		return Sound{}, fmt.Errorf("read WAV file: %w", err)
	}
	defer file.Close()
	return Decode(file, maxFrames)
}

// Decode reads a sound of at most maxFrames sample frames (ErrTooLong). A file that ends before the size that its header
// tells, or whose header tells none (0 or the largest number, as streaming writers do), gives the whole frames that are there.
func Decode(r io.Reader, maxFrames int) (Sound, error) {
	sound, rate, err := DecodeAnyRate(r, maxFrames)
	if err == nil && rate != SampleRate {
		return Sound{}, fmt.Errorf("%w: %d samples a second instead of %d", ErrFormat, rate, SampleRate)
	}
	return sound, err
}

// DecodeAnyRate is Decode for a sound of any rate up to maxRate, and tells the rate: samples of each channel a second.
func DecodeAnyRate(r io.Reader, maxFrames int) (Sound, int, error) {
	form, size, err := findData(r)
	if err != nil {
		return Sound{}, 0, err
	}
	sound, err := form.readData(r, size, maxFrames)
	return sound, form.rate, err
}

// findData reads up to the samples, of which there are size bytes.
func findData(r io.Reader) (form format, size uint32, err error) {
	var riff [riffHeaderSize]byte
	if _, err := io.ReadFull(r, riff[:]); err != nil {
		return format{}, 0, fmt.Errorf("%w: no RIFF header (%w)", ErrFormat, err)
	}
	if string(riff[:4]) != "RIFF" || string(riff[8:]) != "WAVE" {
		return format{}, 0, fmt.Errorf("%w: no RIFF/WAVE header", ErrFormat)
	}
	for {
		var name string
		if name, size, err = chunkHeader(r); err != nil {
			return format{}, 0, fmt.Errorf("%w: no data chunk (%w)", ErrFormat, err)
		}
		switch {
		case name == "fmt ":
			if form, err = readFormat(r, size); err != nil {
				return format{}, 0, err
			}
		case name == "data" && form.tag == 0:
			return format{}, 0, fmt.Errorf("%w: data chunk without a fmt chunk before it", ErrFormat)
		case name == "data":
			return form, size, nil
		default:
			if err := skip(r, int64(size)+int64(size&1)); err != nil {
				return format{}, 0, fmt.Errorf("%w: chunk %q is cut off", ErrFormat, name)
			}
		}
	}
}

func chunkHeader(r io.Reader) (name string, size uint32, err error) {
	var h [chunkHeaderSize]byte
	if _, err := io.ReadFull(r, h[:]); err != nil {
		return "", 0, err
	}
	return string(h[:4]), binary.LittleEndian.Uint32(h[4:]), nil
}

func skip(r io.Reader, n int64) error {
	_, err := io.CopyN(io.Discard, r, n)
	return err
}

// format is what of the fmt chunk matters here.
type format struct {
	tag      uint16
	channels int
	rate     int // frames a second
}

// maxRate is the highest rate of studio equipment.
const maxRate = 192_000

// maxFormatSize is far above the 40 bytes of the longest fmt chunk that is read here.
const maxFormatSize = 1024

func readFormat(r io.Reader, size uint32) (format, error) {
	if size < fmtSize || size > maxFormatSize {
		return format{}, fmt.Errorf("%w: fmt chunk of %d bytes", ErrFormat, size)
	}
	body := make([]byte, size+size&1)
	if _, err := io.ReadFull(r, body); err != nil {
		return format{}, fmt.Errorf("%w: fmt chunk is cut off", ErrFormat)
	}
	f := format{tag: binary.LittleEndian.Uint16(body), channels: int(binary.LittleEndian.Uint16(body[2:]))}
	if f.tag == tagExtensible && size >= 40 {
		f.tag = binary.LittleEndian.Uint16(body[24:]) // the sub-format's GUID begins with the plain tag
	}
	bits := binary.LittleEndian.Uint16(body[14:])
	rate := binary.LittleEndian.Uint32(body[4:])
	switch {
	case f.tag != tagPCM && f.tag != tagALaw && f.tag != tagMuLaw:
		return format{}, fmt.Errorf("%w: encoding %d; only 16-bit PCM, A-law and µ-law are read", ErrFormat, f.tag)
	case int(bits) != 8*f.bytes():
		return format{}, fmt.Errorf("%w: %d bits a sample; only 16-bit PCM, A-law and µ-law are read", ErrFormat, bits)
	case rate < 1 || rate > maxRate:
		return format{}, fmt.Errorf("%w: %d samples a second", ErrFormat, rate)
	case f.channels < 1 || f.channels > maxChannels:
		return format{}, fmt.Errorf("%w: %d channels", ErrFormat, f.channels)
	}
	f.rate = int(rate)
	return f, nil
}

// bytes is the size of one sample.
func (f format) bytes() int {
	if f.tag == tagPCM {
		return bytesPerSample
	}
	return 1
}

func (f format) readData(r io.Reader, size uint32, maxFrames int) (Sound, error) {
	frame := f.channels * f.bytes()
	limit := int64(maxFrames) * int64(frame)
	told := int64(size)
	if size == 0 {
		told = limit + 1 // to the end
	}
	body, err := io.ReadAll(io.LimitReader(r, min(told, limit+1)))
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return Sound{}, fmt.Errorf("read WAV samples: %w", err)
	}
	if int64(len(body)) > limit {
		return Sound{}, fmt.Errorf("%w: more than %d s", ErrTooLong, maxFrames/f.rate)
	}
	body = body[:len(body)/frame*frame]
	samples := make([]int16, len(body)/f.bytes())
	switch f.tag {
	case tagALaw:
		g711.ALaw.Decode(samples, body)
	case tagMuLaw:
		g711.MuLaw.Decode(samples, body)
	default:
		for i := range samples {
			samples[i] = int16(binary.LittleEndian.Uint16(body[2*i:]))
		}
	}
	return Sound{Channels: f.channels, Samples: samples}, nil
}
