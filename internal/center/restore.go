package center

import (
	"container/heap"
	"errors"
	"fmt"
)

// ErrImpossible says that a snapshot contradicts itself.
var ErrImpossible = errors.New("impossible snapshot")

// Restore makes the center again whose state the snapshot is. The snapshot must not be used for anything else afterwards. Errors wrap
// ErrImpossible.
func Restore(s *Snapshot) (*Center, error) {
	c := New(s.Now, s.Config)
	r := restorer{c: c, s: s, agents: map[AgentID]*agent{}}
	for _, step := range []func() error{r.legs, r.outgoing, r.sessions, r.calls, r.queues, r.agentsCalls, r.inspections, r.lingering, r.picks} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("restore VCC %d: %w", s.Config.ID, err)
		}
	}
	n := s.Counters
	c.timerSeq, c.sessionSeq, c.callSeq, c.legSeq, c.taskSeq, c.shared = n.Timer, n.Session, n.Call, n.Leg, n.Task, n.Shared
	c.runSeq, c.playSeq, c.backSeq = n.Run, n.Play, n.Back
	c.draining = s.Draining
	for _, phone := range s.Phones {
		c.phones[phone] = true
	}
	for _, a := range c.roster {
		c.reindex(a)
	}
	c.clean()
	return c, nil
}

// clean forgets what reindex has marked: between two commands no caller and idle agent can meet.
func (c *Center) clean() {
	for _, q := range c.dirty {
		q.dirty = false
	}
	c.dirty = nil
}

// restorer is a restoration under way.
type restorer struct {
	c      *Center
	s      *Snapshot
	agents map[AgentID]*agent
}

func impossible(form string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrImpossible, fmt.Sprintf(form, args...))
}

// set sets a deadline that was saved, with its old place among those of the same instant.
func (r *restorer) set(t *timer, saved savedTimer) {
	if saved == (savedTimer{}) {
		return
	}
	t.due, t.order = saved.Due, saved.Order
	heap.Push(&r.c.timers, t)
}

func (s savedTarget) restore() target {
	return target{agent: s.Agent, phone: s.Phone, trunk: s.Trunk, number: s.Number}
}

func (s savedGUIDs) restore() guids {
	g := guids{current: s.Current, since: s.Since}
	for _, f := range s.Former {
		g.former = append(g.former, formerToken{token: f.Token, until: f.Until})
	}
	return g
}

func (r *restorer) legs() error {
	for _, s := range r.s.Legs {
		r.c.legs[s.ID] = &leg{
			id: s.ID, at: s.At.restore(), arrived: s.Arrived, alerted: s.Alerted, answered: s.Answered, held: s.Held, over: s.Over, early: s.Early,
			keys: DigitRoute(s.Keys), keysTo: s.KeysTo,
		}
	}
	return nil
}

// sessions makes the agents, without their calls.
func (r *restorer) sessions() error {
	for i := range r.s.Agents {
		s := &r.s.Agents[i]
		account := r.c.cfg.agents[s.ID]
		if account == nil || r.agents[s.ID] != nil {
			return impossible("agent %d is signed in and has no account, or twice", s.ID)
		}
		a := s.restore(account, r.c.cfg.rights[account.Role])
		r.agents[a.id] = a
		if err := r.place(a, s); err != nil {
			return err
		}
	}
	for _, s := range r.s.Legs {
		if s.Agent == 0 {
			continue
		}
		a := r.agents[s.Agent]
		if a == nil {
			return impossible("leg %s leads to the phone of agent %d, who is not signed in", s.ID, s.Agent)
		}
		r.c.legs[s.ID].agent = a
	}
	return nil
}

