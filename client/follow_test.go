package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// streams is a gateway whose streams are scripts, one for each connection.
type streams struct {
	*httptest.Server
	mu      sync.Mutex
	asked   []string
	scripts []string
}

func newStreams(t *testing.T, scripts ...string) (*streams, *Agent) {
	t.Helper()
	s := &streams{scripts: scripts}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			w.Header()["Set-GUID"] = []string{"JSESSIONID=g1.N"}
			_, _ = io.WriteString(w, signedIn)
			return
		}
		s.mu.Lock()
		s.asked = append(s.asked, strings.TrimPrefix(r.RequestURI, base)+" "+r.Header.Get("Guid"))
		script := s.scripts[0]
		s.scripts = s.scripts[1:]
		s.mu.Unlock()
		if strings.HasPrefix(script, "{") {
			_, _ = io.WriteString(w, script)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, script)
	}))
	t.Cleanup(s.Close)
	c, err := New(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	a, err := c.SignIn(t.Context(), SignIn{Agent: 101, Password: "x", Phone: "40101"})
	if err != nil {
		t.Fatal(err)
	}
	return s, a
}

func sse(seq int) string {
	return fmt.Sprintf("id: %d\ndata: {\"eventType\":\"E%d\",\"workNo\":\"101\",\"content\":null}\n\n", seq, seq)
}

const sseHello = "retry: 1000\nevent: hello\ndata: {\"workNo\":\"101\",\"after\":0,\"gap\":false}\n\n"

func sseGap(after int) string {
	return fmt.Sprintf("event: hello\ndata: {\"workNo\":\"101\",\"after\":%d,\"gap\":true}\n\n", after)
}

func sseEnd(reason, code string) string {
	return fmt.Sprintf("event: end\ndata: {\"reason\":%q,\"retcode\":%q}\n\n", reason, code)
}

// takeAll reads a stream to its end.
func takeAll(s *Stream) []string {
	var got []string
	for event := range s.C {
		got = append(got, fmt.Sprintf("%s %d", event.Type, event.Seq))
	}
	return got
}

