package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ccgateway/client"
	"ccgateway/internal/center"
	"ccgateway/internal/config"
	"ccgateway/internal/softphone"
	"ccgateway/internal/store"
)

// testTime bounds every test: far more than any needs, so that it ends a test that hangs and never one that is slow.
const testTime = 2 * time.Minute

// Addresses of the outside world. Customers call from callersHost; calls out go to a phone at outsideHost that plays the carrier.
// The trunk of testdata/center.yaml takes calls from both.
const (
	callersHost = "127.0.0.2"
	outsideHost = "127.0.0.3"
)

// What each party says, in Hz, far enough apart to be told apart. The ring-back tone is 425 Hz.
const (
	annTone, benTone, cidTone, danTone = 600.0, 750.0, 900.0, 1050.0
	amyTone, bobTone, cleoTone         = 1200.0, 1350.0, 1500.0
	outsideTone                        = 1700.0
	strangerTone                       = 1900.0
	musicTone, ringTone                = 2200.0, 425.0
	ivyTone                            = 2450.0
	welcomeTone, menuTone              = 2700.0, 2950.0 // prompts of flows
)

// allTones are all of them: whoever should hear one should hear no other.
var allTones = []float64{
	annTone, benTone, cidTone, danTone, amyTone, bobTone, cleoTone, outsideTone, strangerTone, musicTone, ringTone, ivyTone,
	welcomeTone, menuTone,
}

//go:embed testdata/center.yaml
var testCenter []byte

// installation is the whole program of a test: the program itself, whoever uses it, and what is known of them.
type installation struct {
	*program
	t   testing.TB
	ctx context.Context // ends with the test
	log *logbook

	client  *client.Client
	http    *http.Client     // for requests of the test's own
	outside *softphone.Phone // the carrier's end of the outside line

	phones []*softphone.Phone // the carrier's first
	desks  []*desk
	remote map[string]string // addresses of a program that is a process of its own, nil = it runs in this one

	mu      sync.Mutex
	secrets []string          // that must never be in the log
	vars    map[string]string // bound by expectations
	stopped bool
}

// setting changes the configuration of a test's installation.
type setting func(*config.Config)

// testConfig reads testdata/center.yaml and makes it run on free loopback ports, in a folder of its own.
func testConfig(t testing.TB, change ...setting) *config.Config {
	t.Helper()
	cfg, err := loopbackConfig()
	must(t, err)
	cfg.Data = t.TempDir()
	must(t, os.CopyFS(cfg.Data, os.DirFS(templateFolder)))
	for _, f := range change {
		f(cfg)
	}
	return cfg
}

func loopbackConfig() (*config.Config, error) {
	cfg, err := config.Parse("center.yaml", testCenter)
	if err != nil {
		return nil, err
	}
	for v := range cfg.VCCs {
		for a := range cfg.VCCs[v].Agents {
			cfg.VCCs[v].Agents[a].PasswordHash = config.Secret(agentHash)
		}
	}
	cfg.Prompts = promptFolder
	cfg.Listen = config.Listen{HTTP: "127.0.0.1:0", Admin: "127.0.0.1:0", SIP: "127.0.0.1:0", RTP: nextPorts()}
	cfg.Shutdown.Grace = 0
	cfg.Bounds.Queries, cfg.Bounds.QueriesPerAgent = 0, 0 // tests ask as often as they like; TestQueries_Bound has the default
	return cfg, nil
}

// portsTaken counts the ranges that nextPorts has given out.
var portsTaken atomic.Int64

// nextPorts gives each installation RTP ports of its own, below those that the system gives out.
func nextPorts() config.PortRange {
	const first, each, last = 12000, 200, 32000
	begin := first + int(portsTaken.Add(1)-1)*each%(last-first)
	return config.PortRange{First: begin, Last: begin + each - 1}
}

// install starts an installation. When the test ends it is stopped, and then nothing may be left: no leg, no call, no secret in the
// log, and no line of an error.
func install(t testing.TB, change ...setting) *installation {
	t.Helper()
	in := prepare(t)
	in.start(testConfig(t, append([]setting{in.connectOutside}, change...)...))
	return in
}

