package center

// DeviceType says what an address leads to (cec_07_1242, cec_07_0583).
type DeviceType int

// The kinds of targets of transfers and of help calls.
const (
	DeviceSkill   DeviceType = 1
	DeviceAgent   DeviceType = 2
	DeviceFlow    DeviceType = 3 // addressed by an access code that leads to a flow, or by the flow's name
	DeviceCode    DeviceType = 4
	DeviceOutside DeviceType = 5
)

// Device is a target: a skill queue's number, a work number, an access code, or a number outside.
type Device struct {
	Type    DeviceType
	Address string
}

// TransferMode is a way of handing a call on. The gateway translates the interface's numbers, which differ inside and outside
// (call-model 4).
type TransferMode int

// The ways of transfer.
const (
	TransferBlind   TransferMode = iota + 1 // the agent is let go at once; to a queue, once the queue has taken the call
	TransferSuspend                         // to a flow, which gives the call back to the waiting agent
	TransferSuccess                         // watched: the agent is let go when the target answers
	TransferTalk                            // outside: the target talks with the agent, the customer is held
	TransferThree                           // outside: all three talk
)

// HelpMode is a way of consulting (cec_07_1236).
type HelpMode int

// The ways of help.
const (
	HelpTwoParty   HelpMode = 1 // the customer is held
	HelpThreeParty HelpMode = 2
)

// More of the calls of an agent (voicecall.yaml).
type (
	// CallInnerSkill calls the best idle agent of a skill queue. Reply: CallID.
	CallInnerSkill struct {
		By
		Skill SkillID
	}
	// PreviewCallOut dials one of the numbers of a preview that the agent has been offered. Reply: CallID.
	PreviewCallOut struct {
		By
		Called  string
		Control int64
	}
	// CancelPreview gives an offered preview back.
	CancelPreview struct {
		By
		Control int64
	}
	// SnatchPickup takes the call that rings at another agent of the own work group (cec_07_1252).
	SnatchPickup struct {
		By
		Of AgentID
	}
	// RequestWaiting takes a call that waits in a queue (requestAppointedCall).
	RequestWaiting struct {
		By
		Call  CallID
		Skill SkillID
	}
	// ConnectHeld joins the present call's other side with a held one's; the agent leaves (cec_07_1240).
	ConnectHeld struct {
		By
		Call CallID
	}
	// BeginMute lets the others of the present call hear nothing from the agent, who goes on hearing them.
	BeginMute struct{ By }
	// EndMute ends it.
	EndMute struct{ By }
	// SecondDial sends keys to the other side of the present call (RFC 4733, or as its line wants them); a comma among them is a pause of 2 s.
	SecondDial struct {
		By
		Digits string
	}
	// InnerHelp consults an agent or a skill queue about the present call. Reply: CallID, of the help call: a call of its own in the two-party
	// mode; in the three-party mode the helper's part in the present call, which that id names until he leaves it.
	InnerHelp struct {
		By
		To   Device // an agent or a skill queue
		Mode HelpMode
		Data *string // nil = the data of the present call
		Hold bool    // three-party: the customer is held until the helper answers
	}
	// ConfJoin joins the present call and a held one into a talk of all (cec_07_1245).
	ConfJoin struct {
		By
		Call CallID // the held one
		Data *string
	}
	// Transfer hands the present call on.
	Transfer struct {
		By
		To     Device
		Mode   TransferMode
		Data   *string // nil = as it is
		Caller string  // number to show, to numbers outside
		Hold   bool    // three-party: the customer is held until the target answers
		Skill  SkillID // queue on which the call is booked, to an agent; 0 = as it is
	}
	// CancelTransfer drops the outside party of a talk or three-party transfer.
	CancelTransfer struct{ By }
	// Disconnect drops one party of the agent's latest call by its number.
	Disconnect struct {
		By
		Number string
	}
	// ReleasePhone puts the agent's permanently connected phone on-hook.
	ReleasePhone struct{ By }
	// SwitchMedia asks for video beside the voice (Video) or for voice alone. Only voice can be had: the answer to a wish for
	// video is AgentEvent_MediaSwith with a reason that is not 0, and the call goes on.
	SwitchMedia struct {
		By
		Video     bool
		Direction int
	}
	// TransmitNumber relays the customer's keys to the outside party of a three-party call and keeps them out of the recording, of
	// the ears of the agent, of logs and of the journal, until a party leaves (cec_07_1256).
	TransmitNumber struct{ By }
	// ReportSound reads something out to the others of the present call.
	ReportSound struct {
		By
		Say []Sound
	}
)

