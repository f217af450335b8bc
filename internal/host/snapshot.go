package host

import (
	"context"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/journal"
)

// saveTime bounds the saving of one snapshot: a database that hangs must not hold up the program's end for ever.
const saveTime = time.Minute

// length is how much has been journaled since a snapshot.
type length struct{ commands, bytes int }

func (l length) reaches(k Keeping) bool {
	return k.Journal != nil && (l.commands >= k.SnapshotCommands || l.bytes >= k.SnapshotBytes)
}

// snapshot is a center's state on its way to the journal.
type snapshot struct {
	owner  *owner
	epoch  uint64
	seq    uint64
	state  *center.Snapshot
	copied time.Duration // the center stood still for so long
}

// snapshot copies the center and sends the copy after the commands that are in it. A center that has never changed has none.
func (o *owner) snapshot() {
	if o.host.keep.Journal == nil || o.seq == 0 {
		return
	}
	begin := time.Now()
	s := &snapshot{owner: o, epoch: o.epoch, seq: o.seq, state: o.center.Snapshot()}
	s.copied = time.Since(begin)
	o.long = length{}
	o.saving.Store(true)
	o.host.committer.inbox <- applied{owner: o, snapshot: s}
}

// save writes a snapshot in the background. It is called by the committer, between the effects of the commands that are in the
// snapshot and those that are not: so the events that Save copies belong to it.
func (h *Host) save(s *snapshot) {
	encode := func() []byte { return nil }
	if h.keep.Events != nil {
		encode = h.keep.Events.Save(s.owner.vcc)
	}
	h.savers.Go(func() {
		defer s.owner.saving.Store(false)
		ctx, cancel := context.WithTimeout(context.Background(), saveTime)
		defer cancel()
		h.oneSave.Lock() // one at a time: they are large
		defer h.oneSave.Unlock()
		begin := time.Now()
		size, err := h.write(ctx, s, encode)
		if err != nil {
			s.owner.log.Error("snapshot not saved; the journal is kept", "error", err.Error())
			return
		}
		s.owner.log.Info("snapshot saved", "commands", s.seq, "agents", len(s.state.Agents), "bytes", size, "copied", s.copied.String(),
			"saved", time.Since(begin).String())
	})
}

// write encodes and saves a snapshot. Facts come first: the commands that they could be made of again are thrown away.
func (h *Host) write(ctx context.Context, s *snapshot, events func() []byte) (size int, err error) {
	if h.keep.Facts != nil {
		if err := h.keep.Facts.Flush(ctx); err != nil {
			return 0, err
		}
	}
	saved := journal.Snapshot{
		VCC: s.owner.vcc, Epoch: s.epoch, Seq: s.seq, At: s.state.Now, Version: center.SnapshotVersion,
		Center: s.state.Encode(), Events: events(),
	}
	return len(saved.Center) + len(saved.Events), h.keep.Journal.SaveSnapshot(ctx, saved, s.state.Sessions())
}
