package g711

import (
	"math"
	"testing"
)

// segmentEnd is one line of tables 1 and 2 of G.711: the code of the last interval of a segment and the value that it decodes
// to, in the table's own units (13-bit for A, 14-bit for µ).
type segmentEnd struct {
	code  byte
	value int
}

// TestDecode_TablesOfTheRecommendation checks the ends of all segments against the values y of tables 1a and 2a of G.711.
func TestDecode_TablesOfTheRecommendation(t *testing.T) {
	mu := []segmentEnd{{0xFF, 0}, {0xFE, 2}, {0xF0, 30}, {0xEF, 33}, {0xE0, 93}, {0xDF, 99}, {0xD0, 219}, {0xCF, 231},
		{0xC0, 471}, {0xBF, 495}, {0xB0, 975}, {0xAF, 1023}, {0xA0, 1983}, {0x9F, 2079}, {0x90, 3999}, {0x8F, 4191}, {0x80, 8031}}
	for _, end := range mu {
		check(t, MuLaw, end.code, end.value*4)
		check(t, MuLaw, end.code&0x7F, -end.value*4)
	}
	// A: the table gives codes before inversion of the even bits, values in units of 1/4096 of full scale.
	a := []segmentEnd{{0x80, 1}, {0x81, 3}, {0x8F, 31}, {0x90, 33}, {0x9F, 63}, {0xA0, 66}, {0xAF, 126}, {0xB0, 132}, {0xBF, 252},
		{0xC0, 264}, {0xCF, 504}, {0xD0, 528}, {0xDF, 1008}, {0xE0, 1056}, {0xEF, 2016}, {0xF0, 2112}, {0xFF, 4032}}
	for _, end := range a {
		check(t, ALaw, end.code^0x55, end.value*8)
		check(t, ALaw, (end.code&0x7F)^0x55, -end.value*8)
	}
}

func check(t *testing.T, law Law, code byte, want int) {
	t.Helper()
	var pcm [1]int16
	law.Decode(pcm[:], []byte{code})
	if int(pcm[0]) != want {
		t.Errorf("%v: code %#02x decodes to %d, want %d", law, code, pcm[0], want)
	}
}

// TestDecode_DigitalMilliwatt: the periodic sequences of tables 5 and 6 of G.711 are a sine of 1 kHz at 0 dBm0, which lies
// 3.14 dB (A) and 3.17 dB (µ) below the largest sine.
func TestDecode_DigitalMilliwatt(t *testing.T) {
	cases := []struct {
		law     Law
		period  []byte
		ceiling float64 // the virtual decision value at the top, in 16-bit units
		below   float64
	}{
		{ALaw, []byte{0x34, 0x21, 0x21, 0x34, 0xB4, 0xA1, 0xA1, 0xB4}, 4096 * 8, 3.14},
		{MuLaw, []byte{0x1E, 0x0B, 0x0B, 0x1E, 0x9E, 0x8B, 0x8B, 0x9E}, 8159 * 4, 3.17},
	}
	for _, c := range cases {
		pcm := make([]int16, len(c.period))
		c.law.Decode(pcm, c.period)
		var power float64
		for _, s := range pcm {
			power += float64(s) * float64(s) / float64(len(pcm))
		}
		got := 10 * math.Log10(power/(c.ceiling*c.ceiling/2))
		if math.Abs(got+c.below) > 0.02 {
			t.Errorf("%v: milliwatt is %.3f dB against full scale, want %.2f", c.law, got, -c.below)
		}
		back := make([]byte, len(pcm))
		c.law.Encode(back, pcm)
		if string(back) != string(c.period) {
			t.Errorf("%v: encoded again: % x, want % x", c.law, back, c.period)
		}
	}
}

