package gateway

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ccgateway/internal/center"
)

// serve lets a house listen on loopback.
func (h *house) serve(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := NewServer(h, slog.New(slog.DiscardHandler))
	limited := Limit(listener, server, ConnectionLimits{}, slog.New(slog.DiscardHandler))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := server.Serve(limited); !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	}()
	t.Cleanup(func() {
		h.events.Close()
		_ = server.Close()
		<-ended
	})
	return listener.Addr().String()
}

// wire is one connection on which a client speaks for itself.
type wire struct {
	t *testing.T
	net.Conn
	*bufio.Reader
}

func dial(t *testing.T, address string) *wire {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return &wire{t, conn, bufio.NewReader(conn)}
}

// say writes lines as they are, each ended by CR LF.
func (w *wire) say(lines ...string) {
	w.t.Helper()
	if _, err := io.WriteString(w.Conn, strings.Join(lines, "\r\n")); err != nil {
		w.t.Fatal(err)
	}
}

// reply reads one reply: its head as it stands on the wire, and its body.
func (w *wire) reply() (head, body string) {
	w.t.Helper()
	length := 0
	for {
		line, err := w.ReadString('\n')
		if err != nil {
			w.t.Fatalf("after %q: %v", head, err)
		}
		if line == "\r\n" {
			break
		}
		head += line
		_, _ = fmt.Sscanf(line, "Content-Length: %d", &length)
	}
	data := make([]byte, length)
	if _, err := io.ReadFull(w.Reader, data); err != nil {
		w.t.Fatal(err)
	}
	return head, string(data)
}

// TestWire_OddRequests sends what clients in use send, as they send it.
func TestWire_OddRequests(t *testing.T) {
	const path = "/agentgateway/resource/"
	sayFree, callOut := center.SayFree{By: by(101)}, center.CallOut{By: by(101), Called: "40040"}
	drop := center.DropCall{By: by(101), Call: "1-2"}
	for name, c := range map[string]struct {
		lines []string
		want  center.Command
	}{
		"Java: Content-Length 0": {
			[]string{"POST " + path + "onlineagent/101/sayfree HTTP/1.1", "Host: x", "guid: " + guid1, "Content-Length: 0", "Content-Type: application/json", "", ""}, sayFree,
		},
		"Mono: no length at all": {
			[]string{"POST " + path + "onlineagent/101/sayfree HTTP/1.1", "Host: x", "guid: " + guid1, "Connection: close", "", ""}, sayFree,
		},
		"Node: chunked and empty": {
			[]string{"POST " + path + "onlineagent/101/sayfree HTTP/1.1", "Host: x", "Guid: " + guid1, "Transfer-Encoding: chunked", "", "0", "", ""}, sayFree,
		},
		"JavaScript: text/plain": {
			[]string{"POST " + path + "onlineagent/101/sayfree?resteasy_jsapi_anti_cache=1 HTTP/1.1", "Host: x", "GUID: " + guid1, "Content-Type: text/plain", "Content-Length: 0", "If-None-Match: x", "", ""}, sayFree,
		},
		"garbled cookies": {
			[]string{"POST " + path + "onlineagent/101/sayfree HTTP/1.1", "Host: x", "guid: " + guid1, "Cookie: ", "Cookie: routex1; Path/;", "Content-Length: 0", "", ""}, sayFree,
		},
		"2014 page: double slashes": {
			[]string{"POST //agentgateway//resource//onlineagent///101/sayfree// HTTP/1.1", "Host: x", "guid: " + guid1, "", ""}, sayFree,
		},
		"whole address in the request line": {
			[]string{"POST http://x" + path + "onlineagent/101/sayfree HTTP/1.1", "Host: x", "guid: " + guid1, "", ""}, sayFree,
		},
		"HTTP/1.0 without host": {
			[]string{"POST " + path + "onlineagent/101/sayfree HTTP/1.0", "guid: " + guid1, "", ""}, sayFree,
		},
		"GUID with its prefix": {
			[]string{"POST " + path + "onlineagent/101/sayfree HTTP/1.1", "Host: x", "guid: JSESSIONID=" + guid1, "", ""}, sayFree,
		},
		"body in chunks": {
			[]string{"PUT " + path + "voicecall/101/callout HTTP/1.1", "Host: x", "guid: " + guid1, "Transfer-Encoding: chunked", "", "9", `{"called"`, "9", `:"40040"}`, "0", "", ""}, callOut,
		},
		"Content-Encoding that is none": {
			[]string{"PUT " + path + "voicecall/101/callout HTTP/1.1", "Host: x", "guid: " + guid1, "Content-Encoding: UTF-8", "Content-Length: 18", "", `{"called":"40040"}`}, callOut,
		},
		"byte order mark": {
			[]string{"PUT " + path + "voicecall/101/callout HTTP/1.1", "Host: x", "guid: " + guid1, "Content-Length: 21", "", "\ufeff" + `{"called":"40040"}`}, callOut,
		},
		"body where none is asked for": {
			[]string{"DELETE " + path + "voicecall/101/release HTTP/1.1", "Host: x", "guid: " + guid1, "Content-Length: 13", "", `{"callid":"1"`}, center.Release{By: by(101)},
		},
		"escaped path": {
			[]string{"POST " + path + "voicecall/101/dropcall/1%2D2 HTTP/1.1", "Host: x", "guid: " + guid1, "Content-Length: 16", "", `{"callid":"1-2"}`}, drop,
		},
		"raw semicolons": {
			[]string{"POST " + path + "onlineagent/101/resetskill/false?skillid=1;2 HTTP/1.1", "Host: x", "guid: " + guid1, "", ""},
			center.ResetSkill{By: by(101), Skills: []center.SkillID{1, 2}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.answers(center.CallID("1-2"), nil)
			w := dial(t, h.serve(t))
			w.say(c.lines...)
			head, body := w.reply()
			if !strings.HasPrefix(head, "HTTP/1.") || !strings.Contains(head, " 200 OK\r\n") || !strings.Contains(body, `"retcode":"0"`) {
				t.Errorf("got %s%s", head, body)
			}
			if diff := cmp.Diff(c.want, h.sent()); diff != "" {
				t.Errorf("command (-want +sent):\n%s", diff)
			}
		})
	}
}

