package voice

import (
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
)

// watched has two trunks that take the same numbers; the first one is asked by OPTIONS.
func watched(t *testing.T) (r *rig, first, second *ua) {
	r, first, second = twoLines(t, transportUDP)
	r.d.mu.Lock()
	r.d.trunks[0].Options = TrunkOptions{Every: 30 * time.Millisecond, Timeout: 150 * time.Millisecond, Misses: 2}
	r.d.trunks[0].Username = "me"
	r.d.mu.Unlock()
	return r, first, second
}

// answers answers the OPTIONS that come, the first of its statuses first and the last of them for ever, until the function returned is called.
func (u *ua) answers(statuses ...int) (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case req := <-u.requests:
				if req.Method == sip.OPTIONS && statuses[0] != 0 {
					u.reply(req, statuses[0], "o", "")
				}
				if len(statuses) > 1 {
					statuses = statuses[1:]
				}
			case <-quit:
				return
			}
		}
	}()
	return func() { close(quit); <-done }
}

// TestOptions_Down: a trunk that does not answer, or says that it cannot work, is down after so many misses; calls pass it over at once,
// and come back with its first good answer.
func TestOptions_Down(t *testing.T) {
	for name, bad := range map[string]int{"silent": 0, "unavailable": 503} {
		t.Run(name, func(t *testing.T) {
			r, first, second := watched(t)
			stop := first.answers(200, bad)
			r.until("down", func() bool { return !r.state("first").Up })
			r.carry(center.Ring{Leg: "o1", Trunk: "first", Number: "0301", Caller: "0309"})
			answersAt(r, second)
			stop()
			if s := r.state("first"); s.Downs != 1 || s.Changed.IsZero() {
				t.Errorf("%+v", s)
			}
			stop = first.answers(403) // a refusal is an answer
			r.until("up", func() bool { return r.state("first").Up })
			stop()
			r.carry(center.Ring{Leg: "o2", Trunk: "first", Number: "0301"})
			for {
				got := <-first.requests
				if got.Method == sip.INVITE {
					first.reply(got, 486, "x", "")
					break
				}
				first.reply(got, 200, "o", "")
			}
			r.c.ended("o2", center.CauseBusy)
		})
	}
}

// TestOptions_AllDown: when no trunk is up, the call fails at once.
func TestOptions_AllDown(t *testing.T) {
	r, first, second := watched(t)
	r.d.mu.Lock()
	r.d.trunks = r.d.trunks[:1]
	r.d.mu.Unlock()
	defer first.answers(0)()
	r.until("down", func() bool { return !r.state("first").Up })
	r.carry(center.Ring{Leg: "o1", Trunk: "first", Number: "0301"})
	r.c.ended("o1", center.CauseUnreachable)
	second.quiet()
}
