package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ccgateway/client"
	"ccgateway/internal/config"
	"ccgateway/internal/softphone"
)

// A story has several parties and is told step by step over real phones and the REST interface. Each party has a tone of its own.
// Every step says what each agent is told, in order, and who hears whom afterwards; what is not said must not be: no further event, no
// further sound, at no moment of the whole story, that of the change included (see span.verdict).
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

// play is a story that runs.
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

// actor is a party of a story.
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

// castNumbers are the agents of stories.
var castNumbers = map[string]int{"ann": 101, "ben": 102, "cid": 103, "ivy": 901, "ike": 903}

// keepsSound is how much of a phone's call is kept, far more than a story takes.
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
