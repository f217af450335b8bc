package testrig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	// lifetime bounds how long a program runs when nobody ends it, so that a killed test leaves nothing behind for long.
	lifetime = 5 * time.Minute
	// politeness is how long a program has to end by itself when it is asked to.
	politeness = 2 * time.Second
	// maxOutput is how much of a program's output is kept, from its end: enough to see why it failed.
	maxOutput = 8 << 10
)

// need gives the path of a program, or skips the test; see the package's comment.
func need(t testing.TB, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err == nil {
		return path
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("testrig: %s is not installed: %v", program, err)
	}
	t.Skipf("testrig: %s is not installed", program)
	return ""
}

// process is a running program.
type process struct {
	cmd    *exec.Cmd
	output tail
	done   chan struct{} // closed when it has ended
	err    error         // of Wait; valid after done
}

// start runs a program in dir. It ends with the test.
func start(t testing.TB, dir, program string, args ...string) (*process, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), lifetime)
	p := &process{cmd: exec.CommandContext(ctx, program, args...), done: make(chan struct{})}
	p.cmd.Dir = dir
	p.cmd.Env = append(os.Environ(), "HOME="+dir, "TERM=dumb")
	p.cmd.Stdout, p.cmd.Stderr = &p.output, &p.output
	if err := p.cmd.Start(); err != nil {
		cancel()
		return nil, fmt.Errorf("testrig: start %s: %w", program, err)
	}
	go func() {
		defer cancel()
		defer close(p.done)
		p.err = p.cmd.Wait()
	}()
	t.Cleanup(func() {
		p.end()
		if t.Failed() {
			t.Logf("%s %v said at last:\n%s", program, args, p.output.String())
		}
	})
	return p, nil
}

// end asks the program to end, insists if it does not, and waits for it.
func (p *process) end() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // fails if it has ended
	select {
	case <-p.done:
		return
	case <-time.After(politeness):
	}
	_ = p.cmd.Process.Kill()
	<-p.done
}

// wait waits until the program has ended and gives its exit code.
func (p *process) wait(ctx context.Context) (int, error) {
	select {
	case <-p.done:
	case <-ctx.Done():
		return 0, fmt.Errorf("testrig: wait for %s: %w", p.cmd.Path, ctx.Err())
	}
	var exit *exec.ExitError
	if p.err != nil && !errors.As(p.err, &exit) {
		return 0, fmt.Errorf("testrig: %s: %w", p.cmd.Path, p.err)
	}
	return p.cmd.ProcessState.ExitCode(), nil
}

// tail keeps the end of what is written to it.
type tail struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (w *tail) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.buf.Write(p)
	if extra := w.buf.Len() - maxOutput; extra > 0 {
		w.buf.Next(extra)
	}
	return len(p), nil
}

func (w *tail) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buf.String()
}
