package archive

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// sweepEvery is how often recordings are looked for whose time is over. It is told in days.
const sweepEvery = time.Hour

// day is a calendar's unit only: recordings are kept for so many times 24 hours.
const day = 24 * time.Hour

// Keep deletes the recordings whose tenants' time for them is over, now and every hour, until ctx ends. What it cannot delete it tells the log and
// tries again the next time.
func (a *Archive) Keep(ctx context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		if err := a.Sweep(ctx); err != nil && ctx.Err() == nil {
			a.cfg.Log.Error("recordings whose time is over cannot be deleted", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Sweep deletes the recordings whose tenants' time for them is over.
func (a *Archive) Sweep(ctx context.Context) error {
	days, err := a.cfg.Index.RecordingDays(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, vcc := range slices.Sorted(maps.Keys(days)) {
		before := a.cfg.Now().Add(-time.Duration(days[vcc]) * day)
		deleted, err := a.DeleteBefore(ctx, vcc, before, "retention", fmt.Sprintf("kept for %d days", days[vcc]))
		if deleted > 0 {
			a.cfg.Log.Info("recordings deleted, since their time is over", "vcc", int(vcc), "recordings", deleted, "days", days[vcc])
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("VCC %d: %w", vcc, err))
		}
	}
	return errors.Join(failed...)
}
