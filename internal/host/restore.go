package host

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/journal"
)

// restore makes the center from what the journal has, or a new one. After it nothing stands in the way of the first command but
// Restarted, which it has applied.
func (o *owner) restore(ctx context.Context) error {
	if o.host.keep.Journal == nil {
		o.center = center.New(o.clock.now(), center.Config{ID: o.vcc})
		return nil
	}
	begin := time.Now()
	if err := o.replay(ctx); err != nil {
		return fmt.Errorf("restore VCC %d: %w", o.vcc, err)
	}
	if o.center == nil {
		o.center = center.New(o.clock.now(), center.Config{ID: o.vcc})
		return nil
	}
	died, err := o.host.keep.Journal.Alive(ctx, o.vcc)
	if err != nil {
		return err
	}
	if last := o.center.Now(); died.Before(last) {
		died = last
	}
	o.clock.notBefore(died) // it never goes back, over restarts too
	replayed := o.long.commands
	if !o.apply(died, request{cmd: center.Restarted{Resumed: o.clock.now()}}) {
		return fmt.Errorf("restore VCC %d: %s", o.vcc, *o.failure.Load())
	}
	o.log.Info("center restored", "commands", o.seq, "replayed", replayed, "spent", time.Since(begin).String(), "away", o.clock.now().Sub(died).String())
	return nil
}

// replay makes the center from snapshot and journal; it stays nil when there are none.
func (o *owner) replay(ctx context.Context) error {
	j := o.host.keep.Journal
	var err error
	if o.epoch, err = j.Claim(ctx, o.vcc); err != nil {
		return err
	}
	confirmed, err := j.Positions(ctx, o.vcc)
	if err != nil {
		return err
	}
	saved, err := j.Latest(ctx, o.vcc)
	if err != nil {
		return err
	}
	var events []byte
	if saved != nil {
		if o.center, err = restored(saved); err != nil {
			return err
		}
		o.seq, events = saved.Seq, saved.Events
	}
	if o.host.keep.Events != nil {
		if err := o.host.keep.Events.Restore(o.vcc, events, confirmed); err != nil {
			return fmt.Errorf("restore events: %w", err)
		}
	}
	if err := j.Walk(ctx, o.vcc, o.seq+1, o.again); err != nil {
		return err
	}
	return o.host.resume(ctx, o.vcc, o.seq)
}

func restored(saved *journal.Snapshot) (*center.Center, error) {
	state, err := center.DecodeSnapshot(saved.Version, saved.Center)
	if err != nil {
		return nil, err
	}
	return center.Restore(state)
}

// again applies a command of the journal once more.
func (o *owner) again(e journal.Entry) (err error) {
	defer func() {
		if broken := recover(); broken != nil {
			o.log.Error("center broken by a command of its journal", "number", e.Seq, "command", e.Kind, "reason", fmt.Sprint(broken),
				"stack", string(debug.Stack()))
			err = fmt.Errorf("command %d, %s: %v", e.Seq, e.Kind, broken)
		}
	}()
	cmd, err := center.Decode(e.Kind, e.Body)
	if err != nil {
		return fmt.Errorf("command %d: %w", e.Seq, err)
	}
	if o.center == nil {
		o.center = center.New(e.At, center.Config{ID: o.vcc})
	}
	_, effects := o.center.Do(e.At, cmd)
	o.seq = e.Seq
	o.long.commands++
	o.long.bytes += len(e.Body)
	if len(effects) > 0 {
		o.host.recall(o.vcc, e.Seq, effects)
	}
	return nil
}
