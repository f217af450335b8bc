package gateway

import (
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// Rates bounds the requests per second; the zero value bounds nothing.
//
// A request that shows a GUID which was given to an agent counts for that agent, whichever address it comes from: agents of one site share
// an address and must not hinder each other. All others count for their address. So a flood without a session costs a look into two maps,
// and cannot touch those who have one; and a desktop that runs wild hinders itself alone.
type Rates struct {
	PerAddress int // of requests without a GUID of ours, from one address
	PerAgent   int // of requests with an agent's GUID

	// Queries and QueriesPerAgent bound queries (Route.Query) in any 2 s, beside the others: of all agents, and of each.
	Queries         int
	QueriesPerAgent int
}

// burstSeconds is how many seconds' worth of requests may come at once: a site's shift that begins, a desktop that loads its page.
const burstSeconds = 10

// maxBuckets bounds the addresses, and the agents, that are remembered of each kind, 150 bytes each. When there are more of them, those
// which were not seen for longest are forgotten: they begin with a full burst again, which needs as many addresses to be of use.
const maxBuckets = 50_000

// limits counts requests. nil bounds nothing.
type limits struct {
	strangers *buckets[string]
	agents    *buckets[center.AgentID]
	source    func(ctx context.Context) string // from where a request comes; "" = its connection's other end
	find      func(center.Token) (center.AgentID, bool)
	now       func() time.Time

	refusedAgent, refusedAddress atomic.Uint64
}

// Refusals counts the requests that Rates refused since the start, by whose bound it was.
type Refusals struct{ Agent, Address, AgentQueries, AllQueries uint64 }

// Refused gives the counts.
func (g *Gateway) Refused() Refusals {
	return Refusals{
		Agent: g.limits.refusedAgent.Load(), Address: g.limits.refusedAddress.Load(),
		AgentQueries: g.queries.refusedAgent.Load(), AllQueries: g.queries.refusedAll.Load(),
	}
}

func newLimits(c Config, find func(center.Token) (center.AgentID, bool)) *limits {
	return &limits{
		strangers: newBuckets[string](c.Rates.PerAddress), agents: newBuckets[center.AgentID](c.Rates.PerAgent),
		source: c.Source, find: find, now: time.Now,
	}
}

// take counts a request and refuses it, with 000-007, when there were too many. That code is documented for what is called again too
// early (docs/decisions/0005-security.md).
func (l *limits) take(r *http.Request, guid string) error {
	if guids := splitList(guid); len(guids) > 0 { // of a poll for several agents the first one counts
		if agent, known := l.find(tokenOf(guids[0])); known {
			return judge(l.agents.take(agent, l.now()), "agent", &l.refusedAgent)
		}
	}
	return judge(l.strangers.take(l.address(r), l.now()), "address", &l.refusedAddress)
}

func judge(allowed bool, whose string, refused *atomic.Uint64) error {
	if allowed {
		return nil
	}
	refused.Add(1)
	return result.RepeatedCall.Because("too many requests from this %s: call again later", whose)
}

// address is what counts as one source.
func (l *limits) address(r *http.Request) string {
	if l.source != nil {
		if from := l.source(r.Context()); from != "" {
			return from
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// buckets are token buckets by key, in two generations: who is not seen for a whole one is forgotten.
type buckets[K comparable] struct {
	most int // in a generation

	mu        sync.Mutex
	perSecond int       // 0 = no bound
	began     time.Time // of the present generation
	now, old  map[K]*rate.Limiter
}

func newBuckets[K comparable](perSecond int) *buckets[K] {
	return &buckets[K]{perSecond: perSecond, most: maxBuckets / 2, now: map[K]*rate.Limiter{}}
}

// take takes a token, if there is one.
func (b *buckets[K]) take(key K, now time.Time) bool {
	bucket := b.of(key, now)
	return bucket == nil || bucket.AllowN(now, 1)
}

// setRate changes the rate. Everybody begins with a full burst of a new one.
func (b *buckets[K]) setRate(perSecond int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if perSecond == b.perSecond {
		return
	}
	b.perSecond = perSecond
	b.now, b.old = map[K]*rate.Limiter{}, nil
}

// of finds or makes the bucket of a key; nil = there is no bound. A generation lasts until it is full of keys, and at least as long as a bucket needs to fill:
// forgetting a bucket that is full changes nothing.
func (b *buckets[K]) of(key K, now time.Time) *rate.Limiter {
	const refill = burstSeconds * time.Second
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.perSecond <= 0 {
		return nil
	}
	if found := b.now[key]; found != nil {
		return found
	}
	if len(b.now) >= b.most || now.Sub(b.began) > refill {
		b.old, b.now, b.began = b.now, map[K]*rate.Limiter{}, now
	}
	found := b.old[key]
	if found == nil {
		found = rate.NewLimiter(rate.Limit(b.perSecond), b.perSecond*burstSeconds)
	}
	b.now[key] = found
	return found
}

// size counts the buckets.
func (b *buckets[K]) size() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.now) + len(b.old)
}