func TestFollow(t *testing.T) {
	over := sseEnd("signed-out", "100-006")
	for name, c := range map[string]struct {
		scripts []string
		want    []string
		asked   []string
		err     error
		code    string
	}{
		"whole": {
			scripts: []string{sseHello + ": alive\n\n" + sse(1) + sse(2) + over}, want: []string{"E1 1", "E2 2"},
			asked: []string{"agentevent/101/stream?after=0 g1.N"}, code: NotSignedIn,
		},
		"broken in the middle of an event": {
			scripts: []string{sseHello + sse(1) + sse(2)[:30], sseHello + sse(2) + over}, want: []string{"E1 1", "E2 2"},
			asked: []string{"agentevent/101/stream?after=0 g1.N", "agentevent/101/stream?after=1 g1.N"}, code: NotSignedIn,
		},
		"a new GUID": {
			scripts: []string{sseHello + "event: guid\ndata: {\"guid\":\"g2.N\"}\n\n", over}, asked: []string{"agentevent/101/stream?after=0 g1.N", "agentevent/101/stream?after=0 g2.N"},
			code: NotSignedIn,
		},
		"given twice": {scripts: []string{sse(1) + sse(1) + sse(2), sse(2) + sse(3) + over}, want: []string{"E1 1", "E2 2", "E3 3"}, code: NotSignedIn},
		"a gap": {
			scripts: []string{sseHello + sse(1), sseGap(5) + sse(6) + over}, want: []string{"E1 1", "client.Gap 0", "E6 6"}, code: NotSignedIn,
		},
		"a number from before":                   {scripts: []string{sse(9), sseGap(0) + sse(1) + over}, want: []string{"E9 9", "client.Gap 0", "E1 1"}, code: NotSignedIn},
		"polled before":                          {scripts: []string{sseGap(3) + sse(4) + over}, want: []string{"E4 4"}, code: NotSignedIn},
		"replaced":                               {scripts: []string{sse(1) + sseEnd("replaced", "0")}, want: []string{"E1 1"}, err: ErrReplaced},
		"the gateway stops and comes back":       {scripts: []string{sse(1) + sseEnd("stopping", "0"), sse(2) + over}, want: []string{"E1 1", "E2 2"}, code: NotSignedIn},
		"GUID not taken":                         {scripts: []string{`{"message":"no","retcode":"000-003","result":""}`}, code: NoRight},
		"in push mode":                           {scripts: []string{`{"message":"no","retcode":"000-001"}`}, code: PushedElsewhere},
		"a gateway without streams":              {scripts: []string{`{"message":"no such interface","retcode":"000-002"}`}, code: BadArgument},
		"busy for a moment":                      {scripts: []string{`{"message":"soon","retcode":"000-004"}`, over}, code: NotSignedIn},
		"no envelope for a moment":               {scripts: []string{`{}`, over}, code: NotSignedIn},
		"nonsense in between":                    {scripts: []string{sseHello + "id: x\ndata: {}\n\n", "event: guid\ndata: x\n\n", "data: {\"eventType\":\"x\"}\n\n", sse(1) + over}, want: []string{"E1 1"}, code: NotSignedIn},
		"names and comments that are not for us": {scripts: []string{"event: other\ndata: {}\n\n:\nretry:\n\n" + sse(1) + over}, want: []string{"E1 1"}, code: NotSignedIn},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, a := newStreams(t, c.scripts...)
			stream := a.Follow(t.Context())
			if diff := cmp.Diff(c.want, takeAll(stream)); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			if err := stream.Err(); CodeOf(err) != c.code || c.err != nil && !errors.Is(err, c.err) || err == nil {
				t.Errorf("ended with %v", err)
			}
			if c.asked != nil {
				if diff := cmp.Diff(c.asked, s.asked); diff != "" {
					t.Errorf("asked (-want +got):\n%s", diff)
				}
			}
		})
	}
}

// TestFollow_Again: what was not taken comes with the next stream.
func TestFollow_Again(t *testing.T) {
	_, a := newStreams(t, sseHello+sse(1)+sse(2)+sse(3), sse(2)+sse(3)+sseEnd("signed-out", "100-006"))
	ctx, cancel := context.WithCancel(t.Context())
	stream := a.Follow(ctx)
	if event := <-stream.C; event.Seq != 1 {
		t.Fatalf("got %+v", event)
	}
	cancel()
	for event := range stream.C { // one may have been on its way to us
		t.Logf("after the end came %+v", event)
	}
	if stream.Err() != nil {
		t.Errorf("ended with %v", stream.Err())
	}
	next := a.Follow(t.Context())
	first := a.position() + 1
	for event := range next.C {
		if event.Seq != first {
			t.Errorf("got number %d, want %d", event.Seq, first)
		}
		first++
	}
}

// FuzzStream looks that nothing a gateway sends breaks a program, and that numbers only grow.
func FuzzStream(f *testing.F) {
	f.Add(sseHello + sse(1) + sse(3) + sseEnd("replaced", "0"))
	f.Add("id: 1\r\ndata: x\n\n" + sseGap(7))
	f.Fuzz(func(t *testing.T, text string) {
		a := &Agent{number: "101"}
		events := make(chan Event, len(text))
		g := &following{agent: a, events: events}
		var m sseMessage
		watchdog := newStoppedTimer()
		for line := range strings.SplitSeq(text, "\n") {
			if !m.add(strings.TrimSuffix(line, "\r")) {
				continue
			}
			if g.take(t.Context(), m, watchdog) != nil {
				return
			}
			m = sseMessage{}
		}
		watchdog.Stop()
	})
}

// newStoppedTimer is a watchdog that does not bite.
func newStoppedTimer() *time.Timer {
	timer := time.AfterFunc(time.Hour, func() {})
	timer.Stop()
	return timer
}
