package wav

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"ccgateway/internal/g711"
)

const bound = 60 * SampleRate

func write(t *testing.T, channels int, blocks ...[]int16) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.wav")
	w, err := Create(path, channels)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range blocks {
		if err := w.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func ramp(n int) []int16 {
	pcm := make([]int16, n)
	for i := range pcm {
		pcm[i] = int16(i*37 - 12000)
	}
	return pcm
}

// TestWriter_RoundTrip: what was written is read again, and the sizes of the header are those of the file.
func TestWriter_RoundTrip(t *testing.T) {
	for channels := 1; channels <= 2; channels++ {
		path := write(t, channels, ramp(320), ramp(160))
		sound, err := ReadFile(path, bound)
		if err != nil {
			t.Fatal(err)
		}
		want := append(ramp(320), ramp(160)...)
		if sound.Channels != channels || !slices.Equal(sound.Samples, want) {
			t.Errorf("%d channels: read %d channels, %d samples", channels, sound.Channels, len(sound.Samples))
		}
		raw, _ := os.ReadFile(path)
		if got := binary.LittleEndian.Uint32(raw[4:]); int(got) != len(raw)-8 {
			t.Errorf("RIFF size %d in a file of %d bytes", got, len(raw))
		}
		if got := binary.LittleEndian.Uint32(raw[40:]); int(got) != len(raw)-headerSize {
			t.Errorf("data size %d in a file of %d bytes", got, len(raw))
		}
		if repaired, err := Repair(path); repaired || err != nil {
			t.Errorf("a whole file was repaired: %v, %v", repaired, err)
		}
	}
}

// TestWriter_CutAnywhere cuts the file at each byte, as a crash may, with the header as it then was: it plays up to the last
// block, and after Repair up to the last whole frame.
func TestWriter_CutAnywhere(t *testing.T) {
	var disk memory
	w, err := NewWriter(&disk, 2)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := w.Write(ramp(16)); err != nil {
			t.Fatal(err)
		}
	}
	for step, image := range disk.images {
		for cut := headerSize; cut <= len(image); cut++ {
			path := filepath.Join(t.TempDir(), "cut.wav")
			if err := os.WriteFile(path, image[:cut], 0o600); err != nil {
				t.Fatal(err)
			}
			checkPlays(t, path, step, cut)
			if _, err := Repair(path); err != nil {
				t.Fatalf("step %d, cut at %d: %v", step, cut, err)
			}
			sound, err := ReadFile(path, bound)
			if want := (cut - headerSize) / 4; err != nil || sound.Frames() != want {
				t.Fatalf("step %d, cut at %d: %d frames after repair, want %d (%v)", step, cut, sound.Frames(), want, err)
			}
			if again, err := Repair(path); again || err != nil {
				t.Fatalf("step %d, cut at %d: repaired twice (%v)", step, cut, err)
			}
		}
	}
}

func checkPlays(t *testing.T, path string, step, cut int) {
	t.Helper()
	sound, err := ReadFile(path, bound)
	if err != nil {
		t.Fatalf("step %d, cut at %d: %v", step, cut, err)
	}
	told := step / 2 * 8 // each block is two writes: samples, then sizes
	if want := min(told, (cut-headerSize)/4); sound.Frames() < want {
		t.Fatalf("step %d, cut at %d: plays %d frames, want %d at least", step, cut, sound.Frames(), want)
	}
}

// memory is a file that remembers how it looked after each write.
type memory struct {
	data   []byte
	images [][]byte
	fail   error
}

func (m *memory) WriteAt(p []byte, off int64) (int, error) {
	if m.fail != nil {
		return 0, m.fail
	}
	if end := int(off) + len(p); end > len(m.data) {
		m.data = append(m.data, make([]byte, end-len(m.data))...)
	}
	copy(m.data[off:], p)
	m.images = append(m.images, bytes.Clone(m.data))
	return len(p), nil
}
func (m *memory) Sync() error  { return m.fail }
func (m *memory) Close() error { return m.fail }

