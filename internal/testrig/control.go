package testrig

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"
)

// Event is something that baresip has told by its control connection.
type Event struct {
	Class string `json:"class"` // "call", "register", ...
	Type  string `json:"type"`  // "CALL_RINGING", "CALL_ESTABLISHED", "CALL_CLOSED", "REGISTER_OK", ...
	Param string `json:"param"` // the reason of CALL_CLOSED, for instance
	Peer  string `json:"peeruri"`
	ID    string `json:"id"` // Call-ID
}

// message is all that baresip sends: an event or the answer to a command.
type message struct {
	Event
	IsEvent    bool   `json:"event"`
	IsResponse bool   `json:"response"`
	OK         bool   `json:"ok"`
	Data       string `json:"data"`
	Token      string `json:"token"`
}

// control is the connection to baresip's ctrl_tcp module: netstrings of JSON.
type control struct {
	conn net.Conn
	done chan struct{} // closed when nothing is read any more

	writing sync.Mutex
	mu      sync.Mutex
	events  []Event
	news    chan struct{} // closed at the next event, then renewed
	tokens  int
	answers map[string]chan message
}

// dialControl connects to a baresip.
func dialControl(ctx context.Context, addr string) (*control, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("testrig: connect to baresip: %w", err)
	}
	c := &control{conn: conn, done: make(chan struct{}), news: make(chan struct{}), answers: make(map[string]chan message)}
	go c.read()
	return c, nil
}

// read takes in messages until the connection ends.
func (c *control) read() {
	defer close(c.done)
	r := bufio.NewReader(c.conn)
	for {
		body, err := readNetstring(r)
		if err != nil {
			return
		}
		var m message
		if json.Unmarshal(body, &m) != nil {
			continue // a message whose members are of other kinds is none that we ask for
		}
		c.take(m)
	}
}

func (c *control) take(m message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case m.IsEvent:
		c.events = append(c.events, m.Event)
		close(c.news)
		c.news = make(chan struct{})
	case m.IsResponse && c.answers[m.Token] != nil:
		c.answers[m.Token] <- m
		delete(c.answers, m.Token)
	}
}

// command has baresip do something and gives what it says to it.
func (c *control) command(ctx context.Context, name, params string) (string, error) {
	c.mu.Lock()
	c.tokens++
	token := strconv.Itoa(c.tokens)
	answer := make(chan message, 1)
	c.answers[token] = answer
	c.mu.Unlock()
	body, err := json.Marshal(map[string]string{"command": name, "params": params, "token": token})
	if err != nil {
		return "", fmt.Errorf("testrig: baresip %s: %w", name, err)
	}
	c.writing.Lock()
	_, err = c.conn.Write(netstring(body))
	c.writing.Unlock()
	if err != nil {
		return "", fmt.Errorf("testrig: baresip %s: %w", name, err)
	}
	select {
	case m := <-answer:
		if !m.OK {
			return "", fmt.Errorf("testrig: baresip %s %s: %s", name, params, m.Data)
		}
		return m.Data, nil
	case <-c.done:
		return "", fmt.Errorf("testrig: baresip %s: %w", name, net.ErrClosed)
	case <-ctx.Done():
		return "", fmt.Errorf("testrig: baresip %s: %w", name, ctx.Err())
	}
}

// seen gives the events so far, and a channel that is closed at the next one.
func (c *control) seen() ([]Event, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.events), c.news
}

// errEnded says that baresip has gone.
var errEnded = errors.New("testrig: baresip has ended")

// await waits for an event of one of the types after the first skip events, and gives it with its number.
func (c *control) await(ctx context.Context, skip int, types ...string) (Event, int, error) {
	for {
		events, news := c.seen()
		for i := skip; i < len(events); i++ {
			if slices.Contains(types, events[i].Type) {
				return events[i], i, nil
			}
		}
		select {
		case <-news:
		case <-c.done:
			return Event{}, 0, errEnded
		case <-ctx.Done():
			return Event{}, 0, fmt.Errorf("testrig: wait for %v after %v: %w", types, events, ctx.Err())
		}
	}
}

// close ends the connection and waits for its reader.
func (c *control) close() {
	c.conn.Close()
	<-c.done
}
