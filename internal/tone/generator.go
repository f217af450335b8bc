package tone

import "math"

// SampleRate is the number of samples a second.
const SampleRate = 8000

// Generator makes one sine, continuous in phase over all its calls. Use by one goroutine at a time.
type Generator struct {
	phase     float64 // 0..1 of a turn
	step      float64 // turns a sample
	amplitude float64 // of the peak, in samples' units
}

// NewGenerator makes a sine of freq Hz (0 < freq < 4000) whose peak is amplitude (0..1) of full scale.
func NewGenerator(freq, amplitude float64) *Generator {
	return &Generator{step: freq / SampleRate, amplitude: clamp(amplitude) * math.MaxInt16}
}

// Fill overwrites pcm with the next samples.
func (g *Generator) Fill(pcm []int16) {
	for i := range pcm {
		pcm[i] = int16(math.Round(g.next()))
	}
}

// Add adds the next samples to what pcm holds, saturated.
func (g *Generator) Add(pcm []int16) {
	for i, s := range pcm {
		sum := float64(s) + math.Round(g.next())
		pcm[i] = int16(max(math.MinInt16, min(math.MaxInt16, sum)))
	}
}

func (g *Generator) next() float64 {
	s := g.amplitude * math.Sin(2*math.Pi*g.phase)
	g.phase += g.step
	if g.phase >= 1 {
		g.phase -= 1
	}
	return s
}

// Sine gives n samples of a sine that begins at phase 0; see NewGenerator.
func Sine(freq, amplitude float64, n int) []int16 {
	pcm := make([]int16, n)
	NewGenerator(freq, amplitude).Fill(pcm)
	return pcm
}

func clamp(a float64) float64 { return max(0, min(1, a)) }
