package center

import "time"

// VCCID is the number of a virtual call center, 1..5000 (roles.md).
type VCCID int

// AgentID is an agent's work number, 101..999999, unique in the installation.
type AgentID int

// The range of agent numbers (cec_07_0333).
const (
	MinAgentID AgentID = 101
	MaxAgentID AgentID = 999999
)

// Valid tells whether the number lies in the documented range.
func (a AgentID) Valid() bool { return a >= MinAgentID && a <= MaxAgentID }

// SkillID is the number of a skill queue, 1..10000.
type SkillID int

// CallID is the id of a call as desktops see it: seconds since 1970, a hyphen, a running number ("1455885056-16777217").
type CallID string

// LegID names one connection on the phone side. The phone side names legs that arrive ("i…"), the center names legs that it
// asks for ("o…"); the two never clash.
type LegID string

// RecordingID names a recording.
type RecordingID string

// Session numbers the sign-ins of a center; it is never used twice. 0 means none.
type Session uint64

// Token is the SHA-256 of a GUID. The GUID itself never enters a center, so neither a journal nor a snapshot can leak it.
type Token [32]byte

// Media is a media type in the numbering of the reference (events.yaml, code_tables.media_type).
type Media int

// The media types that a skill queue can have.
const (
	MediaChat    Media = 1
	MediaVoice   Media = 5
	MediaVideo   Media = 19
	MediaWebChat Media = 51
	MediaSocial  Media = 53
)

// noAgent is what stands for "no agent" in AgentEvent_Incoming_CallInfo.lastReleaseAgentId (cec_07_0520).
const noAgent = 65535

// millis gives t in milliseconds since 1970, the form of all times on the interface.
func millis(t time.Time) int64 { return t.UnixMilli() }
