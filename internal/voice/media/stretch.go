package media

const (
	// stretchWindow (30 ms) holds some pitch periods of the lowest voice, stretchOverlap (10 ms) is how pieces fade into another.
	stretchWindow  = 240
	stretchOverlap = 80
	// stretchSearch (±10 ms) is one period of a voice of 50 Hz: somewhere in it pieces fit.
	stretchSearch = 80
)

// stretch gives the sound rate times as fast at the same pitch, by waveform-similarity overlap-add (Verhelst and Roelands 1993):
// pieces are taken rate times as far from another as they are put, each where it goes best with what went before.
func stretch(pcm []int16, rate float64) []int16 {
	if rate == 1 || len(pcm) < 2*(stretchWindow+stretchSearch) {
		return pcm
	}
	const hop = stretchWindow - stretchOverlap
	out := make([]int16, 0, int(float64(len(pcm))/rate)+stretchWindow)
	out = append(out, pcm[:stretchWindow]...)
	for n := 1; ; n++ {
		ideal := int(float64(n*hop) * rate)
		if ideal+stretchSearch+stretchWindow > len(pcm) {
			return out
		}
		tail := out[len(out)-stretchOverlap:]
		piece := pcm[bestFit(pcm, tail, ideal):][:stretchWindow]
		for i := range tail {
			tail[i] = int16((int(tail[i])*(stretchOverlap-i) + int(piece[i])*i) / stretchOverlap)
		}
		out = append(out, piece[stretchOverlap:]...)
	}
}

// bestFit finds where, near a place, the sound is most like tail: the smallest mean difference.
func bestFit(pcm, tail []int16, near int) int {
	best, least := near, int64(1)<<62
	for at := max(0, near-stretchSearch); at <= near+stretchSearch; at++ {
		difference := int64(0)
		for i := 0; i < len(tail); i += 2 { // every second sample is enough to compare, and half the cost
			d := int64(tail[i]) - int64(pcm[at+i])
			difference += max(d, -d)
		}
		if difference < least {
			best, least = at, difference
		}
	}
	return best
}
