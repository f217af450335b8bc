package voice

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"ccgateway/internal/center"
	"ccgateway/internal/voice/media"
	"ccgateway/internal/wav"
)

var (
	errNoFolder    = errors.New("no folder for recordings is configured")
	errOutsideFile = errors.New("recording's file would lie outside its folder")
)

// startRecording carries out StartRecording. The file lies below the configured folder, whatever its name says.
func (s *Server) startRecording(vcc center.VCCID, e center.StartRecording) {
	path, err := s.recordingPath(e.File)
	if err == nil {
		err = s.engine.StartRecording(recordingID(vcc, e.Recording), path, s.rooms.soundOf(legKey{vcc, e.Leg}), roomID(vcc, e.Call))
	}
	if err == nil && e.Silence > 0 {
		s.engine.WatchSilence(recordingID(vcc, e.Recording), e.Silence)
	}
	if errors.Is(err, media.ErrNoLeg) {
		err = emptyRecording(path)
	}
	if err != nil {
		s.log.Error("recording not begun", "vcc", vcc, "recording", string(e.Recording), "error", err)
		s.centers.Tell(vcc, center.RecordingFailed{Recording: e.Recording, Why: err.Error()})
	}
}

// emptyRecording makes the file of a talk that was over before its recording could begin: the index has it all the same.
func emptyRecording(path string) error {
	const leftAndRight = 2
	w, err := wav.Create(path, leftAndRight)
	if err != nil {
		return fmt.Errorf("make empty recording: %w", err)
	}
	return w.Close()
}

func (s *Server) recordingPath(file string) (string, error) {
	if s.cfg.Recordings == "" {
		return "", errNoFolder
	}
	local := filepath.FromSlash(file)
	if !filepath.IsLocal(local) {
		return "", errOutsideFile
	}
	path := filepath.Join(s.cfg.Recordings, local)
	const private = 0o750 // what customers said is nobody else's business
	if err := os.MkdirAll(filepath.Dir(path), private); err != nil {
		return "", fmt.Errorf("make folder for recording: %w", err)
	}
	return path, nil
}

// recordingEnded is told by the media engine.
func (s *Server) recordingEnded(id media.RecordingID, err error) {
	vcc, name, ok := splitID(string(id))
	if !ok || err == nil {
		return
	}
	s.log.Error("recording broken off", "vcc", vcc, "recording", name, "error", err)
	s.notice(vcc, center.RecordingFailed{Recording: center.RecordingID(name), Why: err.Error()})
}

// recordingQuiet is told by the media engine: who is recorded has said nothing for as long as StartRecording wants.
func (s *Server) recordingQuiet(id media.RecordingID) {
	if vcc, name, ok := splitID(string(id)); ok {
		s.notice(vcc, center.RecordingQuiet{Recording: center.RecordingID(name)})
	}
}

// splitID undoes recordingID.
func splitID(id string) (center.VCCID, string, bool) {
	number, name, ok := strings.Cut(id, "/")
	vcc, err := strconv.Atoi(number)
	return center.VCCID(vcc), name, ok && err == nil
}

// mediaDigit is told by the media engine: a key was pressed.
func (s *Server) mediaDigit(id media.LegID, digit byte) {
	if l := s.legs.bySound(id); l != nil {
		l.mail.offer(func() {
			if l.sound != nil && l.sound.leg.ID() == id {
				l.digit(digit)
			}
		})
	}
}

// mediaLost is told by the media engine: nothing has come from a leg for NoMedia.
func (s *Server) mediaLost(id media.LegID) {
	if l := s.legs.bySound(id); l != nil {
		l.mail.post(func() {
			if l.sound != nil && l.sound.leg.ID() == id {
				l.lostMedia()
			}
		})
	}
}
