package center

import "time"

// Config is everything that an administrator decides about one VCC, resolved and checked by the caller: names are ids here,
// rights are complete, references exist. A Center never changes it.
type Config struct {
	ID          VCCID
	Name        string
	ServerName  string // the cluster's name, in the sign-in reply's serverName
	Limits      Limits
	AccessCodes []AccessCode
	Skills      []Skill
	Roles       []Role
	Phones      []string // numbers of the VCC's phone accounts
	Agents      []Agent
	Groups      []Group
	Trunks      []Trunk // the installation's lines to the outside, in order of preference
	Numbering   Numbering
	Recording   Recording
	Auth        Auth
	Silence     time.Duration // MAXTIME: an agent from whom nothing came for so long is signed out; 0 = never
	WaitMusic   string        // name of the prompt that waiting and held callers hear
	Flows       []string      // names of the flows, ascending
	Pause       time.Duration // the longest pause of a recording (PauseRecord)
	Inspection  Inspection
	RestCauses  []RestCause // reasons that agents may give for a rest, by number
}

// RestCause is a reason for a rest: the number that desktops send (1..255) and its name.
type RestCause struct {
	Code int
	Name string
}

// Limits bounds a VCC; 0 = none (DECISIONS 1).
type Limits struct {
	Agents  int // agents signed in at a time
	Calls   int // calls at a time
	Outside Outside
}

// Outside bounds the calls that leave the center by a line; 0 = none. They are those that agents make or hand on, that flows make, and that
// ring phones that are forwarded. PerMinute is for any 60 seconds, Calls is at a time; the Agent ones count for each agent what he causes.
type Outside struct {
	Calls          int
	PerMinute      int
	AgentCalls     int
	AgentPerMinute int
}

// AccessCode is a number that callers dial and the skill queue, or the flow, that it leads to.
type AccessCode struct {
	Code  string
	Skill SkillID
	Flow  string // name of the flow; "" = Skill
}

// Skill is a skill queue.
type Skill struct {
	ID         SkillID
	Name       string
	Media      Media
	Ring       time.Duration // how long a call is offered to one agent
	MaxWait    time.Duration // how long a caller waits at most; 0 = without limit
	MaxWaiting int           // how many callers wait at most; 0 = without limit
	WrapUp     time.Duration // longest wrap-up where autoenteridle is false; 0 = the agent ends it himself (DECISIONS 9)
	Weight     int           // an agent free for several queues takes the caller of the queue with the highest weight; default 50
	RingBack   bool          // waiting callers hear ring-back (180) until an agent answers, instead of an answered call with music
	Survey     string        // flow that a customer meets after the agent has hung up; "" = none
}

// Role is a set of rights.
type Role struct {
	ID     int
	Name   string
	Rights Rights
}

// Agent is an agent's account. Its password is not the center's business.
type Agent struct {
	ID         AgentID
	Name       string
	Account    string // name for sign-in by account; "" = none
	Role       int    // Role.ID
	Group      int    // Group.ID; -1 = none (cec_07_0600)
	Skills     []AgentSkill
	StaticAuth bool // this agent's GUID never changes, whatever the installation's mode (DECISIONS 4)
	MustChange bool // the file says that the password has to be changed; whether it has been, SignIn tells
}

// AgentSkill is an agent's fitness for a skill queue: among free agents the highest Weight is served first.
type AgentSkill struct {
	Skill  SkillID
	Weight int // 1..100
}

// Group is a work group; Leader may be 0.
type Group struct {
	ID     int
	Name   string
	Leader AgentID
}

// Trunk is a line to the outside: which dialled numbers it takes. A pattern is a number, or a prefix followed by "*".
type Trunk struct {
	Name    string
	Numbers []string
}

// Numbering tells what kind of call a dialled outside number makes, by its prefix: international, else national, else ordinary. Allowed and
// Denied say whether it may be called at all, whoever asks: the longest prefix that fits counts; if none does, it may unless Allowed has any.
// What begins with a service code (*67, #31#) and fits no prefix is of the kind that is allowed to the fewest, and denied if Denied has any.
type Numbering struct {
	International []string
	National      []string
	Allowed       []string
	Denied        []string
}

// Recording is the tenant's rule for recording agents' talks (forceVdnSelfRecord, cec_07_1035).
type Recording struct {
	Mode    RecordingMode
	Share   int           // percent of calls, with RecordShare
	CallOut OutboundStart // of calls to the outside
}

// OutboundStart says when the recording of a call to the outside begins (callOutRecord, cec_07_1035).
type OutboundStart int

// The moments, with the numbers of the reference.
const (
	RecordFromRinging OutboundStart = iota // once the other side rings (the default)
	RecordFromTalk                         // once it has answered
)

// Inspection says how inspectors may inspect (roles.md).
type Inspection struct {
	Quiet      bool         // the desktop of an inspected agent is not told (AgentOther_BeQcStart, AgentOther_BeQcStop)
	Inspectors bool         // inspectors may be inspected too
	Relations  []QCRelation // who may inspect whom; empty = everybody with the right inspects everybody
}

