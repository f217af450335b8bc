package config

import "time"

// VCC is one virtual call center: a tenant.
type VCC struct {
	// Number of the VCC, unique.
	ID int `yaml:"id" range:"1..5000" example:"1"`
	// Name, unique.
	Name string `yaml:"name" example:"demo"`
	// Limits of the VCC.
	Limits Limits `yaml:"limits"`
	// Numbers that callers dial, and what each leads to.
	AccessCodes []AccessCode `yaml:"access_codes"`
	// Skill queues.
	Skills []Skill `yaml:"skills"`
	// Roles: what agents may do.
	Roles []Role `yaml:"roles"`
	// SIP accounts.
	Phones []Phone `yaml:"phones"`
	// Agents and inspectors.
	Agents []Agent `yaml:"agents"`
	// Work groups.
	Groups []Group `yaml:"groups"`
	// Which outside numbers are national or international calls; the others are ordinary ones. Each kind needs a right of its own.
	Numbering Numbering `yaml:"numbering"`
	// Reasons that agents may give for a rest.
	RestReasons []RestReason `yaml:"rest_reasons"`
	// Prompt that waiting and held callers hear.
	WaitMusic string `yaml:"wait_music" default:"music"`
	// Whose talks are recorded: `none`, `all`, `chosen` (those whom an inspector picks, or who pick themselves: `setselfrecord`), or `{share: 20}` (so many percent of the calls).
	Recording Recording `yaml:"recording" default:"all"`
	// When the recording of a call that an agent makes to a customer begins: `ringing` (once the other side rings, with what is heard meanwhile) or `talk` (once it has answered).
	RecordingOutbound string `yaml:"recording_outbound" default:"ringing" oneof:"ringing talk"`
	// Longest pause of a recording (for card data); it goes on by itself then.
	RecordingPause time.Duration `yaml:"recording_pause" default:"2m" range:"1s..1h"`
	// Days for which recordings are kept; then their files are deleted (docs/operating.md). 0 = for ever.
	RecordingDays int `yaml:"recording_days" default:"0" range:"0..36500"`
	// How inspectors may inspect.
	Inspection Inspection `yaml:"inspection"`
	// Time zone by its IANA name, e.g. `Europe/Berlin`: its midnight begins the days of reports and wallboards. "" = UTC.
	Zone string `yaml:"zone" default:""`
}

// Inspection says how inspectors may inspect the agents of a VCC (roles.md).
type Inspection struct {
	// The desktop of an inspected agent is told of the inspection's begin and end.
	TellAgents bool `yaml:"tell_agents" default:"true"`
	// Inspectors may be inspected too.
	InspectInspectors bool `yaml:"inspect_inspectors" default:"false"`
	// Who may inspect whom; `[]` = every inspector inspects every agent.
	Relations []Relation `yaml:"relations"`
}

// Relation lets the inspectors of one work group inspect the agents of others.
type Relation struct {
	// Name of the inspectors' work group.
	Inspectors string `yaml:"inspectors" example:"first-line"`
	// Names of the work groups that they inspect.
	Agents []string `yaml:"agents" example:"[first-line]"`
}

// Limits bounds a VCC.
type Limits struct {
	// Agents signed in at a time; 0 = no limit.
	Agents int `yaml:"agents" default:"0" range:"0..1000000"`
	// Calls at a time; 0 = no limit.
	Calls int `yaml:"calls" default:"0" range:"0..1000000"`
	// Ceilings on calls to the outside, against toll fraud (docs/security.md).
	Outside Outside `yaml:"outside"`
}

