package center

import "slices"

// setRoom tells the phone side who hears whom in a call, if that has changed. A table that stays the same is not sent again:
// its prompts would begin anew.
func (c *Center) setRoom(cl *call) {
	c.routeKeys(cl)
	rows := c.rows(cl)
	if slices.EqualFunc(rows, cl.rows, sameRow) {
		return
	}
	cl.rows = rows
	c.emit(Room{Call: cl.id, Rows: rows})
	for _, p := range cl.parties {
		if p.agent != nil && p.agent.aside != nil && hasLine(rows, p.agent.line) {
			p.agent.aside.rows = nil // his connection has left that talk; if he is back by the end of the command, it is told anew
		}
	}
}

func hasLine(rows []Row, l *leg) bool {
	return l != nil && slices.ContainsFunc(rows, func(row Row) bool { return row.Leg == l.id })
}

// closeRoom ends the room of a call.
func (c *Center) closeRoom(cl *call) {
	if len(cl.rows) > 0 {
		cl.rows = nil
		c.emit(Room{Call: cl.id})
	}
}

func sameRow(x, y Row) bool {
	return x.Leg == y.Leg && x.Plays == y.Plays && slices.Equal(x.Hears, y.Hears)
}

// rows is the table of a call: a row for each party with an open connection that is not elsewhere. It is derived from the parties
// and from the inspections that follow them, and from nothing else.
func (c *Center) rows(cl *call) []Row {
	var rows []Row
	for _, p := range cl.parties {
		l := p.media()
		if l == nil {
			if early := p.earlyLeg(); early != nil {
				rows = append(rows, Row{Leg: early.id})
			}
			continue
		}
		switch p.phase {
		case phaseWaiting:
			rows = append(rows, Row{Leg: l.id, Plays: c.waitingSound(cl)})
		case phaseCalling:
			rows = append(rows, rowOf(l, p.partner(), callingSound(p)))
		case phaseTalking:
			rows = append(rows, c.talkRow(p, l))
		case phaseAwaiting:
			rows = append(rows, rowOf(l, cl.add.rung, awaitingSound(cl)))
		case phaseSuspended, phaseInFlow, phasePicking:
			rows = append(rows, Row{Leg: l.id})
		}
	}
	return c.withInspectors(cl, rows)
}

// waitingSound is what a waiting caller hears: music, and ring-back once an agent has been asked to answer (cec_05_1426).
func (c *Center) waitingSound(cl *call) string {
	if slices.ContainsFunc(cl.parties, func(p *party) bool { return p.phase == phaseAlerting }) {
		return PromptRingBack
	}
	return c.cfg.WaitMusic
}

// earlyLeg is the party's connection if it is heard before it is answered; nil = it is not.
func (p *party) earlyLeg() *leg {
	if l := p.leg; p.agent == nil && l != nil && l.early && !l.answered && !l.over {
		return l
	}
	return nil
}

// rowOf is the row of somebody who waits for another to answer: he hears that one's side if it is heard already, else what is played.
func rowOf(l *leg, other *party, plays string) Row {
	if other != nil {
		if early := other.earlyLeg(); early != nil {
			return Row{Leg: l.id, Hears: []LegID{early.id}}
		}
	}
	return Row{Leg: l.id, Plays: plays}
}

// callingSound is what an agent hears whose call rings at the other side; nothing before it rings.
func callingSound(p *party) string {
	other := p.partner()
	if other == nil || other.phase == phaseCalled && other.ringing.IsZero() {
		return ""
	}
	return PromptRingBack
}

// awaitingSound is what an agent hears who waits for a transfer or for a helper: ring-back once the target is being rung.
func awaitingSound(cl *call) string {
	if p := cl.add.rung; p != nil && !p.ringing.IsZero() {
		return PromptRingBack
	}
	return ""
}

// talkRow is the row of a party in the talk: it hears all others who talk and are not muted, or music if all of them hold. Those who are
// parked hear each other, and music if there is only one.
func (c *Center) talkRow(p *party, l *leg) Row {
	row := Row{Leg: l.id}
	others, open := 0, 0
	for _, other := range p.call.parties {
		if other == p || other == p.call.add.rung && other.phase != phaseTalking || other.parked != p.parked && other.phase == phaseTalking {
			continue
		}
		others++
		far := other.media()
		if other.phase != phaseTalking || far == nil || far.held {
			continue
		}
		open++
		if !l.held && !other.muted {
			row.Hears = append(row.Hears, far.id)
		}
	}
	if (others > 0 || p.parked) && open == 0 {
		row.Plays = c.cfg.WaitMusic
	}
	return row
}
