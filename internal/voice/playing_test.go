package voice

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"ccgateway/internal/center"
	"ccgateway/internal/voice/media"
	"ccgateway/internal/wav"
)

// TestReadBelow: a recording's two sides are mixed; nothing outside of the folder, no link and no folder is read.
func TestReadBelow(t *testing.T) {
	top := t.TempDir()
	folder := filepath.Join(top, "recordings")
	for _, path := range []string{filepath.Join(folder, "a", "r.wav"), filepath.Join(top, "secret.wav")} {
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		w, err := wav.Create(path, 2)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(w.WriteBytes([]byte{100, 0, 44, 1}), w.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(top, "secret.wav"), filepath.Join(folder, "link.wav")); err != nil {
		t.Fatal(err)
	}
	pcm, err := readBelow(folder, "a/r.wav")
	if err != nil || len(pcm) != 1 || pcm[0] != 200 {
		t.Errorf("%v, %v", pcm, err)
	}
	for _, name := range []string{"../secret.wav", "a/../../secret.wav", filepath.Join(top, "secret.wav"), "link.wav", "a", ""} {
		if pcm, err := readBelow(folder, name); err == nil {
			t.Errorf("%q gives %v", name, pcm)
		}
	}
	if _, err := readBelow(folder, "none.wav"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if _, err := readBelow("", "a/r.wav"); !errors.Is(err, errNoFolder) {
		t.Error(err)
	}
}

// TestNeeds: files count by their size before they are read, and a sound that must be too long is not read at all.
func TestNeeds(t *testing.T) {
	s := &Server{cfg: Config{Recordings: t.TempDir()}}
	for name, size := range map[string]int64{"small.wav": 1000, "large.wav": 8 * media.MaxPlaySamples} { // of which nothing is on the disk
		path := filepath.Join(s.cfg.Recordings, name)
		must(t, os.WriteFile(path, nil, 0o600))
		must(t, os.Truncate(path, size))
	}
	small := center.Sound{File: "small.wav"}
	for name, test := range map[string]struct {
		sounds []center.Sound
		want   int
		err    error
	}{
		"two":      {[]center.Sound{small, small}, 2000, nil},
		"too long": {[]center.Sound{small, {File: "large.wav"}}, 0, media.ErrTooMuchSound},
		"too many": {make([]center.Sound, maxSounds+1), 0, errTooManySounds},
		"none":     {[]center.Sound{{File: "none.wav"}}, 0, fs.ErrNotExist},
	} {
		if got, err := s.needs(test.sounds); got != test.want || !errors.Is(err, test.err) {
			t.Errorf("%s: %d, %v", name, got, err)
		}
	}
}

// reader stands in for the speech engine: as many samples as there are characters, positive for text, negative for digits.
type reader struct{}

func (reader) Speak(_ context.Context, text string) ([]int16, error) {
	return slices.Repeat([]int16{1}, len(text)), nil
}

func (reader) Digits(_ context.Context, digits string) ([]int16, error) {
	return slices.Repeat([]int16{-1}, len(digits)), nil
}

// TestLoadSounds_Speech: text and digits are read out in their order; without a speech engine they are an error that says so.
func TestLoadSounds_Speech(t *testing.T) {
	sounds := []center.Sound{{Text: "abc"}, {Digits: "12"}}
	s := &Server{cfg: Config{Speech: reader{}}}
	if pcm, err := s.loadSounds(t.Context(), sounds); err != nil || !slices.Equal(pcm, []int16{1, 1, 1, -1, -1}) {
		t.Errorf("%v, %v", pcm, err)
	}
	s.cfg.Speech = nil
	for _, sound := range sounds {
		if _, err := s.loadSounds(t.Context(), []center.Sound{sound}); !errors.Is(err, errNoSpeech) {
			t.Errorf("%+v: %v", sound, err)
		}
	}
}
