package lockout

import (
	"fmt"
	"testing"
)

// TestStats: every refusal and every lock is counted once, by what was locked.
func TestStats(t *testing.T) {
	g := newRig(t, newMemory(), rules)
	g.guess(from("192.0.2.1"), 101, rules.Tries+2) // the last two are refused
	want := Stats{Wrong: 5, LockedPair: 1, RefusedPair: 2, Remembered: 3}
	if got := g.Stats(); got != want {
		t.Fatalf("a locked pair: %+v; want %+v", got, want)
	}
	for i := 2; i <= 4; i++ { // 20 wrong ones for the account are its bound
		g.guess(from(fmt.Sprintf("192.0.2.%d", i)), 101, rules.Tries)
	}
	g.guess(from("192.0.2.5"), 101, 1)
	want = Stats{Wrong: 20, LockedPair: 4, RefusedPair: 2, SlowedAccount: 1, RefusedAccount: 1, Remembered: 9}
	if got := g.Stats(); got != want {
		t.Fatalf("a slowed account: %+v; want %+v", got, want)
	}
	for agent := 201; agent <= 200+addressFactor*rules.Tries; agent++ { // one wrong password for each: nothing but the address notices
		g.guess(from("192.0.2.6"), agent, 1)
	}
	g.guess(from("192.0.2.6"), 999, 1)
	got := g.Stats()
	if got.Wrong != 70 || got.SlowedAddress != 1 || got.RefusedAddress != 1 || got.RefusedAccount != 1 || got.RefusedPair != 2 || got.LockedPair != 4 {
		t.Errorf("a slowed address: %+v", got)
	}
}
