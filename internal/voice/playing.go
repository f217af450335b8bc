package voice

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/voice/media"
	"ccgateway/internal/wav"
)

// maxSounds is how many sounds one Play may put together: more than any announcement has.
const maxSounds = 100

var (
	errTooManySounds = errors.New("too many sounds in one playing")
	errNoPrompt      = errors.New("no such prompt")
	errNotAFile      = errors.New("not a plain file below the recordings' folder")
	errNoSpeech      = errors.New("text cannot be read out: there is no speech engine")
)

func playID(vcc center.VCCID, id center.PlayID) media.PlayID {
	return media.PlayID(strconv.Itoa(int(vcc)) + "/" + string(id))
}

// carryPlay begins a playing. What goes wrong is told as its end.
func (s *Server) carryPlay(vcc center.VCCID, e center.Play) {
	err := s.engine.Play(media.Playing{
		ID: playID(vcc, e.Play), Leg: s.rooms.soundOf(legKey{vcc, e.Leg}),
		Load:  func(ctx context.Context) ([]int16, error) { return s.loadSounds(ctx, e.Sound) },
		Alone: e.Alone, Barge: e.Barge, Endless: e.Endless,
		Start: time.Duration(e.StartMS) * time.Millisecond, Volume: e.Volume, Speed: e.Speed,
	})
	if err != nil {
		s.notice(vcc, center.PlayEnded{Play: e.Play, Why: err.Error()})
	}
}

// playEnded is told by the media engine.
func (s *Server) playEnded(id media.PlayID, key bool, err error) {
	vcc, name, ok := splitID(string(id))
	if !ok {
		return
	}
	ended := center.PlayEnded{Play: center.PlayID(name), Key: key}
	if err != nil {
		s.log.Warn("sound cannot be played", "vcc", int(vcc), "play", name, "error", err)
		ended.Why = err.Error()
	}
	s.notice(vcc, ended)
}

// loadSounds puts sounds together, one after another.
func (s *Server) loadSounds(ctx context.Context, sounds []center.Sound) ([]int16, error) {
	if len(sounds) > maxSounds {
		return nil, errTooManySounds
	}
	var all []int16
	for _, sound := range sounds {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		pcm, err := s.loadSound(ctx, sound)
		if err != nil {
			return nil, err
		}
		if len(all)+len(pcm) > media.MaxPlaySamples {
			return nil, media.ErrTooMuchSound
		}
		all = append(all, pcm...)
	}
	return all, nil
}

func (s *Server) loadSound(ctx context.Context, sound center.Sound) ([]int16, error) {
	switch {
	case sound.Prompt != "":
		pcm, ok := s.engine.Prompt(sound.Prompt)
		if !ok {
			return nil, fmt.Errorf("prompt %q: %w", sound.Prompt, errNoPrompt)
		}
		return pcm, nil
	case sound.File != "":
		return readBelow(s.cfg.Recordings, sound.File)
	case s.cfg.Speech == nil:
		return nil, errNoSpeech
	case sound.Digits != "":
		return s.cfg.Speech.Digits(ctx, sound.Digits)
	default:
		return s.cfg.Speech.Speak(ctx, sound.Text)
	}
}

// readBelow reads a WAV file below a folder, both sides of a recording mixed. No name and no link leads out of the folder.
func readBelow(folder, name string) ([]int16, error) {
	if folder == "" {
		return nil, errNoFolder
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("open recordings' folder: %w", err)
	}
	defer func() { _ = root.Close() }() // was only read from
	local := filepath.FromSlash(name)
	info, err := root.Lstat(local)
	if err != nil {
		return nil, fmt.Errorf("open sound: %w", err)
	}
	if !info.Mode().IsRegular() { // a pipe would keep us waiting, a link is nothing that we made
		return nil, errNotAFile
	}
	file, err := root.Open(local)
	if err != nil {
		return nil, fmt.Errorf("open sound: %w", err)
	}
	defer file.Close()
	pcm, err := wav.Decode(file, media.MaxPlaySamples)
	if err != nil {
		return nil, err
	}
	return pcm.Mono(), nil
}

// carrySendDigits sends keys to a leg's far side. They may be secret and are never logged.
func (s *Server) carrySendDigits(vcc center.VCCID, e center.SendDigits) {
	if err := s.engine.SendKeys(s.rooms.soundOf(legKey{vcc, e.Leg}), e.Digits); err != nil {
		s.log.Warn("keys not sent", "vcc", vcc, "leg", string(e.Leg), "error", err)
	}
}
