package host

import (
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync/atomic"
	"time"

	"ccgateway/internal/center"
)

// request is one command on its way to a center; answer is nil where nobody waits for the reply.
type request struct {
	cmd    center.Command
	answer chan<- center.Reply
}

// owner is one center with the goroutine that alone touches it.
type owner struct {
	host    *Host
	vcc     center.VCCID
	log     *slog.Logger
	inbox   chan request
	quit    chan struct{} // closed to end the owner
	done    chan struct{} // closed when it has ended
	failure atomic.Pointer[string]

	center *center.Center
	clock  steady
}

// start makes the center of a VCC and lets it run. The caller holds h.mu.
func (h *Host) start(cfg center.Config) *owner {
	o := &owner{
		host: h, vcc: cfg.ID, log: h.log.With("vcc", int(cfg.ID)),
		inbox: make(chan request, inboxSize), quit: make(chan struct{}), done: make(chan struct{}),
		clock: steady{wall: h.clock},
	}
	o.center = center.New(o.clock.now(), cfg)
	h.owners.Add(1)
	go o.run()
	return o
}

// run applies commands until the owner is told to end and its inbox is empty.
func (o *owner) run() {
	defer o.host.owners.Done()
	defer close(o.done)
	alarm := time.NewTimer(time.Hour)
	defer alarm.Stop()
	for {
		o.set(alarm)
		var req request
		select {
		case req = <-o.inbox:
		case <-alarm.C:
			req = request{cmd: center.Tick{}}
		case <-o.quit:
			o.finish()
			return
		}
		if !o.apply(req) {
			return
		}
	}
}

// finish applies what is in the inbox when the end is asked for.
func (o *owner) finish() {
	for {
		select {
		case req := <-o.inbox:
			if !o.apply(req) {
				return
			}
		default:
			return
		}
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
func (o *owner) apply(req request) (sound bool) {
	defer func() {
		if broken := recover(); broken != nil {
			reason := fmt.Sprint(broken)
			o.failure.Store(&reason)
			o.log.Error("center stopped by a broken invariant", "command", fmt.Sprintf("%T", req.cmd), "reason", reason,
				"stack", string(debug.Stack()))
			sound = false
		}
	}()
	reply, effects := o.center.Do(o.clock.now(), req.cmd)
	if len(effects) > 0 {
		o.host.carry(o.vcc, effects)
	}
	if req.answer != nil {
		req.answer <- reply
	}
	return true
}
