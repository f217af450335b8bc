package rtpaudio

// clock turns the timestamps of a stream into samples of ours: a codec's clock may be a multiple of our rate (codec.Codec.Clock).
// Timestamps begin anew after 32 bits, and samples must go on then, so it follows them with more bits.
type clock struct {
	scale int64 // 0 = no packet has come
	begun bool
	last  uint32
	at    int64 // extended timestamp of last
}

// samples gives the place of a timestamp in samples of ours.
func (c *clock) samples(timestamp uint32) uint32 {
	if c.scale <= 1 {
		return timestamp
	}
	if !c.begun {
		c.begun, c.last, c.at = true, timestamp, int64(timestamp)
	}
	c.at += int64(int32(timestamp - c.last))
	c.last = timestamp
	return uint32(c.at / c.scale) //nolint:gosec // wraps, as timestamps do
}

// factor is the number of timestamp units of a sample of ours.
func (c *clock) factor() uint32 { return uint32(max(1, c.scale)) }
