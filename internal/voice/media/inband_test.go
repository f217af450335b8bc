package media

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"ccgateway/internal/dtmf"
	"ccgateway/internal/g711"
	"ccgateway/internal/tone"
	"ccgateway/internal/voice/media/rtpaudio"
	"ccgateway/internal/wav"
)

// keypad lets a lab's phone say a list of frames: keys in tones, "-" its own tone.
type keypad struct {
	*phone
	voice *tone.Generator
}

// inband makes a phone that has agreed on no events.
func (l *lab) inband(id string, freq float64) keypad {
	l.t.Helper()
	p := l.phone(id, g711.ALaw, freq)
	s := p.session()
	s.Event = NoPayload
	p.configure(s)
	p.mute = true
	return keypad{phone: p, voice: newTone(freq)}
}

// types says keys of so many samples each, with as much silence after each, beginning so many samples behind a packet's beginning. All
// the while the phone says its own tone beside them where talks is true.
func (k keypad) types(keys string, samples, at int, talks bool) {
	k.lab.t.Helper()
	pcm := make([]int16, at)
	for i := range len(keys) {
		key := make([]int16, samples)
		dtmf.NewGenerator(keys[i], 0.25).Fill(key)
		pcm = append(append(pcm, key...), make([]int16, samples)...)
	}
	pcm = append(pcm, make([]int16, rtpaudio.FrameSize-len(pcm)%rtpaudio.FrameSize)...)
	for ; len(pcm) > 0; pcm = pcm[rtpaudio.FrameSize:] {
		k.utters(pcm[:rtpaudio.FrameSize], talks)
	}
}

// talks says its own tone for so many frames.
func (k keypad) talks(frames int) {
	k.lab.t.Helper()
	for range frames {
		k.utters(make([]int16, rtpaudio.FrameSize), true)
	}
}

// quiet says nothing for so many frames.
func (k keypad) quiet(frames int) {
	k.lab.t.Helper()
	for range frames {
		k.utters(make([]int16, rtpaudio.FrameSize), false)
	}
}

func (k keypad) utters(pcm []int16, talks bool) {
	k.lab.t.Helper()
	out := slices.Clone(pcm)
	if talks {
		k.voice.Add(out)
	}
	before := k.arrived()
	k.send(k.conn, k.protected(k.sender.Audio(nil, k.law, k.law.PayloadType(), out)))
	k.lab.await("a packet", func() bool { return k.arrived() > before })
	k.lab.step()
}

// keysIn gives the loudest tone of a key in sound, in dBFS, in windows of 20 ms.
func keysIn(pcm []int16) float64 {
	loudest := tone.Floor
	for i := 0; i+rtpaudio.FrameSize <= len(pcm); i += rtpaudio.FrameSize / 2 {
		for _, key := range []byte(dtmf.Keys) {
			low, high, _ := dtmf.Tones(key)
			both := min(tone.Level(pcm[i:i+rtpaudio.FrameSize], low), tone.Level(pcm[i:i+rtpaudio.FrameSize], high))
			loudest = max(loudest, both)
		}
	}
	return loudest
}

