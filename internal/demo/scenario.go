package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"ccgateway/client"
	"ccgateway/internal/sleep"
	"ccgateway/internal/softphone"
)

// Scenario is a scene that is played once over real SIP phones, told line by line, with the sound of every step measured: who should
// hear whom does, and nobody hears anybody else.
type Scenario struct {
	Name  string
	Title string
	play  func(*stage)
}

// Scenarios lists them.
var Scenarios = []Scenario{
	{"consult", "An agent asks a colleague while the customer hears music, then hands the customer on to him.", consult},
	{"transfer", "An agent hands a customer on at once, and then, watched, to the next one.", transfer},
	{"conference", "An agent takes a colleague into the talk, is mute for a while, and leaves the two alone.", conference},
	{"inspect", "An inspector listens, whispers, joins in and takes the call over.", inspect},
	{"flow", "A caller meets a menu, presses a key, waits, and is served.", flow},
}

// FindScenario finds one by its name.
func FindScenario(name string) (Scenario, error) {
	var names []string
	for _, s := range Scenarios {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return Scenario{}, fmt.Errorf("there is no scenario %q; there are %s", name, strings.Join(names, ", "))
}

// Theatre is where scenarios are played: a running center with the cast's accounts.
type Theatre struct {
	Out   io.Writer
	Cast  *Cast  // three players at least; the third is the inspector
	SIP   string // SIP address of the center, host:port
	URL   string // of the agent interface
	Local string // address of callers
}

// Players is how many simulated agents scenarios need: two agents and an inspector.
const Players = 3

// stepTime bounds one step of a scenario: far more than any needs.
const stepTime = 15 * time.Second

// Play plays a scenario. The first thing that goes wrong ends it.
func (t Theatre) Play(ctx context.Context, s Scenario) (err error) {
	fmt.Fprintf(t.Out, "Scenario %s: %s\n\n", s.Name, s.Title)
	desk, err := client.New(t.URL, client.InsecureTLS()) // the demo's certificate is its own
	if err != nil {
		return err
	}
	defer desk.Close()
	st := &stage{theatre: t, ctx: ctx, desk: desk}
	defer st.clear()
	s.play(st)
	if st.err != nil {
		return fmt.Errorf("scenario %s, %s: %w", s.Name, st.doing, st.err)
	}
	fmt.Fprintf(t.Out, "\nWell: %d ears measured, all right.\n", st.measured)
	return nil
}

// stage carries a scene. After a failure its steps do nothing.
type stage struct {
	theatre  Theatre
	ctx      context.Context //nolint:containedctx // of the scene, which is one call deep
	desk     *client.Client
	actors   []*actor
	tones    []float64
	doing    string
	measured int
	err      error
}

// actor is one party: a phone, and for agents a session.
type actor struct {
	name  string
	tone  float64
	phone *softphone.Phone
	call  *softphone.Call
	agent *client.Agent
	sees  *client.Stream
}

// The sounds of a scene, in Hz, far apart.
const (
	customerTone = 1200.0
	agentTone    = 600.0
	helperTone   = 800.0
	watcherTone  = 1000.0
)

// step does one thing within its time.
func (s *stage) step(what string, do func(ctx context.Context) error) {
	if s.err != nil {
		return
	}
	s.doing = what
	ctx, cancel := context.WithTimeout(s.ctx, stepTime)
	defer cancel()
	fmt.Fprintf(s.theatre.Out, "  %s\n", what)
	s.err = do(ctx)
}

// enter brings a player on: his phone is registered, he is signed in.
func (s *stage) enter(n int, name string, tone float64, queue bool) *actor {
	a := &actor{name: name, tone: tone}
	p := s.theatre.Cast.Players[n]
	s.step(fmt.Sprintf("%s signs in as agent %d at phone %s", name, p.Agent, p.Phone), func(ctx context.Context) (err error) {
		if a.phone, err = softphone.New(s.ctx, softphone.Config{
			Local: "127.0.0.1:0", Registrar: s.theatre.SIP, User: p.Phone, Password: p.Password, Domain: "ccgateway", Tone: tone,
			Answer: softphone.Immediately,
		}); err != nil {
			return err
		}
		s.actors, s.tones = append(s.actors, a), append(s.tones, tone)
		if err := a.phone.Register(ctx); err != nil {
			return err
		}
		if a.agent, err = s.desk.SignIn(ctx, client.SignIn{Agent: int(p.Agent), Password: p.Password, Phone: p.Phone, AutoAnswer: client.Bool(true)}); err != nil {
			return err
		}
		a.sees = a.agent.Events(s.ctx)
		if queue {
			return a.agent.ServeAll(ctx)
		}
		return nil
	})
	return a
}

// customer calls in.
func (s *stage) customer(dials string) *actor {
	a := &actor{name: "the customer", tone: customerTone}
	s.step("a customer dials "+dials, func(ctx context.Context) (err error) {
		if a.phone, err = softphone.New(s.ctx, softphone.Config{
			Local: s.theatre.Local + ":0", Registrar: s.theatre.SIP, User: "0301234567", Tone: customerTone,
		}); err != nil {
			return err
		}
		s.actors, s.tones = append(s.actors, a), append(s.tones, customerTone)
		a.call, err = a.phone.Call(ctx, dials)
		return err
	})
	return a
}

// rung waits until an actor's phone has answered a call.
func (s *stage) rung(a *actor) {
	s.step(a.name+"'s phone rings and is lifted", func(ctx context.Context) error {
		select {
		case a.call = <-a.phone.Incoming():
		case <-ctx.Done():
			return fmt.Errorf("it is not rung: %w", ctx.Err())
		}
		select {
		case <-a.call.Confirmed():
			return nil
		case <-ctx.Done():
			return fmt.Errorf("it does not get through: %w", ctx.Err())
		}
	})
}

// told waits for an event.
func (s *stage) told(a *actor, event string) {
	if s.err != nil {
		return
	}
	s.doing = a.name + " is told " + event
	ctx, cancel := context.WithTimeout(s.ctx, stepTime)
	defer cancel()
	for {
		select {
		case e, ok := <-a.sees.C:
			if !ok {
				s.err = errors.Join(errors.New("the events end"), a.sees.Err())
				return
			}
			if e.Type == event {
				return
			}
		case <-ctx.Done():
			s.err = ctx.Err()
			return
		}
	}
}

// hears measures an ear: these voices are heard and no others. Music does not matter.
func (s *stage) hears(a *actor, voices ...*actor) {
	if s.err != nil {
		return
	}
	var tones []float64
	names := "nobody"
	for i, v := range voices {
		tones = append(tones, v.tone)
		if i == 0 {
			names = ""
		} else {
			names += " and "
		}
		names += v.name
	}
	s.step(fmt.Sprintf("  %s hears %s", a.name, names), func(ctx context.Context) error {
		for _, tone := range tones {
			if err := a.call.Hear(ctx, tone); err != nil {
				return err
			}
		}
		silent := slices.DeleteFunc(slices.Clone(s.tones), func(f float64) bool { return slices.Contains(tones, f) })
		return a.call.Silent(ctx, silent...)
	})
	s.measured++
}

// does lets an agent use the interface.
func (s *stage) does(a *actor, what string, do func(ctx context.Context) error) {
	s.step(a.name+" "+what, do)
}

func (s *stage) pause(d time.Duration) {
	if s.err == nil && !sleep.For(s.ctx, d) {
		s.err = s.ctx.Err()
	}
}

// clear lets everybody go home.
func (s *stage) clear() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), stepTime)
	defer cancel()
	for _, a := range s.actors {
		if a.agent != nil {
			_ = a.agent.ForceSignOut(ctx, 0) // the scene is over anyway
		}
		a.phone.Close()
	}
}

