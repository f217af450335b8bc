package center

import (
	"time"

	"ccgateway/internal/result"
)

// Reply answers a command: Err is nil for success, and Value then is what the command's comment names.
type Reply struct {
	Value any
	Err   *result.Error
}

type (
	// SignedIn answers SignIn.
	SignedIn struct {
		VCC         VCCID
		Agent       AgentID
		Session     Session
		MediaTypes  string // three letters T or F: voice, text chat, mail
		At          time.Time
		ForceChange bool
		ServerName  string
		DaysLeft    string
	}

	// Touched answers Touch.
	Touched struct {
		Session  Session
		Rotated  bool // NewToken is the GUID now: tell the client
		SignedIn time.Time
		Push     bool // events are pushed: a poll is WrongEventMethod
		Ended    bool // the session was ended by somebody else: deliver what is left of its events, then say NotSignedIn
	}

	// Authenticated answers Authenticate.
	Authenticated struct {
		Session Session
		Rights  Rights
	}

	// AgentStatus answers Status.
	AgentStatus struct {
		State   int // gateway state
		Working bool
	}

	// SkillInfo is one queue in a list.
	SkillInfo struct {
		ID    SkillID `json:"id"`
		Name  string  `json:"name"`
		Media Media   `json:"media"`
	}

	// AgentView is one agent in a list. In JSON its state stands beside its number as a word, "state".
	AgentView struct {
		ID         AgentID     `json:"id"`
		Name       string      `json:"name"`
		Status     int         `json:"status"` // gateway state, connection.md section 7
		CTIStatus  int         `json:"cti_status"`
		Group      int         `json:"group"`
		GroupName  string      `json:"group_name"`
		Skills     []SkillInfo `json:"skills"` // those that he is signed in to
		MediaTypes string      `json:"media_types"`
		VCC        VCCID       `json:"vcc"`
		Phone      string      `json:"phone"`
		Registered bool        `json:"registered"` // that phone has a registration
		StateSince time.Time   `json:"state_since,omitzero"`
		SignedIn   time.Time   `json:"signed_in,omitzero"` // zero = signed out
	}

	// CallInfo is one call as its agent sees it (calldata callinfo).
	CallInfo struct {
		Call      CallID
		Feature   int
		Caller    string
		Called    string
		Skill     SkillID
		SkillName string
		Original  string // original called number
		Data      string
		Begin     time.Time // this agent's answer; zero = not yet
		End       time.Time // zero = goes on
		Entered   time.Time // into the center
		Age       time.Duration
		Waited    time.Duration // until the agent answered, or until now
		Media     Media
	}

	// AgentInfo answers SyncInfo (cec_07_0359): the members of agentStateInfo. Zero times mean null.
	AgentInfo struct {
		Agent       AgentID
		State       int // bar state, table 3 of connection.md section 7
		LastState   int // 255 = none
		StateSince  time.Time
		Now         time.Time
		PreBusy     bool
		PreRest     bool
		Feature     int
		Data        string
		Caller      string
		Called      string
		Partner     string
		Talking     int // call type of the talk
		FirstTalk   bool
		MainCall    CallID
		CurrentCall CallID
		HeldCall    CallID
		HoldBegan   time.Time
		TalkBegan   time.Time
		TalkAgain   time.Time // secondTalkingTime
		Recording   RecordingID
		SignInMode  string
		Inspector   AgentID   // of whom his desktop has been told that he inspects the agent, the last to begin; 0 = nobody
		Call        *CallInfo // callinfo
	}

	// Overview answers Look: what a wallboard needs, read at one instant.
	Overview struct {
		Agents      []AgentView      `json:"agents"` // all of the VCC, by number; signed-out ones have State 2
		Queues      []QueueView      `json:"queues"`
		Calls       []CallView       `json:"calls"`
		Sessions    int              `json:"sessions"`
		Inspections []InspectionView `json:"inspections,omitempty"` // that go on
	}

	// SessionInfo is one session in the answer to Sessions.
	SessionInfo struct {
		Agent   AgentID
		Session Session
		Began   time.Time
		Tokens  []Token // those that open it, the newest last
		Push    Push
	}

	// QueueView is one skill queue at an instant. In JSON Longest is "longest_ms".
	QueueView struct {
		Skill    SkillID       `json:"skill"`
		Name     string        `json:"name"`
		Waiting  int           `json:"waiting"`
		Longest  time.Duration `json:"-"`         // of the oldest waiting caller
		SignedIn int           `json:"signed_in"` // agents that serve it
		Idle     int           `json:"idle"`      // those of them that are idle
	}

	// CallView is one call at an instant.
	CallView struct {
		Call    CallID    `json:"call"`
		Feature int       `json:"feature"` // 0 inbound, 6 internal, 7 outbound (cec_07_0582)
		Caller  string    `json:"caller"`
		Called  string    `json:"called"`
		Skill   SkillID   `json:"skill"` // 0 = none
		State   CallState `json:"state"` // as a word
		Agents  []AgentID `json:"agents"`
		Since   time.Time `json:"since"` // of the state
		Began   time.Time `json:"began"`
		Legs    []LegID   `json:"legs"`
	}
)

// CallState is the state of a call in the numbering of the product (cec_07_2566).
type CallState int

// The states that occur.
const (
	CallSettingUp CallState = 1 // "occupied": an agent's own phone is being rung for it
	CallWaiting   CallState = 2 // in a queue
	CallAlerting  CallState = 4 // offered
	CallTalking   CallState = 5
	CallOnHold    CallState = 6
	CallSuspended CallState = 7 // in a flow
)
