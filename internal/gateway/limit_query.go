package gateway

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// Overload protection of queries, as the reference has it: "at most 15000 queries in 2 s for the whole system and 5 queries in 2 s for one
// agent" (calldata.yaml, queuedevice.yaml).

// queryWindow is the time in which queries are counted. It slides: however 2 s are laid, no more are answered in them.
const queryWindow = 2 * time.Second

// Defaults of Rates.QueriesPerAgent and Rates.Queries, for settings: those of the reference.
const (
	DefaultQueriesPerAgent = 5
	DefaultQueries         = 15000
)

// Query tells whether calls of the interface count as queries: what calldata asks without setting anything, and all of agentgroup
// and queuedevice.
func (r *Route) Query() bool {
	switch r.Group {
	case "calldata":
		return r.Methods[0] == "GET"
	case "agentgroup", "queuedevice":
		return true
	default:
		return false
	}
}

// queryLimits counts queries.
type queryLimits struct {
	now func() time.Time

	mu       sync.Mutex
	perAgent int // 0 = no bound
	all      window
	began    time.Time // of the present generation of agents
	present  map[center.AgentID]*window
	former   map[center.AgentID]*window

	refusedAgent, refusedAll atomic.Uint64
}

func newQueryLimits(rates Rates) *queryLimits {
	l := &queryLimits{now: time.Now}
	l.set(rates)
	return l
}

// set changes the bounds. Counting begins anew where one changes.
func (l *queryLimits) set(rates Rates) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.perAgent != rates.QueriesPerAgent || l.present == nil {
		l.perAgent, l.present, l.former = rates.QueriesPerAgent, map[center.AgentID]*window{}, nil
	}
	if len(l.all.times) != rates.Queries {
		l.all = newWindow(rates.Queries)
	}
}

// take counts a query of an agent and refuses it, with 000-007, when there were too many; what is refused does not count.
func (l *queryLimits) take(agent center.AgentID) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	own := l.of(agent, now)
	switch {
	case !own.free(now):
		return judge(false, "agent (queries)", &l.refusedAgent)
	case !l.all.free(now):
		l.refusedAll.Add(1)
		return result.RepeatedCall.Because("too many queries of all agents: call again later")
	}
	own.add(now)
	l.all.add(now)
	return nil
}

// of finds or makes an agent's window; nil = there is no bound. Agents are forgotten who have asked nothing for a whole generation, which is
// longer than the window: what is forgotten is empty.
func (l *queryLimits) of(agent center.AgentID, now time.Time) *window {
	if l.perAgent <= 0 {
		return nil
	}
	if now.Sub(l.began) > queryWindow {
		l.former, l.present, l.began = l.present, map[center.AgentID]*window{}, now
	}
	own := l.present[agent]
	if own == nil {
		if own = l.former[agent]; own == nil {
			made := newWindow(l.perAgent)
			own = &made
		}
		l.present[agent] = own
	}
	return own
}

// window has the times of the latest queries, as many as are allowed in queryWindow; none = no bound.
type window struct {
	times  []time.Time
	oldest int
}

func newWindow(most int) window { return window{times: make([]time.Time, max(0, most))} }

// free tells whether one more is allowed.
func (w *window) free(now time.Time) bool {
	if w == nil || len(w.times) == 0 {
		return true
	}
	first := w.times[w.oldest]
	return first.IsZero() || now.Sub(first) >= queryWindow
}

func (w *window) add(now time.Time) {
	if w == nil || len(w.times) == 0 {
		return
	}
	w.times[w.oldest] = now
	w.oldest = (w.oldest + 1) % len(w.times)
}

// takeQuery counts a request if it is a query of the agent to whom its GUID was given. Whoever shows another GUID is refused by the
// center, and must not use up what is the agent's.
func (g *Gateway) takeQuery(q *request) error {
	if !q.route.Query() {
		return nil
	}
	if owner, known := g.guids.find(tokenOf(strings.TrimSpace(q.guid))); !known || owner != q.agent {
		return nil
	}
	return g.queries.take(q.agent)
}