// TestWriter_Errors: a failing disk is told, with its cause; broken frames and too much are refused.
func TestWriter_Errors(t *testing.T) {
	full := errors.New("disk full")
	disk := &memory{}
	w, err := NewWriter(disk, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write([]int16{1}); err == nil {
		t.Error("half a frame was taken")
	}
	disk.fail = full
	if err := w.Write([]int16{1, 2}); !errors.Is(err, full) {
		t.Errorf("write: %v", err)
	}
	if err := w.Close(); !errors.Is(err, full) {
		t.Errorf("close: %v", err)
	}
	if w.Frames() != 0 {
		t.Errorf("%d frames count as written", w.Frames())
	}
	if _, err := NewWriter(disk, 1); !errors.Is(err, full) {
		t.Errorf("header: %v", err)
	}
	if _, err := NewWriter(&memory{}, 3); err == nil {
		t.Error("three channels were taken")
	}
	w = &Writer{file: &memory{}, channels: 1, written: maxDataSize - 1}
	if err := w.Write([]int16{1}); !errors.Is(err, ErrTooLong) {
		t.Errorf("too long: %v", err)
	}
	path := write(t, 1)
	if _, err := Create(path, 1); !errors.Is(err, os.ErrExist) {
		t.Errorf("an existing file was overwritten: %v", err)
	}
}

// file builds a WAV file by hand.
func file(tag, channels, bits uint16, rate uint32, extra string, dataSize uint32, data []byte) []byte {
	b := []byte("RIFF\x00\x00\x00\x00WAVE" + extra + "fmt ")
	b = binary.LittleEndian.AppendUint32(b, fmtSize)
	b = binary.LittleEndian.AppendUint16(b, tag)
	b = binary.LittleEndian.AppendUint16(b, channels)
	b = binary.LittleEndian.AppendUint32(b, rate)
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = binary.LittleEndian.AppendUint16(b, 0)
	b = binary.LittleEndian.AppendUint16(b, bits)
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, dataSize)
	return append(b, data...)
}

func TestDecode_Kinds(t *testing.T) {
	law := []byte{0x80, 0xFF, 0x00}
	mu, a := make([]int16, 3), make([]int16, 3)
	g711.MuLaw.Decode(mu, law)
	g711.ALaw.Decode(a, law)
	cases := []struct {
		name     string
		file     []byte
		channels int
		samples  []int16
	}{
		{"PCM mono", file(1, 1, 16, 8000, "", 4, []byte{1, 0, 2, 0}), 1, []int16{1, 2}},
		{"PCM stereo", file(1, 2, 16, 8000, "", 4, []byte{1, 0, 2, 0}), 2, []int16{1, 2}},
		{"A-law", file(6, 1, 8, 8000, "", 3, law), 1, a},
		{"µ-law", file(7, 1, 8, 8000, "", 3, law), 1, mu},
		{"other chunks before", file(1, 1, 16, 8000, "LIST\x03\x00\x00\x00abc\x00", 2, []byte{9, 0}), 1, []int16{9}},
		{"something behind the data", file(1, 1, 16, 8000, "", 2, []byte{9, 0, 'L', 'I', 'S', 'T'}), 1, []int16{9}},
		{"cut off", file(1, 1, 16, 8000, "", 400, []byte{9, 0, 7}), 1, []int16{9}},
		{"streamed, size 0", file(1, 1, 16, 8000, "", 0, []byte{9, 0, 7, 0}), 1, []int16{9, 7}},
		{"streamed, largest size", file(1, 1, 16, 8000, "", 0xFFFFFFFF, []byte{9, 0, 7, 0}), 1, []int16{9, 7}},
		{"empty", file(1, 1, 16, 8000, "", 0, nil), 1, []int16{}},
	}
	for _, c := range cases {
		sound, err := Decode(bytes.NewReader(c.file), 100)
		if err != nil || sound.Channels != c.channels || !slices.Equal(sound.Samples, c.samples) {
			t.Errorf("%s: %+v, %v", c.name, sound, err)
		}
	}
}

