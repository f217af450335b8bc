package host

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"ccgateway/internal/center"
)

// Sink takes the effects of one command, in the order of the commands of that center. It is called by the committer and
// must not block. The slice and what it points to are not to be written to. See also NumberedSink and Recaller.
type Sink interface {
	Carry(vcc center.VCCID, effects []center.Effect)
}

// ErrStopped says that the center is not running (any more): the program stops, or a broken invariant stopped this center.
var ErrStopped = errors.New("center is not running")

// ErrNoCenter says that no such VCC is configured here.
var ErrNoCenter = errors.New("no such VCC")

// inboxSize is how many commands may wait for one center. At a million commands a second it is a few milliseconds of work;
// who finds it full waits, which is the back-pressure on desktops and phones.
const inboxSize = 4096

// Host owns centers. Its methods may be called from any goroutine.
type Host struct {
	log   *slog.Logger
	clock func() time.Time
	sinks []Sink
	keep  Keeping

	directory atomic.Pointer[directory]

	mu      sync.Mutex // guards what follows; held only while centers are added or stopped
	centers map[center.VCCID]*owner
	stopped bool
	owners  sync.WaitGroup

	committer  *committer
	begun      bool                  // the committer runs; guarded by mu
	endKeep    context.CancelFunc    // ends keepPositions
	tasks      sync.WaitGroup        // the goroutine of keepPositions
	unanswered atomic.Pointer[error] // why the journal's database does not answer watchOwners; nil = it does
	savers     sync.WaitGroup        // those that save snapshots
	oneSave    sync.Mutex
	lost       chan error // see Lost; has room for one
}

// directory says which VCC an agent belongs to and which owner runs a VCC. It is replaced, never written to.
type directory struct {
	agents map[center.AgentID]center.VCCID
	owners map[center.VCCID]*owner
}

// New makes a host without centers. clock is the wall clock.
func New(log *slog.Logger, clock func() time.Time) *Host {
	h := &Host{log: log, clock: clock, centers: map[center.VCCID]*owner{}, lost: make(chan error, 1)}
	h.committer = newCommitter(h)
	h.directory.Store(&directory{})
	return h
}

// Attach names the sinks, which get every center's effects in the order given here. It is called once, before the first
// Configure: sinks send commands themselves, so they are made after the host.
func (h *Host) Attach(sinks ...Sink) { h.sinks = sinks }

// Configure starts centers for new VCCs and gives the others their new configuration. A VCC that is missing from configs keeps
// running with nobody allowed in: it is configured empty, so its sessions end and its calls are let go. Centers that the journal knows
// are made again from it first; if that fails for one, the error says so and the host is to be stopped.
func (h *Host) Configure(ctx context.Context, configs []center.Config) error {
	next := &directory{agents: map[center.AgentID]center.VCCID{}, owners: map[center.VCCID]*owner{}}
	present := map[center.VCCID]bool{}
	for _, cfg := range configs {
		present[cfg.ID] = true
		for i := range cfg.Agents {
			next.agents[cfg.Agents[i].ID] = cfg.ID
		}
	}
	started, err := h.startMissing(ctx, present, next.owners)
	if err != nil {
		return err
	}
	for _, o := range started {
		if err := <-o.ready; err != nil {
			return err
		}
	}
	h.directory.Store(next)
	changed := configs
	for vcc := range next.owners {
		if !present[vcc] {
			changed = append(changed[:len(changed):len(changed)], center.Config{ID: vcc})
		}
	}
	for _, cfg := range changed {
		if _, err := h.Do(ctx, cfg.ID, center.Configure{Config: cfg}); err != nil {
			return fmt.Errorf("configure VCC %d: %w", cfg.ID, err)
		}
	}
	return nil
}

// startMissing starts the owners of VCCs that have none yet, those that only the journal knows among them, and lists all in owners.
func (h *Host) startMissing(ctx context.Context, wanted map[center.VCCID]bool, owners map[center.VCCID]*owner) ([]*owner, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopped {
		return nil, ErrStopped
	}
	vccs := slices.Collect(maps.Keys(wanted))
	if !h.begun {
		known, err := h.begin(ctx)
		if err != nil {
			return nil, err
		}
		vccs = append(vccs, known...)
	}
	var started []*owner
	for _, vcc := range vccs {
		if h.centers[vcc] == nil {
			h.centers[vcc] = h.start(ctx, vcc)
			started = append(started, h.centers[vcc])
		}
	}
	maps.Copy(owners, h.centers)
	return started, nil
}

