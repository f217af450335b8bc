package wallboard

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"ccgateway/internal/center"
)

// Bounds of a stream.
const (
	piece        = 64 << 10         // written at once
	aliveEvery   = 15 * time.Second // proxies cut connections that are silent for a minute
	comeBackIn   = time.Second      // a browser opens a lost stream again after so long
	retryTooMany = "5"              // seconds
)

// Ends of a stream, as its watcher is told: reason and what it means for him.
var ends = []struct {
	is             error
	reason, advice string
}{
	{ErrSlow, "slow", "changes came faster than you took them; come back without a number, you get a snapshot"},
	{ErrClosed, "stopping", "the program stops; come back later"},
	{ErrUnavailable, "unavailable", "the center or its records cannot be read; come back later, you get a snapshot"},
}

// hello is the first message of a stream.
type hello struct {
	At      time.Time `json:"at"` // the server's clock: what a watcher's own is compared with
	Resumed bool      `json:"resumed"`
	VCC
}

// Stream serves a watch of a VCC as server-sent events:
//
//	event: hello      once, first: {"at":..., "resumed":false, "vcc":1, "zone":"Europe/Berlin", ...}
//	event: snapshot   then, unless the watcher goes on from a number: everything
//	event: change     what has changed, whenever something has
//	event: end        last, if there is a last: {"reason":"slow","advice":"..."}
//
// Snapshots and changes have an id. A browser sends the last one as Last-Event-ID when it comes back; others may give it as ?after=. The
// answer to who may not watch now is 503 with Retry-After, to a VCC that is none 404.
func (b *Boards) Stream(w http.ResponseWriter, r *http.Request, vcc center.VCCID) {
	after := r.Header.Get("Last-Event-ID")
	if after == "" {
		after = r.URL.Query().Get("after")
	}
	watch, err := b.Watch(r.Context(), vcc, after)
	switch {
	case errors.Is(err, ErrNoVCC):
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	case err != nil:
		w.Header().Set("Retry-After", retryTooMany)
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	defer watch.Close()
	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no") // nginx would otherwise keep messages until it has a page full of them
	s := &stream{w: w, c: http.NewResponseController(w), stall: b.o.Stall, log: b.o.Log.With("vcc", int(vcc), "remote", r.RemoteAddr)}
	if err := s.run(r.Context(), watch); err != nil {
		if errors.Is(err, errStalled) {
			b.slow.Add(1)
		}
		s.log.Info("a wallboard's stream has ended", "err", err.Error())
	}
}

// stream is one watcher's connection.
type stream struct {
	w   http.ResponseWriter
	c   *http.ResponseController
	log *slog.Logger

	stall time.Duration
}

// errStalled says that a watcher did not take what was written to him.
var errStalled = errors.New("the watcher does not take what is written")

// run writes until the watch or the connection ends.
func (s *stream) run(ctx context.Context, watch *Watch) error {
	if err := s.message("hello", "", hello{At: time.Now().UTC(), Resumed: watch.Resumed(), VCC: watch.VCC()}); err != nil {
		return err
	}
	for {
		m, err := next(ctx, watch)
		switch {
		case err == nil && m.Data == nil:
			err = s.flushed(s.write([]byte(": alive\n\n")))
		case err == nil:
			name := "change"
			if m.Snapshot {
				name = "snapshot"
			}
			err = s.event(name, m.ID, m.Data)
		case ctx.Err() != nil:
			return nil //nolint:nilerr // he has gone
		default:
			return errors.Join(err, s.end(err))
		}
		if err != nil {
			return err
		}
	}
}

// next waits for the next message; one without data says that there was none for aliveEvery.
func next(ctx context.Context, watch *Watch) (Message, error) {
	waiting, cancel := context.WithTimeout(ctx, aliveEvery)
	defer cancel()
	m, err := watch.Next(waiting)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return Message{}, nil
	}
	return m, err
}

// end tells the watcher why there will be no more.
func (s *stream) end(why error) error {
	for _, e := range ends {
		if errors.Is(why, e.is) {
			return s.message("end", "", map[string]string{"reason": e.reason, "advice": e.advice})
		}
	}
	return nil
}

func (s *stream) message(name, id string, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return s.event(name, id, data)
}

func (s *stream) event(name, id string, data []byte) error {
	head := fmt.Sprintf("event: %s\n", name)
	switch {
	case id != "":
		head += fmt.Sprintf("id: %s\n", id)
	case name == "hello":
		head = fmt.Sprintf("retry: %d\n", comeBackIn.Milliseconds()) + head
	}
	if err := s.write([]byte(head + "data: ")); err != nil {
		return err
	}
	if err := s.write(data); err != nil { // JSON on one line: it has no line ends outside of escapes
		return err
	}
	return s.flushed(s.write([]byte("\n\n")))
}

// write writes in pieces, each with its own time.
func (s *stream) write(data []byte) error {
	for len(data) > 0 {
		if err := s.c.SetWriteDeadline(time.Now().Add(s.stall)); err != nil {
			return fmt.Errorf("write: %w", err)
		}
		n, err := s.w.Write(data[:min(len(data), piece)])
		if err != nil {
			return fmt.Errorf("%w: %w", errStalled, err)
		}
		data = data[n:]
	}
	return nil
}

func (s *stream) flushed(err error) error {
	if err != nil {
		return err
	}
	if err := s.c.Flush(); err != nil {
		return fmt.Errorf("%w: %w", errStalled, err)
	}
	return nil
}