// Outside bounds calls to the outside: those that agents make or hand on, that flows make, and that ring forwarded phones.
type Outside struct {
	// Such calls at a time; 0 = no limit. 1000 are a quarter of the default of `sip.max_legs`, so that calls that come in keep their room.
	Calls int `yaml:"calls" default:"1000" range:"0..100000"`
	// Such calls in any 60 s; 0 = no limit. 600 are ten new calls a second, as 1200 agents make who call out 30 times an hour.
	PerMinute int `yaml:"per_minute" default:"600" range:"0..100000"`
	// Such calls at a time of each agent, those among them that he has handed on and left; 0 = no limit. One who talks has one, or two with a forwarded phone; the rest is for talks of ten minutes that a help desk hands on.
	AgentCalls int `yaml:"agent_calls" default:"10" range:"0..10000"`
	// Such calls of each agent in any 60 s; 0 = no limit. Nobody dials 20 numbers a minute by hand and talks; a program with a stolen password does.
	AgentPerMinute int `yaml:"agent_per_minute" default:"20" range:"0..10000"`
}

// AccessCode is a number that callers dial. It leads to a skill queue or to a flow.
type AccessCode struct {
	// The number: digits, `*` and `#`, unique among the access codes and phones of the installation.
	Code string `yaml:"code" example:"1000"`
	// Name of the voice skill queue in which the caller waits.
	Skill string `yaml:"skill" default:"" example:"support"`
	// Name of the flow that the caller meets, in place of `skill` (docs/flows.md).
	Flow string `yaml:"flow" default:""`
}

// Skill is a skill queue.
type Skill struct {
	// Number of the skill queue, unique in the VCC.
	ID int `yaml:"id" range:"1..10000" example:"1"`
	// Name, unique in the VCC.
	Name string `yaml:"name" example:"support"`
	// Kind of conversations.
	Media string `yaml:"media" default:"voice" oneof:"voice chat video webchat social"`
	// How long a call is offered to one agent.
	Ring time.Duration `yaml:"ring" default:"30s" range:"1s..10m"`
	// How long a caller waits at most; 0 = no limit.
	MaxWait time.Duration `yaml:"max_wait" default:"0s" range:"0s..24h"`
	// How many callers wait at most; 0 = no limit.
	MaxWaiting int `yaml:"max_waiting" default:"0" range:"0..100000"`
	// Longest wrap-up after a call, for agents who do not become idle by themselves; 0 = the agent ends it.
	WrapUp time.Duration `yaml:"wrap_up" default:"0s" range:"0s..24h"`
	// An agent who is free for several queues takes the caller of the queue with the highest weight.
	Weight int `yaml:"weight" default:"50" range:"1..100"`
	// What waiting callers hear: `music` (the call is answered, they hear `wait_music`), or `ringback` (it rings until an agent answers).
	Waiting string `yaml:"waiting" default:"music" oneof:"music ringback"`
	// Name of the flow that a customer meets after the agent has hung up (docs/flows.md); "" = none.
	Survey string `yaml:"survey" default:""`
}

// Role is a set of rights.
type Role struct {
	// Number of the role, unique in the VCC.
	ID int `yaml:"id" range:"1..255" example:"2"`
	// Name, unique in the VCC, at most 20 bytes.
	Name string `yaml:"name" example:"agent"`
	// Rights; those that they imply are added. See the list below.
	Rights []string `yaml:"rights" example:"[busy, mute, hold, connect_held, call_out, call_inner, transfer_inner, take_transfers, three_party, transfer_out, pick_up]"`
}

// Phone is a SIP account. Its user name is its number, its realm "ccgateway".
type Phone struct {
	// Number, unique in the installation.
	Number string `yaml:"number" example:"40101"`
	// Password. It may be left out once it has been applied.
	Password Secret `yaml:"password" default:"" example:"phone-40101"`
	// In place of `password`: MD5 of `number:ccgateway:password`, 32 hex digits.
	HA1 Secret `yaml:"ha1" default:""`
	// Beside `ha1`: SHA-256 of the same, 64 hex digits, for phones that know SHA-256.
	HA1SHA256 Secret `yaml:"ha1_sha256" default:""`
	// Encrypted media (SRTP with keys in the SDP, RFC 4568): `off`, `optional` (where the phone offers it; a phone that has registered by TLS is offered it), `required` (calls without it are refused). The keys are only hidden if the phone signals by TLS, see `listen.sips`.
	SRTP string `yaml:"srtp" default:"optional" oneof:"off optional required"`
}

