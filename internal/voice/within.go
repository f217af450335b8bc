package voice

import (
	"bytes"
	"strings"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
)

// request works on a request within a dialog of the leg, one after another.
func (l *leg) request(req *sip.Request, tx *sip.ServerTx) {
	d, a := l.dialogOf(req)
	if d == nil || d.over {
		l.s.final(req, tx, sip.StatusCallTransactionDoesNotExists, "Call/Transaction Does Not Exist")
		return
	}
	if d.heard != 0 && req.CSeq().SeqNo <= d.heard { // RFC 3261 section 12.2.2
		l.s.respond(tx, l.s.response(req, sip.StatusInternalServerError, "Out of order"))
		return
	}
	d.heard = req.CSeq().SeqNo
	l.s.trust(req)
	if d.phone || byConnection(req.Transport()) {
		d.peer = replyPeer(req) // a phone's NAT may have given it another port
	}
	if req.Method == sip.BYE {
		d.over = true
		l.hungUp(req, tx, a)
		return
	}
	if l.stage != talking {
		l.untimely(req, tx)
		return
	}
	switch req.Method {
	case sip.INVITE:
		l.reinvited(req, tx)
	case sip.UPDATE:
		l.updated(req, tx)
	case sip.INFO:
		l.informed(req, tx)
	case sip.OPTIONS:
		l.s.respond(tx, withAllow(l.s.response(req, sip.StatusOK, "OK")))
	case sip.REFER: // who is connected to whom is the center's business, never the phone's
		l.s.respond(tx, l.s.response(req, sip.StatusGlobalDecline, "Decline"))
	default:
		res := l.s.response(req, sip.StatusMethodNotAllowed, "Method Not Allowed")
		res.AppendHeader(sip.NewHeader("Allow", allowed))
		l.s.respond(tx, res)
	}
}

// dialogOf finds the dialog that a request names: the leg's own, or that of one of its attempts. The tag of the peer must be right
// too; an attempt that has not heard from its peer yet knows none.
func (l *leg) dialogOf(req *sip.Request) (*dialog, *attempt) {
	tag := tagOf(req.To().Params)
	same := func(d *dialog) bool {
		return d != nil && d.callID == req.CallID().Value() && tagOf(d.local.Params) == tag &&
			tagOf(d.remote.Params) == tagOf(req.From().Params)
	}
	if same(l.dialog) {
		return l.dialog, nil
	}
	if l.ring != nil {
		for _, a := range l.ring.attempts {
			if same(a.dialog) {
				return a.dialog, a
			}
		}
	}
	return nil, nil
}

// hungUp answers BYE. In a dialog that is not the leg's any more (it lost to another attempt), nothing follows.
func (l *leg) hungUp(req *sip.Request, tx *sip.ServerTx, a *attempt) {
	l.s.respond(tx, l.s.response(req, sip.StatusOK, "OK"))
	if a != nil || l.stage == ending {
		return
	}
	if l.stage == setup && l.arrival != nil {
		l.refuseWith(sip.StatusRequestTerminated, "Request Terminated") // RFC 3261 section 15.1.2
	}
	l.dropUnacked()
	l.end(center.CauseHungUp)
}

// untimely answers a request that comes before the call is answered, or after its end: what changes a session cannot be done then.
func (l *leg) untimely(req *sip.Request, tx *sip.ServerTx) {
	switch {
	case l.stage == ending:
		l.s.respond(tx, l.s.response(req, sip.StatusCallTransactionDoesNotExists, "Call/Transaction Does Not Exist"))
	case req.Method == sip.UPDATE && len(req.Body()) == 0, req.Method == sip.OPTIONS:
		l.s.respond(tx, withAllow(l.s.response(req, sip.StatusOK, "OK")))
	case req.Method == sip.INFO:
		l.informed(req, tx)
	case req.Method == sip.INVITE, req.Method == sip.UPDATE:
		res := l.s.response(req, sip.StatusInternalServerError, "Offer pending") // RFC 3311 section 5.2
		res.AppendHeader(sip.NewHeader("Retry-After", retryAfter))
		l.s.respond(tx, res)
	default:
		l.s.respond(tx, l.s.response(req, sip.StatusMethodNotAllowed, "Method Not Allowed"))
	}
}

// reinvited answers a re-INVITE: the peer holds, resumes, moves its sound, or says that it still lives.
func (l *leg) reinvited(req *sip.Request, tx *sip.ServerTx) {
	if l.change { // glare (RFC 3261 section 14.2)
		l.s.respond(tx, l.s.response(req, sip.StatusRequestPending, "Request Pending"))
		return
	}
	if options := required(req); options != "" {
		res := l.s.response(req, sip.StatusBadExtension, "Bad Extension")
		res.AppendHeader(sip.NewHeader("Unsupported", options))
		l.s.respond(tx, res)
		return
	}
	if asked := sessionExpires(req); asked > 0 && asked < l.s.cfg.MinSE {
		l.s.respond(tx, l.s.tooSmall(req))
		return
	}
	offered := len(req.Body()) > 0
	body, ok := l.negotiate(req, tx)
	if !ok {
		return
	}
	l.retarget(req)
	res := withAllow(l.s.response(req, sip.StatusOK, "OK"))
	res.AppendHeader(l.dialog.contact(l.s, l.dialog.peer))
	l.beginSession(req, res)
	withSDP(res, body)
	if l.confirm(tx, res, req, !offered) && offered {
		l.noteHold()
	}
}

