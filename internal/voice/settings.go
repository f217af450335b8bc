package voice

import (
	"errors"
	"fmt"
	"time"
)

// Settings are what Set changes while calls go on.
type Settings struct {
	// RegisterMin and RegisterMax bound how long a registration lasts. Defaults 60 s and 1 h.
	RegisterMin, RegisterMax time.Duration
	// SessionExpires is the interval of session timers (RFC 4028); negative = we ask for none. Default 30 min.
	SessionExpires time.Duration
	// NoResponse is how long an INVITE may stay without any response until the phone counts as unreachable. Default 6 s.
	NoResponse time.Duration
	// MaxRinging ends an attempt that nobody else ended. Default 5 min; the centers' ring times are shorter.
	MaxRinging time.Duration
	// MaxLegs bounds the legs at a time. Default 4,000: 2,000 calls, far more than one machine mixes.
	MaxLegs int
}

func (s *Settings) defaults() {
	for _, d := range []struct {
		at *time.Duration
		is time.Duration
	}{
		{&s.RegisterMin, time.Minute}, {&s.RegisterMax, time.Hour}, {&s.SessionExpires, 30 * time.Minute}, {&s.NoResponse, 6 * time.Second},
		{&s.MaxRinging, 5 * time.Minute},
	} {
		if *d.at == 0 {
			*d.at = d.is
		}
	}
	if s.MaxLegs == 0 {
		s.MaxLegs = 4000
	}
}

func (s *Settings) check() error {
	if s.RegisterMin < time.Second || s.RegisterMax < s.RegisterMin {
		return fmt.Errorf("voice: registrations must last at least a second and RegisterMin (%v) at most RegisterMax (%v)",
			s.RegisterMin, s.RegisterMax)
	}
	if s.MaxLegs < 0 {
		return errors.New("voice: MaxLegs must not be negative")
	}
	return nil
}

// Set changes the settings; zero members mean their defaults. Calls, attempts and registrations that have begun go on by the old ones.
func (s *Server) Set(settings Settings) error {
	settings.defaults()
	if err := settings.check(); err != nil {
		return err
	}
	s.live.Store(&settings)
	s.legs.setMost(settings.MaxLegs)
	return nil
}

// settings are those that count now.
func (s *Server) settings() *Settings { return s.live.Load() }

// longest is how long a registration may last.
func (s *Server) longest() time.Duration { return s.settings().RegisterMax }
