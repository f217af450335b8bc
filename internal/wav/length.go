package wav

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"time"
)

// Length tells how long a file of ours plays, by its size: a file that is still written, or was cut off, counts up to its end.
// ErrFormat: it is none of ours.
func Length(path string) (time.Duration, error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, fmt.Errorf("measure WAV file: %w", err)
	}
	defer file.Close()
	var h [headerSize]byte
	if _, err := io.ReadFull(file, h[:]); err != nil {
		return 0, fmt.Errorf("measure WAV file: %w: no header (%w)", ErrFormat, err)
	}
	channels := int64(binary.LittleEndian.Uint16(h[22:]))
	if string(h[:4]) != "RIFF" || channels < 1 || channels > maxChannels {
		return 0, fmt.Errorf("measure WAV file: %w: its header is not one of a recording", ErrFormat)
	}
	info, err := file.Stat()
	if err != nil {
		return 0, fmt.Errorf("measure WAV file: %w", err)
	}
	frames := (info.Size() - headerSize) / (channels * bytesPerSample)
	return time.Duration(frames) * time.Second / SampleRate, nil
}
