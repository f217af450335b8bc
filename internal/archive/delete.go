package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/store"
)

// callTime is after which a recording's call is taken to be over though there is no record of it: longer than any call, and the record
// of a call that a crash cut off can be lost.
const callTime = 24 * time.Hour

// Why a recording cannot be deleted.
var (
	ErrUnknown = errors.New("there is no such recording")
	ErrRuns    = errors.New("it is still being made, or its call still runs")
)

// Delete deletes a recording that is named by its id or its fileName; of several of that name, all. actor and why stand in the audit. It tells how many
// it has deleted now; ErrUnknown, ErrRuns (then none is).
func (a *Archive) Delete(ctx context.Context, vcc center.VCCID, name, actor, why string) (int, error) {
	found, err := a.cfg.Index.RecordingsNamed(ctx, vcc, name)
	if err != nil {
		return 0, err
	}
	if len(found) == 0 {
		return 0, fmt.Errorf("delete recording %q of VCC %d: %w", name, vcc, ErrUnknown)
	}
	for _, r := range found {
		if runs, err := a.runs(ctx, r); runs || err != nil {
			return 0, fmt.Errorf("delete recording %s: %w", r.ID, errors.Join(err, ErrRuns))
		}
	}
	return a.deleteAll(ctx, found, actor, why)
}

// runs tells whether a recording, or its call, goes on.
func (a *Archive) runs(ctx context.Context, r store.Recording) (bool, error) {
	if !r.Deleted.IsZero() {
		return false, nil
	}
	if r.Ended.IsZero() {
		return true, nil
	}
	if a.cfg.Now().Sub(r.Ended) > callTime {
		return false, nil
	}
	over, err := a.cfg.Index.CallOver(ctx, r.VCC, r.Call)
	return !over, err
}

// batch is how many entries of the index are looked at together.
const batch = 100

// DeleteBefore deletes a VCC's recordings that ended before a moment; those whose call still runs are left. It goes on when a file cannot be
// removed, and tells how many it has deleted and what went wrong first.
func (a *Archive) DeleteBefore(ctx context.Context, vcc center.VCCID, before time.Time, actor, why string) (deleted int, failed error) {
	var last center.RecordingID
	for {
		found, err := a.cfg.Index.KeptRecordings(ctx, vcc, before, last, batch)
		if err != nil || len(found) == 0 {
			return deleted, errors.Join(failed, err)
		}
		last = found[len(found)-1].ID
		for _, r := range found {
			runs, err := a.runs(ctx, r)
			if err == nil && runs {
				continue
			}
			if err == nil {
				err = a.delete(ctx, r, actor, why)
			}
			switch {
			case err == nil:
				deleted++
			case ctx.Err() != nil:
				return deleted, errors.Join(failed, err)
			case failed == nil:
				failed = err
			}
		}
	}
}

func (a *Archive) deleteAll(ctx context.Context, all []store.Recording, actor, why string) (deleted int, err error) {
	for _, r := range all {
		if !r.Deleted.IsZero() {
			continue
		}
		if err := a.delete(ctx, r, actor, why); err != nil {
			return deleted, err
		}
		deleted++
	}
	return deleted, nil
}

// delete removes the file and marks the entry. A file that is gone already was removed before a crash.
func (a *Archive) delete(ctx context.Context, r store.Recording, actor, why string) error {
	if err := a.root.Remove(filepath.FromSlash(r.File)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("delete recording %s: %w", r.ID, err)
	}
	if err := a.cfg.Index.RecordingDeleted(ctx, r, actor, why); err != nil {
		return fmt.Errorf("delete recording %s: its file is removed, but: %w", r.ID, err)
	}
	return nil
}
