package gateway

import (
	"context"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	"ccgateway/internal/center"
)

// openStreamBytes is what an open stream may cost, HTTP and both ends of the connection included (25 KB measured for either door, 39 KB
// under the race detector): 20,000 agents then need 500 MB.
const openStreamBytes = raceFactor * 48 << 10

// TestStreams_Memory opens a thousand streams and looks at what they cost.
func TestStreams_Memory(t *testing.T) {
	const streams = 500 // a thousand for both doors
	for path, upgrade := range map[string][]string{"stream": nil, "socket": {
		"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
	}} {
		t.Run(path, func(t *testing.T) {
			h, _ := streaming(t)
			address := h.serve(t)
			before := memoryInUse()
			for n := range streams {
				agent := center.AgentID(101 + n)
				h.events.Carry(1, []center.Effect{center.SessionBegan{Agent: agent, Session: center.Session(agent)}})
				w := dial(t, address)
				w.say(append(append([]string{"GET " + Base + "agentevent/" + workNo(agent) + "/" + path + " HTTP/1.1", "Host: x", "Guid: " + guid1}, upgrade...), "", "")...)
				for range 3 { // the stream runs when its head is here
					if _, err := w.ReadString('\n'); err != nil {
						t.Fatal(err)
					}
				}
			}
			cost := (memoryInUse() - before) / streams
			t.Logf("an open %s costs %d bytes, %d goroutines", path, cost, runtime.NumGoroutine()/streams)
			if cost > openStreamBytes {
				t.Errorf("an open %s costs %d bytes, more than %d", path, cost, openStreamBytes)
			}
		})
	}
}

// FuzzStreamRequest asks for streams with anything: a refusal has the form of all others, and a position is taken as it was meant.
func FuzzStreamRequest(f *testing.F) {
	for _, seed := range [][3]string{{"after=1", "", guid1}, {"after=0&ticket=x", "7", ""}, {"ticket=", "-1", "x"}, {"after=18446744073709551616", "", guid1}, {"after=%31;after=2", "1 ", guid1}} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, query, last, guid string) {
		h, _ := streaming(t, 101)
		h.raiseMany(101, 1, 3)
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // the stream ends at once
		for _, path := range []string{"stream", "socket"} {
			r := newStreamRequest(ctx, path, query, last, guid)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != http.StatusOK && w.Code != http.StatusSwitchingProtocols && w.Code != http.StatusNotImplemented {
				t.Fatalf("%s?%s: HTTP %d %s", path, query, w.Code, w.Body)
			}
			opened := w.Header().Get("Content-Type") != "application/json"
			if opened && guid != guid1 {
				t.Fatalf("%s?%s was opened by %q", path, query, guid)
			}
		}
	})
}

// FuzzTicket redeems anything: only a ticket that was issued opens something, for its agent, once.
func FuzzTicket(f *testing.F) {
	f.Add("x", 101)
	f.Add("", 0)
	f.Fuzz(func(t *testing.T, text string, agent int) {
		all := newTickets()
		issued := all.issue(by(101))
		if _, taken := all.redeem(center.AgentID(agent), text); taken && (text != issued || agent != 101) {
			t.Fatalf("%q of agent %d was taken", text, agent)
		}
		if proof, taken := all.redeem(101, issued); text != issued && (!taken || proof != by(101).Token) {
			t.Fatal("the real one is lost")
		}
	})
}
