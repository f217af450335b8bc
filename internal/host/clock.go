package host

import "time"

// steady is a clock that never goes back. It follows the wall clock, and where that is set back it goes on at the pace of the
// monotonic clock until the wall has caught up: a center's deadlines neither stand still nor all come at once. It belongs to
// one goroutine.
type steady struct {
	wall  func() time.Time // with the monotonic reading of time.Now, if it has one
	read  time.Time        // of wall, at the last reading
	shown time.Time        // what the last reading gave
}

// now reads the clock.
func (s *steady) now() time.Time {
	read := s.wall()
	floor := s.shown.Add(max(0, read.Sub(s.read))) // the difference is monotonic
	s.read, s.shown = read, read.Round(0)
	if s.shown.Before(floor) {
		s.shown = floor
	}
	return s.shown
}

// notBefore makes the clock go on from t if that is ahead of it.
func (s *steady) notBefore(t time.Time) {
	if s.now().Before(t) {
		s.shown = t.Round(0)
	}
}