// begin brings a customer into a talk with an agent.
func begin(s *stage) (ann, amy *actor) {
	ann = s.enter(0, "Ann", agentTone, true)
	amy = s.customer("1000")
	s.rung(ann)
	s.told(ann, client.Talking)
	s.hears(amy, ann)
	s.hears(ann, amy)
	return ann, amy
}

func consult(s *stage) {
	ann, amy := begin(s)
	ben := s.enter(1, "Ben", helperTone, true)
	var help string
	s.does(ann, "asks Ben for help (innerhelp)", func(ctx context.Context) (err error) {
		help, err = ann.agent.Help(ctx, s.number(1), false)
		return err
	})
	s.rung(ben)
	s.told(ben, client.Talking)
	s.hears(ann, ben)
	s.hears(ben, ann)
	s.hears(amy)
	s.does(ann, "ends the help and takes the customer back (dropcall, gethold)", func(ctx context.Context) error {
		if err := ann.agent.DropCall(ctx, help); err != nil {
			return err
		}
		return ann.agent.GetHold(ctx, "")
	})
	s.hears(amy, ann)
	s.told(ben, "AgentState_Ready")
	handOn(s, ann, ben, amy)
}

// handOn transfers a customer with success mode.
func handOn(s *stage, ann, ben, amy *actor) {
	s.does(ann, "transfers the customer to "+ben.name+", watched (transfer, mode 2)", func(ctx context.Context) error {
		return ann.agent.Transfer(ctx, client.Transfer{To: client.ToAgent, Address: fmt.Sprint(ben.agent.Number()), Mode: client.Success})
	})
	s.rung(ben)
	s.told(ann, "AgentEvent_SuccTransResult")
	s.hears(amy, ben)
	s.hears(ben, amy)
}

