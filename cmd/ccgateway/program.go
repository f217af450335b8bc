package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"ccgateway/internal/admin"
	"ccgateway/internal/archive"
	"ccgateway/internal/center"
	"ccgateway/internal/codec"
	"ccgateway/internal/config"
	"ccgateway/internal/delivery"
	"ccgateway/internal/flow"
	"ccgateway/internal/gateway"
	"ccgateway/internal/host"
	"ccgateway/internal/journal"
	"ccgateway/internal/lockout"
	"ccgateway/internal/push"
	"ccgateway/internal/speech"
	"ccgateway/internal/store"
	"ccgateway/internal/telemetry"
	"ccgateway/internal/tlscert"
	"ccgateway/internal/voice"
	"ccgateway/internal/wallboard"
	"ccgateway/internal/wav"
)

// program is a running installation: all rooms, joined. Made by start, ended by stop.
type program struct {
	cfg   *config.Config // that it was started with; settings has what counts now
	log   *slog.Logger
	token string

	live     atomic.Pointer[config.Config]
	proxies  atomic.Pointer[[]netip.Prefix]
	applying sync.Mutex                     // one file after another
	own      func() (*config.Config, error) // reads the program's own file anew; nil = it has none

	store    *store.Store
	guard    *lockout.Guard
	journal  *journal.Journal
	host     *host.Host
	delivery *delivery.Delivery
	pusher   *push.Pusher
	doors    *gateway.Gateway
	voice    *voice.Server
	flows    *flow.Engine
	archive  *archive.Archive
	servers  []*server
	keeper   *tlscert.Keeper
	metrics  *telemetry.Metrics
	boards   *wallboard.Boards
	traces   *traces

	ready     atomic.Pointer[string] // why no work is taken; nil = it is
	tasks     *errgroup.Group
	failed    func() error // waits until a part of the program has ended by itself and says why; nil after stop
	endVoice  context.CancelFunc
	voiceDone chan struct{}
}

// recordingsFolder lies below the data folder.
const recordingsFolder = "recordings"

// start opens the installation that cfg describes, loads cfg into it and lets it work. Addresses with port 0 take a free one;
// see program.address.
func start(ctx context.Context, cfg *config.Config, log *slog.Logger) (*program, error) {
	p := &program{cfg: cfg, log: log, voiceDone: make(chan struct{})}
	p.remember(cfg)
	p.notReady("starting")
	if err := p.open(ctx); err != nil {
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
		defer cancel()
		return nil, errors.Join(err, p.close(stopping))
	}
	p.ready.Store(nil)
	return p, nil
}

// open makes the rooms in the order of their needs: what keeps facts first, what lets people in last.
func (p *program) open(ctx context.Context) error {
	var err error
	if p.traces, err = openTraces(p.cfg, p.log.With("room", "traces")); err != nil {
		return err
	}
	recordings := filepath.Join(p.cfg.Data, recordingsFolder)
	if p.store, err = store.Open(ctx, p.cfg.Data, p.log.With("room", "store"), store.MeasureRecordings(func(file string) (time.Duration, error) {
		return mend(filepath.Join(recordings, filepath.FromSlash(file)))
	}), store.KeepSessions(), store.Database(p.cfg.Database)); err != nil {
		return err
	}
	if err := p.openArchive(recordings); err != nil {
		return err
	}
	if err := p.openGuard(ctx); err != nil {
		return err
	}
	if err := p.openJournal(ctx); err != nil {
		return err
	}
	if p.token, err = admin.Token(p.cfg.Data); err != nil {
		return err
	}
	if err := p.loadOwn(ctx); err != nil {
		return err
	}
	p.metrics = telemetry.New(version)
	p.host = host.New(p.log.With("room", "host"), time.Now)
	p.delivery = delivery.New(delivery.Options{Overflow: p.expel, Delivered: p.delivered})
	pushing, err := p.pushOptions(p.cfg)
	if err != nil {
		return err
	}
	p.pusher = push.New(p.delivery, pushing)
	if p.keeper, err = tlscert.Open(p.cfg.TLS.Cert, p.cfg.TLS.Key, p.cfg.Data, p.log.With("room", "tls")); err != nil {
		return err
	}
	p.flows = p.newFlows()
	reader, err := speech.New(speech.Config{Voice: p.cfg.Speech.Voice, Cache: filepath.Join(p.cfg.Data, "speech")})
	if err != nil {
		return err
	}
	if p.voice, err = voice.New(p.voiceConfig(recordings, reader), directory{p.store}, p.watched()); err != nil {
		return err
	}
	p.boards = wallboard.New(wallboard.Options{Log: p.log.With("room", "wallboard"), Centers: p.host, Store: p.store, Bounds: wallboardBounds(p.cfg)})
	p.metrics.Watch(p.sources())
	p.host.Attach(append([]host.Sink{p.delivery, p.pusher, p.voice, p.flows, p.store, p.metrics, p.boards}, p.traces.sinks()...)...)
	p.host.Keep(host.Keeping{Journal: p.journal, Events: p.delivery, Facts: p.store, SnapshotCommands: p.cfg.Journal.SnapshotAfter})
	if err := p.configure(ctx, p.cfg); err != nil {
		return err
	}
	p.pusher.Resume()
	return p.serve(ctx)
}

