package media

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"ccgateway/internal/g711"
	"ccgateway/internal/tone"
)

// play plays a tone of that length and waits until it is loaded.
func (l *lab) play(p Playing, freq float64, length time.Duration) *playing {
	l.t.Helper()
	p.Load = func(context.Context) ([]int16, error) { return tone.Sine(freq, 0.25, int(length.Seconds()*8000)), nil }
	if err := l.engine.Play(p); err != nil {
		l.t.Fatal(err)
	}
	l.engine.mu.Lock()
	under := l.engine.plays[p.ID]
	l.engine.mu.Unlock()
	l.await("sound of "+string(p.ID), func() bool { return under.pcm.Load() != nil })
	return under
}

// TestPlay: mixed or alone, to one leg only; paused, moved, stopped; its end is told once, a stop is not.
func TestPlay(t *testing.T) {
	l := newLab(t, withMusic(t))
	a, b := l.phone("A", g711.ALaw, 440), l.phone("B", g711.MuLaw, 700)
	l.engine.SetRoom("call", []Row{rowOf('A', "B"), rowOf('B', "Am")})
	check := func(phone *phone, freq float64, sound, other bool) {
		t.Helper()
		l.listen()
		phone.hearsTone("the sound", freq, sound)
		phone.hearsTone("the other", a.freq+b.freq-phone.freq, other)
	}
	mixed := l.play(Playing{ID: "mixed", Leg: "A", Volume: 50, Speed: 50, Endless: true}, 1200, time.Second)
	check(a, 1200, true, true)
	b.hearsTone("the sound", 1200, false)
	l.engine.PausePlay("mixed", true)
	check(a, 1200, false, true)
	l.engine.PausePlay("mixed", false)
	l.engine.MovePlay("mixed", 500*time.Millisecond, true)
	if at := mixed.at.Load(); at != 4000 {
		t.Errorf("moved to %d", at)
	}
	l.engine.MovePlay("mixed", -time.Hour, false)
	if at := mixed.at.Load(); at != 0 {
		t.Errorf("moved before the beginning: %d", at)
	}
	l.engine.StopPlay("mixed")
	check(a, 1200, false, true)
	l.play(Playing{ID: "alone", Leg: "B", Volume: 50, Speed: 50, Alone: true}, 1200, 2*time.Second)
	check(b, 1200, true, false)
	b.hearsTone("music", musicFreq, false)
	l.steps(50)
	l.await("end", func() bool { return len(l.events()) == 1 })
	if got := l.events(); got[0] != "alone played false <nil>" || l.engine.played != 0 {
		t.Errorf("%q, %d samples held", got, l.engine.played)
	}
	check(b, musicFreq, true, true)
}

// TestPlay_Fails: what cannot be loaded, is empty, or is replaced ends with its reason.
func TestPlay_Fails(t *testing.T) {
	l := newLab(t)
	l.phone("A", g711.ALaw, 440)
	broken := errors.New("broken")
	for id, err := range map[PlayID]error{"broken": broken, "empty": nil} {
		before := len(l.events())
		if err := l.engine.Play(Playing{ID: id, Leg: "A", Load: func(context.Context) ([]int16, error) { return nil, err }}); err != nil {
			t.Fatal(err)
		}
		l.await("end of "+string(id), func() bool { return len(l.events()) > before })
		if err == nil {
			err = ErrNothingToPlay
		}
		if got := l.events()[before]; got != string(id)+" played false "+err.Error() {
			t.Error(got)
		}
	}
	if err := l.engine.Play(Playing{ID: "x", Leg: "nobody"}); !errors.Is(err, ErrNoLeg) {
		t.Error(err)
	}
}

// TestStretch keeps the pitch and changes the length.
func TestStretch(t *testing.T) {
	for speed, want := range map[int]int{0: 32000, 50: 16000, 100: 8000} {
		got := stretch(tone.Sine(600, 0.25, 16000), speedRate(speed))
		if len(got) < want-600 || len(got) > want+600 {
			t.Errorf("speed %d: %d samples, want %d", speed, len(got), want)
		}
		checkTone(t, "stretched", got, 600, true)
	}
}

