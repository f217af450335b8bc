package center

import "time"

// Command is one thing that happens in a center. All commands are plain data, so that they can be journaled and replayed.
type Command interface{ command() }

// By says which agent asks and proves it: every command of a signed-in agent carries it. It is checked first: no session for
// the agent is NotSignedIn (100-006), a session with another GUID is NoRight (000-003) (DECISIONS 5), except that the GUIDs
// of sessions that somebody else ended stay NotSignedIn; the command has then changed nothing. A command that passes counts
// as a sign of life, whatever comes of it.
type By struct {
	Agent AgentID
	Token Token
}

func (By) command() {}

// Sign-in, session and GUID (onlineagent.yaml).
type (
	// SignIn opens a session; the password has been checked. Reply: SignedIn.
	// Refusals: WrongPassword when the account is gone, WrongAgentType, AlreadySignedIn without Force, BadSignInParameter,
	// BadPhone (no number, or bound to another agent), PhoneOutOfRange (no phone of the VCC), PlatformUnavailable when the
	// VCC's limit of agents is reached or the center is being stopped. A refused sign-in has changed nothing.
	SignIn struct {
		Agent         AgentID
		Token         Token
		Force         bool // takes over an existing session, which ends with reason ReasonForcedElsewhere
		PlatformOnly  bool // loginex: no media servers
		Phone         string
		WithoutPhone  bool // no phone is bound (loginex, forceloginexwithoutphone)
		AutoAnswer    bool
		AutoEnterIdle bool
		ReleasePhone  bool // the phone hangs up after each call; false: permanent connection
		AgentType     int  // 4 or 11
		Status        int  // 3, 4, 5 or 8
		RestSeconds   int  // with Status 8
		RestCause     int
		IP            string
		ListenStatus  bool // an inspector is told of sign-ins and sign-outs (QC_AgentState_Notify)
		Chat          bool // checkInWebm
		Linkage       bool // phonelinkage
		SignInMode    string
		VideoNumber   string
		Push          Push
		ForceChange   bool   // the password has to be changed before calls are handled
		DaysLeft      string // timeRemaining: days to the password's end, "" = never
	}

	// SignOut ends the agent's session: with Force in any state (its calls are ended or given back, DECISIONS 6), else it is
	// refused with WrongStateAtSignOut while ringing or talking. Reason 1..255 is the client's, 0 = ReasonOwnWish.
	SignOut struct {
		By
		Force  bool
		Reason int
	}

	// Touch is the sign of life that brings the next GUID: the event poll, the handshake and the heartbeat. NewToken is stored
	// as the session's GUID when a new one is due (Touched.Rotated). Reply: Touched.
	// With Poll, the token of a session that was just ended by somebody else is taken too: Touched.Ended.
	Touch struct {
		By
		Poll     bool
		NewToken Token
	}

	// Authenticate checks By and does nothing else, for requests that the gateway answers alone. Reply: Authenticated.
	Authenticate struct{ By }

	// RenewToken gives the session a new GUID at once (updateGuid); the former is taken until the time-out, in both modes.
	RenewToken struct {
		By
		NewToken Token
	}

	// PasswordChanged tells that the agent now has a password of his own: he may handle calls.
	PasswordChanged struct{ By }

	// SyncInfo gives a reloaded page state and calls, and empties the agent's event queue (cec_07_0359). Reply: AgentInfo.
	SyncInfo struct{ By }

	// BindPhone binds a phone to a session that has none or another, not during a call. Refusals as for SignIn's Phone.
	BindPhone struct {
		By
		Phone string
	}

	// SetForwarding rings Number instead of the agent's bound phone from the next call on; "" ends it.
	SetForwarding struct {
		By
		Number string
	}
)

