package center_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

var (
	simSeed  = flag.Uint64("sim.seed", 0, "play this seed only")
	simSteps = flag.Int("sim.steps", 0, "steps per seed; 0 = the usual number")
	simSeeds = flag.Int("sim.seeds", 0, "how many seeds; 0 = the usual number")
	simSoak  = flag.Duration("sim.soak", 0, "go on with new seeds for so long")
	simLook  = flag.Int("sim.sparse", 0, "look at the whole center twice in so many commands; 0 = after each")
	simFirst = flag.Uint64("sim.first", 1, "the first seed")
)

const (
	simUsualSeeds = 330
	simUsualSteps = 4000
	simPhase      = 1000 // steps until everything is brought to rest and counted
	simMemory     = 60   // commands that a failure shows
	soakFaults    = 10   // seeds that may fail before a soak ends: an hour should show more than the first fault
)

// sim plays random commands and happenings over a center, all drawn from one seed.
type sim struct {
	*world
	r        *rand.Rand
	seed     uint64
	agents   int
	crowd    int  // how many legs there are at most, about
	forwards bool // agents forward their phones
	base     center.Config
	desks    map[center.AgentID]*desk
	phones   phones
	tokens   uint64
	memory   []memory
	sizes    []int
	keep     func(memory) // nil, or gets everything that is done
}

// TestSim plays many seeds. A failure prints its seed; the same seed fails in the same way.
func TestSim(t *testing.T) {
	ref, _ := loadReference() // nil in a checkout that lacks it: contents are then not checked
	var total counts
	var mu sync.Mutex
	begin := time.Now()
	play := func(seed uint64, steps int) error {
		s := newSim(seed, ref)
		err := s.play(steps)
		mu.Lock()
		defer mu.Unlock()
		total.add(s.watch.counts)
		if err != nil {
			return s.explain(err, steps)
		}
		return nil
	}
	seeds, steps := simExtent()
	switch {
	case *simSeed != 0:
		if err := play(*simSeed, steps); err != nil {
			t.Fatal(err)
		}
	default:
		playAll(t, seeds, steps, play)
	}
	spent := time.Since(begin)
	t.Logf("%+v in %s: %.0f commands per second", total, spent.Round(time.Millisecond), float64(total.Commands)/spent.Seconds())
	if *simSeed == 0 && *simSteps == 0 && *simSeeds == 0 && !raceEnabled && !testing.Short() && !t.Failed() && (total.Commands < 1_000_000 || total.Intercepts < 10 || total.Troubles < 10) {
		t.Errorf("only %d commands were played, with %d inspections, %d interceptions and %d phones that could not be rung", total.Commands, total.Inspections, total.Intercepts, total.Troubles)
	}
}

// simExtent says how many seeds and steps are played.
func simExtent() (seeds, steps int) {
	seeds, steps = simUsualSeeds, simUsualSteps
	if raceEnabled || testing.Short() {
		seeds = 20
	}
	if *simSeeds > 0 {
		seeds = *simSeeds
	}
	if *simSteps > 0 {
		steps = *simSteps
	}
	return seeds, steps
}

// playAll plays seeds on all cores, and in a soak goes on with further ones until the time is over or too many have failed.
func playAll(t *testing.T, seeds, steps int, play func(uint64, int) error) {
	const workers = 4
	next := make(chan uint64)
	var failed atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for seed := range next {
				if err := play(seed, steps); err != nil {
					failed.Add(1)
					t.Error(err)
				}
			}
		})
	}
	bearable := int64(1)
	if *simSoak > 0 {
		bearable = soakFaults
	}
	until := time.Now().Add(*simSoak)
	for seed := *simFirst; (seed < *simFirst+uint64(seeds) || time.Now().Before(until)) && failed.Load() < bearable; seed++ {
		next <- seed
	}
	close(next)
	wg.Wait()
}

