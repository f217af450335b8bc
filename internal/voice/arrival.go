package voice

import (
	"time"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
)

// arrival is what an arrived leg has besides: the INVITE that began it.
type arrival struct {
	req     *sip.Request
	tx      *sip.ServerTx
	alerted *timer // repeats the 180
	orders  *timer // runs until the center says anything
}

// alertAgain is how often a provisional response is repeated, so that no proxy gives the call up (RFC 3261 section 13.3.1.1).
const alertAgain = time.Minute

// arrive begins an arrived leg: 100 at once, a place for its sound, and the center is told.
func (l *leg) arrive(req *sip.Request, tx *sip.ServerTx, who caller, to string) {
	if l.stage == ending { // the server stops
		l.s.unavailable(req, tx)
		return
	}
	l.arrival = &arrival{req: req, tx: tx}
	l.dialog = answeredDialog(req, to)
	l.dialog.trunk = who.trunk
	l.dialog.phone = who.phone != ""
	l.informs.Store(who.trunk != nil && who.trunk.InfoDigits)
	l.s.legs.enter(dialogKey{l.dialog.callID, tagOf(l.dialog.local.Params)}, l)
	l.s.respond(tx, l.s.response(req, sip.StatusTrying, "Trying"))
	if !l.watchCaller() {
		l.finish()
		return
	}
	sound, err := l.newSound(0, l.dialog.peer, who.encryption)
	if err != nil {
		l.log.Error("no sound for a call", "error", err)
		l.refuse(center.CauseShutdown) // 503: the caller may try elsewhere
		l.finish()
		return
	}
	l.sound = sound
	cmd := center.CallArrived{Leg: l.key.id, Phone: who.phone, From: who.number, To: to}
	if who.trunk != nil {
		cmd.Trunk = who.trunk.Name
		d := who.trunk.readDiversion(req)
		cmd.Dialled, cmd.Diverted = d.first, d.last
	}
	l.log = l.log.With("call_id", printable(l.dialog.callID, 80))
	l.log.Info("call arrived", "phone", who.phone, "trunk", cmd.Trunk, "from", who.number, "to", to, "source", req.Source())
	l.tell(cmd)
	l.arrival.orders = l.mail.after(l.s.cfg.noOrders, l.unattended)
}

// unattended lets a caller go for whom the center has no order at all: it does not run.
func (l *leg) unattended() {
	if l.stage == setup {
		l.log.Error("center gives no order for a call")
		l.refuse(center.CauseShutdown)
		l.end(center.CauseFailed)
	}
}

// attended notes an order of the center.
func (a *arrival) attended() {
	a.alerted.stop()
	a.orders.stop()
}

// watchCaller sees to it that a CANCEL, or the end of the caller's connection, ends the leg. It returns false if it has come already.
// The stack answers the CANCEL, and the INVITE with 487; it calls while it holds the transaction's lock.
func (l *leg) watchCaller() bool {
	tx := l.arrival.tx
	gone := func() {
		if l.stage == setup {
			l.arrival.attended()
			l.end(center.CauseHungUp)
		}
	}
	return tx.OnCancel(func(*sip.Request) { l.mail.post(gone) }) && tx.OnTerminate(func(string, error) { l.mail.post(gone) })
}

// alert carries out the center's Alert: 180.
func (l *leg) alert() {
	if l.stage != setup || l.arrival == nil {
		return
	}
	l.arrival.attended()
	l.s.respond(l.arrival.tx, l.early(sip.StatusRinging, "Ringing"))
	l.arrival.alerted = l.mail.after(alertAgain, l.alert)
}

// early makes a response that begins, or is within, the dialog: with our tag and Contact.
func (l *leg) early(code int, reason string) *sip.Response {
	res := l.s.response(l.arrival.req, code, reason)
	res.To().Params.Add("tag", tagOf(l.dialog.local.Params))
	res.AppendHeader(l.dialog.contact(l.s, l.dialog.peer))
	return withAllow(res)
}

// refuse answers the INVITE of a leg that is not answered.
func (l *leg) refuse(cause center.Cause) { l.refuseWith(statusOf(cause)) }

func (l *leg) refuseWith(code int, reason string) {
	l.arrival.attended()
	res := l.s.response(l.arrival.req, code, reason)
	res.To().Params.Add("tag", tagOf(l.dialog.local.Params))
	if code == sip.StatusServiceUnavailable {
		res.AppendHeader(sip.NewHeader("Retry-After", retryAfter))
	}
	l.s.respond(l.arrival.tx, res)
}

// answer carries out the center's AnswerLeg: 200 with our side of the session.
func (l *leg) answer() {
	if l.stage != setup || l.arrival == nil {
		return
	}
	l.arrival.attended()
	req := l.arrival.req
	var body []byte
	if len(req.Body()) == 0 { // RFC 3261 section 13.2.1: the offer is ours then, and the answer comes with the ACK
		body = l.sound.offer()
	} else {
		var err error
		if body, err = l.sound.answer(req.Body(), signalling(req)); err != nil {
			l.log.Warn("call cannot be answered", "error", err)
			l.refuse(center.CauseFailed)
			l.end(center.CauseFailed)
			return
		}
	}
	res := l.early(sip.StatusOK, "OK")
	l.beginSession(req, res)
	withSDP(res, body)
	l.stage = talking
	if !l.confirm(l.arrival.tx, res, req, len(req.Body()) == 0) {
		// A CANCEL was faster: its message is in the mailbox, but the leg would not take it for one any more.
		l.end(center.CauseHungUp)
		return
	}
	l.noteHold()
}
