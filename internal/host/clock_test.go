package host

import (
	"testing"
	"time"
)

func TestSteadyClock(t *testing.T) {
	start := time.Now() // has a monotonic reading, which Add moves along
	read := start
	s := steady{wall: func() time.Time { return read }}
	first := s.now()
	if !first.Equal(start) {
		t.Errorf("first reading %v; want the wall's %v", first, start)
	}
	read = start.Add(3 * time.Second)
	if got := s.now().Sub(first); got != 3*time.Second {
		t.Errorf("after 3 s: %v", got)
	}
	read = start.Add(-time.Hour).Round(0) // set back; without the monotonic reading nothing tells how much time has gone by
	if got := s.now().Sub(first); got != 3*time.Second {
		t.Errorf("wall set back: clock shows %v after the start; want it to stand at 3 s", got)
	}
	read = start.Add(-time.Hour + 2*time.Second).Round(0)
	if got := s.now().Sub(first); got != 5*time.Second {
		t.Errorf("2 s later: %v; want 5 s", got)
	}
	read = read.Add(24 * time.Hour) // set forward: the wall is followed as soon as it is ahead
	if got := s.now(); got.Before(read) {
		t.Errorf("wall set forward: clock shows %v; want at least the wall's %v", got, read)
	}
}

func TestSteadyClockGoesOnFromATimeThatWasKept(t *testing.T) {
	read := time.Now()
	kept := read.Add(time.Hour) // the wall was set back while the program was away
	s := steady{wall: func() time.Time { return read }}
	s.notBefore(kept)
	read = read.Add(2 * time.Second)
	if got := s.now().Sub(kept); got != 2*time.Second {
		t.Errorf("2 s later the clock shows %v after the kept time", got)
	}
	s = steady{wall: func() time.Time { return read }}
	s.notBefore(read.Add(-time.Hour))
	if got := s.now(); !got.Equal(read) {
		t.Errorf("a kept time that lies behind: clock shows %v; want the wall's %v", got, read)
	}
}