// TestRecording_Pause: both sides are silent as long as it is paused and until what was said meanwhile has left the jitter buffer.
func TestRecording_Pause(t *testing.T) {
	l := newLab(t)
	l.phone("A", g711.ALaw, 440)
	l.phone("B", g711.ALaw, 700)
	l.engine.SetRoom("call", []Row{rowOf('A', "B"), rowOf('B', "A")})
	l.steps(15)
	path := filepath.Join(t.TempDir(), "r.wav")
	l.record("r", path, "A", "call")
	for _, on := range []bool{false, true, false} {
		l.engine.PauseRecording("r", on)
		l.steps(40)
	}
	l.stop("r")
	left, right := recorded(t, path)
	for i, side := range [][]int16{left, right} {
		freq := []float64{700, 440}[i]
		const part = 40 * frameSamples
		if len(side) != 3*part {
			t.Fatalf("%d samples", len(side))
		}
		checkTone(t, "before", side[:part], freq, true)
		const resumed = 2*part + pauseTail*frameSamples
		if loudest(side[part:resumed]) != 0 {
			t.Error("something is heard in the pause")
		}
		if loudest(side[resumed:resumed+2*frameSamples]) == 0 {
			t.Error("silent for longer than the tail")
		}
		checkTone(t, "after", side[resumed:], freq, true)
	}
}

// TestSendKeys_Events: 100 ms each, the end three times, pauses between; then sound goes on.
func TestSendKeys_Events(t *testing.T) {
	l := newLab(t)
	a := l.phone("A", g711.ALaw, 440)
	a.deaf = true
	if err := l.engine.SendKeys("A", "1#"); err != nil {
		t.Fatal(err)
	}
	for _, code := range []byte{1, 11} {
		var ends int
		l.steps(2 * keyTicks)
		for range keyTicks - 1 + keyEnds {
			p, ok := a.receive(patience)
			if !ok || p.PayloadType != eventType || p.Payload[0] != code {
				t.Fatalf("%v %v", ok, p)
			}
			if p.Payload[1]&0x80 != 0 {
				ends++
				if p.Payload[2] != 800>>8 || p.Payload[3] != 800&0xFF {
					t.Errorf("duration %v", p.Payload[2:])
				}
			}
		}
		if ends != keyEnds {
			t.Errorf("%d ends", ends)
		}
		for range keyTicks {
			if p, ok := a.receive(patience); !ok || p.PayloadType == eventType {
				t.Fatalf("no sound in the pause: %v", p)
			}
		}
	}
	if err := l.engine.SendKeys("A", ",5"); err != nil {
		t.Fatal(err)
	}
	l.steps(pauseTicks + 1)
	for range pauseTicks {
		if p, ok := a.receive(patience); !ok || p.PayloadType == eventType {
			t.Fatalf("no sound instead of keys: %v", p)
		}
	}
	if p, ok := a.receive(patience); !ok || p.PayloadType != eventType || p.Payload[0] != 5 {
		t.Fatalf("after the pause: %v %v", ok, p)
	}
	for _, bad := range []string{"1x", string(make([]byte, 65))} {
		if err := l.engine.SendKeys("A", bad); !errors.Is(err, ErrKeys) {
			t.Error(err)
		}
	}
}

// TestSendKeys_Tones: a far side without telephone-event is sent the key's two tones, and its recording does not have them.
func TestSendKeys_Tones(t *testing.T) {
	l := newLab(t)
	a := l.phone("A", g711.ALaw, 440)
	s := a.session()
	s.Event = NoPayload
	a.configure(s)
	l.engine.SetRoom("call", []Row{rowOf('A', "")})
	path := filepath.Join(t.TempDir(), "r.wav")
	l.record("r", path, "A", "call")
	if err := l.engine.SendKeys("A", "6"); err != nil {
		t.Fatal(err)
	}
	l.steps(2 * keyTicks)
	l.stop("r")
	sounds, pause := a.heard[:keyTicks*frameSamples], a.heard[keyTicks*frameSamples:]
	checkTone(t, "row", sounds, 770, true)
	checkTone(t, "column", sounds, 1477, true)
	if level := loudest(pause); level > 8 { // A-law's least step
		t.Errorf("the pause is not silent: %d", level)
	}
	if left, _ := recorded(t, path); loudest(left) != 0 {
		t.Error("the key is in the recording")
	}
}

