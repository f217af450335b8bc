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
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
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
