package center_test

import (
	"fmt"
	"slices"
	"time"

	"ccgateway/internal/center"
)

// phoneEffect takes in an order to the phone side. Every order must be for a leg between its beginning and its end.
func (w *watch) phoneEffect(e center.Effect) error {
	switch e := e.(type) {
	case center.Ring:
		return w.ring(e)
	case center.Alert:
		leg := w.legs[e.Leg]
		if leg == nil || !leg.arrived || leg.answered || leg.alerted {
			return fmt.Errorf("alert on leg %s, which is %+v", e.Leg, leg)
		}
		leg.alerted = true
	case center.AnswerLeg:
		leg := w.legs[e.Leg]
		if leg == nil || !leg.arrived || leg.answered {
			return fmt.Errorf("answer of leg %s, which is %+v", e.Leg, leg)
		}
		leg.answered = true
	case center.AnswerPhone:
		leg := w.legs[e.Leg]
		if leg == nil || leg.arrived || leg.answered {
			return fmt.Errorf("answer asked of phone leg %s, which is %+v", e.Leg, leg)
		}
		leg.asked = true
	case center.HangUp:
		if w.legs[e.Leg] == nil {
			return fmt.Errorf("hang-up of leg %s, which is not there (any more)", e.Leg)
		}
		w.endLeg(e.Leg)
	case center.Room:
		return w.room(e)
	}
	return nil
}

// soundEffect takes in an order about sound to one leg, which must be there.
func (w *watch) soundEffect(e center.Effect) error {
	var id center.LegID
	switch e := e.(type) {
	case center.Play:
		id = e.Leg
	case center.SendDigits:
		id = e.Leg
	case center.RouteDigits:
		id = e.Leg
	}
	if p, ok := e.(center.Play); ok {
		w.plays[p.Play] = p.Leg
	}
	if leg := w.legs[id]; leg == nil || !leg.answered {
		return fmt.Errorf("%T for leg %s, which is %+v", e, id, leg)
	}
	return nil
}

func (w *watch) ring(e center.Ring) error {
	if w.legs[e.Leg] != nil {
		return fmt.Errorf("leg %s is asked for twice", e.Leg)
	}
	if (e.Phone == "") == (e.Trunk == "") {
		return fmt.Errorf("leg %s is to ring phone %q and trunk %q", e.Leg, e.Phone, e.Trunk)
	}
	if e.Trunk != "" && e.Number == "" {
		return fmt.Errorf("leg %s is to call no number by trunk %q", e.Leg, e.Trunk)
	}
	w.counts.Legs++
	leg := &legSeen{id: e.Leg, phone: e.Phone, trunk: e.Trunk, number: e.Number, call: e.Call, began: w.now, asked: e.Auto}
	for _, s := range w.sessions {
		if w.ownPhone(s, leg) {
			leg.whose = append(leg.whose, s.id)
		}
	}
	w.legs[e.Leg] = leg
	w.did.offered = append(w.did.offered, e.Leg)
	return w.mention(e.Call)
}

func (w *watch) room(e center.Room) error {
	if w.isAside(e) {
		w.asides[e.Call] = true
	}
	if !w.asides[e.Call] {
		if err := w.mention(e.Call); err != nil {
			return err
		}
	}
	for leg, at := range w.inRoom {
		if at == e.Call {
			delete(w.inRoom, leg)
		}
	}
	if len(e.Rows) == 0 {
		if _, open := w.rooms[e.Call]; !open {
			return fmt.Errorf("the room of call %s is closed and was not open", e.Call)
		}
		delete(w.rooms, e.Call)
		delete(w.asides, e.Call)
		return nil
	}
	for i, row := range e.Rows {
		leg := w.legs[row.Leg]
		if leg == nil {
			return fmt.Errorf("leg %s is put in a room and is not there (any more)", row.Leg)
		}
		if !leg.answered && (!leg.early || len(row.Hears) > 0 || row.Plays != "") {
			return fmt.Errorf("leg %s is put in a room and is not answered", row.Leg)
		}
		if slices.Contains(row.Hears, row.Leg) {
			return fmt.Errorf("leg %s hears itself", row.Leg)
		}
		if slices.ContainsFunc(e.Rows[:i], func(other center.Row) bool { return other.Leg == row.Leg }) {
			return fmt.Errorf("leg %s is twice in the room of call %s", row.Leg, e.Call)
		}
		w.inRoom[row.Leg] = e.Call
	}
	w.rooms[e.Call] = e.Rows
	return nil
}

