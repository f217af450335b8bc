package voice

import (
	"slices"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
)

// A call to the outside goes by the trunk that its center has picked. If that trunk fails, and not the party that is called, the call
// goes on by the next trunk that takes the number, in the order of the configuration; the center sees one leg. A trunk fails when it
// cannot be resolved or connected to, says nothing for Config.NoResponse, or answers 408 or 5xx before the other side has rung. What
// says something about the number or about the party (busy, declined, not found, forbidden, 480) ends the call.

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
	r.limit()
	r.nextLine()
}

// nextLine begins the attempt by the next trunk. Its address may be a name, and asking for it waits for the network.
func (r *ring) nextLine() {
	l, trunk := r.l, r.lines[0]
	r.lines = r.lines[1:]
	number := numberOf(&sip.Uri{Scheme: "sip", User: r.order.Number})
	l.log.Info("number is called", "trunk", trunk.Name, "number", number)
	l.open++
	l.s.work.Go(func() {
		to, err := resolve(trunk)
		l.mail.post(func() {
			l.open--
			if l.stage != setup || r.over {
				return
			}
			if err != nil {
				l.log.Error("trunk's address", "trunk", trunk.Name, "error", err)
				r.lost(center.CauseUnreachable)
				return
			}
			r.attempt(target{uri: trunkURI(number, trunk, to), peer: to, trunk: &trunk}, false)
		})
	})
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
	return !rang && (status == sip.StatusRequestTimeout || status >= 500 && status < 600)
}
