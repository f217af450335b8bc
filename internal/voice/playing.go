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
		Needs: func() (int, error) { return s.needs(e.Sound) },
		Load:  func(ctx context.Context) ([]int16, error) { return s.loadSounds(ctx, e.Sound) },
		Alone: e.Alone, Barge: e.Barge, Endless: e.Endless,
		Start: time.Duration(e.StartMS) * time.Millisecond, Volume: e.Volume, Speed: e.Speed,
	})
	if err != nil {
		s.notice(vcc, center.PlayEnded{Play: e.Play, Why: err.Error()})
	}
}

// playEnded is told by the media engine. It goes the way of the leg's keys, so that the center knows the key that ended a sound before it
// knows of the end. Of a leg that has ended nothing is told.
func (s *Server) playEnded(leg media.LegID, id media.PlayID, key bool, err error) {
	vcc, name, ok := splitID(string(id))
	l := s.legs.bySound(leg)
	if !ok || l == nil {
		return
	}
	ended := center.PlayEnded{Play: center.PlayID(name), Key: key}
	if err != nil {
		s.log.Warn("sound cannot be played", "vcc", int(vcc), "play", name, "error", err)
		ended.Why = err.Error()
	}
	l.mail.post(func() { l.tell(ended) })
}

// needs tells how many samples the loading of sounds takes, as far as it is known before. A file takes about as many as it has bytes: our
// recordings have four for each moment, and both sides, their mixture and what is put together are in memory for a while.
func (s *Server) needs(sounds []center.Sound) (int, error) {
	const longest = 4 * media.MaxPlaySamples
	if len(sounds) > maxSounds {
		return 0, errTooManySounds
	}
	all := 0
	for _, sound := range sounds {
		if sound.File == "" {
			pcm, _ := s.engine.Prompt(sound.Prompt)
			all += len(pcm)
			continue
		}
		file, size, err := openBelow(s.cfg.Recordings, sound.File)
		if err != nil {
			return 0, err
		}
		_ = file.Close() // was only looked at
		if all += int(min(size, longest+1)); all > longest {
			return 0, media.ErrTooMuchSound
		}
	}
	return all, nil
}

// loadSounds puts sounds together, one after another; needs has looked at them before.
func (s *Server) loadSounds(ctx context.Context, sounds []center.Sound) ([]int16, error) {
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

// openBelow opens a file below a folder and tells its size. No name and no link leads out of the folder.
func openBelow(folder, name string) (*os.File, int64, error) {
	if folder == "" {
		return nil, 0, errNoFolder
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, 0, fmt.Errorf("open recordings' folder: %w", err)
	}
	defer func() { _ = root.Close() }() // was only read from
	local := filepath.FromSlash(name)
	info, err := root.Lstat(local)
	if err != nil {
		return nil, 0, fmt.Errorf("open sound: %w", err)
	}
	if !info.Mode().IsRegular() { // a pipe would keep us waiting, a link is nothing that we made
		return nil, 0, errNotAFile
	}
	file, err := root.Open(local)
	if err != nil {
		return nil, 0, fmt.Errorf("open sound: %w", err)
	}
	return file, info.Size(), nil
}

// readBelow reads a WAV file below a folder, both sides of a recording mixed.
func readBelow(folder, name string) ([]int16, error) {
	file, _, err := openBelow(folder, name)
	if err != nil {
		return nil, err
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
	if s.keysByInfo(vcc, e) {
		return
	}
	if err := s.engine.SendKeys(s.rooms.soundOf(legKey{vcc, e.Leg}), e.Digits); err != nil {
		s.log.Warn("keys not sent", "vcc", vcc, "leg", string(e.Leg), "error", err)
	}
}
