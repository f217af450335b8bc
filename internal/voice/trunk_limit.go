package voice

import (
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

// way is the direction of a call, seen from us.
type way int

const (
	callIn way = iota
	callOut
)

// limitReason says which bound of a trunk keeps a call out.
type limitReason int

const (
	withinLimits limitReason = iota
	tooManyCalls             // at a time
	tooFast                  // per second
)

var limitWords = [...]string{tooManyCalls: "calls", tooFast: "rate"}

// lineCalls counts a trunk's calls.
type lineCalls struct {
	now     [2]int // by direction
	second  int64  // in which begun were begun
	begun   int
	refused [2][len(limitWords)]uint64
}

func (c *lineCalls) none() bool { return c.now == [2]int{} }

// refusals lists the calls that were not taken, by direction and reason.
func (c *lineCalls) refusals() iter.Seq2[string, uint64] {
	return func(yield func(string, uint64) bool) {
		for d, word := range [...]string{callIn: "in", callOut: "out"} {
			for _, why := range []limitReason{tooManyCalls, tooFast} {
				if !yield(word+" "+limitWords[why], c.refused[d][why]) {
					return
				}
			}
		}
	}
}

// judge tells whether one more call may begin, and counts it among those of its second if so. Seconds are counted as a whole, as in
// packetLimit: a burst may take one second's share at the end of it and the next one's at its beginning.
func (c *lineCalls) judge(d way, most TrunkLimits, now time.Time) limitReason {
	if s := now.Unix(); s != c.second {
		c.second, c.begun = s, 0
	}
	ways := [2]int{callIn: most.In, callOut: most.Out}
	switch {
	case most.Calls > 0 && c.now[callIn]+c.now[callOut] >= most.Calls, ways[d] > 0 && c.now[d] >= ways[d]:
		return tooManyCalls
	case most.Rate > 0 && c.begun >= most.Rate:
		return tooFast
	}
	c.begun++
	return withinLimits
}

// slot is a call's place on a trunk, until it is given back.
type slot struct{ back func() }

// giveBack frees the place. It may be called often, from everywhere, and on nil.
func (s *slot) giveBack() {
	if s != nil {
		s.back()
	}
}

// take gives a call a place on a trunk, if its limits allow.
func (ls *lines) take(t *Trunk, d way, now time.Time) (*slot, limitReason) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l := ls.get(t.Name)
	if why := l.calls.judge(d, t.Limits, now); why != withinLimits {
		l.calls.refused[d][why]++
		return nil, why
	}
	l.calls.now[d]++
	return &slot{sync.OnceFunc(func() {
		ls.mu.Lock()
		defer ls.mu.Unlock()
		l.calls.now[d]--
	})}, withinLimits
}

// takeIn gives a call that came in a place on its trunk, or among those of its phone; if there is none, it has answered. A full line is busy
// (RFC 3261 section 21.4.24). Calls that come too fast get 503, by which the far side sends us nothing for a second (section 21.5.4).
func (s *Server) takeIn(req *sip.Request, tx *sip.ServerTx, who caller) (*slot, bool) {
	t := who.trunk
	if t == nil {
		place := s.calling.take(who.phone)
		if place == nil {
			s.log.Info("call not taken: the phone has begun too many", "phone", who.phone, "source", req.Source())
			s.statelessly(tx, retryIn(s.response(req, sip.StatusBusyHere, "Busy Here"), retryAfter))
		}
		return place, place != nil
	}
	place, why := s.lines.take(t, callIn, time.Now())
	if why == withinLimits {
		return place, true
	}
	s.log.Info("call not taken: the trunk's limit", "trunk", t.Name, "limit", limitWords[why])
	res := retryIn(s.response(req, sip.StatusBusyHere, "Busy Here"), retryAfter)
	if why == tooFast {
		res = retryIn(s.response(req, sip.StatusServiceUnavailable, "Service Unavailable"), "1")
	}
	s.statelessly(tx, res)
	return nil, false
}

// retryIn tells when to come again.
func retryIn(res *sip.Response, seconds string) *sip.Response {
	res.AppendHeader(sip.NewHeader("Retry-After", seconds))
	return res
}

// hold keeps a place until the leg ends, if it is not given back before.
func (l *leg) hold(place *slot) {
	if place != nil {
		l.places = append(slices.DeleteFunc(l.places, func(p *slot) bool { return p == place }), place)
	}
}

// freePlaces gives the leg's places back.
func (l *leg) freePlaces() {
	for _, p := range l.places {
		p.giveBack()
	}
	l.places = nil
}