// TestInband: keys that come as tones are told once each, in their order, wherever in a packet they begin, and end what a key ends; no key
// is looked for where events were agreed.
func TestInband(t *testing.T) {
	l := newLab(t)
	a, b := l.inband("A", 0), l.phone("B", g711.ALaw, 0)
	l.play(Playing{ID: "menu", Leg: "A", Volume: 50, Speed: 50, Barge: true, Endless: true}, 1200, time.Second)
	b.mute = true
	want := []string{}
	for i, key := range dtmf.Keys {
		a.types(string(key), 400, i*10, false)
		want = append(want, "A "+string(key))
		if i == 0 {
			want = append(want, "menu played true <nil>")
		}
	}
	l.await("all keys", func() bool { return len(l.events()) >= len(want) })
	s := a.session()
	s.Event = eventType
	a.configure(s)
	a.types("123", 800, 0, false)
	s.Event = NoPayload
	a.configure(s)
	a.types("9", 800, 0, false)
	want = append(want, "A 9")
	l.await("last key", func() bool { return len(l.events()) >= len(want) })
	if got := l.events(); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestInband_Info: once keys come by signalling, none is looked for; the first of them is known if its tone was told shortly before.
func TestInband_Info(t *testing.T) {
	l := newLab(t)
	a, b, c := l.inband("A", 0), l.inband("B", 0), l.inband("C", 0)
	type press struct {
		of   keypad
		key  byte
		want bool
	}
	a.types("5", 800, 0, false)
	b.types("5", 800, 0, false)
	for _, p := range []press{{of: a, key: '5', want: true}, {of: a, key: '5'}, {of: b, key: '6'}, {of: b, key: '5'}, {of: c, key: '5'}} {
		if got := l.engine.KeyPressed(p.of.leg.id, p.key); got != p.want {
			t.Errorf("%s %c: known %v", p.of.leg.id, p.key, got)
		}
	}
	for _, k := range []keypad{a, b, c} {
		k.types("78", 800, 0, false)
	}
	d := l.inband("D", 0)
	d.types("5", 800, 0, false)
	l.now.Add(int64(samePress))
	if l.engine.KeyPressed("D", '5') {
		t.Error("a key of long ago counts as the same press")
	}
	l.await("keys", func() bool { return len(l.events()) >= 3 })
	if got := l.events(); !slices.Equal(got, []string{"A 5", "B 5", "D 5"}) {
		t.Errorf("%q", got)
	}
}

// TestHideKeys: while keys are hidden, nobody hears anything of them, not even a packet at their beginning, whatever their length and
// wherever in a packet they begin; nor does a recording have them; they are told all the same. Talk before, between and after them is heard,
// from the next tick on after the end of the time and 200 ms more.
func TestHideKeys(t *testing.T) {
	for _, agreed := range []bool{false, true} {
		l := newLab(t)
		a, b := l.inband("A", 500), l.phone("B", g711.ALaw, 0)
		if agreed { // a gateway that sends events and the tones too
			s := a.session()
			a.configure(s)
		}
		l.engine.SetRoom("call", []Row{{Leg: "A", Hears: []LegID{"B"}}, {Leg: "B", Hears: []LegID{"A"}}})
		path := filepath.Join(t.TempDir(), "r.wav")
		if err := l.engine.StartRecording("r", path, "B", "call"); err != nil {
			t.Fatal(err)
		}
		a.talks(20)
		b.heard = nil
		a.types("5", 800, 0, false)
		a.talks(5)
		if got := keysIn(b.heard); got < -20 {
			t.Fatalf("keys that are not hidden are not heard: %.0f dBFS", got)
		}
		from := len(b.heard) + 40*rtpaudio.FrameSize // about where the hiding begins in the recording
		a.talks(15)
		l.engine.HideKeys("A", true)
		a.quiet(10) // the abrupt end of its tone would be measured too
		b.heard = nil
		presses := 0
		for _, length := range []int{360, 400, 480, 800, 1600} {
			for at := 0; at < rtpaudio.FrameSize; at += 23 {
				a.types("1", length, at, false)
				a.types("D", length, at, false)
				presses += 2
			}
		}
		silent := b.heard
		a.talks(20)
		b.heard = nil
		a.talks(20)
		checkTone(t, "talk while keys are hidden", b.heard, 500, true)
		// A key is still sounding when the time ends, and one that waited in the jitter buffer comes after it: neither is heard, the
		// second one is not told.
		a.quiet(10)
		b.heard = nil
		key := make([]int16, 2400)
		dtmf.NewGenerator('8', 0.25).Fill(key)
		for i := 0; i < len(key); i += rtpaudio.FrameSize {
			a.utters(key[i:i+rtpaudio.FrameSize], false)
			if i == 800 {
				l.engine.HideKeys("A", false)
			}
		}
		presses++
		a.quiet(10)
		ended := append(slices.Clone(silent), b.heard...)
		if got := keysIn(ended); got > -60 {
			t.Errorf("events agreed %v: a key is heard with %.1f dBFS", agreed, got)
		}
		a.talks(30)
		b.heard = nil
		a.talks(20)
		checkTone(t, "talk afterwards", b.heard, 500, true)
		a.types("6", 800, 0, false)
		presses++
		if got := keysIn(b.heard); got < -20 {
			t.Errorf("keys that are not hidden any more are not heard: %.0f dBFS", got)
		}
		l.engine.StopRecording("r")
		l.tick()
		if err := l.awaitRecording("r"); err != nil {
			t.Fatal(err)
		}
		sound, err := wav.ReadFile(path, 600*wav.SampleRate)
		if err != nil {
			t.Fatal(err)
		}
		// The abrupt ends of its own tone measure -49 dBFS; a packet of a key would have -12.
		if got := keysIn(sound.Channel(0)[from : len(sound.Channel(0))-60*rtpaudio.FrameSize]); got > -45 {
			t.Errorf("events agreed %v: a key is in the recording with %.1f dBFS", agreed, got)
		}
		want := presses + 1 // that at the beginning
		if agreed {
			want = 0
		}
		l.await("all keys", func() bool { return len(l.events()) >= want })
		if got := len(l.events()); got != want {
			t.Errorf("events agreed %v: %d keys told, want %d", agreed, got, want)
		}
	}
}

// TestHideKeys_Tail: a key that comes out of the jitter buffer just after the end of the secret time is neither heard nor told; the next is.
func TestHideKeys_Tail(t *testing.T) {
	l := newLab(t)
	a, b := l.inband("A", 500), l.phone("B", g711.ALaw, 0)
	l.engine.SetRoom("call", []Row{{Leg: "B", Hears: []LegID{"A"}}})
	a.talks(20)
	l.engine.HideKeys("A", true)
	a.quiet(10)
	l.engine.HideKeys("A", false)
	b.heard = nil
	a.types("1", 480, 0, false)
	a.quiet(10)
	if got := keysIn(b.heard); got > -60 {
		t.Errorf("heard with %.1f dBFS", got)
	}
	a.types("2", 480, 0, false)
	l.await("a key", func() bool { return len(l.events()) > 0 })
	if got := l.events(); !slices.Equal(got, []string{"A 2"}) {
		t.Errorf("told %q", got)
	}
}

// BenchmarkFindKeys is what a leg costs in each tick more where keys come as tones, and where they are hidden as well. The party speaks.
func BenchmarkFindKeys(b *testing.B) {
	music, err := loadPrompts("")
	if err != nil {
		b.Fatal(err)
	}
	speech := music[PromptMusic]
	for name, hide := range map[string]bool{"agreed": false, "tones": false, "hidden": true} {
		b.Run(name, func(b *testing.B) {
			l := &Leg{engine: &Engine{events: newEventQueue()}}
			s := &session{Session: Session{Event: NoPayload}}
			if name == "agreed" {
				s.Event = eventType
			}
			l.tones.hide.Store(hide)
			b.ReportAllocs()
			at := 0
			for b.Loop() {
				at = (at + rtpaudio.FrameSize) % (len(speech) - rtpaudio.FrameSize)
				copy(l.said[:], speech[at:])
				l.findKeys(s, tick{})
			}
		})
	}
}
