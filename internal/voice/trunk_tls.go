package voice

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// The SIP stack knows one TLS configuration for all connections that it makes, and no names of those whom it calls. So connections to
// trunks by TLS are made here, each checked as its trunk demands, and handed to the stack as if they had been accepted: it reads them, and
// sends by them what is addressed to their far ends. It never makes a TLS connection of its own (see streams).

// secureKept is how long it is remembered how a far side is checked after its address was last looked up: longer than any call lasts
// whose trunk has been removed meanwhile.
const secureKept = 24 * time.Hour

// secureLines makes connections to trunks by TLS. It is the listener that hands them to the stack.
type secureLines struct {
	made    chan handedOver
	ended   chan struct{}
	once    sync.Once
	last    chan struct{} // of the connection that Accept gave last; belongs to its caller
	dialing singleflight.Group

	mu    sync.Mutex
	known map[netip.AddrPort]farSide
	waits map[string]chan struct{} // by trunk: is told when its connection has ended
}

// farSide is how a trunk's far side is checked.
type farSide struct {
	trunk string
	tls   TrunkTLS // with its name filled in
	until time.Time
}

// handedOver is a connection on its way to the stack. in is closed when the stack has it.
type handedOver struct {
	conn net.Conn
	in   chan struct{}
}

// maxSecureLines bounds the connections to trunks by TLS: one for each address of each trunk, and some that are just ending.
const maxSecureLines = 1000

// listener makes what the stack accepts the connections from.
func (c *secureLines) listener(s *Server) *tcpListener {
	return &tcpListener{Listener: c, max: maxSecureLines, perIP: maxSecureLines, ours: true, limit: s.limit, log: s.log, closing: c.lost,
		conns: map[string]*tcpConn{}, counts: map[netip.Addr]int{}, done: make(chan struct{})}
}

func newSecureLines() *secureLines {
	return &secureLines{made: make(chan handedOver), ended: make(chan struct{}), known: map[netip.AddrPort]farSide{},
		waits: map[string]chan struct{}{}}
}

// Accept gives the next connection. Its call says that the stack has taken the one before.
func (c *secureLines) Accept() (net.Conn, error) {
	if c.last != nil {
		close(c.last)
		c.last = nil
	}
	select {
	case h := <-c.made:
		c.last = h.in
		return h.conn, nil
	case <-c.ended:
		return nil, net.ErrClosed
	}
}

// Close ends Accept.
func (c *secureLines) Close() error {
	c.once.Do(func() { close(c.ended) })
	return nil
}

// Addr is no address at all: nobody can connect to it.
func (c *secureLines) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4zero} }

// watch gives a channel that is told when a connection to the trunk has ended.
func (c *secureLines) watch(trunk string) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	told := make(chan struct{}, 1)
	c.waits[trunk] = told
	return told
}

// lost takes note of the end of a connection.
func (c *secureLines) lost(from string) {
	at, err := netip.ParseAddrPort(from)
	if err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if told := c.waits[c.known[netip.AddrPortFrom(at.Addr().Unmap(), at.Port())].trunk]; told != nil {
		select {
		case told <- struct{}{}:
		default:
		}
	}
}

// meanTrunk notes how the far side at an address is to be checked, if it is reached by TLS.
func (s *Server) meanTrunk(t *Trunk, at peer) error {
	if at.transport != transportTLS {
		return nil
	}
	check := t.TLS
	setString(&check.Name, t.host())
	now := time.Now()
	s.secure.mu.Lock()
	defer s.secure.mu.Unlock()
	for a, side := range s.secure.known {
		if now.After(side.until) {
			delete(s.secure.known, a)
		}
	}
	s.secure.known[at.addr] = farSide{t.Name, check, now.Add(secureKept)}
	return nil
}

// reach sees to it that a connection to a trunk's far side is there, if that is where a request goes, and if it goes by TLS.
func (s *Server) reach(ctx context.Context, transport, destination string) error {
	to, err := netip.ParseAddrPort(destination)
	if transport != transportTLS || err != nil || s.connected(peer{transportTLS, to}) {
		return nil //nolint:nilerr // what the stack cannot send by itself, it says so
	}
	s.secure.mu.Lock()
	side, ok := s.secure.known[to]
	s.secure.mu.Unlock()
	if !ok {
		return nil
	}
	_, err, _ = s.secure.dialing.Do(destination, func() (any, error) {
		if s.connected(peer{transportTLS, to}) {
			return struct{}{}, nil
		}
		return struct{}{}, s.secure.dial(ctx, to, side.tls)
	})
	return err
}

// dial makes a connection, checks who is there, and hands it to the stack.
func (c *secureLines) dial(ctx context.Context, to netip.AddrPort, check TrunkTLS) error {
	cfg := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: check.Name}
	if check.CA != "" {
		pem, err := os.ReadFile(check.CA) // each time: a renewed file counts at once
		if err != nil {
			return fmt.Errorf("authorities of trunk: %w", err)
		}
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM(pem) {
			return fmt.Errorf("authorities of trunk: %s has no certificate", check.CA)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	dialer := tls.Dialer{NetDialer: &net.Dialer{}, Config: cfg}
	conn, err := dialer.DialContext(ctx, "tcp", to.String())
	if err != nil {
		return fmt.Errorf("connect to trunk by TLS: %w", err)
	}
	h := handedOver{conn, make(chan struct{})}
	select {
	case c.made <- h:
	case <-c.ended:
		return errors.Join(net.ErrClosed, conn.Close())
	case <-ctx.Done():
		return errors.Join(ctx.Err(), conn.Close())
	}
	select {
	case <-h.in:
		return nil
	case <-c.ended:
		return net.ErrClosed // the connection is the stack's
	}
}