// mend makes a recording that a crash cut off playable up to the break and tells its length.
func mend(path string) (time.Duration, error) {
	if _, err := wav.Repair(path); err != nil {
		return 0, err
	}
	return wav.Length(path)
}

// loadOwn loads the program's own file into the store. A file without tenants leaves those that were applied before.
func (p *program) loadOwn(ctx context.Context) error {
	changes, err := load(ctx, p.store, p.cfg, "start")
	switch {
	case errors.Is(err, errNoVCCs):
		p.log.Info("the configuration file has no tenants: those that were applied before are kept")
		return nil
	case err != nil:
		return err
	}
	p.log.Info("configuration loaded", "changes", changes)
	return nil
}

// configure gives the centers what is in the store, and the flow engine the flows of cfg.
func (p *program) configure(ctx context.Context, cfg *config.Config) error {
	centers, err := p.store.Centers(ctx)
	if err != nil {
		return err
	}
	for i := range centers {
		p.complete(&centers[i])
	}
	if err := p.configureFlows(ctx, cfg, centers); err != nil {
		return err
	}
	return p.host.Configure(ctx, centers)
}

// complete adds to a center's configuration what the installation decides, not the tenant.
func (p *program) complete(c *center.Config) {
	cfg := p.settings()
	c.ServerName = cfg.Cluster
	c.Silence = cfg.Events.Silence
	c.Auth = center.Auth{Static: cfg.Auth.Mode == 1, Interval: cfg.Auth.GUIDInterval, Timeout: cfg.Auth.GUIDTimeout}
}

// serve opens the doors.
func (p *program) serve(ctx context.Context) error {
	running, cancel := context.WithCancel(context.WithoutCancel(ctx)) // ended by stop, in its order
	p.endVoice = cancel
	tasks, broken := errgroup.WithContext(context.WithoutCancel(ctx)) // broken by the first task that fails; Wait would wait for all
	p.tasks, p.failed = tasks, func() error { return firstFailure(broken) }
	p.tasks.Go(func() error { return p.watchJournal(running) })
	p.tasks.Go(func() error {
		p.archive.Keep(running)
		return nil
	})
	p.tasks.Go(func() error {
		defer close(p.voiceDone)
		return p.voice.Run(running)
	})
	p.doors = gateway.New(p.gatewayConfig(p.cfg), p.watched(), accounts{p.store, p.guard}, p.delivery)
	if err := p.resume(ctx, p.doors); err != nil {
		return err
	}
	port := admin.Handler(admin.Options{Log: p.log.With("room", "admin"), Centers: p.host, Token: p.token, Ready: p.readiness, Apply: p.apply, Unlock: p.unlock, Note: p.note,
		Metrics: p.metrics.Handler(), Facts: facts{p.store}, Trunks: p.voice.TrunkStates, Boards: p.boards, DeleteRecordings: p.deleteRecordings})
	for _, door := range []struct {
		name, address string
		server        *http.Server
		public        bool // agents reach it
	}{
		{"https", p.cfg.Listen.HTTPS, gateway.NewServer(p.sourced(p.doors), p.log), true},
		{"http", p.cfg.Listen.HTTP, gateway.NewServer(p.sourced(p.doors), p.log), true},
		{"admin", p.cfg.Listen.Admin, gateway.NewServer(port, p.log), false},
	} {
		if door.address == "" {
			continue
		}
		s, err := listen(ctx, door.name, door.address, door.server)
		if err != nil {
			return err
		}
		if door.public {
			s.limit = gateway.Limit(s.listener, s.http, connectionLimits(p.cfg), p.log.With("room", door.name))
			s.listener = s.limit
		}
		if door.name == "https" {
			s.secure(p.keeper)
		}
		p.servers = append(p.servers, s)
		p.tasks.Go(s.run)
	}
	return nil
}

// firstFailure waits until a group of tasks is broken by one of them, and says why; nil = all have ended well.
func firstFailure(broken context.Context) error {
	<-broken.Done()
	if why := context.Cause(broken); !errors.Is(why, context.Canceled) {
		return why
	}
	return nil
}

