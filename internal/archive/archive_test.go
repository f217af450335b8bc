package archive

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ccgateway/internal/center"
	"ccgateway/internal/config"
	"ccgateway/internal/store"
	"ccgateway/internal/tone"
	"ccgateway/internal/wav"
)

func TestMain(m *testing.M) {
	if how := os.Getenv("CONVERTER"); how != "" {
		convertAs(how)
		return
	}
	goleak.VerifyTestMain(m)
}

// lab is an archive over a real index.
type lab struct {
	*Archive
	t     *testing.T
	store *store.Store
	now   time.Time
}

var began = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

func newLab(t *testing.T, change ...func(*Config)) *lab {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	s, err := store.Open(t.Context(), t.TempDir(), quiet)
	if err != nil {
		t.Fatal(err)
	}
	l := &lab{t: t, store: s, now: began.Add(time.Hour)}
	cfg := Config{Folder: filepath.Join(t.TempDir(), "recordings"), Index: s, Log: quiet, Now: func() time.Time { return l.now }}
	for _, set := range change {
		set(&cfg)
	}
	if l.Archive, err = Open(cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(l.Close(), s.Close(context.Background())); err != nil {
			t.Error(err)
		}
	})
	return l
}

// keep puts a recording of a minute's talk into folder and index; its call is over.
func (l *lab) keep(id center.RecordingID, text string) string {
	l.t.Helper()
	file := "1/20260105/" + string(id) + ".wav"
	path := filepath.Join(l.cfg.Folder, filepath.FromSlash(file))
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o750), os.WriteFile(path, []byte(text), 0o640)); err != nil {
		l.t.Fatal(err)
	}
	call := center.CallID("call-" + string(id))
	l.store.Carry(1, []center.Effect{
		center.RecordingBegan{VCC: 1, Recording: id, Call: call, Agent: 101, File: file, At: began, Name: "Y:/" + string(id)},
		center.RecordingEnded{VCC: 1, Recording: id, At: began.Add(time.Minute)}, center.CallRecord{VCC: 1, Call: call, Began: began, Ended: began.Add(time.Minute)},
	})
	return file
}

func (l *lab) carry(effects ...center.Effect) {
	l.t.Helper()
	l.store.Carry(1, effects)
	l.flush()
}

func (l *lab) flush() {
	l.t.Helper()
	if err := l.store.Flush(l.t.Context()); err != nil {
		l.t.Fatal(err)
	}
}

// there tells whether a file is in the folder.
func (l *lab) there(file string) bool {
	f, err := l.File(file)
	if err != nil {
		return false
	}
	return f.Close() == nil
}

func TestArchive_File(t *testing.T) {
	l := newLab(t)
	file := l.keep("r1", "sound")
	secret := filepath.Join(filepath.Dir(l.cfg.Folder), "secret")
	inside := filepath.Join(l.cfg.Folder, "1", "20260105")
	if err := errors.Join(os.WriteFile(secret, []byte("x"), 0o600), os.Symlink(secret, filepath.Join(inside, "link.wav")),
		os.Symlink(filepath.Dir(l.cfg.Folder), filepath.Join(l.cfg.Folder, "out"))); err != nil {
		t.Fatal(err)
	}
	f, err := l.File(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for name, want := range map[string]error{"1/20260105/r2.wav": ErrGone, "1/20260105/link.wav": ErrNotAFile, "1/20260105": ErrNotAFile} {
		if f, err := l.File(name); !errors.Is(err, want) {
			t.Errorf("%q: %v, %v, want %v", name, f, err, want)
		}
	}
	for _, name := range []string{"", "../secret", "out/secret", "/etc/passwd", secret, "1/../../secret", "1/20260105/r1.wav/x", "a\x00b"} {
		if f, err := l.File(name); err == nil {
			t.Errorf("%q is opened as %s", name, f.Name())
		}
	}
}

// FuzzFile opens anything: never a file outside of the folder.
func FuzzFile(f *testing.F) {
	folder := filepath.Join(f.TempDir(), "recordings")
	secret := filepath.Join(filepath.Dir(folder), "secret")
	a, err := Open(Config{Folder: folder})
	if err = errors.Join(err, os.WriteFile(secret, []byte("secret"), 0o600), os.WriteFile(filepath.Join(folder, "r.wav"), []byte("sound"), 0o600),
		os.Symlink("..", filepath.Join(folder, "up"))); err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = a.Close() })
	for _, seed := range []string{"r.wav", "../secret", "up/secret", secret, "./r.wav", "", "up/recordings/r.wav"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		file, err := a.File(name)
		if err != nil {
			return
		}
		defer file.Close()
		if text, err := io.ReadAll(file); err != nil || string(text) != "sound" {
			t.Fatalf("%q gives %q, %v", name, text, err)
		}
	})
}

