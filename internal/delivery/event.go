package delivery

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"time"

	"ccgateway/internal/center"
)

// Event is one event of one agent, in the order of Seq. It may be read by any goroutine.
type Event struct {
	Agent center.AgentID
	Seq   uint64 // counts the session's events from 1
	Type  string
	At    time.Time

	content any
	render  sync.Once
	json    []byte
	err     error
}

// body is an event as desktops read it; the order of the members is that of every published example (client-rules.md 13).
type body struct {
	EventType string `json:"eventType"`
	WorkNo    string `json:"workNo"` // a string: numbers are dropped by a client in use (client-rules.md 14)
	Content   any    `json:"content"`
}

// JSON gives the event's bytes: eventType, workNo and content in this order, text outside ASCII and <, >, & as they are. The
// bytes are made once, by the first who asks, so never by the goroutine of a center; they are not to be written to.
func (e *Event) JSON() ([]byte, error) {
	e.render.Do(func() {
		e.json, e.err = marshal(body{EventType: e.Type, WorkNo: strconv.Itoa(int(e.Agent)), Content: e.content})
		if e.err != nil {
			e.err = fmt.Errorf("render event %s: %w", e.Type, e.err)
		}
	})
	return e.json, e.err
}

// marshal is json.Marshal without HTML escapes.
func marshal(v any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}
