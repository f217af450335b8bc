package softphone

import (
	"context"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
	"go.uber.org/goleak"
)

// patience bounds everything that a test waits for. What is right comes within milliseconds; a machine with other work on it
// gets its time.
const patience = 20 * time.Second

func TestMain(m *testing.M) {
	// A fifth of the standard's times: the giving up after 64*T1 can be seen in a test.
	sip.SetTimers(100*time.Millisecond, 800*time.Millisecond, time.Second)
	if os.Getenv("SOFTPHONE_LOG") == "" {
		sip.SetDefaultLogger(slog.New(slog.DiscardHandler)) // it counts references below zero when connections are closed
	}
	goleak.VerifyTestMain(m)
}

func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// newPhone makes a phone on loopback that is closed with the test. Set SOFTPHONE_LOG to see what phones do.
func newPhone(t *testing.T, cfg Config) *Phone {
	t.Helper()
	if os.Getenv("SOFTPHONE_LOG") != "" {
		cfg.Log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	p, err := New(testContext(t), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// await waits for a moment of a call.
func await(t *testing.T, what string, moment <-chan struct{}) {
	t.Helper()
	select {
	case <-moment:
	case <-time.After(patience):
		t.Fatalf("%s: not in time", what)
	}
}

// awaitCall waits for a call to come in.
func awaitCall(t *testing.T, p *Phone) *Call {
	t.Helper()
	select {
	case c := <-p.Incoming():
		return c
	case <-time.After(patience):
		t.Fatal("no call came in")
		return nil
	}
}

func mustCall(t *testing.T, from, to *Phone) *Call {
	t.Helper()
	c, err := from.Call(testContext(t), to.URI())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// talk makes one phone call the other and answers.
func talk(t *testing.T, caller, callee *Phone) (out, in *Call) {
	t.Helper()
	out = mustCall(t, caller, callee)
	in = awaitCall(t, callee)
	must(t, in.Answer(testContext(t)))
	await(t, "answered", out.Answered())
	return out, in
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func mustHear(t *testing.T, c *Call, freq float64) {
	t.Helper()
	must(t, c.Hear(testContext(t), freq))
}

func mustBeSilent(t *testing.T, c *Call, freqs ...float64) {
	t.Helper()
	must(t, c.Silent(testContext(t), freqs...))
}
