package host

import (
	"context"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/journal"
)

// How often is kept what changes all the time and may be lost for a moment.
const (
	positionsEvery = time.Second      // how far desktops have got their events: at worst they get those of so long once more after a crash
	positionsAlong = time.Second / 10 // the same, where commands are being journaled anyway: no sync is needed for them alone
	aliveEvery     = 10 * time.Second // that the program works: calls that die with it end in their records at most so much too early
)

// keepPositions saves positions and signs of life until ctx ends.
func (h *Host) keepPositions(ctx context.Context) {
	tick := time.NewTicker(positionsEvery)
	defer tick.Stop()
	var alive time.Time
	var away bool
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if h.keep.Journal.Away() == nil { // the committer says when it is back
			h.watchOwners(ctx)
		}
		if away = h.tellAway(away); away {
			continue // what is asked for now would only fail
		}
		err := h.savePositions(ctx)
		if now := h.clock(); err == nil && now.Sub(alive) >= aliveEvery {
			alive = now
			err = h.keep.Journal.SaveAlive(ctx, now)
		}
		if err != nil && ctx.Err() == nil {
			h.log.Error("how far desktops have got their events is not saved", "error", err.Error())
		}
	}
}

// tellAway logs that the journal's database goes away or comes back; before is what the last call returned.
func (h *Host) tellAway(before bool) (away bool) {
	why := h.journalAway()
	switch {
	case why != nil && !before:
		h.log.Warn("the journal's database is away; nothing that has to be journaled is answered until it is back", "error", why.Error())
	case why == nil && before:
		h.log.Info("the journal's database is not waited for any more")
	}
	return why != nil
}

// journalAway tells why the journal's database cannot be reached: commands wait for it, or, where there are none, watchOwners was not
// answered. nil = it is there.
func (h *Host) journalAway() error {
	if h.keep.Journal == nil {
		return nil
	}
	if why := h.keep.Journal.Away(); why != nil {
		return why
	}
	if why := h.unanswered.Load(); why != nil {
		return *why
	}
	return nil
}

// watchOwners stops centers that somebody else has claimed. Their next command would find that out, but until then queries would be
// answered from what may have changed elsewhere. That the database does not answer is kept for journalAway: at night no command may come
// that finds it out.
func (h *Host) watchOwners(ctx context.Context) {
	for vcc, o := range h.directory.Load().owners {
		if o.failure.Load() != nil {
			continue
		}
		present, err := h.keep.Journal.Present(ctx, vcc, o.epoch)
		switch {
		case err != nil && ctx.Err() == nil:
			h.unanswered.Store(&err)
			return // the others would not be answered either
		case err == nil && !present:
			h.lose(o, journal.ErrFenced)
		}
	}
	h.unanswered.Store(nil)
}

// savePositions saves how far desktops have got their events since the last time.
func (h *Host) savePositions(ctx context.Context) error {
	positions := h.positions()
	if len(positions) == 0 {
		return nil
	}
	return h.keep.Journal.SavePositions(ctx, positions)
}

// positions takes how far desktops have got their events since the last time.
func (h *Host) positions() []journal.Position {
	if h.keep.Events == nil {
		return nil
	}
	var positions []journal.Position
	h.keep.Events.Confirmed(func(vcc center.VCCID, session center.Session, seq uint64) {
		positions = append(positions, journal.Position{VCC: vcc, Session: session, Seq: seq})
	})
	return positions
}
