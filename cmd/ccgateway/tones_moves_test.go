package main

import (
	"context"
	"sync"
	"testing"
	"time"

	"ccgateway/client"
	"ccgateway/internal/softphone"
)

// What the parties of a story do.

// all does several things one after the other.
func all(moves ...func(*play)) func(*play) {
	return func(p *play) {
		for _, move := range moves {
			move(p)
		}
	}
}

// connected gives an actor its present connection.
func (p *play) connected(name string, call *talk) {
	p.actors[name].ear = &ear{talk: call}
}

func (p *play) deskOf(name string) *desk { return p.actors[name].desk }

// as lets an agent call an interface that must succeed.
func as(name string, do func(*client.Agent, context.Context) error) func(*play) {
	return inVain(name, "", do)
}

// inVain lets an agent call an interface and expects its result code.
func inVain(name, code string, do func(*client.Agent, context.Context) error) func(*play) {
	return func(p *play) {
		p.t.Helper()
		d := p.deskOf(name)
		d.do(code, func(ctx context.Context) error { return do(d.Agent, ctx) })
	}
}

// withCall is as, for an interface that takes a call's id.
func withCall(name, call string, do func(*client.Agent, context.Context, string) error) func(*play) {
	return func(p *play) {
		p.t.Helper()
		as(name, func(a *client.Agent, ctx context.Context) error { return do(a, ctx, p.bound(call)) })(p)
	}
}

// withNumber is as, for an interface that takes an agent's number.
func withNumber(name string, number int, do func(*client.Agent, context.Context, int) error) func(*play) {
	return as(name, func(a *client.Agent, ctx context.Context) error { return do(a, ctx, number) })
}

// starts is as, for an interface that gives a new call's id.
func starts(name, call string, do func(*client.Agent, context.Context) (string, error)) func(*play) {
	return func(p *play) {
		p.t.Helper()
		as(name, func(a *client.Agent, ctx context.Context) error {
			id, err := do(a, ctx)
			p.bind(call, id)
			return err
		})(p)
	}
}

func callsOut(name, call, number string) func(*play) {
	return starts(name, call, func(a *client.Agent, ctx context.Context) (string, error) {
		return a.CallOut(ctx, client.CallOut{Called: number})
	})
}

func callsInner(name, call, agent string) func(*play) {
	return starts(name, call, func(a *client.Agent, ctx context.Context) (string, error) { return a.CallInner(ctx, agent, "") })
}

func helped(name, call string, agent int, three bool) func(*play) {
	return starts(name, call, func(a *client.Agent, ctx context.Context) (string, error) { return a.Help(ctx, agent, three) })
}

func transfers(name string, to client.Target, address string, mode int) func(*play) {
	return as(name, func(a *client.Agent, ctx context.Context) error {
		return a.Transfer(ctx, client.Transfer{To: to, Address: address, Mode: mode})
	})
}

func switches(name string, agent, mode int) func(*play) {
	return as(name, func(a *client.Agent, ctx context.Context) error { return a.SwitchTo(ctx, agent, mode) })
}

// dials lets a customer call in.
func dials(name, number string) func(*play) {
	return func(p *play) {
		p.t.Helper()
		call := p.actors[name].line.calls(number)
		call.answered()
		p.connected(name, call)
	}
}

// rings waits for a phone to be called and lets it ring; one that is off-hook already is not called.
func rings(name string) func(*play) {
	return func(p *play) {
		p.t.Helper()
		if a := p.actors[name]; a.desk == nil || !p.permanent {
			p.connected(name, a.line.rung())
		}
	}
}

// announces waits for the carrier to be called and lets it say something before it answers.
func announces(name string, tone float64) func(*play) {
	return func(p *play) {
		p.t.Helper()
		call := p.actors[name].line.called()
		call.Say(tone)
		must(p.t, call.Announce())
		p.connected(name, call)
	}
}

// says changes what a party says; 0 is silence.
func says(name string, tone float64) func(*play) {
	return func(p *play) { p.actors[name].ear.Say(tone) }
}

// declines refuses the call that rings, or says something, already.
func declines(name string, status int) func(*play) {
	return func(p *play) {
		p.t.Helper()
		must(p.t, p.actors[name].ear.Reject(status))
	}
}

// lifts answers the phone that rings, or is about to.
func lifts(name string) func(*play) {
	return func(p *play) {
		p.t.Helper()
		a := p.actors[name]
		if a.desk != nil && p.permanent {
			return
		}
		if a.ear == nil {
			rings(name)(p)
		}
		a.ear.lift()
	}
}

// liftsInVain answers a phone that rings and is let go at once.
func liftsInVain(name string) func(*play) {
	return func(p *play) {
		p.t.Helper()
		p.actors[name].ear.liftInVain()
	}
}

// refuses lets a phone that is called answer with a status.
func refuses(name string, status int) func(*play) {
	return func(p *play) {
		p.t.Helper()
		a := p.actors[name]
		call := a.line.called()
		must(p.t, call.Reject(status))
	}
}

// hangsUp ends a party's connection at the phone.
func hangsUp(name string) func(*play) {
	return func(p *play) {
		p.t.Helper()
		p.actors[name].ear.hangUp()
	}
}

