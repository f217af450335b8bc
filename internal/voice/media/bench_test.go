//go:build unix

package media

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ccgateway/internal/g711"
	"ccgateway/internal/tone"
	"ccgateway/internal/voice/media/rtpaudio"
)

// benchCalls is how many two-party calls the benchmarks hold at a time.
const benchCalls = 300

// benchKey protects both directions of all legs of an encrypted benchmark.
var benchKey = Crypto{Suite: SuiteAES128SHA80}

// benchEngine makes an engine of one scheduler with recorded two-party calls, A-law on one side, µ-law on the other.
func benchEngine(b *testing.B, calls int, key Crypto, remote func(leg int) netip.AddrPort) *Engine {
	b.Helper()
	e, dir := emptyBenchEngine(b), b.TempDir()
	for n := range calls {
		ids := []LegID{LegID(fmt.Sprint("a", n)), LegID(fmt.Sprint("b", n))}
		for i, id := range ids {
			benchLeg(b, e, id, []g711.Law{g711.ALaw, g711.MuLaw}[i], key, remote(2*n+i))
		}
		room := RoomID(fmt.Sprint("call", n))
		e.SetRoom(room, []Row{{Leg: ids[0], Hears: ids[1:]}, {Leg: ids[1], Hears: ids[:1]}})
		if err := e.StartRecording(RecordingID(room), filepath.Join(dir, string(room)+".wav"), ids[1], room); err != nil {
			b.Fatal(err)
		}
	}
	return e
}

func emptyBenchEngine(b *testing.B) *Engine {
	b.Helper()
	e, err := New(Config{
		Bind: netip.MustParseAddr("127.0.0.1"), MinPort: 20000, MaxPort: 29999, Schedulers: 1,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		b.Fatal(err)
	}
	return e
}

func benchLeg(b *testing.B, e *Engine, id LegID, law g711.Law, key Crypto, to netip.AddrPort) *Leg {
	b.Helper()
	leg, err := e.NewLeg(id)
	if err != nil {
		b.Fatal(err)
	}
	err = leg.Configure(Session{Remote: to, Format: formatOf(law), Formats: laws, Event: eventType, Send: key, Receive: key})
	if err != nil {
		b.Fatal(err)
	}
	return leg
}

// BenchmarkTick_RecordedCalls is one tick of 300 recorded calls: packets taken in (without the system's share of reading),
// decoded, mixed, encoded, sent, recorded. calls/core is what a core could do if it did nothing else.
func BenchmarkTick_RecordedCalls(b *testing.B) { benchTick(b, Crypto{}) }

// BenchmarkTick_EncryptedCalls is the same with SRTP on all legs; what it costs more is both phones' share of the cryptography as well.
func BenchmarkTick_EncryptedCalls(b *testing.B) { benchTick(b, benchKey) }

func benchTick(b *testing.B, key Crypto) {
	sink, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		b.Fatal(err)
	}
	defer sink.Close()
	to := sink.LocalAddr().(*net.UDPAddr).AddrPort()
	e := benchEngine(b, benchCalls, key, func(int) netip.AddrPort { return to })
	defer e.Close()
	var legs []*Leg
	var mouths []mouth
	for _, leg := range e.legs {
		legs, mouths = append(legs, leg), append(mouths, newMouth(b, uint32(len(legs)), key))
	}
	now := e.clock()
	b.ReportAllocs()
	for b.Loop() {
		now += tickLength
		for i, leg := range legs {
			leg.receive(mouths[i].next(), to, now)
		}
		e.mixOnce(nil)
	}
	perTick := b.Elapsed() / time.Duration(b.N)
	b.ReportMetric(float64(tickLength)/float64(perTick)*benchCalls, "calls/core")
}

// mouth makes the packets of a phone.
type mouth struct {
	sender *rtpaudio.Sender
	sealer *sealer
	pcm    []int16
	buf    []byte
}

func newMouth(b *testing.B, ssrc uint32, key Crypto) mouth {
	b.Helper()
	sealer, err := newSealer(key)
	if err != nil {
		b.Fatal(err)
	}
	return mouth{rtpaudio.NewSender(ssrc, 1, 1), sealer, tone.Sine(440, 0.3, 160), make([]byte, 200)}
}

func (m *mouth) next() []byte {
	packet := m.sender.Audio(m.buf, g711.ALaw, 8, m.pcm)
	if m.sealer != nil {
		packet, _ = m.sealer.seal(packet)
	}
	return packet
}

