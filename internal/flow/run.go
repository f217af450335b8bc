package flow

import (
	"cmp"
	"fmt"
	"time"

	"ccgateway/internal/center"
)

// Bounds of a run. A flow cannot get to them without a loop that the compiler could not see.
const (
	maxAtOnce = 1000   // steps without waiting
	maxRun    = 20_000 // steps of one caller
	maxFrames = 64     // flows and branches in each other
	maxTyped  = 64     // keys that wait for a menu
)

// Bounds of waiting. What is to end an order comes from the phone side; should it not, the flow goes on.
const (
	longestSound = 10 * time.Minute
	failedSound  = 200 * time.Millisecond // pause after a sound that could not be played, so that a loop does not spin
)

// Caller is who meets a flow.
type Caller struct {
	Caller, Called, Data string
	Dialled, Diverted    string // who was called first, and who has sent him on last; "" = nobody did
	Agent                int
	Suspended            bool   // an agent waits for the call's return
	Reason               string // arrived, transferred, suspended or survey
}

// Run is one caller's way through a flow: a state machine. It is not for several goroutines at a time.
type Run struct {
	program *Program
	flow    string
	caller  Caller
	vars    *Vars
	now     time.Time

	frames  []frame
	wait    waiter
	orders  []Order
	count   int
	typed   []byte // keys pressed while a prompt played
	playing uint64
	queue   string // in which he waits, "" = none
	waited  bool   // he has waited in a queue before
	over    bool
}

// frame is a list of steps being gone through; root marks those of a flow, which goto replaces.
type frame struct {
	steps []step
	next  int
	root  bool
}

// waiter takes what a waiting step is told.
type waiter interface{ take(r *Run, in Input) }

// NewRun makes a run of a flow, which the program must have.
func NewRun(p *Program, flow string, caller Caller) (*Run, error) {
	if !p.Has(flow) {
		return nil, fmt.Errorf("no flow is named %q", flow)
	}
	r := &Run{program: p, flow: flow, caller: caller, vars: newVars(caller.Data)}
	r.vars.set("caller", caller.Caller, false)
	r.vars.set("called", caller.Called, false)
	r.vars.set("dialled", cmp.Or(caller.Dialled, caller.Called), false)
	r.vars.set("diverted", caller.Diverted, false)
	r.vars.set("reason", caller.Reason, false)
	if caller.Agent != 0 {
		r.vars.set("agent", fmt.Sprint(caller.Agent), false)
	}
	r.frames = []frame{{steps: p.flows[flow].steps, root: true}}
	return r, nil
}

// Set gives a variable a value before the run begins.
func (r *Run) Set(name, value string) { r.vars.set(name, value, false) }

// Over tells that the flow has done with the caller.
func (r *Run) Over() bool { return r.over }

// Step tells the run what has happened and gives what is to be done for it, in its order. The first input is Began.
func (r *Run) Step(now time.Time, in Input) (orders []Order) {
	if r.over {
		return nil
	}
	r.now, r.orders = now, nil
	defer func() {
		if p := recover(); p != nil {
			r.fail(fmt.Sprintf("panic: %v", p))
			orders = r.orders
		}
	}()
	if q, ok := in.(Queued); ok {
		r.place(q)
	}
	if r.wait != nil {
		r.wait.take(r, in)
	}
	r.advance()
	return r.orders
}

// advance goes on until a step waits or the flow is over.
func (r *Run) advance() {
	for atOnce := 0; r.wait == nil && !r.over; atOnce++ {
		if r.count++; atOnce > maxAtOnce || r.count > maxRun {
			r.fail("too many steps: the flow goes in a circle")
			return
		}
		if len(r.frames) == 0 {
			r.end()
			return
		}
		top := &r.frames[len(r.frames)-1]
		if top.next == len(top.steps) {
			r.frames = r.frames[:len(r.frames)-1]
			continue
		}
		s := top.steps[top.next]
		top.next++
		s.start(r)
	}
}

// give adds an order.
func (r *Run) give(o Order) { r.orders = append(r.orders, o) }

// await makes the run wait.
func (r *Run) await(w waiter) { r.wait = w }

// proceed ends the waiting: the flow goes on with the next step.
func (r *Run) proceed() {
	r.wait = nil
	r.give(Timer{})
}

// branch goes through other steps first.
func (r *Run) branch(steps []step) {
	if len(r.frames) >= maxFrames {
		r.fail("flows are nested too deep")
		return
	}
	r.frames = append(r.frames, frame{steps: steps})
}

// leave takes the caller out of the queue in which he waits.
func (r *Run) leave() {
	if r.queue != "" {
		r.queue = ""
		r.give(Leave{})
	}
}

// save gives the variables to the call's data.
func (r *Run) save() {
	if !r.vars.dirty {
		return
	}
	r.vars.dirty = false
	data, err := r.vars.data()
	if err != nil {
		r.give(Broken{Why: err.Error()})
		return
	}
	r.give(Data{JSON: data})
}

// play starts a sound and gives its number.
func (r *Run) play(sounds []sound, barge bool) {
	r.playing++
	r.give(Play{Sound: r.render(sounds), Barge: barge, Number: r.playing})
	r.give(Timer{After: longestSound})
}

// end is what happens after the last step: the call goes back to the agent who waits for it, or ends.
func (r *Run) end() {
	r.save()
	r.over = true
	if r.caller.Suspended {
		r.give(Return{})
		return
	}
	r.give(HangUp{Cause: center.CauseUnknown})
}

// fail is the fallback of a flow that breaks: the call goes back to the agent who waits for it; another caller waits in the first
// queue that the flow names, and goes on waiting if he does already; without one the call ends.
func (r *Run) fail(why string) {
	r.over, r.wait = true, nil
	r.give(Broken{Why: why})
	r.give(Timer{})
	r.give(Secret{})
	skills := r.program.Skills(r.flow)
	switch {
	case r.caller.Suspended:
		r.give(Return{})
	case r.queue != "":
	case len(skills) > 0:
		r.give(Queue{Skill: skills[0], KeepTime: r.waited})
	default:
		r.give(HangUp{Cause: center.CauseFailed})
	}
}

// place keeps what the queue says of the caller's place.
func (r *Run) place(q Queued) {
	r.vars.set("place", fmt.Sprint(q.Place), false)
	r.vars.set("wait_seconds", fmt.Sprint(int(q.Wait.Seconds())), false)
	r.vars.set("wait_minutes", fmt.Sprint(int((q.Wait+time.Minute-1)/time.Minute)), false)
	r.vars.set("waiting_agents", fmt.Sprint(q.Idle), false)
}

// typeAhead keeps a key for the next menu.
func (r *Run) typeAhead(key byte) {
	if len(r.typed) < maxTyped {
		r.typed = append(r.typed, key)
	}
}

// sound is something to be heard.
type sound struct {
	prompt string
	text   template
	digits string // name of a variable to be read out digit by digit
}

// render makes sounds of what variables hold now.
func (r *Run) render(all []sound) []center.Sound {
	heard := make([]center.Sound, 0, len(all))
	for _, s := range all {
		switch {
		case s.prompt != "":
			heard = append(heard, center.Sound{Prompt: s.prompt})
		case s.digits != "":
			if value := r.vars.Get(s.digits); value != "" && !r.vars.secret[s.digits] {
				heard = append(heard, center.Sound{Digits: value})
			}
		case !s.text.secret(r.vars):
			if text := s.text.render(r.vars, nil); text != "" {
				heard = append(heard, center.Sound{Text: text})
			}
		}
	}
	return heard
}
