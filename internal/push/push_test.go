package push

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/delivery"
)

// TestForms looks at the requests of both forms, to the byte.
func TestForms(t *testing.T) {
	s := newReceiver(t, good)
	s.Start()
	r := newRig(t, allow(t, s.URL+"/cb"))
	long := center.Event{Agent: 101, Session: 7, Seq: 1, Type: "AgentOther_Note", Content: "<é&您\u2028😀\"\n>"}

	r.Expect(101, "0-1.AgentGateway1")
	r.carry(center.SessionBegan{Agent: 101, Session: 7, Push: center.Push{URL: s.URL + "/cb/push?a=1;2&token=%7e", Token: "to-ken"}}, long)
	r.Expected(101)
	p := s.next(t)
	want := `{"workNo":"101","eventList":[{"eventType":"AgentOther_Note","workNo":"101","content":"<\u00e9&\u60a8\u2028\ud83d\ude00\"\n>"}]}`
	if p.body != want || p.length != int64(len(want)) || p.path != "/cb/push?a=1;2&token=%7e" {
		t.Errorf("got %s to %s, %d bytes\nwant %s", p.body, p.path, p.length, want)
	}
	if h := p.header; h.Get("Guid") != "0-1.AgentGateway1" || h.Get("Content-Type") != "application/json" || h.Get("service_token") != "to-ken" {
		t.Errorf("headers %v", h)
	}

	old := delivery.Key{VCC: 1, Agent: 102, Session: 8}
	r.signIn(old, center.Push{URL: s.URL + "/cb?token=x", Old: true})
	r.carry(center.Event{Agent: 102, Session: 8, Seq: 1, Type: "AgentState_Ready"}, center.Event{Agent: 102, Session: 8, Seq: 2, Type: "AgentState_Busy"})
	for _, name := range []string{"AgentState_Ready", "AgentState_Busy"} {
		p = s.next(t)
		if want = `{"message":"","retcode":"0","event":{"eventType":"` + name + `","workNo":"102","content":null}}`; p.body != want || p.path != "/cb?token=x" {
			t.Errorf("got %s to %s\nwant %s", p.body, p.path, want)
		}
		if p.header.Get("Guid") != "" || p.header.Get("service_token") != "" || p.length != int64(len(want)) {
			t.Errorf("headers %v", p.header)
		}
	}
}

// TestLies: whatever a receiver answers but the one good answer, its events come again, none is left out and none changes places.
func TestLies(t *testing.T) {
	hijack := func(text string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) {
			conn, buffer, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = buffer.WriteString(text)
			_ = buffer.Flush()
			_ = conn.Close()
		}
	}
	text := func(status int, body string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	for name, lie := range map[string]func(http.ResponseWriter){
		"retcode 000-002":     text(200, `{"message":"","retcode":"000-002"}`),
		"retcode 1":           text(200, `{"retcode":1}`),
		"retcode true":        text(200, `{"retcode":true}`),
		"retcode of an array": text(200, `{"retcode":["0"]}`),
		"no retcode":          text(200, `{"message":"success"}`),
		"null":                text(200, `null`),
		"no JSON":             text(200, `OK`),
		"cut JSON":            text(200, `{"retcode":"0"`),
		"JSON and more":       text(200, `{"retcode":"0"}{"retcode":"0"}`),
		"an array":            text(200, `[{"retcode":"0"}]`),
		"endless":             text(200, `{"retcode":"0"}`+strings.Repeat(" ", maxReply)),
		"201":                 text(201, `{"retcode":"0"}`),
		"202":                 text(202, `{"retcode":"0"}`),
		"204":                 text(204, ""),
		"400":                 text(400, `{"retcode":"0"}`),
		"500":                 text(500, `{"retcode":"0"}`),
		"no answer":           hijack(""),
		"no HTTP":             hijack("SSH-2.0-x\r\n\r\n"),
		"closes in the head":  hijack("HTTP/1.1 200 OK\r\nContent-"),
		"closes in the body":  hijack("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"retcode\":\"0\"}"),
		"cut chunks":          hijack("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nf\r\n{\"retcode\":\"0\"}\r\n"),
		"endless head":        hijack("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 2*maxReplyHeader)),
	} {
		for _, old := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " ", old), func(t *testing.T) {
				s := newReceiver(t, func(n int, w http.ResponseWriter, r *http.Request) {
					if n <= 2 {
						lie(w)
						return
					}
					good(n, w, r)
				})
				s.Start()
				r := newRig(t, allow(t, s.URL))
				r.signIn(ann, center.Push{URL: s.URL, Token: "t", Old: old})
				r.raise(ann, 1, 1)
				for range 3 {
					if p := s.next(t); p.events[0] != "E1" {
						t.Fatalf("got %v", p.events)
					}
				}
				r.raise(ann, 2, 3)
				if got := strings.Join(s.until(t, "E3"), " "); got != "E2 E3" {
					t.Errorf("then came %s", got)
				}
				eventually(t, "acceptance", func() bool { return r.Stats().Pushed == 3 })
				if stats := r.Stats(); stats.Failures != 2 || stats.Expired != 0 {
					t.Errorf("stats %+v", stats)
				}
			})
		}
	}
}

