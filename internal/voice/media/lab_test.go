package media

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
	"go.uber.org/goleak"

	"ccgateway/internal/codec"
	"ccgateway/internal/g711"
	"ccgateway/internal/tone"
	"ccgateway/internal/voice/media/rtpaudio"
	"ccgateway/internal/wav"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for something that must come.
const patience = 10 * time.Second

// lab is an engine whose time stands still until step, with phones on loopback.
type lab struct {
	t      *testing.T
	engine *Engine
	now    atomic.Int64
	phones []*phone

	mu     sync.Mutex
	told   []string         // events, as text
	ended  map[string]error // recordings
	notify chan struct{}
}

// setup changes what a lab's engine is made of.
type setup func(*Config, *openFile)

// openFile makes the file of a recording.
type openFile = func(path string) (wav.File, error)

func newLab(t *testing.T, change ...setup) *lab {
	t.Helper()
	l := &lab{t: t, ended: map[string]error{}, notify: make(chan struct{}, 1000)}
	l.now.Store(int64(time.Hour))
	cfg := Config{
		Bind:    netip.MustParseAddr("127.0.0.1"),
		MinPort: 30000, MaxPort: 39999,
		Schedulers: 2,
		Log:        slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	cfg.Events = Events{
		Digit:          func(leg LegID, digit byte) { l.tell(string(leg) + " " + string(digit)) },
		PlayEnded:      func(_ LegID, id PlayID, key bool, err error) { l.tell(fmt.Sprint(id, " played ", key, " ", err)) },
		MediaLost:      func(leg LegID) { l.tell(string(leg) + " lost") },
		RecordingQuiet: func(id RecordingID) { l.tell(string(id) + " quiet") },
		RecordingEnded: func(id RecordingID, err error) { l.recordingEnded(string(id), err) },
	}
	open := openRecording
	for _, c := range change {
		c(&cfg, &open)
	}
	engine, err := newEngine(cfg, func() time.Duration { return time.Duration(l.now.Load()) }, open)
	if err != nil {
		t.Fatal(err)
	}
	l.engine = engine
	t.Cleanup(func() {
		for _, p := range l.phones {
			p.conn.Close()
			p.reports.Close()
		}
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func (l *lab) tell(text string) {
	l.mu.Lock()
	l.told = append(l.told, text)
	l.mu.Unlock()
	l.notify <- struct{}{}
}

func (l *lab) recordingEnded(id string, err error) {
	l.mu.Lock()
	if _, twice := l.ended[id]; twice {
		l.t.Errorf("recording %s ended twice", id)
	}
	l.ended[id] = err
	l.mu.Unlock()
	l.notify <- struct{}{}
}

// await waits until holds is true, looking again after each event and each millisecond.
func (l *lab) await(what string, holds func() bool) {
	l.t.Helper()
	for range 100 { // most things come at once
		if holds() {
			return
		}
		runtime.Gosched()
	}
	limit := time.After(patience)
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for !holds() {
		select {
		case <-l.notify:
		case <-look.C:
		case <-limit:
			l.t.Fatalf("%s: did not come", what)
		}
	}
}

// events gives what was told so far.
func (l *lab) events() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.told...)
}

// awaitRecording waits for a recording's end and gives its error.
func (l *lab) awaitRecording(id string) error {
	l.t.Helper()
	var err error
	l.await("end of recording "+id, func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		e, ok := l.ended[id]
		err = e
		return ok
	})
	return err
}

// phone is a party on loopback that speaks a tone and keeps what it hears.
type phone struct {
	lab     *lab
	leg     *Leg
	conn    *net.UDPConn // RTP
	reports *net.UDPConn // RTCP
	law     g711.Law
	freq    float64
	voice   *tone.Generator
	sender  *rtpaudio.Sender
	mute    bool // sends nothing
	deaf    bool // is sent nothing, or does not care
	heard   []int16
	headers []rtp.Header

	out, in *srtp.Context // how it protects what it sends, and reads what comes; nil = in the clear
}

// loopback gives a socket pair at an address of loopback, RTP even and RTCP above.
func loopback(t *testing.T, ip string) (conn, reports *net.UDPConn) {
	t.Helper()
	for range 100 {
		conn = socket(t, ip, 0)
		port := conn.LocalAddr().(*net.UDPAddr).Port
		if port%2 == 0 {
			above, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.ParseIP(ip), Port: port + 1})
			if err == nil {
				return conn, above
			}
		}
		conn.Close()
	}
	t.Fatal("no pair of ports")
	return nil, nil
}