// Agent is an agent's account.
type Agent struct {
	// Agent number, unique in the installation.
	ID int `yaml:"id" range:"101..999999" example:"101"`
	// Name.
	Name string `yaml:"name" default:"" example:"Ann"`
	// Name for signing in by account, unique in the installation; "" = none.
	Account string `yaml:"account" default:""`
	// First password. It counts when the account is new and when it is changed here; a password that the agent has chosen meanwhile stays otherwise. It may be left out once it has been applied.
	Password Secret `yaml:"password" default:"" example:"Ann#2026x"`
	// In place of `password`: its argon2id hash as a PHC string (`$argon2id$v=19$m=19456,t=2,p=1$...`). Takes no time at start, where comparing a plain password takes about 26 ms each.
	PasswordHash Secret `yaml:"password_hash" default:""`
	// The agent has to choose a password of his own before he handles calls.
	MustChange bool `yaml:"must_change" default:"false"`
	// Name of the role.
	Role string `yaml:"role" example:"agent"`
	// Name of the work group; "" = none.
	Group string `yaml:"group" default:""`
	// `static`: this agent's GUID never changes, whatever `auth.mode` says. "" = as `auth.mode` says.
	Auth string `yaml:"auth" default:"" oneof:" static"`
	// Skill queues that the agent serves.
	Skills []AgentSkill `yaml:"skills"`
}

// AgentSkill says how fit an agent is for a skill queue.
type AgentSkill struct {
	// Name of the skill queue.
	Skill string `yaml:"skill" example:"support"`
	// Fitness: of the free agents the one with the highest weight is rung first.
	Weight int `yaml:"weight" default:"100" range:"1..100"`
}

// Group is a work group.
type Group struct {
	// Number of the group, unique in the VCC.
	ID int `yaml:"id" range:"1..65535" example:"1"`
	// Name, unique in the VCC.
	Name string `yaml:"name" example:"first-line"`
	// Agent number of the leader; 0 = nobody.
	Leader int `yaml:"leader" default:"0" example:"101"`
}

// Numbering tells the kinds of outside numbers by their prefixes, and which may be called at all. The international ones are looked at before the
// national ones; of `allowed` and `denied` the longest prefix that fits counts.
type Numbering struct {
	// Prefixes of international numbers. What begins with a service code (`*67`, `#31#`) counts as one unless its prefix is listed, since any number may follow.
	International []string `yaml:"international" default:"[\"00\"]"`
	// Prefixes of national long-distance numbers.
	National []string `yaml:"national" default:"[\"0\"]"`
	// Prefixes of numbers outside that may be called, by agents with the right to it and by flows; the longest prefix of this list and of `denied` that fits a number counts. `[]` = all that are not denied; otherwise what fits no prefix is denied.
	Allowed []string `yaml:"allowed" default:"[]" example:"[\"0\", \"0049\", \"0043\", \"110\", \"112\"]"`
	// Prefixes of numbers outside that nobody may call, such as premium rates and countries that you have nothing to do with. A longer prefix of `allowed` makes an exception. With any, numbers that begin with `*` or `#` are denied unless they are allowed.
	Denied []string `yaml:"denied" default:"[]" example:"[\"0900\", \"00882\", \"00883\"]"`
}

// RestReason is a reason for a rest.
type RestReason struct {
	// Number that desktops send (`restcause`), unique in the VCC.
	Code int `yaml:"code" range:"1..255" example:"1"`
	// Name.
	Name string `yaml:"name" example:"lunch"`
}

// Flow is what a caller meets before an agent: steps, each a map as it stands in the file; internal/flow compiles them.
type Flow []map[string]any
