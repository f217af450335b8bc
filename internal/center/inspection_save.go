package center

import "time"

type (
	// savedInspection is an inspection that goes on.
	savedInspection struct {
		By, Of          AgentID
		Mode            int
		Up, Asked, Told bool
		Began           time.Time
		At              CallID // "" = in no call's room
		Ringing         savedTimer
	}
	// savedAside is an agent's talk with those who insert at him without a call.
	savedAside struct {
		Room CallID
		Rows []Row
	}
)

func (ins *inspection) save() savedInspection {
	s := savedInspection{
		By: ins.by.id, Of: ins.of.id, Mode: int(ins.mode), Up: ins.up, Asked: ins.asked, Told: ins.told, Began: ins.began, Ringing: ins.ringing.save(),
	}
	if ins.at != nil {
		s.At = ins.at.id
	}
	return s
}

func (t *asideTalk) save() *savedAside {
	if t == nil {
		return nil
	}
	return &savedAside{Room: t.room, Rows: t.rows}
}

// inspections lets inspections go on.
func (r *restorer) inspections() error {
	for _, s := range r.s.Inspections {
		by, of := r.agents[s.By], r.agents[s.Of]
		if by == nil || of == nil || by == of || by.inspects != nil {
			return impossible("agent %d cannot inspect agent %d", s.By, s.Of)
		}
		ins := &inspection{
			by: by, of: of, mode: InspectMode(s.Mode), up: s.Up, asked: s.Asked, told: s.Told, began: s.Began,
			ringing: timer{kind: timerInspect, agent: by},
		}
		if s.At != "" {
			if ins.at = r.c.calls[s.At]; ins.at == nil {
				return impossible("inspector %d is in the room of call %s, which is not there", s.By, s.At)
			}
		}
		r.set(&ins.ringing, s.Ringing)
		by.inspects = ins
		r.c.inspections = append(r.c.inspections, ins)
	}
	for i := range r.s.Agents {
		if s := r.s.Agents[i].Aside; s != nil {
			r.agents[r.s.Agents[i].ID].aside = &asideTalk{room: s.Room, rows: s.Rows}
		}
	}
	return nil
}

// InspectionView is one inspection in an Overview.
type InspectionView struct {
	Inspector AgentID     `json:"inspector"`
	Target    AgentID     `json:"target"`
	Mode      InspectMode `json:"mode"`
	Open      bool        `json:"open"`           // the inspector's phone is off-hook; false = it is being rung
	Call      CallID      `json:"call,omitempty"` // that he is at; "" = none
	Room      CallID      `json:"room,omitempty"` // of his talk with the target alone; "" = none
	Leg       LegID       `json:"leg,omitempty"`  // his phone's
	Began     time.Time   `json:"began"`
}

func (ins *inspection) view() InspectionView {
	v := InspectionView{Inspector: ins.by.id, Target: ins.of.id, Mode: ins.mode, Open: ins.up, Began: ins.began}
	if ins.at != nil {
		v.Call = ins.at.id
	}
	if ins.aside() && ins.of.aside != nil {
		v.Room = ins.of.aside.room
	}
	if ins.by.line != nil {
		v.Leg = ins.by.line.id
	}
	return v
}