// BenchmarkReceive is one packet from the parser to the jitter buffer, and the frame out of it.
func BenchmarkReceive(b *testing.B) {
	from := netip.MustParseAddrPort(phoneAt)
	l := newLeg(&Engine{events: newEventQueue()}, "a", &pair{})
	ready, err := Session{Remote: from, Format: alaw, Formats: laws, Event: eventType}.ready(nil, 0, true)
	if err != nil {
		b.Fatal(err)
	}
	l.session.Store(ready)
	sender, buf := rtpaudio.NewSender(1, 1, 1), make([]byte, 200)
	pcm := tone.Sine(440, 0.3, 160)
	var now time.Duration
	b.ReportAllocs()
	for b.Loop() {
		now += tickLength
		l.receive(sender.Audio(buf, g711.ALaw, 8, pcm), from, now)
		l.nextFrame()
	}
}

// BenchmarkReceive_Forged is one packet with the phone's address and a wrong key: what a stranger who can forge addresses makes us spend,
// beside the system's share of reading it.
func BenchmarkReceive_Forged(b *testing.B) {
	from := netip.MustParseAddrPort(phoneAt)
	l := newLeg(&Engine{events: newEventQueue()}, "a", &pair{})
	ready, err := Session{Remote: from, Format: alaw, Formats: laws, Event: eventType, Send: benchKey, Receive: benchKey}.ready(nil, 0, true)
	if err != nil {
		b.Fatal(err)
	}
	l.session.Store(ready)
	m := newMouth(b, 1, NewCrypto(SuiteAES128SHA80))
	packet := append([]byte(nil), m.next()...)
	b.ReportAllocs()
	for b.Loop() {
		l.receive(packet, from, tickLength)
	}
}

// phonesProcess is the variable that makes the test binary the phones of BenchmarkLive_RecordedCalls.
const phonesProcess = "CCGATEWAY_BENCH_PHONES"

// BenchmarkLive_RecordedCalls runs 300 recorded calls by the clock, with phones in another process, for a second per round
// (use -benchtime 10x). cpu%/call is of one core and counts this process with all its system calls; KB/call is heap and stacks.
func BenchmarkLive_RecordedCalls(b *testing.B) {
	phones := exec.Command(os.Args[0], "-test.run=^TestPhonesProcess$")
	phones.Env = append(os.Environ(), phonesProcess+"=1")
	in, out := pipes(b, phones)
	if err := phones.Start(); err != nil {
		b.Fatal(err)
	}
	base := memory()
	e := benchEngine(b, benchCalls, Crypto{}, func(int) netip.AddrPort { return readAddr(b, out) })
	for n := range benchCalls {
		for _, side := range []string{"a", "b"} {
			fmt.Fprintln(in, e.Leg(LegID(fmt.Sprint(side, n))).LocalAddr())
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = e.Run(ctx) })
	waitForSound(b, e)
	cpu := cpuTime()
	for b.Loop() {
		<-time.After(time.Second)
	}
	used, took := cpuTime()-cpu, b.Elapsed()
	b.ReportMetric(100*used.Seconds()/took.Seconds()/benchCalls, "cpu%/call")
	b.ReportMetric(float64(took)/float64(used)*benchCalls, "calls/core")
	b.ReportMetric(float64(memory()-base)/1024/benchCalls, "KB/call")
	reportLoss(b, e)
	cancel()
	running.Wait()
	_ = in.Close()
	if err := phones.Wait(); err != nil {
		b.Error(err)
	}
}

func pipes(b *testing.B, c *exec.Cmd) (io.WriteCloser, *bufio.Scanner) {
	b.Helper()
	in, err := c.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	c.Stderr = os.Stderr
	return in, bufio.NewScanner(out)
}

func readAddr(b *testing.B, out *bufio.Scanner) netip.AddrPort {
	b.Helper()
	if !out.Scan() {
		b.Fatal("the phones have ended")
	}
	addr, err := netip.ParseAddrPort(strings.TrimSpace(out.Text()))
	if err != nil {
		b.Fatal(err)
	}
	return addr
}

// waitForSound waits until the last call's sound comes.
func waitForSound(b *testing.B, e *Engine) {
	b.Helper()
	limit := time.After(patience)
	for e.Leg(LegID(fmt.Sprint("b", benchCalls-1))).Stats().Received < 50 {
		select {
		case <-time.After(tickLength):
		case <-limit:
			b.Fatal("no sound comes")
		}
	}
}

func reportLoss(b *testing.B, e *Engine) {
	var received, concealed uint64
	for _, leg := range e.legs {
		s := leg.Stats()
		received, concealed = received+s.Received, concealed+s.Concealed
	}
	b.ReportMetric(100*float64(concealed)/float64(received), "concealed%")
	s := e.Stats()
	b.ReportMetric(float64(s.LateTicks+s.SkippedTicks), "late-ticks")
}

