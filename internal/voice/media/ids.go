package media

// LegID names a leg: one party's RTP connection.
type LegID string

// RoomID names a room: the call whose table of who hears whom it is.
type RoomID string

// RecordingID names a recording.
type RecordingID string

// Row is one member of a room and what it hears: the sum of the legs in Hears that are members of the same room (its own
// sound never), and the prompt Plays (a name; "" = none), from its beginning, in a loop.
type Row struct {
	Leg   LegID
	Hears []LegID
	Plays string
}

// Names of the prompts that are always there.
const (
	// PromptRingBack is the ring-back tone: 425 Hz, 1 s on, 4 s off.
	PromptRingBack = "ringback"
	// PromptMusic is music for those who wait, made for this program.
	PromptMusic = "music"
)