// TestEmptyReply: the receiver of one client in use answers the older form without a body.
func TestEmptyReply(t *testing.T) {
	s := newReceiver(t, func(int, http.ResponseWriter, *http.Request) {})
	s.Start()
	r := newRig(t, allow(t, s.URL))
	r.signIn(ann, center.Push{URL: s.URL, Old: true})
	r.raise(ann, 1, 3)
	if got := strings.Join(s.until(t, "E3"), " "); got != "E1 E2 E3" {
		t.Errorf("got %s", got)
	}
	ben := delivery.Key{VCC: 1, Agent: 102, Session: 1}
	r.signIn(ben, center.Push{URL: s.URL, Token: "t"})
	r.raise(ben, 1, 1)
	eventually(t, "failure of the present form", func() bool { return r.Stats().Failures > 0 })
}

// TestGoodAnswers has all forms of the one good answer.
func TestGoodAnswers(t *testing.T) {
	for _, body := range []string{
		`{"message":"success","retcode":"0"}`, `{"retcode":0}`, " {\"retcode\" : 0 , \"result\":{}}\n", "\ufeff{\"retcode\":\"0\"}",
	} {
		for _, old := range []bool{false, true} {
			if err := judge([]byte(body), old); err != nil {
				t.Errorf("%s: %v", body, err)
			}
		}
	}
	if judge(nil, false) == nil || judge([]byte(" \n"), true) != nil {
		t.Error("an empty reply is good for the older form only")
	}
}

// TestRedirect: nobody is called but white-listed receivers.
func TestRedirect(t *testing.T) {
	elsewhere := newReceiver(t, good)
	elsewhere.Start()
	for _, status := range []int{301, 302, 303, 307, 308} {
		s := newReceiver(t, func(_ int, w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, status) })
		s.Start()
		r := newRig(t, allow(t, s.URL))
		r.signIn(ann, center.Push{URL: s.URL, Token: "t"})
		r.raise(ann, 1, 1)
		s.next(t)
		s.next(t)
	}
	if len(elsewhere.requests) > 0 {
		t.Error("a redirect was followed")
	}
}

// TestHang: a receiver that takes its time at any point is given up, and tried again.
func TestHang(t *testing.T) {
	for name, hang := range map[string]func(w http.ResponseWriter){
		"before the head": func(http.ResponseWriter) {},
		"in the body": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "35")
			_, _ = io.WriteString(w, `{"message":"success",`)
			_ = http.NewResponseController(w).Flush()
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newReceiver(t, func(n int, w http.ResponseWriter, r *http.Request) {
				if n == 1 {
					hang(w)
					<-r.Context().Done() // until we hang up
					return
				}
				good(n, w, r)
			})
			s.Start()
			r := newRig(t, allow(t, s.URL))
			r.requestTime = 50 * time.Millisecond
			r.signIn(ann, center.Push{URL: s.URL, Token: "t"})
			r.raise(ann, 1, 1)
			s.next(t)
			s.next(t)
			eventually(t, "acceptance", func() bool { return r.Stats().Pushed == 1 })
		})
	}
}

