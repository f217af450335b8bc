package center_test

import (
	"maps"
	"slices"
	"time"

	"ccgateway/internal/center"
)

// outside is a model of a center made only from its configurations, commands, replies, events and records: what somebody could say of it
// who never looks inside. The queries of agents are compared with it.
type outside struct {
	cfg        center.Config
	registered map[string]bool
	sessions   map[center.AgentID]*outsideDesk
	legs       []outsideLeg
	stays      []outsideStay
	commands   int
	calls      map[center.CallID]center.CallRecord
	flows      map[center.CallID]bool // calls that have been in a flow
}

// outsideLeg is a stay of an agent in a call.
type outsideLeg struct {
	center.LegRecord
	made bool // he has asked for this call
	by   int  // the command that ended it
	left bool // it; otherwise the next stay is of the same talk, with another connection
}

// outsideStay is a stay in a queue.
type outsideStay struct {
	center.QueueRecord
	by int // the command that ended it
}

// hand is what an agent has in hand beside held calls.
type hand int

const (
	handEmpty    hand = iota
	handReserved      // his phone, or another for him, is called
	handRinging       // he is asked to answer
	handTalking
)

// outsideDesk is one session.
type outsideDesk struct {
	signIn     center.SignIn
	began      time.Time
	phone      string
	skills     []center.SkillID // that he has signed in to
	state      center.State
	since      time.Time
	hand       hand
	held       []center.CallID // in the order of holding
	retrieving center.CallID   // that his phone is rung to take back; it is in held as well
	ring       center.LegID    // that phone's leg
	preview    bool
	inspects   bool
	makes      map[center.CallID]bool // calls that he has asked for
	helps      map[center.CallID]bool // three-party helps that he has asked for: ids within a call
	asking     center.CallID          // the one of them that is not given yet
	talks      map[center.CallID]bool // calls in which he talks, or holds
	released   center.CallID          // that he has left last
	day        time.Time
	figures    center.DayFigures // without talk time
	restUntil  time.Time
	custom     int
	restWish   int // seconds of a rest that is kept for after the call; 0 = none
}

// noCustom says that an agent has attached no number to himself.
const noCustom = 65535

func newOutside(cfg center.Config) *outside {
	o := &outside{registered: map[string]bool{}, sessions: map[center.AgentID]*outsideDesk{}, calls: map[center.CallID]center.CallRecord{}, flows: map[center.CallID]bool{}}
	o.configure(cfg)
	return o
}

func (o *outside) account(id center.AgentID) *center.Agent {
	at := slices.IndexFunc(o.cfg.Agents, func(a center.Agent) bool { return a.ID == id })
	if at < 0 {
		return nil
	}
	return &o.cfg.Agents[at]
}

func (o *outside) skill(id center.SkillID) (center.Skill, bool) {
	at := slices.IndexFunc(o.cfg.Skills, func(s center.Skill) bool { return s.ID == id })
	if at < 0 {
		return center.Skill{}, false
	}
	return o.cfg.Skills[at], true
}

func (o *outside) configure(cfg center.Config) {
	o.cfg = cfg
	former := o.registered
	o.registered = map[string]bool{}
	for _, phone := range cfg.Phones {
		o.registered[phone] = former[phone]
	}
	for id, d := range o.sessions {
		if account := o.account(id); account != nil {
			o.serve(id, func(s center.SkillID) bool { return slices.Contains(d.skills, s) })
		}
		if !slices.Contains(cfg.Phones, d.phone) {
			d.phone = ""
		}
	}
}

// serve signs an agent in to those queues that are configured for him, exist, and are wanted.
func (o *outside) serve(id center.AgentID, wanted func(center.SkillID) bool) {
	var skills []center.SkillID
	for _, s := range o.account(id).Skills {
		if _, exists := o.skill(s.Skill); exists && wanted(s.Skill) && !slices.Contains(skills, s.Skill) {
			skills = append(skills, s.Skill)
		}
	}
	o.sessions[id].skills = skills
}

