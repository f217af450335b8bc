package voice

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
	"ccgateway/internal/tone"
	"ccgateway/internal/wav"
)

// baresip is a real phone: the program of that name, with a tone for a voice.
type baresip struct {
	t    *testing.T
	ctrl net.Conn
	out  *output
}

// output keeps what a program prints.
type output struct {
	mu   sync.Mutex
	text strings.Builder
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

var baresipPort atomic.Int32

// freePort finds a port that is free by both transports, and the next one too; baresip takes that for TLS.
func freePort(t *testing.T) int {
	t.Helper()
	for range 100 {
		port := 15_000 + os.Getpid()%200*20 + int(baresipPort.Add(10))
		var taken bool
		for _, p := range []int{port, port + 1, port + 2} {
			udp, err := net.ListenPacket("udp", fmt.Sprintf("127.0.0.1:%d", p))
			if err != nil {
				taken = true
				break
			}
			udp.Close()
			tcp, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", p))
			if err != nil {
				taken = true
				break
			}
			tcp.Close()
		}
		if !taken {
			return port
		}
	}
	t.Fatal("no free ports")
	return 0
}

// startBaresip runs baresip with an account of the server. account has what follows in the account's line.
func startBaresip(r *rig, number string, frequency int, transport, account string) *baresip {
	t := r.t
	t.Helper()
	program, err := exec.LookPath("baresip")
	if err != nil {
		t.Skip("baresip is not installed")
	}
	dir := t.TempDir()
	port := freePort(t)
	config := fmt.Sprintf(`poll_method epoll
sip_listen 127.0.0.1:%d
call_max_calls 4
audio_player aubridge,x%[2]s
audio_source ausine,%[3]d
ausrc_srate 48000
ausrc_channels 2
net_interface 127.0.0.1
rtp_ports %[4]d-%[5]d
module_path /usr/lib/baresip/modules
module g711.so
module opus.so
module ausine.so
module aubridge.so
module srtp.so
module account.so
module menu.so
module ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:%[6]d
`, port, number, frequency, 30_000+port%5000*4, 30_000+port%5000*4+20, port+2)
	line := fmt.Sprintf("<sip:%s@%s;transport=%s>;auth_user=%s;auth_pass=secret-%s;regint=60%s\n", number, r.served(transport), transport, number, number, account)
	for name, text := range map[string]string{"config": config, "accounts": line, "contacts": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b := &baresip{t: t, out: &output{}}
	cmd := exec.Command(program, "-f", dir)
	cmd.Stdout, cmd.Stderr = b.out, b.out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		_ = cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-exited:
		case <-time.After(5 * time.Second):
			_ = cmd.Process.Kill()
			<-exited
		}
		if t.Failed() {
			t.Logf("baresip %s said:\n%s", number, b.out)
		}
	})
	r.until("baresip can be spoken to", func() bool {
		b.ctrl, err = net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port+2))
		return err == nil
	})
	t.Cleanup(func() { b.ctrl.Close() })
	go func() { _, _ = io.Copy(io.Discard, b.ctrl) }()
	return b
}

// served is where the server serves a transport, as accounts of baresip name it.
func (r *rig) served(transport string) netip.AddrPort {
	if transport == "tls" {
		return r.SecureAddrs()[0]
	}
	return r.addr()
}

// do gives baresip a command (ctrl_tcp: a netstring with JSON).
func (b *baresip) do(command, params string) {
	b.t.Helper()
	text, err := json.Marshal(map[string]string{"command": command, "params": params})
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := fmt.Fprintf(b.ctrl, "%d:%s,", len(text), text); err != nil {
		b.t.Fatal(err)
	}
}

// TestBaresip: two real phones, one by UDP and one by TCP, and both by TLS, one of which calls. They hear each other, hold, press keys and
// are recorded.
func TestBaresip(t *testing.T) {
	t.Run("UDP and TCP", func(t *testing.T) { baresipCall(t, "udp", "tcp", "", EncryptionOptional) })
	t.Run("TLS", func(t *testing.T) { baresipCall(t, "tls", "tls", "", EncryptionOptional) })
	// "srtp" offers RTP/AVP with keys and takes what comes, "srtp-mand" RTP/SAVP and nothing else.
	t.Run("TLS, SRTP offered", func(t *testing.T) { baresipCall(t, "tls", "tls", ";mediaenc=srtp", EncryptionOptional) })
	t.Run("TLS, SRTP required", func(t *testing.T) { baresipCall(t, "tls", "tls", ";mediaenc=srtp-mand", EncryptionRequired) })
}

