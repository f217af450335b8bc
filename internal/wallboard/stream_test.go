package wallboard_test

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/wallboard"
)

// errEnough ends the reading of a stream.
var errEnough = errors.New("enough")

// serve opens a server of the stage's boards.
func (s *stage) serve() *httptest.Server {
	s.t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := vcc
		if r.URL.Query().Has("other") {
			id++
		}
		s.boards.Stream(w, r, id)
	}))
	server.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		if err := c.(*net.TCPConn).SetWriteBuffer(4 << 10); err != nil { // so that it is soon full
			s.t.Error(err)
		}
		return ctx
	}
	server.Start()
	s.t.Cleanup(server.Close)
	return server
}

// alone waits until the server has noticed that nobody watches any more.
func (s *stage) alone() {
	s.t.Helper()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for late := time.After(10 * time.Second); s.boards.Stats().Watchers > 0; {
		select {
		case <-ticker.C:
		case <-late:
			s.t.Fatal("a watcher who has gone is still counted")
		}
	}
}

// read opens a stream and hands its events to do until that has enough.
func (s *stage) read(url, last string, do func(name, id string, data []byte) error) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 20*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	must(s.t, err)
	if last != "" {
		request.Header.Set("Last-Event-ID", last)
	}
	reply, err := http.DefaultClient.Do(request)
	must(s.t, err)
	defer reply.Body.Close()
	if kind := reply.Header.Get("Content-Type"); reply.StatusCode != http.StatusOK || kind != "text/event-stream" {
		s.t.Fatalf("%d %s", reply.StatusCode, kind)
	}
	if err := wallboard.ReadStream(reply.Body, do); !errors.Is(err, errEnough) {
		s.t.Fatalf("the stream ended: %v", err)
	}
}

// TestStream: hello, a snapshot, changes; who comes back with Last-Event-ID gets the next change and no snapshot; the end is told.
func TestStream(t *testing.T) {
	t.Parallel()
	s := newStage(t, wallboard.Options{Bounds: wallboard.Bounds{Watchers: 1}})
	server := s.serve()
	r := rand.New(rand.NewPCG(3, 3))
	view, last, names := &wallboard.View{}, "", ""
	take := func(name, id string, data []byte) error {
		names += name + " "
		if id != "" {
			last = id
			must(t, view.Take(wallboard.Message{Snapshot: name == "snapshot", Data: data}))
		}
		if name == "hello" {
			var hello struct {
				Zone    string
				Resumed bool
			}
			if must(t, json.Unmarshal(data, &hello)); hello.Zone != "Europe/Berlin" {
				t.Errorf("hello: %s", data)
			}
			return nil
		}
		if view.At.Equal(s.now) && name == "change" {
			return errEnough
		}
		s.play(r)
		return nil
	}
	s.read(server.URL, "", take)
	if !strings.HasPrefix(names, "hello snapshot change ") {
		t.Errorf("the stream began with %s", names)
	}
	names = ""
	s.alone()
	s.play(r)
	s.read(server.URL, last, take)
	if !strings.HasPrefix(names, "hello change ") {
		t.Errorf("the resumed stream began with %s", names)
	}
	s.alone()
	fresh := &wallboard.View{}
	s.read(server.URL+"?after=x-1", "", func(name, _ string, data []byte) error {
		switch name {
		case "snapshot":
			must(t, fresh.Take(wallboard.Message{Snapshot: true, Data: data}))
			reply, err := http.Get(server.URL) //nolint:noctx // a test
			must(t, err)
			defer reply.Body.Close()
			if reply.StatusCode != http.StatusServiceUnavailable || reply.Header.Get("Retry-After") == "" {
				t.Errorf("a second watcher of one: %d", reply.StatusCode)
			}
			s.carry(func() []center.Effect { s.broken = errors.New("broken"); return nil })
		case "end":
			if !strings.Contains(string(data), `"reason":"unavailable"`) {
				t.Errorf("end: %s", data)
			}
			return errEnough
		}
		return nil
	})
	if len(fresh.Agents) == 0 || len(fresh.Agents) != len(view.Agents) {
		t.Errorf("%d agents in a snapshot, %d by changes", len(fresh.Agents), len(view.Agents))
	}
	reply, err := http.Get(server.URL + "?other") //nolint:noctx // a test
	must(t, err)
	defer reply.Body.Close()
	if reply.StatusCode != http.StatusNotFound {
		t.Errorf("a VCC that is none: %d", reply.StatusCode)
	}
}

// TestStream_SlowWatcher: a watcher who takes nothing is cut off, which is counted, while another one gets every change.
func TestStream_SlowWatcher(t *testing.T) {
	t.Parallel()
	s := newStage(t, wallboard.Options{Stall: 200 * time.Millisecond})
	for id := center.AgentID(101); id < 200; id++ {
		s.people[id] = &center.AgentRow{Agent: id, Name: strings.Repeat("long name ", 10), State: center.StateIdle, Since: s.now}
	}
	server := s.serve()
	slow, err := net.Dial("tcp", server.Listener.Addr().String()) //nolint:noctx // a test
	must(t, err)
	defer slow.Close()
	must(t, slow.(*net.TCPConn).SetReadBuffer(4<<10))
	_, err = slow.Write([]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
	must(t, err)
	view := &wallboard.View{}
	s.read(server.URL, "", func(name, _ string, data []byte) error {
		if name == "hello" {
			return nil
		}
		must(t, view.Take(wallboard.Message{Snapshot: name == "snapshot", Data: data}))
		if s.boards.Stats().Slow > 0 {
			return errEnough
		}
		s.carry(func() []center.Effect {
			s.now = s.now.Add(time.Second)
			for _, row := range s.people {
				row.Since, row.Name = s.now, strings.Repeat(row.Name[:1]+"other name ", 100)
			}
			return nil
		})
		return nil
	})
	if stats := s.boards.Stats(); stats.Slow != 1 || !view.At.Equal(s.now) {
		t.Errorf("%+v; known at %s of %s", stats, view.At, s.now)
	}
}
