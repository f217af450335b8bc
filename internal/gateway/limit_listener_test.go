package gateway

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"testing"
	"time"
)

// busyServer is a server behind a limited listener. A request to /held is held until the test ends.
type busyServer struct {
	t       *testing.T
	address string
	limit   *LimitedListener
	held    chan struct{} // one value for each held request that has begun
}

func newBusyServer(t *testing.T, bounds ConnectionLimits) *busyServer {
	t.Helper()
	s := &busyServer{t: t, held: make(chan struct{}, 100)}
	release := make(chan struct{})
	server := NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/held" {
			s.held <- struct{}{}
			<-release
		}
	}), slog.New(slog.DiscardHandler))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = l.Addr().String()
	limited := Limit(l, server, bounds, slog.New(slog.DiscardHandler))
	s.limit = limited
	done := make(chan error, 1)
	go func() { done <- server.Serve(limited) }()
	t.Cleanup(func() {
		close(release)
		_ = server.Close()
		<-done
		s.counts(0, "")
	})
	return s
}

// dial connects from an address of this machine.
func (s *busyServer) dial(from string) net.Conn {
	s.t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: 10 * time.Second}
	c, err := d.Dial("tcp", s.address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = c.Close() })
	return c
}

// asks sends a request; it reports whether it was answered.
func (s *busyServer) asks(c net.Conn) bool {
	s.t.Helper()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		return false
	}
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, r.Body)
	return r.StatusCode == http.StatusOK
}

func (s *busyServer) holds(c net.Conn) {
	s.t.Helper()
	_, _ = fmt.Fprint(c, "GET /held HTTP/1.1\r\nHost: x\r\n\r\n")
	select {
	case <-s.held:
	case <-time.After(10 * time.Second):
		s.t.Fatal("a request is not served")
	}
}

// ended waits for the server to close a connection.
func (s *busyServer) ended(c net.Conn) bool {
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
	_, err := c.Read(make([]byte, 1))
	return err != nil && !isTimeout(err)
}

func isTimeout(err error) bool {
	n, ok := err.(net.Error) //nolint:errorlint // as net returns it
	return ok && n.Timeout()
}

// counts waits until so many connections are counted; from = of this address, "" = all.
func (s *busyServer) counts(want int, from string) {
	s.t.Helper()
	s.until(fmt.Sprintf("%d connections are counted", want), func() bool {
		if from != "" {
			return s.limit.perAddress[netip.MustParseAddr(from)] == want
		}
		return s.limit.all == want && s.limit.fresh.Len()+s.limit.idle.Len() <= want
	})
}

// until waits for something that is read under the listener's lock.
func (s *busyServer) until(what string, so func() bool) {
	s.t.Helper()
	late := time.After(10 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		s.limit.mu.Lock()
		ok := so()
		s.limit.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-tick.C:
		case <-late:
			s.t.Fatalf("not so: %s", what)
		}
	}
}

func TestLimit_PerAddress(t *testing.T) {
	s := newBusyServer(t, ConnectionLimits{PerAddress: 3})
	var mine []net.Conn
	for range 3 {
		mine = append(mine, s.dial("127.0.0.1"))
	}
	for _, c := range mine {
		if !s.asks(c) {
			t.Error("a connection within the bound is not served")
		}
	}
	if !s.ended(s.dial("127.0.0.1")) {
		t.Error("a fourth one is served")
	}
	if !s.asks(s.dial("127.0.0.2")) {
		t.Error("another address is not served")
	}
	_ = mine[0].Close()
	s.counts(2, "127.0.0.1")
	if !s.asks(s.dial("127.0.0.1")) {
		t.Error("no place was given back")
	}
}

func TestLimit_ProxiesHaveNoBoundOfTheirOwn(t *testing.T) {
	s := newBusyServer(t, ConnectionLimits{PerAddress: 1, Exempt: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	for range 5 {
		if !s.asks(s.dial("127.0.0.1")) {
			t.Error("a proxy is bounded")
		}
	}
}

func TestLimit_OldestNewOneGoesFirst(t *testing.T) {
	s := newBusyServer(t, ConnectionLimits{All: 4 * newShare}) // 16 in all, 4 of them new
	used := s.dial("127.0.0.1")
	if !s.asks(used) {
		t.Fatal("not served")
	}
	var silent []net.Conn
	for i := range 6 {
		silent = append(silent, s.dial("127.0.0.1"))
		s.counts(min(i, 3)+2, "")
	}
	for _, c := range silent[:2] {
		if !s.ended(c) {
			t.Error("the oldest silent connection stays")
		}
	}
	if !s.asks(used) || !s.asks(silent[5]) {
		t.Error("a connection in use, or the newest, was closed")
	}
}

func TestLimit_IdleOneGoesBeforeAHeldOne(t *testing.T) {
	s := newBusyServer(t, ConnectionLimits{All: 3})
	held := s.dial("127.0.0.1")
	s.holds(held)
	idle := s.dial("127.0.0.1")
	if !s.asks(idle) {
		t.Fatal("not served")
	}
	s.until("the connection is idle", func() bool { return s.limit.idle.Len() == 1 })
	second := s.dial("127.0.0.1")
	s.holds(second)
	third := s.dial("127.0.0.1")
	s.holds(third)
	if !s.ended(idle) {
		t.Error("the idle one stays")
	}
	if !s.ended(s.dial("127.0.0.1")) {
		t.Error("one more than all is served")
	}
	_ = held.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
	if _, err := held.Read(make([]byte, 1)); !isTimeout(err) {
		t.Errorf("a held request was ended: %v", err)
	}
}
