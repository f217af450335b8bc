package main

import (
	"strings"
	"testing"
	"time"

	"ccgateway/internal/tone"
)

// TestVerdict: the judge of all stories finds what is wrong, and nothing else.
func TestVerdict(t *testing.T) {
	t.Parallel()
	// A second in which Amy is heard until 0.3 s, then Ben; the step's event is at 0.25 s.
	change := span{begin: 0, event: 2000, end: 8000, was: sounds{amyTone}, is: sounds{benTone}}
	quiet := span{begin: 0, event: 2000, end: 8000}
	type piece struct {
		f        float64
		from, to int // ms
	}
	swap := []piece{{amyTone, 0, 300}, {benTone, 300, 1000}}
	for _, c := range []struct {
		name   string
		span   span
		stall  time.Duration
		pieces []piece
		wrong  string // part of the first complaint; "" = none
	}{
		{"a clean change", change, 0, swap, ""},
		{"somebody else for 80 ms in the change", change, 0, append([]piece{{ivyTone, 280, 360}}, swap...), "ivy is heard"},
		{"somebody else before it", change, 0, append([]piece{{ivyTone, 20, 120}}, swap...), "ivy is heard"},
		{"the old one stays", change, 0, []piece{{amyTone, 0, 1000}, {benTone, 300, 1000}}, "amy is still heard"},
		{"the old one comes back", change, 0, append([]piece{{amyTone, 800, 900}}, swap...), "amy is still heard"},
		{"the new one is late", change, 0, []piece{{amyTone, 0, 300}, {benTone, 700, 1000}}, "ben is not heard before"},
		{"the new one is late because the machine stood still", change, time.Second, []piece{{amyTone, 0, 300}, {benTone, 700, 1000}}, ""},
		{"the new one does not come", change, time.Second, []piece{{amyTone, 0, 300}}, "ben is not heard at all"},
		{"silence", quiet, 0, nil, ""},
		{"one packet in silence", quiet, 0, []piece{{ivyTone, 500, 520}}, "dBFS"},
	} {
		pcm := make([]int16, 8000)
		for _, p := range c.pieces {
			tone.NewGenerator(p.f, 0.3).Add(pcm[p.from*8 : p.to*8])
		}
		c.span.stall = c.stall
		_, wrong := c.span.verdict(pcm)
		switch {
		case c.wrong == "" && len(wrong) > 0:
			t.Errorf("%s: %s", c.name, strings.Join(wrong, "; "))
		case c.wrong != "" && (len(wrong) == 0 || !strings.Contains(wrong[0], c.wrong)):
			t.Errorf("%s: %q, not %q", c.name, wrong, c.wrong)
		}
	}
}
