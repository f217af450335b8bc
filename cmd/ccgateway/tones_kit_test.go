package main

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ccgateway/client"
	"ccgateway/internal/config"
	"ccgateway/internal/softphone"
	"ccgateway/internal/store"
	"ccgateway/internal/tone"
)

// A story is a story with several parties, told step by step over real phones and the REST interface. Each party has a tone of its own.
// Every step says what each agent is told, in order, and who hears whom afterwards; what is not said must not be: no further event, no
// further sound, at no moment of the whole scene, that of the change included (see span.verdict).
type story struct {
	name  string
	cast  string // agents who are signed in, in this order; Ann alone serves the queue
	setup []setting
	hand  bool // desktops answer by hand; else they are signed in with autoanswer
	once  bool // the phone mode makes no difference: calls ring each phone
	steps []step
	// Recordings as "ann $1: amy | ann": what the agent heard, and what he said; "-" = nothing, "(,music)" = perhaps. Those that
	// are not named must not be.
	recorded []string
}

// step is one thing that happens.
type step struct {
	what    string
	do      func(*play)
	told    []string // see readTold; agents who are not named are told nothing
	hear    string   // see hearing; "=" as before; "~ann<ivy": only with permanent connections
	between string   // what may be heard besides while it changes
	gone    string   // whose connection ends; agents' with a permanent connection stay, and hear nothing
	out     string   // who is signed out
}

// play is a scene that runs.
type play struct {
	*installation
	t         *testing.T
	story     story
	permanent bool
	actors    map[string]*actor
	current   step
	slowest   time.Duration
	pulse     *pulse
	lost      []*line // unplugged
}

// actor is a party of a scene.
type actor struct {
	name string
	line *line
	desk *desk // nil = no agent
	ear  *ear  // of the present connection
	is   sounds
}

// ear is one connection of an actor.
type ear struct {
	*talk
	began int64 // where the present step began
	holds bool  // at the phone: nothing is sent to it
}

// castNumbers are the agents of scenes.
var castNumbers = map[string]int{"ann": 101, "ben": 102, "cid": 103, "ivy": 901, "ike": 903}

// keepsSound is how much of a phone's call is kept, far more than a scene takes.
const keepsSound = 90 * time.Second

func recordsSound(c *softphone.Config) { c.Record = keepsSound }

// stage adds to the tests' installation what stories need: every right, a group, a second inspector, and that inspectors may call out,
// which opens their permanent line.
func stage(cfg *config.Config) {
	everyRight(cfg)
	bank := &cfg.VCCs[0]
	for i := range bank.Roles {
		if bank.Roles[i].Name == "inspector" {
			bank.Roles[i].Rights = append(bank.Roles[i].Rights, "call_out")
		}
	}
	bank.Groups = append(bank.Groups, config.Group{ID: 1, Name: "first-line"})
	for i := range bank.Agents {
		if bank.Agents[i].Role == "agent" {
			bank.Agents[i].Group = "first-line"
		}
	}
	bank.Phones = append(bank.Phones, config.Phone{Number: "40903", Password: "phone-secret-40903"})
	bank.Agents = append(bank.Agents, config.Agent{ID: 903, Name: "Ike", Role: "inspector", PasswordHash: config.Secret(agentHash)})
}

// playStories plays stories, each in an installation of its own, with both kinds of phones.
func playStories(t *testing.T, stories []story) {
	t.Helper()
	for _, sc := range stories {
		for _, permanent := range []bool{false, true} {
			if permanent && sc.once {
				continue
			}
			name := sc.name + ", " + map[bool]string{false: "each call rings", true: "permanent connection"}[permanent]
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				sc.play(t, permanent)
			})
		}
	}
}

func (sc story) play(t *testing.T, permanent bool) {
	t.Helper()
	p := &play{t: t, story: sc, permanent: permanent, actors: map[string]*actor{}, pulse: feel(t)}
	p.installation = install(t, append([]setting{stage}, sc.setup...)...)
	p.addActor("amy", p.customer("13900", amyTone, recordsSound))
	p.addActor("bob", p.customer("13901", bobTone, recordsSound))
	p.addActor("out", p.carrier())
	for name := range strings.FieldsSeq(sc.cast) {
		p.enters(name)
	}
	for _, s := range sc.steps {
		p.step(s)
	}
	p.checkRecordings()
	t.Logf("slowest change of sound %s after its event", p.slowest)
}

func (p *play) addActor(name string, l *line) *actor {
	a := &actor{name: name, line: l}
	p.actors[name] = a
	return a
}

