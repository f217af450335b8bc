package config

import (
	"time"

	"ccgateway/internal/flow"
)

// Config is the configuration of one installation. Tags: yaml is the name, default the value of a member that is not in the
// file, range and oneof bound the value, example is what the commented default file shows; counts:"now" marks what a running program takes
// over (Renew), which a member without it does from the next start.
type Config struct {
	// Name of this node. It stands behind the dot in every GUID, so that a load balancer can find the node. Letters, digits, `-` and `_`.
	Node string `yaml:"node" default:"AgentGateway1"`
	// Name of the installation, which all its nodes share. It stands in the sign-in reply (`serverName`). Letters, digits, `-` and `_`.
	Cluster string `yaml:"cluster" default:"AgentGateway" counts:"now"`
	// Addresses to listen on, "host:port" or ":port" for all of the machine's addresses; "" switches the listener off. Port 0 takes a free port.
	Listen Listen `yaml:"listen"`
	// Bounds on what the agent interface takes, against floods (docs/security.md), and on wallboards (docs/wallboards.md).
	Bounds Bounds `yaml:"bounds"`
	// Certificate for `listen.https` and `listen.sips`. Changed files are taken within a minute, or at SIGHUP. If none is given, one of our own is made at the first start and kept under `data`.
	TLS TLS `yaml:"tls"`
	// Folder for the SQLite files, recordings, journal and certificate. It is made if it is missing. A relative path begins where the program, or the command, is started. One process at a time may use it.
	Data string `yaml:"data" default:"./data"`
	// Database: "" is SQLite under `data`, `postgres://user:password@host:5432/database?sslmode=verify-full` a PostgreSQL. `data` is needed all the same.
	Database Secret `yaml:"database" default:""`
	// Addresses of an outside NATS cluster; `[]` is the embedded one. Several nodes are not supported by this version.
	NATS []string `yaml:"nats" default:"[]"`
	// How agents prove themselves.
	Auth Auth `yaml:"auth"`
	// Rules for agents' passwords beside those of the interface (docs/connecting-a-desktop.md).
	Passwords Passwords `yaml:"passwords"`
	// How agents get their events, and when a silent one is signed out.
	Events Events `yaml:"events"`
	// How what has happened in the centers outlives the program.
	Journal Journal `yaml:"journal"`
	// Phones and lines.
	SIP SIP `yaml:"sip"`
	// Folder with prompts, name.wav each (8 kHz, mono or stereo; 16 bit, A-law or µ-law). A file replaces the built-in prompt of the same name. "" = built-in prompts only.
	Prompts string `yaml:"prompts" default:""`
	// How recordings are given out.
	Recordings Recordings `yaml:"recordings"`
	// How text and digits are read out to callers.
	Speech Speech `yaml:"speech"`
	// What is logged.
	Log Log `yaml:"log"`
	// Where traces go, for programs built with `-tags otel` (docs/operating.md).
	Traces Traces `yaml:"traces"`
	// How the program stops.
	Shutdown Shutdown `yaml:"shutdown"`
	// The virtual call centers (VCCs), one for each tenant.
	VCCs []VCC `yaml:"vccs"`
	// Lines to the outside, in order of preference: a call goes out by the first one that takes the number.
	Trunks []Trunk `yaml:"trunks"`
	// Caller flows by name: lists of steps (docs/flows.md).
	Flows map[string]Flow `yaml:"flows"`
	// What flows may do and how much of it.
	FlowEngine FlowEngine `yaml:"flow_engine"`

	program *flow.Program

	warnings []string
	places   map[string]position // where each member stands that is not at its default
}

// Listen has the addresses of the listeners.
type Listen struct {
	// Agent interface over TLS.
	HTTPS string `yaml:"https" default:":8043"`
	// Agent interface without TLS, for programs on the same machine, e.g. "127.0.0.1:8000".
	HTTP string `yaml:"http" default:""`
	// Addresses and networks of reverse proxies in front of `https` and `http`. Their `X-Forwarded-For` tells where an agent is; that of others is not believed.
	Proxies []Network `yaml:"proxies" default:"[]" counts:"now"`
	// Web origins whose pages may call the agent interface from a browser, e.g. `https://desk.example.org`. Compared as a whole; there is no wildcard. `[]` = none but pages of the interface's own address.
	Origins []string `yaml:"origins" default:"[]" counts:"now"`
	// Names by which the agent interface may be called; IP addresses and localhost always may. `[]` = any name. Set it where `listen.http` is on: it is what stops a web page that lets its own name point at this machine.
	Hosts []string `yaml:"hosts" default:"[]" counts:"now"`
	// Health, metrics and administration. Keep it on an address that only administrators reach.
	Admin string `yaml:"admin" default:"127.0.0.1:8081"`
	// SIP over UDP and TCP.
	SIP string `yaml:"sip" default:":5060"`
	// SIP over TLS, with the certificate of `tls`, e.g. ":5061"; "" = off. Phones that register by it are called over their own connection.
	SIPS string `yaml:"sips" default:""`
	// UDP ports for media, "first-last"; each call leg takes two.
	RTP PortRange `yaml:"rtp" default:"10000-20000"`
}

