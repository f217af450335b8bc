package push

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ccgateway/internal/center"
	"ccgateway/internal/delivery"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what has to come.
const patience = 20 * time.Second

var ann = delivery.Key{VCC: 1, Agent: 101, Session: 7}

// rig is a pusher over a delivery, with what it logs and asks for.
type rig struct {
	*Pusher
	t        *testing.T
	events   *delivery.Delivery
	expelled chan delivery.Key

	mu  sync.Mutex
	log strings.Builder
}

func (r *rig) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.log.Write(p)
}

func (r *rig) logged() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.log.String()
}

// newRig makes a pusher that may call the servers of the test.
func newRig(t *testing.T, change ...func(*Options)) *rig {
	t.Helper()
	r := &rig{t: t, events: delivery.New(delivery.Options{}), expelled: make(chan delivery.Key, 10)}
	allowed, err := ParseAllowed([]string{"http://127.0.0.1/"})
	if err != nil {
		t.Fatal(err)
	}
	options := Options{
		Allowed: allowed, Retry: time.Millisecond, GiveUp: time.Hour, Expel: func(key delivery.Key) { r.expelled <- key },
		Log: slog.New(slog.NewTextHandler(r, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, set := range change {
		set(&options)
	}
	r.Pusher = New(r.events, options)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		r.Close(ctx)
		r.events.Close()
	})
	return r
}

// allow adds receivers to the white list.
func allow(t *testing.T, urls ...string) func(*Options) {
	list, err := ParseAllowed(urls)
	if err != nil {
		t.Fatal(err)
	}
	return func(o *Options) { o.Allowed = list }
}

func (r *rig) carry(effects ...center.Effect) {
	r.events.Carry(1, effects)
	r.Carry(1, effects)
}

// signIn begins a session whose events are pushed.
func (r *rig) signIn(key delivery.Key, to center.Push) {
	r.Expect(key.Agent, fmt.Sprintf("guid-%d.N", key.Agent))
	r.carry(center.SessionBegan{Agent: key.Agent, Session: key.Session, Push: to})
	r.Expected(key.Agent)
}

// raise gives a session the events from..to; each says its number.
func (r *rig) raise(key delivery.Key, from, to uint64) {
	for seq := from; seq <= to; seq++ {
		r.carry(center.Event{Agent: key.Agent, Session: key.Session, Seq: seq, Type: fmt.Sprintf("E%d", seq), Content: map[string]string{"text": "您好"}})
	}
}

// pushed is one request as a receiver saw it.
type pushed struct {
	header http.Header
	length int64
	path   string
	body   string
	events []string
}

// receiver collects pushes and answers them.
type receiverServer struct {
	*httptest.Server
	requests chan pushed
}

// newReceiver makes a receiver; answer gets the number of the request, from 1.
func newReceiver(t *testing.T, answer func(n int, w http.ResponseWriter, r *http.Request)) *receiverServer {
	t.Helper()
	s := &receiverServer{requests: make(chan pushed, 10_000)}
	s.Server = httptest.NewUnstartedServer(s.handler(t, answer))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	t.Cleanup(s.Close)
	return s
}

func (s *receiverServer) handler(t *testing.T, answer func(n int, w http.ResponseWriter, r *http.Request)) http.Handler {
	var mu sync.Mutex
	n := 0
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // we gave the push up while it was sent
		}
		p := pushed{header: r.Header, length: r.ContentLength, path: r.URL.RequestURI(), body: string(body)}
		if p.events, err = eventsOf(body); err != nil {
			t.Errorf("body %s: %v", body, err)
		}
		mu.Lock()
		n++
		number := n
		mu.Unlock()
		s.requests <- p
		answer(number, w, r)
	})
}

// eventsOf reads both forms.
func eventsOf(body []byte) (names []string, err error) {
	type event struct {
		EventType string          `json:"eventType"`
		WorkNo    string          `json:"workNo"`
		Content   json.RawMessage `json:"content"`
	}
	var form struct {
		Event     *event  `json:"event"`
		EventList []event `json:"eventList"`
	}
	if err := json.Unmarshal(body, &form); err != nil {
		return nil, err
	}
	if form.Event != nil {
		form.EventList = append(form.EventList, *form.Event)
	}
	for _, e := range form.EventList {
		names = append(names, e.EventType)
	}
	return names, nil
}

// next waits for the next request.
func (s *receiverServer) next(t *testing.T) pushed {
	t.Helper()
	select {
	case p := <-s.requests:
		return p
	case <-time.After(patience):
		t.Fatal("no push came")
		return pushed{}
	}
}

// until takes requests until event number last has come, and gives the events of all of them.
func (s *receiverServer) until(t *testing.T, last string) []string {
	t.Helper()
	var all []string
	for {
		p := s.next(t)
		all = append(all, p.events...)
		if len(p.events) > 0 && p.events[len(p.events)-1] == last {
			return all
		}
	}
}

func good(_ int, w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, `{"message":"success","retcode":"0"}`)
}

// eventually waits until something is true; there is nothing to wait on but the figures.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	deadline := time.After(patience)
	for !is() {
		select {
		case <-ticker.C:
		case <-deadline:
			t.Fatalf("%s: never", what)
		}
	}
}