// prepare makes an installation that does not run yet, with the outside world around it.
func prepare(t testing.TB) *installation {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testTime)
	in := &installation{t: t, ctx: ctx, log: newLogbook(), vars: map[string]string{}, secrets: []string{agentPassword, agentHash, "phone-secret"}}
	t.Cleanup(cancel)
	kept := &http.Transport{}
	in.http = &http.Client{Transport: kept}
	t.Cleanup(kept.CloseIdleConnections)
	var err error
	in.outside, err = softphone.New(ctx, softphone.Config{Local: outsideHost + ":0", User: "carrier", Tone: outsideTone, Record: keepsSound})
	must(t, err)
	in.phones = append(in.phones, in.outside)
	t.Cleanup(in.closePhones)
	return in
}

func (in *installation) connectOutside(cfg *config.Config) { cfg.Trunks[0].Address = in.outside.Addr() }

// start runs the program.
func (in *installation) start(cfg *config.Config) {
	in.t.Helper()
	var err error
	in.program, err = start(in.ctx, cfg, in.log.logger())
	must(in.t, err)
	in.t.Cleanup(in.end)
	if in.address("http") != "" {
		in.client, err = client.New("http://" + in.address("http"))
		must(in.t, err)
		in.t.Cleanup(in.client.Close)
	}
}

// address gives where a door of the program is; see program.address.
func (in *installation) address(door string) string {
	if in.remote != nil {
		return in.remote[door]
	}
	return in.program.address(door)
}

// end checks what must be true at the end of every test, and stops the program.
func (in *installation) end() {
	in.t.Helper()
	in.halt()
	for _, line := range in.log.lines() {
		if strings.Contains(line, `"level":"ERROR"`) {
			in.t.Errorf("error in the log: %s", line)
		}
	}
	if log := in.log.String(); true {
		for _, secret := range in.secrets {
			if secret != "" && strings.Contains(log, secret) {
				in.t.Errorf("a secret is in the log: %q", secret)
			}
		}
	}
}

// halt stops the program, once.
func (in *installation) halt() {
	in.t.Helper()
	if in.stopped {
		return
	}
	in.stopped = true
	if !in.t.Failed() {
		in.hangUpAll()
		in.nothingLeft()
	}
	if err := in.stop(context.Background()); err != nil {
		in.t.Errorf("stop: %v", err)
	}
}

// hangUpAll ends what the test has left open. Phones stay, to answer what the program still says.
func (in *installation) hangUpAll() {
	ctx, cancel := in.within()
	defer cancel()
	var all sync.WaitGroup
	for _, p := range in.phones {
		for _, c := range p.Calls() {
			all.Go(func() { _ = c.Hangup(ctx) }) // the other side may be quicker
		}
	}
	all.Wait()
}

// run plays one of several cases that share an installation: starting one costs more than most cases. Afterwards nobody is signed in
// and no phone is left.
func (in *installation) run(name string, play func(t *testing.T)) {
	in.t.Helper()
	outer, ok := in.t.(*testing.T)
	if !ok {
		in.t.Fatal("cases are for tests")
	}
	good := outer.Run(name, func(t *testing.T) {
		in.t = t
		defer func() { in.t = outer }()
		play(t)
		if !t.Failed() {
			in.reset()
		}
	})
	if !good {
		outer.FailNow() // the next case would begin in the middle of this one
	}
}

// reset takes everybody away.
func (in *installation) reset() {
	in.t.Helper()
	in.hangUpAll()
	for _, d := range in.desks {
		_ = d.ForceSignOut(in.ctx, 0) // somebody else may have done it
	}
	in.await("all calls end", func() (bool, string) {
		legs, calls := in.voice.Stats().Legs, in.calls()
		return legs == 0 && calls == 0, fmt.Sprintf("%d legs, %d calls", legs, calls)
	})
	for _, p := range in.phones[1:] {
		if p.Registered() {
			in.try("unregister", p.Unregister)
		}
		p.Close()
	}
	in.phones, in.desks = in.phones[:1], nil
	clear(in.vars)
}

func (in *installation) closePhones() {
	var all sync.WaitGroup
	for _, p := range in.phones {
		all.Go(p.Close)
	}
	all.Wait()
}

// nothingLeft waits until no leg and no call is left and checks that each call has one record that its parties' records fit in.
func (in *installation) nothingLeft() {
	in.t.Helper()
	in.await("no leg is left", func() (bool, string) {
		legs, calls := in.voice.Stats().Legs, in.calls()
		return legs == 0 && calls == 0, fmt.Sprintf("%d legs, %d calls", legs, calls)
	})
	must(in.t, in.store.Flush(in.ctx))
	in.recordsFit()
}

