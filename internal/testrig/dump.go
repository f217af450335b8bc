package testrig

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ccgateway/internal/tone"
)

const (
	// maxDump bounds the sound that is read of one call: five minutes in stereo at 48 kHz.
	maxDump = 5 * 60 * 48000 * 4
	// lookAgain is how often a growing file is looked at.
	lookAgain = 50 * time.Millisecond
	// recent is how much of the end of a file counts as now: two windows, for a file grows in steps.
	recent = 2 * tone.MinWindow
)

// errDump says that a file is no WAV file as libsndfile writes them.
var errDump = errors.New("testrig: no usable WAV file")

// Heard gives all that the telephone has heard in its last call so far, at 8000 samples a second.
func (b *Baresip) Heard() ([]int16, error) { return b.dump("dec") }

// Said gives all that it has said in its last call so far.
func (b *Baresip) Said() ([]int16, error) { return b.dump("enc") }

// Hear waits until the telephone hears the tone of freq Hz now.
func (b *Baresip) Hear(ctx context.Context, freq float64) error {
	return b.listen(ctx, fmt.Sprintf("hear %v Hz", freq), func(now []int16, grown bool) bool {
		return grown && tone.Hears(now, freq)
	})
}

// Silent waits until it hears none of the tones now; that nothing arrives is silence too.
func (b *Baresip) Silent(ctx context.Context, freqs ...float64) error {
	silent := 0
	return b.listen(ctx, fmt.Sprintf("hear none of %v Hz", freqs), func(now []int16, grown bool) bool {
		silent++
		if grown && slices.ContainsFunc(freqs, func(freq float64) bool { return tone.Hears(now, freq) }) {
			silent = 0
		}
		return silent >= 6 // 300 ms: files grow in steps
	})
}

// listen looks at the end of what was heard until judge is satisfied. grown tells whether there is more than the time before.
func (b *Baresip) listen(ctx context.Context, what string, judge func(now []int16, grown bool) bool) error {
	ticker := time.NewTicker(lookAgain)
	defer ticker.Stop()
	before := 0
	for {
		pcm, err := b.Heard()
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		if judge(pcm[max(0, len(pcm)-recent):], len(pcm) > before) {
			return nil
		}
		before = len(pcm)
		select {
		case <-ticker.C:
		case <-b.process.done:
			return errEnded
		case <-ctx.Done():
			return fmt.Errorf("testrig: baresip %s to %s (%d samples heard): %w", b.cfg.User, what, len(pcm), ctx.Err())
		}
	}
}

// dump reads the newest file of one direction.
func (b *Baresip) dump(direction string) ([]int16, error) {
	files, err := filepath.Glob(filepath.Join(b.dir, "dump-*-"+direction+".wav"))
	if err != nil {
		return nil, fmt.Errorf("testrig: %w", err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("testrig: what baresip heard: %w", os.ErrNotExist)
	}
	slices.SortFunc(files, func(a, b string) int { return strings.Compare(modified(a), modified(b)) })
	raw, err := os.ReadFile(files[len(files)-1])
	if err != nil {
		return nil, fmt.Errorf("testrig: what baresip heard: %w", err)
	}
	return decodeDump(raw[:min(len(raw), maxDump)])
}

// modified gives a file's time of modification in a form that sorts, then its name.
func modified(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%020d %s", info.ModTime().UnixNano(), path)
}

// decodeDump reads 16-bit PCM of any multiple of 8 kHz, one channel or more, into 8 kHz and one channel. While the file is written
// its header tells no length, so everything to the end is sound.
func decodeDump(raw []byte) ([]int16, error) {
	if len(raw) < 44 {
		return nil, nil // its header is not written yet
	}
	if string(raw[:4]) != "RIFF" || string(raw[8:16]) != "WAVEfmt " {
		return nil, errDump
	}
	channels := int(binary.LittleEndian.Uint16(raw[22:]))
	rate := int(binary.LittleEndian.Uint32(raw[24:]))
	bits := binary.LittleEndian.Uint16(raw[34:])
	data := strings.Index(string(raw[:min(len(raw), 4096)]), "data")
	if channels < 1 || channels > 8 || bits != 16 || rate < tone.SampleRate || rate%tone.SampleRate != 0 || data < 0 || data+8 > len(raw) {
		return nil, errDump
	}
	return condense(raw[data+8:], channels*rate/tone.SampleRate), nil
}

// condense takes the mean of each group of samples: over the channels, and over what goes into one sample of 8 kHz. A mean is a
// weak filter against aliases, but a telephone call holds nothing above 4 kHz.
func condense(raw []byte, group int) []int16 {
	pcm := make([]int16, len(raw)/2/group)
	for i := range pcm {
		sum := 0
		for j := range group {
			sum += int(int16(binary.LittleEndian.Uint16(raw[2*(i*group+j):]))) //nolint:gosec // as it was written
		}
		pcm[i] = int16(sum / group) //nolint:gosec // a mean of 16-bit values
	}
	return pcm
}