// QCRelation lets the inspectors of one group inspect the agents of others (cec_04_0245). Groups are work groups.
type QCRelation struct {
	Inspectors int
	Agents     []int
}

// RecordingMode says whose talks are recorded.
type RecordingMode int

// The modes, with the numbers of the reference.
const (
	RecordNone   RecordingMode = iota // nobody
	RecordAll                         // everybody (the default)
	RecordChosen                      // those whom an inspector picks (PickRecorded), or who pick themselves (SetSelfRecord)
	RecordShare                       // a share of the calls, in percent
)

// Auth says how GUIDs live (connection.md section 3).
type Auth struct {
	Static   bool          // AUTHMODE 1
	Interval time.Duration // GUIDINTERVAL
	Timeout  time.Duration // GUIDTIMEOUT
}

// Rights is the set of a role's numbered rights (cec_07_1126): right n is bit n-1.
type Rights uint64

// Right is the number of a right, counted from 1.
type Right int

// The rights (cec_07_1126), in the order of their numbers.
const (
	RightBusy Right = iota + 1
	RightMute
	RightHold
	RightConnectHeld
	RightCallOut
	RightCallInner
	RightTransferInner
	RightTakeTransfers
	RightThreeParty
	RightTransferOut
	RightTransferFlow
	RightNoInbound // a restriction
	RightListen
	RightIntercept
	RightForceState
	RightInspectRecordings
	RightMonitor
	RightChiefAssessor
	RightAssessor
	RightAlarms
	RightReports
	_ // 22, no longer used
	RightMonitoringConsole
	RightAdminConfiguration
	RightAdminReports
	RightCallNational
	RightCallInternational
	RightCallWithCenterCode
	RightInspectScreen
	RightPickUp
	_ // 31, no longer used
	RightConfigureAgents
	RightConfigureSkills
	RightNoCallerNumber // a restriction
	RightAudit
	RightPlayOffline
	RightForceRelease
	RightInspectChat
)

// RightNames has the names of the rights in the configuration, by number; unused numbers are missing (DECISIONS 11).
var RightNames = map[Right]string{
	RightBusy: "busy", RightMute: "mute", RightHold: "hold", RightConnectHeld: "connect_held", RightCallOut: "call_out",
	RightCallInner: "call_inner", RightTransferInner: "transfer_inner", RightTakeTransfers: "take_transfers",
	RightThreeParty: "three_party", RightTransferOut: "transfer_out", RightTransferFlow: "transfer_flow",
	RightNoInbound: "no_inbound", RightListen: "listen", RightIntercept: "intercept", RightForceState: "force_state",
	RightInspectRecordings: "inspect_recordings", RightMonitor: "monitor", RightChiefAssessor: "chief_assessor",
	RightAssessor: "assessor", RightAlarms: "alarms", RightReports: "reports", RightMonitoringConsole: "monitoring_console",
	RightAdminConfiguration: "admin_configuration", RightAdminReports: "admin_reports", RightCallNational: "call_national",
	RightCallInternational: "call_international", RightCallWithCenterCode: "call_with_center_code",
	RightInspectScreen: "inspect_screen", RightPickUp: "pick_up", RightConfigureAgents: "configure_agents",
	RightConfigureSkills: "configure_skills", RightNoCallerNumber: "no_caller_number", RightAudit: "audit",
	RightPlayOffline: "play_offline", RightForceRelease: "force_release", RightInspectChat: "inspect_chat",
}

// implied says which rights bring others along (roles.md).
var implied = map[Right][]Right{
	RightThreeParty:        {RightHold, RightConnectHeld, RightCallOut, RightCallInner},
	RightTransferOut:       {RightHold, RightConnectHeld, RightCallOut, RightCallInner},
	RightConnectHeld:       {RightHold},
	RightCallNational:      {RightCallOut},
	RightCallInternational: {RightCallNational, RightCallOut},
	RightIntercept:         {RightListen},
	RightForceState:        {RightListen, RightMonitor},
}

// Has tells whether the set holds the right.
func (r Rights) Has(right Right) bool { return r&(1<<(right-1)) != 0 }

// RightsOf makes a set, with the implied rights added.
func RightsOf(rights ...Right) Rights {
	var set Rights
	for _, right := range rights {
		set |= 1 << (right - 1)
		for _, also := range implied[right] {
			set |= 1 << (also - 1)
		}
	}
	return set
}

// Inspector tells whether a role with these rights is an inspector's: it has one of the rights 13 to 17 or 37, 38.
func (r Rights) Inspector() bool {
	return r.Has(RightListen) || r.Has(RightIntercept) || r.Has(RightForceState) || r.Has(RightInspectRecordings) ||
		r.Has(RightMonitor) || r.Has(RightForceRelease) || r.Has(RightInspectChat)
}
