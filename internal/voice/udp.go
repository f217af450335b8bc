package voice

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/sipudp"
)

const (
	// udpBuffer is the receive buffer asked for: two seconds of 1,500 calls per second, so that a pause of the collector or a
	// burst after a carrier's hiccup is not felt. The system may give less.
	udpBuffer = 4 << 20

	// sourcesPerGeneration is how many source addresses one run of the stack's UDP reader may meet. The reader remembers each for
	// as long as it runs, so that it is ended and begun anew after so many: about 3 MB.
	sourcesPerGeneration = 16_384

	// generationGrace is how long an ended run's addresses are kept, so that what it has read is answered from this socket.
	generationGrace = 2 * time.Second
)

// udpSocket is a UDP socket that the SIP stack reads in generations. It drops what is too much or no SIP before the stack spends
// anything on it, and never lets an error end the reading: only close does.
type udpSocket struct {
	conn    *net.UDPConn
	limit   *packetLimit
	log     *slog.Logger
	sources int
	grace   time.Duration

	closed    chan struct{}
	closeOnce sync.Once
	read      chan struct{} // closed when the stack reads, and so knows the socket
	readOnce  sync.Once

	garbage     atomic.Uint64
	generations atomic.Int64
}

func listenUDP(ctx context.Context, address string, c Config, limit *packetLimit) (*udpSocket, error) {
	var lc net.ListenConfig
	packets, err := lc.ListenPacket(ctx, "udp", address)
	if err != nil {
		return nil, fmt.Errorf("listen for SIP: %w", err)
	}
	conn := packets.(*net.UDPConn)
	if err := conn.SetReadBuffer(udpBuffer); err != nil {
		c.Log.Warn("SIP receive buffer stays small", "error", err)
	}
	return &udpSocket{conn: conn, limit: limit, log: c.Log, sources: c.sources, grace: c.grace, closed: make(chan struct{}),
		read: make(chan struct{})}, nil
}

func (u *udpSocket) close() {
	u.closeOnce.Do(func() {
		close(u.closed)
		_ = u.conn.Close()
	})
}

// serve lets the stack read, generation after generation, until close. It returns when the last reader has ended. transport is the
// stack's, where dead ends are left at the end.
func (u *udpSocket) serve(transport *sip.TransportLayer, read func(net.PacketConn) error) {
	var readers sync.WaitGroup
	defer readers.Wait()
	for {
		g := &generation{PacketConn: u.conn, socket: u, transport: transport, seen: map[netip.AddrPort]struct{}{},
			full: make(chan struct{}), release: make(chan struct{})}
		u.generations.Add(1)
		ended := make(chan struct{})
		readers.Go(func() {
			defer close(ended)
			u.readGeneration(g, read)
		})
		select {
		case <-u.closed:
			return
		case <-ended: // the stack's reader failed: begin anew
		case <-g.full:
			readers.Go(func() { // the next generation reads by then
				select {
				case <-time.After(u.grace):
				case <-u.closed:
				}
				close(g.release)
			})
		}
	}
}

// readGeneration runs the stack's reader. It parses in this goroutine: should a packet make it panic, the packet is lost and not the program.
func (u *udpSocket) readGeneration(g *generation, read func(net.PacketConn) error) {
	defer func() {
		if p := recover(); p != nil {
			u.log.Error("SIP reader panicked; it goes on", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	if err := read(g); err != nil && !errors.Is(err, net.ErrClosed) {
		u.log.Error("SIP reader ended; it is begun anew", "error", err)
	}
}

// generation is the socket as one run of the stack's reader sees it.
type generation struct {
	net.PacketConn
	socket    *udpSocket
	transport *sip.TransportLayer

	// The stack's reader alone uses these.
	seen map[netip.AddrPort]struct{}

	full    chan struct{} // closed when enough sources were met
	release chan struct{} // closed when the reader may end
}

// ReadFrom gives the next packet that is worth parsing.
func (g *generation) ReadFrom(b []byte) (int, net.Addr, error) {
	u := g.socket
	u.readOnce.Do(func() { close(u.read) })
	for failed := 0; ; {
		if len(g.seen) >= u.sources {
			select {
			case <-g.release:
			case <-u.closed:
				g.leaveDeadEnds()
			}
			return 0, nil, net.ErrClosed
		}
		n, from, err := u.conn.ReadFromUDPAddrPort(b)
		if err != nil {
			if failed++; errors.Is(err, net.ErrClosed) {
				g.leaveDeadEnds()
				return 0, nil, net.ErrClosed
			}
			u.pause(failed) // an ICMP error of an earlier packet, or the system is short of memory
			continue
		}
		failed = 0
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		if !u.limit.pass(from.Addr(), time.Now()) {
			continue
		}
		if n == len(b) || !plausible(b[:n]) { // a packet that fills the buffer was cut
			if len(bytes.Trim(b[:n], "\r\n\x00")) > 0 { // what is left otherwise is a keep-alive
				u.garbage.Add(1)
			}
			continue
		}
		if g.seen[from] = struct{}{}; len(g.seen) == u.sources {
			close(g.full)
		}
		return n, net.UDPAddrFromAddrPort(from), nil
	}
}

// leaveDeadEnds keeps requests that were just read from opening a socket to be answered by.
func (g *generation) leaveDeadEnds() {
	sipudp.LeaveDeadEnds(g.transport, g.LocalAddr(), func(yield func(string) bool) {
		for from := range g.seen {
			if !yield(from.String()) {
				return
			}
		}
	})
}

// pause waits a little when reading fails again and again.
func (u *udpSocket) pause(failed int) {
	if failed < 10 {
		return
	}
	select {
	case <-time.After(10 * time.Millisecond):
	case <-u.closed:
	}
}

// Close leaves the socket open: it outlives the generation.
func (g *generation) Close() error { return nil }

// tokenMarks may stand in a method beside letters and digits (RFC 3261 section 25.1: token). A method that is not known is answered, so
// that its sender does not try for half a minute.
const tokenMarks = "-.!%*_+`'~"

// plausible tells whether a packet can be a SIP message: a status line, or a method and a line end.
func plausible(packet []byte) bool {
	if bytes.HasPrefix(packet, []byte("SIP/2.0 ")) {
		return true
	}
	const longestMethod = 32
	for i, c := range packet[:min(len(packet), longestMethod)] {
		switch {
		case c == ' ':
			return i > 1 && bytes.Contains(packet, []byte("\r\n"))
		case c < 'a' || c > 'z':
			if (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune(tokenMarks, rune(c)) {
				return false
			}
		}
	}
	return false
}
