package center_test

import (
	"fmt"
	"maps"
	"slices"

	"ccgateway/internal/center"
)

// explained checks that the center can say why: every waiting caller stands in his place with reasons that account for each agent who
// is signed in to his queue, once, and every idle agent has a reason. It is asked whenever somebody waits, and now and then otherwise.
func (w *world) explained(o center.Overview) error {
	waiting := slices.ContainsFunc(o.Queues, func(q center.QueueView) bool { return q.Waiting > 0 })
	if !waiting && w.watch.counts.Commands%16 != 0 {
		return nil
	}
	reply, effects := w.center.Do(w.now, center.Why{})
	e, ok := reply.Value.(center.Explanation)
	if !ok || reply.Err != nil || len(effects) > 0 || w.center.Changed() {
		return fmt.Errorf("why gives %T, %v, effects %v, changed %v", reply.Value, reply.Err, effects, w.center.Changed())
	}
	for _, q := range o.Queues {
		at := slices.IndexFunc(e.Queues, func(x center.QueueWhy) bool { return x.Skill == q.Skill })
		if (at >= 0) != (q.Waiting > 0) {
			return fmt.Errorf("%d wait in queue %d, explained is %v", q.Waiting, q.Skill, at >= 0)
		}
		if at >= 0 {
			if err := w.queueExplained(q, e.Queues[at], o); err != nil {
				return fmt.Errorf("queue %d: %w", q.Skill, err)
			}
		}
	}
	if err := w.idleExplained(o, e); err != nil {
		return err
	}
	if err := w.counted(o); err != nil {
		return err
	}
	return w.surveyed(o)
}

// counted compares the census with the overview.
func (w *world) counted(o center.Overview) error {
	reply, effects := w.center.Do(w.now, center.Count{})
	n, ok := reply.Value.(center.Census)
	if !ok || reply.Err != nil || len(effects) > 0 || n.SignedIn != o.Sessions || n.Agents != len(o.Agents) {
		return fmt.Errorf("the census is %+v, %v, effects %v; %d agents, %d sessions", reply.Value, reply.Err, effects, len(o.Agents), o.Sessions)
	}
	states, calls := map[center.State]int{}, map[center.CallState]int{}
	for _, a := range o.Agents {
		if a.Status != int(center.StateSignedOut) {
			states[center.State(a.Status)]++
		}
	}
	for _, c := range o.Calls {
		calls[c.State]++
	}
	if !maps.Equal(states, n.States) || !maps.Equal(calls, n.Calls) || !slices.Equal(n.Queues, o.Queues) {
		return fmt.Errorf("the census %+v is not what the overview has: %v, %v, %+v", n, states, calls, o.Queues)
	}
	return nil
}

func (w *world) queueExplained(q center.QueueView, why center.QueueWhy, o center.Overview) error {
	if len(why.Callers) != q.Waiting || why.SignedIn != q.SignedIn {
		return fmt.Errorf("%d callers and %d agents are explained, there are %d and %d", len(why.Callers), why.SignedIn, q.Waiting, q.SignedIn)
	}
	for i, c := range why.Callers {
		if c.Position != i+1 || c.Waited < 0 {
			return fmt.Errorf("caller %d is %+v", i, c)
		}
	}
	reasons := map[center.AgentID]center.ReasonKind{}
	for _, r := range why.Reasons {
		if r.Hint {
			continue
		}
		for _, a := range r.Agents {
			if former, twice := reasons[a.Agent]; twice {
				return fmt.Errorf("agent %d is %s and %s", a.Agent, former, r.Why)
			}
			reasons[a.Agent] = r.Why
		}
		if len(r.Agents) == 0 && (r.Why != center.ReasonNoAgent || q.SignedIn > 0) {
			return fmt.Errorf("reason %s is nobody's", r.Why)
		}
	}
	if len(reasons) != q.SignedIn || q.SignedIn == 0 && len(why.Reasons) == 0 {
		return fmt.Errorf("%d agents serve it, %d are explained: %+v", q.SignedIn, len(reasons), why.Reasons)
	}
	for _, a := range o.Agents {
		if kind, serves := reasons[a.ID]; serves {
			if err := w.reasonFits(a, kind, o); err != nil {
				return err
			}
		}
	}
	return nil
}

// reasonFits compares an agent's reason with what is known of him otherwise.
func (w *world) reasonFits(a center.AgentView, kind center.ReasonKind, o center.Overview) error {
	known := w.model.agents[a.ID]
	fits := map[center.ReasonKind]bool{
		center.ReasonTalking:        a.Status == int(center.StateTalking),
		center.ReasonRinging:        a.Status == int(center.StateTalking),
		center.ReasonCalling:        engaged(o, a.ID),
		center.ReasonWrapUp:         a.Status == int(center.StateWork),
		center.ReasonNotReady:       a.Status == int(center.StateBusy),
		center.ReasonRest:           a.Status == int(center.StateRest),
		center.ReasonStopping:       w.model.draining,
		center.ReasonNoInbound:      w.model.roles[known.Role].Has(center.RightNoInbound),
		center.ReasonNoTalkRight:    w.model.noCalls[a.ID],
		center.ReasonChangePassword: w.model.change[a.ID],
		center.ReasonNoPhone:        a.Phone == "",
	}
	if !fits[kind] {
		return fmt.Errorf("agent %d is said to be %s, which he is not: %+v", a.ID, kind, a)
	}
	return nil
}

func (w *world) idleExplained(o center.Overview, e center.Explanation) error {
	explained := map[center.AgentID][]center.Reason{}
	for _, a := range e.Idle {
		explained[a.Agent] = a.Reasons
	}
	idle := 0
	for _, a := range o.Agents {
		if a.Status != int(center.StateIdle) {
			continue
		}
		idle++
		if len(explained[a.ID]) == 0 {
			return fmt.Errorf("agent %d is idle and nobody says why", a.ID)
		}
		free := w.model.serves(a) && !engaged(o, a.ID)
		for _, r := range explained[a.ID] {
			if free && !r.Hint && r.Why != center.ReasonNoCaller && r.Why != center.ReasonNoQueue {
				return fmt.Errorf("agent %d is free, and is said to be %s", a.ID, r.Why)
			}
		}
	}
	if idle != len(e.Idle) {
		return fmt.Errorf("%d agents are idle, %d are explained", idle, len(e.Idle))
	}
	return nil
}