// Bounds says how much the agent interface and wallboards take.
type Bounds struct {
	// Connections of `listen.https`, and of `listen.http`, at a time. Beyond it the oldest that has sent no request is closed for the next one, then the one that is idle for longest. An agent has one or two. 0 = no bound.
	Connections int `yaml:"connections" default:"50000" range:"0..1000000" counts:"now"`
	// Those from one address that is not in `listen.proxies`. More than a site behind one address has. 0 = no bound.
	PerAddress int `yaml:"connections_per_address" default:"5000" range:"0..1000000" counts:"now"`
	// Requests per second from one address that show no GUID of an agent, signing in among them; ten times as many at once. More are answered 000-007. 0 = no bound.
	RequestsPerAddress int `yaml:"requests_per_address" default:"200" range:"0..1000000" counts:"now"`
	// Requests per second with an agent's GUID; ten times as many at once. More are answered 000-007. 0 = no bound.
	RequestsPerAgent int `yaml:"requests_per_agent" default:"200" range:"0..1000000" counts:"now"`
	// Queries in any 2 s of all agents together: what calldata, agentgroup and queuedevice ask (docs/interfaces.md marks them). More are answered 000-007. 0 = no bound.
	Queries int `yaml:"queries" default:"15000" range:"0..100000" counts:"now"`
	// Queries in any 2 s of each agent. More are answered 000-007. 0 = no bound.
	QueriesPerAgent int `yaml:"queries_per_agent" default:"5" range:"0..1000" counts:"now"`
	// Watchers of wallboards at a time, for each VCC: some walls and ten inspectors' rooms. Each takes a connection and some kilobytes. The next is answered 503; who watches already stays.
	WallboardWatchers int `yaml:"wallboard_watchers" default:"200" range:"1..10000" counts:"now"`
	// Least pause between two messages of a wallboard. People read no faster than ten a second, and 2,000 agents make 170 changes a second. Whatever it is, the center is not asked more than a twentieth of its time.
	WallboardPause time.Duration `yaml:"wallboard_pause" default:"100ms" range:"20ms..10s" counts:"now"`
	// Latest changes that are kept of each watched VCC, of at most 16 MB: a watcher who was away goes on after the last that he has, and who is further behind gets a snapshot. With the default pause nearly a minute.
	WallboardChanges int `yaml:"wallboard_changes" default:"512" range:"16..65536" counts:"now"`
}

// TLS names certificate and key.
type TLS struct {
	// File with the certificate chain, PEM.
	Cert string `yaml:"cert" default:""`
	// File with the private key, PEM.
	Key string `yaml:"key" default:""`
}

// Auth says how agents prove themselves.
type Auth struct {
	// AUTHMODE: 1 static (the GUID of the sign-in holds for the whole session, for old programs), 2 dynamic (it changes on a timer).
	Mode int `yaml:"mode" default:"2" range:"1..2" counts:"now"`
	// GUIDINTERVAL: how often the GUID changes in mode 2.
	GUIDInterval time.Duration `yaml:"guid_interval" default:"60s" range:"1s..24h" counts:"now"`
	// GUIDTIMEOUT: how long a replaced GUID is still taken. Longer than `guid_interval`.
	GUIDTimeout time.Duration `yaml:"guid_timeout" default:"120s" range:"2s..48h" counts:"now"`
	// When wrong passwords lock an account (docs/operating.md).
	Lockout Lockout `yaml:"lockout"`
}

// Lockout says when wrong passwords lock an account.
type Lockout struct {
	// Wrong passwords in a row, from one address, until the account is locked for that address. The bounds over all addresses and over all accounts are multiples of it. 0 = never.
	Tries int `yaml:"tries" default:"5" range:"0..1000" counts:"now"`
	// How long it stays locked.
	For time.Duration `yaml:"for" default:"15m" range:"1s..720h" counts:"now"`
}

// Passwords has the settings for agents' passwords.
type Passwords struct {
	// Days until a password expires (then signing in answers 100-020 and an administrator has to set a new one); 0 = never.
	Days int `yaml:"days" default:"0" range:"0..180" counts:"now"`
	// How many past passwords a new one must differ from, the present one among them.
	Remembered int `yaml:"remembered" default:"5" range:"1..24" counts:"now"`
}

// Events says how agents get their events.
type Events struct {
	// How long an empty poll is held. Less than 10 s, since some desktops give up then.
	PollWait time.Duration `yaml:"poll_wait" default:"9.5s" range:"0s..60s" counts:"now"`
	// MAXTIME: an agent from whom nothing came for so long, or up to an eighth longer, is signed out; 0 = never.
	Silence time.Duration `yaml:"silence" default:"120s" range:"0s..24h" counts:"now"`
	// Call-back addresses that agents may name for push: `https://host:port/path` allows this path and all below it, at this host and port only. `[]` = none.
	PushAllow []string `yaml:"push_allow" default:"[]" counts:"now"`
	// Pause after a failed push.
	PushRetry time.Duration `yaml:"push_retry" default:"10s" range:"1s..10m" counts:"now"`
	// Failing for so long in a row signs the agent out.
	PushGiveUp time.Duration `yaml:"push_give_up" default:"120s" range:"1s..24h" counts:"now"`
	// How receivers of pushes prove themselves (TLS 1.2 or later).
	PushTLS PushTLS `yaml:"push_tls"`
}

