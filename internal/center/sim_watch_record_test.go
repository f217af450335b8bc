package center_test

import (
	"fmt"
	"slices"

	"ccgateway/internal/center"
)

// makes notes that an agent's own request has made a call to a customer.
func (w *watch) makes(cmd center.Command, id center.CallID) {
	var agent center.AgentID
	switch c := cmd.(type) {
	case center.CallInner:
		w.among(c.Agent, id)
	case center.CallInnerSkill:
		w.among(c.Agent, id)
	case center.InnerHelp:
		w.among(c.Agent, id)
	case center.CallOut:
		agent = c.Agent
	case center.PreviewCallOut:
		agent = c.Agent
	}
	if s := w.sessions[agent]; s != nil {
		s.out[id] = true
	}
}

// among notes that a call is one between agents. Its other side may ring already.
func (w *watch) among(agent center.AgentID, id center.CallID) {
	w.inner[id] = true
	if s := w.sessions[agent]; s != nil {
		delete(s.out, id)
	}
}

// otherRings notes that the other side of an agent's own call begins to ring. What no agent has asked for as a call between agents is one to a
// customer, also where the number that was dialled by itself is an agent's phone.
func (w *watch) otherRings(s *sessionSeen, e center.Event) {
	content, ok := e.Content.(center.CustomerAlertingContent)
	if !ok || !s.making[content.Call] {
		return
	}
	if !w.inner[content.Call] {
		s.out[content.Call] = true
	}
	w.did.rings = append(w.did.rings, talkSeen{s.agent, content.Call})
}

// startsEarly notes a recording that begins before its agent talks.
func (w *watch) startsEarly(e center.StartRecording) {
	if s := w.sessions[e.Agent]; s != nil && s.present != e.Call {
		w.counts.FromRinging++
		w.did.early = append(w.did.early, talkSeen{e.Agent, e.Call})
	}
}

// checkRecordings checks that what begins is recorded where the rule is to record all: talks, and calls to customers that begin to ring
// where recordings begin with that. No recording begins earlier than the rule, or its agent, wants.
func (w *watch) checkRecordings() error {
	all := w.rule.Mode == center.RecordAll && w.dueRule.Mode == center.RecordAll
	for _, talk := range w.did.talks {
		if all && w.sessions[talk.agent] != nil && w.sessions[talk.agent].present == talk.call && !w.records(talk) {
			return fmt.Errorf("agent %d talks on call %s, which is not recorded", talk.agent, talk.call)
		}
	}
	ringing := w.rule.CallOut == center.RecordFromRinging && w.dueRule.CallOut == center.RecordFromRinging
	for _, ring := range w.did.rings {
		s := w.sessions[ring.agent]
		if all && ringing && s != nil && s.making[ring.call] && s.out[ring.call] && !w.records(ring) {
			return fmt.Errorf("agent %d's call %s rings, and is not recorded", ring.agent, ring.call)
		}
	}
	for _, early := range w.did.early {
		s := w.sessions[early.agent]
		switch {
		case s == nil: // signed out meanwhile
		case !slices.Contains(w.did.rings, early):
			return fmt.Errorf("recording of agent %d begins, who neither talks on call %s nor hears it ring", early.agent, early.call)
		case !w.mayRing(s, early, w.rule) && !w.mayRing(s, early, w.dueRule):
			return fmt.Errorf("recording of agent %d begins before the talk of call %s, against the rule %+v", early.agent, early.call, w.rule)
		}
	}
	return nil
}

// mayRing tells whether the agent's call may be recorded from its ringing on.
func (w *watch) mayRing(s *sessionSeen, ring talkSeen, rule center.Recording) bool {
	return rule.CallOut == center.RecordFromRinging && s.out[ring.call] || rule.Mode == center.RecordChosen && (s.early || w.picked[ring.agent])
}

func (w *watch) records(talk talkSeen) bool {
	for _, r := range w.recordings {
		if r.agent == talk.agent && r.call == talk.call && r.started && !r.stopped {
			return true
		}
	}
	return false
}

// picks notes whom inspectors have picked to be recorded from the ringing on.
func (w *watch) picks(cmd center.Command, reply center.Reply) {
	if reply.Err != nil {
		return
	}
	switch c := cmd.(type) {
	case center.PickRecorded:
		for _, agent := range c.Agents {
			w.picked[agent] = c.On && c.BeforeTalking
		}
	case center.UnpickRecorded:
		for _, agent := range c.Agents {
			delete(w.picked, agent)
		}
	}
}
