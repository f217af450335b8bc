package wav

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// File is what a Writer writes to; *os.File is one.
type File interface {
	io.WriterAt
	io.Closer
	Sync() error
}

// Writer writes 16-bit PCM. Use by one goroutine at a time. After an error of Write the file is left as it is: what was
// written before is whole.
type Writer struct {
	file     File
	channels int
	written  int64 // bytes of samples
	buf      []byte
}

// Create makes a new file, which must not exist, and writes its header. channels is 1 or 2.
func Create(path string, channels int) (*Writer, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return nil, fmt.Errorf("create WAV file: %w", err)
	}
	w, err := NewWriter(file, channels)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return w, nil
}

// NewWriter writes the header to an empty file. The Writer closes the file at Close.
func NewWriter(file File, channels int) (*Writer, error) {
	if channels < 1 || channels > maxChannels {
		return nil, fmt.Errorf("write WAV header: %d channels", channels)
	}
	w := &Writer{file: file, channels: channels}
	if _, err := file.WriteAt(header(channels, 0), 0); err != nil {
		return nil, fmt.Errorf("write WAV header: %w", err)
	}
	return w, nil
}

// Write appends samples, for two channels left and right in turn; only whole frames.
func (w *Writer) Write(samples []int16) error {
	w.buf = w.buf[:0]
	for _, s := range samples {
		w.buf = binary.LittleEndian.AppendUint16(w.buf, uint16(s))
	}
	return w.WriteBytes(w.buf)
}

// WriteBytes is Write for samples that are little-endian bytes already. The samples are written first and the sizes in the
// header after them, so that the header never promises what is not there.
func (w *Writer) WriteBytes(p []byte) error {
	if len(p)%(w.channels*bytesPerSample) != 0 {
		return fmt.Errorf("write WAV samples: %d bytes are no whole frames of %d channels", len(p), w.channels)
	}
	if w.written+int64(len(p)) > maxDataSize {
		return fmt.Errorf("write WAV samples: %w", ErrTooLong)
	}
	if _, err := w.file.WriteAt(p, headerSize+w.written); err != nil {
		return fmt.Errorf("write WAV samples: %w", err)
	}
	if _, err := w.file.WriteAt(header(w.channels, w.written+int64(len(p))), 0); err != nil {
		return fmt.Errorf("write WAV sizes: %w", err)
	}
	w.written += int64(len(p))
	return nil
}

// Frames is the number of sample frames written: 8000 are a second.
func (w *Writer) Frames() int64 { return w.written / int64(w.channels*bytesPerSample) }

// Close makes the file safe on disk and closes it.
func (w *Writer) Close() error {
	err := errors.Join(w.file.Sync(), w.file.Close())
	if err != nil {
		return fmt.Errorf("close WAV file: %w", err)
	}
	return nil
}

// header is the whole header for so many bytes of samples.
func header(channels int, dataSize int64) []byte {
	frame := channels * bytesPerSample
	h := make([]byte, 0, headerSize)
	h = append(h, "RIFF"...)
	h = binary.LittleEndian.AppendUint32(h, uint32(headerSize-chunkHeaderSize+dataSize))
	h = append(h, "WAVEfmt "...)
	h = binary.LittleEndian.AppendUint32(h, fmtSize)
	h = binary.LittleEndian.AppendUint16(h, tagPCM)
	h = binary.LittleEndian.AppendUint16(h, uint16(channels))
	h = binary.LittleEndian.AppendUint32(h, SampleRate)
	h = binary.LittleEndian.AppendUint32(h, uint32(SampleRate*frame))
	h = binary.LittleEndian.AppendUint16(h, uint16(frame))
	h = binary.LittleEndian.AppendUint16(h, 8*bytesPerSample)
	h = append(h, "data"...)
	return binary.LittleEndian.AppendUint32(h, uint32(dataSize))
}
