package softphone

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/emiago/sipgo/sip"
)

// errNoACK is what ends a call whose 200 is never acknowledged.
var errNoACK = errors.New("softphone: no ACK")

// incoming is how a call that came in is answered.
type incoming struct {
	req       *sip.Request
	tx        *sip.ServerTx
	cancelled latch
	reason    string // of the CANCEL; written before cancelled fires
	wait      *ackWait
	answer    *sip.Response // the 200, written before Call.answered fires
	early     []byte        // the description that was given before the answer, which repeats it; guarded by Call.mu
	// late: the transaction was given up so that CANCEL does not end it (Faults.AnswerLate); responses go out without it.
	late bool
}

// respond sends a response to the INVITE.
func (c *Call) respond(res *sip.Response) error {
	in := c.incoming
	if in.late {
		if err := c.phone.line.tpl.WriteMsg(res); err != nil {
			return fmt.Errorf("softphone: respond: %w", err)
		}
		return nil
	}
	if err := in.tx.Respond(res); err != nil {
		return fmt.Errorf("softphone: respond: %w", err)
	}
	return nil
}

// response makes a response within the dialog.
func (c *Call) response(req *sip.Request, status int) *sip.Response {
	res := response(req, status)
	if status > sip.StatusTrying {
		res.To().Params.Add("tag", c.key.localTag)
	}
	return res
}

// invited takes a new call in. It returns when the INVITE's transaction is over.
func (p *Phone) invited(req *sip.Request, tx *sip.ServerTx) {
	faults := p.currentFaults()
	if faults.IgnoreINVITE {
		return
	}
	m, err := newMedia(p.life, p.line.host, p.cfg.Tone, p.cfg.Record, p.currentFaults)
	if err != nil {
		p.log.Error("call not taken", "err", err)
		p.respond(tx, response(req, sip.StatusInternalServerError))
		return
	}
	m.quit.Store(p.line.unplugged.Load())
	c := newCall(p, m)
	c.invite = req.Clone()
	c.number = req.From().Address.User
	c.incoming = &incoming{req: req, tx: tx, cancelled: newLatch(), late: faults.AnswerLate}
	c.dialog.calledBy(req)
	c.dialog.localName = p.cfg.Display
	c.key = dialogKey{callID: c.dialog.callID, localTag: c.dialog.localTag}
	c.session = p.newSession(m)
	c.timer.asked(req, p.cfg.Session)
	if hasSDP(req) {
		if _, err := parseDescription(req.Body()); err != nil {
			p.log.Debug("call not taken", "err", err)
			p.respond(tx, c.response(req, sip.StatusNotAcceptableHere))
			m.close()
			return
		}
	}
	if !p.add(c) {
		p.respond(tx, c.response(req, sip.StatusBusyHere))
		m.close()
		return
	}
	if !tx.OnCancel(c.withdraw) {
		c.withdraw(nil)
	}
	// At once, as phones do. sipgo would send it after 200 ms, but forgets to if the INVITE is repeated before.
	c.tryTo(func() error { return c.respond(c.response(req, sip.StatusTrying)) })
	p.publish(c)
	c.attend()
}

// decide settles what becomes of the call; false when that is settled already.
func (c *Call) decide(what int32) bool { return c.decision.CompareAndSwap(undecided, what) }

// withdraw takes notice that the caller has given up. It runs inside sipgo's transaction, so it must not wait.
func (c *Call) withdraw(req *sip.Request) {
	if !c.decide(withdrawn) {
		return
	}
	if req != nil {
		c.incoming.reason = valueOf(req, "Reason")
	}
	c.incoming.cancelled.fire()
}

// attend does what the phone does by itself for a call that came in, until it is answered and acknowledged or has ended.
func (c *Call) attend() {
	in := c.incoming
	over := in.tx.Done()
	if in.late {
		in.tx.Terminate()
		over = nil
		c.tryTo(c.Ring) // a provisional response keeps the caller from sending the INVITE again
	}
	pickUp, repeat := c.begin()
	defer repeat.Stop()
	for {
		select {
		case <-pickUp:
			c.tryTo(c.accept)
		case <-repeat.C:
			c.tryTo(c.ringAgain)
		case <-c.answered.ch:
			c.confirm()
			return
		case <-in.cancelled.ch:
			c.finish(End{By: Remote, Method: "CANCEL", Reason: in.reason})
			return
		case <-over: // the transaction broke: nothing can be answered any more
			over = nil
			if c.decide(withdrawn) {
				c.finish(End{By: Nobody, Err: in.tx.Err()})
			}
		case <-c.ended.ch:
			return
		case <-c.phone.done:
			return
		}
	}
}