func TestArchive_Delete(t *testing.T) {
	l := newLab(t)
	file := l.keep("r1", "sound")
	open, err := l.File(file)
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	if n, err := l.Delete(t.Context(), 1, "Y:/r1", "adm", "ticket 77"); n != 1 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	if l.there(file) {
		t.Error("the file is still there")
	}
	if text, err := io.ReadAll(open); string(text) != "sound" || err != nil {
		t.Errorf("who has it open reads %q, %v", text, err)
	}
	if n, err := l.Delete(t.Context(), 1, "r1", "adm", "again"); n != 0 || err != nil {
		t.Errorf("again: %d, %v", n, err)
	}
	if _, err := l.Delete(t.Context(), 1, "r2", "adm", "x"); !errors.Is(err, ErrUnknown) {
		t.Errorf("unknown: %v", err)
	}
	if _, err := l.Delete(t.Context(), 2, "r1", "adm", "x"); !errors.Is(err, ErrUnknown) {
		t.Errorf("another tenant's: %v", err)
	}
	audit, err := l.store.Audit(t.Context(), store.Filter{VCC: 1})
	if err != nil || len(audit) != 1 || audit[0].ActorName != "adm" || audit[0].Detail != "r1: ticket 77" || audit[0].Target != 101 {
		t.Errorf("%+v, %v", audit, err)
	}
}

// TestArchive_DeleteRunning: neither what is being made nor what belongs to a call that runs; a call of which no record came is over after a day.
func TestArchive_DeleteRunning(t *testing.T) {
	l := newLab(t)
	l.carry(center.RecordingBegan{VCC: 1, Recording: "made", Call: "c1", Agent: 101, File: "1/made.wav", At: began},
		center.RecordingBegan{VCC: 1, Recording: "taken", Call: "c1", Agent: 101, File: "1/taken.wav", At: began},
		center.RecordingEnded{VCC: 1, Recording: "taken", At: began.Add(time.Minute)})
	for _, name := range []string{"made", "taken"} {
		if n, err := l.Delete(t.Context(), 1, name, "adm", "x"); n != 0 || !errors.Is(err, ErrRuns) {
			t.Errorf("%s: %d, %v", name, n, err)
		}
	}
	if n, err := l.DeleteBefore(t.Context(), 1, l.now, "adm", "x"); n != 0 || err != nil {
		t.Errorf("all: %d, %v", n, err)
	}
	l.now = began.Add(callTime + 2*time.Minute)
	if n, err := l.DeleteBefore(t.Context(), 1, l.now, "adm", "x"); n != 1 || err != nil { // its file was never made, or a crash came between
		t.Errorf("a day later: %d, %v", n, err)
	}
}

