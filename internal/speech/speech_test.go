package speech

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ccgateway/internal/tone"
	"ccgateway/internal/wav"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newEngine needs the program. Where it is missing the test is skipped, but not in CI: there scripts/install-test-tools has brought it.
func newEngine(t *testing.T, cfg Config) *Engine {
	t.Helper()
	if _, err := exec.LookPath("espeak-ng"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("espeak-ng is missing: %v", err)
		}
		t.Skip("espeak-ng is not installed: run make tools")
	}
	e, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// script makes a program of our own that stands in for a broken one.
func script(t *testing.T, body string) Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o700); err != nil { //nolint:gosec // has to be run
		t.Fatal(err)
	}
	return Config{Program: path}
}

func seconds(pcm []int16) float64 { return float64(len(pcm)) / wav.SampleRate }

// TestSpeak: a sentence sounds as long and as loud as a voice, and a longer one longer.
func TestSpeak(t *testing.T) {
	e := newEngine(t, Config{})
	short, err := e.Speak(t.Context(), "one two three")
	if err != nil {
		t.Fatal(err)
	}
	if s := seconds(short); s < 0.6 || s > 3 {
		t.Errorf("it lasts %.2f s", s)
	}
	if loud := tone.Loudness(short); loud < -30 || loud > -6 {
		t.Errorf("loudness %.1f dBFS", loud)
	}
	number, err := e.Speak(t.Context(), "123")
	if err != nil {
		t.Fatal(err)
	}
	words, err := e.Speak(t.Context(), "one hundred and twenty three")
	if err != nil {
		t.Fatal(err)
	}
	if d := seconds(number) - seconds(words); d < -0.4 || d > 0.4 {
		t.Errorf("123 lasts %.2f s, its words %.2f s", seconds(number), seconds(words))
	}
	options, err := e.Speak(t.Context(), "--version; $(id) `id` [[x]]")
	if err != nil || seconds(options) < 0.5 {
		t.Errorf("text that looks like options: %.2f s, %v", seconds(options), err)
	}
}

// TestSpeak_Voice: another language sounds otherwise; one that does not exist is the program's complaint.
func TestSpeak_Voice(t *testing.T) {
	english, err := newEngine(t, Config{}).Speak(t.Context(), "12")
	if err != nil {
		t.Fatal(err)
	}
	german, err := newEngine(t, Config{Voice: "de"}).Speak(t.Context(), "12")
	if err != nil || slices.Equal(english, german) {
		t.Errorf("German and English are the same (%v)", err)
	}
	if _, err := newEngine(t, Config{Voice: "xx-none"}).Speak(t.Context(), "12"); err == nil || !strings.Contains(err.Error(), "voice does not exist") {
		t.Error(err)
	}
	for _, voice := range []string{"-x", "../de", "de;id", "de n"} {
		if _, err := New(Config{Voice: voice}); err == nil {
			t.Errorf("voice %q is taken", voice)
		}
	}
}

// TestDigits: each digit is heard, in as many pieces as there are digits; a second reading needs no program.
func TestDigits(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "speech")
	e := newEngine(t, Config{Cache: folder})
	pcm, err := e.Digits(t.Context(), "0123456789*#55")
	if err != nil {
		t.Fatal(err)
	}
	if s := seconds(pcm); s < 4 || s > 12 {
		t.Errorf("14 digits last %.2f s", s)
	}
	if files, _ := filepath.Glob(filepath.Join(folder, "*")); len(files) != 12 {
		t.Errorf("%d files: a digit each is wanted, and no row of them", len(files))
	}
	e.cfg.Program = filepath.Join(folder, "none")
	if again, err := e.Digits(t.Context(), "0123456789*#55"); err != nil || !slices.Equal(again, pcm) {
		t.Errorf("from the cache: %d samples of %d, %v", len(again), len(pcm), err)
	}
	for _, wrong := range []string{"", "12a", "1 2", strings.Repeat("1", MaxDigits+1)} {
		if _, err := e.Digits(t.Context(), wrong); !errors.Is(err, ErrText) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

// TestSpeak_Refused: what cannot be read out is refused before any program runs.
func TestSpeak_Refused(t *testing.T) {
	e, err := New(Config{Program: filepath.Join(t.TempDir(), "none")})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", " \n\x00", strings.Repeat("é", MaxText+1)} {
		if _, err := e.Speak(t.Context(), text); !errors.Is(err, ErrText) {
			t.Errorf("%.10q: %v", text, err)
		}
	}
	if _, err := e.Speak(t.Context(), "hello"); !errors.Is(err, ErrNoProgram) {
		t.Errorf("missing program: %v", err)
	}
}

