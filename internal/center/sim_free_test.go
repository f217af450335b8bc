package center_test

import (
	"fmt"
	"slices"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// everybodyGetsFree lets all customers and outside parties hang up, in any order, and agents leave what is left to them (talks among
// themselves, inspections, recordings). Each agent then comes back to idle by his own wish: nobody is left in a state that he cannot get
// out of (FIELD-LESSONS 2, 15, 23).
func (s *sim) everybodyGetsFree() error {
	if err := s.farSidesLeave(); err != nil {
		return err
	}
	const rounds, round = 4, time.Minute // longer than a phone is rung, or a preview shown
	for range rounds {
		if err := s.pass(round); err != nil {
			return err
		}
		for _, id := range s.signedIn() { // so that the silence ends no session
			if err := s.send(center.Status{By: s.proof(id)}); err != nil {
				return err
			}
		}
	}
	if err := s.agentsLeave(); err != nil {
		return err
	}
	for _, id := range s.signedIn() {
		if err := s.getsIdle(id); err != nil {
			return err
		}
	}
	return nil
}

// farSidesLeave ends all connections that are no agent's phone.
func (s *sim) farSidesLeave() error {
	for {
		var left []center.LegID
		for id, leg := range s.watch.legs {
			if !slices.ContainsFunc(s.signedIn(), func(a center.AgentID) bool { return s.watch.ownPhone(s.watch.sessions[a], leg) }) {
				left = append(left, id)
			}
		}
		if len(left) == 0 {
			return nil
		}
		slices.Sort(left)
		if err := s.send(center.LegEnded{Leg: left[s.r.IntN(len(left))], Cause: center.CauseHungUp}); err != nil {
			return err
		}
	}
}

// agentsLeave lets agents end what goes on without any customer.
func (s *sim) agentsLeave() error {
	for _, v := range slices.Clone(s.last.Inspections) {
		if err := s.send(center.StopInspection{By: s.proof(v.Inspector), Target: v.Target}); err != nil {
			return err
		}
	}
	for _, id := range s.signedIn() {
		if err := s.send(center.EndPlay{By: s.proof(id)}); err != nil {
			return err
		}
		for _, c := range slices.Clone(s.last.Calls) {
			if !slices.Contains(c.Agents, id) {
				continue
			}
			if err := s.send(center.DropCall{By: s.proof(id), Call: c.Call}); err != nil {
				return err
			}
		}
	}
	return nil
}

// getsIdle lets an agent end the state that he is in, and those that he had wished for after it.
func (s *sim) getsIdle(id center.AgentID) error {
	const most = 3 // wrap-up, and then a rest or not ready that was wished for in the talk
	var was []int
	for range most + 1 {
		state, err := s.status(id)
		if err != nil || state == 0 || center.State(state) == center.StateIdle || s.serves(id) {
			return err
		}
		was = append(was, state)
		if err := s.send(leaving(center.State(state), s.proof(id))); err != nil {
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
func (s *sim) serves(id center.AgentID) bool {
	return s.watch.players[id] || slices.ContainsFunc(s.last.Calls, func(c center.CallView) bool {
		return slices.Contains(c.Agents, id) && s.now.Sub(c.Began) <= callingBack
	})
}

// status asks for an agent's state; 0 = he is not signed in any more.
func (s *sim) status(id center.AgentID) (int, error) {
	reply, _, err := s.do(center.Status{By: s.proof(id)})
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
func (s *sim) signedIn() []center.AgentID {
	var all []center.AgentID
	for id := range s.watch.sessions {
		all = append(all, id)
	}
	slices.Sort(all)
	return all
}

// proof is an agent's right GUID.
func (s *sim) proof(id center.AgentID) center.By { return center.By{Agent: id, Token: s.desk(id).now} }