// TestArchive_Sweep: retention by tenant, over more recordings than are looked at together; what cannot be deleted stops nothing.
func TestArchive_Sweep(t *testing.T) {
	l := newLab(t)
	const many = batch + 20
	files := make([]string, many)
	for i := range files {
		files[i] = l.keep(center.RecordingID("r"+strings.Repeat("x", i)), "sound")
	}
	l.flush()
	stuck := filepath.Join(l.cfg.Folder, filepath.FromSlash(files[3])) // a folder with something in it, which Remove refuses
	if err := errors.Join(os.Remove(stuck), os.Mkdir(stuck, 0o750), os.WriteFile(filepath.Join(stuck, "x"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := l.Sweep(t.Context()); err != nil || !l.there(files[0]) {
		t.Fatalf("a tenant without a rule: %v", err)
	}
	cfg := &config.Config{VCCs: []config.VCC{{ID: 1, Name: "one", RecordingDays: 30, Recording: config.Recording{Mode: "all"}}}}
	if _, err := l.store.Apply(t.Context(), cfg, "test"); err != nil {
		t.Fatal(err)
	}
	l.now = began.Add(30 * day)
	if err := l.Sweep(t.Context()); err != nil || !l.there(files[0]) {
		t.Fatalf("a minute too early: %v", err)
	}
	l.now = began.Add(30*day + 2*time.Minute)
	if err := l.Sweep(t.Context()); err == nil {
		t.Error("what cannot be deleted is not told")
	}
	for i, file := range files {
		if l.there(file) {
			t.Errorf("file %d is still there", i)
		}
	}
	left, err := l.store.KeptRecordings(t.Context(), 1, l.now, "", many)
	if err != nil || len(left) != 1 {
		t.Errorf("%d entries are left, %v", len(left), err)
	}
}

// TestArchive_Keep ends with its context.
func TestArchive_Keep(t *testing.T) {
	l := newLab(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	l.Keep(ctx)
}

// convertAs is what the test's own binary does in the converter's place.
func convertAs(how string) {
	switch how {
	case "copy":
		_, _ = io.Copy(os.Stdout, os.Stdin)
	case "fail":
		_, _ = os.Stderr.WriteString(strings.Repeat("no such codec ", 1000))
		os.Exit(1)
	case "half":
		_, _ = os.Stdout.WriteString("half")
		os.Exit(1)
	case "nothing":
	case "endless":
		for {
			if _, err := os.Stdout.WriteString("more "); err != nil {
				return
			}
		}
	}
}

// converter makes a program that behaves so. The archive gives a converter no environment, so a script says it.
func converter(t *testing.T, how string) func(*Config) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "converter")
	if err := os.WriteFile(path, []byte("#!/bin/sh\nCONVERTER="+how+" exec '"+self+"'\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return func(c *Config) { c.Converter, c.Conversions = path, 1 }
}

func TestArchive_Convert(t *testing.T) {
	for how, c := range map[string]struct {
		text string
		err  error
	}{
		"copy": {"sound", nil}, "fail": {"", ErrConversion}, "half": {"half", ErrConversion}, "nothing": {"", ErrConversion},
	} {
		t.Run(how, func(t *testing.T) {
			l := newLab(t, converter(t, how))
			file := l.keep("r1", "sound")
			made, err := l.Convert(t.Context(), file, "mp3")
			var text []byte
			if err == nil {
				text, err = io.ReadAll(made)
				err = errors.Join(err, made.Close())
			}
			if string(text) != c.text || !errors.Is(err, c.err) {
				t.Errorf("%q, %v", text, err)
			}
			if len(l.places) != 0 {
				t.Error("its place is not free again")
			}
			if how == "fail" && (err == nil || len(err.Error()) > 2*maxComplaint) {
				t.Errorf("the converter's words: %v", err)
			}
		})
	}
}

func TestArchive_ConvertRefused(t *testing.T) {
	l := newLab(t, converter(t, "endless"))
	file := l.keep("r1", "sound")
	if _, err := l.Convert(t.Context(), file, "exe"); !errors.Is(err, ErrBadFormat) {
		t.Errorf("unknown format: %v", err)
	}
	if _, err := l.Convert(t.Context(), "gone", "mp3"); !errors.Is(err, ErrGone) {
		t.Errorf("file that is gone: %v", err)
	}
	made, err := l.Convert(t.Context(), file, "ogg")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Convert(t.Context(), file, "ogg"); !errors.Is(err, ErrBusy) {
		t.Errorf("a second one: %v", err)
	}
	if _, err := io.CopyN(io.Discard, made, 1<<20); err != nil {
		t.Error(err)
	}
	if err := made.Close(); err != nil || len(l.places) != 0 { // in the middle
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if made, err = l.Convert(ctx, file, "ogg"); err != nil {
		t.Fatal(err)
	}
	cancel() // the client is gone
	if _, err := io.Copy(io.Discard, made); err == nil {
		t.Error("a conversion that was ended looks whole")
	}
	if err := made.Close(); err != nil {
		t.Error(err)
	}
	none := newLab(t, func(c *Config) { c.Converter = filepath.Join(t.TempDir(), "none") })
	if _, err := none.Convert(t.Context(), none.keep("r1", "x"), "mp3"); !errors.Is(err, ErrNoConverter) {
		t.Errorf("without a converter: %v", err)
	}
}

// TestArchive_FFmpeg: what ffmpeg makes of a recording of ours still has its tones, each on its side.
func TestArchive_FFmpeg(t *testing.T) {
	l := newLab(t)
	file := l.keep("r1", "")
	path := filepath.Join(l.cfg.Folder, filepath.FromSlash(file))
	const heard, said = 600.0, 1500.0
	writeTones(t, path, heard, said)
	for _, format := range []string{"mp3", "ogg"} {
		made, err := l.Convert(t.Context(), file, format)
		if err != nil {
			t.Fatal(err)
		}
		small, err := io.ReadAll(made)
		if err = errors.Join(err, made.Close()); err != nil {
			t.Fatal(err)
		}
		whole, err := os.Stat(path)
		if err != nil || len(small) == 0 || int64(len(small)) > whole.Size()/4 {
			t.Errorf("%s: %d bytes of %d (%v)", format, len(small), whole.Size(), err)
		}
		packed := filepath.Join(t.TempDir(), "x."+format)
		if err := os.WriteFile(packed, small, 0o600); err != nil {
			t.Fatal(err)
		}
		raw, err := exec.CommandContext(t.Context(), "ffmpeg", "-loglevel", "error", "-i", packed, "-ar", "8000", "-ac", "2", "-f", "s16le", "-").Output() //nolint:gosec // the test's own file
		if err != nil {
			t.Fatal(err)
		}
		for side, freq := range []float64{heard, said} {
			pcm := channel(raw, side)
			if got, all := tone.HeardWindows(pcm, freq); all == 0 || got < all*3/4 {
				t.Errorf("%s, side %d: %.0f Hz in %d of %d windows", format, side, freq, got, all)
			}
		}
	}
}

func channel(raw []byte, side int) []int16 {
	var pcm []int16
	for i := 2 * side; i+1 < len(raw); i += 4 {
		pcm = append(pcm, int16(binary.LittleEndian.Uint16(raw[i:]))) //nolint:gosec // samples
	}
	return pcm
}

// writeTones makes a recording of three seconds with a tone on each side.
func writeTones(t *testing.T, path string, left, right float64) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	w, err := wav.Create(path, 2)
	if err != nil {
		t.Fatal(err)
	}
	const length = 3 * wav.SampleRate
	a, b := tone.Sine(left, 0.3, length), tone.Sine(right, 0.3, length)
	both := make([]int16, 0, 2*length)
	for i := range a {
		both = append(both, a[i], b[i])
	}
	if err := errors.Join(w.Write(both), w.Close()); err != nil {
		t.Fatal(err)
	}
}
