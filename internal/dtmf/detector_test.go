package dtmf

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"ccgateway/internal/g711"
	"ccgateway/internal/tone"
	"ccgateway/internal/wav"
)

const (
	frameSamples = 160
	ms           = tone.SampleRate / 1000
)

// sine is one of the tones of a signal.
type sine struct{ freq, level float64 } // Hz, dBFS

// signal gives samples of sines.
func signal(samples int, sines ...sine) []int16 {
	pcm := make([]int16, samples)
	for _, s := range sines {
		tone.NewGenerator(s.freq, math.Pow(10, s.level/20)).Add(pcm)
	}
	return pcm
}

// key gives the sound of a key with the row's level, the column's above it by twist, and both beside their frequencies by off.
func key(k byte, samples int, level, twist, off float64) []int16 {
	low, high, _ := Tones(k)
	return signal(samples, sine{low * (1 + off), level}, sine{high * (1 + off), level + twist})
}

// overLine sends sound through G.711.
func overLine(pcm []int16, law g711.Law) []int16 {
	code, out := make([]byte, len(pcm)), make([]int16, len(pcm))
	law.Encode(code, pcm)
	law.Decode(out, code)
	return out
}

// listen gives the keys found in sound that begins at some sample of a frame, and how many frames were suspect.
func listen(pcm []int16, at int) (keys string, suspect int) {
	pcm = append(append(make([]int16, at), pcm...), make([]int16, 3*frameSamples)...)
	var d Detector
	for ; len(pcm) >= frameSamples; pcm = pcm[frameSamples:] {
		h := d.Take(pcm[:frameSamples])
		if h.Key != 0 {
			keys += string(h.Key)
		}
		if h.Suspect {
			suspect++
		}
	}
	return keys, suspect
}

func silence(samples int) []int16 { return make([]int16, samples) }

func join(parts ...[]int16) (all []int16) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func noise(samples int, level float64, seed uint64) []int16 {
	random := rand.New(rand.NewPCG(seed, 1))
	rms := math.Pow(10, level/20) * math.MaxInt16 / math.Sqrt2
	pcm := make([]int16, samples)
	for i := range pcm {
		pcm[i] = int16(max(-32768, min(32767, random.NormFloat64()*rms)))
	}
	return pcm
}

func mix(a, b []int16) []int16 {
	out := make([]int16, len(a))
	for i := range a {
		out[i] = int16(max(-32768, min(32767, int(a[i])+int(b[i]))))
	}
	return out
}

// TestDetector_Keys: what must be taken for a key is, once, wherever in a frame it begins, over both laws, for each of the sixteen
// keys; what must not is not.
func TestDetector_Keys(t *testing.T) {
	of := func(length int, level, twist, off float64) func(byte) []int16 {
		return func(k byte) []int16 { return key(k, length*ms, level, twist, off) }
	}
	for _, c := range []struct {
		name  string
		sound func(k byte) []int16
		times int
	}{
		{"usual", of(100, -12, 0, 0), 1},
		{"loud, clipped", of(100, 0, 0, 0), 1},
		{"shortest", of(40, -12, 0, 0), 1},
		{"too short", of(23, -12, 0, 0), 0},
		{"long", of(3000, -12, 0, 0), 1},
		{"quiet", of(50, -34, 0, 0), 1},
		{"far too quiet", of(100, -56, 0, 0), 0},
		{"column louder", of(50, -16, 6, 0), 1},
		{"row louder", of(50, -8, -9, 0), 1},
		{"column far too loud", of(100, -22, 15, 0), 0},
		{"row far too loud", of(100, -8, -18, 0), 0},
		{"1.5 % high", of(60, -12, 0, 0.015), 1},
		{"1.5 % low", of(60, -12, 0, -0.015), 1},
		{"1.5 % high, column louder", of(60, -14, 4, 0.015), 1},
		{"3.5 % high", of(200, -12, 0, 0.036), 0},
		{"3.5 % low", of(200, -12, 0, -0.036), 0},
		{"twice", func(k byte) []int16 {
			return join(key(k, 50*ms, -12, 0, 0), silence(45*ms), key(k, 50*ms, -12, 0, 0))
		}, 2},
		{"a gap of 10 ms", func(k byte) []int16 {
			return join(key(k, 60*ms, -12, 0, 0), silence(10*ms), key(k, 60*ms, -12, 0, 0))
		}, 1},
		{"a lost packet", func(k byte) []int16 {
			return join(key(k, 60*ms, -12, 0, 0), silence(20*ms), key(k, 60*ms, -12, 0, 0))
		}, 1},
		{"one tone only", func(k byte) []int16 {
			low, _, _ := Tones(k)
			return signal(200*ms, sine{low, -10})
		}, 0},
		{"a third tone", func(k byte) []int16 {
			return mix(key(k, 200*ms, -12, 0, 0), signal(200*ms, sine{400, -10}, sine{2300, -12}))
		}, 0},
	} {
		for _, k := range []byte(Keys) {
			sound := c.sound(k)
			want := ""
			for range c.times {
				want += string(k)
			}
			for at := 0; at < frameSamples; at += 23 {
				for _, law := range []g711.Law{g711.MuLaw, g711.ALaw} {
					if got, _ := listen(overLine(sound, law), at); got != want {
						t.Errorf("%s: key %c at sample %d, %v: %q", c.name, k, at, law, got)
					}
				}
			}
		}
	}
}