// Recording and playing by an agent (recordplay.yaml). Path is the recording's file as the store's index has it, found and
// checked by the gateway.
type (
	// BeginRecord starts a recording of the agent's talk that the tenant's rule has not started.
	BeginRecord struct {
		By
		File string // the name that clients are to see; "" = one is made
	}
	// StopRecord stops what BeginRecord has started.
	StopRecord struct{ By }
	// PauseRecord keeps what is said now out of the recording of the agent's present talk (card data); it resumes by itself
	// after the longest pause that the tenant allows, and when the call ends.
	PauseRecord struct{ By }
	// ResumeRecord ends the pause.
	ResumeRecord struct{ By }
	// RecordScreen is the wish to record the agent's screen, or to stop that. No center has a screen recorder, so what comes of it is told to the
	// agent by AgentMediaEvent_StartRecordScreen_Fail or AgentMediaEvent_StopRecordScreen_Fail (cec_07_4208, cec_07_4209).
	RecordScreen struct {
		By
		Stop bool
	}
	// BeginPlay plays a recording to the agent. Outside a call his phone is rung first.
	BeginPlay struct {
		By
		Path    string // below the recordings' folder
		StartMS int64
		Volume  int // percent of the loudest, 50 = as it is
		Speed   int // 50 = as it is, 100 = twice, 0 = half
		Endless bool
		Network bool // asked for by beginNetPlay, which is not for calls of three parties (cec_07_4212)
	}
	// MayHear tells whether the asking agent may play and download a recording: one of his own talks, one of an agent whom his role
	// (right 16) and the inspection relationships let him inspect, a voicemail (Owner 0) of a queue that he is configured for (Skill). Refused
	// with NoRecordRight (104-002) otherwise.
	MayHear struct {
		By
		Owner AgentID // whose talk was recorded; 0 = nobody's: a voicemail
		Skill SkillID // whose agents were told of a voicemail; 0 = none
	}
	// PausePlay stops the playing for a while.
	PausePlay struct{ By }
	// ResumePlay goes on with it.
	ResumePlay struct{ By }
	// MovePlay moves in the file: by a distance, or with Absolute to a place.
	MovePlay struct {
		By
		MS       int64
		Absolute bool
	}
	// EndPlay ends the playing.
	EndPlay struct{ By }
)

// More queries (calldata.yaml). They change nothing but the sign of life.
type (
	// CallIDs lists the calls of an agent (0 = the asking one). Reply: []CallID.
	CallIDs struct {
		By
		Of AgentID
	}
	// HeldCalls lists the held calls of an agent (0 = the asking one). Reply: []CallInfo.
	HeldCalls struct {
		By
		Of AgentID
	}
	// WaitingCalls lists the calls that wait in a queue, in their order. Reply: []CallInfo.
	WaitingCalls struct {
		By
		Skill SkillID
	}
	// Statistics reads the counters of the agent's day. Reply: DayFigures.
	Statistics struct{ By }
)

// DayFigures are the counters of an agent since midnight in UTC (cec_07: statistics). Durations are whole at the instant of asking.
type DayFigures struct {
	Talk         Seconds
	Answered     int
	Unanswered   int
	CalledOut    int
	Inner        int
	Helped       int // helps that he has asked for and been given
	Transferred  int
	TransferOut  int
	TransferFlow int
	Redirected   int // ringing calls that went back to their queue, or to a colleague who picked them up
	Held         int
	Busy         int
	BusyTime     Seconds
	Rests        int
	RestsOver    int
	RestTime     Seconds
	RestOverTime Seconds
	Released     int // calls that the agent himself ended
}

// Seconds is a duration in whole seconds.
type Seconds int64

// Quality control of calls (qualitycontrol.yaml). Refusals stand in the order of ForceSignOut's; then comes a state of inspector or target
// that does not allow it: InspectionWrongState where listening or inserting begins, else InspectionUnavailable.
type (
	// Inspect begins to listen, to insert or to whisper at the target; one without a call is inspected from his next call on.
	Inspect struct {
		By
		Target AgentID
		Mode   InspectMode
	}
	// SwitchInspection changes the mode of the running inspection of the target; InspectToggle changes between listening and
	// inserting.
	SwitchInspection struct {
		By
		Target AgentID
		Mode   InspectMode
	}
	// StopInspection ends it. With Whisper only a whisper is ended.
	StopInspection struct {
		By
		Target  AgentID
		Whisper bool
	}
	// Intercept takes the target's call over.
	Intercept struct {
		By
		Target AgentID
		Call   CallID // "" = the present one
	}
	// ForceDrop ends a call.
	ForceDrop struct {
		By
		Call CallID
	}
	// AdjustSkill replaces the queues that the target serves; without any he serves none.
	AdjustSkill struct {
		By
		Target AgentID
		Skills []SkillID
	}
)

// InspectMode is a way of inspecting, with the numbers of switchtype (cec_07: requestswitchinsertwhisperagent).
type InspectMode int

// The ways of inspecting.
const (
	InspectListen  InspectMode = 0
	InspectInsert  InspectMode = 1
	InspectWhisper InspectMode = 2
	InspectToggle  InspectMode = 3
)
