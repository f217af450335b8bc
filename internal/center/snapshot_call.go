package center

import (
	"slices"
	"time"
)

// What a snapshot has of calls, their parties and connections.
type (
	savedTarget struct {
		Agent                AgentID
		Phone, Trunk, Number string
	}
	savedLeg struct {
		ID                                     LegID
		Agent                                  AgentID // 0 = not an agent's phone
		At                                     savedTarget
		Arrived, Alerted, Answered, Held, Over bool
		Early                                  bool    `json:",omitempty"`
		Keys                                   int     `json:",omitempty"` // DigitRoute
		KeysTo                                 LegID   `json:",omitempty"`
		Outside                                bool    `json:",omitempty"`
		Payer                                  AgentID `json:",omitempty"`
	}
	savedCall struct {
		ID                              CallID
		Number                          uint64
		Feature                         int
		Media                           Media
		Skill                           SkillID
		Queue                           SkillID // of the queue that it waits in or came from; 0 = none
		Removed                         *Skill  // that queue, where it is not configured any more
		Caller, Shown, Called           string
		Target                          savedTarget
		Trunk, Data, UUI                string
		Began, Entered, Answered, Since time.Time
		Parties                         []savedParty
		Rows                            []Row
		Requeued                        int
		LastRelease, LastAgent          AgentID
		Takes                           int
		Ring, MaxWait                   savedTimer
		Add                             *savedAddition
		Outside                         int // place of that party + 1
		TransFrom                       AgentID
		Run                             uint64
		Relay                           bool
		PastWait                        time.Duration
		Flow                            *savedFlow // nil = in none
		FirstWait                       time.Time
		BeforeWait                      time.Duration
		Left                            Leave
		LeftBy                          PartyKind
		StaySkill                       SkillID
		StaySince                       time.Time
		StayOffers                      int
		Back                            *savedBack
		Dialled, Diverted               string `json:",omitempty"`
	}
	// savedAddition names parties by their place; 0 = the first, -1 = none.
	savedAddition struct {
		Kind, Asker, Rung int
		Outside, Parks    bool
		Began             time.Time
		Queue, Skill      SkillID
		Removed           *Skill
		ToQueue           bool
		Help              CallID
	}
	savedParty struct {
		Kind                                        PartyKind
		Agent                                       AgentID
		Leg                                         LegID // of a party that is no agent
		LegID                                       LegID
		Number                                      string
		Phase                                       int
		Maker, Picked, Asked, Told                  bool
		Began, Ringing, Answered, Talked, HeldSince time.Time
		Held, Waited                                time.Duration
		Record                                      *savedRecord
		Parked, Muted, Helper, AsksHelp             bool
		FlowSince                                   time.Time
		InFlow                                      time.Duration
		Draw                                        int
		Help                                        CallID
		AskedBy                                     AgentID
	}
	savedRecord struct {
		ID     RecordingID
		Task   int
		Began  time.Time
		File   string
		Asked  bool
		Name   string
		Paused bool
		Resume savedTimer
	}
	savedFlow struct {
		Play           PlayID
		Number         uint64
		Secret, Trying bool
		Place          int
		Skill          SkillID
		Limit          savedTimer
	}
	savedBack struct {
		ID      int64
		Queue   SkillID
		Removed *Skill // that queue, where it is not configured any more
		Numbers []string
		Data    string
		Auto    bool
		Entered time.Time
		Feature int
		Tries   int
		Born    time.Time
		Ready   bool
		Again   savedTimer
		To      AgentID
		Given   time.Time
	}
)

func (t target) save() savedTarget {
	return savedTarget{Agent: t.agent, Phone: t.phone, Trunk: t.trunk, Number: t.number}
}

func (l *leg) save() savedLeg {
	s := savedLeg{ID: l.id, At: l.at.save(), Arrived: l.arrived, Alerted: l.alerted, Answered: l.answered, Held: l.held, Over: l.over, Early: l.early, Keys: int(l.keys), KeysTo: l.keysTo, Outside: l.outside, Payer: l.payer}
	if l.agent != nil {
		s.Agent = l.agent.id
	}
	return s
}