// TestGiveUp: failing for too long signs the agent out, once; whoever comes back afterwards learns of it.
func TestGiveUp(t *testing.T) {
	healed := make(chan struct{})
	s := newReceiver(t, func(n int, w http.ResponseWriter, r *http.Request) {
		select {
		case <-healed:
			good(n, w, r)
		default:
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	s.Start()
	r := newRig(t, allow(t, s.URL), func(o *Options) { o.GiveUp = 30 * time.Millisecond })
	began := time.Now()
	r.signIn(ann, center.Push{URL: s.URL + "?token=secret", Token: "t"})
	r.raise(ann, 1, 2)
	select {
	case key := <-r.expelled:
		if key != ann || time.Since(began) < 30*time.Millisecond {
			t.Errorf("%v was expelled after %s", key, time.Since(began))
		}
	case <-time.After(patience):
		t.Fatal("nobody was expelled")
	}
	r.raise(ann, 3, 3) // the center says AgentOther_ShutdownService
	r.carry(center.SessionEnded{Agent: 101, Session: 7, Linger: true})
	close(healed)
	var last pushed
	for last = s.next(t); len(last.events) < 3; last = s.next(t) {
	}
	if got := strings.Join(last.events, " "); got != "E1 E2 E3" {
		t.Errorf("who came back got %s", got)
	}
	eventually(t, "end of the worker", func() bool { return r.Stats().Sessions == 0 })
	if len(r.expelled) > 0 || r.Stats().Expired != 1 {
		t.Error("the agent was expelled twice")
	}
	if log := r.logged(); strings.Contains(log, "secret") || !strings.Contains(log, "agent is signed out") {
		t.Errorf("log:\n%s", log)
	}
}

// TestGiveUp_SuccessResets: only failing without a success in between counts.
func TestGiveUp_SuccessResets(t *testing.T) {
	s := newReceiver(t, func(n int, w http.ResponseWriter, r *http.Request) {
		if n%2 == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		good(n, w, r)
	})
	s.Start()
	r := newRig(t, allow(t, s.URL), func(o *Options) { o.Retry, o.GiveUp = 20*time.Millisecond, time.Second })
	r.signIn(ann, center.Push{URL: s.URL, Old: true})
	r.raise(ann, 1, 60) // 60 failures of 20 ms each
	s.until(t, "E60")
	s.until(t, "E60")
	if len(r.expelled) > 0 {
		t.Error("the agent was expelled though every second push was accepted")
	}
}

// TestDeadBesideAlive: receivers that are dead in every way do not slow one that is alive.
func TestDeadBesideAlive(t *testing.T) {
	hung := newReceiver(t, func(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	hung.Start()
	gone := newReceiver(t, good)
	gone.Start()
	gone.Close()
	alive := newReceiver(t, good)
	alive.Start()
	r := newRig(t, allow(t, hung.URL, gone.URL, alive.URL))
	r.requestTime = time.Hour // however slow this machine is
	for n := range center.AgentID(200) {
		to := []string{hung.URL, gone.URL}[n%2]
		key := delivery.Key{VCC: 1, Agent: 200 + n, Session: 1}
		r.signIn(key, center.Push{URL: to, Token: "t"})
		r.raise(key, 1, 1)
	}
	for range hostConnections { // all that it may have
		hung.next(t)
	}
	r.signIn(ann, center.Push{URL: alive.URL, Token: "t"})
	for seq := range uint64(100) {
		r.raise(ann, seq+1, seq+1)
		if p := alive.next(t); len(p.events) != 1 || p.events[0] != fmt.Sprintf("E%d", seq+1) {
			t.Fatalf("got %v", p.events)
		}
	}
	if len(hung.requests) > 0 {
		t.Error("one host got more requests at once than it may")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r.Close(ctx) // without patience for those that hang
}

// TestBatches: many events go together, in order and within the bounds.
func TestBatches(t *testing.T) {
	released := make(chan struct{})
	s := newReceiver(t, func(n int, w http.ResponseWriter, r *http.Request) {
		<-released
		good(n, w, r)
	})
	s.Start()
	r := newRig(t, allow(t, s.URL))
	r.signIn(ann, center.Push{URL: s.URL, Token: "t"})
	r.raise(ann, 1, 1)
	first := s.next(t)
	if len(first.events) != 1 {
		t.Fatalf("got %v", first.events)
	}
	r.raise(ann, 2, 120)
	big := strings.Repeat("x", maxBytes/3)
	for seq := uint64(121); seq <= 126; seq++ {
		r.carry(center.Event{Agent: 101, Session: 7, Seq: seq, Type: fmt.Sprintf("E%d", seq), Content: big})
	}
	r.carry(center.Event{Agent: 101, Session: 7, Seq: 127, Type: "E127", Content: strings.Repeat("x", 2*maxBytes)},
		center.Event{Agent: 101, Session: 7, Seq: 128, Type: "broken", Content: func() {}},
		center.Event{Agent: 101, Session: 7, Seq: 129, Type: "E129"})
	close(released)
	seq := 1
	for {
		p := s.next(t)
		if len(p.events) > maxEvents || len(p.events) > 1 && len(p.body) > maxBytes+100 {
			t.Errorf("%d events in %d bytes", len(p.events), len(p.body))
		}
		for _, name := range p.events {
			if seq++; seq == 128 {
				seq++ // it cannot be rendered
			}
			if name != fmt.Sprintf("E%d", seq) {
				t.Fatalf("got %s as number %d", name, seq)
			}
		}
		if seq == 129 {
			break
		}
	}
	if !strings.Contains(r.logged(), "event left out of a push") {
		t.Error("an event was left out in silence")
	}
}

// TestConnectionsAreUsedAgain: a receiver that lets its connections open sees few of them.
func TestConnectionsAreUsedAgain(t *testing.T) {
	remotes := make(chan string, 100)
	s := newReceiver(t, func(n int, w http.ResponseWriter, r *http.Request) {
		remotes <- r.RemoteAddr
		good(n, w, r)
	})
	s.Start()
	r := newRig(t, allow(t, s.URL))
	r.signIn(ann, center.Push{URL: s.URL, Old: true})
	r.raise(ann, 1, 50)
	s.until(t, "E50")
	var all []string
	for range 50 {
		all = append(all, <-remotes)
	}
	if slices.Sort(all); len(slices.Compact(all)) > 2 {
		t.Errorf("%d connections for 50 pushes", len(slices.Compact(all)))
	}
}

// TestCredentials: GUID and service_token are the newest that are known, and after a restart those that the client itself sends.
func TestCredentials(t *testing.T) {
	s := newReceiver(t, good)
	s.Start()
	r := newRig(t, allow(t, s.URL))
	r.events.Carry(1, []center.Effect{center.SessionBegan{Agent: 101, Session: 7, Push: center.Push{URL: s.URL, Token: "t1"}}})
	r.Resume()
	r.Resume() // no second worker
	var seq uint64
	is := func(guid, token string) {
		t.Helper()
		seq++
		r.raise(ann, seq, seq)
		p := s.next(t)
		if _, sent := p.header["Guid"]; p.header.Get("Guid") != guid || sent != (guid != "") || p.header.Get("service_token") != token {
			t.Errorf("headers %v, want %q and %q", p.header, guid, token)
		}
		eventually(t, "acceptance", func() bool { return r.Stats().Pushed == seq })
	}
	is("", "t1") // the session is older than this program: nobody knows its GUID
	r.Renew(ann, "g1", false, "")
	is("g1", "t1")
	r.Renew(ann, "g0", false, "t2") // a handshake with a GUID that was replaced
	is("g1", "t2")
	r.Renew(ann, "g2", true, "")
	is("g2", "t2")
	r.Renew(delivery.Key{VCC: 9}, "g3", true, "t3")
	is("g2", "t2")
}

func TestSessionEnds(t *testing.T) {
	s := newReceiver(t, func(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	s.Start()
	r := newRig(t, allow(t, s.URL))
	r.signIn(ann, center.Push{URL: s.URL, Token: "t"})
	r.raise(ann, 1, 1)
	s.next(t)
	r.carry(center.SessionEnded{Agent: 101, Session: 7}) // the agent's own wish: nothing more is told
	eventually(t, "end of the worker", func() bool { return r.Stats().Sessions == 0 })
	r.signIn(ann, center.Push{}) // polls
	if r.Stats().Sessions != 0 {
		t.Error("a session that polls is pushed")
	}
}

// TestNoLongerAllowed: sessions of before a restart do not get round a list that has become shorter.
func TestNoLongerAllowed(t *testing.T) {
	s := newReceiver(t, good)
	s.Start()
	r := newRig(t, allow(t, s.URL+"/other"))
	r.signIn(ann, center.Push{URL: s.URL + "/push?token=secret", Token: "t"})
	r.raise(ann, 1, 1)
	if key := <-r.expelled; key != ann {
		t.Errorf("%v was expelled", key)
	}
	if len(s.requests) > 0 || r.Stats().Sessions != 0 || strings.Contains(r.logged(), "secret") {
		t.Errorf("it was pushed: %+v\n%s", r.Stats(), r.logged())
	}
}

// TestClose: what is being posted may end, nothing new begins, and what is left stays in its queue.
func TestClose(t *testing.T) {
	asked, answer := make(chan struct{}), make(chan struct{})
	s := newReceiver(t, func(n int, w http.ResponseWriter, r *http.Request) {
		if n > 1 {
			t.Error("a push began after the end")
		}
		close(asked)
		<-answer
		good(n, w, r)
	})
	s.Start()
	r := newRig(t, allow(t, s.URL))
	r.signIn(ann, center.Push{URL: s.URL, Token: "t"})
	r.raise(ann, 1, 1)
	<-asked
	r.raise(ann, 2, 2)
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		r.Close(context.Background())
	}()
	eventually(t, "closing", func() bool {
		r.Pusher.mu.Lock()
		defer r.Pusher.mu.Unlock()
		return r.closed
	})
	close(answer)
	<-closed
	r.signIn(delivery.Key{VCC: 1, Agent: 102, Session: 1}, center.Push{URL: s.URL, Token: "t"})
	batch, err := r.events.Next(t.Context(), ann, 0)
	if err != nil || len(batch.Events) != 1 || batch.Events[0].Seq != 2 || r.Stats().Pushed != 1 {
		t.Errorf("left is %v, %v", batch.Events, err)
	}
	batch.Return()
}