// PushTLS says which receivers of pushes are trusted.
type PushTLS struct {
	// Any certificate is taken, also none that is valid. For tests only: events and tokens may then go to anybody.
	TrustAll bool `yaml:"trust_all" default:"false" counts:"now"`
	// File with the certificates (PEM) that receivers are trusted by, in place of the system's. "" = the system's.
	CertFile string `yaml:"cert_file" default:"" counts:"now"`
}

// Journal says how what has happened outlives the program. What desktops and phones were answered always survives a crash of it.
type Journal struct {
	// When the disk is waited for: `full`, before every answer (all that comes together at once), so that it survives a power cut too; `relaxed`, the operating system decides, and a power cut may take back the last seconds.
	Sync string `yaml:"sync" default:"full" oneof:"full relaxed"`
	// So many commands of a VCC are journaled until a snapshot takes their place. More of them make a start longer, fewer make more work for the disk.
	SnapshotAfter int `yaml:"snapshot_after" default:"100000" range:"100..10000000"`
}

// SIP has the settings of phones and lines.
type SIP struct {
	// IP address that phones and lines are told (Via, Contact, SDP), for a machine behind address translation. "" = the local address on the route to each of them.
	Advertise string `yaml:"advertise" default:""`
	// Algorithms offered for digest authentication, the best first: `SHA-256`, `MD5`. Many phones know MD5 alone and refuse a challenge that also offers another.
	Digest []string `yaml:"digest" default:"[MD5]"`
	// Codecs that are offered, the best first, and taken: `PCMA`, `PCMU`, and in a build with Opus `opus`. Who answers an offer takes the first of it that he has.
	Codecs []string `yaml:"codecs" default:"[PCMA, PCMU]"`
	// Shortest registration that a phone may ask for.
	RegisterMin time.Duration `yaml:"register_min" default:"60s" range:"1s..24h" counts:"now"`
	// Longest registration that a phone is given.
	RegisterMax time.Duration `yaml:"register_max" default:"1h" range:"1s..24h" counts:"now"`
	// Interval of session timers (RFC 4028) that we ask for; 0 = none.
	SessionTimer time.Duration `yaml:"session_timer" default:"30m" range:"0s..24h" counts:"now"`
	// A call whose party has sent neither RTP nor RTCP for so long is ended; 0 = never. A held call is not ended.
	NoMedia time.Duration `yaml:"no_media" default:"60s" range:"0s..24h"`
	// A phone that does not respond to a call at all for so long counts as unreachable.
	NoResponse time.Duration `yaml:"no_response" default:"6s" range:"1s..32s" counts:"now"`
	// A phone or line rings at most so long, whatever a skill queue's `ring` says.
	MaxRinging time.Duration `yaml:"max_ringing" default:"5m" range:"5s..1h" counts:"now"`
	// Call legs at a time; one more is refused.
	MaxLegs int `yaml:"max_legs" default:"4000" range:"2..100000" counts:"now"`
}

// Speech says how text is read out.
type Speech struct {
	// Language or voice of the program espeak-ng, which has to be installed; `espeak-ng --voices` lists them, e.g. `en`, `en-us`, `de`, `cmn`. What was read out is kept below `data`, up to 64 MB.
	Voice string `yaml:"voice" default:"en"`
}

// Log says what is logged, to standard error.
type Log struct {
	// Least level that is logged.
	Level string `yaml:"level" default:"info" oneof:"debug info warn error" counts:"now"`
	// `json` for machines, `text` for people.
	Format string `yaml:"format" default:"json" oneof:"json text"`
}

// Traces says where traces go.
type Traces struct {
	// Address of a collector that takes OTLP over HTTP, e.g. "http://127.0.0.1:4318/v1/traces"; "" = no traces. A program that was built without them does not start with one.
	Endpoint string `yaml:"endpoint" default:""`
	// Share of the traces that begin here which are sent: 1 is all, 0.01 every hundredth. A trace that a client has begun (`traceparent`) is sent if the client says so.
	Share Share `yaml:"share" default:"1" range:"0..1"`
}

// Shutdown says how the program stops.
type Shutdown struct {
	// How long calls in progress may go on after the order to stop; new ones are refused meanwhile. 0 = they are ended at once.
	Grace time.Duration `yaml:"grace" default:"30s" range:"0s..24h" counts:"now"`
}

// FlowEngine bounds what flows may do.
type FlowEngine struct {
	// Hosts that flows may call by `http` steps, "host" or "host:port". `[]` = none.
	Hosts []string `yaml:"hosts" default:"[]" counts:"now"`
	// Calls in flows at a time; the next caller meets the fallback (docs/flows.md).
	Running int `yaml:"running" default:"4000" range:"1..100000" counts:"now"`
	// Requests of `http` steps under way at a time; one more takes its `else` branch.
	Requests int `yaml:"requests" default:"64" range:"1..1000" counts:"now"`
}
