package loadgen

import (
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// mostSamples bounds the memory of one measurement: 8 MiB, more than 16 hours at 17 calls a second. Beyond it each new sample takes the
// place of a random one with the probability that keeps all equally likely.
const mostSamples = 1 << 20

// latency gathers times. It is safe for use by many goroutines.
type latency struct {
	mu    sync.Mutex
	times []time.Duration
	seen  int
	most  time.Duration
}

func (l *latency) add(d time.Duration) {
	d = max(0, d)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seen++
	l.most = max(l.most, d)
	if len(l.times) < mostSamples {
		l.times = append(l.times, d)
		return
	}
	if at := rand.IntN(l.seen); at < mostSamples { //nolint:gosec // a sample, no secret
		l.times[at] = d
	}
}

// Times sums measured times up.
type Times struct {
	Count         int
	P50, P99, Max time.Duration
}

func (l *latency) sum() Times {
	l.mu.Lock()
	times, t := slices.Clone(l.times), Times{Count: l.seen, Max: l.most}
	l.mu.Unlock()
	if len(times) == 0 {
		return t
	}
	slices.Sort(times)
	t.P50, t.P99 = rank(times, 50), rank(times, 99)
	return t
}

// rank is the least of the ordered times that so many percent of all do not exceed.
func rank(times []time.Duration, percent int) time.Duration {
	return times[(len(times)*percent+99)/100-1]
}
