package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"ccgateway/internal/center"
)

// TestSSE_Wire has a stream of server-sent events to the byte.
func TestSSE_Wire(t *testing.T) {
	h, c := streaming(t, 101)
	c.set(func() { c.rotate = true })
	h.raise(101, 1, "AgentState_Ready", nil)
	h.raise(101, 2, "AgentOther_Note", map[string]string{"context": "a\nb\r\n<您好>"})
	w := dial(t, h.serve(t))
	w.say("GET "+Base+"agentevent/101/stream?after=0 HTTP/1.0", "guid: "+guid1, "Origin: https://elsewhere", "", "")
	h.events.Carry(1, []center.Effect{center.SessionEnded{Agent: 101, Session: 101, Linger: true}})
	text, err := io.ReadAll(w.Reader)
	if err != nil {
		t.Fatal(err)
	}
	head, body, _ := strings.Cut(string(text), "\r\n\r\n")
	for _, line := range []string{"Content-Type: text/event-stream", "Cache-Control: no-store", "X-Accel-Buffering: no"} {
		if !strings.Contains(head, line) {
			t.Errorf("%q is missing in\n%s", line, head)
		}
	}
	if strings.Contains(head, "Access-Control") || strings.Contains(head, "Set-GUID") {
		t.Errorf("too much in\n%s", head)
	}
	guid, _, _ := strings.Cut(body[strings.Index(body, `{"guid":"`)+9:], `"`)
	want := "retry: 1000\nevent: hello\ndata: {\"workNo\":\"101\",\"after\":0,\"gap\":false}\n\n" +
		"event: guid\ndata: {\"guid\":\"" + guid + "\"}\n\n" +
		"id: 1\ndata: {\"eventType\":\"AgentState_Ready\",\"workNo\":\"101\",\"content\":null}\n\n" +
		"id: 2\ndata: {\"eventType\":\"AgentOther_Note\",\"workNo\":\"101\",\"content\":{\"context\":\"a\\nb\\r\\n<您好>\"}}\n\n" +
		"event: end\ndata: {\"reason\":\"signed-out\",\"retcode\":\"100-006\"}\n\n"
	if body != want || !c.valid[tokenOf(guid)] {
		t.Errorf("got\n%s\nwant\n%s", body, want)
	}
}

// TestStream_AnyCut cuts connections after every number of bytes, and goes on after the last number seen: every event comes once, in
// order, and no gap is told.
func TestStream_AnyCut(t *testing.T) {
	const events, most = 4, 700 // the head of a reply and these events have some 700 bytes
	for name, door := range doors {
		t.Run(name, func(t *testing.T) {
			h, _ := streaming(t, 101)
			address := h.serve(t)
			proxy := newCutter(t, address)
			ctx, cancel := context.WithTimeout(t.Context(), 4*patience)
			defer cancel()
			var has uint64
			cuts := 0
			for limit := range int64(most) {
				last := has + events
				h.raiseMany(101, has+1, last)
				position := func() string { return fmt.Sprintf("?after=%d", has) }
				if c, err := door(ctx, proxy.cut(limit), position(), http.Header{"Guid": {guid1}}); err == nil {
					has, err = readTo(c, has, last)
					c.close()
					if err != nil && !errors.Is(err, errShort) {
						t.Fatalf("cut after %d bytes: %v", limit, err)
					}
					if err != nil {
						cuts++
					}
				}
				c, err := door(ctx, address, position(), http.Header{"Guid": {guid1}})
				if err != nil {
					t.Fatal(err)
				}
				has, err = readTo(c, has, last)
				c.close()
				if err != nil {
					t.Fatalf("after a cut at %d bytes: %v", limit, err)
				}
			}
			if cuts < 200 {
				t.Errorf("only %d streams were cut after their beginning", cuts)
			}
		})
	}
}