// TestPlay_Barge: a key is told, and ends what is played.
func TestPlay_Barge(t *testing.T) {
	l := newLab(t)
	a := l.phone("A", g711.ALaw, 440)
	l.steps(3)
	l.play(Playing{ID: "menu", Leg: "A", Volume: 50, Speed: 50, Barge: true, Endless: true}, 1200, time.Second)
	key, _ := a.sender.Digit('5', eventType)
	a.send(a.conn, key.Packet(nil))
	l.await("key and end", func() bool { return len(l.events()) == 2 })
	if got := l.events(); got[0] != "A 5" || got[1] != "menu played true <nil>" {
		t.Errorf("%q", got)
	}
}

// TestPlay_Loads: no more than maxLoads are loaded at a time; one that is stopped while it waits is never loaded.
func TestPlay_Loads(t *testing.T) {
	l := newLab(t)
	begun, release := make(chan int, maxLoads+2), make(chan struct{})
	for i := range maxLoads + 2 {
		name := string(rune('A' + i))
		l.phone(name, g711.ALaw, 440)
		play := Playing{ID: PlayID(name), Leg: LegID(name), Volume: 50, Speed: 50, Load: func(context.Context) ([]int16, error) {
			begun <- i
			<-release
			return make([]int16, frameSamples), nil
		}}
		if err := l.engine.Play(play); err != nil {
			t.Fatal(err)
		}
		if i < maxLoads {
			<-begun
		}
	}
	l.engine.StopPlay(PlayID(rune('A' + maxLoads)))
	if len(l.engine.loads) != maxLoads || len(begun) != 0 {
		t.Errorf("%d places taken, %d more begun", len(l.engine.loads), len(begun))
	}
	close(release)
	l.engine.loading.Wait()
	if len(begun) != 1 || <-begun != maxLoads+1 {
		t.Error("not exactly the one that was not stopped was loaded afterwards")
	}
}

// TestPlay_Needs: what a sound takes is counted while it is loaded, also when it is stopped meanwhile; one that there is no room for is not
// loaded at all.
func TestPlay_Needs(t *testing.T) {
	l := newLab(t)
	l.phone("A", g711.ALaw, 440)
	l.phone("B", g711.ALaw, 700)
	begun, release := make(chan struct{}), make(chan struct{})
	large := Playing{ID: "large", Leg: "A", Volume: 50, Speed: 50, Needs: func() (int, error) { return maxPlayTotal - 10, nil },
		Load: func(context.Context) ([]int16, error) {
			close(begun)
			<-release
			return make([]int16, frameSamples), nil
		}}
	if err := l.engine.Play(large); err != nil {
		t.Fatal(err)
	}
	<-begun
	l.engine.StopPlay("large")
	more := Playing{ID: "more", Leg: "B", Volume: 50, Speed: 50, Needs: func() (int, error) { return 11, nil },
		Load: func(context.Context) ([]int16, error) {
			t.Error("loaded without room for it")
			return nil, nil
		}}
	if err := l.engine.Play(more); err != nil {
		t.Fatal(err)
	}
	l.await("end", func() bool { return len(l.events()) == 1 })
	if got := l.events()[0]; got != "more played false "+ErrTooMuchSound.Error() {
		t.Error(got)
	}
	close(release)
	l.engine.loading.Wait()
	if l.engine.played != 0 {
		t.Errorf("%d samples are still counted", l.engine.played)
	}
}

// TestKeyPressed: a key that came by signalling ends what a key ends, and nothing else.
func TestKeyPressed(t *testing.T) {
	l := newLab(t)
	l.phone("A", g711.ALaw, 440)
	l.phone("B", g711.ALaw, 700)
	l.play(Playing{ID: "menu", Leg: "A", Volume: 50, Speed: 50, Barge: true, Endless: true}, 1200, time.Second)
	l.play(Playing{ID: "notice", Leg: "B", Volume: 50, Speed: 50, Endless: true}, 1200, time.Second)
	for _, leg := range []LegID{"B", "nobody", "A"} {
		l.engine.KeyPressed(leg, '5')
	}
	l.await("end", func() bool { return len(l.events()) > 0 })
	if got := l.events(); len(got) != 1 || got[0] != "menu played true <nil>" {
		t.Errorf("%q", got)
	}
}