func TestWire_ExpectContinue(t *testing.T) {
	h := newHouse(t)
	h.answers(center.CallID("1-2"), nil)
	w := dial(t, h.serve(t))
	w.say("PUT "+Base+"voicecall/101/callout HTTP/1.1", "Host: x", "guid: "+guid1, "Expect: 100-continue", "Content-Length: 18", "", "")
	if head, _ := w.reply(); head != "HTTP/1.1 100 Continue\r\n" {
		t.Fatalf("got %q", head)
	}
	w.say(`{"called":"40040"}`)
	if _, body := w.reply(); body != `{"message":"","retcode":"0","result":"1-2"}` {
		t.Errorf("got %s", body)
	}
}

// TestWire_Reply looks at a sign-in's reply as it goes over the wire: names spelled exactly, nothing more than wanted.
func TestWire_Reply(t *testing.T) {
	h := newHouse(t)
	h.answers(signedInAnn, nil)
	w := dial(t, h.serve(t))
	body := `{"password":"Ann#2026x","phonenum":"40038"}`
	w.say("PUT "+Base+"onlineagent/101 HTTP/1.1", "Host: x", fmt.Sprintf("Content-Length: %d", len(body)), "", body)
	head, got := w.reply()
	if got != signedInJSON {
		t.Errorf("body: %s", got)
	}
	for _, line := range []string{
		"HTTP/1.1 200 OK\r\n", "\r\nSet-GUID: JSESSIONID=" + guid1 + "\r\n", "\r\nGuid: " + guid1 + "\r\n",
		"\r\nContent-Type: application/json\r\n", "\r\nJSON-Type: application/json\r\n",
		fmt.Sprintf("\r\nContent-Length: %d\r\n", len(got)),
	} {
		if !strings.Contains(head, line) {
			t.Errorf("%q is missing in\n%s", line, head)
		}
	}
	if names := strings.Count(head, "\r\n") - 1; names != 6 { // and Date
		t.Errorf("%d headers:\n%s", names, head)
	}
}