// States and settings of the agent himself (onlineagent.yaml).
type (
	// SayFree leaves busy or wrap-up for idle, and takes back wishes.
	SayFree struct{ By }
	// SayBusy becomes not ready (during a call: afterwards). Reason 0 or 200..250; Prolong changes the reason while busy.
	SayBusy struct {
		By
		Reason  int
		Prolong bool
	}
	// CancelBusy leaves not ready, or takes back the wish for it.
	CancelBusy struct{ By }
	// Rest asks for a rest (during a call: afterwards). Prolong changes time and cause of the running one.
	Rest struct {
		By
		Seconds int
		Cause   int
		Prolong bool
	}
	// CancelRest ends the rest, or takes back the wish for it.
	CancelRest struct{ By }
	// SayWork enters wrap-up.
	SayWork struct{ By }
	// CancelWork leaves wrap-up.
	CancelWork struct{ By }
	// SetAutoAnswer counts for calls that are offered later.
	SetAutoAnswer struct {
		By
		On bool
	}
	// SetAutoEnterIdle says what follows a call: idle, or wrap-up.
	SetAutoEnterIdle struct {
		By
		On bool
	}
	// SetTalkRight says whether queues may offer calls to the agent in this session.
	SetTalkRight struct {
		By
		On bool
	}
	// ResetSkill signs in to all configured queues, or to those of Skills that are configured.
	ResetSkill struct {
		By
		All    bool
		Skills []SkillID
	}
	// SetCustomState attaches a number, 0..65534.
	SetCustomState struct {
		By
		State int
	}
	// CustomState reads it. Reply: int, 65535 = none.
	CustomState struct{ By }
	// CancelCustomState takes it away.
	CancelCustomState struct{ By }
	// SetSelfRecord switches recording of the agent's own calls where the tenant's rule is RecordChosen and no inspector has picked (PickRecorded).
	SetSelfRecord struct {
		By
		On            bool
		BeforeTalking bool
	}
	// SendNote sends a text to those of To that are signed in to this VCC; an unknown receiver refuses all.
	SendNote struct {
		By
		To   []AgentID
		Text string
	}
	// SendBulletin sends a text to all signed-in agents of a group (TargetType 0) or skill queue (1), by name.
	SendBulletin struct {
		By
		TargetType int
		Target     string
		Text       string
	}
)

// Calls (voicecall.yaml, calldata.yaml). A CallID "" means the only call that the operation can mean.
type (
	// CallOut calls an outside number. Reply: CallID.
	CallOut struct {
		By
		Caller string
		Called string
		Skill  SkillID
		Data   string
		UUI    string
	}
	// CallInner calls another agent. Reply: CallID.
	CallInner struct {
		By
		Caller string
		Called string
		Skill  SkillID
		Data   string
	}
	// Answer takes the offered call. While the phone still rings it is told to answer.
	Answer struct {
		By
		Call CallID
	}
	// Reject refuses the offered call: mode 1 gives it back to its queue, 2 ends it.
	Reject struct {
		By
		Call CallID
		Mode int
	}
	// Release ends the present call; while ringing it is Reject with mode 2.
	Release struct{ By }
	// DropCall ends one call, present or held.
	DropCall struct {
		By
		Call CallID
	}
	// Hold parks the present call.
	Hold struct{ By }
	// GetHold takes a held call back.
	GetHold struct {
		By
		Call CallID
	}
	// PhonePickUp lifts the ringing phone and answers.
	PhonePickUp struct{ By }
	// PhoneHangUp refuses at the ringing phone; the call counts as not answered.
	PhoneHangUp struct{ By }
	// SetCallData stores data with a call.
	SetCallData struct {
		By
		Call CallID
		Data string
	}
	// CallData reads it. Reply: string.
	CallData struct {
		By
		Call CallID
	}
	// CurrentCall reads the present call (then a held one); without one the last, if Last is set. Reply: *CallInfo, nil = none.
	CurrentCall struct {
		By
		Last bool
	}
	// OfferedCall reads the call that is being offered. Reply: *CallInfo, nil = none.
	OfferedCall struct{ By }
	// CallByID reads one of the agent's calls. Reply: *CallInfo.
	CallByID struct {
		By
		Call CallID
	}
)

