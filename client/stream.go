package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"ccgateway/internal/sleep"
)

// How a stream polls.
const (
	// hurried: an empty answer that came so soon was not held, so the next poll waits for restBetween (200 to 500 ms are asked
	// for by the reference).
	hurried     = 100 * time.Millisecond
	restBetween = 250 * time.Millisecond
	// Pauses after a failure of the network grow from the first to the second.
	firstPause = 200 * time.Millisecond
	lastPause  = 5 * time.Second
	// giveUp is how long the network may fail: by then the gateway has signed the agent out as silent.
	giveUp = 2 * time.Minute
)

// Stream is an agent's events. It ends, and C is closed, with its context, with the session, or when the gateway cannot be
// reached for two minutes.
type Stream struct {
	C <-chan Event

	err error // set before C is closed
}

// Err tells why the stream ended, once C is closed: nil when its context ended, an *Error with NotSignedIn when the agent was
// signed out, by himself or by others, and any other error when the gateway could not be reached.
func (s *Stream) Err() error { return s.err }

// Events polls for the agent's events in the background. They have to be taken: an event that is not taken stops the polling, and
// so the sign of life. One stream is enough for an agent; a second takes events away from the first.
func (a *Agent) Events(ctx context.Context) *Stream {
	events := make(chan Event)
	s := &Stream{C: events}
	go func() {
		defer close(events)
		if err := a.poll(ctx, events); ctx.Err() == nil {
			s.err = err
		}
	}()
	return s
}

// poll asks until something ends it.
func (a *Agent) poll(ctx context.Context, events chan<- Event) error {
	pause, lastAnswer := firstPause, time.Now()
	for {
		began := time.Now()
		event, err := a.Next(ctx)
		var refusal *Error
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, &refusal):
			if refusal.Code == NotSignedIn || refusal.Code == NoRight || time.Since(lastAnswer) > giveUp {
				return err
			}
		case err != nil && time.Since(lastAnswer) > giveUp:
			return fmt.Errorf("gateway not reached for %s: %w", giveUp, err)
		case err == nil:
			pause, lastAnswer = firstPause, time.Now()
		}
		switch {
		case event != nil:
			select {
			case events <- *event:
			case <-ctx.Done():
				return ctx.Err()
			}
		case err != nil:
			sleep.For(ctx, pause)
			pause = min(2*pause, lastPause)
		case time.Since(began) < hurried:
			sleep.For(ctx, restBetween)
		}
	}
}

// Next polls once; nil when nothing happened.
func (a *Agent) Next(ctx context.Context) (*Event, error) {
	x := &exchange{method: http.MethodGet, path: a.own("agentevent"), guid: a.GUID(), limit: pollTime}
	reply, err := a.exchange(ctx, x)
	if err != nil || len(reply.Event) == 0 || string(reply.Event) == "null" {
		return nil, err
	}
	var event Event
	if err := json.Unmarshal(reply.Event, &event); err != nil {
		return nil, fmt.Errorf("poll of agent %s: %w", a.number, err)
	}
	return &event, nil
}
