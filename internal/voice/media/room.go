package media

import (
	"slices"
	"sync/atomic"

	"ccgateway/internal/voice/media/rtpaudio"
)

// table is a room as the schedulers see it: who hears whom, by places in the list. It is never changed, only replaced. A leg
// in no room has a table of its own.
type table struct {
	room    RoomID // "" = of a leg in no room
	members []member
	shard   int // the scheduler that drives it
	broken  atomic.Bool
}

// member is a leg in a table and what it hears.
type member struct {
	leg   *Leg
	hears []int32   // places in the table
	plays *playback // nil = nothing
}

// world is all tables, by scheduler. It is never changed, only replaced, between two ticks for all schedulers at once: so a
// leg that changes rooms is driven exactly once in each tick.
type world struct {
	shards [][]*table
}

// with gives a world in which some tables have gone and others have come. Only the lists concerned are copied.
func (w *world) with(gone, come []*table) *world {
	next := &world{shards: slices.Clone(w.shards)}
	for shard := range next.shards {
		leaves := func(t *table) bool { return t.shard == shard && slices.Contains(gone, t) }
		touched := slices.ContainsFunc(gone, func(t *table) bool { return t.shard == shard }) ||
			slices.ContainsFunc(come, func(t *table) bool { return t.shard == shard })
		if !touched {
			continue
		}
		list := make([]*table, 0, len(w.shards[shard])+len(come))
		for _, t := range w.shards[shard] {
			if !leaves(t) {
				list = append(list, t)
			}
		}
		for _, t := range come {
			if t.shard == shard {
				list = append(list, t)
			}
		}
		next.shards[shard] = list
	}
	return next
}

// lightest gives the scheduler with the fewest tables.
func (w *world) lightest() int {
	best := 0
	for i, list := range w.shards {
		if len(list) < len(w.shards[best]) {
			best = i
		}
	}
	return best
}

// frame is 20 ms of sound.
type frame = [rtpaudio.FrameSize]int16

// step drives the table for one tick: all members are listened to, then each is given the sum of what it hears.
func (t *table) step(tick tick) {
	for i := range t.members {
		t.members[i].leg.listen(tick)
	}
	for i := range t.members {
		m := &t.members[i]
		var out frame
		t.mix(m, &out)
		m.leg.speak(tick, &out)
		m.leg.record(t.room, &out)
	}
}

// mix makes the sum of what a member hears, limited to what 16 bits hold.
func (t *table) mix(m *member, out *frame) {
	var sum [rtpaudio.FrameSize]int32
	any := false
	play := m.leg.play.Load()
	for _, place := range m.hears {
		if from := t.members[place].leg; from.heard && (play == nil || !play.Alone) {
			any = true
			for i, s := range from.said {
				sum[i] += int32(s)
			}
		}
	}
	switch {
	case play != nil:
		any = true
		play.add(&sum)
	case m.plays != nil:
		any = true
		m.plays.add(&sum)
	}
	if !any {
		return
	}
	for i, s := range sum {
		out[i] = int16(max(-32768, min(32767, s)))
	}
}
