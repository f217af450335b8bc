package host

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/journal"
)

// request is one command on its way to a center; answer is nil where nobody waits for the reply.
type request struct {
	cmd    center.Command
	answer chan<- center.Reply
	steps  *Steps // nil = nobody wants to know
}

// owner is one center with the goroutine that alone touches it.
type owner struct {
	host    *Host
	vcc     center.VCCID
	log     *slog.Logger
	inbox   chan request
	quit    chan struct{} // closed to end the owner
	ready   chan error    // gets one value: whether the center could be made from the journal
	broken  chan struct{} // closed by fail
	done    chan struct{} // closed when it has ended and its last command has been let out
	failure atomic.Pointer[string]
	failing sync.Once

	center *center.Center
	clock  steady
	epoch  uint64
	seq    uint64 // of the last journaled command
	long   length // of the journal since the last snapshot
	saving atomic.Bool
}

// start makes the owner of a VCC and lets it run. The caller holds h.mu.
func (h *Host) start(ctx context.Context, vcc center.VCCID) *owner {
	o := &owner{
		host: h, vcc: vcc, log: h.log.With("vcc", int(vcc)), clock: steady{wall: h.clock},
		inbox: make(chan request, inboxSize), quit: make(chan struct{}), ready: make(chan error, 1),
		broken: make(chan struct{}), done: make(chan struct{}),
	}
	h.owners.Add(1)
	go o.run(ctx)
	return o
}

// fail stops the center for a reason that Healthy then tells. Any goroutine may call it; the first reason counts.
func (o *owner) fail(reason string) {
	o.failing.Do(func() {
		o.failure.Store(&reason)
		close(o.broken)
		o.log.Error("center stopped", "reason", reason)
	})
}

// run makes the center and applies commands until the owner is told to end and its inbox is empty. ctx is for the making.
func (o *owner) run(ctx context.Context) {
	defer o.host.owners.Done()
	defer func() { o.host.committer.inbox <- applied{owner: o, end: true} }()
	if err := o.restore(ctx); err != nil {
		o.fail(err.Error())
		o.ready <- err
		return
	}
	o.ready <- nil
	alarm := time.NewTimer(time.Hour)
	defer alarm.Stop()
	for {
		o.set(alarm)
		var req request
		select {
		case req = <-o.inbox:
		case <-alarm.C:
			req = request{cmd: center.Tick{}}
		case <-o.broken:
			return
		case <-o.quit:
			o.finish()
			return
		}
		if !o.apply(o.clock.now(), req) {
			return
		}
	}
}

// finish applies what is in the inbox when the end is asked for, and leaves a snapshot.
func (o *owner) finish() {
	for {
		select {
		case req := <-o.inbox:
			if !o.apply(o.clock.now(), req) {
				return
			}
			continue
		default:
		}
		if o.long.commands > 0 {
			o.snapshot()
		}
		return
	}
}

// set makes the alarm ring when the center's next deadline has come.
func (o *owner) set(alarm *time.Timer) {
	due, pending := o.center.NextDeadline()
	if !pending {
		alarm.Reset(time.Hour)
		return
	}
	alarm.Reset(max(0, due.Sub(o.clock.now())))
}

// apply carries out one command. It returns false when the center is broken: a panic in it is an error of ours, its state can
// no longer be trusted, so this center stops; the other VCCs go on.
func (o *owner) apply(now time.Time, req request) (sound bool) {
	defer func() {
		if broken := recover(); broken != nil {
			o.log.Error("center broken by a command", "command", fmt.Sprintf("%T", req.cmd), "reason", fmt.Sprint(broken),
				"stack", string(debug.Stack()))
			o.fail(fmt.Sprint(broken))
			sound = false
		}
	}()
	a := applied{owner: o, cmd: req.cmd, answer: req.answer, steps: req.steps}
	a.steps.applied()
	if !o.isPresent(req.cmd) {
		a.reply, a.effects = o.center.Do(now, req.cmd)
		if o.host.keep.Journal != nil && o.center.Changed() {
			a.entry = o.entry(req.cmd)
		}
	}
	a.steps.done()
	if a.entry.Seq > 0 || a.answer != nil || len(a.effects) > 0 {
		o.host.committer.inbox <- a
	}
	if o.long.reaches(o.host.keep) && !o.saving.Load() {
		o.snapshot()
	}
	return true
}

// entry makes the journal's entry for the command that was applied last.
func (o *owner) entry(cmd center.Command) journal.Entry {
	kind, body := center.Encode(cmd)
	o.seq++
	o.long.commands++
	o.long.bytes += len(body)
	return journal.Entry{VCC: o.vcc, Epoch: o.epoch, Seq: o.seq, At: o.center.Now(), Kind: kind, Body: body}
}

// isPresent tells whether the command is a configuration that the center has already, as at most starts.
func (o *owner) isPresent(cmd center.Command) bool {
	c, ok := cmd.(center.Configure)
	return ok && reflect.DeepEqual(c.Config, o.center.Config())
}