// place puts a session where it is found.
func (r *restorer) place(a *agent, s *savedAgent) error {
	c := r.c
	c.agents[a.id] = a
	if n := len(c.roster); n > 0 && c.roster[n-1].id >= a.id {
		return impossible("agent %d is out of order", a.id)
	}
	c.roster = append(c.roster, a)
	if a.phone != "" {
		c.byPhone[a.phone] = a
	}
	if a.listen && a.rights.Inspector() {
		c.listeners = append(c.listeners, a)
	}
	for _, id := range s.Watches {
		c.watch(a, id)
	}
	for _, skill := range s.Skills {
		q := c.queues[skill.Skill]
		if q == nil {
			return impossible("agent %d serves skill queue %d, which is not there", a.id, skill.Skill)
		}
		a.skills = append(a.skills, &membership{agent: a, queue: q, weight: skill.Weight})
		q.signedIn++
	}
	if s.Line != "" {
		if a.line = c.legs[s.Line]; a.line == nil {
			return impossible("the phone of agent %d has leg %s, which is not there", a.id, s.Line)
		}
	}
	for t, saved := range map[*timer]savedTimer{&a.silence: s.Silence, &a.wrapTimer: s.WrapTimer, &a.restTimer: s.RestTimer} {
		r.set(t, saved)
	}
	return nil
}

// restore makes the agent out of what was saved of him.
func (s *savedAgent) restore(account *Agent, rights Rights) *agent {
	a := &agent{
		id: s.ID, account: account, rights: rights, session: s.Session, seq: s.Seq, guids: s.GUIDs.restore(), began: s.Began, seen: s.Seen,
		push: s.Push, phone: s.Phone, forward: s.Forward, autoAnswer: s.AutoAnswer, autoIdle: s.AutoIdle, releasePhone: s.ReleasePhone,
		platformOnly: s.PlatformOnly, chat: s.Chat, listen: s.Listen, mustChange: s.MustChange, talkRight: s.TalkRight,
		selfRecord: s.SelfRecord, recordEarly: s.RecordEarly, custom: s.Custom, signInMode: s.SignInMode, state: s.State, reason: s.Reason,
		since: s.Since, stateCall: s.StateCall, lastBar: s.LastBar, idleSince: s.IdleSince, before: chosen{s.BeforeState, s.BeforeReason},
		talked: s.Talked, restUntil: s.RestUntil, restReminded: s.RestReminded, wrapUntil: s.WrapUntil, wrapUp: s.WrapUp, gone: s.Gone,
		wish: wish{state: s.Wish.State, reason: s.Wish.Reason, seconds: s.Wish.Seconds, forced: s.Wish.Forced}, last: s.Last,
		figures: s.Figures, figuresDay: s.FiguresDay,
	}
	if s.Ousted != nil {
		ousted := s.Ousted.restore()
		a.ousted = &ousted
	}
	a.silence = timer{kind: timerSilence, agent: a}
	a.wrapTimer = timer{kind: timerWrapUp, agent: a}
	a.restTimer = timer{kind: timerRest, agent: a}
	return a
}

func (r *restorer) calls() error {
	for i := range r.s.Calls {
		s := &r.s.Calls[i]
		cl := s.restore()
		if r.c.calls[cl.id] != nil {
			return impossible("call %s is there twice", cl.id)
		}
		r.c.calls[cl.id] = cl
		switch {
		case s.Removed != nil:
			cl.queue = &queue{skill: *s.Removed, gone: true}
		case s.Queue != 0:
			if cl.queue = r.c.queues[s.Queue]; cl.queue == nil {
				return impossible("call %s came from skill queue %d, which is not there", cl.id, s.Queue)
			}
		}
		for j := range s.Parties {
			if err := r.party(cl, &s.Parties[j]); err != nil {
				return err
			}
		}
		if err := r.addition(cl, s); err != nil {
			return err
		}
		r.set(&cl.ring, s.Ring)
		r.set(&cl.maxWait, s.MaxWait)
		r.flow(cl, s.Flow)
		var err error
		if cl.back, err = r.back(s.Back); err != nil {
			return err
		}
	}
	return nil
}