// Quality control (qualitycontrol.yaml). Refusals, in this order: SelfInspection for oneself, InspectionNoRight without the
// right, InspectionNoProvider while the center is being stopped, InspectionNoRight for an agent of another VCC or of nobody
// (the two are not told apart), InspectionUnavailable for one who is not signed in or cannot be brought into the state.
type (
	// ForceSignOut signs the target out, as SignOut with Force and ReasonInspector; it gets AgentOther_ShutdownService.
	ForceSignOut struct {
		By
		Target AgentID
	}
	// ForceBusy makes the target not ready (reason 3), during a call: afterwards.
	ForceBusy struct {
		By
		Target AgentID
	}
	// ForceIdle makes the target idle.
	ForceIdle struct {
		By
		Target AgentID
	}
	// ForceRest sends the target into a rest.
	ForceRest struct {
		By
		Target  AgentID
		Seconds int
		Cause   int
	}
)

// Queries (onlineagent, agentgroup, queuedevice). They change nothing but the sign of life.
type (
	// Status reads the agent's own state. Reply: AgentStatus.
	Status struct{ By }
	// ConfiguredSkills lists the queues of an agent (0 = the asking one). Reply: []SkillInfo.
	ConfiguredSkills struct {
		By
		Of AgentID
	}
	// SignedInSkills lists the queues that an agent is signed in to. Reply: []SkillInfo.
	SignedInSkills struct {
		By
		Of AgentID
	}
	// VCCSkills lists the queues of the VCC. Reply: []SkillInfo.
	VCCSkills struct{ By }
	// OnlineAgents lists the signed-in agents that serve a queue. Reply: []AgentView.
	OnlineAgents struct{ By }
	// AgentByNumber reads one agent. Reply: AgentView.
	AgentByNumber struct {
		By
		Of AgentID
	}
	// IsInspector tells whether the asking agent is an inspector. Reply: bool.
	IsInspector struct{ By }
	// Waiting counts the callers in the agent's configured queues. Reply: int.
	Waiting struct{ By }
	// SkillWaiting counts the callers in one queue. Reply: int.
	SkillWaiting struct {
		By
		Skill SkillID
	}
)

// Push says where an agent's events are to be pushed; the zero Push means that he polls.
type Push struct {
	URL   string
	Token string // service_token of the current form; "" with an URL is the older form (pushUrl)
	Old   bool   // the older form
}

// From phones and lines. A command about a leg that the center does not know (any more) changes nothing.
type (
	// CallArrived is an incoming INVITE: Leg was named by the phone side. Exactly one of Phone (the account that calls,
	// authenticated) and Trunk is set. The answer comes as effects for the leg.
	CallArrived struct {
		Leg   LegID
		Phone string
		Trunk string
		From  string // the caller's number
		To    string // the dialled number
		// Dialled is the number that the caller has dialled, and Diverted the one that has sent him on last, where the line tells; "" =
		// he has dialled To.
		Dialled  string
		Diverted string
	}
	// LegRinging is a 180 or 183 for a leg that the center asked for. Early tells that its far side is heard already (RFC 3960): what a
	// carrier announces, or its ring-back tone. It may come again, with Early, when that begins later.
	LegRinging struct {
		Leg   LegID
		Early bool
	}
	// LegAnswered is the 200 for it.
	LegAnswered struct{ Leg LegID }
	// LegEnded is the end of any leg, for whatever cause; nothing more will come for it. It is not sent for a leg that the
	// center itself ended by HangUp.
	LegEnded struct {
		Leg   LegID
		Cause Cause
	}
	// LegHeld is a re-INVITE by which the phone itself holds (On) or resumes.
	LegHeld struct {
		Leg LegID
		On  bool
	}
	// Digit is a key pressed during a call.
	Digit struct {
		Leg   LegID
		Digit byte
	}
	// PhoneState tells that a phone account has become reachable (a registration exists) or has lost its last registration.
	PhoneState struct {
		Phone      string
		Registered bool
	}
	// RecordingFailed tells that a recording could not be begun or had to be broken off.
	RecordingFailed struct {
		Recording RecordingID
		Why       string
	}
	// RecordingQuiet tells that who is recorded has said nothing for as long as StartRecording wants.
	RecordingQuiet struct{ Recording RecordingID }
)

