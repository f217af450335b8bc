package host

import (
	"context"

	"ccgateway/internal/center"
	"ccgateway/internal/journal"
)

// Keeping says how centers outlive the program.
type Keeping struct {
	Journal *journal.Journal
	Events  Events // who delivers events; nil = undelivered ones do not outlive the program
	Facts   Facts  // who writes facts; nil = nothing needs to be waited for

	// A snapshot is taken when the journal since the last one has so many commands or bytes; 0 = DefaultSnapshotCommands and
	// DefaultSnapshotBytes.
	SnapshotCommands int
	SnapshotBytes    int
}

// When a snapshot is taken. Reading a hundred thousand commands takes a second, which is a fifth of what a restart may take; and at two
// thousand commands a second (20,000 agents) it is a snapshot every minute.
const (
	DefaultSnapshotCommands = 100_000
	DefaultSnapshotBytes    = 64 << 20
)

// Events delivers agents' events, and remembers which of them have not arrived.
type Events interface {
	// Save copies what is to be known of a center's events after a restart, and returns what encodes the copy. It is called between
	// the effects of two commands, and must not take long; what it returns is called elsewhere.
	Save(vcc center.VCCID) (encode func() []byte)
	// Restore makes a center's sessions and undelivered events again: from what Save's function gave (nil = nothing), without the
	// events that the desktops had got. Recall then brings what came later.
	Restore(vcc center.VCCID, saved []byte, confirmed map[center.Session]uint64) error
	// Confirmed gives the sessions whose desktops have got events since the last call, with the number of the last one.
	Confirmed(each func(vcc center.VCCID, session center.Session, seq uint64))
}

// Facts writes the facts among the effects.
type Facts interface {
	// Flush waits until everything that was carried before has been written.
	Flush(ctx context.Context) error
}

// NumberedSink is a Sink that wants to know which journaled command effects come from, so that it knows them when it gets them again.
// CarryNumbered is then called in place of Carry.
type NumberedSink interface {
	CarryNumbered(vcc center.VCCID, seq uint64, effects []center.Effect)
}

// Recaller is a Sink that gets the effects of the commands that a center is made of again, when the program begins. It may have worked
// on them before, or not.
type Recaller interface {
	Recall(vcc center.VCCID, seq uint64, effects []center.Effect)
}

// Resumer is a Recaller that wants to know, when it has got everything again, with which command a center's journal ends; 0 = with none. The numbers
// go on from there, even if there was more once.
type Resumer interface {
	Resume(ctx context.Context, vcc center.VCCID, seq uint64) error
}

// Keep says how centers outlive the program; without it they do not. It is called once, before the first Configure.
func (h *Host) Keep(k Keeping) {
	if k.SnapshotCommands == 0 {
		k.SnapshotCommands = DefaultSnapshotCommands
	}
	if k.SnapshotBytes == 0 {
		k.SnapshotBytes = DefaultSnapshotBytes
	}
	h.keep = k
}

func (h *Host) carry(vcc center.VCCID, seq uint64, effects []center.Effect) {
	for _, sink := range h.sinks {
		if numbered, ok := sink.(NumberedSink); ok && seq > 0 {
			numbered.CarryNumbered(vcc, seq, effects)
			continue
		}
		sink.Carry(vcc, effects)
	}
}

func (h *Host) recall(vcc center.VCCID, seq uint64, effects []center.Effect) {
	for _, sink := range h.sinks {
		if again, ok := sink.(Recaller); ok {
			again.Recall(vcc, seq, effects)
		}
	}
}

func (h *Host) resume(ctx context.Context, vcc center.VCCID, seq uint64) error {
	for _, sink := range h.sinks {
		if resumer, ok := sink.(Resumer); ok {
			if err := resumer.Resume(ctx, vcc, seq); err != nil {
				return err
			}
		}
	}
	return nil
}
