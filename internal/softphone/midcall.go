package softphone

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

const (
	statusBadEvent = 489 // RFC 6665 section 8.3.2
	// The pauses before an offer that met one of the other side's is made again (RFC 3261 section 14.1): who has made the Call-ID
	// waits 2.1 to 4 s, the other up to 2 s, in steps of 10 ms.
	ownerPauseFrom = 2100 * time.Millisecond
	ownerPauseTo   = 4 * time.Second
	otherPauseTo   = 2 * time.Second
)

// inOrder checks and notes the number of a request of the other side (RFC 3261 section 12.2.2).
func (c *Call) inOrder(req *sip.Request) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	seq := req.CSeq().SeqNo
	if seq <= c.dialog.remoteSeq && c.dialog.remoteSeq != 0 {
		return false
	}
	c.dialog.remoteSeq = seq
	return true
}

// hungUp takes BYE in.
func (c *Call) hungUp(req *sip.Request, tx *sip.ServerTx) {
	if c.phone.currentFaults().IgnoreBYE {
		return
	}
	c.phone.respond(tx, c.response(req, sip.StatusOK))
	if !c.outgoing && c.decide(withdrawn) { // in the early dialog: the INVITE is still to be answered (RFC 3261 section 15.1.2)
		c.tryTo(func() error { return c.respond(c.response(c.incoming.req, sip.StatusRequestTerminated)) })
	}
	c.finish(End{By: Remote, Method: "BYE", Reason: valueOf(req, "Reason")})
}

// reinvited takes a new offer, or the demand for one, in.
func (c *Call) reinvited(req *sip.Request, tx *sip.ServerTx) {
	if c.phone.currentFaults().NoHold {
		c.phone.respond(tx, c.response(req, sip.StatusNotAcceptableHere))
		return
	}
	if c.crosses() {
		c.phone.respond(tx, c.response(req, sip.StatusRequestPending))
		return
	}
	select {
	case <-c.offering:
		defer func() { c.offering <- struct{}{} }()
	default:
		c.phone.respond(tx, c.response(req, sip.StatusRequestPending))
		return
	}
	res := c.response(req, sip.StatusOK)
	c.dress(res)
	c.mu.Lock()
	var agreed *peer
	var body []byte
	var err error
	if hasSDP(req) {
		agreed = new(peer)
		body, *agreed, err = c.session.answer(req.Body())
	} else {
		body = c.session.offer()
	}
	if err != nil {
		c.mu.Unlock()
		c.phone.respond(tx, c.response(req, sip.StatusNotAcceptableHere)) // the session goes on as it was
		return
	}
	c.dialog.targeted(req)
	wait := c.expectACK(req)
	c.mu.Unlock()
	setSDP(res, body)
	if agreed != nil {
		c.media.connect(*agreed)
	}
	c.phone.respond(tx, res)
	c.refreshed()
	if c.untilACK(wait, func() error { return tx.Respond(res) }) && agreed == nil {
		c.answeredInACK(wait)
	}
}

// crosses holds before the other side is answered, so that both are on the way at the same time; once, and only with Faults.HoldAtRefresh. It
// returns when the other side has refused that, and tells whether it has done it.
func (c *Call) crosses() bool {
	if !c.phone.currentFaults().HoldAtRefresh || !c.crossing.CompareAndSwap(false, true) {
		return false
	}
	if !c.phone.goWork(func() {
		if err := c.setHold(c.phone.life, true); err == nil && c.met.fired() {
			c.crossed.fire()
		}
		c.met.fire()
	}) {
		return false
	}
	select {
	case <-c.met.ch:
	case <-c.ended.ch:
	case <-c.phone.done:
	}
	return true
}

// updated takes UPDATE in (RFC 3311): a new offer, or only a sign of life.
func (c *Call) updated(req *sip.Request, tx *sip.ServerTx) {
	c.crosses()
	res := c.response(req, sip.StatusOK)
	c.dress(res)
	if hasSDP(req) {
		if status := c.takeUpdate(req, res); status != sip.StatusOK {
			c.phone.respond(tx, c.response(req, status))
			return
		}
	}
	c.phone.respond(tx, res)
	c.refreshed()
}

// takeUpdate answers the offer in an UPDATE; it gives the status of the response.
func (c *Call) takeUpdate(req *sip.Request, res *sip.Response) int {
	if c.phone.currentFaults().NoHold {
		return sip.StatusNotAcceptableHere
	}
	select {
	case <-c.offering:
		defer func() { c.offering <- struct{}{} }()
	default:
		return sip.StatusRequestPending
	}
	c.mu.Lock()
	body, agreed, err := c.session.answer(req.Body())
	if err == nil {
		c.dialog.targeted(req)
	}
	c.mu.Unlock()
	if err != nil {
		return sip.StatusNotAcceptableHere
	}
	setSDP(res, body)
	c.media.connect(agreed)
	return sip.StatusOK
}

// notified takes NOTIFY in. Event: talk answers a call, or takes it back from hold; Event: hold holds it: the remote control
// that desk phones have. c is nil if the request belongs to no call; then the one that rings is meant.
func (p *Phone) notified(req *sip.Request, tx *sip.ServerTx, c *Call) {
	event, _, _ := strings.Cut(valueOf(req, "Event"), ";")
	if event == "" {
		event, _, _ = strings.Cut(valueOf(req, "o"), ";") // the compact form
	}
	event = strings.TrimSpace(event)
	if event != "talk" && event != "hold" || p.currentFaults().NoTalk {
		res := response(req, statusBadEvent)
		if !p.currentFaults().NoTalk {
			res.AppendHeader(sip.NewHeader("Allow-Events", "talk, hold"))
		}
		p.respond(tx, res)
		return
	}
	if c == nil {
		c = p.ringingCall()
	}
	if c == nil {
		p.respond(tx, response(req, sip.StatusCallTransactionDoesNotExists))
		return
	}
	p.respond(tx, response(req, sip.StatusOK))
	p.goWork(func() { c.remoteControl(event) })
}

