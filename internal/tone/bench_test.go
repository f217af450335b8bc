package tone

import "testing"

// BenchmarkHears is what judging one tone in one window costs.
func BenchmarkHears(b *testing.B) {
	pcm := Sine(440, 0.3, MinWindow)
	for b.Loop() {
		Hears(pcm, 700)
	}
}
