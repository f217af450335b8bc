package rtpaudio

// Concealment after the model of G.711 appendix I: what was heard last goes on, one pitch period after the other, for a
// moment at full level and then fading to silence; the sound that comes back is faded in over it.
const (
	shortestPitch = 40  // samples: 200 Hz
	longestPitch  = 120 // 66 Hz
	pitchWindow   = 160 // samples that are compared to find the pitch
	pastSize      = pitchWindow + longestPitch
	fullFor       = 10 * 8 // samples at full level
	silentAfter   = 60 * 8 // samples until silence
	crossFade     = 5 * 8  // samples
)

// concealer makes up what is missing.
type concealer struct {
	past  [pastSize]int16 // what was played last; while concealing, without its fading
	lost  int             // samples made up since the last good one
	pitch int             // the period that is repeated
}

// good takes a frame that came. After a loss its beginning is faded in over what was made up.
func (c *concealer) good(frame *[FrameSize]int16) {
	if c.lost > 0 {
		var over [FrameSize]int16
		past := c.past
		c.synthesize(&over)
		c.past, c.lost = past, 0
		for i := range crossFade {
			frame[i] = int16((int(frame[i])*i + int(over[i])*(crossFade-i)) / crossFade)
		}
	}
	c.remember(frame)
}

// partly takes a frame of which some samples (a bit each) are missing, and fills them.
func (c *concealer) partly(frame *[FrameSize]int16, missing *frameBits) {
	var filler [FrameSize]int16
	past := c.past
	c.synthesize(&filler)
	c.past, c.lost = past, 0
	for i := range frame {
		if missing[i/64]&(1<<(i%64)) != 0 {
			frame[i] = filler[i]
		}
	}
	c.remember(frame)
}

// missed makes up a whole frame.
func (c *concealer) missed(frame *[FrameSize]int16) FrameKind {
	silent := c.lost >= silentAfter
	c.synthesize(frame)
	if silent {
		return FrameSilence
	}
	return FrameConcealed
}

// synthesize continues the past by one frame.
func (c *concealer) synthesize(frame *[FrameSize]int16) {
	if c.lost >= silentAfter {
		*frame = [FrameSize]int16{}
		return
	}
	if c.lost == 0 {
		c.pitch = c.findPitch()
	}
	for i := range frame {
		back := c.pitch - i // how far before the end of the past
		if back > 0 {
			frame[i] = c.past[pastSize-back]
		} else {
			frame[i] = frame[i-c.pitch]
		}
	}
	c.remember(frame)
	for i, s := range frame {
		frame[i] = int16(int(s) * gain(c.lost+i) / (silentAfter - fullFor))
	}
	c.lost += FrameSize
}

// gain of the n-th sample made up, in parts of silentAfter-fullFor.
func gain(n int) int { return max(0, silentAfter-max(n, fullFor)) }

func (c *concealer) remember(frame *[FrameSize]int16) {
	copy(c.past[:], c.past[FrameSize:])
	copy(c.past[pastSize-FrameSize:], frame[:])
}

// findPitch gives the distance at which the past resembles its own end most: the largest normalized correlation.
func (c *concealer) findPitch() int {
	end := c.past[longestPitch:]
	best, bestScore := longestPitch, 0.0
	for lag := shortestPitch; lag <= longestPitch; lag++ {
		before := c.past[longestPitch-lag:][:pitchWindow]
		var product, energy int64
		for i, s := range end {
			b := int64(before[i])
			product += int64(s) * b
			energy += b * b
		}
		if product <= 0 || energy == 0 {
			continue
		}
		if score := float64(product) * float64(product) / float64(energy); score > bestScore {
			best, bestScore = lag, score
		}
	}
	return best
}