func (c *Center) saveCall(cl *call) savedCall {
	s := savedCall{
		ID: cl.id, Number: cl.number, Feature: cl.feature, Media: cl.media, Skill: cl.skill, Caller: cl.caller, Shown: cl.shown,
		Called: cl.called, Target: cl.target.save(), Trunk: cl.trunk, Data: cl.data, UUI: cl.uui, Began: cl.began, Entered: cl.entered,
		Answered: cl.answered, Since: cl.since, Rows: cl.rows, Requeued: cl.requeued, LastRelease: cl.lastRelease,
		LastAgent: cl.lastAgent, Takes: cl.takes, Ring: cl.ring.save(), MaxWait: cl.maxWait.save(),
	}
	if cl.queue != nil {
		s.Queue = cl.queue.skill.ID
		if cl.queue.gone {
			removed := cl.queue.skill
			s.Removed = &removed
		}
	}
	for i, p := range cl.parties {
		s.Parties = append(s.Parties, p.save())
		if p == cl.outside {
			s.Outside = i + 1
		}
	}
	s.TransFrom, s.Run, s.Relay, s.PastWait = cl.transFrom, cl.run, cl.relay, cl.waited
	s.Dialled, s.Diverted = cl.dialled, cl.diverted
	s.Add = cl.saveAddition()
	s.Back = cl.back.save()
	s.FirstWait, s.BeforeWait, s.Left, s.LeftBy = cl.firstWait, cl.beforeWait, cl.left, cl.leftBy
	s.StaySkill, s.StaySince, s.StayOffers = cl.stay.skill, cl.stay.since, cl.stay.offers
	if f := &cl.flow; cl.run != 0 {
		s.Flow = &savedFlow{
			Play: f.play, Number: f.number, Secret: f.secret, Trying: f.trying, Place: f.place, Skill: f.skill, Limit: f.limit.save(),
		}
	}
	return s
}

func (p *party) save() savedParty {
	s := savedParty{
		Kind: p.kind, LegID: p.legID, Number: p.number, Phase: int(p.phase), Maker: p.maker, Picked: p.picked, Asked: p.asked, Told: p.told,
		Began: p.began, Ringing: p.ringing, Answered: p.answered, Talked: p.talked, HeldSince: p.heldSince, Held: p.held, Waited: p.waited,
		Parked: p.parked, Muted: p.muted, Helper: p.helper, AsksHelp: p.asksHelp, FlowSince: p.flowSince, InFlow: p.inFlow,
		Draw: int(p.draw),
		Help: p.help, AskedBy: p.askedBy,
	}
	if p.agent != nil {
		s.Agent = p.agent.id
	}
	if p.leg != nil {
		s.Leg = p.leg.id
	}
	if r := p.record; r != nil {
		s.Record = &savedRecord{
			ID: r.id, Task: r.task, Began: r.began, File: r.file, Asked: r.asked, Name: r.name, Paused: r.paused, Resume: r.resume.save(),
		}
	}
	return s
}

// saveAddition saves who is being rung into the call; nil = nobody.
func (cl *call) saveAddition() *savedAddition {
	add := cl.add
	if add.kind == addNone {
		return nil
	}
	s := &savedAddition{
		Kind: int(add.kind), Asker: slices.Index(cl.parties, add.asker), Rung: slices.Index(cl.parties, add.rung), Outside: add.outside,
		Parks: add.parks, Began: add.began, Skill: add.skill, ToQueue: add.toQueue, Help: add.help,
	}
	if add.queue != nil {
		s.Queue = add.queue.skill.ID
		if add.queue.gone {
			removed := add.queue.skill
			s.Removed = &removed
		}
	}
	return s
}

func (b *callBack) save() *savedBack {
	if b == nil {
		return nil
	}
	s := &savedBack{
		ID: b.id, Queue: b.queue.skill.ID, Numbers: b.numbers, Data: b.data, Auto: b.auto, Entered: b.entered, Feature: b.feature,
		Tries: b.tries, Born: b.born, Ready: b.ready, Again: b.again.save(), To: b.to, Given: b.given,
	}
	if b.queue.gone {
		removed := b.queue.skill
		s.Removed = &removed
	}
	return s
}
