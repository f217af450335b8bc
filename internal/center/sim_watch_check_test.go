package center_test

import (
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// TestSim_Watch shows that the invariants can be broken: each case is a center that does something wrong.
func TestSim_Watch(t *testing.T) {
	at := scriptStart
	const call, other = center.CallID("1700000000-1"), center.CallID("1700000000-2")
	event := func(seq uint64, name string, content any) center.Event {
		return center.Event{Agent: 101, Session: 1, Seq: seq, Type: name, Content: content, At: at}
	}
	type talking struct {
		Call center.CallID `json:"callid"`
	}
	signIn := []center.Effect{
		center.SessionBegan{Agent: 101, Session: 1, Phone: "7001", At: at}, event(1, center.EvInService, nil), event(2, center.EvReady, nil),
	}
	arrived := center.CallArrived{Leg: "i1", Trunk: "line", To: "8000"}
	ring := center.Ring{Leg: "o1", Phone: "7001", Call: call}
	record := func(leg center.LegID) center.LegRecord {
		return center.LegRecord{Call: call, Leg: leg, Party: center.PartyAgent, Began: at, Ended: at}
	}
	refused := center.Reply{Err: result.NoRight.Err()}
	for _, c := range []struct {
		name, wrong string
		did         []center.Effect
		reply       center.Reply
		cmd         center.Command
	}{
		{"nothing", "", nil, center.Reply{}, center.Tick{}},
		{"sign-in", "", signIn, center.Reply{}, center.Tick{}},
		{"refusal with effects", "refused", signIn, refused, center.Tick{}},
		{"code", "not in the reference", nil, center.Reply{Err: result.Code("123-456").Err()}, center.Tick{}},
		{"two sessions", "second session", append(signIn[:1:1], signIn[0]), center.Reply{}, center.Tick{}},
		{"event without session", "no session", signIn[1:2], center.Reply{}, center.Tick{}},
		{"gap in events", "has number 4", append(signIn[:3:3], event(4, center.EvSetWork, nil)), center.Reply{}, center.Tick{}},
		{"first event", "event 1 of a session", []center.Effect{signIn[0], event(1, center.EvReady, nil)}, center.Reply{}, center.Tick{}},
		{"end of no session", "is not there", []center.Effect{center.SessionEnded{Agent: 101, Session: 1, Reason: 258, At: at}}, center.Reply{}, center.Tick{}},
		{"two talks", "two talks", append(signIn[:3:3], event(3, center.EvTalking, talking{call}), event(4, center.EvTalking, talking{other})), center.Reply{}, center.Tick{}},
		{"hold of nothing", "is held", append(signIn[:3:3], event(3, center.EvHold, string(call))), center.Reply{}, center.Tick{}},
		{"release of nothing", "not in it", append(signIn[:3:3], event(3, center.EvCallRelease, string(call))), center.Reply{}, center.Tick{}},
		{"call id", "documented form", append(signIn[:3:3], event(3, center.EvNoAnswer, "17-1-1")), center.Reply{}, center.Tick{}},
		{"ring twice", "twice", []center.Effect{ring, ring}, center.Reply{}, center.Tick{}},
		{"ring nobody", "to ring phone", []center.Effect{center.Ring{Leg: "o1", Call: call}}, center.Reply{}, center.Tick{}},
		{"hang up nothing", "not there", []center.Effect{center.HangUp{Leg: "o1"}}, center.Reply{}, center.Tick{}},
		{"hang up twice", "not there", []center.Effect{ring, record("o1"), center.HangUp{Leg: "o1"}, center.HangUp{Leg: "o1"}}, center.Reply{}, center.Tick{}},
		{"hang up without record", "without any leg record", []center.Effect{ring, center.HangUp{Leg: "o1"}}, center.Reply{}, center.Tick{}},
		{"record twice", "two records", []center.Effect{ring, record("o1"), record("o1")}, center.Reply{}, center.Tick{}},
		{"record of no leg", "not there", []center.Effect{record("o9")}, center.Reply{}, center.Tick{}},
		{"record ends later", "impossible times", []center.Effect{ring, center.LegRecord{Call: call, Leg: "o1", Began: at, Ended: at.Add(time.Second)}}, center.Reply{}, center.Tick{}},
		{"answer twice", "answer of leg", []center.Effect{center.AnswerLeg{Leg: "i1"}, center.AnswerLeg{Leg: "i1"}}, center.Reply{}, arrived},
		{"alert after answer", "alert on leg", []center.Effect{center.AnswerLeg{Leg: "i1"}, center.Alert{Leg: "i1"}}, center.Reply{}, arrived},
		{"pick up no phone", "answer asked", []center.Effect{center.AnswerPhone{Leg: "i1"}}, center.Reply{}, arrived},
		{"room before answer", "not answered", []center.Effect{center.Room{Call: call, Rows: []center.Row{{Leg: "i1"}}}}, center.Reply{}, arrived},
		{"room with itself", "hears itself", []center.Effect{center.AnswerLeg{Leg: "i1"}, center.Room{Call: call, Rows: []center.Row{{Leg: "i1", Hears: []center.LegID{"i1"}}}}}, center.Reply{}, arrived},
		{"room with a stranger", "not in it", []center.Effect{center.AnswerLeg{Leg: "i1"}, center.Room{Call: call, Rows: []center.Row{{Leg: "i1", Hears: []center.LegID{"i2"}}}}}, center.Reply{}, arrived},
		{"room closed twice", "was not open", []center.Effect{center.Room{Call: call}}, center.Reply{}, center.Tick{}},
		{"late news", "has ended", []center.Effect{ring}, center.Reply{}, center.LegRinging{Leg: "o7"}},
		{"two call records", "not there", []center.Effect{ring, center.CallRecord{Call: call, Began: at, Ended: at}, center.CallRecord{Call: call, Began: at, Ended: at}}, center.Reply{}, center.Tick{}},
		{"state record with a gap", "want from", append(signIn[:3:3], center.StateRecord{Agent: 101, State: center.StateIdle, From: at.Add(time.Second), To: at}), center.Reply{}, center.Tick{}},
		{"parts that are no whole", "its parties' say", []center.Effect{ring, record("o1"), center.CallRecord{Call: call, Began: at.Add(-time.Second), Ended: at}}, center.Reply{}, center.Tick{}},
		{"busy again for help", "asks for help", append(signIn[:3:3], event(3, center.EvBusy, nil)), center.Reply{}, center.InnerHelp{By: center.By{Agent: 101}}},
		{"stop of no recording", "does not run", []center.Effect{center.StopRecording{Recording: "r"}}, center.Reply{}, center.Tick{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := newWatch(at).saw(at, false, c.cmd, c.reply, c.did)
			if c.wrong == "" && err != nil {
				t.Error(err)
			}
			if c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)) {
				t.Errorf("error %v, want one with %q", err, c.wrong)
			}
		})
	}
}

