package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"

	"ccgateway/client"
	"ccgateway/internal/sleep"
	"ccgateway/internal/softphone"
)

// Staff is the simulated agents at work.
type Staff struct {
	Board *Board
	Cast  *Cast
	SIP   string        // SIP address of the center, host:port
	URL   string        // of the agent interface
	Talk  time.Duration // mean length of a talk
	Log   *slog.Logger
}

// Run lets all agents work until ctx ends.
func (s *Staff) Run(ctx context.Context) error {
	desk, err := client.New(s.URL, client.InsecureTLS()) // the demo's certificate is its own
	if err != nil {
		return err
	}
	defer desk.Close()
	all, ctx := errgroup.WithContext(ctx)
	for _, p := range s.Cast.Players {
		w := &worker{staff: s, player: p, desk: desk}
		all.Go(func() error {
			if err := w.work(ctx); err != nil && ctx.Err() == nil {
				return fmt.Errorf("simulated agent %d: %w", p.Agent, err)
			}
			return nil
		})
	}
	return all.Wait()
}

// worker is one agent at work: his session at the interface and his phone.
type worker struct {
	staff  *Staff
	player Player
	desk   *client.Client
	phone  *softphone.Phone
	agent  *client.Agent
}

// liftAfter is how long a manual agent's phone rings before he lifts it, thinkFor how long he then looks at his screen.
const (
	liftAfter = 700 * time.Millisecond
	thinkFor  = 500 * time.Millisecond
)

// work registers the phone, signs in, and handles calls until ctx ends.
func (w *worker) work(ctx context.Context) error {
	answer, ring := softphone.OnRequest, time.Duration(0)
	if w.player.Manual {
		answer, ring = softphone.Immediately, liftAfter
	}
	var err error
	if w.phone, err = softphone.New(ctx, softphone.Config{
		Local: "127.0.0.1:0", Registrar: w.staff.SIP, User: w.player.Phone, Password: w.player.Password, Domain: "ccgateway",
		Tone: w.player.Tone, Answer: answer, RingFor: ring, Log: w.staff.Log,
	}); err != nil {
		return err
	}
	defer w.phone.Close()
	if err := w.phone.Register(ctx); err != nil {
		return err
	}
	if w.agent, err = w.desk.SignIn(ctx, client.SignIn{
		Agent: int(w.player.Agent), Password: w.player.Password, Phone: w.player.Phone, AutoAnswer: client.Bool(!w.player.Manual),
	}); err != nil {
		return err
	}
	defer w.signOut(ctx)
	if err := w.agent.ServeAll(ctx); err != nil {
		return err
	}
	return w.handle(ctx)
}

// signOut leaves also when ctx has ended.
func (w *worker) signOut(ctx context.Context) {
	const goodbye = 2 * time.Second // for one request on this machine
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
	defer cancel()
	if err := w.agent.ForceSignOut(ctx, 0); err != nil {
		w.staff.Log.Debug("sign-out", "agent", int(w.player.Agent), "err", err)
	}
}

// handle takes events and does what they ask for.
func (w *worker) handle(ctx context.Context) error {
	var talks errgroup.Group
	defer talks.Wait() //nolint:errcheck // talks report to the board
	stream := w.agent.Events(ctx)
	for event := range stream.C {
		value, err := event.Value()
		if err != nil {
			return err
		}
		switch content := value.(type) {
		case *client.Offer:
			switch event.Type {
			case client.Ringing:
				if sleep.For(ctx, thinkFor) {
					w.tell(w.agent.Answer(ctx, content.Call))
				}
			case client.Talking:
				talks.Go(func() error { w.talk(ctx, content); return nil })
			}
		case *client.Reason:
			if event.Type == client.NotReady { // a call was missed: nobody else makes a robot ready again
				w.tell(w.agent.SayFree(ctx))
			}
		}
	}
	return stream.Err()
}

func (w *worker) tell(err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		w.staff.Board.tell("agent %d: %v", w.player.Agent, err)
	}
}

// talk measures the sound of a talk, lets it go on for a while, and ends it: the agent by the interface, or the caller at
// his phone.
func (w *worker) talk(ctx context.Context, offer *client.Offer) {
	caller := w.staff.Board.caller(offer.Caller)
	if caller == nil {
		return // a real caller: he hangs up himself
	}
	theirs := caller.serve()
	ours := w.line()
	if theirs == nil || ours == nil {
		return // hung up already
	}
	err := measure(ctx, theirs, w.player.Tone, ours, caller.Tone)
	if ctx.Err() != nil {
		return
	}
	w.staff.Board.judge(w.player.Agent, offer.Caller, err)
	length := w.staff.Talk/2 + rand.N(w.staff.Talk+1) //nolint:gosec // demo traffic, no secret
	select {
	case <-theirs.Ended():
		return
	case <-time.After(length):
	case <-ctx.Done():
		return
	}
	if rand.N(2) == 0 { //nolint:gosec // demo traffic, no secret
		hangUp(ctx, theirs)
		return
	}
	if err := w.agent.Release(ctx); err != nil && client.CodeOf(err) != "200-017" { // the caller was quicker
		w.tell(err)
	}
}

// line is the agent's phone call that is up.
func (w *worker) line() *softphone.Call {
	for _, call := range w.phone.Calls() {
		select {
		case <-call.Ended():
		case <-call.Answered():
			return call
		default:
		}
	}
	return nil
}

// measureTime is how long each side has to hear the other: far more than the sound needs to get through.
const measureTime = 3 * time.Second

// measure returns nil when each side hears the other's tone. Who hangs up meanwhile breaks no sound.
func measure(ctx context.Context, caller *softphone.Call, agentTone float64, agent *softphone.Call, callerTone float64) error {
	ctx, cancel := context.WithTimeout(ctx, measureTime)
	defer cancel()
	if err := caller.Hear(ctx, agentTone); err != nil && !errors.Is(err, softphone.ErrEnded) {
		return fmt.Errorf("caller does not hear agent: %w", err)
	}
	if err := agent.Hear(ctx, callerTone); err != nil && !errors.Is(err, softphone.ErrEnded) {
		return fmt.Errorf("agent does not hear caller: %w", err)
	}
	return nil
}
