package center_test

import (
	"fmt"
	"slices"

	"ccgateway/internal/center"
)

// inspectionsAgree checks every inspection that goes on: its inspector may, is in use by it and by nothing else, and is heard by those
// who may hear him and by nobody else. That whoever inspects no more is back in another state is checked by nobodyIsStuck.
func (w *world) inspectionsAgree(o center.Overview) error {
	seen := make(map[center.AgentID]bool)
	for _, v := range o.Inspections {
		by, of := w.model.agents[v.Inspector], w.model.agents[v.Target]
		switch {
		case w.watch.sessions[v.Inspector] == nil || w.watch.sessions[v.Target] == nil || v.Inspector == v.Target || seen[v.Inspector]:
			return fmt.Errorf("agent %d cannot inspect agent %d", v.Inspector, v.Target)
		case !w.model.roles[by.Role].Has(center.RightListen):
			return fmt.Errorf("agent %d inspects agent %d without the right", v.Inspector, v.Target)
		case w.model.roles[of.Role].Inspector() && !w.model.inspection.Inspectors:
			return fmt.Errorf("agent %d inspects agent %d, who is an inspector", v.Inspector, v.Target)
		case engaged(o, v.Inspector):
			return fmt.Errorf("agent %d inspects and has a call", v.Inspector)
		case v.Open && (w.watch.legs[v.Leg] == nil || !w.watch.legs[v.Leg].answered):
			return fmt.Errorf("agent %d inspects without a phone: %+v", v.Inspector, v)
		}
		seen[v.Inspector] = true
		if err := w.inspectorIsHeard(v, o); err != nil {
			return err
		}
	}
	for room := range w.watch.asides {
		if !slices.ContainsFunc(o.Inspections, func(v center.InspectionView) bool { return v.Room == room && v.Mode == center.InspectInsert }) {
			return fmt.Errorf("the room %s is open, and nobody inserts in it", room)
		}
	}
	return nil
}

// inspectorIsHeard checks who hears one inspector: a listener is heard by nobody, a whisperer by the agent alone, who inserts by all
// who talk where he is.
func (w *world) inspectorIsHeard(v center.InspectionView, o center.Overview) error {
	target := w.watch.sessions[v.Target]
	if v.Open && v.Mode != center.InspectListen && (v.Call != "" || v.Room != "") {
		if at := w.watch.inRoom[v.Leg]; at != v.Call && at != v.Room {
			return fmt.Errorf("the phone of inspector %d is in room %q: %+v", v.Inspector, at, v)
		}
	}
	for call, rows := range w.watch.rooms {
		for _, row := range rows {
			if w.watch.inRoom[row.Leg] != call || !slices.Contains(row.Hears, v.Leg) {
				continue
			}
			inspector := slices.ContainsFunc(o.Inspections, func(other center.InspectionView) bool { return other.Leg == row.Leg })
			switch {
			case v.Mode == center.InspectListen || !v.Open:
				return fmt.Errorf("leg %s in the room of call %s hears inspector %d, who listens", row.Leg, call, v.Inspector)
			case v.Mode == center.InspectWhisper && (inspector || !w.watch.hisPhone(target, w.watch.legs[row.Leg])):
				return fmt.Errorf("leg %s in the room of call %s hears inspector %d, who whispers to agent %d", row.Leg, call, v.Inspector, v.Target)
			case call != v.Call && call != v.Room:
				return fmt.Errorf("leg %s in the room of call %s hears inspector %d, who is at %q", row.Leg, call, v.Inspector, v.Call)
			}
		}
	}
	return nil
}

// withoutInspectors is a row without what inspectors add to it, which inspectorIsHeard has checked. One who hears an inspector hears no
// music.
func withoutInspectors(row center.Row, o center.Overview) center.Row {
	was := len(row.Hears)
	row.Hears = slices.DeleteFunc(slices.Clone(row.Hears), func(leg center.LegID) bool {
		return slices.ContainsFunc(o.Inspections, func(v center.InspectionView) bool { return v.Leg == leg })
	})
	if len(row.Hears) < was && len(row.Hears) == 0 {
		row.Plays = hearsInspector
	}
	return row
}

// hearsInspector stands for the sound of a leg that hears an inspector and nobody else.
const hearsInspector = "the inspector"

// isAside tells whether a room that nothing has been heard of before is that of an agent who talks with an inspector alone.
func (w *watch) isAside(e center.Room) bool {
	return len(e.Rows) > 1 && w.calls[e.Call] == nil && !w.did.touched[e.Call] && !slices.ContainsFunc(e.Rows, func(row center.Row) bool {
		return w.legs[row.Leg] == nil || w.legs[row.Leg].arrived
	})
}

// inspecting is what an inspector does in his inspection.
func (s *sim) inspecting(by center.By, v center.InspectionView) center.Command {
	target := v.Target
	if s.r.IntN(15) == 0 {
		target = s.agent()
	}
	list := []center.Command{
		center.SwitchInspection{By: by, Target: target, Mode: center.InspectMode(s.r.IntN(4))}, center.SwitchInspection{By: by, Target: target, Mode: center.InspectMode(s.r.IntN(4))},
		center.StopInspection{By: by, Target: target, Whisper: s.r.IntN(2) == 0}, center.Intercept{By: by, Target: target},
		center.Intercept{By: by, Target: target, Call: center.CallID(s.anyCall())}, center.Inspect{By: by, Target: target}, center.PhonePickUp{By: by},
		center.PhoneHangUp{By: by}, center.CallOut{By: by, Called: "0555123"}, center.Release{By: by}, center.SayBusy{By: by, Reason: 200},
	}
	return list[s.r.IntN(len(list))]
}

// inspect is what an inspector begins.
func (s *sim) inspect(by center.By) center.Command {
	switch s.r.IntN(12) {
	case 0:
		return center.ForceDrop{By: by, Call: center.CallID(s.anyCall())}
	case 1:
		target := s.agent()
		skills := []center.SkillID{1, 2} // which he may not have
		if s.r.IntN(2) == 0 {
			skills = nil
			for _, own := range s.model.agents[target].Skills {
				skills = append(skills, own.Skill)
			}
		}
		return center.AdjustSkill{By: by, Target: target, Skills: skills}
	case 2:
		return center.BeginMonitor{By: by, Agents: []center.AgentID{s.agent(), s.agent()}}
	case 3:
		return center.EndMonitor{By: by, Agents: []center.AgentID{s.agent()}}
	case 4:
		return center.PickRecorded{By: by, Agents: []center.AgentID{s.agent(), s.agent()}, On: s.r.IntN(3) > 0, BeforeTalking: s.r.IntN(2) == 0}
	case 5:
		return center.UnpickRecorded{By: by, Agents: []center.AgentID{s.agent(), s.agent()}}
	}
	target := s.agent()
	for _, c := range s.overview().Calls { // mostly somebody who talks
		if len(c.Agents) > 0 && s.r.IntN(3) == 0 {
			target = c.Agents[0]
		}
	}
	return center.Inspect{By: by, Target: target, Mode: center.InspectMode(s.r.IntN(3))}
}

func (s *sim) inspectionBy(id center.AgentID) (center.InspectionView, bool) {
	at := slices.IndexFunc(s.overview().Inspections, func(v center.InspectionView) bool { return v.Inspector == id })
	if at < 0 {
		return center.InspectionView{}, false
	}
	return s.overview().Inspections[at], true
}
