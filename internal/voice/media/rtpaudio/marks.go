package rtpaudio

import "math/bits"

// marks says for each sample of the ring whether it has come and not been played.
type marks [ringSize / 64]uint64

// word gives the place of sample at (of any timestamp) and a mask of at most n bits from there within its word.
func (m *marks) word(at uint32, n int) (w *uint64, mask uint64, taken int) {
	at %= ringSize
	shift := at % 64
	taken = min(n, int(64-shift))
	return &m[at/64], (^uint64(0) >> (64 - taken)) << shift, taken
}

// set marks n samples from at on.
func (m *marks) set(at uint32, n int) {
	for n > 0 {
		w, mask, taken := m.word(at, n)
		*w |= mask
		at, n = at+uint32(taken), n-taken
	}
}

// clear takes the marks of n samples from at on away.
func (m *marks) clear(at uint32, n int) {
	for n > 0 {
		w, mask, taken := m.word(at, n)
		*w &^= mask
		at, n = at+uint32(taken), n-taken
	}
}

// has tells whether the sample at is marked.
func (m *marks) has(at uint32) bool {
	at %= ringSize
	return m[at/64]&(1<<(at%64)) != 0
}

// frameBits has a bit for each sample of a frame.
type frameBits [(FrameSize + 63) / 64]uint64

// take takes the marks of the frame at away, and gives the samples that had none and the number of those that had.
func (m *marks) take(at uint32) (missing frameBits, had int) {
	if had = m.count(at, FrameSize); had != FrameSize && had != 0 {
		for i := range FrameSize {
			if !m.has(at + uint32(i)) {
				missing[i/64] |= 1 << (i % 64)
			}
		}
	}
	m.clear(at, FrameSize)
	return missing, had
}

// count gives how many of n samples from at on are marked.
func (m *marks) count(at uint32, n int) (had int) {
	for n > 0 {
		w, mask, taken := m.word(at, n)
		had += bits.OnesCount64(*w & mask)
		at, n = at+uint32(taken), n-taken
	}
	return had
}
