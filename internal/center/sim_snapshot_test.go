package center_test

import (
	"fmt"
	"testing"

	"ccgateway/internal/center"
)

// playWith plays seeds and shows every command, after it was done, to what watch makes.
func playWith(t *testing.T, first, seeds, steps int, watch func(s *sim) func(memory) error) {
	t.Helper()
	if raceEnabled || testing.Short() {
		seeds = min(seeds, 3)
	}
	for seed := uint64(first); seed < uint64(first+seeds); seed++ {
		s := newSim(seed, nil)
		see := watch(s)
		var failed error
		n := 0
		s.keep = func(m memory) {
			if n++; failed == nil {
				if err := see(m); err != nil {
					failed = s.explain(fmt.Errorf("after command %d, %T: %w", n, m.cmd, err), steps)
				}
			}
		}
		err := s.play(steps)
		if failed != nil {
			t.Fatal(failed)
		}
		if err != nil {
			t.Fatal(s.explain(err, steps))
		}
	}
}

// again makes a center out of the bytes of another's snapshot.
func again(c *center.Center) (*center.Center, error) {
	s, err := center.DecodeSnapshot(center.SnapshotVersion, c.Snapshot().Encode())
	if err != nil {
		return nil, err
	}
	return center.Restore(s)
}

// TestSim_Snapshot is the proof of snapshots: at many moments of many simulations a center is made again out of its snapshot. It has
// the same state in all its fields, and from then on does the same: replies, effects, deadlines.
func TestSim_Snapshot(t *testing.T) {
	playWith(t, 3000, 30, 2*simPhase, func(s *sim) func(memory) error {
		var twin *center.Center
		until := 0
		return func(m memory) error {
			if twin != nil {
				reply, effects := twin.Do(m.now, m.cmd)
				if got := (memory{m.now, m.cmd, reply, effects}).text(); got != m.text() {
					return fmt.Errorf("restored %d commands ago it does:\n%s\nthe other:\n%s", until, got, m.text())
				}
				due, ok := twin.NextDeadline()
				if wantDue, want := s.center.NextDeadline(); ok != want || !due.Equal(wantDue) {
					return fmt.Errorf("restored, the next deadline is %v, the other's %v", due, wantDue)
				}
			}
			if until--; until > 0 {
				return nil
			}
			until = s.r.IntN(40) // often within a call's life
			if twin != nil && !center.SameState(twin, s.center) {
				return fmt.Errorf("after a while the restored center has another state")
			}
			var err error
			if twin, err = again(s.center); err != nil {
				return err
			}
			if !center.SameState(twin, s.center) {
				return fmt.Errorf("the restored center has another state")
			}
			return nil
		}
	})
}

// TestSim_Changed is the proof of Changed: a center that is given only the commands that changed something, read back from their
// journal, stays the same as the one that was given all.
func TestSim_Changed(t *testing.T) {
	left, all := 0, 0
	playWith(t, 4000, 20, 2*simPhase, func(s *sim) func(memory) error {
		replica := center.New(scriptStart, s.base)
		return func(m memory) error {
			all++
			if !s.center.Changed() {
				left++
			} else {
				kind, body := center.Encode(m.cmd)
				cmd, err := center.Decode(kind, body)
				if err != nil {
					return err
				}
				if kind == "Tick" { // what only reads is journaled as that
					m.cmd, m.reply = center.Tick{}, center.Reply{}
				}
				reply, effects := replica.Do(s.center.Now(), cmd)
				if got := (memory{m.now, m.cmd, reply, effects}).text(); got != m.text() {
					return fmt.Errorf("the replica does:\n%s\nthe center:\n%s", got, m.text())
				}
			}
			if (all%10 == 0 || !s.center.Changed()) && !center.SameState(replica, s.center) {
				return fmt.Errorf("the replica has another state")
			}
			return nil
		}
	})
	t.Logf("%d of %d commands changed nothing", left, all)
	if left < all/20 {
		t.Errorf("only %d of %d commands changed nothing: too much would be journaled", left, all)
	}
}