// addition restores who is being rung into the call, and who came in by an outside transfer.
func (r *restorer) addition(cl *call, s *savedCall) error {
	place := func(i int) (*party, error) {
		if i < -1 || i >= len(cl.parties) {
			return nil, impossible("call %s has no party %d", cl.id, i)
		}
		if i < 0 {
			return nil, nil
		}
		return cl.parties[i], nil
	}
	var err error
	if cl.outside, err = place(s.Outside - 1); err != nil || s.Add == nil {
		return err
	}
	add := addition{kind: addKind(s.Add.Kind), outside: s.Add.Outside, parks: s.Add.Parks, began: s.Add.Began, skill: s.Add.Skill, help: s.Add.Help}
	if add.asker, err = place(s.Add.Asker); err != nil {
		return err
	}
	if add.kind != addJoin && (add.asker == nil || add.asker.agent == nil) {
		return impossible("in call %s somebody is rung for no agent", cl.id)
	}
	if add.rung, err = place(s.Add.Rung); err != nil {
		return err
	}
	switch {
	case s.Add.Removed != nil:
		add.queue = &queue{skill: *s.Add.Removed, gone: true}
	case s.Add.Queue != 0:
		if add.queue = r.c.queues[s.Add.Queue]; add.queue == nil {
			return impossible("call %s came from skill queue %d, which is not there", cl.id, s.Add.Queue)
		}
	}
	if s.Queue == s.Add.Queue && s.Removed != nil {
		add.queue = cl.queue
	}
	// Older snapshots do not say it; there a transfer to the queue that the call came from was none of these.
	add.toQueue = s.Add.ToQueue || add.kind == addSuccess && cl.queue != nil && cl.queue != add.queue
	cl.add = add
	return nil
}

func (s *savedCall) restore() *call {
	cl := &call{
		id: s.ID, number: s.Number, feature: s.Feature, media: s.Media, skill: s.Skill, caller: s.Caller, shown: s.Shown, called: s.Called,
		target: s.Target.restore(), trunk: s.Trunk, data: s.Data, uui: s.UUI, began: s.Began, entered: s.Entered, answered: s.Answered,
		since: s.Since, rows: s.Rows, requeued: s.Requeued, lastRelease: s.LastRelease, lastAgent: s.LastAgent, takes: s.Takes,
		transFrom: s.TransFrom, run: s.Run, relay: s.Relay, waited: s.PastWait, firstWait: s.FirstWait, beforeWait: s.BeforeWait,
		dialled: s.Dialled, diverted: s.Diverted,
		left: s.Left, leftBy: s.LeftBy, stay: queueStay{skill: s.StaySkill, since: s.StaySince, offers: s.StayOffers},
	}
	cl.ring = timer{kind: timerRing, call: cl}
	cl.maxWait = timer{kind: timerMaxWait, call: cl}
	cl.beginStay()
	return cl
}

func (r *restorer) party(cl *call, s *savedParty) error {
	p := &party{
		call: cl, kind: s.Kind, legID: s.LegID, number: s.Number, phase: phase(s.Phase), maker: s.Maker, picked: s.Picked, asked: s.Asked,
		told: s.Told, began: s.Began, ringing: s.Ringing, answered: s.Answered, talked: s.Talked, heldSince: s.HeldSince, held: s.Held,
		waited: s.Waited, parked: s.Parked, muted: s.Muted, helper: s.Helper, asksHelp: s.AsksHelp, flowSince: s.FlowSince, inFlow: s.InFlow,
		draw: draw(s.Draw),
		help: s.Help, askedBy: s.AskedBy,
	}
	if s.Agent != 0 {
		if p.agent = r.agents[s.Agent]; p.agent == nil {
			return impossible("agent %d is in call %s and not signed in", s.Agent, cl.id)
		}
	}
	if s.Leg != "" {
		if p.leg = r.c.legs[s.Leg]; p.leg == nil {
			return impossible("leg %s is in call %s and not there", s.Leg, cl.id)
		}
		p.leg.party = p
	}
	if (p.agent == nil) == (p.leg == nil) {
		return impossible("a party of call %s is not one of an agent and a leg", cl.id)
	}
	if rec := s.Record; rec != nil {
		p.record = &record{
			id: rec.ID, task: rec.Task, party: p, began: rec.Began, file: rec.File, asked: rec.Asked, name: rec.Name, paused: rec.Paused,
		}
		p.record.resume = timer{kind: timerPause, rec: p.record}
		r.set(&p.record.resume, rec.Resume)
		r.c.records[rec.ID] = p.record
	}
	cl.parties = append(cl.parties, p)
	return nil
}

