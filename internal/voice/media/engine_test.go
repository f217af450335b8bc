package media

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ccgateway/internal/g711"
	"ccgateway/internal/tone"
	"ccgateway/internal/voice/media/rtpaudio"
)

// TestNew_Refused: a configuration that cannot work is an error, not a surprise later.
func TestNew_Refused(t *testing.T) {
	good := Config{Bind: netip.MustParseAddr("127.0.0.1"), MinPort: 30000, MaxPort: 30010}
	cases := map[string]func(*Config){
		"no advertised address": func(c *Config) { c.Bind = netip.Addr{} },
		"no ports":              func(c *Config) { c.MinPort = 0 },
		"ports backwards":       func(c *Config) { c.MaxPort = 29999 },
		"one port":              func(c *Config) { c.MinPort, c.MaxPort = 30001, 30002 },
		"last port":             func(c *Config) { c.MinPort, c.MaxPort = 65534, 65535; c.MinPort = 65535 },
		"schedulers":            func(c *Config) { c.Schedulers = -1 },
		"no-media time":         func(c *Config) { c.NoMedia = -1 },
		"prompts":               func(c *Config) { c.PromptDir = filepath.Join(t.TempDir(), "none") },
	}
	for name, change := range cases {
		c := good
		change(&c)
		if e, err := New(c); err == nil {
			t.Errorf("%s: taken", name)
			_ = e.Close()
		}
	}
	e, err := New(good)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(e.Close(), e.Close()); err != nil {
		t.Error(err)
	}
	if _, err := e.NewLeg("a"); !errors.Is(err, ErrClosed) {
		t.Errorf("a leg after the end: %v", err)
	}
	e.SetRoom("call", []Row{{Leg: "a"}}) // does nothing, and does not fall over
	if err := e.Run(context.Background()); err == nil {
		t.Error("it ran after its end")
	}
}

// TestEngine_PortsUsedUp: the last pair is given out, then the error says so; a closed leg's ports come back after they have
// cooled down.
func TestEngine_PortsUsedUp(t *testing.T) {
	l := newLab(t, func(c *Config, _ *openFile) { c.MinPort, c.MaxPort = 41001, 41008 }) // 41002 to 41007
	var legs []*Leg
	for _, id := range []LegID{"a", "b", "c"} {
		leg, err := l.engine.NewLeg(id)
		if err != nil {
			t.Fatal(err)
		}
		if port := leg.LocalAddr().Port(); port%2 != 0 || port < 41002 || port > 41006 {
			t.Errorf("port %d", port)
		}
		legs = append(legs, leg)
	}
	_, err := l.engine.NewLeg("d")
	if !errors.Is(err, ErrNoPorts) || !strings.Contains(err.Error(), "41002-41007") {
		t.Errorf("used up: %v", err)
	}
	freed := legs[1].LocalAddr().Port()
	legs[1].Close()
	if _, err := l.engine.NewLeg("d"); !errors.Is(err, ErrNoPorts) {
		t.Errorf("cooling down: %v", err)
	}
	l.now.Add(int64(portCooling))
	leg, err := l.engine.NewLeg("d")
	if err != nil {
		t.Fatal(err)
	}
	if port := leg.LocalAddr().Port(); port != freed {
		t.Errorf("port %d, free was %d", port, freed)
	}
}

// TestEngine_PortsOfOthers: ports that another program holds are passed over; if it holds all, the error says so.
func TestEngine_PortsOfOthers(t *testing.T) {
	l := newLab(t, func(c *Config, _ *openFile) { c.MinPort, c.MaxPort = 41100, 41103 })
	for _, port := range []int{41100, 41103} { // an RTP port, an RTCP port
		taken := socket(t, "127.0.0.1", port)
		defer taken.Close()
	}
	if _, err := l.engine.NewLeg("a"); !errors.Is(err, ErrNoPorts) || !strings.Contains(err.Error(), "in use") {
		t.Errorf("%v", err)
	}
	if used := l.engine.ports.used(); used != 0 {
		t.Errorf("%d pairs count as used", used)
	}
}

