package voice

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"
	"golang.org/x/time/rate"

	"ccgateway/internal/center"
	"ccgateway/internal/voice/media"
)

// Server is the phone side. Its methods may be called from any goroutine.
type Server struct {
	cfg       Config
	live      atomic.Pointer[Settings]
	log       *slog.Logger
	locked    rate.Sometimes // tells of passwords that are not looked at
	directory Directory
	centers   Centers

	engine   *media.Engine
	auth     *authenticator
	bindings *bindings
	calling  *phonePlaces
	legs     *legs
	rooms    *rooms
	lines    *lines
	secure   *secureLines
	ours     *tcpListener // of secure

	limit        *packetLimit
	callees      *callees
	endpoints    []*endpoint
	transport    *sip.TransportLayer
	transactions *sip.TransactionLayer
	pending      atomic.Int64 // server transactions
	counts       sipCounts
	traced       traced

	notices *mailbox // what is told to centers from where one must not wait, in order; and the work of recordings
	work    sync.WaitGroup
	quit    chan struct{} // closed when no transaction is worth waiting for any more
	stopped atomic.Bool
}

// stackOnce sets what the SIP stack has as variables of its package.
var stackOnce sync.Once

// largestUDP is the largest message sent by UDP. The stack refuses more than UDPMTUSize-200, by default 1,300 bytes, and does not
// change to TCP; an INVITE by a carrier's proxies is often larger, and IP fragments work.
const largestUDP = 16_384

// New makes a phone side and opens its ports. Nothing is taken from them until Run.
func New(cfg Config, directory Directory, centers Centers) (*Server, error) {
	cfg = cfg.defaults()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	stackOnce.Do(func() {
		sip.UDPMTUSize = largestUDP + 200
		sip.SetDefaultLogger(slog.New(slog.DiscardHandler))
	})
	s := &Server{cfg: cfg, log: cfg.Log, directory: directory, centers: centers, notices: newMailbox(), legs: newLegs(cfg.MaxLegs),
		calling: newPhonePlaces(cfg.MaxPhoneCalls), callees: newCallees(), quit: make(chan struct{}), locked: rate.Sometimes{Interval: lockedTold}}
	s.live.Store(&cfg.Settings)
	s.traced.tell, s.traced.legs = cfg.Traced, s.legs
	s.auth = newAuthenticator(cfg, directory)
	s.lines, s.secure = newLines(s), newSecureLines()
	s.bindings = newBindings(cfg, s.phoneChanged)
	s.limit = newPacketLimit(cfg.MaxPackets, cfg.MaxPacketsPerIP, func(a netip.Addr) bool {
		return s.isTrunk(a)
	})
	s.ours = s.secure.listener(s)
	if err := s.open(); err != nil {
		return nil, err
	}
	if err := s.startMedia(); err != nil {
		s.closeEndpoints()
		return nil, err
	}
	return s, nil
}

// open opens the sockets and sets the SIP stack up over them.
func (s *Server) open() error {
	ctx := context.Background() // opening does not wait for anything
	if err := s.openPorts(ctx); err != nil {
		s.closeEndpoints()
		return err
	}
	quiet := newQuietLog(s.log)
	s.transport = sip.NewTransportLayer(noNames, sip.NewParser(sip.WithHeadersParsers(headerParsers())), nil,
		sip.WithTransportLayerLogger(quiet), sip.WithTransportLayerTransports(sip.TransportsConfig{TCP: streams(s.callees.control), TLS: &sip.TransportTLS{TransportTCP: streams(nobody)}}))
	s.transport.OnMessage(s.onMessage) // before the transaction layer's own: it is called first
	s.transactions = sip.NewTransactionLayer(s.transport, sip.WithTransactionLayerLogger(quiet),
		sip.WithTransactionLayerUnhandledResponseHandler(func(*sip.Response) {}),
		sip.WithTransactionLayerTerminateOnConnClose())
	s.transactions.OnRequest(s.onRequest)
	return nil
}

