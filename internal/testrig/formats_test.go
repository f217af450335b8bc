package testrig

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"ccgateway/internal/tone"
	"ccgateway/internal/wav"
)

// TestMuLawWAV: the file that sipp plays holds the tone, by another reader's judgement, and repeats without a seam.
func TestMuLawWAV(t *testing.T) {
	file := MuLawWAV(440, time.Second)
	sound, err := wav.Decode(bytes.NewReader(file), 100000)
	must(t, err)
	if sound.Channels != 1 || sound.Frames() != 8000 {
		t.Errorf("%d channels, %d frames", sound.Channels, sound.Frames())
	}
	twice := append(append([]int16(nil), sound.Samples...), sound.Samples...)
	if heard, all := tone.HeardWindows(twice[400:], 440); heard != all || all != 19 {
		t.Errorf("the tone is in %d of %d windows", heard, all)
	}
}

// dumpFile makes a file as baresip's sndfile does.
func dumpFile(channels, rate int, length uint32, pcm []int16) []byte {
	le := binary.LittleEndian
	h := append(le.AppendUint32([]byte("RIFF"), length+36), "WAVEfmt "...)
	h = le.AppendUint32(h, 16)
	h = le.AppendUint16(h, 1)
	h = le.AppendUint16(h, uint16(channels))
	h = le.AppendUint32(h, uint32(rate))
	h = le.AppendUint32(h, uint32(rate*channels*2))
	h = le.AppendUint16(h, uint16(channels*2))
	h = le.AppendUint16(h, 16)
	h = le.AppendUint32(append(h, "data"...), length)
	for _, s := range pcm {
		h = le.AppendUint16(h, uint16(s))
	}
	return h
}

// TestDecodeDump: any rate and number of channels comes out at 8 kHz, finished or not.
func TestDecodeDump(t *testing.T) {
	pcm := tone.Sine(440, 0.3, 8000)
	plain, err := decodeDump(dumpFile(1, 8000, 0, pcm)) // while it is written it tells no length
	must(t, err)
	if len(plain) != 8000 || !tone.Hears(plain, 440) {
		t.Errorf("%d samples, %v dB", len(plain), tone.Level(plain, 440))
	}
	var wide []int16
	for _, s := range pcm {
		for range 12 {
			wide = append(wide, s)
		}
	}
	narrow, err := decodeDump(dumpFile(2, 48000, uint32(2*len(wide)), wide))
	must(t, err)
	if len(narrow) != 8000 || narrow[100] != pcm[100] {
		t.Errorf("%d samples", len(narrow))
	}
	if pcm, err := decodeDump(nil); err != nil || pcm != nil {
		t.Errorf("a file without header: %v, %v", pcm, err)
	}
	for _, bad := range [][]byte{bytes.Repeat([]byte{1}, 100), dumpFile(1, 44100, 0, pcm), dumpFile(0, 8000, 0, pcm)} {
		if _, err := decodeDump(bad); !errors.Is(err, errDump) {
			t.Errorf("read what is no dump: %v", err)
		}
	}
}

// FuzzDecodeDump: no file does harm.
func FuzzDecodeDump(f *testing.F) {
	f.Add(dumpFile(2, 48000, 8, []int16{1, 2, 3, 4, 5}))
	f.Add(dumpFile(1, 8000, 0, nil))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if pcm, err := decodeDump(raw); err != nil && pcm != nil || len(pcm) > len(raw)/2 {
			t.Errorf("%d samples out of %d octets, %v", len(pcm), len(raw), err)
		}
	})
}

// FuzzNetstring: what is written is read again, and nothing does harm.
func FuzzNetstring(f *testing.F) {
	f.Add([]byte(`{"event":true}`))
	f.Add([]byte("3:abc,"))
	f.Add([]byte("99999999999:"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := readNetstring(bufio.NewReader(bytes.NewReader(netstring(b)))); err != nil || !bytes.Equal(got, b) {
			t.Errorf("%q became %q, %v", b, got, err)
		}
		r := bufio.NewReader(bytes.NewReader(b))
		for {
			body, err := readNetstring(r)
			if err != nil {
				return
			}
			if len(body) > len(b) {
				t.Errorf("%d octets out of %d", len(body), len(b))
			}
		}
	})
}
