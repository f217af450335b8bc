package center_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"ccgateway/internal/center"
)

// watch is what can be known about a center from outside: it reads every command, reply and effect, keeps what follows from
// them, and says when they contradict each other. The scripts and the simulation run under it.
type watch struct {
	stays      map[center.CallID]time.Time // when the last stay of a call in a queue ended
	tried      map[int64]bool              // control numbers of tries, and whether there is no further one
	now        time.Time
	lastID     center.Session
	sessions   map[center.AgentID]*sessionSeen
	legs       map[center.LegID]*legSeen
	calls      map[center.CallID]*callSeen
	rooms      map[center.CallID][]center.Row
	inRoom     map[center.LegID]center.CallID
	recordings map[center.RecordingID]*recordingSeen
	gone       map[center.CallID]bool         // calls whose record has been written
	plays      map[center.PlayID]center.LegID // what plays, and to whom
	runs       map[center.CallID]runSeen
	asides     map[center.CallID]bool  // rooms of agents who talk with an inspector alone
	players    map[center.AgentID]bool // agents who are played a recording, or are shown a preview
	backs      map[string]bool         // numbers of customers who are to be called back
	counts     counts
	rule       center.Recording           // the tenant's
	dueRule    center.Recording           // what was due before the command went by this one; a Configure may change it
	helps      map[center.CallID]helpSeen // ids of three-party helps
	inner      map[center.CallID]bool     // calls between agents, by the wish of one
	helpNew    center.CallID              // asked for by this command, which may fail at once; "" = none
	helpGone   center.CallID              // its asker is told by this command that he has ended it; "" = none
	picked     map[center.AgentID]bool    // agents whom an inspector has picked to be recorded before their talks
	did        doing
}

// helpSeen is a three-party help, whose id is known to who asked for it and is no call's.
type helpSeen struct {
	asker center.AgentID
	call  center.CallID // that he was in
	over  bool
}