// TestEncode_RoundTrip: each code comes back from its own sample; only the negative zero of µ-law becomes the positive one.
func TestEncode_RoundTrip(t *testing.T) {
	for _, law := range []Law{MuLaw, ALaw} {
		for c := range 256 {
			var pcm [1]int16
			var back [1]byte
			law.Decode(pcm[:], []byte{byte(c)})
			law.Encode(back[:], pcm[:])
			want := byte(c)
			if law == MuLaw && c == 0x7F {
				want = 0xFF
			}
			if back[0] != want {
				t.Errorf("%v: %#02x -> %d -> %#02x", law, c, pcm[0], back[0])
			}
		}
	}
}

// TestEncode_NearestAndMonotonic walks all samples: a larger sample never gets a smaller value, and the error is at most half
// a step of the sample's segment, up to the top decision value.
func TestEncode_NearestAndMonotonic(t *testing.T) {
	for _, law := range []Law{MuLaw, ALaw} {
		last := math.MinInt
		for s := math.MinInt16; s <= math.MaxInt16; s++ {
			var code [1]byte
			var pcm [1]int16
			law.Encode(code[:], []int16{int16(s)})
			law.Decode(pcm[:], code[:])
			got := int(pcm[0])
			if got < last {
				t.Fatalf("%v: sample %d decodes to %d, the one below it to %d", law, s, got, last)
			}
			last = got
			// Steps are 1/16 of the segment's beginning at most: a relative error of 1/32, beside the linear foot.
			limit := max(float64(16), math.Abs(float64(s))/32+8)
			if clipped := math.Abs(float64(s)) > 32635; clipped {
				limit = 32768 - 32124
			}
			if diff := math.Abs(float64(s - got)); diff > limit {
				t.Fatalf("%v: sample %d decodes to %d: off by %.0f, at most %.0f", law, s, got, diff, limit)
			}
		}
	}
}

// TestLaw_Silence: what the laws call silence is the smallest positive sample, and zero encodes to it.
func TestLaw_Silence(t *testing.T) {
	check(t, MuLaw, MuLaw.Silence(), 0)
	check(t, ALaw, ALaw.Silence(), 8)
	for _, law := range []Law{MuLaw, ALaw} {
		var code [1]byte
		law.Encode(code[:], []int16{0})
		if code[0] != law.Silence() {
			t.Errorf("%v: zero encodes to %#02x, want %#02x", law, code[0], law.Silence())
		}
	}
}

// TestLaw_ShorterSideRules: conversion stops at the shorter slice and says how far it came.
func TestLaw_ShorterSideRules(t *testing.T) {
	pcm := []int16{1, 1, 1}
	if n := ALaw.Decode(pcm, []byte{0xAA, 0xAA}); n != 2 || pcm[2] != 1 {
		t.Errorf("decoded %d, rest %d", n, pcm[2])
	}
	code := []byte{1, 1, 1}
	if n := MuLaw.Encode(code, []int16{0}); n != 1 || code[1] != 1 {
		t.Errorf("encoded %d, rest %#x", n, code[1])
	}
}

// TestLaw_Names: names and payload types are those of RFC 3551.
func TestLaw_Names(t *testing.T) {
	if MuLaw.String() != "PCMU" || ALaw.String() != "PCMA" || LawUnknown.String() != "unknown" {
		t.Error("names are wrong")
	}
	if MuLaw.PayloadType() != 0 || ALaw.PayloadType() != 8 {
		t.Error("payload types are wrong")
	}
	if LawUnknown.Valid() || !MuLaw.Valid() || !ALaw.Valid() {
		t.Error("validity is wrong")
	}
}

func BenchmarkDecode(b *testing.B) {
	pcm, code := make([]int16, 160), make([]byte, 160)
	for b.Loop() {
		MuLaw.Decode(pcm, code)
	}
}

func BenchmarkEncode(b *testing.B) {
	pcm, code := make([]int16, 160), make([]byte, 160)
	for i := range pcm {
		pcm[i] = int16(i * 401)
	}
	for b.Loop() {
		ALaw.Encode(code, pcm)
	}
}