// Cause says why the phone side ended a leg or an attempt.
type Cause int

// The causes. Those up to CauseFailed end an attempt, the others an answered leg as well.
const (
	CauseUnknown     Cause = iota
	CauseBusy              // 486, 600 before it rang
	CauseRefused           // 603, or 486 after it rang: a person declined
	CauseNoAnswer          // 408, 480 after it rang
	CauseUnreachable       // no registration, no answer to the INVITE, 480, 5xx
	CauseNotFound          // 404, 410, 484
	CauseForbidden         // 401, 403, 407: the far side does not want this call
	CauseFailed            // anything else, such as media that cannot be agreed
	CauseHungUp            // BYE or CANCEL: the party hung up
	CauseMediaLost         // no RTP for too long, or the session timer ran out
	CauseShutdown          // this server stops
)

// From the clock and from administrators.
type (
	// Tick carries out what is due at now; see NextDeadline.
	Tick struct{}
	// Configure replaces the configuration. Sessions of agents that are gone end; what else is gone is not used for new calls.
	Configure struct{ Config Config }
	// Drain begins a graceful stop: no new call is taken or made, waiting callers are let go, talks go on.
	Drain struct{}
	// Look reads the whole center for the administrator's view. Reply: Overview.
	Look struct{}
	// Count counts what a monitor wants to know at short intervals; it costs a small part of a Look. Reply: Census.
	Count struct{}
	// Survey reads what a wallboard shows, many times a second; it costs a part of a Look. Everyone adds the agents who are signed out.
	// Reply: Situation.
	Survey struct{ Everyone bool }
	// Why asks why callers wait and why idle agents have no call. Reply: Explanation. As Look it is the administrator's.
	Why struct{}
	// Sessions lists the present sessions, for rooms that have to know them after a restart. Reply: []SessionInfo.
	Sessions struct{}
	// Restarted is the first command after the program has ended and begun again: no leg exists any more, and every phone has to
	// register anew. Calls end with their events and records, open lines are down, waiting callers are gone; agents stay signed in
	// with their states and GUIDs. Resumed is when the program works again: the silence of agents counts from then, while the command
	// itself is applied at the time when the program was last known to work, so that records tell the truth. A Drain is over.
	Restarted struct{ Resumed time.Time }
	// Expel signs an agent out as if his connection were lost (ReasonLostConnection): his desktop does not fetch its events. It
	// does nothing when Session is not the agent's present one.
	Expel struct {
		Agent   AgentID
		Session Session
	}
)

func (SignIn) command()          {}
func (CallArrived) command()     {}
func (LegRinging) command()      {}
func (LegAnswered) command()     {}
func (LegEnded) command()        {}
func (LegHeld) command()         {}
func (Digit) command()           {}
func (PhoneState) command()      {}
func (RecordingFailed) command() {}
func (RecordingQuiet) command()  {}
func (Tick) command()            {}
func (Configure) command()       {}
func (Drain) command()           {}
func (Look) command()            {}
func (Count) command()           {}
func (Survey) command()          {}
func (Why) command()             {}
func (Expel) command()           {}
func (Sessions) command()        {}
func (Restarted) command()       {}

// Why a session ended (cec_07_0838); 1..255 are the client's own.
const (
	ReasonLostConnection  = 256
	ReasonInspector       = 257
	ReasonOwnWish         = 258
	ReasonBeforeNewSignIn = 259
	ReasonForcedElsewhere = 264
)

// lingerTime is how long the events of a session that somebody else ended can still be fetched with its GUID: one
// GUIDTIMEOUT of the reference.
const lingerTime = 120 * time.Second
