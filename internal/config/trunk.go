package config

import "time"

// Trunk is a line to the outside.
type Trunk struct {
	// Name, unique.
	Name string `yaml:"name" example:"provider"`
	// SIP address of the far side, "host:port" or "host". A host name without a port is looked up as RFC 3263 says: SRV records first, then the name itself with port 5060 (TLS: 5061).
	Address string `yaml:"address" example:"198.51.100.7:5060"`
	// Transport of the calls that go out.
	Transport string `yaml:"transport" default:"udp" oneof:"udp tcp tls"`
	// How the far side's certificate is checked, where the transport is `tls`.
	TLS TrunkTLS `yaml:"tls"`
	// Domain of the account: the host of registrations and of what calls that go out say they come from. "" = the host of `address` for registrations, our own address for calls.
	Domain string `yaml:"domain" default:"" example:"sip.provider.example"`
	// Addresses and networks from which its calls are taken; `[]` = none, the line only calls out, unless it registers.
	Allow []Network `yaml:"allow" default:"[]" example:"[\"198.51.100.0/24\"]"`
	// Numbers that go out by it: a number, or a prefix followed by `*`. `[]` = none, the line only brings calls.
	Numbers []string `yaml:"numbers" default:"[]" example:"[\"0*\"]"`
	// User name for the far side's digest challenge; "" = none.
	Username string `yaml:"username" default:""`
	// Password for it. It has to be kept as it is, readable in the configuration file and in the database.
	Password Secret `yaml:"password" default:""`
	// Registration at the far side, with `username` and `password`.
	Register TrunkRegister `yaml:"register"`
	// OPTIONS keep-alive: whether the far side answers.
	Options TrunkOptions `yaml:"options"`
	// How many calls the line takes.
	Limits TrunkLimits `yaml:"limits"`
	// What calls that go out show of their caller.
	Caller TrunkCaller `yaml:"caller"`
	// How the numbers of calls that come in are read.
	Incoming TrunkIncoming `yaml:"incoming"`
	// Changes to called numbers before they go out; the first that fits counts.
	Called []Rewrite `yaml:"called"`
	// How keys that an agent presses in a talk go out: `rtp` (RFC 4733 in the sound), or `info` (SIP INFO, application/dtmf-relay).
	DTMF string `yaml:"dtmf" default:"rtp" oneof:"rtp info"`
	// Encrypted media (SRTP with keys in the SDP, RFC 4568): `off`, `optional` (where the line offers it; a line by TLS is offered it), `required` (calls without it are refused). The keys are only hidden if the line signals by TLS.
	SRTP string `yaml:"srtp" default:"optional" oneof:"off optional required"`
}

// TrunkTLS says how a far side's certificate is checked.
type TrunkTLS struct {
	// PEM file with the authorities that may have signed it; "" = those of the system.
	CA string `yaml:"ca" default:""`
	// Name that it must have; "" = the host of `address`.
	Name string `yaml:"name" default:""`
}

// TrunkRegister is a registration at a provider (RFC 3261 section 10).
type TrunkRegister struct {
	// Register. Calls that come by the registration are the line's, whatever their address.
	On bool `yaml:"on" default:"false"`
	// How long a registration is asked to last; the provider may shorten it, or demand more. It is renewed in time.
	Expires time.Duration `yaml:"expires" default:"10m" range:"1m..24h"`
}

// TrunkOptions is the keep-alive by OPTIONS.
type TrunkOptions struct {
	// How often the far side is asked; 0 = never, the line counts as up.
	Every time.Duration `yaml:"every" default:"0s" range:"0s..1h"`
	// How long it may take to answer.
	Timeout time.Duration `yaml:"timeout" default:"3s" range:"100ms..30s"`
	// So many questions in a row without a good answer, and the line is down: calls go by the next one at once. One good answer brings it back.
	Misses int `yaml:"misses" default:"3" range:"1..20"`
}

// TrunkLimits bounds a line.
type TrunkLimits struct {
	// Calls at a time, both ways together; 0 = no limit.
	Calls int `yaml:"calls" default:"0" range:"0..1000000"`
	// Calls at a time that came in; 0 = no limit.
	In int `yaml:"in" default:"0" range:"0..1000000"`
	// Calls at a time that went out; 0 = no limit.
	Out int `yaml:"out" default:"0" range:"0..1000000"`
	// New calls per second, both ways together; 0 = no limit.
	Rate int `yaml:"rate" default:"0" range:"0..10000"`
}

// TrunkCaller says what calls that go out show of their caller.
type TrunkCaller struct {
	// Number shown in place of one that is not allowed, and where a call has none; "" = such calls are anonymous.
	Number string `yaml:"number" default:"" example:"0301234560"`
	// Numbers that may be shown: a number, or a prefix followed by `*`. `[]` = all.
	Allowed []string `yaml:"allowed" default:"[]" example:"[\"030123456*\"]"`
	// Show nobody's number (RFC 3323): From is anonymous; the identity for the provider, if there is one, goes with `Privacy: id`.
	Anonymous bool `yaml:"anonymous" default:"false"`
	// User in From: `number` (the caller's number), or `account` (`username`, where a provider demands it; the number is then in the identity).
	From string `yaml:"from" default:"number" oneof:"number account"`
	// Header with the caller's number for the provider (RFC 3325): `none`, `asserted` (P-Asserted-Identity), `preferred` (P-Preferred-Identity).
	Identity string `yaml:"identity" default:"none" oneof:"none asserted preferred"`
	// Changes to the number before it goes out; the first that fits counts.
	Rewrite []Rewrite `yaml:"rewrite"`
	// Tell the provider, where a caller is sent on to a number outside, which number of ours he has reached (Diversion, RFC 5806). It goes through `rewrite` and `allowed`, too.
	Diversion bool `yaml:"diversion" default:"false"`
}

// TrunkIncoming says how the numbers of calls that come in are read.
type TrunkIncoming struct {
	// Which header names the caller: `asserted` (P-Asserted-Identity, else From), or `from` (From alone: the far side does not check what callers write). With `from`, Diversion and History-Info are not read either.
	Believe string `yaml:"believe" default:"asserted" oneof:"asserted from"`
	// Changes to the caller's number; the first that fits counts.
	Caller []Rewrite `yaml:"caller"`
	// Changes to the called number, before access codes are looked for; the first that fits counts.
	Called []Rewrite `yaml:"called"`
}

// Rewrite replaces the beginning of a number.
type Rewrite struct {
	// The beginning that is taken away; "" = nothing, and it fits every number.
	Strip string `yaml:"strip" default:"" example:"+49"`
	// What is put in its place.
	Prefix string `yaml:"prefix" default:"" example:"0"`
}
