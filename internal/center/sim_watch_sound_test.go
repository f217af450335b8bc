package center_test

import (
	"fmt"
	"maps"
	"slices"

	"ccgateway/internal/center"
)

// runSeen is a call's stay in a flow.
type runSeen struct {
	call center.CallID
	run  uint64
	leg  center.LegID
}

// flowEffect takes in what a flow engine is told: nothing of a run that is not under way.
func (w *watch) flowEffect(e center.Effect) error {
	switch e := e.(type) {
	case center.FlowBegan:
		if _, runs := w.runs[e.Call]; runs || w.legs[e.Leg] == nil {
			return fmt.Errorf("call %s begins a flow within another, or has no leg: %+v", e.Call, e)
		}
		w.runs[e.Call] = runSeen{e.Call, e.Run, e.Leg}
		return w.mention(e.Call)
	case center.FlowTold:
		if w.runs[e.Call].run != e.Run {
			return fmt.Errorf("run %d of call %s is told %+v and is not under way", e.Run, e.Call, e)
		}
		if e.What == center.FlowQueued && e.Place < 1 {
			return fmt.Errorf("place in a queue: %+v", e)
		}
	case center.FlowEnded:
		if w.runs[e.Call].run != e.Run {
			return fmt.Errorf("run %d of call %s ends and is not under way", e.Run, e.Call)
		}
		delete(w.runs, e.Call)
	}
	return nil
}

// playEffect takes in an order about a playing, which must be under way.
func (w *watch) playEffect(e center.Effect) error {
	var id center.PlayID
	switch e := e.(type) {
	case center.PausePlayback:
		id = e.Play
	case center.MovePlayback:
		id = e.Play
	case center.StopPlay:
		id = e.Play
	}
	leg, runs := w.plays[id]
	if !runs || w.legs[leg] == nil {
		return fmt.Errorf("%T of %s, which does not play to leg %q", e, id, leg)
	}
	if _, stop := e.(center.StopPlay); stop {
		delete(w.plays, id)
	}
	return nil
}

func (w *watch) pauseEffect(e center.PauseRecording) error {
	r := w.recordings[e.Recording]
	if r == nil || !r.started || r.stopped || r.paused == e.On {
		return fmt.Errorf("pause %v of recording %s, which is %+v", e.On, e.Recording, r)
	}
	r.paused = e.On
	return nil
}

// sounds checks what must hold of flows and playing when a command's effects are complete.
func (w *watch) sounds(cmd center.Command, reply center.Reply) error {
	if c, ok := cmd.(center.BeginPlay); ok && reply.Err == nil {
		w.players[c.Agent] = true
	}
	if c, ok := cmd.(center.PlayEnded); ok { // only now: what was due before may have stopped it as well
		delete(w.plays, c.Play)
	}
	if c, ok := cmd.(center.PreviewCallOut); ok && reply.Err == nil {
		delete(w.players, c.Agent)
	}
	for _, leg := range w.did.ended {
		maps.DeleteFunc(w.plays, func(_ center.PlayID, to center.LegID) bool { return to == leg.id })
	}
	for _, id := range w.did.closed {
		if run, runs := w.runs[id]; runs {
			return fmt.Errorf("call %s is over and its flow goes on: %+v", id, run)
		}
	}
	return nil
}

// fromFlows lets a flow engine do something with one of its runs, or with one that is over.
func (s *sim) fromFlows() error {
	calls := slices.Sorted(maps.Keys(s.watch.runs))
	if plays := slices.Sorted(maps.Keys(s.watch.plays)); len(plays) > 0 && s.r.IntN(4) == 0 {
		id := plays[s.r.IntN(len(plays))]
		return s.send(center.PlayEnded{Play: id, Key: s.r.IntN(2) == 0, Why: []string{"", "", "no file"}[s.r.IntN(3)]})
	}
	if s.r.IntN(40) == 0 {
		return s.send(center.WithdrawPreview{Control: int64(s.r.IntN(12))})
	}
	if s.r.IntN(12) == 0 {
		return s.send(center.OfferPreview{
			Skill: center.SkillID(1 + s.r.IntN(len(s.base.Skills)+1)), Numbers: []string{s.dialled(), "0555123"}[s.r.IntN(2):], Auto: s.r.IntN(2) == 0,
		})
	}
	if len(calls) == 0 {
		return nil
	}
	run := s.watch.runs[calls[s.r.IntN(len(calls))]]
	if s.r.IntN(20) == 0 {
		run.run--
	}
	return s.send(s.flowOrder(run))
}

// flowOrder is an order of a flow, sensible or not.
func (s *sim) flowOrder(r runSeen) center.Command {
	skill := center.SkillID(1 + s.r.IntN(len(s.base.Skills)+1))
	on := s.r.IntN(2) == 0
	switch s.r.IntN(16) {
	case 0:
		return center.FlowAnswer{Call: r.call, Run: r.run}
	case 1, 2, 3:
		return center.FlowPlay{Call: r.call, Run: r.run, Sound: []center.Sound{{Prompt: "hello"}}, Barge: on, Number: uint64(s.r.IntN(9))}
	case 4:
		return center.FlowHush{Call: r.call, Run: r.run}
	case 5:
		return center.FlowSecret{Call: r.call, Run: r.run, On: on}
	case 6:
		return center.FlowData{Call: r.call, Run: r.run, Data: "x"}
	case 7, 8, 9:
		return center.FlowQueue{Call: r.call, Run: r.run, Skill: skill, KeepTime: on}
	case 10:
		return center.FlowLeave{Call: r.call, Run: r.run}
	case 11:
		return center.FlowTransfer{Call: r.call, Run: r.run, To: s.device()}
	case 12:
		return center.FlowCallBack{Call: r.call, Run: r.run, Skill: skill, Number: s.dialled()}
	case 13:
		return center.FlowRecord{Call: r.call, Run: r.run, Skill: skill}
	case 14:
		return center.FlowStopRecord{Call: r.call, Run: r.run}
	default:
		if on {
			return center.FlowReturn{Call: r.call, Run: r.run}
		}
		return center.FlowHangUp{Call: r.call, Run: r.run, Cause: center.Cause(s.r.IntN(11))}
	}
}