// queues lets callers wait again, in their order.
func (r *restorer) queues() error {
	for _, s := range r.s.Queues {
		q := r.c.queues[s.Skill]
		if q == nil {
			return impossible("skill queue %d is not configured", s.Skill)
		}
		q.pace, q.served = s.Pace, s.Served
		r.set(&q.places, s.Places)
		for i := range s.Backs {
			b, err := r.back(&s.Backs[i])
			if err != nil {
				return err
			}
			q.insertBack(b)
		}
		for _, id := range s.Waiting {
			cl := r.c.calls[id]
			if cl == nil || cl.queue != q || cl.queued {
				return impossible("call %q waits in skill queue %d and is not there, or not its own", id, s.Skill)
			}
			q.insert(cl)
		}
	}
	return nil
}

// agentsCalls gives agents their parts in calls.
func (r *restorer) agentsCalls() error {
	for i := range r.s.Agents {
		s := &r.s.Agents[i]
		a := r.agents[s.ID]
		if s.Present != "" {
			if a.present = r.part(a, s.Present); a.present == nil {
				return impossible("agent %d has call %s, which is not his", a.id, s.Present)
			}
		}
		for _, id := range s.Held {
			p := r.part(a, id)
			if p == nil {
				return impossible("agent %d holds call %s, which is not his", a.id, id)
			}
			a.held = append(a.held, p)
		}
		if err := r.play(a, s.Play); err != nil {
			return err
		}
		var err error
		if a.preview, err = r.back(s.Preview); err != nil {
			return err
		}
		if a.preview != nil {
			a.preview.agent = a
		}
	}
	for id, cl := range r.c.calls {
		for _, p := range cl.parties {
			if p.agent != nil && p.agent.partIn(id) != p {
				return impossible("agent %d does not know that he is in call %s", p.agent.id, id)
			}
		}
	}
	return nil
}

// flow restores a call's stay in a flow.
func (r *restorer) flow(cl *call, s *savedFlow) {
	if s == nil {
		return
	}
	f := &cl.flow
	f.play, f.number, f.secret, f.trying, f.place, f.skill = s.Play, s.Number, s.Secret, s.Trying, s.Place, s.Skill
	r.set(&f.limit, s.Limit)
	if f.play != "" {
		r.c.plays[f.play] = playing{call: cl}
	}
}

// back restores a customer who is to be called; nil = none.
func (r *restorer) back(s *savedBack) (*callBack, error) {
	if s == nil {
		return nil, nil
	}
	b := &callBack{
		id: s.ID, queue: r.c.queues[s.Queue], numbers: s.Numbers, data: s.Data, auto: s.Auto, entered: s.Entered, feature: s.Feature,
		tries: s.Tries, born: s.Born, ready: s.Ready, to: s.To, given: s.Given,
	}
	if s.Removed != nil {
		b.queue = &queue{skill: *s.Removed, gone: true}
	}
	if b.queue == nil {
		return nil, impossible("call-back %d waits in skill queue %d, which is not there", s.ID, s.Queue)
	}
	b.again = timer{kind: timerBack, back: b}
	r.set(&b.again, s.Again)
	return b, nil
}

// play restores what an agent is played.
func (r *restorer) play(a *agent, s *savedPlay) error {
	if s == nil {
		return nil
	}
	a.play = &agentPlay{id: s.ID, leg: s.Leg, paused: s.Paused, ringing: timer{kind: timerPlay, agent: a}}
	a.play.wanted = BeginPlay{Path: s.Path, StartMS: s.StartMS, Volume: s.Volume, Speed: s.Speed, Endless: s.Endless, Network: s.Network}
	if s.Call != "" {
		if a.play.part = r.part(a, s.Call); a.play.part == nil {
			return impossible("agent %d is played a recording in call %s, which is not his", a.id, s.Call)
		}
	}
	r.set(&a.play.ringing, s.Ringing)
	if s.ID != "" {
		r.c.plays[s.ID] = playing{agent: a}
	}
	return nil
}

// part finds an agent's part in a call.
func (r *restorer) part(a *agent, id CallID) *party {
	if cl := r.c.calls[id]; cl != nil {
		for _, p := range cl.parties {
			if p.agent == a {
				return p
			}
		}
	}
	return nil
}

func (r *restorer) lingering() error {
	for _, s := range r.s.Lingering {
		l := &lingering{agent: s.Agent, session: s.Session, guids: s.GUIDs.restore(), push: s.Push, began: s.Began}
		l.timer = timer{kind: timerLinger, ended: l}
		r.c.lingering[l.agent] = l
		r.set(&l.timer, s.Timer)
	}
	return nil
}
