package testrig

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	// startTries is how often baresip is started when its ports were taken meanwhile.
	startTries = 3
	// startTime is how long a start may take on a busy machine.
	startTime = 20 * time.Second
	// dialPause is the time between two tries to reach the control port of a baresip that starts.
	dialPause = 20 * time.Millisecond
	// rtpPorts is how many ports a baresip gets for RTP: two for each of a handful of calls.
	rtpPorts = 20
)

// The answer modes of a baresip.
const (
	Manual = "manual"
	Auto   = "auto"
)

// BaresipConfig describes a telephone.
type BaresipConfig struct {
	Registrar string  // host:port; empty: it does not register
	User      string  // number
	Password  string  // for digest authentication
	Transport string  // "udp" or "tcp"; UDP if empty
	Tone      float64 // what it says, Hz; 440 if 0 (baresip cannot say nothing)
	Answer    string  // Manual if empty
	Codecs    string  // "PCMU,PCMA" if empty
}

// Baresip is a running telephone.
type Baresip struct {
	cfg     BaresipConfig
	dir     string // what it heard is kept here
	sipPort int
	process *process
	control *control
	ending  sync.Once

	mu      sync.Mutex
	handled int // events that Await has passed
}

// StartBaresip starts a telephone and waits until it is registered, if it has a registrar.
func StartBaresip(t testing.TB, cfg BaresipConfig) *Baresip {
	t.Helper()
	path := need(t, "baresip")
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	if cfg.User == "" {
		cfg.User = "baresip"
	}
	if cfg.Password == "" {
		cfg.Password = "none" // without any it would ask for one at its terminal
	}
	var err error
	for range startTries {
		var b *Baresip
		if b, err = startBaresip(ctx, t, path, cfg); err != nil {
			continue
		}
		if err := b.registered(ctx); err != nil {
			t.Fatal(err)
		}
		return b
	}
	t.Fatal(err)
	return nil
}

// registered waits until the telephone is registered, if it has a registrar. That may have been before we could listen to its events.
func (b *Baresip) registered(ctx context.Context) error {
	if b.cfg.Registrar == "" {
		return nil
	}
	info, err := b.control.command(ctx, "reginfo", "")
	if err != nil || strings.Contains(info, "OK") {
		return err
	}
	if strings.Contains(info, "ERR") {
		return fmt.Errorf("testrig: baresip %s is not registered: %s", b.cfg.User, info)
	}
	event, err := b.Await(ctx, "REGISTER_OK", "REGISTER_FAIL")
	if err == nil && event.Type != "REGISTER_OK" {
		err = fmt.Errorf("testrig: baresip %s is not registered: %s", b.cfg.User, event.Param)
	}
	return err
}

// startBaresip tries once.
func startBaresip(ctx context.Context, t testing.TB, path string, cfg BaresipConfig) (*Baresip, error) {
	b := &Baresip{cfg: cfg, dir: t.TempDir()}
	base, err := freePorts(ctx, 4+rtpPorts)
	if err != nil {
		return nil, err
	}
	b.sipPort = base // and base+1, which it takes for TLS
	controlPort := base + 2
	files := map[string]string{
		"config":   b.config(controlPort, base+4),
		"accounts": b.account(),
		"contacts": "",
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(b.dir, name), []byte(content), 0o600); err != nil {
			return nil, fmt.Errorf("testrig: configure baresip: %w", err)
		}
	}
	seconds := fmt.Sprint(int(lifetime.Seconds()))
	//nolint:contextcheck // ctx bounds the start; the telephone lives as long as the test
	if b.process, err = start(t, b.dir, path, "-4", "-f", b.dir, "-t", seconds); err != nil {
		return nil, err
	}
	if b.control, err = b.reach(ctx, fmt.Sprintf("%s:%d", loopback, controlPort)); err != nil {
		b.process.end()
		return nil, fmt.Errorf("%w\n%s", err, b.process.output.String())
	}
	t.Cleanup(b.Close)
	return b, nil
}

// reach connects to the control port as soon as it is open.
func (b *Baresip) reach(ctx context.Context, addr string) (*control, error) {
	ticker := time.NewTicker(dialPause)
	defer ticker.Stop()
	for {
		c, err := dialControl(ctx, addr)
		if err == nil {
			return c, nil
		}
		select {
		case <-ticker.C:
		case <-b.process.done:
			return nil, errEnded
		case <-ctx.Done():
			return nil, err
		}
	}
}

