package demo

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"ccgateway/internal/sleep"
	"ccgateway/internal/softphone"
)

// Caller is a simulated customer: a phone with a number and a tone of its own, and at most one call.
type Caller struct {
	Number string
	Tone   float64 // Hz

	mu     sync.Mutex
	call   *softphone.Call // nil = none
	served bool            // an agent has talked to him in this call
}

// begin notes the call that is under way.
func (c *Caller) begin(call *softphone.Call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.call, c.served = call, false
}

// end forgets the call and tells whether an agent had taken it.
func (c *Caller) end() (served bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.call = nil
	return c.served
}

// serve notes that an agent talks to the caller, and gives the caller's call; nil = he has gone.
func (c *Caller) serve() *softphone.Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.served = true
	return c.call
}

func (c *Caller) isServed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.served
}

// Traffic says how the simulated customers behave.
type Traffic struct {
	Board    *Board
	Server   string        // SIP address of the center, host:port
	Local    string        // IP address that the callers call from: the demo trunk's
	Dial     string        // access code
	Callers  int           // how many customers there are; each calls again and again
	Pause    time.Duration // mean time between two calls of one customer
	Patience time.Duration // how long one waits for an agent
	Log      *slog.Logger
}

// callerTone spreads the customers' tones, 60 Hz apart, over a range that no agent uses.
func callerTone(i int) float64 { return 1200 + 60*float64(i%20) }

// Run lets all customers call until ctx ends, and waits for them.
func (t *Traffic) Run(ctx context.Context) error {
	var all sync.WaitGroup
	defer all.Wait()
	for i := range t.Callers {
		caller := &Caller{Number: fmt.Sprintf("55501%02d", i), Tone: callerTone(i)}
		phone, err := softphone.New(ctx, softphone.Config{
			Local: t.Local + ":0", Registrar: t.Server, User: caller.Number, Tone: caller.Tone, Log: t.Log,
		})
		if err != nil {
			return fmt.Errorf("simulated caller %s: %w", caller.Number, err)
		}
		all.Go(func() {
			defer phone.Close()
			t.Board.enter(caller)
			defer t.Board.leave(caller)
			t.live(ctx, caller, phone)
		})
	}
	<-ctx.Done()
	return nil
}

// live calls again and again. The first calls come soon after the start, so that there is something to see.
func (t *Traffic) live(ctx context.Context, caller *Caller, phone *softphone.Phone) {
	pause := rand.N(t.Pause/2 + 1) //nolint:gosec // demo traffic, no secret
	for sleep.For(ctx, pause) {
		t.callOnce(ctx, caller, phone)
		pause = t.Pause/2 + rand.N(t.Pause+1) //nolint:gosec // demo traffic, no secret
	}
}

// callOnce makes one call and waits for its end: by the agent, or by the caller when nobody talks to him in time.
func (t *Traffic) callOnce(ctx context.Context, caller *Caller, phone *softphone.Phone) {
	t.Board.count(func(f *Figures) { f.Calls++ })
	t.Board.tell("caller %s dials %s", caller.Number, t.Dial)
	call, err := phone.Call(ctx, t.Dial)
	if err != nil {
		t.Board.count(func(f *Figures) { f.Failed++ })
		t.Board.tell("caller %s: %v", caller.Number, err)
		return
	}
	caller.begin(call)
	impatient := t.waitForEnd(ctx, caller, call)
	served := caller.end()
	switch {
	case served:
		t.Board.count(func(f *Figures) { f.Answered++ })
		t.Board.tell("caller %s: call over", caller.Number)
	case impatient:
		t.Board.count(func(f *Figures) { f.Abandoned++ })
		t.Board.tell("caller %s gave up waiting", caller.Number)
	case ctx.Err() == nil:
		t.Board.count(func(f *Figures) { f.Failed++ })
		t.Board.tell("caller %s: call ended without an agent: %s", caller.Number, call.EndReason())
	}
}

// waitForEnd waits until the call has ended. It hangs up itself when ctx ends, and when no agent has come in time; only then
// it returns true.
func (t *Traffic) waitForEnd(ctx context.Context, caller *Caller, call *softphone.Call) (impatient bool) {
	patience := time.NewTimer(t.Patience)
	defer patience.Stop()
	select {
	case <-call.Ended():
		return false
	case <-patience.C:
		impatient = !caller.isServed()
	case <-ctx.Done():
	}
	if !impatient {
		select {
		case <-call.Ended():
			return false
		case <-ctx.Done():
		}
	}
	hangUp(ctx, call)
	return impatient
}

// hangUp ends a call, also when ctx has ended already.
func hangUp(ctx context.Context, call *softphone.Call) {
	const goodbye = 2 * time.Second // for BYE and its answer on this machine
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
	defer cancel()
	_ = call.Hangup(ctx) // it may have ended meanwhile: that is what was wanted
}
