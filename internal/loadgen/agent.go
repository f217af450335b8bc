package loadgen

import (
	"context"
	"fmt"
	"sync"
	"time"

	"ccgateway/client"
	"ccgateway/internal/softphone"
)

// agent is an agent with a desktop and a phone that answers by itself when it is asked to.
type agent struct {
	run    *run
	number int
	tone   float64
	phone  *softphone.Phone
	desk   *client.Agent

	mu      sync.Mutex
	busy    bool      // his phone has rung since he was free last
	present *customer // with whom he talks
}

// arrive registers the phone and signs the agent in to his queue.
func (a *agent) arrive(ctx context.Context, phone string) error {
	r := a.run
	var err error
	if a.phone, err = softphone.New(ctx, softphone.Config{
		Local: "127.0.0.1:0", Registrar: r.SIP, User: phone, Password: r.Accounts.secret, Domain: "ccgateway", Tone: a.tone,
		Answer: softphone.OnRequest, Expires: time.Hour, Log: r.Log,
	}); err != nil {
		return err
	}
	if err := a.phone.Register(ctx); err != nil {
		return fmt.Errorf("register phone: %w", err)
	}
	if a.desk, err = r.Client.SignIn(ctx, client.SignIn{
		Agent: a.number, Password: r.Accounts.secret, Phone: phone, Force: true, AutoAnswer: client.Bool(true),
		ReleasePhone: client.Bool(true), // so that each call sets up a leg
	}); err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	return a.desk.ServeAll(ctx)
}

// leave signs out and unplugs.
func (a *agent) leave(ctx context.Context) {
	if a.desk != nil {
		if err := a.desk.ForceSignOut(ctx, 0); err != nil {
			a.run.Log.Debug("sign-out", "agent", a.number, "err", err)
		}
	}
	if a.phone == nil {
		return
	}
	if a.phone.Registered() { // a contact left behind would be rung in the next run, and never answer
		if err := a.phone.Unregister(ctx); err != nil {
			a.run.Log.Debug("unregister", "agent", a.number, "err", err)
		}
	}
	a.phone.Close()
}

// work follows phone and desktop until ctx ends.
func (a *agent) work(ctx context.Context) error {
	var attending sync.WaitGroup
	defer attending.Wait()
	attending.Go(func() { a.attend(ctx, &attending) })
	stream := a.desk.Events(ctx)
	for event := range stream.C {
		a.handle(ctx, event, time.Now())
	}
	if err := stream.Err(); err != nil {
		a.run.failed(ctx, "desktop lost its session")
		return fmt.Errorf("agent %d: %w", a.number, err)
	}
	return nil
}

// attend notes when the phone rings and when it is lifted.
func (a *agent) attend(ctx context.Context, attending *sync.WaitGroup) {
	for {
		select {
		case <-ctx.Done():
			return
		case call := <-a.phone.Incoming():
			c := a.rings(call, time.Now())
			if c == nil {
				continue
			}
			attending.Go(func() {
				select {
				case <-call.Answered():
					a.run.lift(c, time.Now())
				case <-call.Ended():
				case <-ctx.Done():
				}
			})
		}
	}
}

// rings notes an INVITE at the phone: the end of a customer's set-up, if an agent was free when he dialled.
func (a *agent) rings(call *softphone.Call, at time.Time) *customer {
	a.mu.Lock()
	if !a.busy {
		a.busy = true
		a.run.idle.Add(-1)
	}
	a.mu.Unlock()
	c := a.run.find(call.Number())
	if c == nil {
		return nil // he has hung up meanwhile
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.rung {
		c.rung = true
		a.run.unrung.Add(-1)
		if c.free {
			a.run.tally.setUp.add(at.Sub(c.dialled))
		}
	}
	c.line = call
	return c
}

// lift notes that the agent's phone was lifted. The desktop may know of it before this is noted.
func (r *run) lift(c *customer, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lifted = at
	if !c.told.IsZero() {
		r.tally.talk.add(c.told.Sub(at))
	}
}

// handle takes an event that came at a time.
func (a *agent) handle(ctx context.Context, event client.Event, at time.Time) {
	switch event.Type {
	case client.Talking:
		value, err := event.Value()
		offer, ok := value.(*client.Offer)
		if err != nil || !ok {
			a.run.failed(ctx, "event that cannot be read")
			return
		}
		a.talks(offer, at)
	case client.CustomerReleased:
		a.left(at)
	case client.Ready:
		a.mu.Lock()
		if a.busy {
			a.busy = false
			a.run.idle.Add(1)
		}
		a.mu.Unlock()
	case client.NoAnswer, client.PhoneBusy, client.PhoneUnknown:
		a.run.failed(ctx, "offer missed: "+event.Type)
	case client.NotReady: // a call was missed: nobody else makes a robot ready again
		if err := a.desk.SayFree(ctx); err != nil {
			a.run.failed(ctx, "sayfree refused: "+codeOf(err))
		}
	}
}

// talks notes that the desktop knows of the talk.
func (a *agent) talks(offer *client.Offer, at time.Time) {
	c := a.run.find(offer.Caller)
	if c == nil {
		return
	}
	a.mu.Lock()
	a.present = c
	a.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.told.IsZero() {
		return
	}
	c.told, c.agent = at, a
	if !c.lifted.IsZero() {
		a.run.tally.talk.add(at.Sub(c.lifted))
	}
	close(c.talking)
}

// left notes that the desktop knows that the customer has left.
func (a *agent) left(at time.Time) {
	a.mu.Lock()
	c := a.present
	a.present = nil
	a.mu.Unlock()
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.releases {
		return
	}
	c.releases = true
	if !c.hungUp.IsZero() {
		a.run.tally.hangUp.add(at.Sub(c.hungUp))
	}
	close(c.released)
}
