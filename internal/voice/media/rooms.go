package media

import "slices"

// roomState is a room as signalling sees it. It is guarded by Engine.mu.
type roomState struct {
	rows  []Row  // may name legs that do not exist (yet)
	table *table // nil while none of them exists
}

// SetRoom replaces a room's table. A leg in it leaves its former room; a former member that is not in it any more hears
// silence; without rows the room is closed. Of several rows for one leg the
// first counts. A leg that does not exist yet joins when it is made. A prompt goes on where it is if the leg heard it before,
// in whichever room; an unknown prompt is replaced by music, so that nobody waits in a silence.
func (e *Engine) SetRoom(room RoomID, rows []Row) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return
	}
	rows = firstOfEach(rows)
	changed := map[RoomID]bool{room: true}
	for _, row := range e.rows(room) {
		delete(e.where, row.Leg)
	}
	for _, row := range rows {
		if former, ok := e.where[row.Leg]; ok {
			e.leave(former, row.Leg)
			changed[former] = true
		}
		e.where[row.Leg] = room
	}
	left := e.rows(room)
	if state := e.rooms[room]; state != nil {
		state.rows = rows
	} else if len(rows) > 0 {
		e.rooms[room] = &roomState{rows: rows}
	}
	e.rebuild(changed, append(legsOf(left), legsOf(rows)...))
}

// rows gives a room's rows.
func (e *Engine) rows(room RoomID) []Row {
	if state := e.rooms[room]; state != nil {
		return state.rows
	}
	return nil
}

// leave takes a leg's row out of a room.
func (e *Engine) leave(room RoomID, leg LegID) {
	if state := e.rooms[room]; state != nil {
		state.rows = slices.DeleteFunc(slices.Clone(state.rows), func(r Row) bool { return r.Leg == leg })
	}
	delete(e.where, leg)
}

// rebuild makes the tables of some rooms anew, and the own tables of those of the given legs that came into no room or left
// it, and puts them all into the world at once.
func (e *Engine) rebuild(rooms map[RoomID]bool, legs []LegID) {
	var gone, come []*table
	for id := range rooms {
		state := e.rooms[id]
		if state == nil {
			continue
		}
		former := state.table
		state.table = e.build(id, state)
		if former != nil {
			gone = append(gone, former)
		}
		if state.table != nil {
			come = append(come, state.table)
		}
		if len(state.rows) == 0 {
			delete(e.rooms, id)
		}
	}
	for _, id := range legs {
		leg := e.legs[id]
		if leg == nil {
			continue
		}
		_, inRoom := e.where[id]
		switch {
		case inRoom && leg.alone != nil:
			gone = append(gone, leg.alone)
			leg.alone = nil
		case !inRoom && leg.alone == nil:
			leg.plays = nil
			leg.alone = &table{members: []member{{leg: leg}}, shard: e.world.Load().lightest()}
			come = append(come, leg.alone)
		}
	}
	e.world.Store(e.world.Load().with(gone, come))
}

// build makes a room's table of those of its legs that exist.
func (e *Engine) build(id RoomID, state *roomState) *table {
	places := make(map[LegID]int32, len(state.rows))
	t := &table{room: id}
	for _, row := range state.rows {
		if leg := e.legs[row.Leg]; leg != nil {
			places[row.Leg] = int32(len(t.members))
			t.members = append(t.members, member{leg: leg, plays: e.playing(leg, row.Plays)})
		}
	}
	if len(t.members) == 0 {
		return nil
	}
	for _, row := range state.rows {
		place, ok := places[row.Leg]
		if !ok {
			continue
		}
		for _, other := range row.Hears {
			if from, ok := places[other]; ok && other != row.Leg && !slices.Contains(t.members[place].hears, from) {
				t.members[place].hears = append(t.members[place].hears, from)
			}
		}
	}
	t.shard = e.world.Load().lightest()
	if state.table != nil {
		t.shard = state.table.shard
	}
	return t
}

// playing gives the leg's prompt: the one that it hears already, or a new one from the beginning.
func (e *Engine) playing(leg *Leg, name string) *playback {
	switch {
	case name == "":
		leg.plays = nil
	case leg.plays == nil || leg.plays.name != name:
		pcm, ok := e.prompts.find(name)
		if !ok {
			e.unknownPrompt(name)
			pcm = e.prompts[PromptMusic]
		}
		leg.plays = &playback{name: name, pcm: pcm}
	}
	return leg.plays
}

// unknownPrompt counts it, and logs it the first time.
func (e *Engine) unknownPrompt(name string) {
	e.counts.unknownPrompts.Add(1)
	if len(e.complained) < maxComplaints && !e.complained[name] {
		e.complained[name] = true
		e.cfg.Log.Warn("unknown prompt, music is played instead", "prompt", name)
	}
}

// maxComplaints bounds the memory for names of unknown prompts.
const maxComplaints = 100

func firstOfEach(rows []Row) []Row {
	seen := make(map[LegID]bool, len(rows))
	unique := make([]Row, 0, len(rows))
	for _, row := range rows {
		if !seen[row.Leg] {
			seen[row.Leg] = true
			unique = append(unique, row)
		}
	}
	return unique
}

func legsOf(rows []Row) []LegID {
	legs := make([]LegID, len(rows))
	for i, row := range rows {
		legs[i] = row.Leg
	}
	return legs
}