// begin starts what the phone does by itself: it gives the time at which to pick up (nil: never) and that of repeated 180.
func (c *Call) begin() (pickUp <-chan time.Time, repeat *time.Ticker) {
	p := c.phone
	repeat = time.NewTicker(time.Hour)
	repeat.Stop()
	if every := p.currentFaults().Repeat180; every > 0 {
		repeat.Reset(every)
	}
	switch p.cfg.Answer {
	case Immediately:
		if p.cfg.RingFor > 0 {
			c.tryTo(c.Ring)
		}
		return time.After(p.cfg.RingFor), repeat
	case OnRequest:
		after, asked := autoAnswer(c.invite)
		if !asked || after > 0 {
			c.tryTo(c.Ring)
		}
		if asked {
			return time.After(after), repeat
		}
	}
	return nil, repeat
}

// tryTo does what may come too late, for instance because CANCEL came first.
func (c *Call) tryTo(do func() error) {
	if err := do(); err != nil {
		c.phone.log.Debug("call went another way", "call_id", c.key.callID, "err", err)
	}
}

// Ring tells the caller that the phone rings (180).
func (c *Call) Ring() error {
	if c.outgoing {
		return ErrOutgoing
	}
	if c.decision.Load() != undecided {
		return ErrDecided
	}
	res := c.response(c.incoming.req, sip.StatusRinging)
	res.AppendHeader(c.phone.contact())
	if err := c.respond(res); err != nil {
		return err
	}
	c.ringing.fire()
	return nil
}

// Announce tells the caller that the phone rings, and lets him hear what the call says from now on (183 with a session description), as a
// carrier does with its announcements.
func (c *Call) Announce() error {
	if c.outgoing {
		return ErrOutgoing
	}
	if c.decision.Load() != undecided {
		return ErrDecided
	}
	in := c.incoming
	res := c.response(in.req, sip.StatusSessionInProgress)
	res.AppendHeader(c.phone.contact())
	c.mu.Lock()
	body, agreed, err := c.session.answer(in.req.Body())
	in.early = body
	c.mu.Unlock()
	if err != nil {
		return err
	}
	setSDP(res, c.phone.body(body))
	c.media.connect(agreed)
	if err := c.respond(res); err != nil {
		return err
	}
	c.ringing.fire()
	return nil
}

// ringAgain repeats 180 while it rings.
func (c *Call) ringAgain() error {
	if !c.ringing.fired() {
		return nil
	}
	return c.Ring()
}

// Answer answers the call (200) and returns when the caller has acknowledged it.
func (c *Call) Answer(ctx context.Context) error {
	if err := c.accept(); err != nil {
		return err
	}
	select {
	case <-c.confirmed.ch:
		return nil
	case <-c.ended.ch:
		return fmt.Errorf("%w: %v", ErrEnded, c.EndReason())
	case <-ctx.Done():
		return fmt.Errorf("softphone: answer: %w", ctx.Err())
	}
}

// accept sends the 200.
func (c *Call) accept() error {
	if c.outgoing {
		return ErrOutgoing
	}
	if !c.decide(accepting) {
		return ErrDecided
	}
	return c.sendAccept()
}

// sendAccept sends the 200 with the answer to the INVITE's offer, or with an offer if it had none.
func (c *Call) sendAccept() error {
	in := c.incoming
	res := c.response(in.req, sip.StatusOK)
	c.dress(res)
	c.mu.Lock()
	var agreed *peer
	var body []byte
	var err error
	switch {
	case in.early != nil:
		body = in.early
	case hasSDP(in.req):
		agreed = new(peer)
		body, *agreed, err = c.session.answer(in.req.Body())
	default:
		body = c.session.offer()
	}
	in.wait, in.answer = c.expectACK(in.req), res
	c.mu.Unlock()
	if err != nil {
		c.tryTo(func() error { return c.respond(c.response(in.req, sip.StatusNotAcceptableHere)) })
		c.finish(End{By: Local, Status: sip.StatusNotAcceptableHere, Err: err})
		return err
	}
	setSDP(res, c.phone.body(body))
	if agreed != nil {
		c.media.connect(*agreed)
	}
	if err := c.respond(res); err != nil {
		c.unanswered(err)
		return err
	}
	c.answered.fire()
	return nil
}

