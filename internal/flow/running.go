package flow

import (
	"context"
	"sync"

	"ccgateway/internal/center"
)

// running is a Run in an Engine. Its news wait in a list that one goroutine at a time works through; with nothing to do it has none.
type running struct {
	engine *Engine
	key    key
	leg    leg
	setup  *Setup
	run    *Run // of the goroutine that works

	mu      sync.Mutex
	news    []news
	working bool
	ended   bool
	timer   uint64 // number of the timer that counts
	stop    func()
	stopGet context.CancelFunc
	fetch   uint64
}

// news is an input; number, unless 0, is that of the sound, timer or request that it belongs to.
type news struct {
	in     Input
	number uint64
}

// push adds news and sees to it that somebody works through them.
func (r *running) push(in Input, number uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended || len(r.news) >= maxNews {
		return
	}
	r.news = append(r.news, news{in, number})
	if !r.working && r.engine.begins() {
		r.working = true
		go r.drain()
	}
}

// begins counts a goroutine that is about to start, unless the engine is closed.
func (e *Engine) begins() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.closed {
		e.work.Add(1)
	}
	return !e.closed
}

// drain works through the news.
func (r *running) drain() {
	defer r.engine.work.Done()
	for {
		r.mu.Lock()
		if r.ended || len(r.news) == 0 {
			r.working = false
			r.mu.Unlock()
			return
		}
		next := r.news[0]
		r.news = r.news[1:]
		stale := r.stale(next)
		r.mu.Unlock()
		if !stale {
			r.step(next.in)
		}
	}
}

// stale tells whether news belong to a sound, timer or request whose place another has taken. The caller holds r.mu.
func (r *running) stale(n news) bool {
	switch n.in.(type) {
	case Played:
		return n.number != 0 && n.number != r.run.playing
	case TimeUp:
		return n.number != r.timer
	case Fetched:
		return n.number != r.fetch
	default:
		return false
	}
}

// step tells the run and carries out its orders; a refusal goes back to it at once, in place of the orders behind it.
func (r *running) step(in Input) {
	now := r.engine.clock.Now()
	var orders []Order
	if u, is := in.(unable); is {
		r.run.orders = nil
		r.run.fail(u.why)
		orders = r.run.orders
	} else {
		orders = r.run.Step(now, in)
	}
	for i := 0; i < len(orders); i++ {
		if why := r.carryOut(orders[i]); why != "" {
			switch {
			case !r.run.Over():
				orders, i = r.run.Step(now, Refused{Why: why}), -1
			case waits(orders[i]): // the fallback's queue is full
				r.send(center.FlowHangUp{Call: r.key.call, Run: r.key.run, Cause: center.CauseFailed})
			}
		}
	}
}

func waits(o Order) bool { _, is := o.(Queue); return is }

// carryOut does what a run wants; why is a refusal that it has to know of.
func (r *running) carryOut(o Order) (why string) {
	call, run := r.key.call, r.key.run
	switch o := o.(type) {
	case Play:
		r.send(center.FlowPlay{Call: call, Run: run, Sound: o.Sound, Barge: o.Barge, Number: o.Number})
	case Hush:
		r.send(center.FlowHush{Call: call, Run: run})
	case Secret:
		r.send(center.FlowSecret{Call: call, Run: run, On: o.On})
	case Data:
		r.send(center.FlowData{Call: call, Run: run, Data: o.JSON})
	case Leave:
		r.send(center.FlowLeave{Call: call, Run: run})
	case StopRecord:
		r.send(center.FlowStopRecord{Call: call, Run: run})
	case Return:
		r.send(center.FlowReturn{Call: call, Run: run})
	case HangUp:
		r.send(center.FlowHangUp{Call: call, Run: run, Cause: o.Cause})
	case Queue:
		return r.ask(o.Skill, func(s center.SkillID) center.Command {
			return center.FlowQueue{Call: call, Run: run, Skill: s, KeepTime: o.KeepTime}
		})
	case CallBack:
		return r.ask(o.Skill, func(s center.SkillID) center.Command {
			return center.FlowCallBack{Call: call, Run: run, Skill: s, Number: o.Number}
		})
	case Record:
		return r.ask(o.Skill, func(s center.SkillID) center.Command {
			return center.FlowRecord{Call: call, Run: run, Longest: o.Longest, Skill: s, Silence: o.Silence}
		})
	case Transfer:
		return r.do(center.FlowTransfer{Call: call, Run: run, To: o.To})
	case Timer:
		r.setTimer(o)
	case Fetch:
		r.startFetch(o.Request)
	case Broken:
		r.engine.log.Error("a flow is broken", "vcc", int(r.key.vcc), "call", string(call), "flow", r.run.flow, "why", o.Why)
	}
	return ""
}

// send gives the center a command whose answer does not matter: a run that is over is told by FlowEnded.
func (r *running) send(cmd center.Command) { r.engine.centers.Tell(r.key.vcc, cmd) }

// ask is do with a command about a skill queue.
func (r *running) ask(skill string, cmd func(center.SkillID) center.Command) (why string) {
	id, known := r.setup.Skills[r.key.vcc][skill]
	if !known {
		return "this VCC has no skill queue " + skill
	}
	return r.do(cmd(id))
}

// do gives the center a command and tells why it was refused, "" = it was not.
func (r *running) do(cmd center.Command) (why string) {
	ctx, cancel := context.WithTimeout(r.engine.ctx, orderTime)
	defer cancel()
	reply, err := r.engine.centers.Do(ctx, r.key.vcc, cmd)
	switch {
	case err != nil:
		return err.Error()
	case reply.Err != nil:
		return reply.Err.Error()
	}
	return ""
}

// setTimer replaces the run's timer.
func (r *running) setTimer(o Timer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stop != nil {
		r.stop()
		r.stop = nil
	}
	r.timer++
	if o.After == 0 || r.ended {
		return
	}
	number := r.timer
	r.stop = r.engine.clock.After(o.After, func() { r.push(TimeUp{}, number) })
}

// end forgets what the run still waits for.
func (r *running) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended, r.news = true, nil
	if r.stop != nil {
		r.stop()
		r.stop = nil
	}
	if r.stopGet != nil {
		r.stopGet()
	}
}