// openPorts opens the sockets. Those that it has opened stay open when it fails.
func (s *Server) openPorts(ctx context.Context) error {
	for i, address := range s.cfg.Listen {
		e, err := s.listen(ctx, address)
		if err != nil {
			return err
		}
		s.endpoints = append(s.endpoints, e)
		if i < len(s.cfg.ListenTLS) {
			if err := s.listenSecure(ctx, e, s.cfg.ListenTLS[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Server) startMedia() error {
	m := media.Config{Advertise: s.mediaAddress(), MinPort: s.cfg.RTPMin, MaxPort: s.cfg.RTPMax, NoMedia: max(s.cfg.NoMedia, 0),
		PromptDir: s.cfg.Prompts, Log: s.log, Events: media.Events{
			Digit:          s.mediaDigit,
			MediaLost:      s.mediaLost,
			RecordingEnded: s.recordingEnded,
			RecordingQuiet: s.recordingQuiet,
			PlayEnded:      s.playEnded,
		}}
	engine, err := media.New(m)
	if err != nil {
		return fmt.Errorf("voice: %w", err)
	}
	s.engine = engine
	s.rooms = newRooms(engine)
	return nil
}

// Run takes calls until ctx is done; then it ends all legs (their centers are told CauseShutdown), waits for at most DrainTimeout
// until that has been heard by the phones, and closes everything. It is called once.
func (s *Server) Run(ctx context.Context) error {
	mediaCtx, stopMedia := context.WithCancel(context.WithoutCancel(ctx)) // the sound goes on while legs are being ended
	defer stopMedia()
	var running sync.WaitGroup
	var mediaErr error
	running.Go(func() { mediaErr = s.engine.Run(mediaCtx) })
	running.Go(func() { s.notices.work(s.stopped.Load) })
	for _, e := range s.endpoints {
		e.serve(&running, s.transport)
	}
	running.Go(func() { s.ours.serve(transportTLS, s.transport.ServeTLS) })
	s.log.Info("phone side runs", "addresses", s.Addrs(), "registrations", s.loadBindings())
	s.lines.tend(ctx)
	s.sweep(ctx)
	s.saveBindings()
	s.stop()
	stopMedia()
	s.stopped.Store(true)
	s.notices.post(func() {})
	running.Wait()
	s.closeTransport() // again: a request that was just read may have opened a socket to be answered by
	if mediaErr != nil && !errors.Is(mediaErr, context.Canceled) {
		return fmt.Errorf("voice: %w", mediaErr)
	}
	return nil
}

// sweepInterval is how often expired registrations are looked for.
const sweepInterval = time.Second

func (s *Server) sweep(ctx context.Context) {
	t := time.NewTicker(sweepInterval)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-t.C:
			s.bindings.expire(now, s.directory.Phone)
			s.saveBindings()
			s.callees.expire(now)
			s.lines.tend(ctx)
		}
	}
}

// loadBindings takes up the registrations of a former life. A file that cannot be read costs no more than that phones have to
// register anew.
func (s *Server) loadBindings() int {
	if s.cfg.Registrations == "" {
		return 0
	}
	n, err := s.bindings.load(s.cfg.Registrations, time.Now())
	if err != nil {
		s.log.Warn("registrations are lost", "error", err)
	}
	return n
}

func (s *Server) saveBindings() {
	if s.cfg.Registrations == "" {
		return
	}
	if err := s.bindings.save(s.cfg.Registrations); err != nil {
		s.log.Error("registrations are not kept", "error", err)
	}
}

// stop ends the legs, then the transactions, then the sockets: each needs what comes after it.
func (s *Server) stop() {
	ended := make(chan struct{})
	for _, l := range s.legs.close() {
		l.mail.post(l.shutDown)
	}
	go func() {
		s.legs.wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(s.cfg.DrainTimeout):
		s.log.Warn("legs did not end in time", "legs", s.legs.count())
	}
	for _, l := range s.legs.all() {
		l.mail.post(l.abandon)
	}
	<-ended
	s.lines.wait()
	close(s.quit)
	s.transactions.Close()
	s.work.Wait()
	s.closeEndpoints()
	s.closeTransport()
}

func (s *Server) closeTransport() {
	if err := s.transport.Close(); err != nil {
		s.log.Debug("closing transports", "error", err)
	}
}

// phoneChanged tells the center that a phone has become reachable, or is not any more.
func (s *Server) phoneChanged(number string, vcc center.VCCID, registered bool) {
	s.notices.post(func() {
		s.log.Info("phone", "phone", number, "vcc", vcc, "registered", registered)
		s.centers.Tell(vcc, center.PhoneState{Phone: number, Registered: registered})
	})
}

// notice tells a center something from where one must not wait.
func (s *Server) notice(vcc center.VCCID, cmd center.Command) {
	s.notices.post(func() { s.centers.Tell(vcc, cmd) })
}

// Addrs lists the addresses that are served, each by UDP and TCP.
func (s *Server) Addrs() []netip.AddrPort {
	addrs := make([]netip.AddrPort, len(s.endpoints))
	for i, e := range s.endpoints {
		addrs[i] = e.addr
	}
	return addrs
}

// SecureAddrs lists the addresses that are served by TLS.
func (s *Server) SecureAddrs() []netip.AddrPort {
	var addrs []netip.AddrPort
	for _, e := range s.endpoints {
		if e.tls != nil {
			addrs = append(addrs, e.secure)
		}
	}
	return addrs
}

// Registered tells whether a phone account has a registered device now.
func (s *Server) Registered(number string) bool { return len(s.bindings.of(number, time.Now())) > 0 }

// Registrations lists the registered devices by phone account.
func (s *Server) Registrations() map[string][]Contact { return s.bindings.view() }

// Stats are figures for the administrator.
type Stats struct {
	Legs         int    // now, those that are just ending included
	Phones       int    // accounts with a registration
	Transactions int    // being worked on, or kept against retransmission
	Connections  int    // by TCP and TLS
	Dropped      uint64 // packets above the limits, since the start
	Garbage      uint64 // packets that were no SIP, since the start
}

// Stats reads the figures.
func (s *Server) Stats() Stats {
	stats := Stats{Legs: s.legs.count(), Phones: s.bindings.count(), Transactions: int(s.pending.Load()), Dropped: s.limit.dropped.Load()}
	stats.Connections = s.ours.count()
	for _, e := range s.endpoints {
		for _, l := range e.streams() {
			stats.Connections += l.count()
		}
		stats.Garbage += e.udp.garbage.Load()
	}
	return stats
}
