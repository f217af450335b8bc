package center

import "slices"

// routeKeys says where the keys of a call's outside parties go, as far as that has changed. It follows from the call alone: secret
// keys of a flow go to its engine; relayed ones to the far party, whose echo goes nowhere; and while a recording is paused, which is
// done for card numbers, all keys go nowhere, unless a flow has asked for them.
func (c *Center) routeKeys(cl *call) {
	for _, p := range cl.parties {
		l := p.leg
		if p.agent != nil || l == nil || !l.answered || l.over || c.legs[l.id] != l {
			continue
		}
		if route, to := cl.keysOf(p); route != l.keys || to != l.keysTo {
			l.keys, l.keysTo = route, to
			c.emit(RouteDigits{Leg: l.id, Route: route, To: to})
		}
	}
}

// keysOf is where a party's keys go.
func (cl *call) keysOf(p *party) (DigitRoute, LegID) {
	if cl.run != 0 && p == cl.guest() {
		if cl.flow.secret {
			return DigitsToFlow, ""
		}
		return DigitsToCenter, ""
	}
	if cl.relay {
		customer, out := cl.relayEnds()
		switch {
		case out == nil || out.leg == nil:
		case p == customer:
			return DigitsRelayed, out.leg.id
		default:
			return DigitsNowhere, ""
		}
	}
	if slices.ContainsFunc(cl.parties, func(other *party) bool { return other.record != nil && other.record.paused }) {
		return DigitsNowhere, ""
	}
	return DigitsToCenter, ""
}
