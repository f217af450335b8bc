package voice

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"sync"

	"github.com/emiago/sipgo/sip"
)

// endpoint is one address that is served by UDP and TCP, and perhaps another by TLS.
type endpoint struct {
	addr   netip.AddrPort
	udp    *udpSocket
	tcp    *tcpListener
	secure netip.AddrPort // where TLS is served
	tls    *tcpListener   // nil = it is not
}

// streams lists the listeners that have connections.
func (e *endpoint) streams() []*tcpListener {
	if e.tls == nil {
		return []*tcpListener{e.tcp}
	}
	return []*tcpListener{e.tcp, e.tls}
}

// listenSecure opens the TLS port of an endpoint.
func (s *Server) listenSecure(ctx context.Context, e *endpoint, address string) error {
	l, err := listenTCP(ctx, address, s.cfg, s.limit, s.longest, s.connectionLost(transportTLS))
	if err != nil {
		return fmt.Errorf("voice: TLS: %w", err)
	}
	l.tls = s.cfg.TLS
	e.tls = l
	at, err := netip.ParseAddrPort(l.Addr().String())
	if err != nil {
		return fmt.Errorf("voice: TLS: %w", err)
	}
	e.secure = netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
	return nil
}

// listen opens the UDP and the TCP socket of an address, on the same port also where it is to be picked.
func (s *Server) listen(ctx context.Context, address string) (*endpoint, error) {
	const tries = 20 // a picked UDP port may be taken for TCP
	var failed error
	for range tries {
		udp, err := listenUDP(ctx, address, s.cfg, s.limit)
		if err != nil {
			return nil, fmt.Errorf("voice: %w", err)
		}
		at, err := netip.ParseAddrPort(udp.conn.LocalAddr().String())
		if err != nil {
			udp.close()
			return nil, fmt.Errorf("voice: %w", err)
		}
		host, port, err := net.SplitHostPort(address)
		if err != nil {
			udp.close()
			return nil, fmt.Errorf("voice: %w", err)
		}
		tcp, err := listenTCP(ctx, net.JoinHostPort(host, fmt.Sprint(at.Port())), s.cfg, s.limit, s.longest, s.connectionLost(transportTCP))
		if err == nil {
			return &endpoint{addr: netip.AddrPortFrom(at.Addr().Unmap(), at.Port()), udp: udp, tcp: tcp}, nil
		}
		udp.close()
		if failed = err; port != "0" {
			break
		}
	}
	return nil, fmt.Errorf("voice: %w", failed)
}

// serve lets the stack take what comes, in goroutines of the group, until close.
func (e *endpoint) serve(running *sync.WaitGroup, transport *sip.TransportLayer) {
	running.Go(func() { e.udp.serve(transport, transport.ServeUDP) })
	running.Go(func() { e.tcp.serve(transportTCP, transport.ServeTCP) })
	if e.tls != nil {
		running.Go(func() { e.tls.serve(transportTLS, transport.ServeTLS) })
	}
}

func (s *Server) closeEndpoints() {
	s.ours.close()
	for _, e := range s.endpoints {
		e.udp.close()
		for _, l := range e.streams() {
			l.close()
		}
	}
}

// connectionLost makes a function that forgets the phones that were reached by a connection and cannot be reached by a new one.
func (s *Server) connectionLost(transport string) func(from string) {
	return func(from string) {
		if a, err := netip.ParseAddrPort(from); err == nil {
			s.bindings.lost(peer{transport, netip.AddrPortFrom(a.Addr().Unmap(), a.Port())})
		}
	}
}

// trust lets the connection that a request came by stay open while it is silent.
func (s *Server) trust(req *sip.Request) {
	for _, e := range s.endpoints {
		switch {
		case req.Transport() == transportTCP:
			e.tcp.trust(req.Source())
		case req.Transport() == transportTLS && e.tls != nil:
			e.tls.trust(req.Source())
		}
	}
}

// connected tells whether a connection from (or, once dialled, to) a peer is there.
func (s *Server) connected(p peer) bool {
	c, err := s.transport.GetConnection(p.transport, p.addr.String())
	if err != nil {
		return false
	}
	_, _ = c.TryClose() // gives back the use that GetConnection took
	return true
}

// reconnect is the way to the far end of a connection: the connection, or, if it was TCP and is gone, a new one to the far end's
// Contact, unless that is the address of a host behind a NAT. Nobody is called back by TLS: a phone has no certificate to be known by.
func (s *Server) reconnect(p peer, contact *sip.Uri) peer {
	if p.transport == transportTLS {
		return p
	}
	if host, ok := hostAddr(contact); ok && host == p.addr.Addr() && !s.connected(p) {
		p.addr = sourcePort(host, contact)
	}
	return p
}

// endpointFor picks the endpoint by which a peer is sent to: the one with our address on the route to it, else the first.
func (s *Server) endpointFor(to netip.Addr) *endpoint {
	if len(s.endpoints) > 1 {
		local := localAddr(to)
		for _, e := range s.endpoints {
			if e.addr.Addr() == local {
				return e
			}
		}
	}
	return s.endpoints[0]
}

// hostFor is the address of ours that a peer is told.
func (s *Server) hostFor(to netip.Addr) netip.Addr {
	if a, err := netip.ParseAddr(s.cfg.Advertise); err == nil {
		return a
	}
	if e := s.endpointFor(to); !e.addr.Addr().IsUnspecified() {
		return e.addr.Addr()
	}
	return localAddr(to)
}

// ourAddress is the address and port of ours that a peer is told.
func (s *Server) ourAddress(to peer) netip.AddrPort {
	e := s.endpointFor(to.addr.Addr())
	host, port := s.hostFor(to.addr.Addr()), e.addr.Port()
	if to.transport == transportTLS && e.tls != nil {
		port = e.secure.Port()
		if s.cfg.Advertise == "" && !e.secure.Addr().IsUnspecified() {
			host = e.secure.Addr()
		}
	}
	return netip.AddrPortFrom(host, port)
}

// mediaAddress is the address of ours where no peer is known yet.
func (s *Server) mediaAddress() netip.Addr {
	return s.hostFor(netip.AddrFrom4([4]byte{192, 0, 2, 1})) // TEST-NET-1: routed as the outside world is
}

// localAddr is our address on the route to another; loopback if there is no route. It asks the system's routing table by a socket that
// sends nothing.
func localAddr(to netip.Addr) netip.Addr {
	const discard = 9
	c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(to, discard)))
	if err != nil {
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	defer func() { _ = c.Close() }()
	a, err := netip.ParseAddrPort(c.LocalAddr().String())
	if err != nil {
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return a.Addr().Unmap().WithZone("")
}

// local is the UDP socket's address as the stack knows it: its key among the stack's connections.
func (e *endpoint) local() sip.Addr {
	a := e.udp.conn.LocalAddr().(*net.UDPAddr)
	return sip.Addr{IP: a.IP, Port: a.Port}
}