// enters signs an agent in. Ann serves her queues, the others are idle without; permanent lines are opened.
func (p *play) enters(name string) {
	p.t.Helper()
	id := castNumbers[name]
	phone := p.phone(fmt.Sprint(40000+id), recordsSound, func(c *softphone.Config) { c.Tone = toneOf(name) })
	a := p.addActor(name, phone)
	s := client.SignIn{Agent: id, Phone: phone.Number, AutoAnswer: client.Bool(!p.story.hand), ReleasePhone: client.Bool(!p.permanent)}
	a.desk = p.signIn(s)
	a.desk.Phone = phone
	a.desk.expect("AgentOther_InService null", "AgentState_Ready null")
	if p.permanent {
		p.opensLine(a)
	}
	if name == "ann" {
		a.desk.ok(a.desk.ServeAll)
	}
}

// opensLine lets an agent make a call that the carrier refuses: his phone is off-hook afterwards.
func (p *play) opensLine(a *actor) {
	p.t.Helper()
	refused := party{"$opening-" + a.name, fmt.Sprint(castNumbers[a.name]), "5550000"}
	own := callOut(a.desk, refused, client.CallOut{})
	own.lift()
	a.desk.expect(offhook, busy)
	must(p.t, p.carrier().called().Reject(486))
	a.desk.expect(append(refused.outFailed(), ready)...)
	a.ear = &ear{talk: own}
}

// step plays one step and judges it.
func (p *play) step(s step) {
	p.t.Helper()
	p.current = s
	p.pulse.reset()
	before := map[*actor]*ear{}
	for _, a := range p.actors {
		before[a] = a.ear
	}
	if s.do != nil {
		s.do(p)
	}
	p.checkTold(s)
	for name := range strings.FieldsSeq(s.out) {
		p.actors[name].desk = nil
	}
	spans := p.mark(s, before)
	p.listen(spans)
	p.checkQuiet()
	p.judge(spans)
}

// wanted reads who is to hear whom after a step.
func (p *play) wanted(s step) map[string]sounds {
	p.t.Helper()
	want := map[string]sounds{}
	if s.hear == "=" {
		for name, a := range p.actors {
			want[name] = a.is
		}
		return want
	}
	want, err := hearing(p.ofMode(s.hear))
	if err != nil {
		p.t.Fatalf("%s: %v", s.what, err)
	}
	for name := range want {
		if a := p.actors[name]; a == nil || a.ear == nil {
			p.t.Fatalf("%s: %s has no connection to hear anything at", s.what, name)
		}
	}
	return want
}

// ofMode leaves out the rows that hold with permanent connections only.
func (p *play) ofMode(hear string) string {
	rows := slices.DeleteFunc(strings.Fields(hear), func(row string) bool { return !p.permanent && strings.HasPrefix(row, "~") })
	return strings.ReplaceAll(strings.Join(rows, " "), "~", "")
}

// mark ends the change of a step at its last event: what each ear is to hear from now on.
func (p *play) mark(s step, before map[*actor]*ear) (spans []*span) {
	p.t.Helper()
	between, err := hearing(s.between)
	must(p.t, err)
	want := p.wanted(s)
	for _, a := range p.actors {
		was := a.is
		for _, e := range []*ear{before[a], a.ear} {
			if e == nil || !e.speaks() || slices.Contains(p.lost, a.line) || len(spans) > 0 && spans[len(spans)-1].at == e {
				continue
			}
			if e != before[a] {
				was = nil
			}
			gone := e != a.ear || p.leaves(s, a, e)
			if gone {
				e.over()
			} else if p.hungUp(e) {
				p.t.Fatalf("%s: %s's connection has ended by %s", s.what, a.name, e.EndReason())
			}
			spans = append(spans, &span{
				who: a, at: e, begin: e.began, event: e.Position(), was: was, is: want[a.name], between: between[a.name], over: gone,
			})
			if gone && e == a.ear {
				a.ear = nil
			}
		}
		a.is = want[a.name]
	}
	return spans
}

// leaves tells whether a step ends a party's connection.
func (p *play) leaves(s step, a *actor, e *ear) bool {
	return slices.Contains(strings.Fields(s.gone), a.name) && (a.desk == nil || !p.permanent || p.hungUp(e))
}

// speaks tells whether a connection carries sound: it was answered.
func (e *ear) speaks() bool {
	select {
	case <-e.Answered():
		return true
	default:
		return false
	}
}

// hungUp tells whether a connection has ended.
func (p *play) hungUp(e *ear) bool {
	select {
	case <-e.Ended():
		return true
	default:
		return false
	}
}