// ringingCall gives the call that rings if it is the only one.
func (p *Phone) ringingCall() *Call {
	var found *Call
	for _, c := range p.Calls() {
		if c.outgoing || c.decision.Load() != undecided {
			continue
		}
		if found != nil {
			return nil
		}
		found = c
	}
	return found
}

// remoteControl does what a NOTIFY asked for.
func (c *Call) remoteControl(event string) {
	ctx, cancel := c.phone.lasting(64 * sip.T1)
	defer cancel()
	switch {
	case event == "hold":
		c.tryTo(func() error { return c.Hold(ctx) })
	case c.answered.fired():
		c.tryTo(func() error { return c.Resume(ctx) })
	default:
		c.tryTo(c.accept)
	}
}

// Hold puts the other side on hold: it is told to send nothing (re-INVITE, sendonly) and hears silence. It returns when the other
// side has agreed; a *StatusError says that it has not.
func (c *Call) Hold(ctx context.Context) error { return c.setHold(ctx, true) }

// Resume takes the other side back from hold.
func (c *Call) Resume(ctx context.Context) error { return c.setHold(ctx, false) }

func (c *Call) setHold(ctx context.Context, held bool) error {
	if !c.answered.fired() {
		return ErrNotAnswered
	}
	c.mu.Lock()
	before := c.session.held
	c.session.held = held
	c.mu.Unlock()
	c.media.holding.Store(held)
	err := c.reoffer(ctx)
	var refusal *StatusError
	if errors.As(err, &refusal) { // everything stays as it was; after another error that is not known
		c.mu.Lock()
		c.session.held = before
		c.mu.Unlock()
		c.media.holding.Store(before)
	}
	return err
}

// reoffer makes an offer in the dialog and returns when it was answered. It goes on when ctx ends, since an INVITE cannot be
// left alone.
func (c *Call) reoffer(ctx context.Context) error {
	result := make(chan error, 1)
	if !c.phone.goWork(func() { result <- c.reofferUntilAgreed() }) { //nolint:contextcheck // on purpose, see above
		return errClosed
	}
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return fmt.Errorf("softphone: offer: %w", ctx.Err())
	}
}

// reofferUntilAgreed makes the offer, again when it met one of the other side's.
func (c *Call) reofferUntilAgreed() error {
	for range maxRounds {
		select {
		case <-c.offering:
		case <-c.ended.ch:
			return ErrEnded
		case <-c.phone.done:
			return errClosed
		}
		err := c.reofferOnce()
		c.offering <- struct{}{}
		var refusal *StatusError
		if !errors.As(err, &refusal) || refusal.Status != sip.StatusRequestPending {
			return err
		}
		c.met.fire()
		select {
		case <-time.After(c.glarePause()):
		case <-c.ended.ch:
			return ErrEnded
		case <-c.phone.done:
			return errClosed
		}
	}
	return errors.New("softphone: the other side is never done with its own offers")
}

func (c *Call) glarePause() time.Duration {
	from, to := time.Duration(0), otherPauseTo
	if c.outgoing {
		from, to = ownerPauseFrom, ownerPauseTo
	}
	const step = 10 * time.Millisecond
	return from + step*time.Duration(rand.Int64N(int64((to-from)/step)+1)) //nolint:gosec // need not be secret
}

// reofferOnce sends a re-INVITE with our offer (RFC 3261 section 14.1), with credentials if they are asked for.
func (c *Call) reofferOnce() error {
	req := c.request(sip.INVITE)
	c.dress(req)
	setSDP(req, c.offer())
	for range maxRounds {
		res, err := c.sendReoffer(req)
		switch {
		case err != nil:
			c.giveUp(err)
			return err
		case res.IsSuccess():
			return c.agreed(req, res)
		case c.canSatisfy(res):
			if req, err = c.satisfy(req, res); err != nil {
				return err
			}
		case res.StatusCode == sip.StatusRequestTimeout || res.StatusCode == sip.StatusCallTransactionDoesNotExists:
			err = statusError(sip.INVITE, res)
			c.giveUp(err) // RFC 3261 section 12.2.1.2: the dialog is gone
			return err
		default:
			return statusError(sip.INVITE, res)
		}
	}
	return errors.New("softphone: the other side never has enough")
}

// sendReoffer sends one INVITE of the dialog and gives its final response.
func (c *Call) sendReoffer(req *sip.Request) (*sip.Response, error) {
	tx, err := c.startInvite(c.phone.life, req)
	if err != nil {
		return nil, err
	}
	deadline := time.After(64 * sip.T1)
	for {
		select {
		case res := <-tx.Responses():
			if !res.IsProvisional() {
				return res, nil
			}
		case <-tx.Done():
			return nil, tx.Err()
		case <-deadline:
			tx.Terminate()
			return nil, errLate
		case <-c.phone.done:
			return nil, errClosed
		}
	}
}

// agreed completes a re-INVITE of ours by its 2xx.
func (c *Call) agreed(req *sip.Request, res *sip.Response) error {
	c.mu.Lock()
	c.dialog.targeted(res)
	p, err := c.session.accept(res.Body())
	c.timer.agreed(res)
	c.mu.Unlock()
	c.sendACK(req, nil)
	if err != nil {
		c.giveUp(err)
		return err
	}
	if !c.ended.fired() {
		c.media.connect(p)
	}
	c.refreshed()
	return nil
}