func newSim(seed uint64, ref *reference) *sim {
	r := rand.New(rand.NewPCG(seed, 0xcc))
	cfg := randomConfig(r)
	s := &sim{
		world: newWorld(scriptStart, cfg, ref), r: r, seed: seed, base: cfg, agents: len(cfg.Agents) + 1,
		desks: make(map[center.AgentID]*desk), crowd: 3 + r.IntN(30), forwards: r.IntN(2) == 0,
	}
	s.note = s.remember
	s.sight.sparse = *simLook
	return s
}

// play runs the simulation in phases; after each everything comes to rest.
func (s *sim) play(steps int) error {
	for done := 0; done < steps; {
		n := min(simPhase, steps-done)
		if last := done+n == steps; last && s.r.IntN(4) == 0 {
			if err := s.send(center.Drain{}); err != nil { // it has no way back
				return err
			}
		}
		for range n {
			if err := s.step(); err != nil {
				return err
			}
		}
		done += n
		if err := s.rest(); err != nil {
			return fmt.Errorf("coming to rest after %d steps: %w", done, err)
		}
	}
	return nil
}

// rest ends everything and compares what the center still holds with what it held after the phases before.
func (s *sim) rest() error {
	if err := s.send(center.Configure{Config: s.base}); err != nil {
		return err
	}
	if s.r.IntN(2) == 0 {
		if err := s.everybodyGetsFree(); err != nil {
			return fmt.Errorf("everybody leaves: %w", err)
		}
	}
	if err := s.stillness(); err != nil {
		return fmt.Errorf("nothing came from phones and agents any more: %w", err)
	}
	if err := s.end(); err != nil {
		return err
	}
	s.phones.legs = nil
	picks := s.center.Picks() // which are to stay, one for each agent at most
	if picks > len(s.base.Agents) {
		return fmt.Errorf("%d picks of %d agents", picks, len(s.base.Agents))
	}
	s.sizes = append(s.sizes, size(s.center)-picks)
	if first, last := s.sizes[0], s.sizes[len(s.sizes)-1]; last > first {
		return fmt.Errorf("the empty center grows: %v", s.sizes)
	}
	return nil
}

// step lets time pass and one thing happen.
func (s *sim) step() error {
	if err := s.pass(s.pause()); err != nil {
		return err
	}
	switch n := s.r.IntN(200); {
	case n < 90:
		return s.fromPhones()
	case n < 170:
		return s.fromAgents()
	case n < 185:
		return s.fromFlows()
	case n < 195:
		return s.send(center.Tick{})
	case n < 197:
		return s.send(center.RecordingFailed{Recording: center.RecordingID(s.anyRecording()), Why: "disk full"})
	case n < 198:
		return s.send(center.RecordingQuiet{Recording: center.RecordingID(s.anyRecording())})
	case n < 199:
		return s.send(center.PhoneState{Phone: s.phoneNumber(), Registered: s.r.IntN(2) == 0})
	case s.r.IntN(6) == 0:
		return s.send(center.Restarted{Resumed: s.now.Add(time.Duration(s.r.IntN(100)) * time.Second)})
	}
	if s.r.IntN(3) > 0 {
		return s.send(center.Configure{Config: s.base})
	}
	return s.send(center.Configure{Config: changed(s.r, s.base)})
}

// pause is the time until the next step: mostly so short that things collide, sometimes long enough for any time-out.
func (s *sim) pause() time.Duration {
	switch n := s.r.IntN(100); {
	case n < 30:
		return 0
	case n < 70:
		return time.Duration(s.r.IntN(500)) * time.Millisecond
	case n < 93:
		return time.Duration(s.r.IntN(4000)) * time.Millisecond
	case n < 99:
		return time.Duration(s.r.IntN(30)) * time.Second
	}
	return time.Duration(s.r.IntN(400)) * time.Second
}

