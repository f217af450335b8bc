package media

import (
	"context"
	"errors"
	"net/netip"
)

// Engine owns all legs, rooms and recordings.
type Engine struct{}

// Leg is one party's RTP connection.
type Leg struct{}

var errSkeleton = errors.New("media: this commit has the shape only")

// New makes an engine. It runs nothing but the delivery of events until Run.
func New(cfg Config) (*Engine, error) { _, err := cfg.withDefaults(); return nil, errors.Join(err, errSkeleton) }

// Run drives the engine until ctx is done, then closes it.
func (e *Engine) Run(ctx context.Context) error { return errSkeleton }

// Close ends all legs and recordings and waits for the engine's goroutines. All files are complete when it returns.
func (e *Engine) Close() error { return errSkeleton }

// NewLeg binds a pair of ports. Errors: ErrNoPorts, ErrExists, ErrClosed.
func (e *Engine) NewLeg(id LegID) (*Leg, error) { return nil, errSkeleton }

// SetRoom replaces a room's table. A leg in it leaves its former room; a former member that is not in it any more hears
// silence; without rows the room is closed.
func (e *Engine) SetRoom(room RoomID, rows []Row) {}

// StartRecording records leg into a new stereo file (left: what it hears, right: what it says) until StopRecording; silence
// while the leg is not in room. Errors: ErrNoLeg, ErrExists, ErrClosed; those of the disk come by Events.RecordingEnded.
func (e *Engine) StartRecording(id RecordingID, path string, leg LegID, room RoomID) error {
	return errSkeleton
}

// StopRecording ends a recording; Events.RecordingEnded follows. An unknown id is none.
func (e *Engine) StopRecording(id RecordingID) {}

// HasPrompt tells whether a prompt of that name (with or without ".wav") is there.
func (e *Engine) HasPrompt(name string) bool { return false }

// ID gives the leg's name.
func (l *Leg) ID() LegID { return "" }

// LocalAddr is the advertised address with the leg's RTP port; RTCP is the port above.
func (l *Leg) LocalAddr() netip.AddrPort { return netip.AddrPort{} }

// Configure sets what was agreed; again after each re-INVITE. Errors: a session that cannot be; ErrClosed.
func (l *Leg) Configure(s Session) error { return errSkeleton }

// Close says RTCP BYE, frees the ports, ends the leg's recordings and takes it out of its room.
func (l *Leg) Close() {}