func socket(t *testing.T, ip string, port int) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.ParseIP(ip), Port: port})
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// phone makes a leg and a configured phone for it.
func (l *lab) phone(id string, law g711.Law, freq float64) *phone {
	l.t.Helper()
	return l.phoneAt(id, "127.0.0.1", law, freq)
}

func (l *lab) phoneAt(id, ip string, law g711.Law, freq float64) *phone {
	l.t.Helper()
	leg, err := l.engine.NewLeg(LegID(id))
	if err != nil {
		l.t.Fatal(err)
	}
	conn, reports := loopback(l.t, ip)
	p := &phone{
		lab: l, leg: leg, conn: conn, reports: reports, law: law, freq: freq,
		voice:  newTone(freq),
		sender: newSender(uint32(freq)<<8 | uint32(len(l.phones))),
	}
	l.phones = append(l.phones, p)
	p.configure(p.session())
	return p
}

func newTone(freq float64) *tone.Generator { return tone.NewGenerator(freq, 0.25) }

// newSender numbers packets from near the ends of both ranges on.
func newSender(ssrc uint32) *rtpaudio.Sender { return rtpaudio.NewSender(ssrc, 65530, 0xFFFFF000) }

// eventType is the payload type of telephone-event that phones agree on.
const eventType = 101

func (p *phone) addr() netip.AddrPort { return p.conn.LocalAddr().(*net.UDPAddr).AddrPort() }

// What phones agree on: either law, and both may come.
var (
	mulaw = Format{codec.PCMU, g711.PayloadTypePCMU}
	alaw  = Format{codec.PCMA, g711.PayloadTypePCMA}
	laws  = []Format{mulaw, alaw}
)

func formatOf(law g711.Law) Format {
	if law == g711.ALaw {
		return alaw
	}
	return mulaw
}

// session is what a phone without NAT agrees on.
func (p *phone) session() Session {
	return Session{
		Remote: p.addr(), Signalling: p.addr().Addr(),
		Format: formatOf(p.law), Formats: laws, Event: eventType,
	}
}

func (p *phone) configure(s Session) {
	p.lab.t.Helper()
	if err := p.leg.Configure(s); err != nil {
		p.lab.t.Fatal(err)
	}
}

// send sends a packet to the leg from any socket.
func (p *phone) send(from *net.UDPConn, raw []byte) {
	p.lab.t.Helper()
	if _, err := from.WriteToUDPAddrPort(raw, p.leg.LocalAddr()); err != nil {
		p.lab.t.Fatal(err)
	}
}

// say sends the next 20 ms of the phone's tone.
func (p *phone) say() {
	pcm := make([]int16, rtpaudio.FrameSize)
	p.voice.Fill(pcm)
	p.send(p.conn, p.protected(p.sender.Audio(nil, p.law, p.law.PayloadType(), pcm)))
}

// arrived counts all packets that the leg's RTP socket has brought, taken or dropped.
func (p *phone) arrived() uint64 {
	c := &p.leg.counts
	return c.packets.Load() + c.doubled.Load() + c.strangers.Load() + c.malformed.Load() + c.flooded.Load() + c.broken.Load() +
		c.jumped.Load() + c.forged.Load()
}

