package prompts

import (
	"testing"

	"ccgateway/internal/tone"
)

// TestMusic_PlaysAndKeepsClearOfTestTones: the tune is heard all the time, at a modest level, and no test tone is heard in it.
func TestMusic_PlaysAndKeepsClearOfTestTones(t *testing.T) {
	pcm, err := Music()
	if err != nil {
		t.Fatal(err)
	}
	if len(pcm) != 24*tone.SampleRate {
		t.Errorf("%d samples", len(pcm))
	}
	for at := 0; at+4000 <= len(pcm); at += 4000 {
		if level := tone.Loudness(pcm[at : at+4000]); level < -32 || level > -14 {
			t.Errorf("at %d ms: %.1f dBFS", at/8, level)
		}
	}
	for _, freq := range []float64{300, 425, 440, 500, 600, 700, 800, 1000} {
		for _, n := range []int{800, 1600, 4000} {
			for at := 0; at+n <= len(pcm); at += n {
				if tone.Hears(pcm[at:at+n], freq) {
					t.Errorf("%.0f Hz is heard at %d ms in %d samples: %.1f dB", freq, at/8, n, tone.Level(pcm[at:at+n], freq))
				}
			}
		}
	}
}

// TestRingBack: a second of 425 Hz, four of silence.
func TestRingBack(t *testing.T) {
	pcm := RingBack()
	if heard, all := tone.HeardWindows(pcm, 425); heard != 10 || all != 50 {
		t.Errorf("heard in %d of %d tenths of a second", heard, all)
	}
	if tone.Loudness(pcm[tone.SampleRate:]) != tone.Floor {
		t.Error("the pause is not silent")
	}
}
