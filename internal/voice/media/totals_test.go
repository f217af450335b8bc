package media

import (
	"testing"

	"ccgateway/internal/g711"
)

// TestTotals: what a leg has counted stays in the sum when it closes.
func TestTotals(t *testing.T) {
	l := newLab(t)
	a, b := l.phone("a", g711.MuLaw, 600), l.phone("b", g711.ALaw, 900)
	l.engine.SetRoom("r", []Row{{Leg: "a", Hears: []LegID{"b"}}, {Leg: "b", Hears: []LegID{"a"}}})
	l.steps(20)
	before := l.engine.Totals()
	if want := a.leg.Stats().Received + b.leg.Stats().Received; before.Received != want || want == 0 || before.Sent == 0 {
		t.Fatalf("totals %+v; want %d received", before, want)
	}
	a.leg.Close()
	after := l.engine.Totals()
	if after.Received != before.Received || after.Sent < before.Sent {
		t.Errorf("a leg closed: %+v; before %+v", after, before)
	}
	b.leg.Close()
	if none := l.engine.Totals(); none.Received != before.Received {
		t.Errorf("both closed: %+v; before %+v", none, before)
	}
}
