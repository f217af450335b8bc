package voice

import (
	"encoding/hex"
	"time"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
)

// attemptState says how far an attempt has come.
type attemptState int

const (
	stateCalling    attemptState = iota // nothing heard yet; an INVITE in this state cannot be cancelled (RFC 3261 section 9.1)
	stateProceeding                     // a provisional response came
	stateRinging                        // 180 or 183 came
	stateWon                            // answered, and the leg
	stateOver
)

// attempt is one INVITE of a ring, with its own dialog and sound.
type attempt struct {
	r      *ring
	n      int
	target target
	auto   bool // with the headers by which phones answer by themselves

	rank       attemptState
	dialog     *dialog
	sound      *sound
	req        *sip.Request
	asked      time.Duration // Session-Expires
	early      string        // tag of the party whose session a provisional response had; "" = none
	challenged int           // challenges answered, to this session interval
	lengthened int           // how often a longer one was asked for
	failed     bool          // the ring was told
	elsewhere  bool          // it failed for its trunk's sake, and the ring goes on by another
	cancelled  bool          // is to be cancelled, as soon as that can be
	canceling  bool          // CANCEL was sent
	onOver     func(status int) bool
	silence    *timer // no response at all
	patience   *timer // no final response after CANCEL
	endTx      func()
}

// begin sends the INVITE. It counts in the leg's open until its final response is dealt with.
func (a *attempt) begin() {
	l := a.r.l
	l.open++
	sound, err := l.newSound(a.n, a.target.peer, a.target.policy())
	if err != nil {
		l.log.Error("no sound for a call", "error", err)
		a.over(center.CauseFailed)
		return
	}
	a.sound = sound
	a.dialog = a.newDialog()
	l.s.legs.enter(dialogKey{a.dialog.callID, tagOf(a.dialog.local.Params)}, l)
	a.asked = max(l.s.settings().SessionExpires, 0)
	a.send(a.invite())
	a.silence = l.mail.after(l.s.settings().NoResponse, a.unheard)
}

// send sends an INVITE of the attempt. Its transaction's responses come to response, in the leg's goroutine.
func (a *attempt) send(req *sip.Request) {
	l := a.r.l
	a.req, a.early = req, ""
	on := func(res *sip.Response, err error) { l.mail.post(func() { a.response(req, res, err) }) }
	again := func(res *sip.Response) { l.mail.offer(func() { a.again(res) }) }
	a.endTx = l.s.transact(req, on, again)
}

func (a *attempt) newDialog() *dialog {
	s, order, to := a.r.l.s, a.r.order, a.target.peer
	user := order.Caller
	if a.target.trunk != nil && a.target.trunk.Username != "" {
		user = a.target.trunk.Username // the account that carriers look for in Contact
	}
	d := &dialog{callID: newTag() + "@" + hostText(s.hostFor(to.addr.Addr())), user: user, target: *a.target.uri.Clone(), peer: to,
		phone: a.target.trunk == nil, trunk: a.target.trunk}
	d.local = sip.FromHeader{DisplayName: displayText(order.Display), Address: s.ourURI(order.Caller, to)}
	if t := a.target.trunk; t != nil {
		d.local = s.showFrom(t, t.shows(order.Caller), order.Display, to)
	} else if order.Caller == "" || order.Caller == anonymous {
		d.local = anonymousFrom()
	}
	d.local.Address.UriParams = nil
	d.local.Params.Add("tag", newTag())
	d.remote = sip.ToHeader{Address: *a.target.uri.Clone()}
	d.remote.Address.UriParams = nil
	return d
}

// invite makes the INVITE.
func (a *attempt) invite() *sip.Request {
	s, order := a.r.l.s, a.r.order
	req := a.dialog.request(s, methodInvite)
	req.AppendHeader(sip.NewHeader("Allow", allowed))
	s.askSession(req, a.asked, "")
	if a.lengthened > 0 { // RFC 4028 section 7.3: no proxy on the way is to shorten it again
		req.RemoveHeader("Min-SE")
		req.AppendHeader(sip.NewHeader("Min-SE", seconds(a.asked)))
	}
	if a.target.trunk == nil {
		if order.Caller != "" && order.Caller != anonymous { // our own phones trust us (RFC 3325)
			uri := s.ourURI(order.Caller, a.target.peer)
			req.AppendHeader(sip.NewHeader("P-Asserted-Identity", "<"+uri.String()+">"))
		}
		if order.Call != "" {
			req.AppendHeader(sip.NewHeader("X-Call-ID", printable(string(order.Call), 64)))
		}
	} else {
		s.identify(req, a.target.trunk, a.target.trunk.shows(order.Caller), a.target.peer)
		s.divert(req, a.target.trunk, order.Diverted, a.target.peer)
	}
	if order.UUI != "" { // RFC 7433
		const longest = 1024
		uui := order.UUI[:min(len(order.UUI), longest)]
		req.AppendHeader(sip.NewHeader("User-to-User", hex.EncodeToString([]byte(uui))+";encoding=hex"))
	}
	if a.auto {
		a.askToAnswer(req)
	}
	withSDP(req, a.offer())
	return req
}

