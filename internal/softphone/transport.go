package softphone

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/sipudp"
)

// maxUDPMessage lets SIP messages of any size that UDP takes leave by UDP. sipgo refuses more than 1300 octets by default,
// without the change to TCP that RFC 3261 section 18.1.1 asks for; INVITEs with credentials come near that.
const maxUDPMessage = 65000

const dialTimeout = 10 * time.Second // a phone's user has hung up by then

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
	socket := sipudp.New(conn, l.tpl)
	l.closer = func() { conn.Close() }
	l.serving.Go(func() { _ = l.tpl.ServeUDP(cable{socket, &l.unplugged}) }) // ends by close
	<-socket.Reading()
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
// another one, which nobody would ever close: over UDP sipudp, over TCP dialer keeps it from that.
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

// cable is the UDP socket as sipgo sees it: it sends nothing while the phone is unplugged.
type cable struct {
	*sipudp.Socket
	unplugged *atomic.Bool
}

func (c cable) WriteTo(b []byte, to net.Addr) (int, error) {
	if c.unplugged.Load() {
		return len(b), nil
	}
	return c.Socket.WriteTo(b, to)
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