// helpsOf are the three-party helps of an agent that go on.
func (w *watch) helpsOf(agent center.AgentID) []center.CallID {
	var ids []center.CallID
	for id, help := range w.helps {
		if help.asker == agent && !help.over {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// helpAsked notes the id of a three-party help before its first event.
func (w *watch) helpAsked(cmd center.Command, reply center.Reply) {
	w.helpNew, w.helpGone = "", ""
	if c, ok := cmd.(center.InnerHelp); ok && reply.Err == nil && c.Mode == center.HelpThreeParty {
		w.helpNew = reply.Value.(center.CallID)
		w.helps[w.helpNew] = helpSeen{asker: c.Agent, call: w.sessions[c.Agent].present}
	}
}

// helpsLeft notes the helps whose askers have left the call: nobody knows their ids any more. Where calls are joined, helps go along.
func (w *watch) helpsLeft(cmd center.Command) {
	_, joins := cmd.(center.ConfJoin)
	_, connects := cmd.(center.ConnectHeld)
	for id, help := range w.helps {
		switch s := w.sessions[help.asker]; {
		case id == w.helpGone:
			help.over = true
			w.helps[id] = help
		case s != nil && (s.present == help.call || s.held[help.call]):
		case s != nil && s.present != "" && (joins || connects):
			help.call = s.present
			w.helps[id] = help
		default:
			help.over = true
			w.helps[id] = help
		}
	}
}

// helpDropped checks that who ends a help by its id does not hang up who has called in.
func (w *watch) helpDropped(cmd center.Command, effects []center.Effect) error {
	c, ok := cmd.(center.DropCall)
	if !ok || w.helps[c.Call].asker != c.Agent {
		return nil
	}
	if !w.helps[c.Call].over {
		return fmt.Errorf("help %s goes on after agent %d has ended it", c.Call, c.Agent)
	}
	for _, e := range effects {
		if e, ok := e.(center.HangUp); ok && strings.HasPrefix(string(e.Leg), "i") {
			return fmt.Errorf("caller %s is hung up because help %s is ended", e.Leg, c.Call)
		}
	}
	return nil
}

// counts is what has been seen, for the report.
type counts struct {
	Commands, Refused, Events, Sessions, Legs, Calls, Offers, Talks, Requeues, Recordings, FromRinging, Conferences, Transfers, Helps, Inspections, Intercepts, Troubles int
}

// doing is what one command has brought about so far.
type doing struct {
	ended   []*legSeen      // legs that ended by it
	records map[string]int  // leg records, by leg and call
	offered []center.LegID  // legs that were asked for
	closed  []center.CallID // calls whose record was written
	states  []stateSeen     // states that agents left, in order
	facts   []center.StateRecord
	touched map[center.CallID]bool
	talks   []talkSeen // that have begun, not those taken back from hold
	rings   []talkSeen // calls of agents whose other side begins to ring
	early   []talkSeen // recordings that have begun before their talk
}

// talkSeen is a talk that begins, or rings.
type talkSeen struct {
	agent center.AgentID
	call  center.CallID
}

// unknownLeg is a leg that cannot be told from another.
const unknownLeg center.LegID = "?"

// sessionSeen is a session as its desktop sees it.
type sessionSeen struct {
	agent   center.AgentID
	id      center.Session
	began   time.Time
	seq     uint64
	state   center.State
	since   time.Time
	told    time.Time // up to where state records reach
	present center.CallID
	offered center.CallID
	held    map[center.CallID]bool
	muted   center.LegID           // his phone, while he is muted
	left    center.CallID          // whose other side was told to be gone last
	making  map[center.CallID]bool // calls that he has asked for and that are not talked yet
	auto    bool                   // the offer was answered for him
	phone   string                 // bound
	forward string                 // rung instead
	bound   time.Time              // when the phone was
	out     map[center.CallID]bool // calls to customers that he is making
	early   bool                   // he wants to be recorded from before the talk
}

// stateSeen is a state that an agent left.
type stateSeen struct {
	agent center.AgentID
	state center.State
	since time.Time
}

// legSeen is a leg between its beginning and its end.
type legSeen struct {
	id       center.LegID
	arrived  bool   // named by the phone side
	phone    string // account
	number   string // by a trunk
	trunk    string
	call     center.CallID
	began    time.Time
	rung     bool
	alerted  bool
	early    bool // is heard before it is answered
	answered bool
	held     bool // by the far side itself
	asked    bool // to answer by itself (AnswerPhone or Ring.Auto)
	records  int
	whose    []center.Session // whose phone or forwarding it was when it was rung
}

// callSeen is a call between its first mention and its record.
type callSeen struct {
	id      center.CallID
	began   time.Time
	records []center.LegRecord // so far
}

// recordingSeen is a recording between start and stop.
type recordingSeen struct {
	call    center.CallID
	agent   center.AgentID
	leg     center.LegID
	started bool
	began   bool
	stopped bool
	ended   bool
	paused  bool
}

func newWatch(now time.Time) *watch {
	return &watch{
		now:        now,
		sessions:   make(map[center.AgentID]*sessionSeen),
		legs:       make(map[center.LegID]*legSeen),
		calls:      make(map[center.CallID]*callSeen),
		rooms:      make(map[center.CallID][]center.Row),
		inRoom:     make(map[center.LegID]center.CallID),
		recordings: make(map[center.RecordingID]*recordingSeen),
		gone:       make(map[center.CallID]bool),
		plays:      make(map[center.PlayID]center.LegID),
		runs:       make(map[center.CallID]runSeen),
		asides:     make(map[center.CallID]bool),
		players:    make(map[center.AgentID]bool),
		backs:      make(map[string]bool),
		helps:      make(map[center.CallID]helpSeen),
		inner:      make(map[center.CallID]bool),
		picked:     make(map[center.AgentID]bool),
	}
}

// saw reads what one command did. An error is a broken invariant. late says that something was due before it: that happens
// first, whatever becomes of the command.
func (w *watch) saw(now time.Time, late bool, cmd center.Command, reply center.Reply, effects []center.Effect) error {
	w.now = now
	w.counts.Commands++
	w.did = doing{records: make(map[string]int), touched: make(map[center.CallID]bool)}
	if reply.Err != nil {
		w.counts.Refused++
		if other := slices.DeleteFunc(slices.Clone(effects), keptIn); len(other) > 0 && !late {
			return fmt.Errorf("refused with %s, and yet there are effects: %T", reply.Err.Code, other[0])
		}
		if !reply.Err.Code.Known() {
			return fmt.Errorf("code %s is not in the reference", reply.Err.Code)
		}
	}
	ended, _ := cmd.(center.LegEnded)
	if late && w.legs[ended.Leg] != nil {
		cmd = nil // what was due may still concern the leg, or even hang it up
	}
	due := ""
	if _, now := cmd.(center.LegEnded); now {
		due = w.troubleDue(ended)
	}
	stale := w.before(cmd)
	if stale && len(effects) > 0 && !late {
		return fmt.Errorf("news of a leg that has ended, and yet there are effects: %T", effects[0])
	}
	if err := w.checkTrouble(due, effects); err != nil && !late {
		return err
	}
	if reply.Err == nil {
		w.learn(cmd)
	}
	w.helpAsked(cmd, reply)
	w.picks(cmd, reply)
	for _, e := range effects {
		if err := w.effect(e); err != nil {
			return err
		}
	}
	if late && w.legs[ended.Leg] != nil {
		w.endLeg(ended.Leg)
	}
	if id, ok := reply.Value.(center.CallID); ok {
		if err := w.mention(id); err != nil {
			return err
		}
		w.makes(cmd, id)
	}
	if err := w.sounds(cmd, reply); err != nil {
		return err
	}
	if reply.Err == nil && !late {
		if err := asksQuietly(cmd, effects); err != nil {
			return err
		}
	}
	w.helpsLeft(cmd)
	if reply.Err == nil && !late {
		if err := w.helpDropped(cmd, effects); err != nil {
			return err
		}
	}
	return w.after()
}

// asksQuietly checks that an agent who asks for help is not told a second time that he is in use (call-model 14.12).
func asksQuietly(cmd center.Command, effects []center.Effect) error {
	c, ok := cmd.(center.InnerHelp)
	if !ok {
		return nil
	}
	for _, e := range effects {
		if e, ok := e.(center.Event); ok && e.Agent == c.Agent && e.Type == center.EvBusy {
			return fmt.Errorf("agent %d asks for help and is told %s", c.Agent, e.Type)
		}
	}
	return nil
}

// before takes in what the command itself says about legs; true means that it is about a leg that is gone.
func (w *watch) before(cmd center.Command) bool {
	leg := func(id center.LegID) *legSeen { return w.legs[id] }
	switch c := cmd.(type) {
	case center.CallArrived:
		w.counts.Legs++
		w.legs[c.Leg] = &legSeen{id: c.Leg, arrived: true, phone: c.Phone, trunk: c.Trunk, began: w.now}
	case center.LegRinging:
		if leg(c.Leg) == nil {
			return true
		}
		leg(c.Leg).rung = true
		leg(c.Leg).early = leg(c.Leg).early || c.Early
	case center.LegAnswered:
		if leg(c.Leg) == nil {
			return true
		}
		leg(c.Leg).answered = true
	case center.LegEnded:
		if leg(c.Leg) == nil {
			return true
		}
		w.endLeg(c.Leg)
	case center.LegHeld:
		if leg(c.Leg) == nil {
			return true
		}
		leg(c.Leg).held = c.On
	case center.Digit:
		return leg(c.Leg) == nil
	case center.Restarted:
		for id := range w.legs {
			w.endLeg(id)
		}
	}
	return false
}

// learn takes in where an agent's phone is rung.
func (w *watch) learn(cmd center.Command) {
	switch c := cmd.(type) {
	case center.BeginMute:
		if s := w.sessions[c.Agent]; s != nil {
			s.muted = ""
			for id, leg := range w.legs {
				switch {
				case !w.hisPhone(s, leg) || !leg.answered:
				case s.muted != "": // he has called the number that he forwards to
					s.muted = unknownLeg
				default:
					s.muted = id
				}
			}
			if s.muted == "" { // his phone was rung in an earlier session
				s.muted = unknownLeg
			}
		}
	case center.EndMute:
		w.unmute(c.Agent)
	case center.Hold: // who leaves his talk, or has somebody brought into it, is heard when he talks again
		w.unmute(c.Agent)
	case center.InnerHelp:
		w.unmute(c.Agent)
	case center.Transfer:
		w.unmute(c.Agent)
	case center.BindPhone:
		if s := w.sessions[c.Agent]; s != nil {
			if s.phone != c.Phone {
				s.bound = w.now
			}
			s.phone = c.Phone
		}
	case center.SetForwarding:
		if s := w.sessions[c.Agent]; s != nil {
			s.forward = c.Number
		}
	case center.SetSelfRecord:
		if s := w.sessions[c.Agent]; s != nil {
			s.early = c.On && c.BeforeTalking
		}
	case center.Configure:
		for _, s := range w.sessions {
			if !slices.Contains(c.Config.Phones, s.phone) { // bound anew if it comes back
				s.phone, s.bound = "", w.now
			}
		}
	}
}

func (w *watch) unmute(agent center.AgentID) {
	if s := w.sessions[agent]; s != nil {
		s.muted = ""
	}
}

func (w *watch) endLeg(id center.LegID) {
	w.did.ended = append(w.did.ended, w.legs[id])
	delete(w.legs, id)
}

func (w *watch) effect(e center.Effect) error {
	switch e := e.(type) {
	case center.SessionBegan, center.SessionEnded, center.Event, center.ClearEvents:
		return w.sessionEffect(e)
	case center.Ring, center.Alert, center.AnswerLeg, center.AnswerPhone, center.HangUp, center.Room:
		return w.phoneEffect(e)
	case center.Play, center.SendDigits, center.RouteDigits:
		return w.soundEffect(e)
	case center.PausePlayback, center.MovePlayback, center.StopPlay:
		return w.playEffect(e)
	case center.PauseRecording:
		return w.pauseEffect(e)
	case center.FlowBegan, center.FlowTold, center.FlowEnded:
		return w.flowEffect(e)
	case center.StartRecording, center.StopRecording, center.RecordingBegan, center.RecordingEnded:
		return w.recordingEffect(e)
	case center.LegRecord, center.CallRecord, center.StateRecord, center.Audit:
		return w.storeEffect(e)
	case center.QueueRecord:
		return w.queueRecord(e)
	case center.OutsideRefused:
		if e.Why == center.BarNone || e.Number == "" {
			return fmt.Errorf("nothing keeps this call in: %+v", e)
		}
		return nil
	case center.TryRecord:
		return w.tryRecord(e)
	}
	return fmt.Errorf("unknown effect %T", e)
}

var callIDForm = regexp.MustCompile(`^[0-9]{10}-[0-9]+$`)

// mention notes that a call exists. A call is not spoken of any more in the commands after its record.
func (w *watch) mention(id center.CallID) error {
	if help, ok := w.helps[id]; ok {
		if help.over && id != w.helpNew {
			return fmt.Errorf("help %s is spoken of after its end", id)
		}
		return nil
	}
	if id == "" || w.did.touched[id] {
		return nil
	}
	w.did.touched[id] = true
	if w.gone[id] {
		return fmt.Errorf("call %s is spoken of after its record", id)
	}
	if w.calls[id] == nil {
		if !callIDForm.MatchString(string(id)) || len(id) > 32 {
			return fmt.Errorf("call id %q is not of the documented form", id)
		}
		w.counts.Calls++
		w.calls[id] = &callSeen{id: id, began: w.now}
	}
	return nil
}

// after checks what must hold when a command's effects are complete.
func (w *watch) after() error {
	for _, leg := range w.did.ended {
		if leg.records == 0 && (leg.call != "" || leg.arrived) { // a phone that was rung for a recording to be played is in no call
			return fmt.Errorf("leg %s has ended without any leg record", leg.id)
		}
		if at, ok := w.inRoom[leg.id]; ok {
			return fmt.Errorf("leg %s has ended and is still in the room of call %s", leg.id, at)
		}
		for id, r := range w.recordings {
			if r.leg == leg.id && !r.stopped {
				return fmt.Errorf("leg %s has ended and recording %s goes on", leg.id, id)
			}
		}
	}
	for _, id := range w.did.closed {
		w.gone[id] = true
		if _, open := w.rooms[id]; open {
			return fmt.Errorf("call %s is over and its room is open", id)
		}
	}
	if err := w.checkRooms(); err != nil {
		return err
	}
	if err := w.checkRecordings(); err != nil {
		return err
	}
	return w.checkStates()
}

// hisPhone is ownPhone, also of a leg that was rung before the agent forwarded elsewhere.
func (w *watch) hisPhone(s *sessionSeen, leg *legSeen) bool {
	return w.ownPhone(s, leg) || slices.Contains(leg.whose, s.id)
}

// ownPhone tells whether the leg leads to an agent's own phone.
func (w *watch) ownPhone(s *sessionSeen, leg *legSeen) bool {
	if leg.arrived {
		return false
	}
	return leg.phone != "" && (leg.phone == s.phone || leg.phone == s.forward) || leg.number != "" && leg.number == s.forward
}

func (w *watch) checkRooms() error {
	for call, rows := range w.rooms {
		for _, row := range rows {
			if w.inRoom[row.Leg] != call {
				continue // it has left for another room
			}
			for _, heard := range row.Hears {
				if w.inRoom[heard] != call {
					return fmt.Errorf("in the room of call %s, %s hears %s, which is not in it", call, row.Leg, heard)
				}
			}
		}
	}
	return nil
}

// nothing checks that the center is empty: to be asked when all parties have hung up, nobody is signed in and time has passed.
func (w *watch) nothing() error {
	for id := range w.legs {
		return fmt.Errorf("leg %s has not ended", id)
	}
	for id := range w.calls {
		return fmt.Errorf("call %s has no record", id)
	}
	for id := range w.rooms {
		return fmt.Errorf("the room of call %s is open", id)
	}
	for id, r := range w.recordings {
		return fmt.Errorf("recording %s is open: %+v", id, *r)
	}
	for id := range w.sessions {
		return fmt.Errorf("agent %d is signed in", id)
	}
	return nil
}