// TestDetector_Noise: noise 15 dB below the keys changes none of them, and noise alone is none.
func TestDetector_Noise(t *testing.T) {
	for seed := range uint64(20) {
		var pcm []int16
		for _, k := range []byte(Keys) {
			pcm = join(pcm, key(k, 50*ms, -14, 0, 0), silence(50*ms))
		}
		pcm = mix(pcm, noise(len(pcm), -14+3-15, seed)) // both tones together have 3 dB more
		if got, _ := listen(overLine(pcm, g711.MuLaw), int(seed)*7); got != Keys {
			t.Errorf("seed %d: %q", seed, got)
		}
	}
	for _, level := range []float64{-6, -20, -35} {
		if got, _ := listen(noise(20*tone.SampleRate, level, 99), 0); got != "" {
			t.Errorf("noise at %.0f dBFS has keys %q", level, got)
		}
	}
}

// TestDetector_Suspects: each frame in which a key sounds throughout is suspect, also where the key is too short, too quiet, too far off
// or too noisy to be told. It is what hides keys; see the package's comment.
func TestDetector_Suspects(t *testing.T) {
	for name, of := range map[string]func(k byte) []int16{
		"usual":      func(k byte) []int16 { return key(k, 200*ms, -12, 0, 0) },
		"quiet":      func(k byte) []int16 { return key(k, 200*ms, -46, 0, 0) },
		"2 % high":   func(k byte) []int16 { return key(k, 200*ms, -12, 0, 0.02) },
		"2 % low":    func(k byte) []int16 { return key(k, 200*ms, -12, 0, -0.02) },
		"10 dB more": func(k byte) []int16 { return key(k, 200*ms, -18, 10, 0) },
		"noise":      func(k byte) []int16 { return mix(key(k, 200*ms, -12, 0, 0), noise(200*ms, -18, 3)) },
	} {
		for _, k := range []byte(Keys) {
			sound := overLine(of(k), g711.MuLaw)
			var d Detector
			for i := 0; i < len(sound); i += frameSamples {
				if !d.Take(sound[i : i+frameSamples]).Suspect {
					t.Errorf("%s: frame %d of key %c is not suspect", name, i/frameSamples, k)
				}
			}
		}
	}
}

// TestDetector_TalkOff: speech is no key: eleven minutes of espeak-ng's voices at several pitches and speeds, and all recorded prompts.
func TestDetector_TalkOff(t *testing.T) {
	prompts, err := filepath.Glob("../voice/media/prompts/*.wav")
	if err != nil || len(prompts) == 0 {
		t.Fatalf("no prompts: %v", err)
	}
	for _, path := range prompts {
		sound, err := wav.ReadFile(path, 600*wav.SampleRate)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := listen(sound.Channel(0), 0); got != "" {
			t.Errorf("%s has keys %q", filepath.Base(path), got)
		}
	}
	if _, err := exec.LookPath("espeak-ng"); err != nil && os.Getenv("CI") != "true" {
		t.Skip("espeak-ng is not installed: run make tools")
	}
	total, suspect := 0, 0
	for i, voice := range []string{"en-us", "de", "en-us+f3", "de+f2", "fr+f4", "en-gb+m3", "es+f5", "it+f2"} {
		pcm := speak(t, voice, 30+i*10, 130+i*12)
		got, some := listen(overLine(pcm, g711.ALaw), 0)
		if got != "" {
			t.Errorf("%s has keys %q in %d s", voice, got, len(pcm)/tone.SampleRate)
		}
		total, suspect = total+len(pcm), suspect+some
	}
	frames := total / frameSamples
	t.Logf("%d s of speech, %d of %d frames suspect", total/tone.SampleRate, suspect, frames)
	if total < 10*60*tone.SampleRate {
		t.Errorf("only %d s of speech", total/tone.SampleRate)
	}
	if suspect > frames/50 {
		t.Errorf("%d of %d frames of speech would be silenced where keys are hidden", suspect, frames)
	}
}

