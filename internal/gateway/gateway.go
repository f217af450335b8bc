package gateway

import (
	"context"
	"log/slog"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"ccgateway/internal/center"
	"ccgateway/internal/delivery"
	"ccgateway/internal/result"
	"ccgateway/internal/telemetry/trace"
)

// Centers runs the centers. Do's error is not a refusal (that stands in the reply) but a failure of the house or the end of ctx.
type Centers interface {
	Do(ctx context.Context, vcc center.VCCID, cmd center.Command) (center.Reply, error)
	VCCOf(agent center.AgentID) (center.VCCID, bool)
}

// Accounts knows passwords. Its errors are *result.Error for what the agent did wrong; how long it takes must not tell whether an
// agent or account exists.
type Accounts interface {
	// Check tells whether the password is the agent's: WrongPassword (also for an unknown agent), AgentLocked, PasswordExpired.
	Check(ctx context.Context, agent center.AgentID, password string) (AccountState, error)
	// Change replaces the password: BadArgument when the new one breaks the rules (cec_07_0350), WrongPassword or another code
	// of the 110 group for the old one.
	Change(ctx context.Context, agent center.AgentID, old, new string) error
	// ByAccount finds the agent of an account name.
	ByAccount(ctx context.Context, name string) (center.AgentID, bool)
}

// AccountState is what the sign-in reply says of a password.
type AccountState struct {
	MustChange bool
	DaysLeft   string // 0..180 days until it expires, "" = never
}

// Events gives out agents' events; *delivery.Delivery.
type Events interface {
	Next(ctx context.Context, key delivery.Key, wait time.Duration) (delivery.Batch, error)
	NextOf(ctx context.Context, wait time.Duration, most int, keys ...delivery.Key) (delivery.Batch, error)
	Open(key delivery.Key, position delivery.Position) (*delivery.Stream, delivery.Opening, error)
	Ack(key delivery.Key, seq uint64)
	Pushed(key delivery.Key) bool
}

// Pushes is told what goes along with pushed events, since only the gateway ever sees a GUID in text; *push.Pusher.
type Pushes interface {
	// Allowed tells whether events may be pushed to a URL (EVENT_PUST_WHILTELIST_CALLBACKURI).
	Allowed(url string) bool
	// Expect comes before a sign-in that wants push, Expected after it.
	Expect(agent center.AgentID, guid string)
	Expected(agent center.AgentID)
	// Renew tells a session's GUID: the newest, or the one that its client uses; and its service_token, "" = as before.
	Renew(key delivery.Key, guid string, newest bool, token string)
}

// DefaultPollWait is how long a poll without event is held: a little less than the documented 10 s, since a client in use gives
// up after exactly 10 s (connection.md section 4).
const DefaultPollWait = 9500 * time.Millisecond

// MaxPollWait keeps a held poll below the shortest read time-out that a client with a longer one than 10 s has, 20 s.
const MaxPollWait = 19 * time.Second

// Config are the settings of the interface. The zero value of each member has a meaning.
type Config struct {
	Node     string        // stands behind the dot in every GUID; "" = AgentGateway1
	PollWait time.Duration // see DefaultPollWait; 0 = the default, negative = answer at once
	Pushes   Pushes        // who pushes events; nil = nobody: sign-ins that want push are refused
	// KeepAlive is how often an open stream shows that it is alive, and looks whether its client is; less than the silence that
	// signs an agent out. 0 = DefaultKeepAlive.
	KeepAlive time.Duration
	// Origins are the web origins ("https://desk.example.org") whose pages may call the interface from a browser; none = no CORS
	// headers are ever sent. Origins are compared as a whole; there is no wildcard.
	Origins []string
	// Hosts are the names by which the interface may be called; addresses and localhost always may. None = any name. A
	// listener on a loopback address without TLS should set it: it is what stops a web page that rebinds its own name.
	Hosts []string
	// PasswordChecks is how many passwords are hashed at once; 0 = one for each core. Hashing is slow and takes much memory
	// by design, so unbounded it would starve calls when a shift begins.
	PasswordChecks int
	// Rates bounds requests per second; see there.
	Rates Rates
	// Source tells from where a request comes, by the context of its http.Request; nil or "" = the connection's other end.
	Source func(ctx context.Context) string
	// Observe is told of every answered request, for metrics: the interface's log name ("unknown" where there is none), the result
	// code, and how long it took. It must not block. nil = nobody is told.
	Observe func(interfaceName string, code result.Code, took time.Duration)
	// Recordings is what agents play and download; nil = there are none.
	Recordings Recordings
	// Downloads is how many recordings are downloaded at a time; 0 = DefaultDownloads, negative = downloads are switched off (104-001).
	Downloads int
	Log       *slog.Logger // nil = slog.Default()
	// Trace is told of every request as a span, which lies in the trace of the client's traceparent header if it has one; see
	// beginSpan. nil = nobody is told.
	Trace trace.Tracer
}

// floodTold is the least time between two warnings of requests that come too fast.
const floodTold = 10 * time.Second

// Gateway is the http.Handler of the interface.
type Gateway struct {
	config   Config
	log      *slog.Logger
	centers  Centers
	accounts Accounts
	events   Events

	router *router
	guids  *guidIndex
	moves  *moves
	hashes chan struct{} // one place for each password that may be hashed at once
	limits *limits
	flood  rate.Sometimes // tells of what limits refuses

	queries *queryLimits
	live    atomic.Pointer[live]

	tickets      *tickets
	recordTokens *vouchers[Recording] // of localRecordPath
	downloads    *downloads

	streams   sync.WaitGroup // open streams, with their goroutines
	writeTime time.Duration  // see writeTime of streams

	newGUID func() string
}

var _ http.Handler = (*Gateway)(nil)

// New makes the interface over the rooms behind it.
func New(config Config, centers Centers, accounts Accounts, events Events) *Gateway {
	if config.Node == "" {
		config.Node = "AgentGateway1"
	}
	if config.PasswordChecks <= 0 {
		config.PasswordChecks = runtime.GOMAXPROCS(0)
	}
	if config.Log == nil {
		config.Log = slog.Default()
	}
	g := &Gateway{
		config: config, log: config.Log, centers: centers, accounts: accounts, events: events,
		router: newRouter(Routes()), guids: newGUIDIndex(), moves: newMoves(),
		hashes:  make(chan struct{}, config.PasswordChecks),
		tickets: newTickets(), recordTokens: newVouchers[Recording](recordTokenLife), downloads: newDownloads(config.Downloads), writeTime: streamWriteTime,
		flood: rate.Sometimes{Interval: floodTold},
	}
	node := nodeName(config.Node)
	g.limits, g.queries = newLimits(config, g.guids.find), newQueryLimits(config.Rates)
	g.live.Store(newLive(config))
	g.newGUID = func() string { return newGUID(node) }
	return g
}

// Wait waits until all streams have ended. They end when package delivery closes; http.Server.Shutdown does not wait for sockets.
func (g *Gateway) Wait() { g.streams.Wait() }

// do sends a command to the asking agent's center and gives the value of its reply.
func (g *Gateway) do(ctx context.Context, q *request, cmd center.Command) (any, error) {
	reply, err := g.centers.Do(ctx, q.vcc, cmd)
	if err != nil {
		return nil, err
	}
	if reply.Err != nil {
		return nil, reply.Err
	}
	return reply.Value, nil
}
