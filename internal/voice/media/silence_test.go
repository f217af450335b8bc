package media

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"ccgateway/internal/g711"
	"ccgateway/internal/tone"
	"ccgateway/internal/voice/media/rtpaudio"
)

// TestSilenceWatch: how long it takes until a second of silence is found, in ticks, in what callers' lines sound like.
func TestSilenceWatch(t *testing.T) {
	noise := func(amplitude int) func(int) int16 {
		random := rand.New(rand.NewPCG(1, 2))
		return func(int) int16 { return int16(random.IntN(2*amplitude+1) - amplitude) }
	}
	sine := tone.NewGenerator(300, 0.25)
	var one [1]int16
	speech := func(int) int16 {
		sine.Fill(one[:])
		return one[0]
	}
	none := func(int) int16 { return 0 }
	type part struct {
		ticks int
		sound func(int) int16
	}
	line, street := noise(40), noise(300) // -61 and -43 dBFS
	for name, c := range map[string]struct {
		parts       []part
		least, most int // 0, 0 = never
	}{
		"nothing at all":              {[]part{{200, none}}, 50, 50},
		"a quiet line":                {[]part{{200, line}}, 50, 50},
		"speech, then nothing":        {[]part{{100, speech}, {200, none}}, 150, 150},
		"speech, then a quiet line":   {[]part{{100, speech}, {200, line}}, 150, 150},
		"speech with short pauses":    {[]part{{40, speech}, {45, line}, {40, speech}, {45, line}, {40, speech}, {45, line}}, 0, 0},
		"a click in the silence":      {[]part{{30, line}, {2, speech}, {100, line}}, 50, 50},
		"a steady tone of a minute":   {[]part{{3000, speech}}, 0, 0},
		"a street without a word":     {[]part{{1000, street}}, 50, 700},
		"speech in a street":          {[]part{{500, street}, {100, speech}, {30, street}, {100, speech}, {200, street}}, 50, 700},
		"quiet, then a minute's tone": {[]part{{45, line}, {3000, speech}}, 0, 0},
	} {
		var w silenceWatch
		w.after.Store(50)
		at, found := 0, []int{}
		for _, p := range c.parts {
			for range p.ticks {
				var f frame
				for i := range f {
					f[i] = p.sound(i)
				}
				at++
				if w.over(&f) {
					found = append(found, at)
				}
			}
		}
		if c.most == 0 && len(found) == 0 {
			continue
		}
		if len(found) != 1 || found[0] < c.least || found[0] > c.most {
			t.Errorf("%s: silence after %v ticks, want it once from %d to %d", name, found, c.least, c.most)
		}
	}
}

// TestWatchSilence: the end of a talk is told once, for the recording that is watched and for no other.
func TestWatchSilence(t *testing.T) {
	l := newLab(t, func(c *Config, _ *openFile) {})
	a := l.phone("A", g711.ALaw, 500)
	l.engine.SetRoom("call", []Row{{Leg: "A"}})
	for _, id := range []RecordingID{"watched", "other"} {
		if err := l.engine.StartRecording(id, filepath.Join(t.TempDir(), "r.wav"), "A", "call"); err != nil {
			t.Fatal(err)
		}
	}
	l.engine.WatchSilence("watched", time.Second)
	l.engine.WatchSilence("unknown", time.Second)
	l.steps(100)
	if got := l.events(); len(got) != 0 {
		t.Fatalf("%q while it speaks", got)
	}
	a.voice = tone.NewGenerator(500, 0)
	l.steps(45)
	if got := l.events(); len(got) != 0 {
		t.Fatalf("%q after 0.9 s", got)
	}
	l.steps(120)
	l.await("the silence", func() bool { return len(l.events()) > 0 })
	if got := l.events(); !slices.Equal(got, []string{"watched quiet"}) {
		t.Errorf("%q", got)
	}
}

// BenchmarkSilenceWatch is what a watched recording costs in each tick more.
func BenchmarkSilenceWatch(b *testing.B) {
	var w silenceWatch
	w.after.Store(1 << 40)
	f := frame(tone.Sine(300, 0.2, rtpaudio.FrameSize))
	for b.Loop() {
		w.over(&f)
	}
}
