package softphone

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// errLate is what ends a call that nobody answers with anything.
var errLate = errors.New("softphone: no final response")

// Call calls a number at the registrar, or a whole "sip:" URI. It returns when the INVITE was sent; the call then lives on until
// it ends by itself or by Hangup, and ctx has no more to say.
func (p *Phone) Call(ctx context.Context, number string) (*Call, error) {
	return p.CallWith(ctx, number, nil)
}

// CallWith calls like Call, with more headers in the INVITE.
func (p *Phone) CallWith(ctx context.Context, number string, extra Headers) (*Call, error) {
	target, err := p.target(number)
	if err != nil {
		return nil, err
	}
	m, err := newMedia(ctx, p.line.host, p.cfg.Tone, p.cfg.Record, p.currentFaults)
	if err != nil {
		return nil, err
	}
	c := newCall(p, m)
	c.outgoing, c.number = true, number
	to := target
	to.UriParams = nil
	c.dialog = dialog{
		callID: newID(), localTag: newTag(), local: p.self(), localName: p.cfg.Display, remote: to, target: target,
	}
	c.key = dialogKey{callID: c.dialog.callID, localTag: c.dialog.localTag}
	c.session = p.newSession(m)
	if !p.add(c) {
		m.close()
		return nil, errors.New("softphone: closed, or no line is free")
	}
	if err := c.dial(ctx, extra); err != nil {
		c.finish(End{By: Nobody, Err: err})
		return nil, err
	}
	return c, nil
}

func (p *Phone) currentFaults() Faults { return *p.faults.Load() }

// newSession makes our side of offer and answer.
func (p *Phone) newSession(m *media) session {
	s := session{id: rand.Uint64() >> 2, //nolint:gosec // need not be secret
		addr: m.announced(p.line.host), laws: p.cfg.Laws, sounded: p.cfg.Sounded || p.currentFaults().NoEvents,
		encrypt: p.cfg.Encrypt, suites: p.cfg.Suites}
	if fake := p.currentFaults().Announce; fake.IsValid() {
		port := fake.Port()
		if port == 0 {
			port = s.addr.Port()
		}
		s.addr = netip.AddrPortFrom(fake.Addr(), port)
	}
	return s
}

// dial sends the first INVITE and leaves the rest to a goroutine.
func (c *Call) dial(ctx context.Context, extra Headers) error {
	req := c.request(sip.INVITE)
	for _, line := range extra {
		req.AppendHeader(sip.NewHeader(line.Name, line.Value))
	}
	c.dress(req)
	if !c.phone.currentFaults().DelayedOffer {
		setSDP(req, c.offer())
	}
	c.invite = req.Clone()
	tx, err := c.startInvite(ctx, req)
	if err != nil {
		return err
	}
	if !c.phone.goWork(func() { c.invited(req, tx) }) { //nolint:contextcheck // the call lives on, see Call
		tx.Terminate()
		return errClosed
	}
	return nil
}

// dress gives an INVITE or its 200 the headers that each of them has.
func (c *Call) dress(m sip.Message) {
	m.AppendHeader(c.phone.contact())
	able := allowed
	if c.phone.currentFaults().NoUpdate {
		able = strings.ReplaceAll(able, ", UPDATE", "")
	}
	m.AppendHeader(sip.NewHeader("Allow", able))
	c.dressTimer(m)
}

// offer makes the next session description that we offer.
func (c *Call) offer() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.phone.body(c.session.offer())
}

// body gives the session description that is sent: the right one, or the wrong one of Faults.
func (p *Phone) body(right []byte) []byte {
	if wrong := p.currentFaults().Body; wrong != nil {
		return wrong
	}
	return right
}

