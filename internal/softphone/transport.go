package softphone

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/emiago/sipgo/sip"
)

// maxUDPMessage lets SIP messages of any size that UDP takes leave by UDP. sipgo refuses more than 1300 octets by default,
// without the change to TCP that RFC 3261 section 18.1.1 asks for; INVITEs with credentials come near that.
const maxUDPMessage = 65000

const (
	dialTimeout = 10 * time.Second // a phone's user has hung up by then
	// maxSeen bounds the addresses that a phone remembers; it has a registrar and a few others that call it directly.
	maxSeen = 4096
)

func init() { sip.UDPMTUSize = max(sip.UDPMTUSize, maxUDPMessage) }

// line is the phone's connection to the network: one SIP address with sipgo's transactions on it.
type line struct {
	transport Transport
	tpl       *sip.TransportLayer
	txl       *sip.TransactionLayer
	bound     netip.AddrPort // where the socket is bound
	host      netip.Addr     // how others reach it: bound, or the machine's address if that is unspecified
	unplugged atomic.Bool
	closing   atomic.Bool
	closer    func()
	serving   sync.WaitGroup
}

// newLine makes a line that is not open. handle takes requests in.
func newLine(transport Transport, log *slog.Logger, handle sip.TransactionRequestHandler) *line {
	l := &line{transport: transport}
	l.tpl = sip.NewTransportLayer(net.DefaultResolver, sip.NewParser(), nil,
		sip.WithTransportLayerLogger(log), sip.WithTransportLayerReadFilter(l.filter),
		sip.WithTransportLayerTransports(sip.TransportsConfig{TCP: &sip.TransportTCP{DialerCreate: l.dialer}}))
	l.txl = sip.NewTransactionLayer(l.tpl, sip.WithTransactionLayerLogger(log),
		sip.WithTransactionLayerUnhandledResponseHandler(func(res *sip.Response) {
			log.Debug("response to nothing", "status", res.StatusCode)
		}))
	l.txl.OnRequest(handle)
	return l
}

// open binds the address and serves it until close.
func (l *line) open(ctx context.Context, cfg Config) error {
	if l.transport == TCP {
		return l.openTCP(ctx, cfg)
	}
	return l.openUDP(ctx, cfg)
}

func (l *line) openUDP(ctx context.Context, cfg Config) error {
	var lc net.ListenConfig
	conn, err := lc.ListenPacket(ctx, "udp", cfg.Local)
	if err != nil {
		return fmt.Errorf("softphone: bind %s: %w", cfg.Local, err)
	}
	if err := l.setAddr(ctx, conn.LocalAddr().(*net.UDPAddr).AddrPort(), cfg.Registrar); err != nil {
		conn.Close()
		return err
	}
	served := &servedConn{PacketConn: conn, line: l, ready: make(chan struct{}), seen: make(map[string]struct{})}
	l.closer = func() { conn.Close() }
	l.serving.Go(func() { _ = l.tpl.ServeUDP(served) }) // ends by close
	// sipgo knows the socket only when it reads from it: a request sent earlier would try to bind the same address again.
	<-served.ready
	return nil
}

func (l *line) openTCP(ctx context.Context, cfg Config) error {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", cfg.Local)
	if err != nil {
		return fmt.Errorf("softphone: bind %s: %w", cfg.Local, err)
	}
	if err := l.setAddr(ctx, listener.Addr().(*net.TCPAddr).AddrPort(), cfg.Registrar); err != nil {
		listener.Close()
		return err
	}
	l.closer = func() {
		listener.Close()
		_ = l.tpl.Close() // closing what the other side has closed is no failure
	}
	l.serving.Go(func() { _ = l.tpl.ServeTCP(listener) }) // ends by close
	return nil
}

