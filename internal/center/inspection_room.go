package center

import "slices"

// line is the inspector's connection, nil while there is none that carries sound.
func (ins *inspection) line() *leg {
	l := ins.by.line
	if !ins.up || l == nil || !l.answered || l.over {
		return nil
	}
	return l
}

// follows is the call whose talk the inspector is at: the target's present one while he talks in it. While the target holds, waits for
// what becomes of his transfer, calls or is rung, the inspector hears nothing.
func (ins *inspection) follows() *call {
	p := ins.of.present
	if ins.line() == nil || p == nil || p.phase != phaseTalking || p.parked || p.call.media != MediaVoice ||
		!slices.Contains(p.call.parties, p) { // he is just being taken out of it
		return nil
	}
	return p.call
}

// aside tells whether the inspector talks with the target alone: he inserts, and the target has no present call but an open line.
func (ins *inspection) aside() bool {
	a := ins.of
	return ins.mode == InspectInsert && ins.line() != nil && a.present == nil && a.play == nil && a.inspects == nil && a.lineUp() && !a.line.over
}

// talks tells whether the party is in the talk: it hears and is heard, but for mute and a hold at its phone.
func (p *party) talks() bool {
	return p.phase == phaseTalking && !p.parked && p.media() != nil
}

// withInspectors adds those who inspect agents in the call to its table (ARCHITECTURE, "voice"). This is the only place that lets
// anybody hear an inspector in a call:
//
//	listen   he hears all who talk, nobody hears him
//	whisper  the same, and the target hears him
//	insert   the same, and all who talk hear him, and so do other inspectors
func (c *Center) withInspectors(cl *call, rows []Row) []Row {
	var here []*inspection
	for _, ins := range c.inspections {
		if ins.follows() == cl {
			here = append(here, ins)
		}
	}
	if len(here) == 0 {
		return rows
	}
	for _, p := range cl.parties {
		if p.talks() && !p.media().held {
			letHear(rows, p, here)
		}
	}
	for _, ins := range here {
		rows = append(rows, ins.row(cl, here))
	}
	return rows
}

// letHear adds to a party's row the inspectors whom it hears. It does not hear the music of a hold then.
func letHear(rows []Row, p *party, here []*inspection) {
	i := slices.IndexFunc(rows, func(row Row) bool { return row.Leg == p.media().id })
	if i < 0 {
		return
	}
	for _, ins := range here {
		l := ins.line()
		if l.held || ins.mode != InspectInsert && !(ins.mode == InspectWhisper && ins.of == p.agent) {
			continue
		}
		rows[i].Hears = append(rows[i].Hears, l.id)
		rows[i].Plays = ""
	}
}

// row is the inspector's own.
func (ins *inspection) row(cl *call, here []*inspection) Row {
	row := Row{Leg: ins.line().id}
	if ins.line().held {
		return row
	}
	for _, p := range cl.parties {
		if p.talks() && !p.muted && !p.media().held {
			row.Hears = append(row.Hears, p.media().id)
		}
	}
	for _, other := range here {
		if l := other.line(); other != ins && other.mode == InspectInsert && !l.held {
			row.Hears = append(row.Hears, l.id)
		}
	}
	return row
}

// setAside tells the phone side who hears whom in the talk of an agent without a present call and those who insert at him.
func (c *Center) setAside(a *agent) {
	rows := c.asideRows(a)
	switch {
	case len(rows) == 0 && a.aside == nil:
		return
	case len(rows) == 0:
		c.emit(Room{Call: a.aside.room})
		a.aside = nil
		return
	case a.aside == nil:
		a.aside = &asideTalk{room: c.newCallID()}
	case slices.EqualFunc(rows, a.aside.rows, sameRow):
		return
	}
	a.aside.rows = rows
	c.emit(Room{Call: a.aside.room, Rows: rows})
}

func (c *Center) asideRows(a *agent) []Row {
	var in []*leg
	for _, ins := range c.inspections {
		if ins.of == a && ins.aside() {
			in = append(in, ins.line())
		}
	}
	if len(in) == 0 {
		return nil
	}
	in = append([]*leg{a.line}, in...)
	rows := make([]Row, len(in))
	for i, l := range in {
		rows[i].Leg = l.id
		for _, other := range in {
			if other != l && !l.held && !other.held {
				rows[i].Hears = append(rows[i].Hears, other.id)
			}
		}
	}
	return rows
}

// followTargets brings inspectors to where their targets are now. It comes last in every command; what changes within a call has been
// told by its own setRoom.
func (c *Center) followTargets() {
	var moved []*inspection
	for _, ins := range c.inspections {
		now := ins.follows()
		if was := ins.at; was != now {
			ins.at = now
			moved = append(moved, ins)
			if was != nil && c.calls[was.id] == was {
				c.setRoom(was)
			}
		}
		if now != nil && ins.of.aside != nil {
			c.setAside(ins.of)
		}
	}
	for _, ins := range moved {
		if ins.at != nil {
			c.setRoom(ins.at)
		}
	}
	for _, ins := range c.inspections {
		if ins.of.aside != nil || ins.aside() {
			c.setAside(ins.of)
		}
	}
}