// recordsFit checks FIELD-LESSONS 1 and 19: no party's record outlives its call, and every party's call has exactly one record.
func (in *installation) recordsFit() {
	in.t.Helper()
	const all = 10000
	calls, err := in.store.Calls(in.ctx, store.Filter{Limit: all})
	must(in.t, err)
	byID := map[center.CallID]center.CallRecord{}
	for _, c := range calls {
		if _, twice := byID[c.Call]; twice {
			in.t.Errorf("call %s has two records", c.Call)
		}
		byID[c.Call] = c
	}
	legs, err := in.store.Legs(in.ctx, store.Filter{Limit: all})
	must(in.t, err)
	for _, leg := range legs {
		c, known := byID[leg.Call]
		if !known {
			in.t.Errorf("party %s of call %s: the call has no record", leg.Leg, leg.Call)
			continue
		}
		if leg.Began.Before(c.Began) || leg.Ended.After(c.Ended) || leg.Ended.Before(leg.Began) {
			in.t.Errorf("party %s stayed from %s to %s in a call from %s to %s", leg.Leg, leg.Began, leg.Ended, c.Began, c.Ended)
		}
	}
	recordings, err := in.store.Recordings(in.ctx, store.Filter{Limit: all})
	must(in.t, err)
	for _, r := range recordings {
		if r.Ended.IsZero() || r.Failed != "" {
			in.t.Errorf("recording %s: ended %s, failed %q", r.ID, r.Ended, r.Failed)
		}
		if !r.Deleted.IsZero() {
			continue
		}
		in.await("file of recording "+string(r.ID), func() (bool, string) {
			_, err := os.Stat(filepath.Join(in.cfg.Data, recordingsFolder, filepath.FromSlash(r.File)))
			return err == nil, fmt.Sprint(err)
		})
	}
}

// await waits for something that no event tells of. look says whether it is so, and what it is instead.
func (in *installation) await(what string, look func() (bool, string)) {
	in.t.Helper()
	const every, atMost = 5 * time.Millisecond, 10 * time.Second
	ctx, cancel := context.WithTimeout(in.ctx, atMost)
	defer cancel()
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		so, instead := look()
		if so {
			return
		}
		select {
		case <-ctx.Done():
			in.t.Fatalf("%s: still %s", what, instead)
		case <-ticker.C:
		}
	}
}

// look reads a center.
func (in *installation) look(vcc center.VCCID) center.Overview {
	in.t.Helper()
	reply, err := in.host.Do(in.ctx, vcc, center.Look{})
	must(in.t, err)
	view, _ := reply.Value.(center.Overview)
	return view
}

// waiting waits until so many callers wait in a queue.
func (in *installation) waiting(vcc center.VCCID, skill center.SkillID, want int) {
	in.t.Helper()
	in.await(fmt.Sprintf("%d callers wait in queue %d", want, skill), func() (bool, string) {
		for _, q := range in.look(vcc).Queues {
			if q.Skill == skill {
				return q.Waiting == want, fmt.Sprint(q.Waiting)
			}
		}
		return false, "no such queue"
	})
}

// keep notes secrets that must not be in the log.
func (in *installation) keep(secrets ...string) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.secrets = append(in.secrets, secrets...)
}

// within gives a context for one step of a test. No step takes longer than the machine needs, but a loaded machine needs long.
func (in *installation) within() (context.Context, context.CancelFunc) {
	const step = 15 * time.Second
	return context.WithTimeout(in.ctx, step)
}

// try gives a step its context and ends the test when it fails.
func (in *installation) try(what string, step func(ctx context.Context) error) {
	in.t.Helper()
	ctx, cancel := in.within()
	defer cancel()
	if err := step(ctx); err != nil {
		in.t.Fatalf("%s: %v", what, err)
	}
}

// wait waits for a channel to be closed.
func (in *installation) wait(what string, done <-chan struct{}) {
	in.t.Helper()
	ctx, cancel := in.within()
	defer cancel()
	select {
	case <-done:
	case <-ctx.Done():
		in.t.Fatalf("%s: does not come", what)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// mustCode checks the result code of an answer; "" = success.
func mustCode(t testing.TB, err error, code string) {
	t.Helper()
	var refusal *client.Error
	switch {
	case code == "" && err == nil, errors.As(err, &refusal) && refusal.Code == code:
	case err == nil:
		t.Fatalf("success, not %s", code)
	default:
		t.Fatalf("%v, not %q", err, code)
	}
}

// logbook keeps the program's log.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func newLogbook() *logbook { return &logbook{} }

func (l *logbook) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// Write takes a line.
func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String gives all that was logged.
func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *logbook) lines() []string { return strings.Split(strings.TrimSpace(l.String()), "\n") }
