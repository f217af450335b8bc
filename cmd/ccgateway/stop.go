package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ccgateway/internal/center"
)

// closeTime bounds what has to be done after the last call: answering held polls, BYEs, writing the last records.
const closeTime = 10 * time.Second

// drainLook is how often a stopping program looks whether its last call has ended.
const drainLook = 200 * time.Millisecond

// stop ends the program: it takes no new work, lets calls in progress go on for the configured time, then closes everything. When
// hurry ends first, calls are ended at once.
func (p *program) stop(hurry context.Context) error {
	p.notReady("stopping")
	p.drain(hurry)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(hurry), closeTime)
	defer cancel()
	return p.close(ctx)
}

// drain tells all centers to stop and waits until no call is left, the grace is over, or hurry ends.
func (p *program) drain(hurry context.Context) {
	ctx, cancel := context.WithTimeout(hurry, p.settings().Shutdown.Grace)
	defer cancel()
	for _, vcc := range p.host.VCCs() {
		p.host.Tell(vcc, center.Drain{})
	}
	ticker := time.NewTicker(drainLook)
	defer ticker.Stop()
	for calls := p.calls(); calls > 0; calls = p.calls() {
		select {
		case <-ctx.Done():
			p.log.Warn("calls are ended by the stop", "calls", calls)
			return
		case <-ticker.C:
		}
	}
}

// calls counts the calls of all centers.
func (p *program) calls() int {
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	total := 0
	for _, vcc := range p.host.VCCs() {
		reply, err := p.host.Do(ctx, vcc, center.Look{})
		if err != nil {
			continue // a broken center has no calls that could be waited for
		}
		if view, ok := reply.Value.(center.Overview); ok {
			total += len(view.Calls)
		}
	}
	return total
}

// close ends what has been opened, in this order: the phone side first, so that every leg's end still becomes a record; then the
// polls, which are waiting for events that will not come any more; the doors, while the centers still answer the requests that are
// under way; the centers, which leave their snapshots; their journal; the store last, since all the others write to it.
func (p *program) close(ctx context.Context) error {
	var failed []error
	if p.endVoice != nil {
		p.endVoice()
		<-p.voiceDone
	}
	if p.pusher != nil {
		p.endPush(ctx)
	}
	if p.delivery != nil {
		p.delivery.Close()
	}
	if p.boards != nil {
		p.boards.Close()
	}
	if p.doors != nil {
		p.doors.EndDownloads()
	}
	for _, s := range p.servers {
		if err := s.http.Shutdown(ctx); err != nil {
			failed = append(failed, fmt.Errorf("close %s port: %w", s.name, err), s.http.Close())
		}
	}
	if p.doors != nil {
		p.doors.Wait() // for sockets, which Shutdown does not wait for
	}
	if p.tasks != nil {
		failed = append(failed, p.tasks.Wait())
	}
	if p.flows != nil {
		p.flows.Close()
	}
	if p.host != nil {
		p.host.Stop()
	}
	if p.journal != nil {
		failed = append(failed, p.journal.Close())
	}
	if p.archive != nil {
		failed = append(failed, p.archive.Close())
	}
	if p.guard != nil {
		failed = append(failed, p.guard.Close(ctx))
	}
	if p.store != nil {
		failed = append(failed, p.store.Close(ctx))
	}
	if p.traces != nil {
		p.endTraces(ctx)
	}
	return errors.Join(failed...)
}