// hear reads one packet.
func (p *phone) hear() {
	p.lab.t.Helper()
	packet, ok := p.receive(patience)
	if !ok {
		p.lab.t.Fatalf("%s hears nothing", p.leg.id)
	}
	if len(packet.Payload) != rtpaudio.FrameSize || packet.PayloadType != p.law.PayloadType() {
		p.lab.t.Fatalf("%s is sent %d bytes of type %d", p.leg.id, len(packet.Payload), packet.PayloadType)
	}
	pcm := make([]int16, len(packet.Payload))
	p.law.Decode(pcm, packet.Payload)
	p.heard = append(p.heard, pcm...)
	p.headers = append(p.headers, packet.Header)
}

func (p *phone) receive(wait time.Duration) (packet rtp.Packet, ok bool) {
	p.lab.t.Helper()
	buf := make([]byte, 2000)
	if err := p.conn.SetReadDeadline(time.Now().Add(wait)); err != nil {
		p.lab.t.Fatal(err)
	}
	n, _, err := p.conn.ReadFromUDPAddrPort(buf)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return packet, false
	}
	if err != nil {
		p.lab.t.Fatal(err)
	}
	if err := packet.Unmarshal(p.unprotected(buf[:n])); err != nil {
		p.lab.t.Fatal(err)
	}
	return packet, true
}

// step lets 20 ms pass: the phones speak, the engine mixes once, the phones hear.
func (l *lab) step() {
	l.t.Helper()
	for _, p := range l.phones {
		if p.mute || p.leg.closed.Load() {
			continue
		}
		before := p.arrived()
		p.say()
		l.await("a packet to "+string(p.leg.id), func() bool { return p.arrived() > before })
	}
	l.tick()
	for _, p := range l.phones {
		if !p.deaf && !p.leg.closed.Load() {
			p.hear()
		}
	}
}

// tick lets 20 ms pass without anybody speaking or hearing.
func (l *lab) tick() {
	l.now.Add(int64(tickLength))
	l.engine.mixOnce(nil)
}

func (l *lab) steps(n int) {
	l.t.Helper()
	for range n {
		l.step()
	}
}

// listening is how many steps a test listens: the jitter buffer's delay and some windows of the meter.
const listening = 50

// afresh lets all phones forget what they heard, and listens.
func (l *lab) listen() {
	l.t.Helper()
	l.steps(15) // what is still in the buffers
	for _, p := range l.phones {
		p.heard = nil
	}
	l.steps(listening)
}

// hears checks that a phone hears the tones of exactly these others (and of nobody else among the phones), throughout.
func (p *phone) hears(others ...*phone) {
	p.lab.t.Helper()
	for _, other := range p.lab.phones {
		want := false
		for _, o := range others {
			want = want || o == other
		}
		p.hearsTone(string(other.leg.id), other.freq, want)
	}
}

func (p *phone) hearsTone(name string, freq float64, want bool) {
	p.lab.t.Helper()
	checkTone(p.lab.t, string(p.leg.id)+" hears "+name, p.heard, freq, want)
}

// checkTone checks that a tone is heard all the time, or never.
func checkTone(t *testing.T, what string, pcm []int16, freq float64, want bool) {
	t.Helper()
	heard, all := tone.HeardWindows(pcm, freq)
	if all == 0 {
		t.Fatalf("%s: nothing to listen to", what)
	}
	if want && heard != all {
		t.Errorf("%s: only in %d of %d windows (%.1f dB)", what, heard, all, tone.Level(pcm, freq))
	}
	if !want && heard != 0 {
		t.Errorf("%s: in %d of %d windows, and should not", what, heard, all)
	}
}

// musicFreq is the tone that the lab's music consists of.
const musicFreq = 600

// withMusic gives the engine a folder with prompts that are tones.
func withMusic(t *testing.T) setup {
	t.Helper()
	dir := t.TempDir()
	for name, freq := range map[string]float64{"music": musicFreq, "welcome": 900} {
		w, err := wav.Create(filepath.Join(dir, name+".wav"), 1)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write(tone.Sine(freq, 0.2, 2000)); err != nil { // whole periods, so that the loop has no click
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return func(c *Config, _ *openFile) { c.PromptDir = dir }
}