// startInvite starts the client transaction of an INVITE. Each repetition of the 2xx is answered by the same ACK (RFC 3261
// section 13.2.2.4).
func (c *Call) startInvite(ctx context.Context, req *sip.Request) (*sip.ClientTx, error) {
	tx, err := c.phone.line.txl.NewClientTransaction(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("softphone: send INVITE: %w", err)
	}
	seq := req.CSeq().SeqNo
	tx.OnRetransmission(func(*sip.Response) { c.repeatACK(seq) })
	if err := tx.Init(); err != nil {
		tx.Terminate()
		return nil, fmt.Errorf("softphone: send INVITE: %w", err)
	}
	return tx, nil
}

// invited follows our own call from the INVITE to the final response.
func (c *Call) invited(req *sip.Request, tx *sip.ClientTx) {
	for range maxRounds {
		res, err := c.awaitFinal(req, tx)
		switch {
		case err != nil:
			tx.Terminate()
			c.finish(End{By: Nobody, Err: err})
			return
		case res.IsSuccess():
			c.taken(req, res)
			return
		case !c.hangup.fired() && c.canSatisfy(res):
			if req, err = c.satisfy(req, res); err == nil {
				tx, err = c.startInvite(c.phone.life, req)
			}
			if err != nil {
				c.refused(res, err)
				return
			}
		default:
			c.refused(res, nil)
			return
		}
	}
	c.finish(End{By: Nobody, Err: errors.New("softphone: the other side never has enough")})
}

// canSatisfy tells whether a response to an INVITE asks for the same INVITE with something more.
func (c *Call) canSatisfy(res *sip.Response) bool {
	return challenged(res) || res.StatusCode == statusIntervalTooSmall && c.phone.cfg.Session > 0
}

// satisfy makes the INVITE that such a response asks for.
func (c *Call) satisfy(req *sip.Request, res *sip.Response) (*sip.Request, error) {
	next := c.phone.again(req, c.nextSeq())
	if challenged(res) {
		return next, c.phone.authorize(next, res)
	}
	return next, c.lengthen(next, res)
}

// refused ends the call by a final response.
func (c *Call) refused(res *sip.Response, err error) {
	end := End{By: Remote, Status: res.StatusCode, Reason: res.Reason}
	var refusal *StatusError
	if err != nil && !errors.As(err, &refusal) {
		end.Err = err
	}
	if c.hangup.fired() && res.StatusCode == sip.StatusRequestTerminated {
		end.By, end.Method = Local, "CANCEL"
	}
	c.finish(end)
}

// awaitFinal takes the responses to an INVITE until the final one, and sends CANCEL when the call shall end.
func (c *Call) awaitFinal(req *sip.Request, tx *sip.ClientTx) (*sip.Response, error) {
	hangup := c.hangup.ch
	var proceeding, cancelling bool
	var deadline <-chan time.Time
	for {
		select {
		case res := <-tx.Responses():
			c.note(res)
			if !res.IsProvisional() {
				return res, nil
			}
			proceeding = true
		case <-hangup:
			hangup, cancelling = nil, true
			deadline = time.After(64 * sip.T1) // RFC 3261 section 9.1: then it is taken for cancelled
		case <-deadline:
			return nil, errLate
		case <-tx.Done():
			return nil, tx.Err()
		case <-c.phone.done:
			return nil, errClosed
		}
		// CANCEL must not be sent before a provisional response has come (RFC 3261 section 9.1).
		if cancelling && proceeding {
			cancelling = false
			c.cancel(req)
		}
	}
}

// note takes notice of a response to our INVITE.
func (c *Call) note(res *sip.Response) {
	c.mu.Lock()
	c.statuses = append(c.statuses, res.StatusCode)
	if res.IsProvisional() && res.StatusCode > sip.StatusTrying && hasSDP(res) {
		if p, err := c.session.accept(res.Body()); err == nil {
			p.send = false // until it is answered we listen: ring-back, announcements
			c.early = &p
		}
	}
	early := c.early
	c.mu.Unlock()
	if early != nil && res.IsProvisional() {
		c.media.connect(*early)
	}
	if res.StatusCode == sip.StatusRinging || res.StatusCode == sip.StatusSessionInProgress {
		c.ringing.fire()
	}
}