// TestEngine_AdvertisedAddress: SDP is told the configured address.
func TestEngine_AdvertisedAddress(t *testing.T) {
	l := newLab(t, func(c *Config, _ *openFile) { c.Advertise = netip.MustParseAddr("198.51.100.1") })
	leg, err := l.engine.NewLeg("a")
	if err != nil {
		t.Fatal(err)
	}
	if a := leg.LocalAddr(); a.Addr() != netip.MustParseAddr("198.51.100.1") || a.Port() == 0 {
		t.Errorf("told %v", a)
	}
}

// TestEngine_RunsByTheClock: in real time, packets come every 20 ms, and two phones hear each other; the end of the context
// ends all.
func TestEngine_RunsByTheClock(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	l := newLab(t)
	start := time.Now()
	engine, err := newEngine(l.engine.cfg, func() time.Duration { return time.Since(start) }, openRecording)
	if err != nil {
		t.Fatal(err)
	}
	l.engine = engine
	var running sync.WaitGroup
	running.Go(func() {
		if err := engine.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	a, b := l.phone("a", g711.ALaw, 440), l.phone("b", g711.MuLaw, 700)
	engine.SetRoom("call", []Row{{Leg: "a", Hears: []LegID{"b"}}, {Leg: "b", Hears: []LegID{"a"}}})
	began := time.Now()
	const ticks = 75
	for range ticks { // the engine's packets are the clock
		for _, p := range l.phones {
			p.hear()
			p.say()
		}
	}
	took := time.Since(began)
	if took < (ticks-maxCatchUp-1)*tickLength || took > ticks*tickLength+5*time.Second {
		t.Errorf("%d ticks took %v", ticks, took)
	}
	checkMostly(t, "a hears b", a.heard[15*160:], b.freq)
	checkMostly(t, "b hears a", b.heard[15*160:], a.freq)
	cancel()
	running.Wait()
	if s := engine.Stats(); s.Legs != 0 || s.Ticks < ticks {
		t.Errorf("stats %+v", s)
	}
}

// checkMostly checks a tone where a busy machine may have cost a window.
func checkMostly(t *testing.T, what string, pcm []int16, freq float64) {
	t.Helper()
	if heard, all := tone.HeardWindows(pcm, freq); heard < all*3/4 {
		t.Errorf("%s: in %d of %d windows", what, heard, all)
	}
}

// TestEngine_LateTicks: after a delay a few ticks are made up for, and the others are jumped over: in timestamps and
// recordings time stays true.
func TestEngine_LateTicks(t *testing.T) {
	l := newLab(t)
	a := l.phone("a", g711.ALaw, 440)
	l.engine.SetRoom("call", []Row{{Leg: "a"}})
	path := filepath.Join(t.TempDir(), "r.wav")
	l.record("r", path, "a", "call")
	l.steps(20)
	l.engine.skip(100)
	l.steps(20)
	l.stop("r")
	before, after := a.headers[19], a.headers[20]
	if after.SequenceNumber != before.SequenceNumber+1 || after.Timestamp != before.Timestamp+101*160 || !after.Marker {
		t.Errorf("%+v after %+v", after, before)
	}
	left, right := recorded(t, path)
	if len(left) != 140*160 {
		t.Errorf("%d ticks are recorded", len(left)/160)
	}
	if tone.Loudness(right[20*160:120*160]) != tone.Floor {
		t.Error("what was jumped over is not silent")
	}
	if s := l.engine.Stats(); s.SkippedTicks != 100 {
		t.Errorf("stats %+v", s)
	}
}

// TestEngine_FaultStaysInItsRoom: a room that breaks the program's own rules falls silent and its legs are told lost; the
// others go on.
func TestEngine_FaultStaysInItsRoom(t *testing.T) {
	l := newLab(t)
	a, b := l.phone("a", g711.ALaw, 440), l.phone("b", g711.ALaw, 700)
	x := l.phone("x", g711.ALaw, 1000)
	l.engine.SetRoom("good", []Row{{Leg: "a", Hears: []LegID{"b"}}, {Leg: "b", Hears: []LegID{"a"}}})
	l.engine.SetRoom("bad", []Row{{Leg: "x", Plays: PromptMusic}})
	x.leg.plays.pcm = nil // a loop without end, were it not for the index
	x.leg.plays.at = -1
	x.deaf = true
	l.listen()
	a.hears(b)
	b.hears(a)
	l.await("the loss", func() bool { e := l.events(); return len(e) == 1 && e[0] == "x lost" })
	if s := l.engine.Stats(); s.BrokenRooms != 1 {
		t.Errorf("stats %+v", s)
	}
}

// TestEngine_PacketThatBreaksItsReader: a fault while a packet is read costs that packet only.
func TestEngine_PacketThatBreaksItsReader(t *testing.T) {
	l := newLab(t)
	a := l.phone("a", g711.ALaw, 440)
	a.leg.guarded(func([]byte, netip.AddrPort, time.Duration) { panic("as a parser might") }, nil, a.addr())
	l.steps(3)
	if s := a.leg.Stats(); s.Malformed != 1 || s.Received != 3 {
		t.Errorf("stats %+v", s)
	}
}

// TestEngine_Concurrently lets signalling change everything while the schedulers run: no race, no deadlock, nothing left.
func TestEngine_Concurrently(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	engine, err := New(Config{
		Bind: netip.MustParseAddr("127.0.0.1"), MinPort: 30000, MaxPort: 39999, Schedulers: 3, NoMedia: 50 * time.Millisecond,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Events: Events{
			MediaLost:      func(LegID) {},
			Digit:          func(LegID, byte) {},
			RecordingEnded: func(RecordingID, error) {},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	var running, callers sync.WaitGroup
	running.Go(func() { _ = engine.Run(ctx) })
	dir := t.TempDir()
	for n := range 4 {
		name := string(rune('a' + n))
		callers.Go(func() {
			for round := range 20 {
				callOnce(t, engine, name, filepath.Join(dir, name+string(rune('A'+round))+".wav"))
			}
		})
	}
	callers.Wait()
	if s := engine.Stats(); s.Legs != 0 || s.Rooms != 0 || s.FailedRecordings != 0 {
		t.Errorf("stats %+v", s)
	}
	if list := engine.world.Load().shards; len(list[0])+len(list[1])+len(list[2]) != 0 {
		t.Error("a table is left")
	}
	cancel()
	running.Wait()
	if s := engine.Stats(); s.Recordings != 0 {
		t.Errorf("%d recordings are not on the disk to their end", s.Recordings)
	}
}

// callOnce is one call's life as signalling lives it.
func callOnce(t *testing.T, engine *Engine, name, file string) {
	one, two := LegID(name+"1"), LegID(name+"2")
	conn := socket(t, "127.0.0.1", 0)
	defer conn.Close()
	s := Session{Remote: netip.MustParseAddrPort(conn.LocalAddr().String()), Format: alaw, Formats: laws, Event: 101}
	var legs []*Leg
	for _, id := range []LegID{one, two} {
		leg, err := engine.NewLeg(id)
		if err != nil {
			t.Error(err)
			return
		}
		legs = append(legs, leg)
		if err := leg.Configure(s); err != nil {
			t.Error(err)
		}
	}
	engine.SetRoom(RoomID(name), []Row{{Leg: one, Plays: PromptMusic}})
	engine.SetRoom(RoomID(name), []Row{{Leg: one, Hears: []LegID{two}}, {Leg: two, Hears: []LegID{one}}})
	if err := engine.StartRecording(RecordingID(file), file, two, RoomID(name)); err != nil {
		t.Error(err)
	}
	sender := rtpaudio.NewSender(1, 1, 1)
	for range 5 {
		for _, leg := range legs {
			if _, err := conn.WriteToUDPAddrPort(sender.Audio(nil, g711.ALaw, 8, make([]int16, 160)), leg.LocalAddr()); err != nil {
				t.Error(err)
			}
			leg.Stats()
		}
		if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Error(err)
		}
		if _, err := conn.Read(make([]byte, 2000)); err != nil {
			t.Error(err)
		}
		engine.Stats()
	}
	engine.SetRoom(RoomID(name), []Row{{Leg: two}})
	engine.StopRecording(RecordingID(file))
	legs[0].Close()
	engine.SetRoom(RoomID(name), nil)
	legs[1].Close()
}
