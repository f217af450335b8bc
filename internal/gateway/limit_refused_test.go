package gateway

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestRefused: what is refused is counted by whose bound it was, and nothing else is.
func TestRefused(t *testing.T) {
	g := newGate(t, 5, 7)
	h := newHouse(t)
	h.limits = g.limits
	g.passed(50+3, "192.0.2.1", "")
	g.passed(70+4, "192.0.2.1", "g101")
	g.passed(10, "192.0.2.1", "g102")
	if got, want := h.Refused(), (Refusals{Agent: 4, Address: 3}); got != want {
		t.Errorf("%+v; want %+v", got, want)
	}
}

// TestRefused_Log: a flood fills no log: one warning tells of it now and then, and its lines are at level debug.
func TestRefused_Log(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, func(c *Config) { c.Rates.PerAddress = 1 })
		flood := func() string {
			h.log.Reset()
			for range 3 * burstSeconds {
				h.call("GET agentevent/777", "")
			}
			return h.log.String()
		}
		for _, pause := range []time.Duration{0, floodTold + time.Second} {
			time.Sleep(pause) // of synctest's clock: no time passes
			log := flood()
			warnings, lines := strings.Count(log, "level=WARN"), strings.Count(log, "level=INFO")
			if warnings != 1 || !strings.Contains(log, "from=192.0.2.1") || lines > burstSeconds {
				t.Errorf("%d warnings, %d lines:\n%s", warnings, lines, log)
			}
		}
		if log := flood(); strings.Contains(log, "level=WARN") {
			t.Errorf("told again at once:\n%s", log)
		}
	})
}
