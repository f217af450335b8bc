package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ccgateway/client"
)

// process is the program as a process of its own: the test binary under another name, see TestMain.
type process struct {
	t      testing.TB
	cmd    *exec.Cmd
	stdout *tail
	stderr *tail
	ended  chan struct{}
	err    error // of the end
}

// tail keeps what a process writes and tells whenever there is more.
type tail struct {
	mu   sync.Mutex
	text bytes.Buffer
	grew chan struct{}
}

func newTail() *tail { return &tail{grew: make(chan struct{})} }

// Write takes text.
func (o *tail) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.grew)
	o.grew = make(chan struct{})
	return o.text.Write(p)
}

// String gives all text so far.
func (o *tail) String() string {
	text, _ := o.now()
	return text
}

func (o *tail) now() (string, <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String(), o.grew
}

// launch starts the program with arguments and further environment variables. It is killed when the test ends before it does.
func launch(t testing.TB, env []string, args ...string) *process {
	t.Helper()
	binary, err := os.Executable()
	must(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), testTime)
	p := &process{t: t, stdout: newTail(), stderr: newTail(), ended: make(chan struct{})}
	p.cmd = exec.CommandContext(ctx, binary, args...)
	p.cmd.Env = append(append(os.Environ(), asProgram+"=1"), env...)
	p.cmd.Stdout, p.cmd.Stderr = p.stdout, p.stderr
	p.cmd.Dir = t.TempDir()
	must(t, p.cmd.Start())
	go func() {
		defer close(p.ended)
		p.err = p.cmd.Wait()
	}()
	t.Cleanup(func() {
		cancel()
		<-p.ended
	})
	return p
}

// exits waits for the end and gives the exit code.
func (p *process) exits() int {
	p.t.Helper()
	<-p.ended
	var exit *exec.ExitError
	if p.err != nil && !errors.As(p.err, &exit) {
		p.t.Fatalf("%v\n%s", p.err, p.stderr)
	}
	return p.cmd.ProcessState.ExitCode()
}

// says waits until the process has written a text, and gives the line that it is in.
func (p *process) says(from *tail, text string) string {
	p.t.Helper()
	for {
		all, grew := from.now()
		for line := range strings.Lines(all) {
			if strings.Contains(line, text) && strings.HasSuffix(line, "\n") {
				return strings.TrimSpace(line)
			}
		}
		select {
		case <-grew:
		case <-p.ended:
			if after := from.String(); !strings.Contains(after, text) {
				p.t.Fatalf("%q is not said: %v\n%s\n%s", text, p.err, p.stdout, p.stderr)
			}
		}
	}
}

// serveProcess runs `serve` with a configuration file and gives the rig for it.
func serveProcess(t testing.TB, env []string, file string) (*installation, *process) {
	t.Helper()
	in := prepare(t)
	p := launch(t, env, "serve", "--config", file)
	var line map[string]any
	must(t, json.Unmarshal([]byte(p.says(p.stderr, `"msg":"ready"`)), &line))
	in.remote = map[string]string{}
	for _, door := range []string{"https", "http", "admin", "sip"} {
		in.remote[door], _ = line[door].(string)
	}
	var err error
	in.client, err = client.New("http://" + in.remote["http"])
	must(t, err)
	t.Cleanup(in.client.Close)
	return in, p
}

// centerFile writes testdata/center.yaml as a file for a process: with ports, folder and hashes. change works on its text.
func centerFile(t testing.TB, data string, change func(string) string) string {
	t.Helper()
	text := strings.ReplaceAll(string(testCenter), ", role:", ", password_hash: '"+agentHash+"', role:")
	text = strings.Replace(text, "node: TestGateway\n", "node: TestGateway\ndata: "+data+"\nprompts: "+promptFolder+"\n"+
		"listen: {https: \"127.0.0.1:0\", http: \"127.0.0.1:0\", admin: \"127.0.0.1:0\", sip: \"127.0.0.1:0\", rtp: \""+nextPorts().String()+"\"}\n"+
		"shutdown: {grace: 50s}\n", 1)
	if change != nil {
		text = change(text)
	}
	path := filepath.Join(t.TempDir(), "center.yaml")
	must(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// waitFor bounds waiting for something of a process.
func waitFor(t testing.TB, what string, done <-chan struct{}, atMost time.Duration) {
	t.Helper()
	timer := time.NewTimer(atMost)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
		t.Fatalf("%s: not within %s", what, atMost)
	}
}
