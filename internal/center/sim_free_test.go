package center_test

import (
	"fmt"
	"slices"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// leaver ends everything in a world and looks whether everybody gets free: nobody is left in a state that he cannot get out of
// (FIELD-LESSONS 2, 15, 23).
type leaver struct {
	*world
	proof func(center.AgentID) center.By
	send  func(center.Command) error
	pass  func(time.Duration) error
}

// everybodyGetsFree is leaver.everybody for a simulation.
func (s *sim) everybodyGetsFree() error {
	return leaver{s.world, func(id center.AgentID) center.By { return center.By{Agent: id, Token: s.desk(id).now} }, s.send, s.pass}.everybody()
}

// everybody lets all customers and outside parties hang up and time pass, and lets agents leave what is left to them: talks among
// themselves, inspections, recordings. Each agent then comes back to idle by his own wish.
func (l leaver) everybody() error {
	if err := l.farSidesLeave(); err != nil {
		return err
	}
	const rounds, round = 4, time.Minute // longer than a phone is rung, or a preview shown
	for range rounds {
		if err := l.pass(round); err != nil {
			return err
		}
		for _, id := range l.signedIn() { // so that the silence ends no session
			if err := l.send(center.Status{By: l.proof(id)}); err != nil {
				return err
			}
		}
	}
	if err := l.agentsLeave(); err != nil {
		return err
	}
	for _, id := range l.signedIn() {
		if err := l.getsIdle(id); err != nil {
			return err
		}
	}
	return nil
}

// hisLine tells whether it is the agent's phone and was rung as his: before he signed in at it, it was a far side as others.
func (l leaver) hisLine(a center.AgentID, leg *legSeen) bool {
	s := l.watch.sessions[a]
	return leg.phone != "" && l.watch.ownPhone(s, leg) && slices.Contains(leg.whose, s.id)
}

// farSidesLeave ends all connections but those to agents' phones: at an outside number that an agent forwards to there may be a customer.
func (l leaver) farSidesLeave() error {
	for {
		var left []center.LegID
		for id, leg := range l.watch.legs {
			if !slices.ContainsFunc(l.signedIn(), func(a center.AgentID) bool { return l.hisLine(a, leg) }) {
				left = append(left, id)
			}
		}
		if len(left) == 0 {
			return nil
		}
		if err := l.send(center.LegEnded{Leg: slices.Min(left), Cause: center.CauseHungUp}); err != nil {
			return err
		}
	}
}

// agentsLeave lets agents end what goes on without any customer.
func (l leaver) agentsLeave() error {
	for _, v := range slices.Clone(l.overview().Inspections) {
		if err := l.send(center.StopInspection{By: l.proof(v.Inspector), Target: v.Target}); err != nil {
			return err
		}
	}
	for _, id := range l.signedIn() {
		if err := l.send(center.EndPlay{By: l.proof(id)}); err != nil {
			return err
		}
		for _, c := range slices.Clone(l.overview().Calls) {
			if !slices.Contains(c.Agents, id) {
				continue
			}
			if err := l.send(center.DropCall{By: l.proof(id), Call: c.Call}); err != nil {
				return err
			}
		}
	}
	return nil
}

// getsIdle lets an agent end the state that he is in, and those that he had wished for after it.
func (l leaver) getsIdle(id center.AgentID) error {
	const most = 3 // wrap-up, and then a rest or not ready that was wished for in the talk
	var was []int
	for range most + 1 {
		state, err := l.status(id)
		if err != nil || state == 0 || center.State(state) == center.StateIdle || l.serves(id) {
			return err
		}
		was = append(was, state)
		if err := l.send(leaving(center.State(state), l.proof(id))); err != nil {
			return err
		}
	}
	return fmt.Errorf("agent %d does not get idle: he was in the states %v", id, was)
}

// leaving is the command by which an agent ends a state.
func leaving(state center.State, by center.By) center.Command {
	switch state {
	case center.StateRest:
		return center.CancelRest{By: by}
	case center.StateWork:
		return center.CancelWork{By: by}
	case center.StateBusy:
		return center.CancelBusy{By: by}
	default:
		return center.SayFree{By: by}
	}
}

// serves tells whether the agent has been given a customer who waits to be called: those come also when nobody calls in.
func (l leaver) serves(id center.AgentID) bool {
	return l.watch.players[id] || slices.ContainsFunc(l.overview().Calls, func(c center.CallView) bool {
		seen := l.watch.calls[c.Call] // his call itself began when he asked to be called
		return slices.Contains(c.Agents, id) && seen != nil && l.now.Sub(seen.began) <= callingBack
	})
}

// status asks for an agent's state; 0 = he is not signed in any more.
func (l leaver) status(id center.AgentID) (int, error) {
	reply, _, err := l.do(center.Status{By: l.proof(id)})
	if err != nil || reply.Err != nil && reply.Err.Code == result.NotSignedIn {
		return 0, err
	}
	if reply.Err != nil {
		return 0, fmt.Errorf("status of agent %d: %w", id, reply.Err)
	}
	status, _ := reply.Value.(center.AgentStatus)
	return status.State, nil
}

// signedIn lists who is signed in.
func (w *world) signedIn() []center.AgentID {
	var all []center.AgentID
	for id := range w.watch.sessions {
		all = append(all, id)
	}
	slices.Sort(all)
	return all
}
