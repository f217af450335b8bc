package dtmf

import (
	"math"

	"ccgateway/internal/tone"
)

// Sound is looked at in windows of 15 ms that begin every 5 ms. That is as short as rows can be told apart (73 Hz), and so short that
// a tone 1.5 % beside its frequency, which Q.24 wants to be taken, still gives four fifths of its amplitude; in 20 ms it would be two thirds.
const (
	// BlockSamples (5 ms) is what a Detector takes at a time.
	BlockSamples  = 40
	windowBlocks  = 3
	windowSamples = windowBlocks * BlockSamples
)

// What a window must be like to be part of a key; levels are of one tone, relative to a sine of full scale. Q.24's ranges of the
// administrations are met: taken are levels from -25 dBm0 (-28 dBFS) up and 40 ms of a key, not taken is what is below 23 ms.
const (
	leastLevel = -39.0 // dBFS
	// leastShare is how much of all energy must be that of the two tones. A key 1.5 % beside its frequencies, with 6 dB of twist and
	// noise 15 dB below it, has 0.65.
	leastShare = 0.6
	// mostTwist bounds by how many dB the column's tone may be above the row's, and mostReverse the row's above the column's: long lines
	// take more of high tones.
	mostTwist, mostReverse = 7.0, 11.0
	// leastLead is by how many dB the loudest row must be above the other rows, and the loudest column above the other columns.
	leastLead = 8.0
	// mostOff is how far both tones may be from their frequencies: 1.5 % must be taken, 3.5 % must not.
	mostOff = 0.025
	// leastRun is how many windows in a row must be of a key before it is told: 40 ms of sound, or a little less, since a
	// window that is mostly of it counts.
	leastRun = 6
	// mostMisses is how many windows in a row without the key end it. A gap of 10 ms, or a lost packet of 20 ms, makes five; one of 40 ms,
	// which Q.24 wants to be taken for a pause between two keys, eight.
	mostMisses = 6
)

// What is suspect is more: keys that are noisy, quiet, cut off or badly made.
const (
	suspectLevel = -52.0
	suspectShare = 0.4
	suspectTwist = 14.0
	suspectLead  = 4.0
)

// Heard is what a Detector has found in a piece of sound.
type Heard struct {
	// Key is a key that began shortly before, 0 = none did.
	Key byte
	// Suspect says that the piece sounds like a key, told or not, in two windows at least: as many lie within 20 ms of a key.
	Suspect bool
}

// Detector finds keys in the sound of one party. It is small, and nothing in it is allocated. The zero value is ready for use.
type Detector struct {
	blocks [windowBlocks]block // the newest is the last
	former correlations        // of the window before

	run   int  // windows in a row that are of the key last
	last  byte // of the newest window, 0 = it is of none
	drift [2]complex128
	held  byte // the key that was told and still sounds
	gone  int  // windows in a row without held
}

// correlations are with the tones of all rows, then of all columns.
type correlations [8]complex128

// block is 5 ms of sound.
type block struct {
	energy float64
	with   correlations // its first sample is at phase 0
}

// basis are the cosines and the sines of four tones over a block, those of the rows and those of the columns; turns is what a block's
// length does to a tone's phase.
var basis, turns = func() (b [2][BlockSamples][8]float32, t correlations) {
	for i, freq := range frequencies() {
		step := 2 * math.Pi * freq / tone.SampleRate
		for n := range BlockSamples {
			sin, cos := math.Sincos(step * float64(n))
			b[i/4][n][2*(i%4)], b[i/4][n][2*(i%4)+1] = float32(cos), float32(-sin)
		}
		sin, cos := math.Sincos(step * BlockSamples)
		t[i] = complex(cos, -sin)
	}
	return b, t
}()

func frequencies() []float64 { return append(append([]float64(nil), rows[:]...), columns[:]...) }

// quietest is the energy of a window below which nothing is looked for.
var quietest = energyOf(suspectLevel)

// energyOf is the energy of a sine of that level in a window.
func energyOf(level float64) float64 {
	amplitude := math.Pow(10, level/20) * math.MaxInt16
	return amplitude * amplitude / 2 * windowSamples
}

// Take takes the next sound, whole blocks of 5 ms and not more than 20 ms of them at a time, so that there is one key in it at most;
// what is left over at the end is not looked at.
func (d *Detector) Take(pcm []int16) (h Heard) {
	before := byte(0)
	for ; len(pcm) >= BlockSamples; pcm = pcm[BlockSamples:] {
		copy(d.blocks[:], d.blocks[1:])
		d.blocks[windowBlocks-1] = correlate(pcm[:BlockSamples])
		key, suspect := d.window()
		if key != 0 {
			h.Key = key
		}
		h.Suspect = h.Suspect || suspect != 0 && suspect == before
		before = suspect
	}
	return h
}

