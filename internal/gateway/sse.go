package gateway

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"ccgateway/internal/delivery"
)

// eventStream is a stream of server-sent events (WHATWG HTML, section 9.2):
//
//	event: hello                 first
//	data: {"workNo":"101","after":11,"gap":false}
//
//	id: 12                       an event: its number, and what a poll has as event
//	data: {"eventType":"AgentState_Ready","workNo":"101","content":null}
//
//	event: guid                  the next GUID
//	data: {"guid":"..."}
//
//	: alive                      nothing has happened
//
//	event: end                   last
//	data: {"reason":"signed-out","retcode":"100-006"}
type eventStream struct {
	line *line
	w    http.ResponseWriter
	c    *http.ResponseController
	out  bytes.Buffer
}

func openEventStream(ctx context.Context, g *Gateway, q *request) (any, error) {
	l, err := g.openLine(ctx, q)
	if err != nil {
		return nil, err
	}
	return &eventStream{line: l}, nil
}

// comeBackAfter is how many milliseconds a browser waits before it opens a lost stream again.
const comeBackAfter = 1000

// serve writes the stream until it ends.
func (s *eventStream) serve(w http.ResponseWriter, r *http.Request) {
	s.w, s.c = w, http.NewResponseController(w)
	defer limitUnread(r.Context(), 2*s.line.gateway.writeTime)()
	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no") // nginx would otherwise keep the events until it has a page full of them
	w.WriteHeader(http.StatusOK)
	s.line.run(r.Context(), s)
}

func (s *eventStream) hello(_ context.Context, m hello) error {
	fmt.Fprintf(&s.out, "retry: %d\n", comeBackAfter)
	return s.named("hello", m)
}

func (s *eventStream) guid(_ context.Context, text string) error {
	return s.named("guid", guidMessage{text})
}

func (s *eventStream) end(_ context.Context, m end) { _ = s.named("end", m) } // whoever does not read it is gone

func (s *eventStream) named(name string, m any) error {
	fmt.Fprintf(&s.out, "event: %s\ndata: %s\n\n", name, message(m))
	return s.flush()
}

func (s *eventStream) events(_ context.Context, batch []*delivery.Event) error {
	for _, event := range batch {
		body, err := event.JSON()
		if err != nil {
			s.line.log.Error("event left out of a stream", "error", err.Error())
			continue
		}
		s.out.WriteString("id: ")
		s.out.Write(strconv.AppendUint(s.out.AvailableBuffer(), event.Seq, 10))
		s.out.WriteString("\ndata: ")
		s.out.Write(body) // JSON on one line: it has no line ends outside of escapes
		s.out.WriteString("\n\n")
		if s.out.Len() < writtenAtOnce {
			continue
		}
		if err := s.flush(); err != nil {
			return err
		}
	}
	return s.flush()
}

// alive writes a comment. The client's machine takes it or the connection is ended (limitUnread), so a stream that can be written to is
// one that is read, up to some minutes' worth of events in the buffers of the client.
func (s *eventStream) alive(context.Context) (bool, error) {
	s.out.WriteString(": alive\n\n")
	return true, s.flush()
}

// writtenAtOnce is how many bytes go into one write, which has its own time: a client that reads slowly but steadily is not cut off.
const writtenAtOnce = 64 << 10

// maxSpare is how much memory an idle stream keeps for its next write.
const maxSpare = 4 << 10

// flush writes what was gathered.
func (s *eventStream) flush() error {
	if s.out.Len() == 0 {
		return nil
	}
	defer func() {
		if s.out.Reset(); s.out.Cap() > maxSpare {
			s.out = bytes.Buffer{}
		}
	}()
	// Not every ResponseWriter has deadlines (in tests); those of a server do.
	_ = s.c.SetWriteDeadline(time.Now().Add(s.line.gateway.writeTime))
	if _, err := s.w.Write(s.out.Bytes()); err != nil {
		return fmt.Errorf("%w: %w", errCut, err)
	}
	if err := s.c.Flush(); err != nil {
		return fmt.Errorf("%w: %w", errCut, err)
	}
	return nil
}