// TestSim_StateWithoutRecord is the one that needs time between.
func TestSim_StateWithoutRecord(t *testing.T) {
	at := scriptStart
	w := newWatch(at)
	begin := []center.Effect{
		center.SessionBegan{Agent: 101, Session: 1, At: at},
		center.Event{Agent: 101, Session: 1, Seq: 1, Type: center.EvInService, At: at},
		center.Event{Agent: 101, Session: 1, Seq: 2, Type: center.EvReady, At: at},
	}
	if err := w.saw(at, false, center.Tick{}, center.Reply{}, begin); err != nil {
		t.Fatal(err)
	}
	at = at.Add(time.Second)
	err := w.saw(at, false, center.Tick{}, center.Reply{}, []center.Effect{center.Event{Agent: 101, Session: 1, Seq: 3, Type: center.EvSetWork, At: at}})
	if err == nil || !strings.Contains(err.Error(), "no record") {
		t.Errorf("error %v, want one about the missing record", err)
	}
	if err := w.nothing(); err == nil {
		t.Error("an agent is signed in, and nothing is left")
	}
}

// TestSim_Overview shows that the checks of the overview can fail.
func TestSim_Overview(t *testing.T) {
	at := scriptStart
	waits := func(id center.CallID, skill center.SkillID, since time.Duration, state center.CallState) center.CallView {
		return center.CallView{Call: id, Skill: skill, State: state, Began: at.Add(since)}
	}
	before := center.Overview{Calls: []center.CallView{waits("1-1", 1, 0, center.CallWaiting), waits("1-2", 1, time.Second, center.CallWaiting)}}
	wrong := center.Overview{Calls: []center.CallView{waits("1-1", 1, 0, center.CallWaiting), waits("1-2", 1, time.Second, center.CallAlerting)}}
	right := center.Overview{Calls: []center.CallView{waits("1-1", 1, 0, center.CallAlerting), waits("1-2", 1, time.Second, center.CallWaiting)}}
	if err := servedInOrder(before, right, nil); err != nil {
		t.Error(err)
	}
	if err := servedInOrder(before, wrong, nil); err == nil {
		t.Error("the younger caller may be served first")
	}
	w := newWorld(at, center.Config{Agents: []center.Agent{{ID: 101}}, Skills: []center.Skill{{ID: 1}}}, nil)
	idle := center.AgentView{ID: 101, Status: 4, Phone: "7001", Skills: []center.SkillInfo{{ID: 1}}}
	queue := center.QueueView{Skill: 1, Waiting: 1}
	if err := w.nobodyWaitsInVain(center.Overview{Agents: []center.AgentView{idle}, Queues: []center.QueueView{queue}}); err == nil {
		t.Error("a caller may wait while an agent is idle")
	}
	if err := w.nobodyIsStuck(center.Overview{Agents: []center.AgentView{{ID: 101, Status: 7}}}); err == nil {
		t.Error("an agent may be in use without a call")
	}
}

