package media

import "time"

// The most that a leg's far side may send. A packet of 10 ms is the shortest that is taken, so a hundred a second are
// normal at most; the burst is what a network gives back after a stall of a second.
const (
	packetRate   = 200
	packetBurst  = 100
	reportRate   = 10 // RTCP
	reportBurst  = 20
	maxPacketLen = 1500 // bytes of UDP payload; a longer one is no voice
)

// limiter is a token bucket. Use by one goroutine at a time.
type limiter struct {
	interval time.Duration // for one token
	burst    time.Duration // in time
	spent    time.Duration // the time up to which tokens are spent
}

func newLimiter(perSecond, burst int) limiter {
	interval := time.Second / time.Duration(perSecond)
	full := interval * time.Duration(burst)
	return limiter{interval: interval, burst: full, spent: -full}
}

// allow takes a token if there is one.
func (l *limiter) allow(now time.Duration) bool {
	l.spent = max(l.spent, now-l.burst)
	if l.spent+l.interval > now {
		return false
	}
	l.spent += l.interval
	return true
}
