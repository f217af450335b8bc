package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ccgateway/client"
)

var (
	killTimes = flag.Int("kill.times", 200, "how many lives all programs of TestKill together live")
	killFor   = flag.Duration("kill.for", 6*time.Minute, "TestKill fails when they take longer: a quiet machine of two cores needs one minute")
	killSeed  = flag.Uint64("kill.seed", 0, "what TestKill draws its moments from; 0 = the time")
)

// killsAtOnce is how many installations are killed side by side: a start mostly waits. The first one has a PostgreSQL.
const killsAtOnce = 4

// TestKill kills programs at random moments under load, again and again, and looks each time whether all that was answered is
// still so: agents signed in with their GUIDs, their states, their events in order and without a gap, calls ended with events and
// records. -kill.times=5000 -kill.for=2h does it for longer.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("kills for a while")
	}
	seed := *killSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano()) //nolint:gosec // any number will do
	}
	t.Logf("seed %d", seed)
	var lives atomic.Int64
	began := time.Now()
	t.Run("all", func(t *testing.T) {
		for i := range uint64(killsAtOnce) {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				killAgain(t, seed+i, i == 0, &lives)
			})
		}
	})
	took := time.Since(began).Round(time.Second)
	t.Logf("%d lives in %s", lives.Load(), took)
	if !t.Failed() && lives.Load() < int64(*killTimes) {
		t.Errorf("only %d lives in %s, not %d: too few to say anything", lives.Load(), took, *killTimes)
	}
}

// killAgain is TestKill for one installation. all counts the lives of all of them.
func killAgain(t *testing.T, seed uint64, remote bool, all *atomic.Int64) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 0))
	v := newVictim(t, remote)
	v.live()
	c, err := client.New("http://" + v.http)
	must(t, err)
	defer c.Close()
	var witnesses []*witness
	var load, polls sync.WaitGroup
	for i, number := range []int{101, 102, 104, 201, 202} {
		w := &witness{v: v, r: rand.New(rand.NewPCG(seed, uint64(i)+1))} //nolint:gosec // small
		w.signIn(c, number)
		witnesses = append(witnesses, w)
	}
	loading, endLoad := context.WithCancel(context.Background())
	defer load.Wait()
	defer polls.Wait()
	defer endLoad()
	for _, w := range witnesses {
		load.Go(func() { w.work(loading) })
		polls.Go(func() { w.listen(loading) })
	}
	caller := newSeat(v, c)
	for until := time.Now().Add(*killFor); time.Now().Before(until) && all.Load() < int64(*killTimes) && !t.Failed(); {
		v.dieOnce(r, caller)
		all.Add(1)
	}
	endLoad()
	load.Wait()
	polls.Wait()
	if t.Failed() {
		t.Logf("the last lines of its log:\n%s", v.lines())
		return
	}
	total, again, lives := 0, 0, v.lives
	for _, w := range witnesses {
		for w.poll() { // what is left
		}
		w.judge()
		total, again = total+len(w.heard), again+w.again()
	}
	v.stop()
	caller.judge()
	v.judgeJournal()
	t.Logf("%d lives, %d notes told, %d of them again, %d talks", lives, total, again, caller.talks)
}

// dieOnce kills the program at a moment that is drawn, now and then with people talking, and brings it back.
func (v *victim) dieOnce(r *rand.Rand, caller *seat) {
	v.t.Helper()
	const talkEvery = 8
	talks := v.lives%talkEvery == 0
	if talks {
		caller.talk()
	}
	<-time.After(time.Duration(r.IntN(80)) * time.Millisecond)
	const outageEvery = 4
	if v.server != nil && v.lives%outageEvery == 1 {
		v.serverDies(r)
	}
	v.gate.Lock()
	v.kill()
	v.live()
	v.gate.Unlock()
	if talks {
		caller.afterDeath()
	}
}
