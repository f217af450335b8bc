package center

import "time"

// Effect is something that the world must do or know because of a command. Effects are plain data.
type Effect interface{ effect() }

// For delivery.
type (
	// Event is for one agent's desktop. Seq counts the events of a session from 1 without a gap.
	Event struct {
		Agent   AgentID
		Session Session
		Seq     uint64
		Type    string
		Content any // nil, a string, or a struct with JSON tags (event.go): exactly the reference's content
		At      time.Time
	}
	// ClearEvents empties the queue of undelivered events (SyncInfo).
	ClearEvents struct {
		Agent   AgentID
		Session Session
	}
	// SessionBegan comes before the session's first event.
	SessionBegan struct {
		Agent   AgentID
		Session Session
		Push    Push
		Phone   string
		IP      string
		At      time.Time
	}
	// SessionEnded comes after the session's last event. With Linger what is left can still be fetched for lingerTime (an
	// agent signed out by somebody else), otherwise it is thrown away and a held poll is answered at once.
	SessionEnded struct {
		Agent   AgentID
		Session Session
		Linger  bool
		Reason  int     // 1..255 the client's own, 256.. see ReasonLostConnection
		By      AgentID // the inspector, with ReasonInspector
		Began   time.Time
		At      time.Time
	}
)

// For the phone side.
type (
	// Ring asks for a new leg: INVITE to a phone account (Phone), or by a trunk to a number (Trunk, Number).
	Ring struct {
		Leg     LegID
		Phone   string
		Trunk   string
		Number  string
		Caller  string // number to show
		Display string // name to show
		Auto    bool   // the phone shall answer by itself (Call-Info answer-after=0 and what else phones understand)
		UUI     string
		Call    CallID // for logs and for correlation in the INVITE
		// Diverted is the number of ours that the caller has reached, where he is sent on to the outside; "" = he is not.
		Diverted string
	}
	// Alert tells an arrived leg that the other side rings (180).
	Alert struct{ Leg LegID }
	// AnswerLeg answers an arrived leg (200).
	AnswerLeg struct{ Leg LegID }
	// AnswerPhone tells a ringing phone to answer (NOTIFY Event: talk; INVITE anew with auto-answer headers where it cannot).
	AnswerPhone struct{ Leg LegID }
	// HangUp ends a leg in whatever state (BYE, CANCEL, or a final response that fits Cause). Nothing more is told about it.
	HangUp struct {
		Leg   LegID
		Cause Cause
	}
	// Room replaces a call's table of who hears whom. A leg that stands in a new table has left its former room. A leg in no
	// room hears silence. No rows: the room is closed.
	Room struct {
		Call CallID
		Rows []Row
	}
	// StartRecording records a talk of Leg's agent into a stereo file: what the agent hears left, what he says right, from now
	// until StopRecording, whatever room the leg is in; while it is in another room than Call's, silence is recorded.
	StartRecording struct {
		Recording RecordingID
		Call      CallID
		Leg       LegID
		Agent     AgentID
		Caller    string
		Called    string
		File      string // path below the recordings' folder, ends in .wav
		// Silence is for how long the leg may say nothing until RecordingQuiet is told; 0 = for ever.
		Silence time.Duration
	}
	// StopRecording ends it.
	StopRecording struct{ Recording RecordingID }
)

// Row is one member of a room and what it hears: the sum of the legs in Hears, and the prompt Plays (a name; "" = none), from
// its beginning, in a loop. PromptRingBack is made by the phone side.
type Row struct {
	Leg   LegID
	Hears []LegID
	Plays string
}

// PromptRingBack is the ring-back tone of the country.
const PromptRingBack = "ringback"