func TestDecode_Refused(t *testing.T) {
	cases := map[string][]byte{
		"nothing":         nil,
		"not RIFF":        []byte("RIFX\x00\x00\x00\x00WAVEfmt "),
		"no data":         file(1, 1, 16, 8000, "", 0, nil)[:36],
		"data before fmt": []byte("RIFF\x00\x00\x00\x00WAVEdata\x00\x00\x00\x00"),
		"short fmt":       []byte("RIFF\x00\x00\x00\x00WAVEfmt \x02\x00\x00\x00ab"),
		"huge fmt":        []byte("RIFF\x00\x00\x00\x00WAVEfmt \xff\xff\xff\xffab"),
		"cut fmt":         []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00ab"),
		"cut chunk":       []byte("RIFF\x00\x00\x00\x00WAVELIST\x10\x00\x00\x00ab"),
		"float":           file(3, 1, 32, 8000, "", 0, nil),
		"8-bit PCM":       file(1, 1, 8, 8000, "", 0, nil),
		"16 kHz":          file(1, 1, 16, 16000, "", 0, nil),
		"six channels":    file(1, 6, 16, 8000, "", 0, nil),
		"no channels":     file(1, 0, 16, 8000, "", 0, nil),
	}
	for name, data := range cases {
		if _, err := Decode(bytes.NewReader(data), 100); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
	long := file(1, 1, 16, 8000, "", 202, make([]byte, 202))
	if _, err := Decode(bytes.NewReader(long), 100); !errors.Is(err, ErrTooLong) {
		t.Errorf("too long: %v", err)
	}
	if _, err := ReadFile(filepath.Join(t.TempDir(), "none"), 100); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
}

func TestSound_Channels(t *testing.T) {
	stereo := Sound{Channels: 2, Samples: []int16{1, 3, -5, -7, 32767, 32767}}
	if got := stereo.Channel(1); !slices.Equal(got, []int16{3, -7, 32767}) {
		t.Errorf("right: %v", got)
	}
	if got := stereo.Mono(); !slices.Equal(got, []int16{2, -6, 32767}) {
		t.Errorf("mono: %v", got)
	}
	mono := Sound{Channels: 1, Samples: []int16{4, 5}}
	if !slices.Equal(mono.Mono(), mono.Samples) || mono.Frames() != 2 {
		t.Error("mono is not itself")
	}
}

func TestRepair_NotOurs(t *testing.T) {
	for name, data := range map[string][]byte{
		"empty":   nil,
		"short":   []byte("RIFF"),
		"foreign": append(file(7, 1, 8, 8000, "", 0, nil), 1, 2, 3),
		"garbage": bytes.Repeat([]byte{0xFF}, 100),
	} {
		path := filepath.Join(t.TempDir(), "x.wav")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Repair(path); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
		if after, _ := os.ReadFile(path); !bytes.Equal(after, data) {
			t.Errorf("%s: the file was changed", name)
		}
	}
	if _, err := Repair(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
}

// FuzzDecode: no file makes the reader fall over, take more than it may, or give broken frames.
func FuzzDecode(f *testing.F) {
	f.Add(file(1, 2, 16, 8000, "LIST\x03\x00\x00\x00abc\x00", 8, make([]byte, 8)))
	f.Add(file(6, 1, 8, 8000, "", 3, []byte{1, 2, 3}))
	f.Add(file(0xFFFE, 1, 16, 8000, "", 0xFFFFFFFF, []byte{1, 2, 3}))
	f.Fuzz(func(t *testing.T, data []byte) {
		sound, err := Decode(bytes.NewReader(data), 1000)
		if err != nil {
			return
		}
		if sound.Frames() > 1000 || len(sound.Samples)%sound.Channels != 0 {
			t.Errorf("%d channels, %d samples", sound.Channels, len(sound.Samples))
		}
		sound.Mono()
	})
}