// take reads one command with its reply and effects.
func (o *outside) take(m memory) {
	o.commands++
	by, _ := proofOf(m.cmd)
	if d := o.sessions[by.Agent]; d != nil && m.reply.Err == nil {
		d.reaches(m)
	}
	for _, e := range m.effects {
		o.effect(m, e)
	}
	if m.reply.Err == nil {
		o.done(m, by.Agent)
	}
	if c, ok := m.cmd.(center.LegEnded); ok {
		o.ringOver(c.Leg)
	}
}

// reaches takes in what an agent has been granted, before its effects.
func (d *outsideDesk) reaches(m memory) {
	switch c := m.cmd.(type) {
	case center.CallOut, center.CallInner, center.CallInnerSkill, center.PreviewCallOut:
		d.hand = handReserved
		d.makes[m.reply.Value.(center.CallID)] = true
	case center.InnerHelp:
		if c.Mode == center.HelpTwoParty {
			d.makes[m.reply.Value.(center.CallID)] = true
		} else {
			d.asking = m.reply.Value.(center.CallID)
			d.helps[d.asking] = true
		}
	case center.GetHold:
		d.retrieves(m, c.Call)
	}
	if _, ok := m.cmd.(center.PreviewCallOut); ok {
		d.preview = false
	}
}

func (d *outsideDesk) retrieves(m memory, id center.CallID) {
	if id == "" {
		id = d.held[len(d.held)-1]
	}
	for _, e := range m.effects {
		if ring, ok := e.(center.Ring); ok && ring.Call == id {
			d.retrieving, d.ring, d.hand = id, ring.Leg, handReserved
		}
	}
}

// ringOver ends what a phone was rung for that is on-hook again: a held call that was to be taken back is the one held last now.
func (o *outside) ringOver(leg center.LegID) {
	for _, d := range o.sessions {
		if d.retrieving != "" && d.ring == leg {
			id := d.retrieving
			d.drop(id)
			d.held = append(d.held, id)
		}
	}
}

// drop takes a call out of the held ones.
func (d *outsideDesk) drop(id center.CallID) {
	d.held = slices.DeleteFunc(d.held, func(h center.CallID) bool { return h == id })
	if d.retrieving == id {
		d.retrieving, d.ring, d.hand = "", "", handEmpty
	}
}

func (o *outside) effect(m memory, e center.Effect) {
	switch e := e.(type) {
	case center.SessionBegan:
		c, _ := m.cmd.(center.SignIn)
		o.sessions[e.Agent] = &outsideDesk{signIn: c, began: e.At, custom: noCustom, phone: e.Phone, makes: map[center.CallID]bool{}, helps: map[center.CallID]bool{}, talks: map[center.CallID]bool{}}
	case center.SessionEnded:
		delete(o.sessions, e.Agent)
	case center.Event:
		o.sessions[e.Agent].event(m, e)
		if e.Type == center.EvCallRelease {
			o.leaves(e.Agent, contentCall(e.Content))
		}
	case center.HangUp:
		o.ringOver(e.Leg)
	case center.StateRecord:
		o.sessions[e.Agent].counts(e)
	case center.LegRecord:
		if e.Agent != 0 {
			o.legs = append(o.legs, outsideLeg{LegRecord: e, made: o.sessions[e.Agent].makes[e.Call], by: o.commands})
			o.missed(m, e)
		}
	case center.QueueRecord:
		o.stays = append(o.stays, outsideStay{e, o.commands})
	case center.CallRecord:
		o.calls[e.Call] = e
	case center.TryRecord:
		if d := o.sessions[e.Agent]; d != nil && e.Call != "" { // he need not have asked for it by himself
			d.makes[e.Call] = true
		}
	case center.FlowBegan:
		o.flows[e.Call] = true
	case center.Audit:
		o.audit(e)
	}
}

func (o *outside) audit(e center.Audit) {
	d := o.sessions[e.Actor]
	if d == nil {
		return
	}
	switch e.Act {
	case "addSupervise", "addInsert", "requestWhisperAgent":
		d.inspects = true
	case "stopSuperviseOrInsert", "requestStopWhisperAgent", "InspectionEnded", "intercept":
		d.inspects = false
	}
}