// TestWire_KeepAlive: one connection carries one request after the other, whatever became of them.
func TestWire_KeepAlive(t *testing.T) {
	h := signedIn(t, 101)
	w := dial(t, h.serve(t))
	for _, c := range []struct{ line, want string }{
		{"GET " + Base + "agentevent/101", emptyPoll},
		{"GET /favicon.ico", `{"message":"no such path: interfaces begin with /agentgateway/resource/","retcode":"000-002"}`},
		{"BREW " + Base + "agentevent/101", `{"message":"this interface is called with GET","retcode":"000-002"}`},
		{"GET " + Base + "agentevent/101", emptyPoll},
	} {
		w.say(c.line+" HTTP/1.1", "Host: x", "guid: "+guid1, "", "")
		if _, body := w.reply(); body != c.want {
			t.Errorf("%s: got %q", c.line, body)
		}
	}
}

// pollOf101 is the event poll of agent 101, line by line.
var pollOf101 = []string{"GET " + Base + "agentevent/101 HTTP/1.1", "Host: x", "guid: " + guid1, "", ""}

// holdsPolls serves agent 101, whose polls are held; polled gets each that has reached the center.
func holdsPolls(t *testing.T) (h *house, address string, polled <-chan struct{}) {
	t.Helper()
	h = signedIn(t, 101)
	h.config.PollWait = DefaultPollWait
	h.Set(h.config)
	reached := make(chan struct{}, 10)
	inner := h.reply
	h.reply = func(cmd center.Command) center.Reply {
		defer func() { reached <- struct{}{} }()
		return inner(cmd)
	}
	return h, h.serve(t), reached
}

// TestWire_DeadPoll: a client that gives up a held poll loses nothing, and the next one is not kept waiting by it.
func TestWire_DeadPoll(t *testing.T) {
	h, address, polled := holdsPolls(t)
	dead := dial(t, address)
	dead.say(pollOf101...)
	<-polled
	if err := dead.Close(); err != nil {
		t.Fatal(err)
	}
	alive := dial(t, address)
	alive.say(pollOf101...)
	<-polled
	h.raise(101, 1, "AgentState_Ready", nil)
	if _, body := alive.reply(); body != `{"message":"","retcode":"0","event":{"eventType":"AgentState_Ready","workNo":"101","content":null}}` {
		t.Errorf("got %s", body)
	}
}

// TestWire_BigBody: a body without end is cut off, with an answer; that of somebody without an agent's GUID sooner.
func TestWire_BigBody(t *testing.T) {
	h := newHouse(t)
	h.Recall(101, []center.Token{tokenOf(guid1)})
	address := h.serve(t)
	for guid, most := range map[string]int{guid1: maxBody, "invented": maxStrangersBody} {
		w := dial(t, address)
		body := `{"called":"` + strings.Repeat("1", most) + `"}`
		w.say("PUT "+Base+"voicecall/101/callout HTTP/1.1", "Host: x", "guid: "+guid, fmt.Sprintf("Content-Length: %d", len(body)), "", body)
		if _, got := w.reply(); got != fmt.Sprintf(`{"message":"body is larger than %d bytes","retcode":"000-002"}`, most) {
			t.Errorf("got %s", got)
		}
	}
}

func TestWire_CutBody(t *testing.T) {
	h := newHouse(t)
	w := dial(t, h.serve(t))
	w.say("PUT "+Base+"voicecall/101/callout HTTP/1.1", "Host: x", "guid: "+guid1, "Content-Length: 100", "", `{"called":"1"}`)
	if err := w.Conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if _, got := w.reply(); got != `{"message":"body did not arrive whole","retcode":"000-002"}` {
		t.Errorf("got %s", got)
	}
}

func TestNewServer_Bounds(t *testing.T) {
	s := NewServer(http.NotFoundHandler(), slog.New(slog.DiscardHandler))
	if s.ReadHeaderTimeout == 0 || s.IdleTimeout == 0 || s.WriteTimeout < 2*MaxPollWait || s.MaxHeaderBytes == 0 {
		t.Errorf("a bound is missing: %+v", s)
	}
	if s.TLSConfig.MinVersion != 0x0303 || s.Protocols.HTTP2() || !s.Protocols.HTTP1() {
		t.Error("TLS 1.2 and HTTP/1.1 are what clients speak")
	}
}