// begin starts what serves all centers, and lists those that the journal knows. The caller holds h.mu.
func (h *Host) begin(ctx context.Context) (known []center.VCCID, err error) {
	if h.keep.Journal != nil {
		if known, err = h.keep.Journal.VCCs(ctx); err != nil {
			return nil, err
		}
		keeping, cancel := context.WithCancel(context.WithoutCancel(ctx)) // it outlives the start; Stop ends it
		h.endKeep = cancel
		h.tasks.Go(func() { h.keepPositions(keeping) })
	}
	h.begun = true
	go h.committer.run()
	return known, nil
}

// VCCOf tells which VCC an agent number belongs to.
func (h *Host) VCCOf(agent center.AgentID) (center.VCCID, bool) {
	vcc, ok := h.directory.Load().agents[agent]
	return vcc, ok
}

// VCCs lists the running centers in no particular order.
func (h *Host) VCCs() []center.VCCID {
	var all []center.VCCID
	for vcc := range h.directory.Load().owners {
		all = append(all, vcc)
	}
	return all
}

// Do applies one command and gives its reply. The error is ErrNoCenter, ErrStopped or the context's; the command's own refusal
// stands in the reply. When the context ends first the command may still be applied.
func (h *Host) Do(ctx context.Context, vcc center.VCCID, cmd center.Command) (center.Reply, error) {
	return h.DoTimed(ctx, vcc, cmd, nil)
}

// DoTimed is Do that notes the command's steps. They may be read when it has returned without an error; after one they may still be
// written to.
func (h *Host) DoTimed(ctx context.Context, vcc center.VCCID, cmd center.Command, steps *Steps) (center.Reply, error) {
	o := h.directory.Load().owners[vcc]
	if o == nil {
		return center.Reply{}, ErrNoCenter
	}
	answer := make(chan center.Reply, 1)
	select {
	case o.inbox <- request{cmd: cmd, answer: answer, steps: steps}:
	case <-o.done:
		return center.Reply{}, ErrStopped
	case <-ctx.Done():
		return center.Reply{}, ctx.Err()
	}
	select {
	case reply := <-answer:
		return reply, nil
	case <-o.done:
		select { // the answer may have come with the end
		case reply := <-answer:
			return reply, nil
		default:
			return center.Reply{}, ErrStopped
		}
	case <-ctx.Done():
		return center.Reply{}, ctx.Err()
	}
}

// Tell sends a command without waiting for its reply; commands of one sender stay in order. It waits only while the inbox is
// full. A command for a center that does not run is thrown away.
func (h *Host) Tell(vcc center.VCCID, cmd center.Command) {
	o := h.directory.Load().owners[vcc]
	if o == nil {
		return
	}
	select {
	case o.inbox <- request{cmd: cmd}:
	case <-o.done:
	}
}

// Lost gets one error when the first center stops because it has lost its journal: that cannot be written, or the center has another owner, which
// errors.Is tells by journal.ErrFenced.
func (h *Host) Lost() <-chan error { return h.lost }

// lose stops a center whose journal is lost.
func (h *Host) lose(o *owner, why error) {
	o.fail(why.Error())
	select {
	case h.lost <- fmt.Errorf("VCC %d: %w", o.vcc, why):
	default: // the first counts
	}
}

// Healthy returns an error for the first center that a broken invariant or its journal has stopped, or if the journal's database is away.
func (h *Host) Healthy() error {
	if why := h.journalAway(); why != nil {
		return fmt.Errorf("the journal's database is away: %w", why)
	}
	for vcc, o := range h.directory.Load().owners {
		if reason := o.failure.Load(); reason != nil {
			return fmt.Errorf("VCC %d: %s", vcc, *reason)
		}
	}
	return nil
}

// Stop ends all centers after the commands that are in their inboxes, leaves snapshots of them, and waits for all of that. It is best
// called when no events are given out any more, so that what desktops have got is known too.
func (h *Host) Stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopped {
		return
	}
	h.stopped = true
	for _, o := range h.centers {
		close(o.quit)
	}
	h.owners.Wait()
	if !h.begun {
		return
	}
	close(h.committer.inbox)
	<-h.committer.done
	h.savers.Wait()
	if h.endKeep != nil {
		h.endKeep()
		h.tasks.Wait()
		ctx, cancel := context.WithTimeout(context.Background(), saveTime)
		defer cancel()
		if err := h.savePositions(ctx); err != nil {
			h.log.Error("how far desktops have got their events is not saved", "error", err.Error())
		}
	}
}

// JournalStats tells how the journal is doing.
func (h *Host) JournalStats() JournalStats { return h.committer.stats() }