// config writes baresip's main file. Settings that look odd are those that version 1.0 works with: ausine makes tones only
// at 48 kHz in stereo, and the bridge is a player that plays to nobody.
func (b *Baresip) config(controlPort, rtpPort int) string {
	tone := b.cfg.Tone
	if tone == 0 {
		tone = 440
	}
	lines := []string{
		"poll_method epoll",
		fmt.Sprintf("sip_listen %s:%d", loopback, b.sipPort),
		"call_local_timeout 120",
		"call_max_calls 4",
		fmt.Sprintf("audio_source ausine,%d", int(tone)),
		"audio_player aubridge,nobody",
		"audio_alert aubridge,nobody",
		"ausrc_srate 48000",
		"ausrc_channels 2",
		"audio_buffer 20-160",
		"ringback_disabled yes",
		fmt.Sprintf("rtp_ports %d-%d", rtpPort, rtpPort+rtpPorts-1),
		"rtcp_mux no",
		"jitter_buffer_delay 2-10",
		"net_interface " + loopback,
		"module_path " + modulePath(),
		"module g711.so",
		"module ausine.so",
		"module aubridge.so",
		"module sndfile.so",
		"snd_path " + b.dir,
		"module_tmp uuid.so",
		"module_tmp account.so",
		"module_app menu.so",
		"module_app ctrl_tcp.so",
		fmt.Sprintf("ctrl_tcp_listen %s:%d", loopback, controlPort),
	}
	return strings.Join(lines, "\n") + "\n"
}

// modulePath is where Debian keeps the modules.
func modulePath() string {
	if path := os.Getenv("BARESIP_MODULES"); path != "" {
		return path
	}
	return "/usr/lib/baresip/modules"
}

// account writes the one account of the telephone.
func (b *Baresip) account() string {
	transport := b.cfg.Transport
	if transport == "" {
		transport = "udp"
	}
	domain := b.cfg.Registrar
	if domain == "" {
		domain = fmt.Sprintf("%s:%d", loopback, b.sipPort)
	}
	answer := b.cfg.Answer
	if answer == "" {
		answer = Manual
	}
	codecs := b.cfg.Codecs
	if codecs == "" {
		codecs = "PCMU,PCMA"
	}
	account := fmt.Sprintf("<sip:%s@%s;transport=%s>;auth_user=%s;auth_pass=%s;answermode=%s;audio_codecs=%s;ptime=20;dtmfmode=rtpevent",
		b.cfg.User, domain, transport, b.cfg.User, b.cfg.Password, answer, codecs)
	if b.cfg.Registrar == "" {
		return account + ";regint=0\n"
	}
	return account + ";regint=60\n"
}

// URI is the SIP address that reaches the telephone directly.
func (b *Baresip) URI() string { return fmt.Sprintf("sip:%s@%s:%d", b.cfg.User, loopback, b.sipPort) }

// Dial calls a number at the registrar, or a whole SIP URI.
func (b *Baresip) Dial(ctx context.Context, number string) error { return b.do(ctx, "dial", number) }

// Accept answers the call that rings.
func (b *Baresip) Accept(ctx context.Context) error { return b.do(ctx, "accept", "") }

// Hangup ends the current call, or refuses it.
func (b *Baresip) Hangup(ctx context.Context) error { return b.do(ctx, "hangup", "") }

// Hold puts the current call on hold.
func (b *Baresip) Hold(ctx context.Context) error { return b.do(ctx, "hold", "") }

// Resume takes it back.
func (b *Baresip) Resume(ctx context.Context) error { return b.do(ctx, "resume", "") }

// Digit sends a digit.
func (b *Baresip) Digit(ctx context.Context, digit rune) error {
	return b.do(ctx, "sndcode", string(digit))
}

func (b *Baresip) do(ctx context.Context, command, params string) error {
	_, err := b.control.command(ctx, command, params)
	return err
}

// Await waits for the next event of one of the types; events before it are passed over, also for later calls.
func (b *Baresip) Await(ctx context.Context, types ...string) (Event, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	event, at, err := b.control.await(ctx, b.handled, types...)
	if err == nil {
		b.handled = at + 1
	}
	return event, err
}

// Events gives everything that the telephone has told.
func (b *Baresip) Events() []Event {
	events, _ := b.control.seen()
	return events
}

// Close ends the telephone. It ends its calls and tells the registrar.
func (b *Baresip) Close() {
	b.ending.Do(func() {
		b.process.end()
		b.control.close()
	})
}
