package voice

import (
	linked "container/list"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// strangerIdle is how long a TCP connection may be silent from which no phone has registered and no trunk calls.
	strangerIdle = 32 * time.Second

	// strangersShare is the share of all connections that may be strangers': 1/strangersShare. Beyond it, as beyond the other bounds, the
	// stranger who has been there for longest makes room. A phone has registered within some round trips, so that whoever holds
	// connections, however he doles bytes out on them, displaces his own and keeps no phone out.
	strangersShare = 4

	// writeTimeout ends a connection whose peer does not read: a leg's goroutine writes, and must not hang.
	writeTimeout = 5 * time.Second

	// dialTimeout bounds the making of a connection to a phone or a trunk.
	dialTimeout = 4 * time.Second

	// handshakeTimeout bounds a TLS handshake from its begin to its end, however the peer doles its bytes out.
	handshakeTimeout = 10 * time.Second
)

// tcpListener accepts connections within bounds and knows the open ones by their peer's address.
type tcpListener struct {
	net.Listener
	max, perIP int
	idle       func() time.Duration // how long the connection of a registered phone may be silent
	handshake  time.Duration        // how long a TLS handshake may take
	limit      *packetLimit
	log        *slog.Logger
	closing    func(peer string) // is told of each end, in the goroutine of who ends it
	tls        *tls.Config       // what connections begin with; nil = no TLS
	ours       bool              // we have made the connections: they may be silent

	mu        sync.Mutex
	conns     map[string]*tcpConn
	counts    map[netip.Addr]int
	strangers linked.List // of *tcpConn, oldest first: accepted and not trusted

	done chan struct{}
	once sync.Once
	open sync.WaitGroup // connections
}

func listenTCP(ctx context.Context, address string, c Config, limit *packetLimit, lasts func() time.Duration, closing func(string)) (*tcpListener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen for SIP: %w", err)
	}
	return &tcpListener{Listener: l, max: c.MaxConnections, perIP: c.MaxConnectionsPerIP, idle: func() time.Duration { return lasts() + time.Minute }, handshake: c.handshake,
		limit: limit, log: c.Log, closing: closing, conns: map[string]*tcpConn{}, counts: map[netip.Addr]int{},
		done: make(chan struct{})}, nil
}

// Accept gives the next connection that there is room for. Only close ends it.
func (l *tcpListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return nil, err
			}
			l.log.Warn("cannot accept a SIP connection", "error", err) // out of files, most likely
			select {
			case <-time.After(100 * time.Millisecond):
			case <-l.done:
			}
			continue
		}
		if c := l.admit(conn); c != nil {
			return l.secured(c), nil
		}
		conn.Close()
	}
}

// secured wraps an admitted connection in TLS, where the listener has it. The bounds are below: they count handshakes too.
func (l *tcpListener) secured(c *tcpConn) net.Conn {
	if l.tls == nil {
		return c
	}
	return &tlsConn{Conn: tls.Server(c, l.tls), within: l.handshake}
}

// tlsConn is an accepted TLS connection. Its reader makes the handshake, so that Accept does not wait for it.
type tlsConn struct {
	*tls.Conn
	within time.Duration // for the handshake
	shaken bool          // the reader's own
}

func (c *tlsConn) Read(b []byte) (int, error) {
	if !c.shaken {
		ctx, cancel := context.WithTimeout(context.Background(), c.within) // the connection belongs to no request
		defer cancel()
		if err := c.HandshakeContext(ctx); err != nil {
			_ = c.Close()
			return 0, fmt.Errorf("TLS handshake: %w: %w", net.ErrClosed, err) // ErrClosed: the stack takes it for an end, not for a fault
		}
		c.shaken = true
	}
	return c.Conn.Read(b)
}

// serve lets the stack accept connections until close, and waits for their end.
func (l *tcpListener) serve(transport string, accept func(net.Listener) error) {
	if err := accept(l); !errors.Is(err, net.ErrClosed) { // it ends with an error always
		l.log.Error("SIP listener ended", "transport", transport, "error", err)
	}
	l.close()
	l.wait()
}

