package voice

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
	"go.uber.org/goleak"

	"ccgateway/internal/center"
	"ccgateway/internal/tlscert"
)

// TestMain makes SIP's timers ten times as fast: what takes 32 seconds (64*T1) takes 3.2.
func TestMain(m *testing.M) {
	sip.SetTimers(50*time.Millisecond, 400*time.Millisecond, 500*time.Millisecond)
	sip.Timer_D = 3200 * time.Millisecond
	// A request that was read just before its reader ended is worked on in a goroutine that nobody waits for; finding its source no
	// longer among the connections, the stack opens a socket to answer by. It happens at the end of tests only.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/emiago/sipgo/sip.(*TransportUDP).readUDPConnection"))
}

// patience is how long a test waits for what must come.
const patience = 10 * time.Second

// directory is a Directory that tests write into.
type directory struct {
	mu     sync.Mutex
	phones map[string]PhoneAccount
	trunks []Trunk
	codes  map[string]center.VCCID
}

func (d *directory) Phone(number string) (PhoneAccount, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a, ok := d.phones[number]
	return a, ok
}

func (d *directory) Trunks() []Trunk {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.trunks)
}

func (d *directory) AccessCode(number string) (center.VCCID, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	vcc, ok := d.codes[number]
	return vcc, ok
}

// testDirectory has two phones of VCC 1 and one of VCC 2, a trunk on loopback and an access code.
func testDirectory() *directory {
	d := &directory{phones: map[string]PhoneAccount{}, codes: map[string]center.VCCID{"1000": 1}}
	for number, vcc := range map[string]center.VCCID{"40101": 1, "40102": 1, "50101": 2} {
		d.phones[number] = PhoneAccount{VCC: vcc, HA1MD5: hash(MD5, number, "secret-"+number), HA1SHA256: hash(SHA256, number, "secret-"+number)}
	}
	d.trunks = []Trunk{{Name: "provider", Address: "127.0.0.1:1", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}}
	return d
}

// withoutTrunk is a directory in which loopback is nobody's.
func withoutTrunk() *directory {
	d := testDirectory()
	d.trunks = nil
	return d
}

// hash makes an account's HA1 as an administrator's program would.
func hash(algorithm, number, password string) string {
	return HA1(algorithm, number, DefaultRealm, password)
}

// told is what a center was told.
type told struct {
	vcc center.VCCID
	cmd center.Command
}

// centers is a Centers that tests read, and that may answer each command with effects.
type centers struct {
	t    *testing.T
	said chan told
}

func (c *centers) Tell(vcc center.VCCID, cmd center.Command) { c.said <- told{vcc, cmd} }

// next waits for the next command and demands its type.
func next[T center.Command](c *centers) (T, center.VCCID) {
	c.t.Helper()
	select {
	case got := <-c.said:
		cmd, ok := got.cmd.(T)
		if !ok {
			var want T
			c.t.Fatalf("center was told %#v; want %T", got.cmd, want)
		}
		return cmd, got.vcc
	case <-time.After(patience):
		var want T
		c.t.Fatalf("center was told nothing; want %T", want)
		panic("not reached")
	}
}

// any waits for the next command, whatever it is.
func (c *centers) any() center.Command {
	c.t.Helper()
	select {
	case got := <-c.said:
		return got.cmd
	case <-time.After(patience):
		c.t.Fatal("center was told nothing")
	}
	panic("not reached")
}

// ended waits for the end of a leg and demands its cause.
func (c *centers) ended(leg center.LegID, cause center.Cause) {
	c.t.Helper()
	got, _ := next[center.LegEnded](c)
	if got.Leg != leg || got.Cause != cause {
		c.t.Fatalf("ended %s with %q; want %s with %q", got.Leg, causeName(got.Cause), leg, causeName(cause))
	}
}

// nothing demands that nothing was told that was not read.
func (c *centers) nothing() {
	c.t.Helper()
	select {
	case got := <-c.said:
		c.t.Fatalf("center was told %#v; want nothing", got.cmd)
	default:
	}
}

// rig is a server under test.
type rig struct {
	*Server
	stopNow context.CancelFunc
	t       *testing.T
	c       *centers
	d       *directory
}

// newRig runs a server on loopback. It stops with the test, which then demands that no leg is left.
func newRig(t *testing.T, d *directory, change ...func(*Config)) *rig {
	t.Helper()
	r := idleRig(t, d, change...)
	r.run()
	return r
}

// idleRig is a server that does not run yet; its test must call run.
func idleRig(t *testing.T, d *directory, change ...func(*Config)) *rig {
	t.Helper()
	ports := rtpPorts()
	cfg := Config{Listen: []string{"127.0.0.1:0"}, ListenTLS: []string{"127.0.0.1:0"}, TLS: testTLS(), RTPMin: ports, RTPMax: ports + 199, Recordings: t.TempDir(),
		DrainTimeout: 100 * time.Millisecond, TalkWait: 300 * time.Millisecond, Settings: Settings{NoResponse: 600 * time.Millisecond}, Log: testLog(t)}
	for _, f := range change {
		f(&cfg)
	}
	c := &centers{t: t, said: make(chan told, 1000)}
	s, err := New(cfg, d, c)
	if err != nil {
		t.Fatal(err)
	}
	return &rig{Server: s, t: t, c: c, d: d}
}

// testTLS has one certificate for all tests.
var testTLS = sync.OnceValue(func() *tls.Config {
	folder, err := os.MkdirTemp("", "voice")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	certificate, err := tlscert.Load("", "", folder, time.Now())
	if err != nil {
		panic(err)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate}}
})

func (r *rig) run() {
	ctx, cancel := context.WithCancel(context.Background())
	r.stopNow = cancel
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	r.t.Cleanup(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				r.t.Errorf("Run: %v", err)
			}
		case <-time.After(patience):
			r.t.Error("Run does not end")
		}
		if n := r.legs.count(); n != 0 {
			r.t.Errorf("%d legs are left", n)
		}
	})
}

// addr is where the server listens.
func (r *rig) addr() netip.AddrPort { return r.Addrs()[0] }

// carry gives the server effects of VCC 1.
func (r *rig) carry(effects ...center.Effect) { r.Carry(1, effects) }

// until waits until a condition holds that no event tells of.
func (r *rig) until(what string, holds func() bool) {
	r.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline.C:
			r.t.Fatalf("still not: %s", what)
		case <-tick.C:
		}
	}
}

var (
	portsMu  sync.Mutex
	portsNow = uint16(20_000 + os.Getpid()%100*200)
)

// rtpPorts gives each server of the tests a range of its own.
func rtpPorts() uint16 {
	portsMu.Lock()
	defer portsMu.Unlock()
	portsNow += 200
	if portsNow > 59_000 {
		portsNow = 20_000
	}
	return portsNow
}

func testLog(t *testing.T) *slog.Logger {
	if os.Getenv("VOICE_LOG") == "" {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(logWriter{t}, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

type logWriter struct{ t *testing.T }

func (w logWriter) Write(b []byte) (int, error) { return fmt.Print(w.t.Name(), " ", string(b)) }