func transfer(s *stage) {
	ann, amy := begin(s)
	ben := s.enter(1, "Ben", helperTone, true)
	s.does(ann, "transfers the customer to Ben and is free at once (transfer, mode 0)", func(ctx context.Context) error {
		return ann.agent.Transfer(ctx, client.Transfer{To: client.ToAgent, Address: fmt.Sprint(s.number(1)), Mode: client.Blind})
	})
	s.told(ann, "AgentState_Ready")
	s.rung(ben)
	s.told(ben, client.Talking)
	s.hears(amy, ben)
	s.hears(ben, amy)
	handOn(s, ben, ann, amy)
}

func conference(s *stage) {
	ann, amy := begin(s)
	ben := s.enter(1, "Ben", helperTone, true)
	s.does(ann, "takes Ben into the talk (innerhelp, mode 2)", func(ctx context.Context) error {
		_, err := ann.agent.Help(ctx, s.number(1), true)
		return err
	})
	s.rung(ben)
	s.told(ann, "AgentEvent_Conference")
	s.hears(amy, ann, ben)
	s.hears(ann, amy, ben)
	s.hears(ben, amy, ann)
	s.does(ann, "is mute (beginmute)", ann.agentDo((*client.Agent).Mute))
	s.hears(amy, ben)
	s.hears(ann, amy, ben)
	s.does(ann, "is heard again (endmute)", ann.agentDo((*client.Agent).Unmute))
	s.hears(amy, ann, ben)
	s.does(ann, "leaves (release)", ann.agentDo((*client.Agent).Release))
	s.hears(amy, ben)
	s.hears(ben, amy)
}

// agentDo makes a step of a method of the agent; it is looked up when the step is done, since he may not have signed in.
func (a *actor) agentDo(do func(*client.Agent, context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error { return do(a.agent, ctx) }
}

func inspect(s *stage) {
	ann, amy := begin(s)
	ivy := s.enter(2, "the inspector", watcherTone, false)
	mode := func(n int) func(context.Context) error {
		return func(ctx context.Context) error { return ivy.agent.SwitchTo(ctx, s.number(0), n) }
	}
	s.does(ivy, "listens to Ann (addsupervise)", func(ctx context.Context) error { return ivy.agent.Listen(ctx, s.number(0)) })
	s.rung(ivy)
	s.hears(ivy, ann, amy)
	s.hears(ann, amy)
	s.hears(amy, ann)
	s.does(ivy, "whispers to Ann", mode(2))
	s.hears(ann, amy, ivy)
	s.hears(amy, ann)
	s.does(ivy, "joins in", mode(1))
	s.hears(ann, amy, ivy)
	s.hears(amy, ann, ivy)
	s.does(ivy, "listens again", mode(0))
	s.hears(amy, ann)
	s.does(ivy, "takes the call over (intercept)", func(ctx context.Context) error { return ivy.agent.Intercept(ctx, s.number(0)) })
	s.hears(amy, ivy)
	s.hears(ivy, amy)
}

func flow(s *stage) {
	amy := s.customer("2000")
	s.step("the customer hears the greeting and the menu", func(ctx context.Context) error {
		if err := amy.call.Hear(ctx, greetingTone); err != nil {
			return err
		}
		return amy.call.Hear(ctx, menuTone)
	})
	s.step("the customer presses 1", func(ctx context.Context) error { return amy.call.Digit(ctx, '1') })
	s.pause(time.Second)
	ann := s.enter(0, "Ann", agentTone, true)
	s.rung(ann)
	s.told(ann, client.Talking)
	s.hears(amy, ann)
	s.hears(ann, amy)
}

// number is a player's agent number.
func (s *stage) number(n int) int { return int(s.theatre.Cast.Players[n].Agent) }
