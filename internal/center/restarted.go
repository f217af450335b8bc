package center

import (
	"cmp"
	"maps"
	"slices"
)

// diedWithServer is why recordings broke off that ran when the program ended.
const diedWithServer = "server stopped"

// restarted lets everything end that cannot have outlived the program: legs, and with them calls. It comes before what is due: an
// agent whose phone rang while the program was away has not refused a call.
func (c *Center) restarted(cmd Restarted) {
	c.changed = true
	for _, l := range c.legs {
		l.over = true // nothing is to be said to it
	}
	for _, id := range slices.Sorted(maps.Keys(c.records)) {
		c.stopRecording(c.records[id].party, diedWithServer)
	}
	for len(c.inspections) > 0 {
		c.endInspection(c.inspections[0], inspectionEnded, diedWithServer)
	}
	for _, cl := range c.callsByBirth() {
		cl.add = addition{}
		c.endCall(cl, finish{reason: LeaveInternalError, by: PartySystem, cause: CauseShutdown, failed: cl.answered.IsZero()})
	}
	for _, a := range c.roster {
		c.endPreview(a, TryTakenAway)
		if a.line != nil { // a permanent connection
			l := a.line
			c.forgetLeg(l)
			c.phoneEnded(l, CauseShutdown)
		}
	}
	for phone := range c.phones {
		c.phones[phone] = false
	}
	c.draining = false
	resumed := plainTime(cmd.Resumed)
	away := max(0, resumed.Sub(c.now))
	for _, a := range c.roster {
		if resumed.After(a.seen) {
			a.seen = resumed
			c.watchSilence(a)
		}
		a.guids.prolong(c.now, away)
		c.reindex(a)
	}
	for _, id := range slices.Sorted(maps.Keys(c.lingering)) {
		l := c.lingering[id]
		l.guids.prolong(c.now, away)
		c.arm(&l.timer, l.timer.due.Add(away))
	}
}

// callsByBirth lists the calls in the order of their numbers.
func (c *Center) callsByBirth() []*call {
	return slices.SortedFunc(maps.Values(c.calls), func(x, y *call) int { return cmp.Compare(x.number, y.number) })
}

// sessions lists the present sessions, by agent.
func (c *Center) sessions() []SessionInfo {
	infos := make([]SessionInfo, 0, len(c.roster))
	for _, a := range c.roster {
		info := SessionInfo{Agent: a.id, Session: a.session, Began: a.began, Push: a.push}
		for _, f := range a.guids.former {
			if c.now.Before(f.until) {
				info.Tokens = append(info.Tokens, f.token)
			}
		}
		info.Tokens = append(info.Tokens, a.guids.current)
		infos = append(infos, info)
	}
	return infos
}