// TestSim_RecordingFromRinging: the checker of when recordings of own calls begin finds what is wrong.
func TestSim_RecordingFromRinging(t *testing.T) {
	at := scriptStart
	const call center.CallID = "1700000000-16777217"
	event := func(seq uint64, name string, content any) center.Effect {
		return center.Event{Agent: 101, Session: 1, Seq: seq, Type: name, At: at, Content: content}
	}
	before := []center.Effect{
		center.SessionBegan{Agent: 101, Session: 1, Phone: "7001", At: at}, event(1, center.EvInService, nil), center.Ring{Leg: "o1", Phone: "7001", Call: call},
	}
	rings := event(2, center.EvCustomerAlert, center.CustomerAlertingContent{Call: call, OtherPhone: "0555"})
	colleague := event(2, center.EvCustomerAlert, center.CustomerAlertingContent{Call: call, OtherPhone: "102", OtherPhoneWorkno: "102"})
	starts := center.StartRecording{Recording: "r", Call: call, Leg: "o1", Agent: 101}
	all, talk := center.Recording{Mode: center.RecordAll}, center.Recording{Mode: center.RecordAll, CallOut: center.RecordFromTalk}
	for _, c := range []struct {
		name, wrong string
		rule        center.Recording
		did         []center.Effect
		asked       bool // the agent has asked for a call to a colleague
	}{
		{"recorded", "", all, []center.Effect{rings, starts}, false},
		{"not recorded", "is not recorded", all, []center.Effect{rings}, false},
		{"not yet", "", talk, []center.Effect{rings}, false},
		{"too early", "against the rule", talk, []center.Effect{rings, starts}, false},
		{"a colleague", "against the rule", all, []center.Effect{colleague, starts}, true},
		{"a colleague's phone, dialled by itself", "", all, []center.Effect{colleague, starts}, false},
		{"nothing rings", "neither talks", all, []center.Effect{starts}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWatch(at)
			w.rule, w.dueRule = c.rule, c.rule
			var cmd center.Command = center.Tick{}
			var reply center.Reply
			if c.asked {
				cmd, reply.Value = center.CallInner{By: center.By{Agent: 101}, Called: "102"}, call
			}
			if err := w.saw(at, false, cmd, reply, before); err != nil {
				t.Fatal(err)
			}
			err := w.saw(at, false, center.LegAnswered{Leg: "o1"}, center.Reply{}, c.did)
			if c.wrong == "" && err != nil || c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)) {
				t.Errorf("error %v, want one with %q", err, c.wrong)
			}
		})
	}
}
