package gateway

import (
	linked "container/list"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// ConnectionLimits bounds the connections of a listener; 0 = no bound.
type ConnectionLimits struct {
	All        int
	PerAddress int
	// Exempt are addresses without a bound of their own: reverse proxies, behind which everybody stands.
	Exempt []netip.Prefix
}

// newShare is the share of all connections that may be new, which means that no request has come by them: 1/newShare. A connection in
// use has sent one within milliseconds, so that whoever holds many new ones half open only displaces his own.
const newShare = 4

// acceptPause is the pause after a failed Accept: the system is out of files, most likely, and needs time rather than another try.
const acceptPause = 50 * time.Millisecond

// Limit bounds the connections of a server's listener. It is called before Serve, and sets server.ConnState.
//
// Beyond PerAddress an address gets no further connection. Beyond All, or when too many are new, the new connection that is oldest is
// closed in favour of the next one; if none is new, the one that is idle for longest. Connections in the middle of a request, which a held
// poll is too, are never closed for others: if there are only such, the next one is.
func Limit(l net.Listener, server *http.Server, bounds ConnectionLimits, log *slog.Logger) *LimitedListener {
	limited := &LimitedListener{Listener: l, bounds: bounds, log: log, perAddress: map[netip.Addr]int{}, fresh: linked.New(), idle: linked.New(), done: make(chan struct{})}
	before := server.ConnState
	server.ConnState = func(conn net.Conn, state http.ConnState) {
		if before != nil {
			before(conn, state)
		}
		limited.changed(conn, state)
	}
	return limited
}

// LimitedListener counts its connections.
type LimitedListener struct {
	net.Listener
	log *slog.Logger

	mu         sync.Mutex
	bounds     ConnectionLimits
	all        int
	counts     Connections // what it has counted up
	perAddress map[netip.Addr]int
	fresh      *linked.List // of *limitedConn, oldest first: no request came yet
	idle       *linked.List // between two requests, longest first

	done chan struct{}
	once sync.Once
}

// SetBounds changes the bounds. Connections beyond them that are there stay.
func (l *LimitedListener) SetBounds(bounds ConnectionLimits) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bounds = bounds
}

// Connections are figures of a listener: those that are open, by what they do, and those that were not to be since the start, by why.
type Connections struct {
	New, Idle, Busy int // no request came yet; between two requests; in the middle of one, which a held poll is too
	Bound           int // of all; 0 = none

	RefusedAddress              uint64 // too many from one address
	RefusedFull                 uint64 // all others were in the middle of a request
	DisplacedNew, DisplacedIdle uint64 // closed for the next one
	Failed                      uint64 // the system could not give: out of files, most likely
}

// Connections gives the figures.
func (l *LimitedListener) Connections() Connections {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.counts
	c.New, c.Idle, c.Bound = l.fresh.Len(), l.idle.Len(), l.bounds.All
	c.Busy = l.all - c.New - c.Idle
	return c
}

// limitedConn is a connection that is counted until it is closed.
type limitedConn struct {
	net.Conn
	listener *LimitedListener
	from     netip.Addr

	// Guarded by listener.mu.
	in   *linked.List // nil = in the middle of a request, or closed
	at   *linked.Element
	gone bool // counted no more

	timedOut atomic.Bool // the other side has taken nothing for too long: see limitUnread
}

// NetConn gives the connection below, as that of crypto/tls does.
func (c *limitedConn) NetConn() net.Conn { return c.Conn }

func (c *limitedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.note(err)
	return n, err
}

func (c *limitedConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.note(err)
	return n, err
}

// note keeps what the system tells but once, to whoever reads or writes next: that may be net/http, which only cancels the request's context.
func (c *limitedConn) note(err error) {
	if err != nil && errors.Is(err, syscall.ETIMEDOUT) {
		c.timedOut.Store(true)
	}
}