func baresipCall(t *testing.T, first, second, account string, policy Encryption, change ...func(*Config)) {
	d, log := testDirectory(), &keptLog{}
	for number, phone := range d.phones {
		phone.Encryption = policy
		d.phones[number] = phone
	}
	r := newRig(t, d, append(change, func(c *Config) {
		c.DrainTimeout = 2 * time.Second
		c.Log = slog.New(slog.NewTextHandler(log, nil))
	})...)
	caller := startBaresip(r, "40101", 440, first, account)
	next[center.PhoneState](r.c)
	startBaresip(r, "40102", 1000, second, account+";answermode=auto")
	next[center.PhoneState](r.c)

	caller.do("dial", "sip:1000@"+r.served(first).String())
	arrived, _ := next[center.CallArrived](r.c)
	if arrived.Phone != "40101" || arrived.To != "1000" {
		t.Fatalf("%+v", arrived)
	}
	a, b := arrived.Leg, center.LegID("o1")
	r.carry(center.AnswerLeg{Leg: a}, center.Room{Call: "c1", Rows: []center.Row{{Leg: a, Plays: center.PromptRingBack}}},
		center.Ring{Leg: b, Phone: "40102", Caller: "40101", Display: "Ann", Call: "c1"})
	for cmd := r.c.any(); cmd != (center.LegAnswered{Leg: b}); cmd = r.c.any() {
		if cmd != (center.LegRinging{Leg: b}) { // it answers by itself so fast that the 200 may overtake the 180
			t.Fatalf("%+v", cmd)
		}
	}
	r.carry(center.Room{Call: "c1", Rows: []center.Row{{Leg: a, Hears: []center.LegID{b}}, {Leg: b, Hears: []center.LegID{a}}}},
		center.StartRecording{Recording: "r1", Call: "c1", Leg: b, File: "1/2026/r1.wav"})
	file := filepath.Join(r.cfg.Recordings, "1", "2026", "r1.wav")
	r.until("two seconds are recorded", func() bool {
		length, err := wav.Length(file)
		return err == nil && length > 2*time.Second
	})
	r.carry(center.StopRecording{Recording: "r1"})

	caller.do("hold", "")
	if held, _ := next[center.LegHeld](r.c); held != (center.LegHeld{Leg: a, On: true}) {
		t.Errorf("%+v", held)
	}
	caller.do("resume", "")
	if held, _ := next[center.LegHeld](r.c); held.On {
		t.Errorf("%+v", held)
	}
	for _, key := range "5#" {
		caller.do("sndcode", string(key))
		if digit, _ := next[center.Digit](r.c); digit != (center.Digit{Leg: a, Digit: byte(key)}) {
			t.Errorf("%+v", digit)
		}
	}
	caller.do("hangup", "")
	r.c.ended(a, center.CauseHungUp)
	r.carry(center.HangUp{Leg: b, Cause: center.CauseHungUp}, center.Room{Call: "c1"})
	r.until("legs end", func() bool { return r.legs.count() == 0 })
	r.c.nothing()

	if encrypted := strings.Count(log.String(), "suite=AES_CM_128_HMAC_SHA1_"); (encrypted == 2) != strings.Contains(account, "mediaenc") {
		t.Errorf("%d legs were encrypted:\n%s", encrypted, log)
	}
	sound, err := wav.ReadFile(file, 60*tone.SampleRate)
	if err != nil {
		t.Fatal(err)
	}
	for channel, want := range []struct{ tone, other float64 }{{440, 1000}, {1000, 440}} {
		pcm := sound.Channel(channel)[tone.SampleRate:]
		heard, all := tone.HeardWindows(pcm, want.tone)
		if leaked, _ := tone.HeardWindows(pcm, want.other); heard < all/2 || leaked > 0 {
			t.Errorf("channel %d: %v Hz in %d, %v Hz in %d of %d tenths of a second", channel, want.tone, heard, want.other, leaked, all)
		}
	}
}

// TestBaresip_ToldToAnswer: baresip 1.0 knows neither NOTIFY with Event: talk nor the auto-answer headers. It is rung anew, and a person
// lifts it.
func TestBaresip_ToldToAnswer(t *testing.T) {
	r := newRig(t, testDirectory(), func(c *Config) { c.DrainTimeout = 2 * time.Second })
	phone := startBaresip(r, "40101", 440, "udp", "")
	next[center.PhoneState](r.c)
	r.carry(center.Ring{Leg: "o1", Phone: "40101", Caller: "030", Call: "c1"})
	next[center.LegRinging](r.c)
	r.carry(center.AnswerPhone{Leg: "o1"})
	r.until("phone rings anew", func() bool { return strings.Count(phone.out.String(), "Incoming call from") == 2 })
	phone.do("accept", "")
	next[center.LegAnswered](r.c)
	r.carry(center.HangUp{Leg: "o1", Cause: center.CauseHungUp})
	r.until("leg ends", func() bool { return r.legs.count() == 0 })
	r.c.nothing()
}

// TestBaresip_Refuses: the person at a real phone presses the red key while it rings.
func TestBaresip_Refuses(t *testing.T) {
	r := newRig(t, testDirectory())
	phone := startBaresip(r, "40101", 440, "udp", "")
	next[center.PhoneState](r.c)
	r.carry(center.Ring{Leg: "o1", Phone: "40101", Caller: "030", Call: "c1"})
	next[center.LegRinging](r.c)
	phone.do("hangup", strconv.Itoa(sip.StatusBusyHere))
	r.c.ended("o1", center.CauseRefused)
}
