package speech

import "math"

// zeroCrossings is the half length of the low-pass filter: long enough that what would be mirrored into the sound is 60 dB down.
const zeroCrossings = 16

// resample brings sound from one rate to another, both in samples a second, by a windowed-sinc low-pass filter (polyphase: one set of
// weights for each place that an output sample can have between two input samples).
func resample(in []int16, from, to int) []int16 {
	if from == to {
		return in
	}
	common := gcd(from, to)
	up, down := to/common, from/common
	cut := 0.95 * min(1, float64(to)/float64(from)) // of half the input's rate; the rest is the filter's slope
	half := int(math.Ceil(zeroCrossings / cut))
	filters := make([][]float64, up)
	out := make([]int16, len(in)*up/down)
	for i := range out {
		at, phase := i*down/up, i*down%up
		if filters[phase] == nil {
			filters[phase] = weights(half, cut, float64(phase)/float64(up))
		}
		sum := 0.0
		for k, w := range filters[phase] {
			if n := at + k - half + 1; n >= 0 && n < len(in) {
				sum += w * float64(in[n])
			}
		}
		out[i] = int16(math.Round(max(math.MinInt16, min(math.MaxInt16, sum))))
	}
	return out
}

// weights are those of the input samples around a place that is shift (0 to 1) behind one of them, with a Hann window. Their sum is 1.
func weights(half int, cut, shift float64) []float64 {
	w := make([]float64, 2*half)
	total := 0.0
	for k := range w {
		x := float64(k-half+1) - shift
		w[k] = cut * sinc(cut*x) * (0.5 + 0.5*math.Cos(math.Pi*max(-1, min(1, x/float64(half)))))
		total += w[k]
	}
	for k := range w {
		w[k] /= total
	}
	return w
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