func (a *attempt) offer() []byte {
	if a.sound.told != nil {
		return a.sound.again()
	}
	return a.sound.offer()
}

// unheard counts a phone that says nothing as unreachable. Its transaction goes on: should the phone be heard later, it is cancelled, or
// has its chance while others ring.
func (a *attempt) unheard() {
	if a.rank != stateCalling || a.cancelled {
		return
	}
	a.r.l.log.Info("no response to INVITE", "to", a.target.peer.addr)
	if a.leave(); a.elsewhere { // should its far side be heard after all, it is cancelled, or gets ACK and BYE
		a.cancel()
		a.mute()
	}
	a.fail(center.CauseUnreachable)
}

// fail tells the ring that it need not wait for this attempt.
func (a *attempt) fail(cause center.Cause) {
	if !a.failed {
		a.failed = true
		a.r.lost(cause)
	}
}

// response takes a response to the attempt's INVITE, or the end of its transaction.
func (a *attempt) response(req *sip.Request, res *sip.Response, err error) {
	if a.rank >= stateWon || req != a.req {
		return
	}
	a.silence.stop()
	switch {
	case res == nil:
		a.r.l.log.Info("INVITE without an end", "to", a.target.peer.addr, "error", err)
		a.leave()
		a.over(center.CauseUnreachable)
	case res.IsProvisional():
		a.provisional(res)
	case res.IsSuccess():
		a.success(res)
	default:
		a.failure(res)
	}
}

func (a *attempt) provisional(res *sip.Response) {
	a.rank = max(a.rank, stateProceeding)
	if a.cancelled {
		a.cancel()
		return
	}
	a.failed = false
	if res.StatusCode != sip.StatusRinging && res.StatusCode != sip.StatusSessionInProgress {
		return
	}
	a.rank = stateRinging
	if res.To() != nil && tagOf(res.To().Params) != "" {
		a.dialog.learn(res)
	}
	a.r.rings(a.heardEarly(res))
	if a.r.talk {
		a.talk()
	}
}

// heardEarly takes the session of a provisional response of a trunk: what carriers announce, or their ring-back tone (RFC 3960).
func (a *attempt) heardEarly(res *sip.Response) bool {
	if a.target.trunk == nil || a.sound == nil || a.r.over || !isSDP(res) {
		return false
	}
	if err := a.sound.accept(res.Body(), sourceOf(res).Addr()); err != nil {
		a.r.l.log.Info("early media cannot be used", "error", err)
		return false
	}
	a.early = tagOf(res.To().Params)
	a.r.l.s.rooms.settle(a.r.l.key, a.sound.leg.ID())
	return true
}

// success takes the 200: the first one of the ring wins. Whatever comes of it, it is acknowledged.
func (a *attempt) success(res *sip.Response) {
	l := a.r.l
	a.patience.stop()
	if res.To() == nil || tagOf(res.To().Params) == "" {
		a.over(center.CauseFailed) // nothing that could be acknowledged or ended
		return
	}
	a.dialog.learn(res)
	l.acknowledge(a.dialog, res)
	if a.r.over || a.elsewhere {
		l.sayBye(a.dialog)
		a.over(center.CauseFailed)
		return
	}
	if err := a.answered(res); err != nil {
		l.log.Warn("answer cannot be used", "error", err)
		l.sayBye(a.dialog)
		a.over(center.CauseFailed)
		return
	}
	a.win(res)
}

// answered takes the session of the 200. One without a session counts with that of the same party's 183: strictly it may be left out only where
// the 183 was sent reliably (RFC 3261 section 13.2.1), and gateways leave it out all the same.
func (a *attempt) answered(res *sip.Response) error {
	if len(res.Body()) == 0 && a.early != "" && a.early == tagOf(res.To().Params) {
		return nil
	}
	return a.sound.accept(res.Body(), sourceOf(res).Addr())
}

