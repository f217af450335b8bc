// Package sipudp lets a UDP socket that sipgo reads end without leaving anything open.
//
// sipgo hands each request over in a goroutine that nobody waits for. One that finds its socket closed opens another one to
// answer by, which nobody would ever close. A Socket keeps it from that: when it is closed, it leaves dead ends where sipgo looks
// for the connections of those who have sent something.
package sipudp

import (
	"errors"
	"iter"
	"maps"
	"net"
	"sync"

	"github.com/emiago/sipgo/sip"
)

// maxSeen bounds the addresses that a Socket remembers. Phones and test peers meet a few; of more, the answers to the last
// requests before the end may be sent from another port, which is the harm that this package mends and no other.
const maxSeen = 4096

// Socket is a UDP socket for sip.TransportLayer.ServeUDP.
type Socket struct {
	net.PacketConn
	transport *sip.TransportLayer
	reading   chan struct{}
	once      sync.Once
	seen      map[string]struct{} // where datagrams came from; only the reading goroutine touches it
}

// New makes a Socket of conn that transport is going to serve.
func New(conn net.PacketConn, transport *sip.TransportLayer) *Socket {
	return &Socket{PacketConn: conn, transport: transport, reading: make(chan struct{}), seen: make(map[string]struct{})}
}

// Reading is closed when the socket is read from for the first time. sipgo knows it from then on: a request sent earlier would
// try to bind the same address again.
func (s *Socket) Reading() <-chan struct{} { return s.reading }

// ReadFrom is net.PacketConn's, for one reader.
func (s *Socket) ReadFrom(b []byte) (int, net.Addr, error) {
	s.once.Do(func() { close(s.reading) })
	n, from, err := s.PacketConn.ReadFrom(b)
	switch {
	case errors.Is(err, net.ErrClosed):
		LeaveDeadEnds(s.transport, s.LocalAddr(), maps.Keys(s.seen))
	case err == nil && len(s.seen) < maxSeen:
		s.seen[from.String()] = struct{}{}
	}
	return n, from, err
}

// LeaveDeadEnds lets what is still to be sent by UDP to the given addresses go nowhere. It is called by the reader of a closed
// socket, before sipgo is told that it is closed and takes it out.
func LeaveDeadEnds(transport *sip.TransportLayer, local net.Addr, addrs iter.Seq[string]) {
	pool := transport.Pool("udp")
	for addr := range addrs {
		pool.Add(addr, deadEnd{local})
	}
}

// deadEnd is a connection that takes nothing.
type deadEnd struct{ addr net.Addr }

func (d deadEnd) LocalAddr() net.Addr        { return d.addr }
func (d deadEnd) WriteMsg(sip.Message) error { return net.ErrClosed }
func (d deadEnd) Ref(int) int                { return 1 }
func (d deadEnd) TryClose() (int, error)     { return 1, nil }
func (d deadEnd) Close() error               { return nil }
