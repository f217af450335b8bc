package center

import "time"

// PlayID names one playing of sound to one leg.
type PlayID string

// Sound is one thing to be heard: exactly one member is set.
type Sound struct {
	Prompt string // name of a prompt
	File   string // path below the recordings' folder
	Text   string // read out by the speech engine
	Digits string // read out one by one
}

// For the phone side, beside Room: sound to one leg alone.
type (
	// Play plays to a leg, once or endless; its Row's music pauses meanwhile, and what it hears of others is not heard when Alone.
	// PlayEnded follows unless StopPlay ends it or the leg ends.
	Play struct {
		Play    PlayID
		Leg     LegID
		Sound   []Sound
		Alone   bool // in place of what the leg hears; false: mixed with it
		Barge   bool // a key ends it
		StartMS int64
		Volume  int // 50 = as it is
		Speed   int // 50 = as it is
		Endless bool
	}
	// PausePlayback stops a playing for a while (On) or goes on with it.
	PausePlayback struct {
		Play PlayID
		On   bool
	}
	// MovePlayback moves within a playing.
	MovePlayback struct {
		Play     PlayID
		MS       int64
		Absolute bool
	}
	// StopPlay ends a playing; no PlayEnded follows.
	StopPlay struct{ Play PlayID }
	// SendDigits sends keys to the far side of a leg.
	SendDigits struct {
		Leg    LegID
		Digits string
	}
	// RouteDigits says where the keys of a leg go from now on.
	RouteDigits struct {
		Leg   LegID
		Route DigitRoute
		To    LegID // of DigitsRelayed
	}
	// PauseRecording keeps the talk out of a recording (silence is recorded) or ends that.
	PauseRecording struct {
		Recording RecordingID
		On        bool
	}
)

// DigitRoute says where the keys of a leg go.
type DigitRoute int

// The routes. Keys that do not go to the center are neither logged nor journaled, and their tones are kept out of recordings and
// of everybody's ears, also those of keys that come as tones alone.
const (
	DigitsToCenter DigitRoute = iota
	DigitsRelayed             // to another leg alone
	DigitsToFlow              // to the flow engine alone
	DigitsNowhere             // to nobody
)

// For the flow engine.
type (
	// FlowBegan starts a flow for a call.
	FlowBegan struct {
		VCC    VCCID
		Call   CallID
		Run    uint64
		Flow   string
		Why    FlowWhy
		Leg    LegID // of the caller
		Caller string
		Called string
		Data   string
		Agent  AgentID // who sent the call, 0 = nobody
		At     time.Time
		// Dialled and Diverted are those of CallArrived.
		Dialled  string
		Diverted string
	}
	// FlowTold tells a running flow what happened.
	FlowTold struct {
		VCC   VCCID
		Call  CallID
		Run   uint64
		What  FlowNews
		Digit byte // of FlowDigit
		Place int  // of FlowQueued: 1 = the next to be served
		Wait  time.Duration
		Idle  int // of FlowQueued: signed-in agents that serve the queue
		Why   string
		// Number is that of the FlowPlay whose end FlowPlayed tells.
		Number uint64
	}
	// FlowEnded ends it: the caller is gone, or is with an agent.
	FlowEnded struct {
		VCC  VCCID
		Call CallID
		Run  uint64
	}
)

// FlowWhy says how a call came into a flow.
type FlowWhy int

// The ways into a flow.
const (
	FlowArrived FlowWhy = iota
	FlowTransferred
	FlowSuspended // FlowReturn gives it back
	FlowSurvey    // the agent has hung up, the caller stayed
)

// FlowNews is what a flow is told.
type FlowNews int

// What a flow is told.
const (
	FlowDigit       FlowNews = iota
	FlowPlayed               // what FlowPlay asked for has ended
	FlowQueued               // waits, or his place has changed
	FlowOffered              // an agent is rung
	FlowUnanswered           // FlowTransfer, or an offer, came to nothing
	FlowRecorded             // the voicemail has ended
	FlowQueueClosed          // the queue let him go: its longest wait is over, or it is gone
)

func (Play) effect()           {}
func (PausePlayback) effect()  {}
func (MovePlayback) effect()   {}
func (StopPlay) effect()       {}
func (SendDigits) effect()     {}
func (RouteDigits) effect()    {}
func (PauseRecording) effect() {}
func (FlowBegan) effect()      {}
func (FlowTold) effect()       {}
func (FlowEnded) effect()      {}
