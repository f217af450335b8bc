package loadgen

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"ccgateway/client"
	"ccgateway/internal/softphone"
)

// customer is one call from the outside.
type customer struct {
	number  string
	tone    float64
	dialled time.Time
	free    bool // an agent was free then

	talking  chan struct{} // closed when a desktop was told of the talk
	released chan struct{} // closed when it was told that the customer has left

	mu       sync.Mutex
	agent    *agent          // who talks to him
	line     *softphone.Call // that agent's call
	rung     bool
	lifted   time.Time // when the agent's phone was
	hungUp   time.Time // when he hung up himself
	told     time.Time // when the desktop was; talking is closed then
	releases bool      // released is closed
}

// enter makes a customer known by his number.
func (r *run) enter(n int64, tone float64) *customer {
	c := &customer{number: fmt.Sprintf("7%09d", n), tone: tone, talking: make(chan struct{}), released: make(chan struct{})}
	r.mu.Lock()
	r.customer[c.number] = c
	r.mu.Unlock()
	c.free = r.idle.Load() > r.unrung.Add(1)-1
	c.dialled = time.Now()
	return c
}

func (r *run) forget(c *customer) {
	r.mu.Lock()
	delete(r.customer, c.number)
	r.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.rung {
		c.rung = true
		r.unrung.Add(-1)
	}
}

// find gives the customer of a number; nil = he has gone.
func (r *run) find(number string) *customer {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.customer[number]
}

// callOnce is a customer's whole call.
func (r *run) callOnce(ctx context.Context, n int64, phone *customerPhone) {
	c := r.enter(n, phone.tone)
	defer r.forget(c)
	r.tally.count(func(s *Report) { s.Dialled++; s.Waiting++ })
	waiting := sync.OnceFunc(func() { r.tally.count(func(s *Report) { s.Waiting-- }) })
	defer waiting()
	// The number is asserted by the line, as carriers do (RFC 3325): many customers share a phone.
	asserted := softphone.Headers{{Name: "P-Asserted-Identity", Value: "<sip:" + c.number + "@" + r.Callers + ">"}}
	call, err := phone.CallWith(ctx, AccessCode, asserted)
	if err != nil {
		r.failed(ctx, "call could not be begun")
		return
	}
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case <-c.talking:
		waiting()
		r.tally.count(func(s *Report) { s.Talked++; s.Talking++ })
		r.converse(ctx, n, c, call)
		r.tally.count(func(s *Report) { s.Talking-- })
		return
	case <-call.Ended():
		r.failed(ctx, "call ended before an agent talked: "+kindOf(call.EndReason()))
	case <-limit.C:
		r.failed(ctx, "no agent within a minute")
	case <-ctx.Done():
	}
	hangUp(ctx, call)
}

// kindOf names an end in a few words that are the same for all calls that ended so.
func kindOf(end softphone.End) string {
	switch {
	case end.Status != 0:
		return fmt.Sprintf("status %d", end.Status)
	case end.Err != nil:
		return "no answer"
	default:
		return fmt.Sprintf("%v %s", end.By, end.Method)
	}
}

// failed counts a failure, unless the run itself is being ended.
func (r *run) failed(ctx context.Context, kind string) {
	if ctx.Err() == nil {
		r.tally.fail(kind)
	}
}

// converse talks, and ends the talk by turns from either side.
func (r *run) converse(ctx context.Context, n int64, c *customer, call *softphone.Call) {
	if r.Sample > 0 && n%int64(r.Sample) == 0 {
		r.listen(ctx, c, call)
	}
	length := time.NewTimer(r.Talk/2 + rand.N(r.Talk+1)) //nolint:gosec // no secret
	defer length.Stop()
	select {
	case <-length.C:
	case <-call.Ended():
		r.failed(ctx, "talk ended by itself: "+kindOf(call.EndReason()))
		return
	case <-ctx.Done():
		hangUp(ctx, call)
		return
	}
	if n%2 == 0 {
		r.customerEnds(ctx, c, call)
	} else {
		r.agentEnds(ctx, c, call)
	}
}

// customerEnds hangs up and waits until the desktop knows.
func (r *run) customerEnds(ctx context.Context, c *customer, call *softphone.Call) {
	c.mu.Lock()
	c.hungUp = time.Now()
	c.mu.Unlock()
	hangUp(ctx, call)
	if r.comes(ctx, c.released, "no event after the customer's hang-up") {
		r.tally.count(func(s *Report) { s.Ended++ })
	}
}

// agentEnds releases at the desktop and waits until the customer is hung up on.
func (r *run) agentEnds(ctx context.Context, c *customer, call *softphone.Call) {
	c.mu.Lock()
	desk := c.agent.desk
	c.mu.Unlock()
	began := time.Now()
	if err := desk.Release(ctx); err != nil {
		r.failed(ctx, "release refused: "+codeOf(err))
		hangUp(ctx, call)
		return
	}
	if r.comes(ctx, call.Ended(), "no BYE after the agent's release") {
		r.tally.release.add(time.Since(began))
		r.tally.count(func(s *Report) { s.Ended++ })
		return
	}
	hangUp(ctx, call)
}

// codeOf is a refusal's code; "network" for what is none.
func codeOf(err error) string {
	if code := client.CodeOf(err); code != "" {
		return code
	}
	return "network"
}

// comes waits for something that must come.
func (r *run) comes(ctx context.Context, what <-chan struct{}, otherwise string) bool {
	limit := time.NewTimer(eventTime)
	defer limit.Stop()
	select {
	case <-what:
		return true
	case <-limit.C:
		r.failed(ctx, otherwise)
	case <-ctx.Done():
	}
	return false
}

// hearTime is how long each side has to hear the other.
const hearTime = 5 * time.Second

// listen measures whether each side hears the other's tone.
func (r *run) listen(ctx context.Context, c *customer, call *softphone.Call) {
	c.mu.Lock()
	agent, line := c.agent, c.line
	c.mu.Unlock()
	if line == nil {
		return // its phone was lifted before: an agent's phone that is off-hook already
	}
	hearing, cancel := context.WithTimeout(ctx, hearTime)
	defer cancel()
	var both errgroup.Group
	both.Go(func() error { return call.Hear(hearing, agent.tone) })
	both.Go(func() error { return line.Hear(hearing, c.tone) })
	err := both.Wait()
	if ctx.Err() != nil || errors.Is(err, softphone.ErrEnded) {
		return
	}
	r.tally.count(func(s *Report) {
		s.Checked++
		if err == nil {
			s.Sound++
		}
	})
	if err != nil {
		r.failed(ctx, "one side does not hear the other")
	}
}

// hangUp ends a call, also when ctx has ended already.
func hangUp(ctx context.Context, call *softphone.Call) {
	const goodbye = 5 * time.Second // for BYE and its answer
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
	defer cancel()
	_ = call.Hangup(ctx) // it may have ended meanwhile: that is what was wanted
}