// TestPhonesProcess is the other process: it tells the addresses of its phones, reads those of the legs and sends to each
// 50 packets a second until its input ends. What it is sent is left to the system to drop.
func TestPhonesProcess(t *testing.T) {
	if os.Getenv(phonesProcess) == "" {
		t.Skip("only as the other process of a benchmark")
	}
	var conns []*net.UDPConn
	for range 2 * benchCalls {
		conn := socket(t, "127.0.0.1", 0)
		defer conn.Close()
		conns = append(conns, conn)
		fmt.Println(conn.LocalAddr())
	}
	lines := bufio.NewScanner(os.Stdin)
	var legs []netip.AddrPort
	for range conns {
		if !lines.Scan() {
			return
		}
		legs = append(legs, netip.MustParseAddrPort(lines.Text()))
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		lines.Scan()
	}()
	sender, pcm, buf := newSender(1), tone.Sine(440, 0.3, 160), make([]byte, 200)
	ticker := time.NewTicker(tickLength)
	defer ticker.Stop()
	for {
		select {
		case <-ended:
			return
		case <-ticker.C:
		}
		packet := sender.Audio(buf, g711.ALaw, 8, pcm)
		for i, conn := range conns {
			_, _ = conn.WriteToUDPAddrPort(packet, legs[i])
		}
	}
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func memory() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}

// benchRooms measures a tick of as many rooms of one kind: each leg speaks and is sent what it hears. rooms/core is what a core could do if
// it did nothing else; µs/room is a room's share of 20 ms. Both count the process's time on processors, so other programs do not matter.
func benchRooms(b *testing.B, legs int, rows func(ids []LegID) []Row) {
	b.Helper()
	const rooms = 100
	sink, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		b.Fatal(err)
	}
	defer sink.Close()
	to := sink.LocalAddr().(*net.UDPAddr).AddrPort()
	e, dir := emptyBenchEngine(b), b.TempDir()
	defer e.Close()
	var all []*Leg
	var mouths []mouth
	for n := range rooms {
		var ids []LegID
		for i := range legs {
			leg := benchLeg(b, e, LegID(fmt.Sprint("r", n, "/", i)), []g711.Law{g711.ALaw, g711.MuLaw}[i%2], Crypto{}, to)
			ids, all, mouths = append(ids, leg.ID()), append(all, leg), append(mouths, newMouth(b, uint32(n*legs+i+1), Crypto{}))
		}
		room := RoomID(fmt.Sprint("room", n))
		e.SetRoom(room, rows(ids))
		if err := e.StartRecording(RecordingID(room), filepath.Join(dir, string(room)+".wav"), ids[0], room); err != nil {
			b.Fatal(err)
		}
	}
	now, cpu := e.clock(), cpuTime()
	for b.Loop() {
		now += tickLength
		for i, leg := range all {
			leg.receive(mouths[i].next(), to, now)
		}
		e.mixOnce(nil)
	}
	perRoom := (cpuTime() - cpu) / time.Duration(b.N) / rooms
	b.ReportMetric(float64(perRoom.Nanoseconds())/1000, "µs/room")
	b.ReportMetric(float64(tickLength)/float64(perRoom), "rooms/core")
}

// BenchmarkRoom is the cost of a call's kinds, in one run, so that they can be compared: two parties; the same listened to, whispered into
// and joined by an inspector; three parties who all hear each other; all recorded as calls are.
func BenchmarkRoom(b *testing.B) {
	talk := func(ids []LegID) []Row { return []Row{{Leg: ids[0], Hears: ids[1:2]}, {Leg: ids[1], Hears: ids[:1]}} }
	listened := func(ids []LegID) []Row { return append(talk(ids), Row{Leg: ids[2], Hears: ids[:2]}) }
	whispered := func(ids []LegID) []Row {
		rows := listened(ids)
		rows[0].Hears = ids[1:3]
		return rows
	}
	all := func(ids []LegID) []Row {
		return []Row{{Leg: ids[0], Hears: ids[1:]}, {Leg: ids[1], Hears: []LegID{ids[0], ids[2]}}, {Leg: ids[2], Hears: ids[:2]}}
	}
	for _, kind := range []struct {
		name string
		legs int
		rows func([]LegID) []Row
	}{{"two parties", 2, talk}, {"listened", 3, listened}, {"whispered", 3, whispered}, {"inserted or three parties", 3, all}} {
		b.Run(kind.name, func(b *testing.B) { benchRooms(b, kind.legs, kind.rows) })
	}
}
