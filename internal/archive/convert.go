package archive

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// Bounds of conversions.
const (
	// DefaultConversions is how many run at a time: each keeps a core busy that calls need too.
	DefaultConversions = 2
	conversionTime     = 10 * time.Minute // for one; an hour's recording takes seconds, and waits for its reader
	readAhead          = 64 << 10         // bytes
	maxComplaint       = 2 << 10          // bytes of what the converter says when it fails
	killTime           = 2 * time.Second  // until a converter that does not end is left alone
)

// Errors of conversions.
var (
	ErrBadFormat   = errors.New("there is no such format")
	ErrNoConverter = errors.New("no converter is installed")
	ErrBusy        = errors.New("too many conversions run")
	ErrConversion  = errors.New("the conversion failed")
)

// formats are the compressed formats, with what the converter is told for each: speech of 8 kHz on two channels needs no more bits.
var formats = map[string][]string{
	"mp3": {"-f", "mp3", "-c:a", "libmp3lame", "-b:a", "32k"},
	"ogg": {"-f", "ogg", "-c:a", "libopus", "-b:a", "32k", "-application", "voip"},
}

// Convert gives a recording's file in another format, as it is made: nothing is kept on disk. The caller closes it, which ends the conversion. It
// ends with io.EOF only when the whole file was converted. ErrGone, ErrNotAFile, ErrBadFormat, ErrNoConverter, ErrBusy, ErrConversion.
func (a *Archive) Convert(ctx context.Context, name, format string) (io.ReadCloser, error) {
	further, known := formats[format]
	if !known {
		return nil, fmt.Errorf("convert recording to %.16q: %w", format, ErrBadFormat)
	}
	program, err := a.converter()
	if err != nil {
		return nil, err
	}
	select {
	case a.places <- struct{}{}:
	default:
		return nil, fmt.Errorf("convert recording: %w", ErrBusy)
	}
	c, err := a.begin(ctx, name, program, further)
	if err != nil {
		<-a.places
		return nil, err
	}
	c.left = func() { <-a.places }
	if _, err := c.out.Peek(1); err != nil { // so that a conversion that fails at once is not taken for an empty file
		if errors.Is(err, io.EOF) {
			err = fmt.Errorf("convert recording: %w: nothing came of it", ErrConversion)
		}
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// converter finds the program.
func (a *Archive) converter() (string, error) {
	name := a.cfg.Converter
	if name == "" {
		name = "ffmpeg"
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("convert recording: %w", ErrNoConverter)
	}
	return path, nil
}

// conversion is one that runs: what the converter writes.
type conversion struct {
	out       *bufio.Reader
	cmd       *exec.Cmd
	complaint bytes.Buffer
	cancel    context.CancelFunc
	left      func()

	once  sync.Once
	ended error // of the converter
}

// begin starts the converter. It reads the file and writes to us by pipes alone: it is told of no path and may open none.
func (a *Archive) begin(ctx context.Context, name, program string, further []string) (*conversion, error) {
	file, err := a.File(name)
	if err != nil {
		return nil, err
	}
	defer file.Close() // the converter has its own
	ctx, cancel := context.WithTimeout(ctx, conversionTime)
	args := append([]string{
		"-nostdin", "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "pipe", "-threads", "1", "-f", "wav", "-i", "pipe:0", "-vn", "-map_metadata", "-1",
	}, further...)
	cmd := exec.CommandContext(ctx, program, append(args, "pipe:1")...) //nolint:gosec // the administrator's program, our own arguments
	cmd.Stdin, cmd.Env, cmd.WaitDelay = file, []string{}, killTime
	c := &conversion{cmd: cmd, cancel: cancel}
	cmd.Stderr = &bounded{to: &c.complaint, left: maxComplaint}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		cancel()
		return nil, fmt.Errorf("convert recording: %w: %w", ErrConversion, err)
	}
	c.out = bufio.NewReaderSize(reading{out, c}, readAhead)
	return c, nil
}

// Read reads what the converter has made.
func (c *conversion) Read(p []byte) (int, error) { return c.out.Read(p) }

// reading turns the end of what the converter writes into its own end: a converter that fails half-way has made half a file.
type reading struct {
	from io.Reader
	c    *conversion
}

func (r reading) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	if errors.Is(err, io.EOF) {
		if failed := r.c.wait(); failed != nil {
			err = failed
		}
	}
	return n, err
}

// wait waits for the converter's end and tells how it was.
func (c *conversion) wait() error {
	c.once.Do(func() {
		if err := c.cmd.Wait(); err != nil {
			c.ended = fmt.Errorf("convert recording: %w: %w: %s", ErrConversion, err, strings.TrimSpace(c.complaint.String()))
		}
	})
	return c.ended
}

// Close ends the conversion and waits for it. That it was ended so is no error.
func (c *conversion) Close() error {
	c.cancel()
	_ = c.wait()
	c.left()
	return nil
}

// bounded keeps the first bytes and drops the others.
type bounded struct {
	to   *bytes.Buffer
	left int
}

// Write never fails: a converter that complains at length is not to hang on it.
func (b *bounded) Write(p []byte) (int, error) {
	n := min(len(p), b.left)
	b.to.Write(p[:n])
	b.left -= n
	return len(p), nil
}
