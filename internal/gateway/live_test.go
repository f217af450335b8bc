package gateway

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// TestSet: bounds and rates, who may call from a browser, and by which names, are those that were set last.
func TestSet(t *testing.T) {
	g := New(Config{Rates: Rates{PerAddress: 1}, Origins: []string{"https://old.example.org"}}, nil, nil, nil)
	preflight := func(origin, host string) int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodOptions, "/", nil)
		r.Host = host
		r.Header.Set("Origin", origin)
		r.Header.Set("Access-Control-Request-Method", http.MethodPost)
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r)
		return w.Code
	}
	if code := preflight("https://old.example.org", "any.example.org"); code != http.StatusNoContent {
		t.Errorf("the first origin: %d", code)
	}
	g.Set(Config{Origins: []string{"https://new.example.org"}, Hosts: []string{"desk.example.org"}, KeepAlive: time.Second})
	for _, c := range []struct {
		origin, host string
		want         int
	}{
		{"https://old.example.org", "desk.example.org", http.StatusOK}, // as any request, which it is not: refused with a result code
		{"https://new.example.org", "desk.example.org", http.StatusNoContent},
		{"https://new.example.org", "any.example.org", http.StatusOK},
	} {
		if code := preflight(c.origin, c.host); code != c.want {
			t.Errorf("origin %s at %s: %d, want %d", c.origin, c.host, code, c.want)
		}
	}
	if s := g.settings(); s.keepAlive != time.Second || s.pollWait != DefaultPollWait {
		t.Errorf("settings %+v", s)
	}
}

// TestSet_Rates: a new rate counts for the next request, from a full burst; the same rate again gives nobody a new one.
func TestSet_Rates(t *testing.T) {
	g := newGate(t, 1, 0)
	passed := func(want int) {
		t.Helper()
		if got := g.passed(100, "192.0.2.1", ""); got != want {
			t.Errorf("%d of 100 requests pass, want %d", got, want)
		}
	}
	passed(burstSeconds)
	g.strangers.setRate(1)
	passed(0)
	g.strangers.setRate(3)
	passed(3 * burstSeconds)
	g.strangers.setRate(0)
	passed(100)
}

// TestLimit_SetBounds: connections that are there stay; the next one is judged by the new bounds. All are counted.
func TestLimit_SetBounds(t *testing.T) {
	s := newBusyServer(t, ConnectionLimits{All: 40})
	first, second := s.dial("127.0.0.1"), s.dial("127.0.0.1")
	s.holds(first)
	if !s.asks(second) {
		t.Fatal("a connection within the bound is not served")
	}
	s.until("a connection is idle", func() bool { return s.limit.idle.Len() == 1 })
	if got, want := s.limit.Connections(), (Connections{Idle: 1, Busy: 1, Bound: 40}); got != want {
		t.Errorf("figures %+v, want %+v", got, want)
	}
	s.limit.SetBounds(ConnectionLimits{All: 40, PerAddress: 1})
	if !s.ended(s.dial("127.0.0.1")) {
		t.Error("a further connection from the address is served")
	}
	if !s.asks(second) {
		t.Error("a connection that was there has been ended")
	}
	s.until("it is idle again", func() bool { return s.limit.idle.Len() == 1 })
	s.limit.SetBounds(ConnectionLimits{All: 2})
	third := s.dial("127.0.0.1")
	s.holds(third)
	if !s.ended(second) {
		t.Error("the idle connection is not closed for the next one")
	}
	if !s.ended(s.dial("127.0.0.1")) {
		t.Error("one more than all is served")
	}
	if got, want := s.limit.Connections(), (Connections{Busy: 2, Bound: 2, RefusedAddress: 1, DisplacedIdle: 1, RefusedFull: 1}); got != want {
		t.Errorf("figures %+v, want %+v", got, want)
	}
}
