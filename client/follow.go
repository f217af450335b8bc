package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"ccgateway/internal/sleep"
)

// How a followed stream is read.
const (
	// silent is how long nothing may come before the connection counts as dead; the gateway writes something every 10 s.
	silent = 45 * time.Second
	// maxLine bounds a line of the stream: an event has 16 KB of call data at most, which may be six times as long in JSON.
	maxLine = 1 << 20
)

// ErrReplaced ends a stream when another reader has come for the agent's events: a newer stream or a poll.
var ErrReplaced = errors.New("another reader has come for the agent's events")

// Follow gets the agent's events in the background by the gateway's stream, which is not in the published interface. A connection that
// breaks is opened again and goes on after the last event that was taken from C, also in a later call of Follow: no event is left
// out and none comes twice. If the gateway cannot give all of them any more, an event of type Gap stands in their place. As with
// Events, they have to be taken, and there is one reader for an agent; the Stream's Err may also be ErrReplaced.
func (a *Agent) Follow(ctx context.Context) *Stream {
	events := make(chan Event)
	s := &Stream{C: events}
	go func() {
		defer close(events)
		if err := a.follow(ctx, events); ctx.Err() == nil {
			s.err = err
		}
	}()
	return s
}

// follow opens streams until something ends it.
func (a *Agent) follow(ctx context.Context, events chan<- Event) error {
	pause, lastAlive := firstPause, time.Now()
	for {
		f := &following{agent: a, events: events}
		err := f.connect(ctx)
		if f.alive {
			pause, lastAlive = firstPause, time.Now()
		}
		var refusal *Error
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, ErrReplaced):
			return err
		case errors.As(err, &refusal) && (refusal.Code == NotSignedIn || refusal.Code == NoRight || refusal.Code == BadArgument || refusal.Code == PushedElsewhere):
			return err
		case time.Since(lastAlive) > giveUp:
			return fmt.Errorf("gateway not reached for %s: %w", giveUp, err)
		}
		sleep.For(ctx, pause)
		pause = min(2*pause, lastPause)
	}
}

// following is one connection of a followed stream.
type following struct {
	agent  *Agent
	events chan<- Event
	alive  bool // something came
}

// connect reads one connection to its end, and says why it ended.
func (f *following) connect(ctx context.Context) error {
	a := f.agent
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	watchdog := time.AfterFunc(silent, cancel)
	defer watchdog.Stop()
	path := a.own("agentevent", "stream")
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.client.address+base+path+"?after="+strconv.FormatUint(a.position(), 10), nil)
	if err != nil {
		return err
	}
	request.Header.Set("Guid", a.GUID())
	request.Header.Set("Accept", "text/event-stream")
	response, err := a.client.http.Do(request)
	if err != nil {
		return fmt.Errorf("GET %s: %w", path, err)
	}
	defer func() { _ = response.Body.Close() }()
	if kind, _, _ := strings.Cut(response.Header.Get("Content-Type"), ";"); kind != "text/event-stream" {
		return refused(response, path)
	}
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, maxLine)
	var m sseMessage
	for lines.Scan() {
		f.alive = true
		watchdog.Reset(silent)
		if !m.add(lines.Text()) {
			continue
		}
		if err := f.take(ctx, m, watchdog); err != nil {
			return err
		}
		m = sseMessage{}
	}
	return fmt.Errorf("stream of agent %s: %w", a.number, errors.Join(lines.Err(), io.ErrUnexpectedEOF))
}

// refused reads a reply that is no stream.
func refused(response *http.Response, path string) error {
	text, err := io.ReadAll(io.LimitReader(response.Body, maxReply))
	if err != nil {
		return err
	}
	var reply envelope
	if err := json.Unmarshal(text, &reply); err != nil || reply.RetCode == "" || reply.RetCode == "0" {
		return fmt.Errorf("GET %s: HTTP %d without a stream", path, response.StatusCode)
	}
	return &Error{Code: reply.RetCode, Message: reply.Message, Interface: "GET " + path}
}

// sseMessage is one message of a stream of server-sent events.
type sseMessage struct {
	name, id, data string
}

// add takes a line, and tells whether the message is complete.
func (m *sseMessage) add(line string) (complete bool) {
	field, value, _ := strings.Cut(line, ":")
	value = strings.TrimPrefix(value, " ")
	switch field {
	case "event":
		m.name = value
	case "id":
		m.id = value
	case "data":
		m.data = value
	case "":
		return line == "" && m.data != ""
	}
	return false
}

// take handles one message.
func (f *following) take(ctx context.Context, m sseMessage, watchdog *time.Timer) error {
	var told struct {
		Gap     bool   `json:"gap"`
		After   uint64 `json:"after"`
		GUID    string `json:"guid"`
		Reason  string `json:"reason"`
		RetCode string `json:"retcode"`
	}
	if m.name != "" {
		if err := json.Unmarshal([]byte(m.data), &told); err != nil {
			return fmt.Errorf("stream of agent %s: %w", f.agent.number, err)
		}
	}
	switch m.name {
	case "":
		return f.give(ctx, m, watchdog)
	case "hello":
		if told.Gap {
			return f.gap(ctx, told.After, watchdog)
		}
	case "guid":
		if told.GUID != "" {
			f.agent.setGUID(told.GUID)
		}
	case "end":
		return ended(told.Reason, told.RetCode)
	}
	return nil
}

// ended gives the error for the end that a gateway told.
func ended(reason, code string) error {
	switch {
	case reason == "replaced":
		return ErrReplaced
	case code == NotSignedIn || code == NoRight:
		return &Error{Code: code, Message: reason, Interface: "event stream"}
	default:
		return fmt.Errorf("the gateway ended the stream: %s", reason)
	}
}

// gap tells that events are missing. Before the first event nothing can be: what there was has been polled.
func (f *following) gap(ctx context.Context, after uint64, watchdog *time.Timer) error {
	first := f.agent.position() == 0
	defer f.agent.setPosition(after)
	if first {
		return nil
	}
	return f.send(ctx, Event{Type: Gap, Agent: Number(f.agent.Number())}, watchdog)
}

// give hands an event over; only then does it count as seen.
func (f *following) give(ctx context.Context, m sseMessage, watchdog *time.Timer) error {
	var event Event
	if err := json.Unmarshal([]byte(m.data), &event); err != nil {
		return fmt.Errorf("stream of agent %s: %w", f.agent.number, err)
	}
	seq, err := strconv.ParseUint(m.id, 10, 64)
	if err != nil {
		return fmt.Errorf("stream of agent %s: number %q of an event", f.agent.number, m.id)
	}
	if seq <= f.agent.position() {
		return nil
	}
	event.Seq = seq
	if err := f.send(ctx, event, watchdog); err != nil {
		return err
	}
	f.agent.setPosition(seq)
	return nil
}

// send waits for the program to take an event; meanwhile nothing is read, so the silence is our own.
func (f *following) send(ctx context.Context, event Event, watchdog *time.Timer) error {
	watchdog.Stop()
	defer watchdog.Reset(silent)
	select {
	case f.events <- event:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (a *Agent) position() uint64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.seen
}

func (a *Agent) setPosition(seq uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.seen = seq
}
