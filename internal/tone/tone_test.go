package tone

import (
	"math"
	"math/rand/v2"
	"testing"

	"ccgateway/internal/g711"
)

// TestLevel_OfASine: the level is the amplitude that the generator was given, wherever the tone lies between the bins.
func TestLevel_OfASine(t *testing.T) {
	for _, freq := range []float64{300, 425, 440, 700, 1003.7, 2100, 3400} {
		for _, amplitude := range []float64{1, 0.5, 0.1, 0.01} {
			want := 20 * math.Log10(amplitude)
			got := Level(Sine(freq, amplitude, MinWindow), freq)
			if math.Abs(got-want) > 0.2 {
				t.Errorf("%.1f Hz at %.2f: level %.2f dB, want %.2f", freq, amplitude, got, want)
			}
		}
	}
}

// TestHears_OneOfThree: in a sum of tones each is heard and no other, also after both laws.
func TestHears_OneOfThree(t *testing.T) {
	present := []float64{440, 700, 1000}
	absent := []float64{300, 380, 500, 640, 760, 940, 1060, 1400, 2000}
	pcm := make([]int16, 1600)
	for _, freq := range present {
		NewGenerator(freq, 0.2).Add(pcm)
	}
	for _, law := range []g711.Law{g711.MuLaw, g711.ALaw} {
		code, heard := make([]byte, len(pcm)), make([]int16, len(pcm))
		law.Encode(code, pcm)
		law.Decode(heard, code)
		for _, freq := range present {
			if !Hears(heard, freq) {
				t.Errorf("%v: %.0f Hz is not heard at %.1f dB", law, freq, Level(heard, freq))
			}
		}
		for _, freq := range absent {
			if Hears(heard, freq) {
				t.Errorf("%v: %.0f Hz is heard at %.1f dB", law, freq, Level(heard, freq))
			}
		}
	}
}

// TestHears_NothingInNoiseClickOrSilence: what is not a tone is not heard as one.
func TestHears_NothingInNoiseClickOrSilence(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	noise, click, silence := make([]int16, 1600), make([]int16, 1600), make([]int16, 1600)
	for i := range noise {
		noise[i] = int16(random.IntN(20000) - 10000)
	}
	for i := range 10 {
		click[800+i] = math.MaxInt16
	}
	for name, pcm := range map[string][]int16{"noise": noise, "click": click, "silence": silence, "short": Sine(440, 0.5, MinWindow-1)} {
		for freq := 200.0; freq < 3600; freq += 20 {
			if Hears(pcm, freq) {
				t.Errorf("%s: %.0f Hz is heard at %.1f dB", name, freq, Level(pcm, freq))
			}
		}
	}
}

// TestHears_Threshold: the tone is heard down to HearLevel and not below.
func TestHears_Threshold(t *testing.T) {
	at := func(db float64) []int16 { return Sine(440, math.Pow(10, db/20), 1600) }
	if !Hears(at(HearLevel+1), 440) || Hears(at(HearLevel-1), 440) {
		t.Error("threshold is not at HearLevel")
	}
}

// TestGenerator_ContinuousInPhase: pieces of odd lengths make the same tone as one piece.
func TestGenerator_ContinuousInPhase(t *testing.T) {
	whole := Sine(439, 0.3, 1000)
	g, pieces := NewGenerator(439, 0.3), []int16{}
	for _, n := range []int{1, 160, 7, 333, 499} {
		piece := make([]int16, n)
		g.Fill(piece)
		pieces = append(pieces, piece...)
	}
	for i := range whole {
		if whole[i] != pieces[i] {
			t.Fatalf("sample %d is %d, want %d", i, pieces[i], whole[i])
		}
	}
}

// TestGenerator_AddSaturates: a sum beyond full scale stays there.
func TestGenerator_AddSaturates(t *testing.T) {
	pcm := Sine(1000, 1, 80)
	NewGenerator(1000, 1).Add(pcm)
	if pcm[2] != math.MaxInt16 || pcm[6] != math.MinInt16 {
		t.Errorf("peaks are %d and %d", pcm[2], pcm[6])
	}
}

// TestHeardWindows counts the windows of a tone that stops half-way.
func TestHeardWindows(t *testing.T) {
	pcm := append(Sine(440, 0.5, 3*MinWindow), make([]int16, 3*MinWindow+5)...)
	if heard, all := HeardWindows(pcm, 440); heard != 3 || all != 6 {
		t.Errorf("heard in %d of %d windows, want 3 of 6", heard, all)
	}
}

// TestLoudness_OfSineAndNothing: a sine is as loud as its level.
func TestLoudness_OfSineAndNothing(t *testing.T) {
	if got := Loudness(Sine(440, 0.5, 8000)); math.Abs(got+6.02) > 0.1 {
		t.Errorf("loudness %.2f dB, want -6.02", got)
	}
	if Loudness(nil) != Floor || Loudness(make([]int16, 10)) != Floor || Level(nil, 440) != Floor {
		t.Error("nothing is not at the floor")
	}
}
