package softphone

import (
	"testing"
	"testing/synctest"
	"time"
)

// metronome counts what the pacer tells it.
type metronome struct{ calls, due, skipped int }

func (m *metronome) pace(due, skipped int) {
	m.calls++
	m.due += due
	m.skipped += skipped
}

// TestPacer: a frame every 20 ms for each member, and no goroutine without members.
func TestPacer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pacer
		var a, b metronome
		p.join(&a)
		time.Sleep(time.Second + frame/2) // within the bubble no time passes
		p.join(&b)
		time.Sleep(time.Second)
		p.leave(&a)
		time.Sleep(time.Second)
		p.leave(&b)
		p.leave(&b)
		time.Sleep(time.Second)
		if a.due != 100 || b.due != 100 || a.skipped+b.skipped != 0 {
			t.Errorf("%+v %+v, want 100 frames each", a, b)
		}
		p.join(&a) // starts anew
		time.Sleep(frame + frame/2)
		p.leave(&a)
		if a.due != 101 {
			t.Errorf("%+v, want one frame more", a)
		}
	})
}

// slow is a member that once takes a long time.
type slow struct {
	metronome
	pause time.Duration
}

func (s *slow) pace(due, skipped int) {
	s.metronome.pace(due, skipped)
	time.Sleep(s.pause)
	s.pause = 0
}

// TestPacer_Late: what was missed is made up for, up to a bound, and the rest is said to be skipped.
func TestPacer_Late(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			late    time.Duration
			skipped int
		}{{3 * frame, 0}, {50 * frame, 50 - maxBurst}} {
			var p pacer
			s := &slow{pause: c.late}
			p.join(s)
			time.Sleep(100*frame + frame/2)
			p.leave(s)
			if s.due+s.skipped != 100 || s.skipped != c.skipped {
				t.Errorf("late by %v: %+v", c.late, s.metronome)
			}
		}
	})
}
