package center

import "slices"

// Bar states, table 3 of connection.md section 7.
const (
	barIdle     = 1
	barWork     = 2
	barRest     = 3
	barBusy     = 4
	barPlaying  = 5
	barOutgoing = 6
	barReserved = 7
	barAnswer   = 8
	barTalking  = 9
	barThree    = 10
	barHold     = 11
	barMute     = 12
	barHelp     = 13
	barTransfer = 14
	barInsert   = 15
	barListen   = 16
	barWhisper  = 17
	barAbnormal = 255
)

// ownBar is the agent's finer state as he alone may know it: nobody else learns that he inspects (docs/decisions/0008-inspection.md), or
// what he does in his talk.
func (a *agent) ownBar() int {
	switch ins := a.inspects; {
	case ins == nil:
		bar := a.bar()
		switch {
		case bar == barTalking:
			return a.talkBar()
		case bar == barOutgoing && a.present.call.feature == featureHelp:
			return barHelp
		}
		return bar
	case !ins.up: // his phone is being rung
		return barReserved
	case ins.mode == InspectInsert:
		return barInsert
	case ins.mode == InspectWhisper:
		return barWhisper
	default:
		return barListen
	}
}

// talkBar is what an agent does in his talk. Where it is several things at a time, it is the one that he has to end first: somebody is being
// rung or asked, or he waits for a flow; he is not heard; others listen with him.
func (a *agent) talkBar() int {
	p := a.present
	switch {
	case p == nil:
		if a.play != nil && a.play.id != "" {
			return barPlaying
		}
	case p.phase == phaseSuspended, p == p.call.add.asker && p.call.add.kind != addHelp, p.call.outside != nil && p.call.parks():
		return barTransfer
	case p == p.call.add.asker, p.call.feature == featureHelp && p.maker:
		return barHelp
	case p.muted:
		return barMute
	case len(p.call.present()) > 2:
		return barThree
	case a.play != nil && a.play.id != "":
		return barPlaying
	}
	return barTalking
}

// parks tells whether somebody hears music while others of the call talk.
func (cl *call) parks() bool {
	return slices.ContainsFunc(cl.parties, func(p *party) bool { return p.parked })
}

// bar is the agent's finer state, as a reloaded desktop bar wants it.
func (a *agent) bar() int {
	if a.present != nil {
		switch a.present.phase {
		case phaseOffered, phaseRetrieving, phasePicking:
			return barReserved
		case phaseAlerting:
			return barAnswer
		case phaseDialling, phaseCalling:
			return barOutgoing
		default:
			return barTalking
		}
	}
	if a.preview != nil {
		return barReserved
	}
	if len(a.held) > 0 {
		return barHold
	}
	return a.state.bar()
}

// bar is the bar state of a state by itself, whatever the calls are doing.
func (s State) bar() int {
	switch s {
	case StateIdle:
		return barIdle
	case StateWork:
		return barWork
	case StateRest:
		return barRest
	case StateBusy:
		return barBusy
	case StateTalking:
		return barTalking
	default:
		return barAbnormal
	}
}