// pass lets time pass, with a tick whenever one is due; one time in ten the ticks are late and the next command is first.
func (s *sim) pass(d time.Duration) error {
	until := s.now.Add(d)
	for s.r.IntN(10) > 0 {
		due, ok := s.center.NextDeadline()
		if !ok || due.After(until) {
			break
		}
		if due.After(s.now) {
			s.now = due
		}
		if err := s.send(center.Tick{}); err != nil {
			return err
		}
	}
	s.now = until
	return nil
}

// send does one command and checks everything.
func (s *sim) send(cmd center.Command) error {
	by, proves := proofOf(cmd)
	had := s.watch.sessions[by.Agent] != nil
	taken, refused := s.proves(by)
	due, late := s.center.NextDeadline()
	late = late && !due.After(s.now) // a session may end before the command is looked at
	reply, effects, err := s.do(cmd)
	if err != nil {
		return err
	}
	if proves && !late {
		if err := checkProof(reply, had, taken, refused, cmd); err != nil {
			return err
		}
	}
	if reply.Err == nil {
		s.learnToken(cmd, reply)
	}
	s.phones.notice(cmd, effects)
	return s.look()
}

// proofOf gives the proof that a command carries.
func proofOf(cmd center.Command) (center.By, bool) {
	f := reflect.ValueOf(cmd).FieldByName("By")
	if !f.IsValid() {
		return center.By{}, false
	}
	by, ok := f.Interface().(center.By)
	return by, ok
}

// checkProof compares the answer to a command with the GUID that it carried (DECISIONS 5).
func checkProof(reply center.Reply, had, taken, refused bool, cmd center.Command) error {
	code := result.OK
	if reply.Err != nil {
		code = reply.Err.Code
	}
	if touch, ok := cmd.(center.Touch); ok && touch.Poll && reply.Err == nil && reply.Value.(center.Touched).Ended {
		return nil // what is left of a session that somebody else has ended
	}
	switch {
	case !had && code != result.NotSignedIn:
		return fmt.Errorf("%T without a session is answered with %s", cmd, code)
	case had && refused && code != result.NoRight:
		return fmt.Errorf("%T with a wrong GUID is answered with %s", cmd, code)
	case had && taken && (code == result.NoRight || code == result.NotSignedIn):
		return fmt.Errorf("%T with the right GUID is answered with %s", cmd, code)
	}
	return nil
}

func (s *sim) remember(m memory) {
	if s.keep != nil {
		s.keep(m)
	}
	if len(s.memory) >= 2*simMemory {
		s.memory = append(s.memory[:0], s.memory[len(s.memory)-simMemory:]...)
	}
	s.memory = append(s.memory, m)
}

// explain makes the report of a failure: the last commands, the seed, and how to play it again.
func (s *sim) explain(err error, steps int) error {
	n := newNaming(scriptStart)
	var b strings.Builder
	for _, m := range s.memory[max(0, len(s.memory)-simMemory):] {
		fmt.Fprintf(&b, "+%s %s\n", m.now.Sub(scriptStart), n.replace(n.plain(m.cmd)))
		fmt.Fprintf(&b, "    %s\n", n.replace(n.reply(m.reply)))
		for _, e := range m.effects {
			fmt.Fprintf(&b, "    %s\n", n.replace(n.effect(e)))
		}
	}
	return fmt.Errorf("seed %d: %w\n%s\nplay it again: go test ./internal/center -run 'TestSim$' -sim.seed=%d -sim.steps=%d",
		s.seed, err, b.String(), s.seed, steps)
}

func (c *counts) add(d counts) {
	c.Commands += d.Commands
	c.Refused += d.Refused
	c.Events += d.Events
	c.Sessions += d.Sessions
	c.Legs += d.Legs
	c.Calls += d.Calls
	c.Offers += d.Offers
	c.Talks += d.Talks
	c.Requeues += d.Requeues
	c.Conferences += d.Conferences
	c.Transfers += d.Transfers
	c.Helps += d.Helps
	c.Recordings += d.Recordings
	c.FromRinging += d.FromRinging
	c.Inspections += d.Inspections
	c.Intercepts += d.Intercepts
	c.Troubles += d.Troubles
}