// For the store: facts, each written once.
type (
	// LegRecord is one party's stay in a call, written when it ends.
	LegRecord struct {
		VCC      VCCID
		Call     CallID
		Leg      LegID
		Party    PartyKind
		Agent    AgentID // of PartyAgent
		Number   string  // of the others, or the agent's phone
		Skill    SkillID
		Began    time.Time // joined or offered
		Ringing  time.Time // zero = never
		Answered time.Time // zero = never
		Ended    time.Time
		Held     time.Duration // time on hold
		Reason   Leave
		Waited   time.Duration // in queues, of a customer
		Feature  int           // call type at the end of the stay (cec_07_0582)
		Maker    bool          // an agent who made the call
		Talked   bool          // has talked in this call, in this or an earlier stay
		InFlow   time.Duration // in flows, without the time in queues
	}
	// CallRecord is a call as a whole, written when its last party has left.
	CallRecord struct {
		VCC      VCCID
		Call     CallID
		Feature  int
		Media    Media
		Skill    SkillID
		Caller   string
		Called   string
		Trunk    string
		Began    time.Time
		Answered time.Time // first answer by an agent (or by the called party); zero = never
		Ended    time.Time
		Waited   time.Duration
		Requeued int
		Agent    AgentID // the last agent in the talk, 0 = none
		Reason   Leave   // why the first party to leave left
		Released PartyKind
	}
	// StateRecord is a past state of an agent, written when the next one begins (or the session ends).
	StateRecord struct {
		VCC    VCCID
		Agent  AgentID
		State  State
		Reason int
		From   time.Time
		To     time.Time
		Call   CallID
	}
	// RecordingBegan and RecordingEnded are the index of recordings.
	RecordingBegan struct {
		VCC       VCCID
		Recording RecordingID
		Call      CallID
		Agent     AgentID
		Caller    string
		Called    string
		File      string
		At        time.Time
		// Name is the fileName under which clients know it (AgentMediaEvent_Record); "" = it was told to nobody (a voicemail).
		Name string
		// Skill is the queue whose agents are told of a voicemail; 0 = none.
		Skill SkillID
	}
	// RecordingEnded closes it; Failed says why where it broke off.
	RecordingEnded struct {
		VCC       VCCID
		Recording RecordingID
		At        time.Time
		Failed    string
	}
	// OutsideRefused is a call to the outside that Numbering or a ceiling keeps in.
	OutsideRefused struct {
		VCC    VCCID
		Agent  AgentID // who wanted it; 0 = a flow
		Number string
		Why    Bar
	}
	// Audit is an act of one agent upon another, a sign-in or sign-out, or a call that was kept in.
	Audit struct {
		VCC    VCCID
		At     time.Time
		Actor  AgentID // 0 = the system
		Act    string  // the interface's log name, SignedOut, or CallBarred
		Target AgentID
		Detail string
	}
)

// PartyKind says what a party of a call is.
type PartyKind int

// The kinds of parties.
const (
	PartyUnknown  PartyKind = iota
	PartyCustomer           // who called in
	PartyAgent
	PartyOutside // who was called by an agent, outside
	PartyPhone   // a phone of the VCC that belongs to no signed-in agent
	PartySystem  // nobody: the center itself released
)

// Leave says why a party left a call; the numbers are those of the reference's bills (cec_07_0842, cec_07_4246).
type Leave int

// The reasons that occur.
const (
	LeaveNormal          Leave = 0
	LeaveOverflow        Leave = 1
	LeaveTimeout         Leave = 2
	LeaveNobodyOnDuty    Leave = 3
	LeaveQueueCancelled  Leave = 4 // the caller gave up waiting
	LeaveAgentNoAnswer   Leave = 5
	LeaveConnected       Leave = 7  // joined with a held call by ConnectHeld
	LeaveHelp            Leave = 8  // the stay goes on in a three-party talk with a helper
	LeaveThree           Leave = 10 // the stay goes on in a three-party talk
	LeaveAskerLeft       Leave = 11 // the agent who asked for help hung up
	LeaveIntercepted     Leave = 12 // an inspector took the call over
	LeavePickedUp        Leave = 13 // another agent took the call
	LeaveNoSuchCode      Leave = 14
	LeaveUser            Leave = 15 // the customer hung up
	LeaveAgent           Leave = 16 // the agent hung up
	LeaveTransferred     Leave = 17 // handed on to an agent, a number or a flow
	LeaveInternalError   Leave = 19
	LeaveBusy            Leave = 20
	LeaveUnreachable     Leave = 23
	LeaveNoSuchNumber    Leave = 24
	LeaveNoResource      Leave = 25
	LeaveUserNoAnswer    Leave = 26
	LeaveUserRefused     Leave = 27
	LeaveToQueue         Leave = 28 // handed on to a skill queue
	LeaveThreeToQueue    Leave = 29 // a talk of three handed on to a skill queue
	LeaveTransferTimeout Leave = 30 // nobody took a watched transfer
	LeaveThreeTimeout    Leave = 31 // nobody took that of a talk of three
	LeaveAgentRefused    Leave = 49
	LeaveUserBeforeAgent Leave = 89 // the customer hung up while an agent was being rung
)

func (Event) effect()          {}
func (ClearEvents) effect()    {}
func (SessionBegan) effect()   {}
func (SessionEnded) effect()   {}
func (Ring) effect()           {}
func (Alert) effect()          {}
func (AnswerLeg) effect()      {}
func (AnswerPhone) effect()    {}
func (HangUp) effect()         {}
func (Room) effect()           {}
func (StartRecording) effect() {}
func (StopRecording) effect()  {}
func (LegRecord) effect()      {}
func (CallRecord) effect()     {}
func (StateRecord) effect()    {}
func (RecordingBegan) effect() {}
func (RecordingEnded) effect() {}
func (OutsideRefused) effect() {}
func (Audit) effect()          {}