func (w *watch) recordingEffect(e center.Effect) error {
	switch e := e.(type) {
	case center.RecordingBegan:
		if w.recordings[e.Recording] != nil && w.recordings[e.Recording].began {
			return fmt.Errorf("recording %s begins twice", e.Recording)
		}
		w.recording(e.Recording).began = true
		return w.mention(e.Call)
	case center.StartRecording:
		w.counts.Recordings++
		r := w.recording(e.Recording)
		if r.started {
			return fmt.Errorf("recording %s starts twice", e.Recording)
		}
		if leg := w.legs[e.Leg]; leg == nil || !leg.answered {
			return fmt.Errorf("recording %s of leg %s, which is %+v", e.Recording, e.Leg, leg)
		}
		r.started, r.leg, r.call, r.agent = true, e.Leg, e.Call, e.Agent
		w.startsEarly(e)
		return w.mention(e.Call)
	case center.StopRecording:
		r := w.recordings[e.Recording]
		if r == nil || r.stopped {
			return fmt.Errorf("recording %s is stopped and does not run", e.Recording)
		}
		r.stopped = true
		w.forget(e.Recording)
	case center.RecordingEnded:
		r := w.recordings[e.Recording]
		if r == nil || r.ended {
			return fmt.Errorf("recording %s ends and does not run", e.Recording)
		}
		r.ended = true
		if e.Failed != "" {
			r.stopped = true // the phone side has given it up by itself
		}
		w.forget(e.Recording)
	}
	return nil
}

func (w *watch) recording(id center.RecordingID) *recordingSeen {
	if w.recordings[id] == nil {
		w.recordings[id] = &recordingSeen{}
	}
	return w.recordings[id]
}

func (w *watch) forget(id center.RecordingID) {
	if r := w.recordings[id]; r.stopped && r.ended {
		delete(w.recordings, id)
	}
}

// storeEffect takes in a fact for the store.
func (w *watch) storeEffect(e center.Effect) error {
	switch e := e.(type) {
	case center.LegRecord:
		return w.legRecord(e)
	case center.CallRecord:
		return w.callRecord(e)
	case center.StateRecord:
		return w.stateRecord(e)
	case center.Audit:
		switch e.Act {
		case "addSupervise", "addInsert", "requestWhisperAgent":
			w.counts.Inspections++
		case "intercept":
			w.counts.Intercepts++
		}
		if !e.At.Equal(w.now) {
			return fmt.Errorf("audit of another time: %+v", e)
		}
	}
	return nil
}

func (w *watch) legRecord(e center.LegRecord) error {
	if err := w.mention(e.Call); err != nil {
		return err
	}
	call := w.calls[e.Call]
	if call == nil {
		return fmt.Errorf("leg record of call %q, which is not there", e.Call)
	}
	if !e.Ended.Equal(w.now) || e.Began.After(e.Ended) || e.Began.IsZero() {
		return fmt.Errorf("leg record with impossible times: %+v", e)
	}
	for _, at := range []struct{ first, then int64 }{
		{e.Began.UnixNano(), e.Ringing.UnixNano()}, {e.Began.UnixNano(), e.Answered.UnixNano()},
		{e.Ringing.UnixNano(), e.Answered.UnixNano()},
	} {
		if at.then > 0 && (at.first > at.then || at.then > e.Ended.UnixNano()) {
			return fmt.Errorf("leg record with times out of order: %+v", e)
		}
	}
	if e.Held < 0 || e.Held > e.Ended.Sub(e.Began) || e.Waited < 0 || e.Waited > e.Ended.Sub(e.Began) {
		return fmt.Errorf("leg record with impossible spans: %+v", e)
	}
	if e.Party == center.PartyUnknown {
		return fmt.Errorf("leg record of an unknown party: %+v", e)
	}
	call.records = append(call.records, e)
	return w.countRecord(e)
}