// admit counts a connection; nil when there is no room for it, and no stranger who could make some.
func (l *tcpListener) admit(conn net.Conn) *tcpConn {
	peer, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil {
		return nil
	}
	c := &tcpConn{Conn: conn, l: l, ip: subscriber(peer.Addr()), peer: conn.RemoteAddr().String(), done: make(chan struct{})}
	c, displaced := l.enter(c)
	if displaced != nil {
		_ = displaced.Close() // nobody waits for what it may still have had to say
	}
	return c
}

// enter lets a connection in, and names the one that has to go for it, if any: of the same address where that has too many.
func (l *tcpListener) enter(c *tcpConn) (entered, displaced *tcpConn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ofAddress := l.counts[c.ip] >= l.perIP
	if ofAddress || len(l.conns) >= l.max || l.strangers.Len() >= max(1, l.max/strangersShare) {
		displaced = l.oldestStranger(func(o *tcpConn) bool { return !ofAddress || o.ip == c.ip })
		if displaced == nil {
			return nil, nil
		}
		l.known(displaced)
	}
	l.conns[c.peer] = c
	l.counts[c.ip]++
	l.open.Add(1)
	if !l.ours {
		c.at = l.strangers.PushBack(c)
	}
	return c, displaced
}

// oldestStranger finds the stranger that has been there for longest among those that may go.
func (l *tcpListener) oldestStranger(mayGo func(*tcpConn) bool) *tcpConn {
	for at := l.strangers.Front(); at != nil; at = at.Next() {
		if c, _ := at.Value.(*tcpConn); mayGo(c) {
			return c
		}
	}
	return nil
}

// known takes a connection from the strangers. The caller holds l.mu.
func (l *tcpListener) known(c *tcpConn) {
	if c.at != nil {
		l.strangers.Remove(c.at)
		c.at = nil
	}
}

// trust lets the connection from peer be silent for longer: a phone has registered by it, or a trunk has called.
func (l *tcpListener) trust(peer string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c := l.conns[peer]; c != nil {
		c.trusted.Store(true)
		l.known(c)
	}
}

func (l *tcpListener) forget(c *tcpConn) {
	l.mu.Lock()
	l.known(c)
	if l.conns[c.peer] == c {
		delete(l.conns, c.peer)
	}
	if l.counts[c.ip]--; l.counts[c.ip] <= 0 {
		delete(l.counts, c.ip)
	}
	l.mu.Unlock()
	l.closing(c.peer)
}

// close ends the listener and all its connections.
func (l *tcpListener) close() {
	l.once.Do(func() {
		close(l.done)
		_ = l.Close()
	})
	l.mu.Lock()
	open := make([]*tcpConn, 0, len(l.conns))
	for _, c := range l.conns {
		open = append(open, c)
	}
	l.mu.Unlock()
	for _, c := range open {
		_ = c.Close()
	}
}

// wait returns when all connections are closed; their readers end with them. To be called after close and when Accept has ended.
func (l *tcpListener) wait() { l.open.Wait() }

// tcpConn is an accepted connection.
type tcpConn struct {
	net.Conn
	l       *tcpListener
	ip      netip.Addr
	peer    string
	trusted atomic.Bool
	at      *linked.Element // among the strangers, by l.mu; nil = it is none, or is being closed

	closeOnce sync.Once
	done      chan struct{}
}

// Read waits for at most the time that this peer may be silent, and reads slower from a peer that sends too much.
func (c *tcpConn) Read(b []byte) (int, error) {
	n, err := c.read(b)
	if err != nil {
		_ = c.Close()
	}
	return n, err
}

func (c *tcpConn) read(b []byte) (int, error) {
	idle := strangerIdle
	if c.trusted.Load() {
		idle = c.l.idle()
	}
	until := time.Now().Add(idle)
	if c.l.ours {
		until = time.Time{}
	}
	if err := c.SetReadDeadline(until); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(b)
	for err == nil && !c.l.limit.pass(c.ip, time.Now()) {
		select {
		case <-time.After(50 * time.Millisecond):
		case <-c.done:
			return 0, net.ErrClosed
		}
	}
	return n, err
}

func (c *tcpConn) Close() error {
	err := net.ErrClosed
	c.closeOnce.Do(func() {
		close(c.done)
		err = c.Conn.Close()
		c.l.forget(c)
		c.l.open.Done()
	})
	return err
}

func (l *tcpListener) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.conns)
}
