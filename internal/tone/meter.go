package tone

import "math"

// The rule of Hears. Phones and the demo's parties play at about -10 dBFS, G.711's own noise lies 37 dB below a tone and is
// spread over all frequencies, and nothing else that we play comes near a test tone by more than the flank rule forgives.
const (
	// HearLevel is the level in dBFS that a tone must have at least.
	HearLevel = -36.0
	// HearOverFlanks is by how many dB it must stand above the frequencies beside it: a click, noise or speech that covers a
	// whole range is not a tone.
	HearOverFlanks = 12.0
	// MinWindow is the least number of samples (100 ms) that can be judged; with it tones 40 Hz apart are told apart.
	MinWindow = 800
)

// flankBins is how far the flanks lie from the tone, in bins of the window: outside the main lobe of Hann's window (2 bins),
// with a margin for a tone that is not exactly where it is asked for.
const flankBins = 4

// Floor is the level in dBFS that stands for "nothing at all".
const Floor = -120.0

// Level measures the level of one frequency in pcm, in dBFS: 0 is a sine of full scale. It is Goertzel's algorithm behind
// Hann's window, so that a strong tone some bins away does not leak into the result. An empty pcm gives Floor.
func Level(pcm []int16, freq float64) float64 {
	n := len(pcm)
	if n == 0 {
		return Floor
	}
	var table []float64
	if n == MinWindow {
		table = minHann
	}
	coefficient := 2 * math.Cos(2*math.Pi*freq/SampleRate)
	turn := 2 * math.Pi / float64(n)
	var s1, s2, gain float64
	for i, sample := range pcm {
		var window float64
		if table != nil {
			window = table[i]
		} else {
			window = hann(turn, i)
		}
		gain += window
		s1, s2 = window*float64(sample)+coefficient*s1-s2, s1
	}
	power := s1*s1 + s2*s2 - coefficient*s1*s2
	amplitude := 2 * math.Sqrt(max(0, power)) / gain
	return decibels(amplitude / math.MaxInt16)
}

// hann is the value of Hann's window at sample i; turn is 2 pi over its length.
func hann(turn float64, i int) float64 { return 0.5 - 0.5*math.Cos(turn*(float64(i)+0.5)) }

// minHann is Hann's window of MinWindow samples: nearly all measurements are of that length, and the cosines were most of their cost.
var minHann = func() []float64 {
	table := make([]float64, MinWindow)
	for i := range table {
		table[i] = hann(2*math.Pi/MinWindow, i)
	}
	return table
}()

// Loudness is the level of everything in pcm together, in dBFS on the scale of Level: a lone sine has the same loudness as
// level.
func Loudness(pcm []int16) float64 {
	if len(pcm) == 0 {
		return Floor
	}
	var power float64
	for _, s := range pcm {
		power += float64(s) * float64(s)
	}
	return decibels(math.Sqrt(2*power/float64(len(pcm))) / math.MaxInt16)
}

// Hears tells whether the tone of freq Hz is heard in pcm, whatever else sounds: it has HearLevel at least and stands
// HearOverFlanks above both its flanks. Fewer than MinWindow samples hear nothing.
func Hears(pcm []int16, freq float64) bool {
	if len(pcm) < MinWindow {
		return false
	}
	level := Level(pcm, freq)
	if level < HearLevel {
		return false
	}
	off := flankBins * SampleRate / float64(len(pcm))
	return level-Level(pcm, freq-off) >= HearOverFlanks && level-Level(pcm, freq+off) >= HearOverFlanks
}

// HeardWindows cuts pcm into windows of MinWindow samples and counts those that hear the tone; the rest at the end is not
// looked at. all of all: it was heard throughout; 0: it was never heard, not even for a tenth of a second.
func HeardWindows(pcm []int16, freq float64) (heard, all int) {
	for ; len(pcm) >= MinWindow; pcm = pcm[MinWindow:] {
		all++
		if Hears(pcm[:MinWindow], freq) {
			heard++
		}
	}
	return heard, all
}

func decibels(ratio float64) float64 {
	if ratio <= 0 {
		return Floor
	}
	return max(Floor, 20*math.Log10(ratio))
}