// win makes the attempt the leg.
func (a *attempt) win(res *sip.Response) {
	l, r := a.r.l, a.r
	a.rank = stateWon
	l.open--
	l.stage, l.dialog, l.sound = talking, a.dialog, a.sound
	l.informs.Store(a.target.trunk != nil && a.target.trunk.InfoDigits)
	r.cancelAll()
	l.hideKeys()
	l.s.rooms.settle(l.key, a.sound.leg.ID())
	l.agreeSession(res, a.asked)
	l.log.Info("leg answered", "by", a.target.peer.addr)
	l.tell(center.LegAnswered{Leg: l.key.id})
	l.noteHold()
}

// again takes another 2xx to an INVITE that had one. From the same party: our ACK was lost. From another (a proxy between has forked):
// it is too late, and gets ACK and BYE.
func (a *attempt) again(res *sip.Response) {
	if res.To() == nil || a.dialog == nil {
		return
	}
	if tagOf(res.To().Params) == tagOf(a.dialog.remote.Params) {
		a.r.l.acknowledge(a.dialog, res)
		return
	}
	other := *a.dialog
	other.remote = *sip.HeaderClone(&a.dialog.remote).(*sip.ToHeader)
	other.learn(res)
	a.r.l.acknowledge(&other, res)
	a.r.l.sayBye(&other)
}

// failure takes a final response that is none to be glad of. A trunk's challenge is answered, and a demand for a longer session
// interval is met.
func (a *attempt) failure(res *sip.Response) {
	a.patience.stop()
	if !a.cancelled && !a.r.over {
		if req, ok := a.retry(res); ok {
			a.rank = stateCalling
			a.send(req)
			return
		}
	}
	if a.onOver != nil && a.onOver(res.StatusCode) {
		return
	}
	rang := a.rank == stateRinging
	if failsTrunk(res.StatusCode, rang) {
		a.leave()
	}
	a.over(causeOf(res.StatusCode, rang))
}

// retry makes the INVITE anew for a response that asks for it. Twice at most for each of both reasons: a nonce may be stale, and two proxies on
// the way may have wishes. A longer interval makes a new request, which is challenged anew.
func (a *attempt) retry(res *sip.Response) (*sip.Request, bool) {
	const most = 2
	s := a.r.l.s
	if a.target.trunk != nil && a.challenged < most {
		if req, ok := authorize(a.req, res, a.target.trunk); ok {
			a.challenged++
			a.dialog.sent++
			req.CSeq().SeqNo = a.dialog.sent
			s.address(req, a.target.peer)
			return req, true
		}
	}
	if res.StatusCode == intervalTooSmall && a.lengthened < most {
		if asked := minSE(res); asked > a.asked {
			a.lengthened++
			a.challenged = 0
			a.asked = asked
			a.dialog.unlearn(a.target)
			return a.invite(), true
		}
	}
	return nil, false
}

// cancel ends the attempt: by CANCEL, as soon as a provisional response allows it.
func (a *attempt) cancel() {
	if a.rank >= stateWon {
		return
	}
	a.cancelled = true
	a.silence.stop()
	if a.rank == stateCalling || a.canceling {
		return
	}
	a.canceling = true
	l := a.r.l
	l.s.transact(cancelOf(a.req), func(*sip.Response, error) {}, nil)
	// RFC 3261 section 9.1: without a final response, the transaction counts as cancelled after 64*T1.
	a.patience = l.mail.after(64*sip.T1, a.endTx)
}

// cancelOf makes the CANCEL of an INVITE (RFC 3261 section 9.1).
func cancelOf(invite *sip.Request) *sip.Request {
	req := sip.NewRequest(methodCancel, *invite.Recipient.Clone())
	for _, name := range []string{"Via", "Route", "Max-Forwards", "From", "To", "Call-ID"} {
		for _, h := range invite.GetHeaders(name) {
			req.AppendHeader(sip.HeaderClone(h))
		}
	}
	req.AppendHeader(&sip.CSeqHeader{SeqNo: invite.CSeq().SeqNo, MethodName: methodCancel})
	req.SetBody(nil)
	req.SetTransport(invite.Transport())
	req.SetDestination(invite.Destination())
	req.Laddr = invite.Laddr
	return req
}

// over ends an attempt that did not win.
func (a *attempt) over(cause center.Cause) {
	if a.rank >= stateWon {
		return
	}
	a.rank = stateOver
	a.silence.stop()
	a.patience.stop()
	a.mute()
	a.r.l.open--
	a.fail(cause)
}

// mute ends the sound of an attempt that cannot win any more, and gives its place on its trunk back.
func (a *attempt) mute() {
	if a.rank == stateWon {
		return
	}
	a.target.place.giveBack()
	if a.sound != nil {
		a.sound.leg.Close()
		a.sound = nil
	}
}
