package center_test

import (
	"fmt"

	"ccgateway/internal/center"
)

// sessionEffect takes in what concerns a session: beginning, end, events.
func (w *watch) sessionEffect(e center.Effect) error {
	switch e := e.(type) {
	case center.SessionBegan:
		if w.sessions[e.Agent] != nil {
			return fmt.Errorf("a second session of agent %d begins", e.Agent)
		}
		if e.Session <= w.lastID || !e.At.Equal(w.now) {
			return fmt.Errorf("session %d of agent %d at %s begins after session %d", e.Session, e.Agent, e.At, w.lastID)
		}
		w.lastID = e.Session
		w.counts.Sessions++
		w.sessions[e.Agent] = &sessionSeen{agent: e.Agent, id: e.Session, began: w.now, since: w.now, told: w.now, phone: e.Phone, bound: w.now,
			held: make(map[center.CallID]bool), making: make(map[center.CallID]bool), out: make(map[center.CallID]bool)}
	case center.SessionEnded:
		s := w.sessions[e.Agent]
		if s == nil || s.id != e.Session {
			return fmt.Errorf("session %d of agent %d ends and is not there", e.Session, e.Agent)
		}
		if !e.Began.Equal(s.began) || !e.At.Equal(w.now) {
			return fmt.Errorf("session end with wrong times: %+v, began %s", e, s.began)
		}
		if e.Reason < 1 || e.Reason > 264 {
			return fmt.Errorf("session ends with reason %d", e.Reason)
		}
		w.leave(s, center.StateSignedOut)
		delete(w.sessions, e.Agent)
	case center.ClearEvents:
		if s := w.sessions[e.Agent]; s == nil || s.id != e.Session {
			return fmt.Errorf("events of agent %d are cleared, who has no session %d", e.Agent, e.Session)
		}
	case center.Event:
		return w.event(e)
	}
	return nil
}

func (w *watch) event(e center.Event) error {
	w.counts.Events++
	s := w.sessions[e.Agent]
	if s == nil || s.id != e.Session {
		return fmt.Errorf("event %s for agent %d, who has no session %d", e.Type, e.Agent, e.Session)
	}
	s.seq++
	if e.Seq != s.seq {
		return fmt.Errorf("event %s for agent %d has number %d, want %d", e.Type, e.Agent, e.Seq, s.seq)
	}
	if (e.Type == center.EvInService) != (e.Seq == 1) {
		return fmt.Errorf("event %d of a session is %s", e.Seq, e.Type)
	}
	if !e.At.Equal(w.now) {
		return fmt.Errorf("event %s at %s, now is %s", e.Type, e.At, w.now)
	}
	if state, ok := stateOf[e.Type]; ok {
		w.leave(s, state)
	}
	id := contentCall(e.Content)
	if e.Type == center.EvTalking && !s.held[id] && s.present != id {
		w.did.talks = append(w.did.talks, talkSeen{s.agent, id})
	}
	if err := w.mention(id); err != nil {
		return fmt.Errorf("event %s: %w", e.Type, err)
	}
	if err := s.callEvent(e.Type, id); err != nil {
		return fmt.Errorf("agent %d: %w", s.agent, err)
	}
	if help, ok := w.helps[id]; ok && (e.Type == center.EvConsultFail || e.Type == center.EvCustomerRelease) {
		if help.asker != s.agent {
			return fmt.Errorf("agent %d is told the end of help %s, for which agent %d has asked", s.agent, id, help.asker)
		}
		help.over = true
		w.helps[id] = help
	}
	if w.helps[id].asker == s.agent && e.Type == center.EvCallRelease {
		w.helpGone = id
	}
	switch e.Type {
	case center.EvCustomerAlert:
		w.otherRings(s, e)
	case center.EvPreviewCallOut, center.EvPreviewCallOutEx:
		w.players[e.Agent] = true
	case center.EvStopPlayDone, center.EvReleasePreview:
		delete(w.players, e.Agent)
	case center.EvConference:
		w.counts.Conferences++
	case center.EvSuccTrans:
		w.counts.Transfers++
	case center.EvTalking:
		if content, ok := e.Content.(center.TalkingContent); ok && content.Type == "assistant" {
			w.counts.Helps++
		}
		w.counts.Talks++
	case center.EvRinging, center.EvAutoAnswer:
		w.counts.Offers++
	}
	return nil
}

