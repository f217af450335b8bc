package center

import (
	"slices"
	"time"

	"ccgateway/internal/result"
)

// Types of inspection in events (cec_07_0542).
const (
	qcListen  = 8
	qcInsert  = 9
	qcWhisper = 20172
)

// inspection is an inspector's stay at another agent. It occupies him like a call, but is none: his phone is rung first, and then he
// follows the target from talk to talk until it ends (docs/decisions/0008-inspection.md).
type inspection struct {
	by, of  *agent
	mode    InspectMode
	up      bool // his phone is off-hook for it
	asked   bool // the phone has been told to answer
	told    bool // the target's desktop knows
	began   time.Time
	at      *call // whose room the inspector is in; nil = none, or that of a talk with the target alone
	ringing timer
}

// asideTalk is the room in which an agent without a present call talks with those who insert at him.
type asideTalk struct {
	room CallID
	rows []Row
}

// inspect begins an inspection: the inspector's own phone is rung first; one that is off-hook already is not.
func (c *Center) inspect(a *agent, cmd Inspect) *result.Error {
	if cmd.Mode != InspectListen && cmd.Mode != InspectInsert && cmd.Mode != InspectWhisper {
		return result.BadArgument.Because("mode %d is none of 0, 1 and 2", cmd.Mode)
	}
	target, err := c.judge(a, cmd.Target, asking{right: RightListen, begins: true, absent: absentCode(cmd.Mode)})
	switch {
	case err != nil:
		return err
	case target.rights.Inspector() && !c.cfg.Inspection.Inspectors:
		return result.InspectionNoRight.Because("agent %d is an inspector himself", target.id)
	case a.situation() != StateIdle:
		return stateCode(cmd.Mode).Because("inspector %d is %s, not idle", a.id, a.situation())
	case target.present != nil && target.present.call.media == MediaVideo:
		return stateCode(cmd.Mode).Because("the call of agent %d is a video call", target.id)
	case a.mustChange || !c.hasPhone(a):
		return result.InspectionUnavailable.Because("inspector %d has no phone, or has to change his password", a.id)
	}
	c.beginInspection(a, target, cmd.Mode)
	return nil
}

// absentCode is the refusal for a target who is not signed in: only the pages of whispering and of switching by number know 900-004.
func absentCode(mode InspectMode) result.Code {
	if mode == InspectWhisper {
		return result.InspectionNoSuchAgent
	}
	return result.InspectionUnavailable
}

// stateCode is the refusal for a state that does not fit: 900-005 stands on the page of listening, whose codes that of inserting shares.
// All other pages end at 900-003 or 900-004; there it is 900-003, as for everything that is not there to be inspected.
func stateCode(mode InspectMode) result.Code {
	if mode == InspectWhisper {
		return result.InspectionUnavailable
	}
	return result.InspectionWrongState
}

// inspectNames are the log names of the interfaces that begin an inspection.
var inspectNames = map[InspectMode]string{InspectListen: "addSupervise", InspectInsert: "addInsert", InspectWhisper: "requestWhisperAgent"}

func (c *Center) beginInspection(a, target *agent, mode InspectMode) {
	ins := &inspection{by: a, of: target, mode: mode, began: c.now, ringing: timer{kind: timerInspect, agent: a}}
	a.inspects = ins
	c.inspections = append(c.inspections, ins)
	c.auditForce(a, target, inspectNames[mode], target.presentCall())
	c.enterCall(a)
	if a.lineUp() {
		c.inspectorUp(a)
		return
	}
	c.ringOwn(a, Ring{Auto: true}, &ins.ringing, defaultRing)
}

// presentCall names the agent's present call, for the audit.
func (a *agent) presentCall() string {
	if a.present == nil {
		return "without a call"
	}
	return "call " + string(a.present.call.id)
}

// inspectorUp: the inspector's phone is off-hook. From here on he is where the target is.
func (c *Center) inspectorUp(a *agent) {
	ins := a.inspects
	c.disarm(&ins.ringing)
	ins.up = true
	c.tellInspected(ins)
}

// tellInspected tells the target's desktop that it is inspected, or how from now on, unless the VCC wants it quiet.
func (c *Center) tellInspected(ins *inspection) {
	if c.cfg.Inspection.Quiet {
		return
	}
	ins.told = true
	c.tell(ins.of, EvBeQcStart, ins.content())
}

// knownInspector is who inspects the agent, as far as his desktop has been told; the last to begin if there are several; 0 = nobody.
func (c *Center) knownInspector(a *agent) AgentID {
	for _, ins := range slices.Backward(c.inspections) {
		if ins.of == a && ins.told {
			return ins.by.id
		}
	}
	return 0
}

func (ins *inspection) content() QCContent {
	kinds := map[InspectMode]int{InspectListen: qcListen, InspectInsert: qcInsert, InspectWhisper: qcWhisper}
	return QCContent{Type: kinds[ins.mode], Inspector: ins.by.id}
}