// countRecord checks that a leg's stay in a call is told once. A leg that stays over many calls (a permanent connection)
// has one record for each.
func (w *watch) countRecord(e center.LegRecord) error {
	if e.Leg == "" {
		return nil
	}
	leg := w.legs[e.Leg]
	for _, ended := range w.did.ended {
		if ended.id == e.Leg {
			leg = ended
		}
	}
	if leg == nil {
		return fmt.Errorf("leg record of leg %s, which is not there (any more)", e.Leg)
	}
	if e.Began.Before(leg.began) {
		return fmt.Errorf("leg record begins before its leg (%s): %+v", leg.began, e)
	}
	leg.records++
	key := string(e.Leg) + " " + string(e.Call)
	w.did.records[key]++
	if w.did.records[key] > 1 {
		return fmt.Errorf("leg %s has two records for call %s at once", e.Leg, e.Call)
	}
	return nil
}

func (w *watch) callRecord(e center.CallRecord) error {
	if err := w.mention(e.Call); err != nil {
		return err
	}
	if w.calls[e.Call] == nil {
		return fmt.Errorf("record of call %q, which is not there", e.Call)
	}
	if slices.Contains(w.did.closed, e.Call) {
		return fmt.Errorf("call %s has a second record", e.Call)
	}
	if !e.Ended.Equal(w.now) || e.Began.After(e.Ended) || (!e.Answered.IsZero() && (e.Answered.Before(e.Began) || e.Answered.After(e.Ended))) {
		return fmt.Errorf("call record with impossible times: %+v", e)
	}
	if e.Waited < 0 || e.Waited > e.Ended.Sub(e.Began) || e.Requeued < 0 {
		return fmt.Errorf("call record with impossible counts: %+v", e)
	}
	if err := checkParts(e, w.calls[e.Call].records); err != nil {
		return err
	}
	w.counts.Requeues += e.Requeued
	delete(w.calls, e.Call)
	w.did.closed = append(w.did.closed, e.Call)
	return nil
}

// checkParts compares the record of a call with those of its parties: the parts make up the whole.
func checkParts(whole center.CallRecord, parts []center.LegRecord) error {
	began, ended, answered := whole.Ended, whole.Began, time.Time{}
	until := make(map[center.AgentID]time.Time)
	for _, p := range parts {
		if p.Began.Before(began) {
			began = p.Began
		}
		if p.Ended.After(ended) {
			ended = p.Ended
		}
		if !p.Answered.IsZero() && (answered.IsZero() || p.Answered.Before(answered)) {
			answered = p.Answered
		}
		if p.Agent != 0 && p.Began.Before(until[p.Agent]) {
			return fmt.Errorf("agent %d is in call %s twice at a time: %+v", p.Agent, whole.Call, parts)
		}
		if p.Agent != 0 {
			until[p.Agent] = p.Ended
		}
		if p.Party == center.PartyCustomer && p.Ended.Equal(whole.Ended) && p.Began.Equal(whole.Began) && (p.Waited != whole.Waited || !p.Began.Equal(whole.Began) || !p.Ended.Equal(whole.Ended)) {
			return fmt.Errorf("the customer's record is not the call's:\n%+v\n%+v", p, whole)
		}
	}
	if !began.Equal(whole.Began) || !ended.Equal(whole.Ended) || !answered.Equal(whole.Answered) {
		return fmt.Errorf("the call's record says %s, %s, %s; its parties' say %s, %s, %s: %+v",
			whole.Began, whole.Answered, whole.Ended, began, answered, ended, parts)
	}
	return nil
}
