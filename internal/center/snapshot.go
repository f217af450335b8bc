package center

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"ccgateway/internal/plain"
)

// SnapshotVersion is the version of the form of snapshots that this program writes. It reads this one and the older ones down to 1.
const SnapshotVersion = 1

// Snapshot is the whole state of a center at one moment, as plain data: no pointers, nothing that can be told from the rest (indices).
// Its fields are only for package plain. What grows is added at the end of a struct; see package plain.
type Snapshot struct {
	Config      Config
	Now         time.Time
	Counters    savedCounters
	Phones      []string // those that have a registration
	Queues      []savedQueue
	Legs        []savedLeg
	Calls       []savedCall
	Agents      []savedAgent
	Lingering   []savedLingering
	Draining    bool
	Inspections []savedInspection // in the order of their beginning
}

type (
	savedCounters struct {
		Timer, Session, Call, Leg uint64
		Task, Shared              int
		Run, Play                 uint64
		Back                      int64
	}
	// savedTimer is a deadline that is set; the zero one is not.
	savedTimer struct {
		Due   time.Time
		Order uint64
	}
	savedQueue struct {
		Skill   SkillID
		Waiting []CallID // in their order
		Pace    time.Duration
		Served  time.Time
		Places  savedTimer
		Backs   []savedBack
	}
	savedTarget struct {
		Agent                AgentID
		Phone, Trunk, Number string
	}
	savedLeg struct {
		ID                                     LegID
		Agent                                  AgentID // 0 = not an agent's phone
		At                                     savedTarget
		Arrived, Alerted, Answered, Held, Over bool
		Early                                  bool `json:",omitempty"`
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
	}
	// savedAddition names parties by their place; 0 = the first, -1 = none.
	savedAddition struct {
		Kind, Asker, Rung int
		Outside, Parks    bool
		Began             time.Time
		Queue, Skill      SkillID
		Removed           *Skill
		ToQueue           bool
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
	savedPlay struct {
		ID      PlayID
		Leg     LegID
		Call    CallID // "" = outside a call
		Path    string
		StartMS int64
		Volume  int
		Speed   int
		Endless bool
		Paused  bool
		Ringing savedTimer
	}
	savedToken struct {
		Token Token
		Until time.Time
	}
	savedGUIDs struct {
		Current Token
		Since   time.Time
		Former  []savedToken
	}
	savedLingering struct {
		Agent   AgentID
		Session Session
		GUIDs   savedGUIDs
		Push    bool
		Began   time.Time
		Timer   savedTimer
	}
	savedWish struct {
		State           State
		Reason, Seconds int
		Forced          bool
	}
	savedAgent struct {
		ID           AgentID
		Session      Session
		Seq          uint64
		GUIDs        savedGUIDs
		Ousted       *savedGUIDs
		Began, Seen  time.Time
		Silence      savedTimer
		Push         Push
		Phone        string
		Forward      string
		AutoAnswer   bool
		AutoIdle     bool
		ReleasePhone bool
		PlatformOnly bool
		Chat         bool
		Listen       bool
		MustChange   bool
		TalkRight    bool
		SelfRecord   bool
		RecordEarly  bool
		Custom       int
		SignInMode   string
		Skills       []AgentSkill // that he is signed in to
		State        State
		Reason       int
		Since        time.Time
		StateCall    CallID
		LastBar      int
		IdleSince    time.Time
		BeforeState  State
		BeforeReason int
		Talked       bool
		Wish         savedWish
		RestUntil    time.Time
		RestReminded bool
		RestTimer    savedTimer
		WrapUntil    time.Time
		WrapTimer    savedTimer
		WrapUp       time.Duration
		Line         LegID
		Gone         int
		Present      CallID
		Held         []CallID
		Last         *CallInfo
		Figures      DayFigures
		FiguresDay   time.Time
		Play         *savedPlay
		Aside        *savedAside
		Preview      *savedBack
		Watches      []AgentID // whom he watches, by number
	}
)

// Snapshot copies the state. It takes time in proportion to agents and calls; encoding the copy can then be done
// elsewhere. What the copy shares with the center is never written to.
func (c *Center) Snapshot() *Snapshot {
	s := &Snapshot{
		Config: c.cfg.Config, Now: c.now, Draining: c.draining,
		Counters: savedCounters{Timer: c.timerSeq, Session: c.sessionSeq, Call: c.callSeq, Leg: c.legSeq, Task: c.taskSeq, Shared: c.shared, Run: c.runSeq, Play: c.playSeq, Back: c.backSeq},
	}
	for phone, registered := range c.phones {
		if registered {
			s.Phones = append(s.Phones, phone)
		}
	}
	slices.Sort(s.Phones)
	for _, id := range slices.Sorted(maps.Keys(c.queues)) {
		of := c.queues[id]
		q := savedQueue{Skill: id, Pace: of.pace, Served: of.served, Places: of.places.save()}
		for _, b := range of.backs {
			q.Backs = append(q.Backs, *b.save())
		}
		for cl := c.queues[id].first; cl != nil; cl = cl.next {
			q.Waiting = append(q.Waiting, cl.id)
		}
		s.Queues = append(s.Queues, q)
	}
	for _, id := range slices.Sorted(maps.Keys(c.legs)) {
		s.Legs = append(s.Legs, c.legs[id].save())
	}
	for _, cl := range c.callsByBirth() {
		s.Calls = append(s.Calls, c.saveCall(cl))
	}
	s.Agents = make([]savedAgent, len(c.roster))
	for i, a := range c.roster {
		a.save(&s.Agents[i])
	}
	for _, ins := range c.inspections {
		s.Inspections = append(s.Inspections, ins.save())
	}
	for _, id := range slices.Sorted(maps.Keys(c.lingering)) {
		l := c.lingering[id]
		s.Lingering = append(s.Lingering, savedLingering{
			Agent: l.agent, Session: l.session, GUIDs: l.guids.save(), Push: l.push, Began: l.began, Timer: l.timer.save(),
		})
	}
	return s
}

// Sessions lists the sessions whose events can still be fetched: those of signed-in agents, and those that linger.
func (s *Snapshot) Sessions() []Session {
	all := make([]Session, 0, len(s.Agents)+len(s.Lingering))
	for i := range s.Agents {
		all = append(all, s.Agents[i].Session)
	}
	for i := range s.Lingering {
		all = append(all, s.Lingering[i].Session)
	}
	slices.SortFunc(all, cmp.Compare)
	return all
}

func (t *timer) save() savedTimer {
	if t.pos == 0 {
		return savedTimer{}
	}
	return savedTimer{Due: t.due, Order: t.order}
}

func (t target) save() savedTarget {
	return savedTarget{Agent: t.agent, Phone: t.phone, Trunk: t.trunk, Number: t.number}
}

func (l *leg) save() savedLeg {
	s := savedLeg{ID: l.id, At: l.at.save(), Arrived: l.arrived, Alerted: l.alerted, Answered: l.answered, Held: l.held, Over: l.over, Early: l.early}
	if l.agent != nil {
		s.Agent = l.agent.id
	}
	return s
}

func (g *guids) save() savedGUIDs {
	s := savedGUIDs{Current: g.current, Since: g.since}
	for _, f := range g.former {
		s.Former = append(s.Former, savedToken{Token: f.token, Until: f.until})
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
		Parks: add.parks, Began: add.began, Skill: add.skill, ToQueue: add.toQueue,
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

func (a *agent) save(s *savedAgent) {
	*s = savedAgent{
		ID: a.id, Session: a.session, Seq: a.seq, GUIDs: a.guids.save(), Began: a.began, Seen: a.seen, Silence: a.silence.save(),
		Push: a.push, Phone: a.phone, Forward: a.forward, AutoAnswer: a.autoAnswer, AutoIdle: a.autoIdle, ReleasePhone: a.releasePhone,
		PlatformOnly: a.platformOnly, Chat: a.chat, Listen: a.listen, MustChange: a.mustChange, TalkRight: a.talkRight,
		SelfRecord: a.selfRecord, RecordEarly: a.recordEarly, Custom: a.custom, SignInMode: a.signInMode, State: a.state, Reason: a.reason,
		Since: a.since, StateCall: a.stateCall, LastBar: a.lastBar, IdleSince: a.idleSince, BeforeState: a.before.state,
		BeforeReason: a.before.reason, Talked: a.talked, RestUntil: a.restUntil, RestReminded: a.restReminded, RestTimer: a.restTimer.save(),
		Wish:      savedWish{State: a.wish.state, Reason: a.wish.reason, Seconds: a.wish.seconds, Forced: a.wish.forced},
		WrapUntil: a.wrapUntil, WrapTimer: a.wrapTimer.save(), WrapUp: a.wrapUp, Gone: a.gone, Last: a.last, Figures: a.figures, FiguresDay: a.figuresDay,
		Watches: slices.Clone(a.watches),
	}
	if a.ousted != nil {
		ousted := a.ousted.save()
		s.Ousted = &ousted
	}
	for _, m := range a.skills {
		s.Skills = append(s.Skills, AgentSkill{Skill: m.queue.skill.ID, Weight: m.weight})
	}
	if a.line != nil {
		s.Line = a.line.id
	}
	if a.present != nil {
		s.Present = a.present.call.id
	}
	for _, p := range a.held {
		s.Held = append(s.Held, p.call.id)
	}
	s.Play, s.Aside = a.play.save(), a.aside.save()
	s.Preview = a.preview.save()
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

func (p *agentPlay) save() *savedPlay {
	if p == nil {
		return nil
	}
	s := &savedPlay{
		ID: p.id, Leg: p.leg, Path: p.wanted.Path, StartMS: p.wanted.StartMS, Volume: p.wanted.Volume, Speed: p.wanted.Speed,
		Endless: p.wanted.Endless, Paused: p.paused, Ringing: p.ringing.save(),
	}
	if p.part != nil {
		s.Call = p.part.call.id
	}
	return s
}

// Encode gives the snapshot's bytes, of version SnapshotVersion.
func (s *Snapshot) Encode() []byte { return plain.Append(nil, *s) }

// ErrSnapshotVersion says that a snapshot is of a version that this program does not read.
var ErrSnapshotVersion = errors.New("snapshot of another version")

// DecodeSnapshot reads a snapshot's bytes. Errors wrap ErrSnapshotVersion, plain.ErrNewer or plain.ErrBroken.
func DecodeSnapshot(version int, data []byte) (*Snapshot, error) {
	if version < 1 || version > SnapshotVersion {
		return nil, fmt.Errorf("%w: it has version %d, this program reads 1 to %d", ErrSnapshotVersion, version, SnapshotVersion)
	}
	var s Snapshot
	if err := plain.Read(data, &s); err != nil {
		return nil, fmt.Errorf("read snapshot: %w", err)
	}
	return &s, nil
}