// wasLetGo checks that a call that was answered after its CANCEL is ended by ACK and BYE (RFC 3261 section 9.1).
func wasLetGo(name string) func(*play) {
	return func(p *play) {
		p.t.Helper()
		if end := p.actors[name].ear.over(); end.Method != "BYE" || end.By != softphone.Remote {
			p.t.Errorf("%s: %s's call ended by %s", p.current.what, name, end)
		}
	}
}

// dialsInVain lets a phone call a number that it may not.
func dialsInVain(name, number string, status int) func(*play) {
	return func(p *play) {
		p.t.Helper()
		if end := p.actors[name].line.calls(number).over(); end.Status != status {
			p.t.Errorf("%s: %s's call to %s ended by %s, not %d", p.current.what, name, number, end, status)
		}
	}
}

// act is what happens together with others; its error ends the test.
type act func(ctx context.Context, p *play) error

// together does things in the same moment.
func together(acts ...act) func(*play) {
	return func(p *play) {
		p.t.Helper()
		ctx, cancel := p.within()
		defer cancel()
		errs := make(chan error, len(acts))
		for _, do := range acts {
			go func() { errs <- do(ctx, p) }()
		}
		for range acts {
			must(p.t, <-errs)
		}
	}
}

// leavesCall hangs up; the others may be quicker.
func leavesCall(name string) act {
	return func(ctx context.Context, p *play) error {
		hangUpAll(ctx, p.actors[name].ear.talk)
		return nil
	}
}

// holds puts the other side on hold at the phone, by re-INVITE. A phone that holds is sent nothing.
func holds(name string) act {
	return func(ctx context.Context, p *play) error {
		p.actors[name].ear.holds = true
		return p.actors[name].ear.Hold(ctx)
	}
}

// resumes takes it back.
func resumes(name string) act {
	return func(ctx context.Context, p *play) error { return p.actors[name].ear.Resume(ctx) }
}

// crosses lets a party's phone hold in the instant in which the center refreshes the session: both are on the way at once, and the hold is
// refused at first.
func crosses(name string, f softphone.Faults) func(*play) {
	return func(p *play) {
		p.t.Helper()
		f.HoldAtRefresh = true
		a := p.actors[name]
		a.ear.holds = true
		a.line.SetFaults(f)
		p.wait("hold of "+name+" that crossed a refresh", a.ear.Crossed())
	}
}

// lasts lets a party hear on for so long.
func lasts(name string, time time.Duration) func(*play) {
	return func(p *play) {
		p.t.Helper()
		e := p.actors[name].ear
		until := e.Position() + samplesOf(time)
		p.await("sound goes on at "+name, func() (bool, string) { return e.Position() >= until, "it ends" })
	}
}

// hearsAgain waits for the first sound at a phone that has held.
func hearsAgain(names ...string) func(*play) {
	return func(p *play) {
		p.t.Helper()
		for _, name := range names {
			e := p.actors[name].ear
			e.holds = false
			p.await("sound comes to "+name+" again", func() (bool, string) { return e.Position() > e.began, "none" })
		}
	}
}

// settles waits until agents are idle again, whatever the order in which they are told of a call's end.
func settles(names ...string) func(*play) {
	return func(p *play) {
		p.t.Helper()
		for _, name := range names {
			d := p.deskOf(name)
			d.until(client.Ready)
			p.actors[name].ear.over()
			d.ok(func(ctx context.Context) error { return d.SendNote(ctx, "mark", d.Number()) })
			d.until(client.NoteReceived)
		}
	}
}

// settled is what comes between two calls of which the second waits: the end of Amy's, with the phone.
func settled(name, call string) func(*play) {
	return func(p *play) {
		p.t.Helper()
		p.checkTold(step{what: p.current.what, told: []string{name + ": Customer_Release " + call + "; Call_Release " + call + "; [PhoneRelease]; Ready"}})
		if !p.permanent {
			p.actors[name].ear.over()
			p.actors[name].ear = nil
		}
	}
}

// vanishes unplugs a party's phone: nothing is heard of it any more, and it hears nothing. It is plugged in again when the story is over.
func vanishes(name string) func(*play) {
	return func(p *play) {
		p.t.Helper()
		a := p.actors[name]
		a.line.Unplug()
		p.lost = append(p.lost, a.line)
		a.ear = nil
	}
}

// deregisters takes a phone's registration away.
func deregisters(name string) func(*play) {
	return func(p *play) {
		p.t.Helper()
		p.try("unregister "+name, p.actors[name].line.Unregister)
	}
}

// withFaults changes what a phone does wrong.
func withFaults(name string, f softphone.Faults) func(*play) {
	return func(p *play) { p.actors[name].line.SetFaults(f) }
}

// pulse feels how long the machine lets a goroutine of this process wait at worst. The installation lives in the same process: what is
// late because the machine stood still is not the program's fault.
type pulse struct {
	mu  sync.Mutex
	max time.Duration
}

func feel(t *testing.T) *pulse {
	t.Helper()
	const beat = 10 * time.Millisecond
	p := &pulse{}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(beat)
		defer ticker.Stop()
		last := time.Now()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			now := time.Now()
			p.mu.Lock()
			p.max = max(p.max, now.Sub(last)-beat)
			p.mu.Unlock()
			last = now
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return p
}

func (p *pulse) reset() {
	p.mu.Lock()
	p.max = 0
	p.mu.Unlock()
}

func (p *pulse) worst() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.max
}