// leaves notes that an agent has left a call.
func (o *outside) leaves(agent center.AgentID, call center.CallID) {
	for n := range slices.Backward(o.legs) {
		if r := &o.legs[n]; r.Agent == agent && r.Call == call {
			r.left = true
			return
		}
	}
}

// event takes in what a desktop is told.
func (d *outsideDesk) event(m memory, e center.Event) {
	id := contentCall(e.Content)
	if state, ok := stateOf[e.Type]; ok && (e.Type != center.EvBusy || d.state != center.StateTalking) {
		d.state, d.since = state, e.At
		if state != center.StateTalking {
			d.hand = handEmpty
		}
	}
	by, _ := proofOf(m.cmd)
	switch e.Type {
	case center.EvBusy:
		if _, plays := m.cmd.(center.BeginPlay); !d.inspects && !(plays && by.Agent == e.Agent) {
			d.hand = handReserved
		}
	case center.EvPreviewCallOut, center.EvPreviewCallOutEx:
		d.preview, d.hand = true, handEmpty
	case center.EvReleasePreview:
		d.preview = false
	case center.EvSetRest:
		d.rests(m, e)
	case center.EvSetNotReady, center.EvForceNotReady, center.EvReady, center.EvForceReady, center.EvCancelNotReady, center.EvCancelRest:
		d.restWish = 0
	case center.EvSuccTrans:
		if content := e.Content.(center.SuccTransContent); content.Result == 0 {
			d.today(e.At).Transferred++
		}
	case center.EvTransOut:
		if content := e.Content.(center.TransOutContent); content.Result == 0 { // of the same transfer
			d.today(e.At).Transferred--
			d.today(e.At).TransferOut++
		}
	}
	d.call(e, id)
	if _, connects := m.cmd.(center.ConnectHeld); e.Type == center.EvCallRelease && !connects { // its events come before its records
		delete(d.makes, id) // he may be given it again, as one of a queue
	}
}

// call follows the agent's calls.
func (d *outsideDesk) call(e center.Event, id center.CallID) {
	if id == d.asking && (e.Type == center.EvConsultFail || e.Type == center.EvCustomerRelease || e.Type == center.EvCallRelease) {
		d.asking = ""
	}
	switch e.Type {
	case center.EvRinging:
		d.hand = handRinging
	case center.EvCustomerAlert: // a colleague who is asked for help rings while the customer waits: no AgentState_Busy tells of that
		if content, ok := e.Content.(center.CustomerAlertingContent); ok && content.Type == "assistant" && d.hand == handEmpty {
			d.hand = handReserved
		}
	case center.EvTalking, center.EvConference:
		if d.asking != "" && e.Type == center.EvConference { // nobody else comes meanwhile
			d.asking = ""
			d.today(e.At).Helped++
		}
		d.drop(id)
		d.hand = handTalking
		if !d.talks[id] {
			d.begins(e, id)
		}
		maps.DeleteFunc(d.talks, func(other center.CallID, _ bool) bool { return !slices.Contains(d.held, other) }) // it was carried over
		d.talks[id] = true
	case center.EvHold:
		d.hand = handEmpty
		d.held = append(d.held, id)
		d.today(e.At).Held++
	case center.EvCustomerRelease:
		switch {
		case slices.Contains(d.held, id):
			d.drop(id)
			delete(d.talks, id)
		case d.hand != handTalking && id != d.released:
			d.hand = handEmpty
		}
	case center.EvCallRelease:
		if d.helps[id] { // his call goes on
			return
		}
		if !slices.Contains(d.held, id) {
			d.hand = handEmpty
		}
		d.drop(id)
		delete(d.talks, id)
		d.released = id
	case center.EvNoAnswer, center.EvPhoneBusy, center.EvPhoneUnknown, center.EvCallOutFail, center.EvInsideCallFail:
		d.hand = handEmpty
	case center.EvConsultFail:
		if d.makes[id] {
			d.hand = handEmpty
		}
	}
}

