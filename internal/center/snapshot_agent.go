package center

import (
	"slices"
	"time"
)

// What a snapshot has of agents and their sessions.
type (
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
		Network bool
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

func (g *guids) save() savedGUIDs {
	s := savedGUIDs{Current: g.current, Since: g.since}
	for _, f := range g.former {
		s.Former = append(s.Former, savedToken{Token: f.token, Until: f.until})
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

func (p *agentPlay) save() *savedPlay {
	if p == nil {
		return nil
	}
	s := &savedPlay{
		ID: p.id, Leg: p.leg, Path: p.wanted.Path, StartMS: p.wanted.StartMS, Volume: p.wanted.Volume, Speed: p.wanted.Speed,
		Endless: p.wanted.Endless, Paused: p.paused, Ringing: p.ringing.save(), Network: p.wanted.Network,
	}
	if p.part != nil {
		s.Call = p.part.call.id
	}
	return s
}
