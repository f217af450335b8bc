package speech

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"ccgateway/internal/wav"
)

const (
	// maxOutput bounds what the program may write: maxSamples at 24,000 samples a second, more than it makes.
	maxOutput = 3*2*maxSamples + 1024
	// maxComplaint is how much of what it says on its standard error is kept.
	maxComplaint = 300
)

// run lets the program read a text out.
func (e *Engine) run(ctx context.Context, text string) ([]int16, error) {
	path, err := exec.LookPath(e.cfg.Program)
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrNoProgram, err)
	}
	ctx, stop := context.WithTimeout(ctx, maxRun)
	defer stop()
	sound, complaint := &bounded{most: maxOutput, strict: true}, &bounded{most: maxComplaint}
	cmd := exec.CommandContext(ctx, path, "--stdin", "--stdout", "-b", "1", "-v", e.cfg.Voice) //nolint:gosec // no shell; the voice's form was checked
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(text), sound, complaint
	cmd.Env = environment()
	cmd.WaitDelay = time.Second // a child that it left would keep our pipes open
	if err := cmd.Run(); err != nil {
		switch {
		case ctx.Err() != nil:
			err = ctx.Err()
		case sound.over: // the program's own end was a broken pipe then
			err = errTooMuchOutput
		}
		return nil, fmt.Errorf("read text out: %w: %s", err, strings.TrimSpace(complaint.kept.String()))
	}
	pcm, rate, err := wav.DecodeAnyRate(&sound.kept, maxOutput)
	if err != nil {
		return nil, fmt.Errorf("read text out: %w", err)
	}
	if rate < wav.SampleRate {
		return nil, fmt.Errorf("read text out: the program makes only %d samples a second", rate)
	}
	if len(pcm.Samples) == 0 {
		return nil, fmt.Errorf("%w: the program made no sound of it", ErrText)
	}
	return resample(pcm.Mono(), rate, wav.SampleRate), nil
}

// environment is what the program gets of ours: where its data is, if that was set.
func environment() []string {
	env := []string{"LC_ALL=C.UTF-8"}
	if data, ok := os.LookupEnv("ESPEAK_DATA_PATH"); ok {
		env = append(env, "ESPEAK_DATA_PATH="+data)
	}
	return env
}

var errTooMuchOutput = errors.New("too much sound")

// bounded keeps the first bytes written to it. What is more is dropped, or, if it is strict, an error, which ends the program. It has a
// buffer and is none: bytes.Buffer's own ReadFrom, which exec would use, knows no bound.
type bounded struct {
	kept   bytes.Buffer
	most   int
	strict bool
	over   bool // more came
}

func (b *bounded) Write(p []byte) (int, error) {
	room := b.most - b.kept.Len()
	b.over = b.over || len(p) > room
	if b.over && b.strict {
		return 0, errTooMuchOutput
	}
	b.kept.Write(p[:min(len(p), room)])
	return len(p), nil
}
