package dtmf

import (
	"strings"

	"ccgateway/internal/tone"
)

// Keys are all keys, row by row of a keypad with four columns.
const Keys = "123A456B789C*0#D"

// rows and columns are the tones of the keys in Keys (ITU-T Q.23).
var (
	rows    = [4]float64{697, 770, 852, 941}
	columns = [4]float64{1209, 1336, 1477, 1633}
)

// Tones gives the frequencies of a key; false: it is none.
func Tones(key byte) (low, high float64, ok bool) {
	place := strings.IndexByte(Keys, key)
	if place < 0 {
		return 0, 0, false
	}
	return rows[place/4], columns[place%4], true
}

// Generator makes the sound of a key, continuous in phase over all its calls. Use by one goroutine at a time.
type Generator struct{ low, high *tone.Generator }

// NewGenerator makes the sound of a key, each of its tones with that amplitude (0..1) of full scale. What is no key is silent.
func NewGenerator(key byte, amplitude float64) *Generator {
	low, high, ok := Tones(key)
	if !ok {
		amplitude = 0
	}
	return &Generator{low: tone.NewGenerator(low, amplitude), high: tone.NewGenerator(high, amplitude)}
}

// Fill overwrites pcm with the next samples.
func (g *Generator) Fill(pcm []int16) {
	g.low.Fill(pcm)
	g.high.Add(pcm)
}
