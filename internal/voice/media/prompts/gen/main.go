// Command gen composes the built-in music: an arpeggio over four chords of F# minor and A major, 24 s that join into a loop.
package main

import (
	"fmt"
	"math"
	"os"

	"ccgateway/internal/wav"
)

// Notes of the equal temperament, Hz. They were picked to lie in the band of a telephone and away from usual test tones.
const (
	fs4 = 369.99
	cs5 = 554.37
	e5  = 659.26
	fs5 = 739.99
	gs5 = 830.61
	a5  = 880.00
	cs6 = 1108.73
)

// bars has the eighth notes of each bar.
var bars = [][]float64{
	{cs5, e5, a5, e5, cs6, a5, e5, a5},
	{cs5, e5, a5, cs6, a5, e5, cs5, e5},
	{fs4, cs5, fs5, a5, cs6, a5, fs5, cs5},
	{fs4, cs5, a5, fs5, cs5, fs5, a5, cs6},
	{cs5, e5, gs5, cs6, gs5, e5, gs5, e5},
	{cs5, gs5, e5, cs6, gs5, e5, cs5, e5},
	{fs4, e5, fs5, a5, cs6, a5, fs5, e5},
	{e5, gs5, cs6, gs5, a5, e5, cs5, e5},
}

// pads has the two notes that sound under each pair of bars.
var pads = [][]float64{{cs5, e5}, {fs4, cs5}, {cs5, gs5}, {fs4, e5}}

const (
	eighth = 0.375 // s
	peak   = 0.16  // of full scale, for the loudest sample of the whole: -16 dBFS
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: gen FILE.wav")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func write(path string) error {
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return err
	}
	w, err := wav.Create(path, 1)
	if err != nil {
		return err
	}
	if err := w.Write(scale(compose())); err != nil {
		return err
	}
	return w.Close()
}

// compose adds all notes into a ring, so that what sounds on at the end is heard at the beginning.
func compose() []float64 {
	barLength := 8 * eighth
	ring := make([]float64, int(float64(len(bars))*barLength*wav.SampleRate))
	for b, bar := range bars {
		for i, freq := range bar {
			level := 0.5
			if i == 0 || i == 4 {
				level = 0.7
			}
			pluck(ring, float64(b)*barLength+float64(i)*eighth, freq, level)
		}
	}
	for p, chord := range pads {
		for _, freq := range chord {
			hold(ring, float64(2*p)*barLength, 2*barLength, freq, 0.16)
		}
	}
	return ring
}

// pluck adds a note that is struck and dies away within two seconds.
func pluck(ring []float64, at, freq, level float64) {
	for i := range int(2 * wav.SampleRate) {
		t := float64(i) / wav.SampleRate
		envelope := (1 - math.Exp(-t/0.006)) * math.Exp(-t/0.38)
		overtone := 0.22 * math.Exp(-t/0.15) * math.Sin(4*math.Pi*freq*t)
		add(ring, at, i, level*envelope*(math.Sin(2*math.Pi*freq*t)+overtone))
	}
}

// hold adds a note that swells and fades over its length.
func hold(ring []float64, at, length, freq, level float64) {
	for i := range int(length * wav.SampleRate) {
		t := float64(i) / wav.SampleRate
		envelope := math.Sin(math.Pi * t / length)
		tremolo := 1 + 0.12*math.Sin(2*math.Pi*0.8*t)
		add(ring, at, i, level*envelope*tremolo*math.Sin(2*math.Pi*freq*t))
	}
}

func add(ring []float64, at float64, i int, s float64) {
	ring[(int(at*wav.SampleRate)+i)%len(ring)] += s
}

func scale(ring []float64) []int16 {
	loudest := 0.0
	for _, s := range ring {
		loudest = max(loudest, math.Abs(s))
	}
	pcm := make([]int16, len(ring))
	for i, s := range ring {
		pcm[i] = int16(math.Round(s / loudest * peak * math.MaxInt16))
	}
	return pcm
}