// unanswered ends a call whose 200 could not be sent, mostly because CANCEL was handled at the same moment. sipgo has then
// taken our 200 for the response that it repeats, so the right one is given back to it.
func (c *Call) unanswered(err error) {
	end := End{By: Nobody, Err: err}
	if errors.Is(err, sip.ErrTransactionCanceled) {
		_ = c.respond(c.response(c.incoming.req, sip.StatusRequestTerminated)) // gives the same error again
		end = End{By: Remote, Method: "CANCEL"}
	}
	c.finish(end)
}

// confirm repeats the 200 to the first INVITE until its ACK comes.
func (c *Call) confirm() {
	in := c.incoming
	if !c.untilACK(in.wait, func() error { return c.respond(in.answer) }) {
		return
	}
	if !hasSDP(in.req) && !c.answeredInACK(in.wait) {
		return
	}
	c.confirmed.fire()
	c.startTimer()
}

// Reject refuses the call with a final response of 300 to 699.
func (c *Call) Reject(status int) error {
	if c.outgoing {
		return ErrOutgoing
	}
	if status < 300 || status > 699 {
		return fmt.Errorf("softphone: %d does not refuse a call", status)
	}
	if !c.decide(rejected) {
		return ErrDecided
	}
	err := c.respond(c.response(c.incoming.req, status))
	c.finish(End{By: Local, Status: status, Reason: reasonOf(status), Err: err})
	return err
}

// cancelled takes in a CANCEL that cancels no transaction: it came too late, or the phone answers late on purpose.
func (p *Phone) cancelled(req *sip.Request, tx *sip.ServerTx) {
	for _, c := range p.Calls() {
		if c.incoming == nil || !c.incoming.late || c.key.callID != req.CallID().Value() {
			continue
		}
		p.respond(tx, response(req, sip.StatusOK))
		c.tryTo(c.accept)
		return
	}
	p.respond(tx, response(req, sip.StatusCallTransactionDoesNotExists))
}

// expectACK makes the call know the ACK to the 2xx to an INVITE. The caller holds c.mu.
func (c *Call) expectACK(req *sip.Request) *ackWait {
	wait := &ackWait{latch: newLatch()}
	c.acks[req.CSeq().SeqNo] = wait
	return wait
}

// acknowledged takes an ACK in.
func (c *Call) acknowledged(req *sip.Request) {
	c.mu.Lock()
	seq := req.CSeq().SeqNo
	wait := c.acks[seq]
	delete(c.acks, seq)
	c.mu.Unlock()
	if wait == nil {
		return // a repetition
	}
	if hasSDP(req) {
		wait.body = req.Body()
	}
	wait.fire()
}

// untilACK repeats a 2xx to INVITE until its ACK comes: first after T1, then twice as long each time up to T2, over any
// transport (RFC 3261 section 13.3.1.4). After 64*T1 without it the call is ended by BYE.
func (c *Call) untilACK(wait *ackWait, repeat func() error) bool {
	pause := sip.T1
	timer := time.NewTimer(pause)
	defer timer.Stop()
	deadline := time.NewTimer(64 * sip.T1)
	defer deadline.Stop()
	for {
		select {
		case <-wait.ch:
			return true
		case <-c.ended.ch:
			return false
		case <-c.phone.done:
			return false
		case <-timer.C:
			c.tryTo(repeat)
			pause = min(2*pause, sip.T2)
			timer.Reset(pause)
		case <-deadline.C:
			c.giveUp(errNoACK)
			return false
		}
	}
}

// answeredInACK takes the answer to an offer that our 2xx made; without a good one the call is ended.
func (c *Call) answeredInACK(wait *ackWait) bool {
	c.mu.Lock()
	p, err := c.session.accept(wait.body)
	c.mu.Unlock()
	if err != nil {
		c.giveUp(err)
		return false
	}
	c.media.connect(p)
	return true
}

// giveUp ends an answered call by BYE for a reason of our own.
func (c *Call) giveUp(reason error) {
	ctx, cancel := c.phone.lasting(64 * sip.T1)
	defer cancel()
	c.tryTo(func() error { return c.bye(ctx, End{By: Local, Method: "BYE", Err: reason}) })
}