// Accept gives the next connection that there is room for. Only Close ends it: a failure of the system is waited out, since what ends the
// listener ends the program.
func (l *LimitedListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		switch {
		case err == nil:
			if admitted := l.admit(conn); admitted != nil {
				return admitted, nil
			}
			_ = conn.Close()
		case errors.Is(err, net.ErrClosed):
			return nil, err
		default:
			l.log.Warn("cannot accept a connection", "err", err)
			l.failed()
			select {
			case <-time.After(acceptPause):
			case <-l.done:
			}
		}
	}
}

func (l *LimitedListener) failed() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts.Failed++
}

// Close ends Accept.
func (l *LimitedListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return l.Listener.Close()
}

// admit counts a connection, and makes room for it. nil = there is none.
func (l *LimitedListener) admit(conn net.Conn) *limitedConn {
	c := &limitedConn{Conn: conn, listener: l, from: sourceAddress(conn)}
	victim, admitted := l.enter(c)
	if victim != nil {
		_ = victim.Close() // outside the lock, which it takes
	}
	if !admitted {
		return nil
	}
	return c
}

func (l *LimitedListener) enter(c *limitedConn) (victim *limitedConn, admitted bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.bounds.PerAddress > 0 && l.perAddress[c.from] >= l.bounds.PerAddress && !l.exempt(c.from) {
		l.counts.RefusedAddress++
		return nil, false
	}
	if all := l.bounds.All; all > 0 && (l.all >= all || l.fresh.Len() >= max(1, all/newShare)) {
		if victim = l.oldest(); victim == nil {
			l.counts.RefusedFull++
			return nil, false
		}
		if victim.in == l.fresh {
			l.counts.DisplacedNew++
		} else {
			l.counts.DisplacedIdle++
		}
		victim.leave()
	}
	l.all++
	l.perAddress[c.from]++
	c.move(l.fresh)
	return victim, true
}

// oldest picks the connection that is closed in favour of another.
func (l *LimitedListener) oldest() *limitedConn {
	for _, from := range []*linked.List{l.fresh, l.idle} {
		if first := from.Front(); first != nil {
			c, _ := first.Value.(*limitedConn)
			return c
		}
	}
	return nil
}

func (l *LimitedListener) exempt(from netip.Addr) bool {
	for _, network := range l.bounds.Exempt {
		if network.Contains(from) {
			return true
		}
	}
	return false
}

// changed follows the connections through the server's states. A state is told after the bytes that made it have been read: active is a
// connection from the end of a request's head on.
func (l *LimitedListener) changed(conn net.Conn, state http.ConnState) {
	if secured, ok := conn.(*tls.Conn); ok {
		conn = secured.NetConn()
	}
	c, ok := conn.(*limitedConn)
	if !ok {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch state {
	case http.StateActive, http.StateHijacked:
		c.move(nil)
	case http.StateIdle:
		c.move(l.idle)
	case http.StateNew, http.StateClosed: // counted by enter and Close
	}
}

// move puts a connection at the end of a list; nil = none. Called with mu held.
func (c *limitedConn) move(to *linked.List) {
	if c.in != nil {
		c.in.Remove(c.at)
		c.in, c.at = nil, nil
	}
	if to != nil && !c.gone {
		c.in, c.at = to, to.PushBack(c)
	}
}

// leave takes a connection out of all counts, once. Called with mu held.
func (c *limitedConn) leave() {
	if c.gone {
		return
	}
	c.gone = true
	c.move(nil)
	l := c.listener
	l.all--
	if l.perAddress[c.from]--; l.perAddress[c.from] <= 0 {
		delete(l.perAddress, c.from)
	}
}

// Close closes the connection and gives its place back.
func (c *limitedConn) Close() error {
	c.listener.mu.Lock()
	c.leave()
	c.listener.mu.Unlock()
	return c.Conn.Close()
}

// sourceAddress is what counts as one address: an IPv4 address, or the /64 that a subscriber of IPv6 has to himself.
func sourceAddress(conn net.Conn) netip.Addr {
	end, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil {
		return netip.IPv6Unspecified() // no TCP: all together count as one
	}
	from := end.Addr().Unmap().WithZone("")
	if from.Is4() {
		return from
	}
	network, err := from.Prefix(64)
	if err != nil {
		return from
	}
	return network.Addr()
}
