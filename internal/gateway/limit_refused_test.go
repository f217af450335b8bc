package gateway

import "testing"

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
