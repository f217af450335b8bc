package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"ccgateway/internal/config"
	"ccgateway/internal/journal"
	"ccgateway/internal/pgtest"
)

// victim is a program that is killed again and again: each time a process of its own, over the same data.
type victim struct {
	t      *testing.T
	config string
	http   string // address
	sip    string

	database config.Secret  // "" = SQLite
	server   *pgtest.Server // of the database, killed too; nil = SQLite

	outage atomic.Bool // the server has been killed in the present life: the program may say so

	process *exec.Cmd
	read    sync.WaitGroup // of its log

	mu  sync.Mutex
	log []string // errors of all processes, and the last lines of the present one

	gate  sync.RWMutex // held for reading while a request is begun; for writing while the program is away
	lives int          // processes so far; guarded by gate
}

// freeAddress gives a loopback address that nobody listens on now.
func freeAddress(t *testing.T, network string) string {
	t.Helper()
	if network == "udp" {
		c, err := net.ListenPacket("udp", "127.0.0.1:0")
		must(t, err)
		defer c.Close() //nolint:errcheck // the address is what counts
		return c.LocalAddr().String()
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close() //nolint:errcheck // the address is what counts
	return l.Addr().String()
}

// newVictim writes the configuration of a program that keeps its addresses over its lives. Snapshots come often, polls are short.
func newVictim(t *testing.T, remote bool) *victim {
	t.Helper()
	v := &victim{t: t, config: filepath.Join(t.TempDir(), "center.yaml"), http: freeAddress(t, "tcp"), sip: freeAddress(t, "udp")}
	ports := nextPorts()
	var cfg map[string]any
	must(t, yaml.Unmarshal(testCenter, &cfg))
	for _, vcc := range cfg["vccs"].([]any) {
		for _, agent := range vcc.(map[string]any)["agents"].([]any) {
			agent.(map[string]any)["password_hash"] = agentHash
		}
	}
	cfg["data"], cfg["prompts"] = t.TempDir(), promptFolder
	cfg["listen"] = map[string]any{
		"http": v.http, "https": "", "admin": "127.0.0.1:0", "sip": v.sip, "rtp": fmt.Sprintf("%d-%d", ports.First, ports.Last),
	}
	cfg["events"] = map[string]any{"poll_wait": "30ms", "silence": "60s"}
	cfg["auth"] = map[string]any{"guid_interval": "1s", "guid_timeout": "120s"}
	cfg["journal"] = map[string]any{"snapshot_after": 100 + rand.IntN(400)}
	cfg["shutdown"] = map[string]any{"grace": "0s"}
	if remote {
		v.server = pgtest.Own(t)
		address, _, err := v.server.Schema(t.Context())
		must(t, err)
		v.database = config.Secret(address)
		cfg["database"] = address
	}
	text, err := yaml.Marshal(cfg)
	must(t, err)
	must(t, os.WriteFile(v.config, text, 0o600))
	t.Cleanup(func() {
		if v.process != nil {
			v.kill()
		}
	})
	return v
}

func (v *victim) data() string {
	var cfg struct{ Data string }
	text, err := os.ReadFile(v.config)
	must(v.t, err)
	must(v.t, yaml.Unmarshal(text, &cfg))
	return cfg.Data
}

// live starts a process and waits until it is ready.
func (v *victim) live() {
	v.t.Helper()
	v.outage.Store(false) // the log of the life before has been read to its end
	program, err := os.Executable()
	must(v.t, err)
	v.process = exec.Command(program, "serve", "--config", v.config)
	v.process.Env = append(os.Environ(), asProgram+"=1")
	out, err := v.process.StderrPipe()
	must(v.t, err)
	must(v.t, v.process.Start())
	ready := make(chan bool, 2)
	v.read.Go(func() { v.follow(out, ready) })
	select {
	case is := <-ready:
		if !is {
			v.t.Fatalf("the program ends at its start:\n%s", v.lines())
		}
	case <-time.After(30 * time.Second):
		v.t.Fatalf("the program does not come back:\n%s", v.lines())
	}
	v.lives++
}

// follow reads a process's log. ready gets true at the line that says so, false at the end.
func (v *victim) follow(out io.Reader, ready chan<- bool) {
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		if strings.Contains(line, `"msg":"ready"`) {
			ready <- true
		}
		v.mu.Lock()
		v.log = append(v.log, line)
		if len(v.log) > 300 {
			v.log = v.log[100:]
		}
		v.mu.Unlock()
		if strings.Contains(line, `"level":"ERROR"`) && !v.excused(line) {
			v.t.Errorf("error in the log: %s", line)
		}
	}
	ready <- false
}

// sqlState finds the class of an error of the database's server.
var sqlState = regexp.MustCompile(`SQLSTATE (..)`)

// excused tells whether an error in the log is to be expected: the database's server has been killed in this life. Connections that broke
// then may be noticed when it is back.
func (v *victim) excused(line string) bool {
	if !v.outage.Load() {
		return false
	}
	if code := sqlState.FindStringSubmatch(line); code != nil && !slices.Contains([]string{"08", "53", "57"}, code[1]) {
		return false // the server is there and refuses a statement
	}
	return slices.ContainsFunc([]string{
		"the database fails; facts are kept and tried again", "how far desktops have got their events is not saved",
		"snapshot not saved; the journal is kept", "locked accounts cannot be saved; they hold, and are tried again",
	}, func(expected string) bool { return strings.Contains(line, `"msg":"`+expected+`"`) })
}

func (v *victim) lines() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return strings.Join(v.log[max(0, len(v.log)-40):], "\n")
}

// kill ends the process as a crash would.
func (v *victim) kill() {
	_ = v.process.Process.Kill()
	v.read.Wait()
	_ = v.process.Wait() // that it was killed
	v.process = nil
}

// stop ends the process gracefully.
func (v *victim) stop() {
	v.t.Helper()
	must(v.t, v.process.Process.Signal(syscall.SIGTERM))
	v.read.Wait()
	if err := v.process.Wait(); err != nil {
		v.t.Errorf("graceful stop: %v\n%s", err, v.lines())
	}
	v.process = nil
}

// while runs a request of the present life and tells which that is.
func (v *victim) while(request func() error) (life int, err error) {
	v.gate.RLock()
	life = v.lives
	v.gate.RUnlock()
	return life, request()
}

// serverDies kills the database's server, and brings it back: the program lives on, its answers wait.
func (v *victim) serverDies(r *rand.Rand) {
	v.t.Helper()
	v.outage.Store(true)
	must(v.t, v.server.Halt(context.Background()))
	<-time.After(time.Duration(r.IntN(300)) * time.Millisecond)
	must(v.t, v.server.Start(context.Background()))
	<-time.After(time.Duration(r.IntN(300)) * time.Millisecond) // the kill of the program comes before, in or after what waited
}

// judgeJournal reads the journal that is left: it has no gap.
func (v *victim) judgeJournal() {
	v.t.Helper()
	j, err := replayCommand{Config: v.config}.open(context.Background())
	must(v.t, err)
	defer j.Close() //nolint:errcheck // the test is over
	vccs, err := j.VCCs(context.Background())
	must(v.t, err)
	for _, vcc := range vccs {
		saved, err := j.Latest(context.Background(), vcc)
		must(v.t, err)
		if saved == nil {
			v.t.Errorf("VCC %d has no snapshot after a graceful stop", vcc)
			continue
		}
		must(v.t, j.Walk(context.Background(), vcc, saved.Seq+1, func(journal.Entry) error {
			v.t.Errorf("VCC %d has commands after its last snapshot", vcc)
			return io.EOF
		}))
	}
}
