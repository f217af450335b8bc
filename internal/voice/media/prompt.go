package media

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ccgateway/internal/voice/media/prompts"
	"ccgateway/internal/voice/media/rtpaudio"
	"ccgateway/internal/wav"
)

// Bounds of the prompts' folder: they are held in memory, 16 KB a second.
const (
	maxPromptFrames = 10 * 60 * wav.SampleRate     // ten minutes each
	maxPromptTotal  = 4 * 60 * 60 * wav.SampleRate // four hours together, 230 MB
	minPromptFrames = rtpaudio.FrameSize           // less than a frame cannot be looped
	promptSuffix    = ".wav"
)

// promptSet is all prompts by name. It is never changed, only replaced.
type promptSet map[string][]int16

// loadPrompts makes the built-in prompts and reads those of the folder. An unusable file is an error that names it.
func loadPrompts(dir string) (promptSet, error) {
	music, err := prompts.Music()
	if err != nil {
		return nil, fmt.Errorf("load prompts: %w", err)
	}
	set := promptSet{PromptRingBack: prompts.RingBack(), PromptMusic: music}
	if dir == "" {
		return set, nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("load prompts: %w", err)
	}
	total := 0
	for _, entry := range entries {
		name, isPrompt := strings.CutSuffix(entry.Name(), promptSuffix)
		if entry.IsDir() || !isPrompt {
			continue
		}
		pcm, err := loadPrompt(filepath.Join(dir, entry.Name()))
		if err != nil {
			return nil, err
		}
		if total += len(pcm); total > maxPromptTotal {
			return nil, fmt.Errorf("load prompts: more than %d hours of sound in %s", maxPromptTotal/wav.SampleRate/3600, dir)
		}
		set[name] = pcm
	}
	return set, nil
}

func loadPrompt(path string) ([]int16, error) {
	sound, err := wav.ReadFile(path, maxPromptFrames)
	if err == nil && sound.Frames() < minPromptFrames {
		err = errors.New("shorter than 20 ms")
	}
	if err != nil {
		return nil, fmt.Errorf("load prompt %s: %w", path, err)
	}
	return sound.Mono(), nil
}

// find gives a prompt by its name, with or without ".wav".
func (s promptSet) find(name string) ([]int16, bool) {
	pcm, ok := s[name]
	if !ok {
		pcm, ok = s[strings.TrimSuffix(name, promptSuffix)]
	}
	return pcm, ok
}

// playback is a prompt being played to one leg. It is moved by the scheduler that drives the leg.
type playback struct {
	name string
	pcm  []int16
	at   int
}

// add adds the next frame of the prompt, in a loop.
func (p *playback) add(sum *[rtpaudio.FrameSize]int32) {
	for i := 0; i < len(sum); {
		n := min(len(sum)-i, len(p.pcm)-p.at)
		for k, s := range p.pcm[p.at : p.at+n] {
			sum[i+k] += int32(s)
		}
		i += n
		if p.at += n; p.at == len(p.pcm) {
			p.at = 0
		}
	}
}
