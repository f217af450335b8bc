package wav

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// Repair sets the sizes in the header of a file that was cut off, so that all whole frames in it are played, and cuts off a
// broken frame at its end. It tells whether anything had to be done. A file whose sizes are right is not touched. ErrFormat:
// the file ends before its samples begin, or is none of ours.
func Repair(path string) (repaired bool, err error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return false, fmt.Errorf("repair WAV file: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return repair(file)
}

func repair(file *os.File) (bool, error) {
	var h [headerSize]byte
	if _, err := file.ReadAt(h[:], 0); err != nil {
		if errors.Is(err, io.EOF) {
			err = fmt.Errorf("%w: it ends within its header", ErrFormat)
		}
		return false, fmt.Errorf("repair WAV file: %w", err)
	}
	channels := int(binary.LittleEndian.Uint16(h[22:]))
	ours := channels >= 1 && channels <= maxChannels
	if ours {
		want := header(channels, 0)
		ours = string(h[:4]) == string(want[:4]) && string(h[8:40]) == string(want[8:40])
	}
	if !ours {
		return false, fmt.Errorf("repair WAV file: %w: its header is not one of a recording", ErrFormat)
	}
	info, err := file.Stat()
	if err != nil {
		return false, fmt.Errorf("repair WAV file: %w", err)
	}
	frame := int64(channels * bytesPerSample)
	data := min((info.Size()-headerSize)/frame, maxDataSize/frame) * frame
	right := header(channels, data)
	if string(right) == string(h[:]) && info.Size() == headerSize+data {
		return false, nil
	}
	if err := file.Truncate(headerSize + data); err != nil {
		return false, fmt.Errorf("repair WAV file: %w", err)
	}
	if _, err := file.WriteAt(right, 0); err != nil {
		return false, fmt.Errorf("repair WAV file: %w", err)
	}
	if err := file.Sync(); err != nil {
		return false, fmt.Errorf("repair WAV file: %w", err)
	}
	return true, nil
}