// setAddr notes the bound address, and the one by which others reach it.
func (l *line) setAddr(ctx context.Context, bound netip.AddrPort, registrar string) (err error) {
	l.bound = unmapped(bound)
	l.host = l.bound.Addr()
	if l.host.IsUnspecified() {
		l.host, err = hostTowards(ctx, registrar)
	}
	return err
}

// close ends transactions and closes sockets.
//
// sipgo does not wait for the requests that it has read but not yet handed over. One that finds its connection gone opens
// another one, which nobody would ever close: over UDP deadEnd, over TCP dialer keeps it from that.
func (l *line) close() {
	l.closing.Store(true)
	l.txl.Close()
	l.closer()
	l.serving.Wait()
}

// dialer makes TCP connections, but none any more when the line is closing.
func (l *line) dialer(local net.Addr) net.Dialer {
	return net.Dialer{LocalAddr: local, Timeout: dialTimeout, Control: func(string, string, syscall.RawConn) error {
		if l.closing.Load() {
			return net.ErrClosed
		}
		return nil
	}}
}

// filter drops everything that comes in while the phone is unplugged. It must never give an error: sipgo would stop reading.
func (l *line) filter(_ sip.TransportReadProps, data []byte) ([]byte, error) {
	if l.unplugged.Load() {
		return nil, nil
	}
	return data, nil
}

// laddr is the local address that requests leave from: over UDP our socket, over TCP any port of our host, since a
// connection that is there is found by the other side's address.
func (l *line) laddr() sip.Addr {
	if l.transport == TCP {
		if l.bound.Addr().IsUnspecified() {
			return sip.Addr{}
		}
		return sip.Addr{IP: net.IP(l.bound.Addr().AsSlice())}
	}
	return sip.Addr{IP: net.IP(l.bound.Addr().AsSlice()), Port: int(l.bound.Port())}
}

// servedConn is the UDP socket as sipgo sees it. It tells when it is read from for the first time, and sends nothing while the
// phone is unplugged.
type servedConn struct {
	net.PacketConn
	line  *line
	ready chan struct{}
	once  sync.Once
	seen  map[string]struct{} // where datagrams came from; only the reading goroutine touches it
}

func (c *servedConn) ReadFrom(b []byte) (int, net.Addr, error) {
	c.once.Do(func() { close(c.ready) })
	n, from, err := c.PacketConn.ReadFrom(b)
	if errors.Is(err, net.ErrClosed) {
		c.leaveDeadEnds()
	} else if err == nil && len(c.seen) < maxSeen {
		c.seen[from.String()] = struct{}{}
	}
	return n, from, err
}

// leaveDeadEnds puts dead ends to where sipgo looks for the connection of requests that it has read and not handed over yet. It
// runs where sipgo reads: before sipgo itself takes the socket out.
func (c *servedConn) leaveDeadEnds() {
	pool := c.line.tpl.Pool("udp")
	for from := range c.seen {
		pool.Add(from, deadEnd{c.LocalAddr()})
	}
}

// deadEnd is a connection that takes nothing.
type deadEnd struct{ addr net.Addr }

func (d deadEnd) LocalAddr() net.Addr        { return d.addr }
func (d deadEnd) WriteMsg(sip.Message) error { return net.ErrClosed }
func (d deadEnd) Ref(int) int                { return 1 }
func (d deadEnd) TryClose() (int, error)     { return 1, nil }
func (d deadEnd) Close() error               { return nil }

func (c *servedConn) WriteTo(b []byte, to net.Addr) (int, error) {
	if c.line.unplugged.Load() {
		return len(b), nil
	}
	return c.PacketConn.WriteTo(b, to)
}

// hostTowards gives the machine's address on the way to another; no packet is sent.
func hostTowards(ctx context.Context, other string) (netip.Addr, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "udp", other)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("softphone: find the own address towards %q: %w", other, err)
	}
	defer conn.Close()
	return unmapped(conn.LocalAddr().(*net.UDPAddr).AddrPort()).Addr(), nil
}

func unmapped(ap netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}