// correlate measures a block. One that is quiet has no correlations.
func correlate(pcm []int16) (b block) {
	var x [BlockSamples]float32
	var energy float32
	for i, s := range pcm {
		x[i] = float32(s)
		energy += x[i] * x[i]
	}
	b.energy = float64(energy)
	if b.energy < quietest/windowBlocks/8 {
		return b
	}
	for half := range basis {
		var r0, i0, r1, i1, r2, i2, r3, i3 float32 // sums that do not wait for each other: twice as fast as one after the other
		for n, s := range &x {
			with := &basis[half][n]
			r0, i0, r1, i1 = r0+s*with[0], i0+s*with[1], r1+s*with[2], i1+s*with[3]
			r2, i2, r3, i3 = r2+s*with[4], i2+s*with[5], r3+s*with[6], i3+s*with[7]
		}
		for i, sum := range [4][2]float32{{r0, i0}, {r1, i1}, {r2, i2}, {r3, i3}} {
			b.with[4*half+i] = complex(float64(sum[0]), float64(sum[1]))
		}
	}
	return b
}

// window judges the newest window, and gives the key that is told by it, and the one that it is suspected to be of.
func (d *Detector) window() (key, suspect byte) {
	var with correlations
	found := byte(0)
	row, column := -1, -1
	if energy := d.blocks[0].energy + d.blocks[1].energy + d.blocks[2].energy; energy >= quietest {
		for i := range with {
			with[i] = d.blocks[0].with[i] + turns[i]*(d.blocks[1].with[i]+turns[i]*d.blocks[2].with[i])
		}
		found, suspect, row, column = judge(&with, energy)
	}
	d.follow(found, row, column, &with)
	d.former = with
	return d.decide(), suspect
}

// judge says which key a window is part of, if any.
func judge(with *correlations, energy float64) (key, suspect byte, row, column int) {
	var power [8]float64
	for i, c := range with {
		power[i] = (real(c)*real(c) + imag(c)*imag(c)) * 2 / windowSamples // the energy of a sine with this correlation
	}
	row, rowLead := loudest(power[:4])
	column, columnLead := loudest(power[4:])
	low, high := power[row], power[4+column]
	least, share := min(low, high), (low+high)/energy
	lead := min(rowLead, columnLead)
	twist := ratio(high, low)
	if least >= quietest && share >= suspectShare && lead >= suspectLead && math.Abs(twist) <= suspectTwist {
		suspect = Keys[4*row+column]
	}
	if suspect != 0 && least >= loudEnough && share >= leastShare && lead >= leastLead && twist <= mostTwist && -twist <= mostReverse {
		key = suspect
	}
	return key, suspect, row, column
}

var loudEnough = energyOf(leastLevel)

// loudest gives the place of the greatest power, and by how many dB it is above the others.
func loudest(power []float64) (place int, lead float64) {
	second := 0.0
	for i, p := range power {
		switch {
		case p > power[place]:
			place, second = i, power[place]
		case i != place:
			second = max(second, p)
		}
	}
	return place, ratio(power[place], second)
}

// ratio of two powers in dB.
func ratio(a, b float64) float64 {
	const most = 100
	if b <= 0 || a > b*1e10 {
		return most
	}
	return 10 * math.Log10(max(a/b, 1e-10))
}

// follow counts windows that are of the same key, and measures how far its tones drift away from their frequencies.
func (d *Detector) follow(found byte, row, column int, with *correlations) {
	switch {
	case found == 0:
		d.run = 0
	case found != d.last:
		d.run, d.drift = 1, [2]complex128{}
	default:
		d.run++
		for i, place := range [2]int{row, 4 + column} {
			d.drift[i] += with[place] * conj(d.former[place]) * turns[place]
		}
	}
	d.last = found
	if d.held == 0 {
		return
	}
	if d.gone++; found == d.held {
		d.gone = 0
	} else if d.gone >= mostMisses {
		d.held = 0
	}
}

// decide tells a key once it has sounded for long enough.
func (d *Detector) decide() byte {
	if d.run < leastRun || d.last == d.held || !d.pure() {
		return 0
	}
	d.held, d.gone = d.last, 0
	return d.held
}

// pure tells whether both tones have the frequencies of the key.
func (d *Detector) pure() bool {
	low, high, _ := Tones(d.last)
	for i, freq := range [2]float64{low, high} {
		off := math.Atan2(imag(d.drift[i]), real(d.drift[i])) / (2 * math.Pi) * tone.SampleRate / BlockSamples
		if math.Abs(off) > mostOff*freq {
			return false
		}
	}
	return true
}

// Sounding tells whether the key told last still sounds, or did so less than 30 ms ago.
func (d *Detector) Sounding() bool { return d.held != 0 }

func conj(c complex128) complex128 { return complex(real(c), -imag(c)) }