// listen waits until all ears have heard the new situation for a while.
func (p *play) listen(spans []*span) {
	p.t.Helper()
	for _, s := range spans {
		if s.over || s.at.holds {
			continue
		}
		until := s.event + samplesOf(hearWithin+dwell)
		p.await("sound goes on at "+s.who.name, func() (bool, string) { return s.at.Position() >= until, fmt.Sprint(s.at.Position() - s.event) })
		for _, f := range s.is {
			if f != ringTone { // it pauses
				p.try(fmt.Sprintf("%s: %s hears %s", p.current.what, s.who.name, toneName(f)), func(ctx context.Context) error { return s.at.Hear(ctx, f) })
			}
		}
	}
}

func (p *play) judge(spans []*span) {
	p.t.Helper()
	for _, s := range spans {
		s.end, s.stall = s.at.Position(), p.pulse.worst()
		slowest, wrong := s.verdict(s.at.Recording())
		s.at.began = s.end
		p.slowest = max(p.slowest, slowest)
		if len(wrong) > 0 {
			const most = 8
			p.t.Errorf("%s: %s is to hear %s after %s:\n  %s", p.current.what, s.who.name, named(s.is), named(s.was),
				strings.Join(wrong[:min(most, len(wrong))], "\n  "))
		}
	}
	if p.t.Failed() {
		p.t.FailNow()
	}
}

func named(s sounds) string {
	var names []string
	for _, f := range s {
		names = append(names, toneName(f))
	}
	return fmt.Sprintf("%q", names)
}

// checkTold waits for the events of a step.
func (p *play) checkTold(s step) {
	p.t.Helper()
	for _, line := range s.told {
		who, events, err := readTold(line)
		must(p.t, err)
		a := p.actors[who]
		if a == nil || a.desk == nil {
			p.t.Fatalf("%s: %s is no agent of the scene", s.what, who)
		}
		for _, e := range events {
			if e.perCall && p.permanent {
				continue
			}
			if event := a.desk.next(e.original); !e.is(p.installation, event) {
				p.t.Fatalf("%s: %s is told %s %s, not %s\n%s", s.what, who, event.Type, event.Content, p.filled(e.original), a.desk.history())
			}
		}
	}
}

// checkQuiet checks that nobody is told anything else.
func (p *play) checkQuiet() {
	p.t.Helper()
	for _, name := range slices.Sorted(maps.Keys(p.actors)) {
		if d := p.actors[name].desk; d != nil {
			d.quiet()
		}
	}
}

// checkRecordings checks what was recorded of whom: exactly these tones, and no recording besides.
func (p *play) checkRecordings() {
	p.t.Helper()
	for _, l := range p.lost {
		l.Plug()
	}
	p.hangUpAll()
	p.nothingLeft()
	want := map[string]string{}
	for _, line := range p.story.recorded {
		key, what, _ := strings.Cut(line, ": ")
		who, call, _ := strings.Cut(key, " ")
		want[fmt.Sprintf("%d %s", castNumbers[who], p.callID(call))] = what
	}
	found, err := p.store.Recordings(p.ctx, store.Filter{Limit: 100})
	must(p.t, err)
	for _, r := range found {
		key := fmt.Sprintf("%d %s", r.Agent, r.Call)
		sound := p.recordingFile(r)
		got := fmt.Sprintf("%s | %s", inAll(sound.Channel(0)), inAll(sound.Channel(1)))
		with, without := strings.NewReplacer("(", "", ")", "").Replace(want[key]), perhaps.ReplaceAllString(want[key], "")
		if got != with && got != without {
			p.t.Errorf("recording of agent %d, call %s has %q, not %q", r.Agent, r.Call, got, want[key])
		}
		delete(want, key)
	}
	if len(want) > 0 {
		p.t.Errorf("not recorded: %v", want)
	}
}

// perhaps is what a recording may lack.
var perhaps = regexp.MustCompile(`\([^)]*\)`)

// inAll names the tones that are heard anywhere in a recording. Ring-back is left out: whether it is heard depends on how soon somebody
// answers.
func inAll(pcm []int16) string {
	heard := map[string]bool{}
	for at := 0; at+tone.MinWindow <= len(pcm); at += hop {
		for _, f := range heardIn(pcm[at : at+tone.MinWindow]) {
			heard[toneName(f)] = true
			delete(heard, toneName(ringTone))
		}
	}
	if len(heard) == 0 {
		return "-"
	}
	return strings.Join(slices.Sorted(maps.Keys(heard)), ",")
}