// running finds the inspector's running inspection of the target.
func (c *Center) running(a *agent, id AgentID, ask asking) (*inspection, *result.Error) {
	target, err := c.judge(a, id, ask)
	if err != nil {
		return nil, err
	}
	if a.inspects == nil || a.inspects.of != target {
		return nil, result.InspectionUnavailable.Because("agent %d does not inspect agent %d", a.id, id)
	}
	return a.inspects, nil
}

// switchInspection changes the mode; the same mode again is refused and changes nothing.
func (c *Center) switchInspection(a *agent, cmd SwitchInspection) *result.Error {
	if cmd.Mode < InspectListen || cmd.Mode > InspectToggle {
		return result.BadArgument.Because("mode %d is not within 0..3", cmd.Mode)
	}
	act, absent := "requestSwitchInsertWhisperAgent", result.InspectionNoSuchAgent
	if cmd.Mode == InspectToggle {
		act, absent = "switchSuperviseOrInsert", result.InspectionUnavailable
	}
	ins, err := c.running(a, cmd.Target, asking{right: RightListen, absent: absent})
	if err != nil {
		return err
	}
	mode := cmd.Mode
	if mode == InspectToggle {
		switch ins.mode {
		case InspectListen:
			mode = InspectInsert
		case InspectInsert:
			mode = InspectListen
		default:
			return result.InspectionUnavailable.Because("agent %d whispers", a.id)
		}
	}
	if !ins.up || mode == ins.mode {
		return result.InspectionUnavailable.Because("agent %d inspects in this way already, or not yet", a.id)
	}
	ins.mode = mode
	c.auditForce(a, ins.of, act, "to "+inspectNames[mode])
	if ins.at != nil {
		c.setRoom(ins.at)
	}
	c.setAside(ins.of)
	c.tellInspected(ins)
	return nil
}

// stopInspection ends an inspection by its inspector's wish, also while his phone is still being rung for it.
func (c *Center) stopInspection(a *agent, cmd StopInspection) *result.Error {
	act, absent := "stopSuperviseOrInsert", result.InspectionUnavailable
	if cmd.Whisper {
		act, absent = "requestStopWhisperAgent", result.InspectionNoSuchAgent
	}
	ins, err := c.running(a, cmd.Target, asking{right: RightListen, absent: absent})
	if err != nil {
		return err
	}
	if cmd.Whisper && ins.mode != InspectWhisper {
		return result.InspectionUnavailable.Because("agent %d does not whisper", a.id)
	}
	c.endInspection(ins, act, ins.of.presentCall())
	return nil
}

// inspectionEnded is the audit's word for an end that nobody asked for.
const inspectionEnded = "InspectionEnded"

// endInspection lets the inspector go: nobody hears him any more before anything else happens, then his phone, then his state.
func (c *Center) endInspection(ins *inspection, act, detail string) {
	bar := ins.by.ownBar()
	c.withdraw(ins, nil)
	c.auditForce(ins.by, ins.of, act, detail)
	c.hangUpPhone(ins.by)
	c.settle(ins.by)
	ins.by.lastBar = bar
}

// withdraw takes the inspection out of everything; the inspector's phone and state stay as they are. taken is the call that he takes over
// with it, whose room changes with that; nil = none.
func (c *Center) withdraw(ins *inspection, taken *call) {
	c.disarm(&ins.ringing)
	now := ins.follows() // a talk that this same command has given back to the target has the inspector in its room already
	ins.by.inspects = nil
	c.inspections = slices.DeleteFunc(c.inspections, func(other *inspection) bool { return other == ins })
	if len(c.inspections) == 0 {
		c.inspections = nil
	}
	for _, cl := range []*call{ins.at, now} {
		if cl != nil && cl != taken && c.calls[cl.id] == cl {
			c.setRoom(cl)
		}
	}
	c.setAside(ins.of)
	if ins.told {
		c.tell(ins.of, EvBeQcStop, ins.content())
	}
}

// endInspections ends the inspection by the agent and all those of him: he leaves.
func (c *Center) endInspections(a *agent, detail string) {
	for _, ins := range slices.Clone(c.inspections) {
		if ins.by == a || ins.of == a {
			c.endInspection(ins, inspectionEnded, detail)
		}
	}
}

// reviseInspections ends those that a new configuration does not allow any more.
func (c *Center) reviseInspections() {
	for _, ins := range slices.Clone(c.inspections) {
		if !ins.by.rights.Has(RightListen) || !c.related(ins.by, ins.of) || ins.of.rights.Inspector() && !c.cfg.Inspection.Inspectors {
			c.endInspection(ins, inspectionEnded, "the configuration forbids it")
		}
	}
}

// answerInspection tells the inspector's ringing phone to answer, once; false = it does not ring for an inspection.
func (c *Center) answerInspection(a *agent) bool {
	ins := a.inspects
	if ins == nil || ins.up || a.line == nil {
		return false
	}
	if !ins.asked {
		ins.asked = true
		c.emit(AnswerPhone{Leg: a.line.id})
	}
	return true
}