// begins counts a talk that begins.
func (d *outsideDesk) begins(e center.Event, id center.CallID) {
	f := d.today(e.At)
	content, talks := e.Content.(center.TalkingContent)
	switch {
	case !talks: // a conference that he is called into, or into which his talk was carried over
	case d.makes[id] && (content.Feature == "7" || content.Feature == "44" || content.Feature == "45"):
		f.CalledOut++
	case content.Feature == "6":
		f.Inner++
	case content.Feature == "51":
		if d.makes[id] {
			f.Helped++
		}
	case !d.makes[id]:
		f.Answered++
	}
}

// rests takes in a rest that begins, goes on after a call, or is changed.
func (d *outsideDesk) rests(m memory, e center.Event) {
	seconds := d.restWish
	switch c := m.cmd.(type) {
	case center.Rest:
		if m.reply.Err == nil && c.Agent == e.Agent {
			seconds = c.Seconds
		}
	case center.ForceRest:
		if m.reply.Err == nil && c.Target == e.Agent {
			seconds = c.Seconds
		}
	case center.SignIn:
		if c.Agent == e.Agent && d.began.Equal(e.At) {
			seconds = c.RestSeconds
		}
	}
	if seconds > 0 {
		d.restUntil = e.At.Add(time.Duration(seconds) * time.Second)
	}
	d.restWish = 0
}

// today gives the counters of the present day.
func (d *outsideDesk) today(now time.Time) *center.DayFigures {
	if day := now.Truncate(24 * time.Hour); !d.day.Equal(day) {
		d.day, d.figures = day, center.DayFigures{}
	}
	return &d.figures
}

// counts takes in a state that has ended.
func (d *outsideDesk) counts(r center.StateRecord) { d.adds(d.today(r.To), r) }

// adds adds a state to the counters.
func (d *outsideDesk) adds(f *center.DayFigures, r center.StateRecord) {
	span := center.Seconds(r.To.Sub(r.From) / time.Second)
	switch r.State {
	case center.StateBusy:
		f.Busy++
		f.BusyTime += span
	case center.StateRest:
		f.Rests++
		f.RestTime += span
		if over := r.To.Sub(d.restUntil); over > 0 {
			f.RestsOver++
			f.RestOverTime += center.Seconds(over / time.Second)
		}
	}
}

// missed counts an offered call that was not taken: its stay ended by the agent's own doing, or his phone's, without an answer.
func (o *outside) missed(m memory, r center.LegRecord) {
	if isMissed(r) {
		o.sessions[r.Agent].today(m.now).Unanswered++
	}
}

func isMissed(r center.LegRecord) bool {
	switch r.Reason {
	case center.LeaveAgentNoAnswer, center.LeaveAgentRefused, center.LeaveBusy, center.LeaveUnreachable:
		return r.Answered.IsZero() && !r.Talked && !r.Maker
	}
	return false
}

// done takes in what a command that succeeded says.
func (o *outside) done(m memory, agent center.AgentID) {
	if c, ok := m.cmd.(center.Configure); ok {
		o.configure(c.Config)
	}
	switch c := m.cmd.(type) {
	case center.PhoneState:
		if slices.Contains(o.cfg.Phones, c.Phone) {
			o.registered[c.Phone] = c.Registered
		}
	case center.Restarted:
		clear(o.registered)
	case center.AdjustSkill:
		o.serve(c.Target, func(s center.SkillID) bool { return slices.Contains(c.Skills, s) })
	case center.ForceRest:
		o.sessions[c.Target].wishes(m, c.Seconds)
	case center.ForceBusy:
		o.sessions[c.Target].restWish = 0
	}
	if d := o.sessions[agent]; d != nil {
		o.own(m, d)
	}
}

