package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"ccgateway/client"
)

// lost tells whether a request failed because the program died, which is no fault. One without an answer for askTime is one: a program that
// dies breaks the connection.
func lost(err error) bool {
	var refusal *client.Error
	return err != nil && !errors.As(err, &refusal) && !errors.Is(err, context.DeadlineExceeded)
}

// seen is a note that an agent was told.
type seen struct {
	life int
	note int
}

// witness is an agent with all that he did and was answered, and all that he was told.
type witness struct {
	v     *victim
	agent *client.Agent
	self  int
	r     *rand.Rand

	state, maybeState   int // that he was answered last, and that a request asks for whose answer has not come; 0 = none
	custom, maybeCustom int
	notes               int   // sent
	answered            []int // notes whose sending was answered

	mu    sync.Mutex
	heard []seen
}

func (w *witness) signIn(c *client.Client, number int) {
	w.v.t.Helper()
	var err error
	w.agent, err = c.SignIn(context.Background(), client.SignIn{Agent: number, Password: agentPassword, PlatformOnly: true})
	must(w.v.t, err)
	w.self, w.state, w.custom = number, client.StateIdle, -1
}

// act does one thing. An answer is remembered as certain, a request without one as possible.
func (w *witness) act(ctx context.Context) error {
	switch w.r.IntN(6) {
	case 0, 1:
		w.notes++
		note := w.notes
		err := w.agent.SendNote(ctx, strconv.Itoa(note), w.self)
		if err == nil {
			w.answered = append(w.answered, note)
		}
		return err
	case 2:
		w.maybeCustom = w.r.IntN(60000)
		err := w.agent.SetCustomState(ctx, w.maybeCustom)
		if err == nil {
			w.custom = w.maybeCustom
		}
		return err
	case 3:
		return w.agent.UpdateGUID(ctx)
	default:
		if w.state == client.StateIdle {
			return w.become(client.StateBusy, func() error { return w.agent.SayBusy(ctx, 210, false) })
		}
		return w.become(client.StateIdle, func() error { return w.agent.SayFree(ctx) })
	}
}

func (w *witness) become(state int, ask func() error) error {
	w.maybeState = state
	err := ask()
	if err == nil {
		w.state, w.maybeState = state, 0
	}
	return err
}

// check compares what the program knows after its death with what was answered before it.
func (w *witness) check(ctx context.Context) error {
	status, err := w.agent.Status(ctx)
	if err != nil {
		return err
	}
	if got := int(status.State); got != w.state && got != w.maybeState {
		return fmt.Errorf("agent %d is in state %d; he was answered %d and last asked for %d", w.self, got, w.state, w.maybeState)
	}
	w.state, w.maybeState = int(status.State), 0
	custom, err := w.agent.CustomState(ctx)
	if err != nil {
		return err
	}
	if custom != w.custom && custom != w.maybeCustom && w.custom >= 0 {
		return fmt.Errorf("agent %d has custom state %d; he was answered %d and last asked for %d", w.self, custom, w.custom, w.maybeCustom)
	}
	w.custom, w.maybeCustom = custom, custom
	return nil
}

// askTime bounds one request. Requests are never broken off otherwise: what an answer brings that nobody reads would be lost.
const askTime = 30 * time.Second

// work acts until loading ends; after each death of the program it checks first.
func (w *witness) work(loading context.Context) {
	for died := false; loading.Err() == nil; {
		ctx, cancel := context.WithTimeout(context.Background(), askTime)
		_, err := w.v.while(func() error {
			if died {
				return w.check(ctx)
			}
			return w.act(ctx)
		})
		cancel()
		switch {
		case lost(err):
			died = true
		case err != nil:
			w.v.t.Errorf("agent %d in life %d: %v", w.self, w.v.lives, err)
			return
		default:
			died = false
		}
	}
}

// listen polls until loading ends.
func (w *witness) listen(loading context.Context) {
	for loading.Err() == nil {
		w.poll()
	}
}

// poll makes one poll; it tells whether an event came.
func (w *witness) poll() bool {
	ctx, cancel := context.WithTimeout(context.Background(), askTime)
	defer cancel()
	var event *client.Event
	life, err := w.v.while(func() (err error) {
		event, err = w.agent.Next(ctx)
		return err
	})
	if err != nil && !lost(err) {
		w.v.t.Errorf("poll of agent %d in life %d: %v", w.self, life, err)
		return false
	}
	if err != nil || event == nil {
		return false
	}
	if event.Type == client.NoteReceived {
		var content client.Note
		if err := json.Unmarshal(event.Content, &content); err != nil {
			w.v.t.Error(err)
		}
		note, err := strconv.Atoi(content.Text)
		if err != nil {
			w.v.t.Error(err)
		}
		w.mu.Lock()
		w.heard = append(w.heard, seen{life, note})
		w.mu.Unlock()
	}
	return true
}

// judge checks what the agent was told in all lives of the program: every note whose sending was answered; in each life in order and
// without a gap; and what was told once is told again only by a later life, which could not know.
func (w *witness) judge() {
	told := map[int]int{} // note -> how often
	for _, s := range w.heard {
		told[s.note]++
	}
	for _, note := range w.answered {
		if told[note] == 0 {
			w.v.t.Errorf("agent %d was never told note %d, whose sending was answered", w.self, note)
		}
	}
	for i := 1; i < len(w.heard); i++ {
		before, now := w.heard[i-1], w.heard[i]
		switch {
		case now.life == before.life && now.note <= before.note:
			w.v.t.Errorf("agent %d is told note %d after %d within life %d", w.self, now.note, before.note, now.life)
		case now.note > before.note:
			for note := before.note + 1; note < now.note; note++ {
				if told[note] > 0 {
					w.v.t.Errorf("agent %d is told note %d after %d in life %d: %d is left out", w.self, now.note, before.note, now.life, note)
				}
			}
		}
	}
}

// again counts the notes that were told more than once.
func (w *witness) again() (n int) {
	told := map[int]bool{}
	for _, s := range w.heard {
		if told[s.note] {
			n++
		}
		told[s.note] = true
	}
	return n
}
