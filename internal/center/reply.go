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
		ID    SkillID
		Name  string
		Media Media
	}

	// AgentView is one agent in a list.
	AgentView struct {
		ID         AgentID
		Name       string
		Status     int // gateway state, connection.md section 7
		CTIStatus  int
		Group      int
		GroupName  string
		Skills     []SkillInfo // those that he is signed in to
		MediaTypes string
		VCC        VCCID
		Phone      string
		Registered bool // that phone has a registration
		StateSince time.Time
		SignedIn   time.Time // zero = signed out
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
		Call        *CallInfo // callinfo
	}

	// Overview answers Look: what a wallboard needs, read at one instant.
	Overview struct {
		Agents   []AgentView // all of the VCC, by number; signed-out ones have State 2
		Queues   []QueueView
		Calls    []CallView
		Sessions int
	}

	// SessionInfo is one session in the answer to Sessions.
	SessionInfo struct {
		Agent   AgentID
		Session Session
		Began   time.Time
		Tokens  []Token // those that open it, the newest last
	}

	// QueueView is one skill queue at an instant.
	QueueView struct {
		Skill    SkillID
		Name     string
		Waiting  int
		Longest  time.Duration // of the oldest waiting caller
		SignedIn int           // agents that serve it
		Idle     int           // those of them that are idle
	}

	// CallView is one call at an instant.
	CallView struct {
		Call    CallID
		Feature int
		Caller  string
		Called  string
		Skill   SkillID
		State   CallState
		Agents  []AgentID
		Since   time.Time // of the state
		Began   time.Time
		Legs    []LegID
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
)