// own takes in what an agent has been granted, after its effects.
func (o *outside) own(m memory, d *outsideDesk) {
	f := d.today(m.now)
	switch c := m.cmd.(type) {
	case center.ResetSkill:
		o.serve(c.Agent, func(s center.SkillID) bool { return c.All || slices.Contains(c.Skills, s) })
	case center.BindPhone:
		d.phone = c.Phone
	case center.SetCustomState:
		d.custom = c.State
	case center.CancelCustomState:
		d.custom = noCustom
	case center.Rest:
		d.wishes(m, c.Seconds)
	case center.SayBusy, center.CancelRest, center.SayFree:
		d.restWish = 0
	case center.Release:
		d.releases(m, f, c.Agent, "")
	case center.DropCall:
		if !d.helps[c.Call] {
			d.releases(m, f, c.Agent, c.Call)
		}
	case center.Disconnect: // himself, or the only other one
		for _, e := range m.effects {
			if e, ok := e.(center.Event); ok && e.Agent == c.Agent && e.Type == center.EvCallRelease {
				f.Released++
			}
		}
	case center.ConnectHeld:
		f.Transferred++
	case center.Transfer:
		o.transfers(c, f)
	}
}

// wishes keeps a rest that has not begun yet.
func (d *outsideDesk) wishes(m memory, seconds int) {
	if d.state != center.StateRest || !d.since.Equal(m.now) {
		d.restWish = seconds
	}
}

// releases counts a call that the agent ends, unless it was only offered to him: that is one more that he has not taken.
func (d *outsideDesk) releases(m memory, f *center.DayFigures, agent center.AgentID, id center.CallID) {
	for _, e := range m.effects {
		r, ok := e.(center.LegRecord)
		if ok && r.Agent == agent && (id == "" || r.Call == id) && r.Answered.IsZero() && !r.Talked && !r.Maker {
			return
		}
	}
	f.Released++
}

// transfers counts a call that is handed on at once, or sent into a flow. What comes of a watched transfer is told by an event.
func (o *outside) transfers(c center.Transfer, f *center.DayFigures) {
	flow := c.To.Type == center.DeviceFlow
	if c.To.Type == center.DeviceCode {
		flow = slices.ContainsFunc(o.cfg.AccessCodes, func(a center.AccessCode) bool { return a.Code == c.To.Address && a.Flow != "" })
	}
	switch {
	case flow:
		f.TransferFlow++
	case c.Mode != center.TransferBlind:
	case c.To.Type == center.DeviceOutside:
		f.TransferOut++
	default:
		f.Transferred++
	}
}

// view is an agent as others see him.
func (o *outside) view(id center.AgentID) center.AgentView {
	account, d := o.account(id), o.sessions[id]
	v := center.AgentView{ID: id, Name: account.Name, Group: account.Group, Skills: []center.SkillInfo{}, VCC: o.cfg.ID, MediaTypes: "FFF", Status: int(center.StateSignedOut)}
	for _, g := range o.cfg.Groups {
		if g.ID == account.Group {
			v.GroupName = g.Name
		}
	}
	if d == nil {
		return v
	}
	v.MediaTypes = "TFF"
	if d.signIn.Chat && !d.signIn.PlatformOnly {
		v.MediaTypes = "TTF"
	}
	v.Status, v.CTIStatus, v.Skills = int(d.state), d.cti(), o.infos(d.skills)
	v.Phone, v.Registered, v.StateSince, v.SignedIn = d.phone, o.registered[d.phone], d.since, d.began
	return v
}

func (o *outside) infos(ids []center.SkillID) []center.SkillInfo {
	infos := []center.SkillInfo{}
	for _, id := range ids {
		if s, ok := o.skill(id); ok {
			infos = append(infos, center.SkillInfo{ID: s.ID, Name: s.Name, Media: s.Media})
		}
	}
	return infos
}

// cti is the agent's state in the numbering of the platform (cec_07_0581).
func (d *outsideDesk) cti() int {
	if d.state != center.StateTalking {
		return map[center.State]int{center.StateIdle: 1, center.StateWork: 6, center.StateBusy: 7, center.StateRest: 8}[d.state]
	}
	switch {
	case d.hand == handReserved, d.hand == handEmpty && d.preview:
		return 3
	case d.hand == handRinging:
		return 4
	}
	return 5
}
