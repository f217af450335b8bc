package voice

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// packetLimit bounds the packets per second, of all sources and of one. It counts in whole seconds and forgets each second as a
// whole: what it remembers is bounded by the packets it lets pass.
type packetLimit struct {
	all, perIP int
	exempt     func(netip.Addr) bool // sources without a bound of their own: trunks

	mu     sync.Mutex
	second int64
	total  int
	counts map[netip.Addr]int

	dropped atomic.Uint64
}

func newPacketLimit(all, perIP int, exempt func(netip.Addr) bool) *packetLimit {
	return &packetLimit{all: all, perIP: perIP, exempt: exempt, counts: map[netip.Addr]int{}}
}

// pass counts a packet and tells whether it may pass.
func (l *packetLimit) pass(from netip.Addr, now time.Time) bool {
	from = subscriber(from)
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := now.Unix(); s != l.second {
		l.second, l.total = s, 0
		clear(l.counts)
	}
	n := l.counts[from]
	if l.total >= l.all || n >= l.perIP && !l.exempt(from) {
		l.dropped.Add(1)
		return false
	}
	l.total++
	l.counts[from] = n + 1
	return true
}

// subscriber is what counts as one source: an IPv4 address, or the /64 that a subscriber of IPv6 has to himself.
func subscriber(a netip.Addr) netip.Addr {
	a = a.Unmap()
	if a.Is4() {
		return a
	}
	p, err := a.WithZone("").Prefix(64)
	if err != nil {
		return a
	}
	return p.Addr()
}

// failures bounds wrong passwords per key (a source, or a source and a user name): a bucket of so many tries that refills one in
// each interval. Only who answered a challenge that we gave to the source gets here, so sources cannot be forged and nobody is locked out by others.
type failures struct {
	tries  int
	refill time.Duration

	mu   sync.Mutex
	full map[string]time.Time // when the bucket will be full again
}

// maxFailures bounds the keys remembered. Beyond it the oldest state is thrown away as a whole, which an attacker would have to pay
// for with as many real addresses.
const maxFailures = 100_000

func newFailures(tries int, refill time.Duration) *failures {
	return &failures{tries: tries, refill: refill, full: map[string]time.Time{}}
}

// allowed tells whether another try may be made.
func (f *failures) allowed(key string, now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.full[key].Sub(now) <= time.Duration(f.tries-1)*f.refill
}

// failed takes a try away.
func (f *failures) failed(key string, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.full) >= maxFailures {
		for k, at := range f.full {
			if at.Before(now) {
				delete(f.full, k)
			}
		}
		if len(f.full) >= maxFailures {
			clear(f.full)
		}
	}
	at := f.full[key]
	if at.Before(now) {
		at = now
	}
	f.full[key] = at.Add(f.refill)
}

// passed forgets the failures of a key.
func (f *failures) passed(key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.full, key)
}