// speak has a text read out, at -12 dBFS or so.
func speak(t *testing.T, voice string, pitch, speed int) []int16 {
	t.Helper()
	var text bytes.Buffer
	for n := range 5 {
		fmt.Fprintf(&text, "Hello, this is caller number %d. My order %d has not arrived, and I would like to ask where it is. "+
			"Oh, really? Aha. No, I am in Augusta, Georgia. Yes please, eight hundred and forty one, or nine. ", n*37, 1000+n*7919)
	}
	cmd := exec.CommandContext(t.Context(), "espeak-ng", "-v", voice, "-p", fmt.Sprint(pitch), "-s", fmt.Sprint(speed), "--stdout")
	cmd.Stdin = &text
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("espeak-ng -v %s: %v", voice, err)
	}
	return resample(t, out)
}

// resample reads what espeak-ng writes, 22050 samples a second, and brings it to 8000. What lies above 4000 Hz folds down: that makes the
// speech rougher, which is all the same here.
func resample(t *testing.T, file []byte) []int16 {
	t.Helper()
	const header, rate = 44, 22050
	if len(file) < header {
		t.Fatal("espeak-ng wrote no sound")
	}
	data := file[header:]
	at := func(i int) float64 { return float64(int16(uint16(data[2*i]) | uint16(data[2*i+1])<<8)) }
	n := len(data) / 2
	pcm := make([]int16, 0, n*tone.SampleRate/rate)
	for i := 0; ; i++ {
		place := float64(i) * rate / tone.SampleRate
		whole := int(place)
		if whole+1 >= n {
			return pcm
		}
		part := place - float64(whole)
		pcm = append(pcm, int16(at(whole)*(1-part)+at(whole+1)*part))
	}
}

// TestDetector_Sounding: the key told last counts as sounding until 30 ms after its end.
func TestDetector_Sounding(t *testing.T) {
	var d Detector
	sound := join(key('7', 100*ms, -12, 0, 0), silence(60*ms))
	var states string
	for i := 0; i < len(sound); i += frameSamples {
		d.Take(sound[i : i+frameSamples])
		states += map[bool]string{true: "k", false: "-"}[d.Sounding()]
	}
	if states != "-kkkkk--" && states != "-kkkkkk-" {
		t.Errorf("sounding: %s", states)
	}
}

// TestGenerator: each key sounds with its two tones and no other; what is no key is silent.
func TestGenerator(t *testing.T) {
	for _, k := range []byte(Keys + "x") {
		pcm := make([]int16, 2*tone.MinWindow)
		NewGenerator(k, 0.25).Fill(pcm[:frameSamples])
		g := NewGenerator(k, 0.25)
		for i := 0; i < len(pcm); i += frameSamples {
			g.Fill(pcm[i : i+frameSamples])
		}
		low, high, _ := Tones(k)
		for _, freq := range frequencies() {
			if got, want := tone.Hears(pcm, freq), freq == low || freq == high; got != want {
				t.Errorf("key %c: %.0f Hz heard: %v", k, freq, got)
			}
		}
	}
}

// BenchmarkDetector is what a party costs in each tick of 20 ms.
func BenchmarkDetector(b *testing.B) {
	for name, pcm := range map[string][]int16{
		"silence": silence(frameSamples), "noise": noise(frameSamples, -20, 1), "key": key('5', frameSamples, -12, 0, 0),
	} {
		b.Run(name, func(b *testing.B) {
			var d Detector
			b.ReportAllocs()
			for b.Loop() {
				d.Take(pcm)
			}
		})
	}
}