// TestSpeak_BrokenProgram: a program that floods, fails or makes no sound is an error, soon, and is not left running.
func TestSpeak_BrokenProgram(t *testing.T) {
	for name, test := range map[string]struct {
		body string
		want error
	}{
		"floods":   {"exec cat /dev/zero", errTooMuchOutput},
		"fails":    {"echo broken >&2; exit 3", nil},
		"no WAV":   {"echo hello", wav.ErrFormat},
		"no sound": {`printf 'RIFF\000\000\000\000WAVEfmt \020\000\000\000\001\000\001\000\042\126\000\000\104\254\000\000\002\000\020\000data\000\000\000\000'`, ErrText},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := New(script(t, test.body))
			if err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithTimeout(t.Context(), maxRun)
			defer stop()
			_, err = e.Speak(ctx, "hello")
			if err == nil || test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

// TestSpeak_Hangs: a program that makes no end is ended with the context.
func TestSpeak_Hangs(t *testing.T) {
	e, err := New(script(t, "exec sleep 60"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer stop()
	if _, err := e.Speak(ctx, "hello"); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

// TestSpeak_Environment: the program gets none of our environment.
func TestSpeak_Environment(t *testing.T) {
	t.Setenv("CCGATEWAY_SECRET", "pa55word")
	e, err := New(script(t, "env >&2; exit 1"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Speak(t.Context(), "hello"); err == nil || !strings.Contains(err.Error(), "LC_ALL") || strings.Contains(err.Error(), "pa55word") {
		t.Errorf("environment: %v", err)
	}
}

// TestSpeak_Turns: when as many programs run as may, a text waits, as long as its context lasts.
func TestSpeak_Turns(t *testing.T) {
	e, err := New(script(t, "exit 1"))
	if err != nil {
		t.Fatal(err)
	}
	if !e.programs.TryAcquire(maxPrograms) {
		t.Fatal("busy")
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := e.Speak(ctx, "hello"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	e.programs.Release(maxPrograms)
}

// TestCache_Bound: what was used longest ago goes when there is no room; what is no sound is not given.
func TestCache_Bound(t *testing.T) {
	folder := t.TempDir()
	c := &cache{folder: folder, most: 3 * (2*1000 + 44)}
	pcm := tone.Sine(440, 0.5, 1000)
	for i, key := range []string{"a.wav", "b.wav", "c.wav"} {
		c.put(key, pcm)
		at := time.Now().Add(time.Duration(i-10) * time.Hour)
		if err := os.Chtimes(filepath.Join(folder, key), at, at); err != nil {
			t.Fatal(err)
		}
	}
	if got, ok := c.get("a.wav"); !ok || !slices.Equal(got, pcm) {
		t.Error("a is not as it was put")
	}
	c.put("d.wav", pcm)
	for key, want := range map[string]bool{"a.wav": true, "b.wav": false, "c.wav": true, "d.wav": true} {
		if _, ok := c.get(key); ok != want {
			t.Errorf("%s: %v, want %v", key, ok, want)
		}
	}
	if err := os.WriteFile(filepath.Join(folder, "a.wav"), []byte("RIFF"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, ok := c.get("a.wav"); ok {
		t.Error("a broken file was taken")
	}
}

// TestResample: a tone keeps its pitch and level; one above half the new rate is gone.
func TestResample(t *testing.T) {
	for _, rate := range []int{16000, 22050, 44100} {
		sine := func(freq float64) []int16 { return tone.Sine(freq*wav.SampleRate/float64(rate), 0.5, rate) }
		kept := resample(sine(1000), rate, wav.SampleRate)
		if len(kept) != wav.SampleRate {
			t.Errorf("%d: one second became %d samples", rate, len(kept))
		}
		if level := tone.Level(kept, 1000); level < -6.2 || level > -5.8 {
			t.Errorf("%d: level %.2f dBFS of a tone at -6.02", rate, level)
		}
		gone := resample(sine(5000), rate, wav.SampleRate)[100:7900] // its sudden begin and end are clicks, of all frequencies
		if loud := tone.Loudness(gone); loud > -66 {
			t.Errorf("%d: a tone of 5 kHz is still heard: %.1f dBFS", rate, loud)
		}
	}
}
