package demo

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"ccgateway/internal/tone"
	"ccgateway/internal/wav"
)

// The sounds of the example file's flow in the demo: plain tones, so that they can be measured.
const (
	greetingTone = 1500.0
	menuTone     = 1800.0
)

// WritePrompts writes the prompts that the example file's flow plays into a folder, made when it is not there. Those of
// an earlier demo with the same data are written anew.
func WritePrompts(folder string) error {
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return fmt.Errorf("write prompts: %w", err)
	}
	for name, frequency := range map[string]float64{"welcome.wav": greetingTone, "menu.wav": menuTone} {
		file, err := os.Create(filepath.Join(folder, name))
		if err != nil {
			return fmt.Errorf("write prompts: %w", err)
		}
		w, err := wav.NewWriter(file, 1)
		if err != nil {
			return errors.Join(fmt.Errorf("write prompts: %w", err), file.Close())
		}
		const loudness, seconds = 0.3, 2
		if err := w.Write(tone.Sine(frequency, loudness, seconds*tone.SampleRate)); err != nil {
			return fmt.Errorf("write prompts: %w", err)
		}
		if err := w.Close(); err != nil {
			return fmt.Errorf("write prompts: %w", err)
		}
	}
	return nil
}