// TestStream_ManyCuts lets a stream of events go through connections that each live for a few bytes only.
func TestStream_ManyCuts(t *testing.T) {
	for name, door := range doors {
		t.Run(name, func(t *testing.T) {
			h, _ := streaming(t, 101)
			proxy := newCutter(t, h.serve(t))
			random := rand.New(rand.NewPCG(1, 2))
			const last = 500
			raising := make(chan struct{})
			go func() {
				defer close(raising)
				h.raiseMany(101, 1, last)
			}()
			ctx, cancel := context.WithTimeout(t.Context(), 4*patience)
			defer cancel()
			var has uint64
			for has < last {
				c, err := door(ctx, proxy.cut(200+random.Int64N(2000)), fmt.Sprintf("?after=%d", has), http.Header{"Guid": {guid1}})
				if ctx.Err() != nil {
					t.Fatalf("%d events in the time", has)
				}
				if err != nil {
					continue
				}
				has, err = readTo(c, has, last)
				c.close()
				if err != nil && !errors.Is(err, errShort) {
					t.Fatal(err)
				}
			}
			<-raising
		})
	}
}

func TestStream_FromTheUnread(t *testing.T) {
	for name, door := range doors {
		t.Run(name, func(t *testing.T) {
			h, _ := streaming(t, 101)
			address := h.serve(t)
			h.raiseMany(101, 1, 2)
			h.call("GET agentevent/101", "") // a poll takes the first
			c := door.follow(t, address, "")
			expectTold(t, c, helloMessage(1, ""), eventMessage(2))
			h.raiseMany(101, 3, 3)
			expectTold(t, c, eventMessage(3))
			c.close()
			expectTold(t, door.follow(t, address, "?after=0"), told{"hello", 0, `{"workNo":"101","after":1,"gap":true}`}, eventMessage(2))
			expectTold(t, door.follow(t, address, "?after=9"), told{"hello", 0, `{"workNo":"101","after":1,"gap":true}`}, eventMessage(2))
		})
	}
}

