// Package prompts has the prompts that are built into the program. All of them are made by code of this project, so nobody
// else has rights in them.
package prompts

import (
	"bytes"
	_ "embed" // for the music
	"fmt"

	"ccgateway/internal/tone"
	"ccgateway/internal/wav"
)

//go:generate go run ./gen music.wav

// musicFile is a quiet tune of 24 s; gen makes it.
//
//go:embed music.wav
var musicFile []byte

// Music is the tune for those who wait, to be played in a loop. Its notes keep clear of the tones that tests use to tell
// parties apart (300, 425, 440, 500, 600, 700, 800 and 1000 Hz).
func Music() ([]int16, error) {
	const bound = 60 * wav.SampleRate
	sound, err := wav.Decode(bytes.NewReader(musicFile), bound)
	if err != nil {
		return nil, fmt.Errorf("built-in music: %w", err)
	}
	return sound.Mono(), nil
}

// The ring-back tone of most of Europe and of China (ITU-T E.180 supplement 2).
const (
	ringBackFreq = 425
	ringBackOn   = 1 * tone.SampleRate
	ringBackOff  = 4 * tone.SampleRate
	ringBackPeak = 0.2 // -14 dBFS, about -17 dBm0
)

// RingBack is one period of the ring-back tone: 1 s of 425 Hz, 4 s of silence.
func RingBack() []int16 {
	return append(tone.Sine(ringBackFreq, ringBackPeak, ringBackOn), make([]int16, ringBackOff)...)
}
