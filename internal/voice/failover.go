package voice

import (
	"context"
	"slices"
	"time"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
)

// A call to the outside goes by the trunk that its center has picked. If that trunk fails, and not the party that is called, the call
// goes on by the next trunk that takes the number, in the order of the configuration; the center sees one leg. A trunk fails when it
// cannot be resolved or connected to, says nothing for Config.NoResponse, answers 408 or 5xx before the other side has rung, or answers
// 3xx: a redirection is never followed, for it would let the far side choose whom we pay for. What says something about the number or
// about the party (busy, declined, not found, forbidden, 480) ends the call.
//
// A trunk that does not answer OPTIONS, or has no room for one more call, is passed over at once. One that should be registered and is not
// is tried after the others. When none is left, the leg ends as unreachable.

// beginTrunk begins the attempt by the first trunk.
func (r *ring) beginTrunk() {
	l := r.l
	number := numberOf(&sip.Uri{Scheme: "sip", User: r.order.Number})
	r.lines = trunksFor(l.s.directory.Trunks(), r.order.Trunk, number)
	if len(r.lines) == 0 || number == "" {
		l.log.Error("no such trunk, or no number", "trunk", r.order.Trunk, "number", r.order.Number)
		l.end(center.CauseNotFound)
		return
	}
	slices.SortStableFunc(r.lines, func(a, b Trunk) int { return l.s.lines.choice(&a) - l.s.lines.choice(&b) })
	r.limit()
	r.nextLine()
}

// choice tells whether a trunk is of the first choice (0) or of the second (1).
func (ls *lines) choice(t *Trunk) int {
	if _, first := ls.usable(t, time.Now()); first {
		return 0
	}
	return 1
}

// nextLine begins the attempt by the next trunk that can be used; without one, the leg ends. The trunk's address may be a name, and asking
// for it waits for the network.
func (r *ring) nextLine() {
	l := r.l
	trunk, place := r.pick()
	if trunk == nil {
		if weight(center.CauseUnreachable) > weight(r.cause) {
			r.cause = center.CauseUnreachable
		}
		l.log.Warn("no trunk is left for a call", "number", r.order.Number)
		r.cancelAll()
		l.end(r.cause)
		return
	}
	number := rewrite(trunk.Called, numberOf(&sip.Uri{Scheme: "sip", User: r.order.Number}))
	l.log.Info("number is called", "trunk", trunk.Name, "number", number)
	l.hold(place)
	l.open++
	l.s.work.Go(func() {
		to, err := l.s.resolve(context.Background(), trunk) // it belongs to no request, and is bounded
		l.mail.post(func() {
			l.open--
			if l.stage != setup || r.over {
				place.giveBack()
				return
			}
			if err != nil {
				place.giveBack()
				l.log.Error("trunk's address", "trunk", trunk.Name, "error", err)
				r.lost(center.CauseUnreachable)
				return
			}
			r.attempt(target{uri: trunkURI(number, trunk, to), peer: to, trunk: trunk, place: place}, false)
		})
	})
}

// pick takes the next trunk that is up and has room; nil = there is none.
func (r *ring) pick() (*Trunk, *slot) {
	ls, now := r.l.s.lines, time.Now()
	for len(r.lines) > 0 {
		trunk := r.lines[0]
		r.lines = r.lines[1:]
		if up, _ := ls.usable(&trunk, now); !up {
			r.l.log.Info("trunk is passed over: it is down", "trunk", trunk.Name)
			continue
		}
		place, why := ls.take(&trunk, callOut, now)
		if why == withinLimits {
			return &trunk, place
		}
		r.l.log.Info("trunk is passed over: its limit", "trunk", trunk.Name, "limit", limitWords[why])
	}
	return nil, nil
}

// allElsewhere tells whether all attempts by trunks have failed for the trunk's sake.
func (r *ring) allElsewhere() bool {
	return !slices.ContainsFunc(r.attempts, func(a *attempt) bool { return !a.failed || !a.elsewhere })
}

// leave notes that an attempt fails for its trunk's sake, and that the ring goes on by another.
func (a *attempt) leave() {
	a.elsewhere = a.target.trunk != nil && (a.elsewhere || len(a.r.lines) > 0)
}

// failsTrunk tells whether a final response speaks of the trunk's own state; rang tells whether a 180 or 183 came before.
func failsTrunk(status int, rang bool) bool {
	return !rang && (status == sip.StatusRequestTimeout || status >= 500 && status < 600 || status >= 300 && status < 400)
}