// TestStream_LastEventID: what a browser sends when it comes back by itself is newer than its URL.
func TestStream_LastEventID(t *testing.T) {
	h, _ := streaming(t, 101)
	address := h.serve(t)
	h.raiseMany(101, 1, 3)
	c, err := openSSE(t.Context(), address, "?after=0", http.Header{"Guid": {guid1}, "Last-Event-Id": {"2"}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	expectTold(t, c, helloMessage(2, ""), eventMessage(3))
}

func TestStream_NewestWins(t *testing.T) {
	for name, door := range doors {
		t.Run(name, func(t *testing.T) {
			h, _ := streaming(t, 101)
			address := h.serve(t)
			first := door.follow(t, address, "?after=0")
			expectTold(t, first, helloMessage(0, ""))
			for _, other := range doors {
				second := other.follow(t, address, "?after=0")
				expectTold(t, second, helloMessage(0, ""))
				expectTold(t, first, told{"end", 0, `{"reason":"replaced","retcode":"0"}`})
				if _, err := first.next(); err == nil {
					t.Error("it goes on after its end")
				}
				first = second
			}
			h.call("GET agentevent/101", "") // a poll is a reader, too
			expectTold(t, first, told{"end", 0, `{"reason":"replaced","retcode":"0"}`})
		})
	}
}

// TestStream_Ends has the other ends.
func TestStream_Ends(t *testing.T) {
	for name, door := range doors {
		for reason, end := range map[string]struct {
			act  func(h *house, c *touches)
			want string
		}{
			"own sign-out": {func(h *house, _ *touches) {
				h.events.Carry(1, []center.Effect{center.SessionEnded{Agent: 101, Session: 101}})
			}, `{"reason":"signed-out","retcode":"100-006"}`},
			"the gateway stops": {func(h *house, _ *touches) { h.events.Close() }, `{"reason":"stopping","retcode":"0"}`},
			"GUID no longer taken": {func(_ *house, c *touches) {
				c.set(func() { delete(c.valid, tokenOf(guid1)) })
			}, `{"reason":"no-right","retcode":"000-003"}`},
			"session gone": {func(_ *house, c *touches) { c.set(func() { c.ended = true }) }, `{"reason":"signed-out","retcode":"100-006"}`},
			"error of ours": {func(h *house, _ *touches) {
				h.mu.Lock()
				defer h.mu.Unlock()
				h.failure = errors.New("center is not running")
			}, `{"reason":"failed","retcode":"100-007"}`},
		} {
			t.Run(name+", "+reason, func(t *testing.T) {
				h, touched := streaming(t, 101)
				h.config.KeepAlive = 10 * time.Millisecond
				h.Set(h.config)
				c := door.follow(t, h.serve(t), "?after=0")
				expectTold(t, c, helloMessage(0, ""))
				end.act(h, touched)
				expectTold(t, c, told{"end", 0, end.want})
				h.ended(t)
			})
		}
	}
}

// TestStream_EndOfOthersMaking: the last events of a session that an inspector ended come first, and come again if need be.
func TestStream_EndOfOthersMaking(t *testing.T) {
	for name, door := range doors {
		t.Run(name, func(t *testing.T) {
			h, _ := streaming(t, 101)
			address := h.serve(t)
			c := door.follow(t, address, "?after=0")
			h.raiseMany(101, 1, 1)
			h.events.Carry(1, []center.Effect{center.SessionEnded{Agent: 101, Session: 101, Linger: true}})
			over := told{"end", 0, `{"reason":"signed-out","retcode":"100-006"}`}
			expectTold(t, c, helloMessage(0, ""), eventMessage(1), over)
			expectTold(t, door.follow(t, address, "?after=0"), helloMessage(0, ""), eventMessage(1), over)
			expectTold(t, door.follow(t, address, "?after=1"), helloMessage(1, ""), over)
		})
	}
}

// TestStream_Rotation: new GUIDs are told, and the stream lives on by them.
func TestStream_Rotation(t *testing.T) {
	for name, door := range doors {
		t.Run(name, func(t *testing.T) {
			h, touched := streaming(t, 101)
			h.config.KeepAlive = 10 * time.Millisecond
			h.Set(h.config)
			c := door.follow(t, h.serve(t), "?after=0")
			expectTold(t, c, helloMessage(0, ""))
			for range 3 {
				touched.set(func() { touched.rotate = true })
				m, err := c.next()
				guid, found := strings.CutPrefix(m.data, `{"guid":"`)
				if err != nil || m.name != "guid" || !found {
					t.Fatalf("got %+v, %v", m, err)
				}
				token := tokenOf(strings.TrimSuffix(guid, `"}`))
				touched.set(func() { touched.valid = map[center.Token]bool{token: true} }) // the old ones are dead: the next touch is by this one
			}
			h.raiseMany(101, 1, 1)
			expectTold(t, c, eventMessage(1))
		})
	}
}

// TestStream_SlowReader: whoever does not read is cut off, holds nobody up, and goes on later without a loss.
func TestStream_SlowReader(t *testing.T) {
	const events = 80
	for name, door := range doors {
		t.Run(name, func(t *testing.T) {
			h, _ := streaming(t, 101)
			h.writeTime = time.Second
			address := h.serve(t)
			slow := dial(t, address)
			path := map[string]string{"server-sent events": "stream", "WebSocket": "socket"}[name]
			slow.say("GET "+Base+"agentevent/101/"+path+"?after=0 HTTP/1.1", "Host: x", "guid: "+guid1, "Connection: Upgrade", "Upgrade: websocket",
				"Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "", "")
			if _, err := slow.ReadString('\n'); err != nil { // the stream runs
				t.Fatal(err)
			}
			if err := slow.Conn.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
				t.Fatal(err)
			}
			big := strings.Repeat("x", 100_000) // 8 MB in all: more than the buffers
			for seq := uint64(1); seq <= events; seq++ {
				h.raise(101, seq, "big", big)
			}
			h.ended(t)
			c := door.follow(t, address, "?after=0")
			if w, ok := c.(*wsClient); ok {
				w.conn.SetReadLimit(1 << 20)
			}
			expectTold(t, c, helloMessage(0, `,"previous":"slow"`))
			for seq := uint64(1); seq <= events; seq++ {
				if m, err := c.next(); err != nil || m.id != seq {
					t.Fatalf("got number %d, %v; want %d", m.id, err, seq)
				}
			}
		})
	}
}

// TestStream_SignsOfLife: a stream counts for the center while its client reads, and only then.
func TestStream_SignsOfLife(t *testing.T) {
	for name, door := range doors {
		t.Run(name, func(t *testing.T) {
			h, touched := streaming(t, 101)
			h.config.KeepAlive = 10 * time.Millisecond
			h.Set(h.config)
			c := door.follow(t, h.serve(t), "?after=0")
			reading := make(chan struct{})
			go func() {
				defer close(reading)
				for {
					if _, err := c.next(); err != nil {
						return
					}
				}
			}()
			for range 5 {
				select {
				case touch := <-touched.came:
					if !touch.Poll || touch.By != by(101) {
						t.Errorf("touched by %+v", touch)
					}
				case <-time.After(patience):
					t.Fatal("no sign of life")
				}
			}
			c.close()
			<-reading
			h.ended(t) // the stream ends with its client
		})
	}
}

// TestSocket_SilentClient: a WebSocket whose client answers no ping is no sign of life, and is cut off.
func TestSocket_SilentClient(t *testing.T) {
	h, touched := streaming(t, 101)
	h.config.KeepAlive, h.writeTime = 20*time.Millisecond, 100*time.Millisecond
	h.Set(h.config)
	address := h.serve(t)
	silent := dial(t, address)
	silent.say("GET "+Base+"agentevent/101/socket?after=0 HTTP/1.1", "Host: x", "guid: "+guid1, "Connection: keep-alive, Upgrade", "Upgrade: WebSocket",
		"Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "", "")
	if _, err := io.Copy(io.Discard, silent.Conn); err != nil && !errors.Is(err, net.ErrClosed) && !strings.Contains(err.Error(), "reset") {
		t.Fatal(err)
	}
	h.ended(t)
	if n := len(touched.came); n > 2 { // the opening, and the first look
		t.Errorf("%d signs of life of a client that gave none", n)
	}
	expectTold(t, how(openWS).follow(t, address, "?after=0"), helloMessage(0, `,"previous":"slow"`))
}

func TestSocket_FromTheClient(t *testing.T) {
	h, _ := streaming(t, 101)
	address := h.serve(t)
	c := how(openWS).follow(t, address, "?after=0").(*wsClient)
	h.raiseMany(101, 1, 3)
	expectTold(t, c, helloMessage(0, ""), eventMessage(1), eventMessage(2), eventMessage(3))
	say := func(kind websocket.MessageType, text string) {
		t.Helper()
		if err := c.conn.Write(t.Context(), kind, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	say(websocket.MessageText, `{"ack":2,"other":{}}`)
	say(websocket.MessageText, `{"ack":99}`)
	say(websocket.MessageText, `{}`)
	h.raiseMany(101, 4, 4)
	expectTold(t, c, eventMessage(4))
	say(websocket.MessageText, `no JSON`)
	if _, err := c.next(); websocket.CloseStatus(err) != websocket.StatusInvalidFramePayloadData {
		t.Errorf("ended with %v", err)
	}
	h.ended(t)
	c = how(openWS).follow(t, address, "?after=0").(*wsClient)
	// What was acknowledged is gone, and who asks for it again is told so.
	expectTold(t, c, told{"hello", 0, `{"workNo":"101","after":2,"gap":true}`}, eventMessage(3), eventMessage(4))
	say(websocket.MessageText, strings.Repeat(" ", maxFromClient+1))
	if _, err := c.next(); websocket.CloseStatus(err) != websocket.StatusMessageTooBig {
		t.Errorf("ended with %v", err)
	}
}

func TestAcknowledge(t *testing.T) {
	h, _ := streaming(t, 101)
	address := h.serve(t)
	c := how(openSSE).follow(t, address, "?after=0")
	h.raiseMany(101, 1, 3)
	expectTold(t, c, helloMessage(0, ""), eventMessage(1), eventMessage(2), eventMessage(3))
	expect(t, h.call("POST agentevent/101/ack?after=2", ""), okBare)
	var confirmed uint64
	h.events.Confirmed(func(_ center.VCCID, _ center.Session, seq uint64) { confirmed = seq })
	if confirmed != 2 {
		t.Errorf("%d is confirmed", confirmed)
	}
	for query, want := range map[string]string{"?after=x": "000-002", "": "000-002", "?after=-1": "000-002", "?after=99999999999999999999": "000-002", "?after=99": "0"} {
		if got := refusal(h.call("POST agentevent/101/ack"+query, "")); got != want {
			t.Errorf("%s: got %s", query, got)
		}
	}
	if got := refusal(h.call("POST agentevent/101/ack?after=2", "", "Guid: wrong")); got != "000-003" {
		t.Errorf("got %s", got)
	}
}

// TestStream_Refusals have the form of all others.
func TestStream_Refusals(t *testing.T) {
	upgrade := []string{"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="}
	with := func(headers ...string) []string { return append(headers, upgrade...) }
	h, touched := streaming(t, 101)
	for _, c := range []struct {
		line    string
		headers []string
		want    string
	}{
		{"GET agentevent/101/stream", []string{"Guid: wrong"}, "000-003"},
		{"GET agentevent/102/stream", []string{"Guid: wrong"}, "000-003"},
		{"GET agentevent/2000/stream", nil, "100-006"},
		{"GET agentevent/7/stream", nil, "000-002"},
		{"POST agentevent/101/stream", nil, "000-002"},
		{"GET agentevent/allagentevent/stream", nil, "000-002"},
		{"GET agentevent/101/stream?after=x", nil, "000-002"},
		{"GET agentevent/101/stream?after=-1", nil, "000-002"},
		{"GET agentevent/101/stream?after=1e3", nil, "000-002"},
		{"GET agentevent/101/stream?after=18446744073709551616", nil, "000-002"},
		{"GET agentevent/101/stream?after=x", []string{"Guid: wrong"}, "000-003"},
		{"GET agentevent/101/stream", []string{"Last-Event-ID: x"}, "000-002"},
		{"GET agentevent/101/stream?ticket=", nil, "000-003"},
		{"GET agentevent/101/stream?ticket=x", nil, "000-003"}, // whatever GUID comes with it
		{"GET agentevent/101/stream?ticket=" + strings.Repeat("x", 1000), nil, "000-003"},
		{"GET agentevent/101/socket", with("Guid: wrong"), "000-003"},
		{"GET agentevent/101/socket", nil, "000-002"},
		{"GET agentevent/101/socket", with("Origin: https://evil.example.org"), "000-003"},
		{"GET agentevent/101/socket", with("Origin: null"), "000-003"},
		{"GET agentevent/101/socket", upgrade[1:], "000-002"},
		{"GET agentevent/101/socket", append([]string{"Sec-WebSocket-Version: 8"}, upgrade[:2]...), "000-002"},
		{"GET agentevent/101/socket", append([]string{"Sec-WebSocket-Key: AAAA"}, upgrade[:3]...), "000-002"},
		{"POST agentevent/101/ticket", []string{"Guid: wrong"}, "000-003"},
	} {
		if got := refusal(h.call(c.line, "", c.headers...)); got != c.want {
			t.Errorf("%s %v: got %s, want %s", c.line, c.headers, got, c.want)
		}
	}
	h.answers(center.Touched{Session: 101, Push: true}, nil)
	for _, line := range []string{"GET agentevent/101/stream", "GET agentevent/101/socket"} {
		if got := refusal(h.call(line, "", upgrade...)); got != "000-001" {
			t.Errorf("%s in push mode: got %s", line, got)
		}
	}
	touched.set(func() { touched.ended = true })
	h.reply = touched.reply
	if got := refusal(h.call("GET agentevent/101/stream", "")); got != "100-006" {
		t.Errorf("signed out: got %s", got)
	}
}

func TestSocket_Origins(t *testing.T) {
	a := newAccess(Config{Origins: []string{"https://desk.example.org"}})
	for origin, want := range map[string]bool{
		"": true, "https://desk.example.org": true, "https://gw.example.org:8043": true, "https://GW.example.org:8043": true,
		"https://gw.example.org": false, "https://desk.example.org.evil.net": false, "http://desk.example.org": false, "null": false,
		"https://gw.example.org:8043@evil.net": false, "file://": false, "://": false, "https://evil.net/https://desk.example.org": false,
	} {
		if got := a.mayOpenSocket(origin, "gw.example.org:8043"); got != want {
			t.Errorf("%q: %v", origin, got)
		}
	}
}

func TestTickets(t *testing.T) {
	for name, door := range doors {
		t.Run(name, func(t *testing.T) {
			h, _ := streaming(t, 101, 102)
			now := time.Now()
			h.tickets.now = func() time.Time { return now }
			address := h.serve(t)
			ticket := func() string {
				t.Helper()
				body := h.call("POST agentevent/101/ticket", "").Body.String()
				_, rest, _ := strings.Cut(body, `"ticket":"`)
				text, rest, _ := strings.Cut(rest, `"`)
				if len(text) != 32 || rest != `,"seconds":30}}` {
					t.Fatalf("got %s", body)
				}
				return text
			}
			open := func(ticket string) error {
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				c, err := door(ctx, address, "?after=0&ticket="+ticket, nil) // without a GUID
				if err == nil {
					c.close()
				}
				return err
			}
			one, two := ticket(), ticket()
			if err := open(one); err != nil {
				t.Fatal(err)
			}
			if err := open(one); err == nil || !strings.Contains(err.Error(), "000-003") {
				t.Errorf("the second time: %v", err)
			}
			if got := refusal(h.call("GET agentevent/102/stream?ticket="+two, "")); got != "000-003" {
				t.Errorf("for another agent: %s", got)
			}
			if err := open(two); err != nil {
				t.Errorf("after somebody else had tried it: %v", err)
			}
			late := ticket()
			now = now.Add(ticketLife)
			if err := open(late); err == nil || !strings.Contains(err.Error(), "000-003") {
				t.Errorf("too late: %v", err)
			}
			first := ticket()
			for range vouchersKept {
				ticket()
			}
			if len(h.tickets.agents[101]) != vouchersKept || open(first) == nil {
				t.Error("tickets are kept without bound")
			}
			now = now.Add(ticketLife)
			h.tickets.redeem(101, "x")
			if len(h.tickets.agents) != 0 {
				t.Error("old tickets are kept")
			}
			if strings.Contains(h.log.String(), one) {
				t.Error("a ticket is in the log")
			}
		})
	}
}

// TestStream_EventThatCannotBeWritten does not stop the others.
func TestStream_EventThatCannotBeWritten(t *testing.T) {
	for name, door := range doors {
		t.Run(name, func(t *testing.T) {
			h, _ := streaming(t, 101)
			h.raise(101, 1, "broken", func() {})
			h.raiseMany(101, 2, 2)
			expectTold(t, door.follow(t, h.serve(t), "?after=0"), helloMessage(0, ""), eventMessage(2))
		})
	}
}

// TestStream_Panic: an error of ours ends one stream.
func TestStream_Panic(t *testing.T) {
	h, touched := streaming(t, 101)
	h.config.KeepAlive = 10 * time.Millisecond
	h.Set(h.config)
	c := how(openSSE).follow(t, h.serve(t), "")
	expectTold(t, c, helloMessage(0, ""))
	h.mu.Lock()
	h.reply = func(center.Command) center.Reply { panic("broken invariant") }
	h.mu.Unlock()
	if m, err := c.next(); err == nil {
		t.Errorf("got %+v", m)
	}
	h.ended(t)
	h.reply = touched.reply
	h.raiseMany(101, 1, 1)
	if got := h.call("GET agentevent/101", "").Body.String(); !strings.Contains(got, "E1") {
		t.Errorf("got %s", got)
	}
}