func (p *program) notReady(why string) { p.ready.Store(&why) }

func (p *program) readiness() error {
	if why := p.ready.Load(); why != nil {
		return errors.New(*why)
	}
	return p.host.Healthy()
}

// address gives the address that a door ("https", "http", "admin") or a SIP port ("sip", "sips") is bound to; "" = it is closed.
func (p *program) address(door string) string {
	switch door {
	case "sip":
		return firstOf(p.voice.Addrs())
	case "sips":
		return firstOf(p.voice.SecureAddrs())
	}
	for _, s := range p.servers {
		if s.name == door {
			return s.listener.Addr().String()
		}
	}
	return ""
}

func firstOf(addresses []netip.AddrPort) string {
	if len(addresses) == 0 {
		return ""
	}
	return addresses[0].String()
}

func (p *program) voiceConfig(recordings string, reader voice.Speech) voice.Config {
	sip := p.cfg.SIP
	var secure []string
	if p.cfg.Listen.SIPS != "" {
		secure = []string{p.cfg.Listen.SIPS}
	}
	codecs, _ := codec.FindAll(sip.Codecs) // config has looked at them
	return voice.Config{
		Listen: []string{p.cfg.Listen.SIP}, ListenTLS: secure, TLS: p.keeper.Config(), Advertise: sip.Advertise, Algorithms: sip.Digest, Codecs: codecs,
		Traced: p.traces.transactions(), Settings: voiceSettings(sip), NoMedia: orNever(sip.NoMedia),
		RTPMin: uint16(p.cfg.Listen.RTP.First), RTPMax: uint16(p.cfg.Listen.RTP.Last), //nolint:gosec // checked by config
		Prompts: p.cfg.Prompts, Recordings: recordings, Registrations: filepath.Join(p.cfg.Data, "registrations.json"), Log: p.log.With("room", "voice"),
		FlowDigit: p.flows.SecretDigit, Speech: reader,
	}
}

// voiceSettings are those that may change.
func voiceSettings(sip config.SIP) voice.Settings {
	return voice.Settings{
		RegisterMin: sip.RegisterMin, RegisterMax: sip.RegisterMax, SessionExpires: orNever(sip.SessionTimer),
		NoResponse: sip.NoResponse, MaxRinging: sip.MaxRinging, MaxLegs: sip.MaxLegs,
	}
}

// orNever turns the configuration's 0 = never into voice's negative one.
func orNever(d time.Duration) time.Duration {
	if d == 0 {
		return -1
	}
	return d
}

func (p *program) gatewayConfig(cfg *config.Config) gateway.Config {
	wait := cfg.Events.PollWait
	if wait == 0 {
		wait = -1 // the gateway's 0 is its default; ours means that an empty poll is answered at once
	}
	keepAlive := gateway.DefaultKeepAlive
	if silence := cfg.Events.Silence; silence > 0 {
		keepAlive = min(keepAlive, silence/3)
	}
	return gateway.Config{
		Node: cfg.Node, PollWait: wait, KeepAlive: keepAlive, Pushes: p.pusher, Origins: cfg.Listen.Origins, Hosts: cfg.Listen.Hosts,
		Rates: gateway.Rates{
			PerAddress: cfg.Bounds.RequestsPerAddress, PerAgent: cfg.Bounds.RequestsPerAgent,
			Queries: cfg.Bounds.Queries, QueriesPerAgent: cfg.Bounds.QueriesPerAgent,
		},
		Source:     lockout.From,
		Recordings: recordings{p.store, p.archive}, Downloads: downloads(cfg),
		Observe: p.metrics.Request, Log: p.log.With("room", "gateway"), Trace: p.traces.tracer,
	}
}

func wallboardBounds(cfg *config.Config) wallboard.Bounds {
	return wallboard.Bounds{Watchers: cfg.Bounds.WallboardWatchers, Pause: cfg.Bounds.WallboardPause, Changes: cfg.Bounds.WallboardChanges}
}

// server is one HTTP listener.
type server struct {
	name     string
	http     *http.Server
	listener net.Listener
	limit    *gateway.LimitedListener // nil = only administrators reach it
	tls      bool
}

func listen(ctx context.Context, name, address string, h *http.Server) (*server, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("open %s port: %w", name, err)
	}
	return &server{name: name, http: h, listener: l}, nil
}

func (s *server) run() error {
	var err error
	if s.tls {
		err = s.http.ServeTLS(s.listener, "", "")
	} else {
		err = s.http.Serve(s.listener)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("%s port: %w", s.name, err)
}