// cancel sends CANCEL for an INVITE (RFC 3261 section 9.1). What comes of it is the INVITE's final response.
func (c *Call) cancel(invite *sip.Request) {
	req := sip.NewRequest(sip.CANCEL, invite.Recipient)
	req.AppendHeader(sip.HeaderClone(invite.Via()))
	sip.CopyHeaders("Route", invite, req)
	for _, name := range []string{"Max-Forwards", "From", "To", "Call-ID"} {
		sip.CopyHeaders(name, invite, req)
	}
	req.AppendHeader(&sip.CSeqHeader{SeqNo: invite.CSeq().SeqNo, MethodName: sip.CANCEL})
	req.SetBody(nil)
	req.SetTransport(invite.Transport())
	req.Laddr = invite.Laddr
	req.SetDestination(invite.Destination())
	c.phone.goWork(func() {
		ctx, cancel := c.phone.lasting(64 * sip.T1)
		defer cancel()
		if _, err := c.phone.transact(ctx, req); err != nil {
			c.phone.log.Debug("CANCEL was not answered", "err", err)
		}
	})
}

// taken completes our own call by the 2xx.
func (c *Call) taken(invite *sip.Request, res *sip.Response) {
	c.mu.Lock()
	c.dialog.answeredBy(res)
	if sip.IsReliable(sip.NetworkToLower(res.Transport())) {
		c.dialog.flow = res.Source()
	}
	body, p, err := c.agree(invite, res)
	c.timer.agreed(res)
	c.mu.Unlock()
	c.sendACK(invite, body)
	if err != nil || c.hangup.fired() {
		// The answer crossed our CANCEL, or cannot be used: it stands, and is ended at once (RFC 3261 section 13.2.2.4).
		c.giveUp(err)
		return
	}
	c.media.connect(p)
	c.answered.fire()
	c.startTimer()
}

// agree joins the session descriptions of an INVITE of ours and its 2xx: the answer in the 2xx, or the one that came early; or
// our answer, for the ACK, if the INVITE had no offer. The caller holds c.mu.
func (c *Call) agree(invite *sip.Request, res *sip.Response) (ackBody []byte, p peer, err error) {
	switch {
	case !hasSDP(invite) && hasSDP(res):
		ackBody, p, err = c.session.answer(res.Body())
		return c.phone.body(ackBody), p, err
	case hasSDP(res):
		p, err = c.session.accept(res.Body())
		return nil, p, err
	case c.early != nil:
		p = *c.early
		p.send = true
		return nil, p, nil
	default:
		return nil, p, errNoSound
	}
}

// sendACK acknowledges the 2xx to an INVITE of ours and keeps the ACK for repetitions.
func (c *Call) sendACK(invite *sip.Request, body []byte) {
	if c.phone.currentFaults().DropACK {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	ack := c.phone.newRequest(sip.ACK, c.dialog.target, &c.dialog, invite.CSeq().SeqNo)
	for _, name := range []string{"Authorization", "Proxy-Authorization"} { // RFC 3261 section 22.1
		sip.CopyHeaders(name, invite, ack)
	}
	if body != nil {
		setSDP(ack, body)
	}
	c.ack = ack
	c.writeACK()
	c.confirmed.fire()
}

// repeatACK sends the ACK again, if it is that of the INVITE with the given number.
func (c *Call) repeatACK(seq uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ack != nil && c.ack.CSeq().SeqNo == seq {
		c.writeACK()
	}
}

// writeACK sends the ACK. The caller holds c.mu.
func (c *Call) writeACK() {
	if err := c.phone.line.tpl.WriteMsg(c.ack); err != nil {
		c.phone.log.Debug("ACK was not sent", "err", err)
	}
}
