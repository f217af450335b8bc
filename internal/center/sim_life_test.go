package center_test

import (
	"fmt"
	"slices"
	"time"

	"ccgateway/internal/center"
)

// nobodyIsStuck checks that whoever is in use has a call, and whoever has a call is in use: he may only still be in his former
// state while his own phone is being rung for a call that he makes.
func (w *world) nobodyIsStuck(o center.Overview) error {
	for _, a := range o.Agents {
		calls, setup := 0, false
		for _, c := range o.Calls {
			if slices.Contains(c.Agents, a.ID) {
				calls++
				setup = setup || c.State == center.CallSettingUp
			}
		}
		if slices.ContainsFunc(o.Inspections, func(v center.InspectionView) bool { return v.Inspector == a.ID }) {
			calls++
		}
		talking := a.Status == int(center.StateTalking)
		if talking && calls == 0 && !w.watch.players[a.ID] {
			return fmt.Errorf("agent %d is in use and has no call", a.ID)
		}
		if !talking && calls > 0 && !setup {
			return fmt.Errorf("agent %d has %d calls and is in state %d", a.ID, calls, a.Status)
		}
	}
	return w.onePhoneRings()
}

// onePhoneRings checks that no agent's phone has two connections. With forwarding a phone may have several agents, and what
// rang before the agent came is not his.
func (w *world) onePhoneRings() error {
	for _, s := range w.watch.sessions {
		if w.forwarded {
			return nil
		}
		var first center.LegID
		for id, leg := range w.watch.legs {
			if !w.watch.ownPhone(s, leg) || leg.began.Before(s.bound) || leg.began.Equal(s.bound) {
				continue
			}
			if first != "" {
				return fmt.Errorf("phone %s of agent %d has legs %s and %s", s.phone, s.agent, first, id)
			}
			first = id
		}
	}
	return nil
}

// everybodyHears checks the rooms against the calls: in a talk both sides hear each other unless one of them holds at the
// phone, on hold and in a queue the caller hears something.
func (w *world) everybodyHears(o center.Overview) error {
	for _, c := range o.Calls {
		rows := make(map[center.LegID]center.Row)
		for _, row := range w.watch.rooms[c.Call] {
			if w.watch.inRoom[row.Leg] == c.Call {
				rows[row.Leg] = withoutInspectors(row, o)
			}
		}
		for _, id := range c.Legs {
			if err := w.hears(c, rows, w.watch.legs[id]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *world) hears(c center.CallView, rows map[center.LegID]center.Row, leg *legSeen) error {
	row, in := rows[leg.id]
	switch {
	case !leg.answered && in && (!leg.early || len(row.Hears) > 0 || row.Plays != ""):
		return fmt.Errorf("leg %s is in the room of call %s and is not answered", leg.id, c.Call)
	case !leg.answered, leg.held:
		return nil
	case in && c.State != center.CallTalking && (len(c.Legs) > 2 || len(c.Legs) > 1 && (c.State == center.CallWaiting || c.State == center.CallOnHold)):
		return w.notAlone(c, row, leg)
	case c.State == center.CallWaiting && leg.arrived, c.State == center.CallOnHold && leg.arrived:
		if row.Plays == "" {
			return fmt.Errorf("leg %s of call %s (%s) hears no music: %+v", leg.id, c.Call, callStates[c.State], row)
		}
	case c.State == center.CallTalking && len(c.Legs) > 2 && w.apart[c.Call]:
		return w.notAlone(c, row, leg)
	case c.State == center.CallTalking:
		return w.talks(c, row, leg)
	}
	return nil
}

// notAlone checks a leg in a call of several from which somebody has stepped aside, or into which somebody is being rung: those who are left
// hear each other, one who is left alone hears something, and nobody hears both the talk and the music.
func (w *world) notAlone(c center.CallView, row center.Row, leg *legSeen) error {
	if w.muted(c.Call, unknownLeg) || row.Plays == hearsInspector {
		return nil
	}
	if len(row.Hears) > 0 && row.Plays != "" || leg.arrived && len(row.Hears) == 0 && row.Plays == "" && !w.anyMuted(c) {
		return fmt.Errorf("leg %s of call %s (%s) hears %+v", leg.id, c.Call, callStates[c.State], row)
	}
	for _, id := range row.Hears {
		back := w.watch.rooms[c.Call]
		i := slices.IndexFunc(back, func(other center.Row) bool { return other.Leg == id })
		if i < 0 || !w.watch.legs[id].held && !w.muted(c.Call, leg.id) && !slices.Contains(back[i].Hears, leg.id) && !w.watch.legs[id].early {
			return fmt.Errorf("leg %s of call %s hears %s, who does not hear it: %+v", leg.id, c.Call, id, back)
		}
	}
	return nil
}

func (w *world) anyMuted(c center.CallView) bool {
	return slices.ContainsFunc(c.Legs, func(id center.LegID) bool { return w.muted(c.Call, id) })
}

// talks checks what a leg in a talk hears: all others who are not muted and do not hold at the phone, and nobody else; music if all hold.
func (w *world) talks(c center.CallView, row center.Row, leg *legSeen) error {
	if w.muted(c.Call, unknownLeg) {
		return nil
	}
	var want []center.LegID
	open := false
	for _, id := range c.Legs {
		far := w.watch.legs[id]
		if far == leg || !far.answered || far.held {
			continue
		}
		open = true
		if !w.muted(c.Call, id) {
			want = append(want, id)
		}
	}
	if got := slices.Sorted(slices.Values(row.Hears)); !slices.Equal(got, slices.Sorted(slices.Values(want))) || row.Plays != hearsInspector && open == (row.Plays != "") {
		return fmt.Errorf("leg %s of call %s hears %+v, and should hear %v", leg.id, c.Call, row, want)
	}
	return nil
}

// muted tells whether the leg is the phone of an agent who has muted himself in the call.
func (w *world) muted(call center.CallID, leg center.LegID) bool {
	for _, s := range w.watch.sessions {
		if s.muted == leg && s.present == call {
			return true
		}
	}
	return false
}

// callingBack is longer than an attempt to call somebody back takes: such calls begin also when nothing comes from anybody.
const callingBack = 4 * time.Minute

// stillness lets forty minutes pass in which nothing comes from phones or agents. Whatever waits for an answer must have been
// given up by then: no phone rings, no call is offered, no caller waits longer than his queue allows.
func (s *sim) stillness() error {
	until := s.now.Add(40 * time.Minute)
	for {
		due, ok := s.center.NextDeadline()
		if !ok || due.After(until) {
			break
		}
		s.now = due
		if err := s.send(center.Tick{}); err != nil {
			return err
		}
	}
	s.now = until
	if err := s.look(); err != nil {
		return err
	}
	for id, leg := range s.watch.legs {
		if !leg.arrived && !leg.answered && s.now.Sub(leg.began) > callingBack {
			return fmt.Errorf("leg %s still rings: %+v", id, *leg)
		}
	}
	for _, c := range s.overview().Calls {
		if s.now.Sub(c.Began) <= callingBack {
			continue
		}
		switch c.State {
		case center.CallTalking, center.CallOnHold:
			continue
		case center.CallWaiting:
			limit := s.model.skills[c.Skill].MaxWait
			if limit == 0 || s.now.Sub(c.Began) <= limit {
				continue
			}
		}
		return fmt.Errorf("call %s is still %s: %+v", c.Call, callStates[c.State], c)
	}
	return nil
}