// stateOf says which state an event leads to (call-model section 5).
var stateOf = map[string]center.State{
	center.EvBusy:           center.StateTalking,
	center.EvReady:          center.StateIdle,
	center.EvForceReady:     center.StateIdle,
	center.EvCancelNotReady: center.StateIdle,
	center.EvCancelRest:     center.StateIdle,
	center.EvCancelWork:     center.StateIdle,
	center.EvSetNotReady:    center.StateBusy,
	center.EvForceNotReady:  center.StateBusy,
	center.EvSetRest:        center.StateRest,
	center.EvSetWork:        center.StateWork,
	center.EvWork:           center.StateWork,
}

// leave notes that an agent's state changes. An event may say the same state again (another reason), which is a new entry of
// the history as well.
func (w *watch) leave(s *sessionSeen, next center.State) {
	if s.state != next && s.state != center.StateUnknown {
		w.did.states = append(w.did.states, stateSeen{agent: s.agent, state: s.state, since: s.since})
	}
	if s.state != next {
		s.state, s.since = next, w.now
	}
}

// stateRecord checks that the records of a session's states follow each other without gap or overlap.
func (w *watch) stateRecord(e center.StateRecord) error {
	s := w.sessions[e.Agent]
	if s == nil {
		return fmt.Errorf("state record of agent %d, who has no session: %+v", e.Agent, e)
	}
	if !e.From.Equal(s.told) {
		return fmt.Errorf("state record of agent %d from %s, want from %s: %+v", e.Agent, e.From, s.told, e)
	}
	if e.To.Before(e.From) || !e.To.Equal(w.now) {
		return fmt.Errorf("state record of agent %d with impossible times: %+v", e.Agent, e)
	}
	if e.Call != "" && w.calls[e.Call] == nil && !w.gone[e.Call] && !w.did.touched[e.Call] {
		return fmt.Errorf("state record of an unknown call: %+v", e)
	}
	s.told = e.To
	w.did.facts = append(w.did.facts, e)
	return nil
}

// checkStates checks that every state that lasted has its record.
func (w *watch) checkStates() error {
	for _, left := range w.did.states {
		if !left.since.Before(w.now) {
			continue
		}
		found := false
		for _, fact := range w.did.facts {
			if fact.Agent == left.agent && fact.State == left.state && !fact.From.Before(left.since) {
				found = true
			}
		}
		if !found {
			return fmt.Errorf("agent %d has left state %s, and there is no record of it", left.agent, left.state)
		}
	}
	for _, s := range w.sessions {
		if s.told.Before(s.since) {
			return fmt.Errorf("agent %d is in state %s since %s, and the record of the former state ends at %s", s.agent, s.state, s.since, s.told)
		}
	}
	return nil
}

// callEvent follows an agent's calls through his events.
func (s *sessionSeen) callEvent(name string, id center.CallID) error {
	switch name {
	case center.EvRinging, center.EvAutoAnswer:
		if s.offered != "" || s.present != "" {
			return fmt.Errorf("call %s is offered beside %q and %q", id, s.offered, s.present)
		}
		s.offered, s.auto = id, name == center.EvAutoAnswer
	case center.EvConference:
		s.present, s.offered = id, ""
		delete(s.held, id)
	case center.EvTalking:
		if s.present != "" && s.present != id && s.left != s.present {
			return fmt.Errorf("two talks: %s and %s", s.present, id)
		}
		if s.offered != "" && s.offered != id {
			return fmt.Errorf("talks on %s while %s is offered", id, s.offered)
		}
		s.present, s.offered = id, ""
		delete(s.held, id)
		delete(s.making, id)
		delete(s.out, id)
	case center.EvHold:
		if s.present != id {
			return fmt.Errorf("call %s is held, present is %q", id, s.present)
		}
		s.present = ""
		s.held[id] = true
	case center.EvCallRelease:
		if s.present != id && !s.held[id] && s.offered != id && !s.making[id] {
			return fmt.Errorf("call %s is released, and he is not in it", id)
		}
		s.drop(id)
	case center.EvCustomerRelease:
		s.left = id
		if s.held[id] || s.offered == id {
			s.drop(id)
		}
	case center.EvCustomerAlert:
		if s.offered != id && s.present != id {
			s.making[id] = true
		}
	case center.EvNoAnswer, center.EvCallOutFail, center.EvInsideCallFail, center.EvConsultFail:
		s.drop(id)
	}
	return nil
}

func (s *sessionSeen) drop(id center.CallID) {
	if s.present == id {
		s.present, s.muted = "", ""
	}
	if s.offered == id {
		s.offered = ""
	}
	delete(s.held, id)
	delete(s.making, id)
	delete(s.out, id)
}