// negotiate answers the offer of a re-INVITE or UPDATE, or makes one if there is none. If that cannot be, the request is refused and the
// session stays as it was.
func (l *leg) negotiate(req *sip.Request, tx *sip.ServerTx) ([]byte, bool) {
	if len(req.Body()) == 0 {
		return l.sound.offer(), true
	}
	if !isSDP(req) {
		l.s.respond(tx, l.s.response(req, sip.StatusUnsupportedMediaType, "Unsupported Media Type"))
		return nil, false
	}
	body, err := l.sound.answer(req.Body(), signalling(req))
	if err != nil {
		l.log.Info("offer refused", "method", req.Method, "error", err)
		code, reason := sdpStatus(err)
		l.s.respond(tx, l.s.response(req, code, reason))
		return nil, false
	}
	return body, true
}

// retarget takes the peer's new Contact (RFC 3261 section 12.2.2: target refresh).
func (l *leg) retarget(req *sip.Request) {
	if c := req.Contact(); c != nil && !c.Address.Wildcard && c.Address.Host != "" {
		l.dialog.target = *c.Address.Clone()
	}
}

// updated answers UPDATE (RFC 3311).
func (l *leg) updated(req *sip.Request, tx *sip.ServerTx) {
	if asked := sessionExpires(req); asked > 0 && asked < l.s.cfg.MinSE {
		l.s.respond(tx, l.s.tooSmall(req))
		return
	}
	var body []byte
	if len(req.Body()) > 0 {
		if l.change {
			l.s.respond(tx, l.s.response(req, sip.StatusRequestPending, "Request Pending"))
			return
		}
		var ok bool
		if body, ok = l.negotiate(req, tx); !ok {
			return
		}
	}
	l.retarget(req)
	res := withAllow(l.s.response(req, sip.StatusOK, "OK"))
	res.AppendHeader(l.dialog.contact(l.s, l.dialog.peer))
	l.beginSession(req, res)
	if body != nil {
		withSDP(res, body)
	}
	l.s.respond(tx, res)
	l.noteHold()
}

// informed answers INFO: a digit, in one of the two forms that phones send who cannot send RFC 4733.
func (l *leg) informed(req *sip.Request, tx *sip.ServerTx) {
	digit, ok := infoDigit(req)
	if !ok && len(req.Body()) > 0 {
		l.s.respond(tx, l.s.response(req, sip.StatusUnsupportedMediaType, "Unsupported Media Type"))
		return
	}
	l.s.respond(tx, l.s.response(req, sip.StatusOK, "OK"))
	if !ok {
		return
	}
	if l.sound != nil && l.s.engine.KeyPressed(l.sound.leg.ID(), digit) {
		return // its tone has come before
	}
	l.digit(digit)
}

func infoDigit(req *sip.Request) (byte, bool) {
	h := req.ContentType()
	if h == nil || len(req.Body()) > 256 {
		return 0, false
	}
	kind, _, _ := strings.Cut(strings.ToLower(h.Value()), ";")
	switch strings.TrimSpace(kind) {
	case "application/dtmf-relay":
		for line := range bytes.Lines(req.Body()) {
			name, value, ok := strings.Cut(string(line), "=")
			if ok && strings.EqualFold(strings.TrimSpace(name), "signal") {
				return keyOf(strings.TrimSpace(value))
			}
		}
	case "application/dtmf":
		return keyOf(strings.TrimSpace(string(req.Body())))
	}
	return 0, false
}

// keyOf reads a key: itself, or the number of a key (10 is the star, 11 the hash, 12 to 15 A to D).
func keyOf(s string) (byte, bool) {
	const keys = "0123456789*#ABCD"
	if len(s) == 1 {
		if i := strings.IndexByte(keys, strings.ToUpper(s)[0]); i >= 0 {
			return keys[i], true
		}
	}
	if len(s) == 2 && s[0] == '1' && s[1] >= '0' && s[1] <= '5' {
		return keys[10+s[1]-'0'], true
	}
	return 0, false
}

// hideKeys keeps tones of keys that are not for everybody out of ears and recordings.
func (l *leg) hideKeys() {
	if l.sound != nil {
		l.s.engine.HideKeys(l.sound.leg.ID(), l.keys.Route != center.DigitsToCenter)
	}
}

// digit brings a key to where keys of the leg go. It is never logged.
func (l *leg) digit(d byte) {
	switch l.keys.Route {
	case center.DigitsToCenter:
		l.tell(center.Digit{Leg: l.key.id, Digit: d})
	case center.DigitsRelayed:
		l.s.carrySendDigits(l.key.vcc, center.SendDigits{Leg: l.keys.To, Digits: string(rune(d))})
	case center.DigitsToFlow:
		if l.s.cfg.FlowDigit != nil {
			l.s.cfg.FlowDigit(l.key.vcc, l.key.id, d)
		}
	}
}
