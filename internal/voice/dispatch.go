package voice

import (
	"runtime/debug"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// onMessage sees each message before the transaction layer does, in the order of the wire. A request of which the Via names another
// address than it came from has passed a NAT: it is answered to where it came from, as if it had asked for that (RFC 3581).
func (s *Server) onMessage(msg sip.Message) {
	s.counts.received(msg)
	req, ok := msg.(*sip.Request)
	if !ok {
		sessionPart(msg.(*sip.Response))
		return
	}
	sessionPart(req)
	via := req.Via()
	if via == nil || via.Params.Has("rport") || req.Transport() != transportUDP {
		return
	}
	if strings.Trim(via.Host, "[]") != sourceOf(req).Addr().String() {
		via.Params.Add("rport", "")
	}
}

// onRequest takes a request that is no retransmission. The stack calls it in a goroutine of the request. It must see to it that the
// transaction ends: by a final response, or by Terminate.
func (s *Server) onRequest(req *sip.Request, tx *sip.ServerTx) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("SIP request panicked", "method", printable(string(req.Method), 32), "source", req.Source(), "panic", p,
				"stack", string(debug.Stack()))
			tx.Terminate()
		}
	}()
	if tx.OnTerminate(func(string, error) { s.pending.Add(-1) }) {
		s.pending.Add(1)
	}
	s.traced.came(req, tx)
	if req.IsAck() {
		s.ack(req)
		tx.Terminate() // nothing answers an ACK
		return
	}
	if !answerable(req) {
		tx.Terminate()
		return
	}
	if code, reason := malformed(req); code != 0 {
		s.final(req, tx, code, reason)
		return
	}
	if int(s.pending.Load()) > s.cfg.MaxTransactions {
		s.unavailable(req, tx)
		return
	}
	s.route(req, tx)
}

// answerable tells whether a response to the request could be read: its Via, which a response repeats, must be one, and no header may
// hold line ends. The stack splits lines at CR LF only, so that a line feed alone would come through, and be a line for the next reader.
func answerable(req *sip.Request) bool {
	for _, h := range req.Headers() {
		if strings.ContainsAny(h.Value(), "\r\n\x00") {
			return false
		}
	}
	via := req.Via()
	return via != nil && strings.EqualFold(via.ProtocolName, "SIP") && via.ProtocolVersion == "2.0" && token(via.Transport) && via.Host != ""
}

// token tells whether a text is a token of letters, digits and hyphens.
func token(s string) bool {
	for _, r := range s {
		if (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-' {
			return false
		}
	}
	return s != ""
}

// malformed checks what every request must have (RFC 3261 section 8.1.1). 0 = it has.
func malformed(req *sip.Request) (int, string) {
	from, to, cseq := req.From(), req.To(), req.CSeq()
	switch {
	case !strings.EqualFold(req.SipVersion, "SIP/2.0"):
		return sip.StatusVersionNotSupported, "Version Not Supported"
	case from == nil || to == nil || cseq == nil || req.CallID() == nil:
		return sip.StatusBadRequest, "Missing header field"
	case strings.TrimSpace(string(cseq.MethodName)) != string(req.Method):
		return sip.StatusBadRequest, "CSeq of another method"
	case tagOf(from.Params) == "":
		return sip.StatusBadRequest, "From without tag"
	case len(req.CallID().Value()) > 256 || len(tagOf(from.Params)) > 256 || len(tagOf(to.Params)) > 256:
		return sip.StatusBadRequest, "Call-ID or tag too long"
	case !sourceOf(req).IsValid():
		return sip.StatusBadRequest, "No source"
	}
	return 0, ""
}

// route gives a request to whom it is for.
func (s *Server) route(req *sip.Request, tx *sip.ServerTx) {
	if tag := tagOf(req.To().Params); tag != "" && req.Method != sip.REGISTER {
		s.inDialog(req, tx, tag)
		return
	}
	switch req.Method {
	case sip.INVITE:
		s.invite(req, tx)
	case sip.REGISTER:
		s.register(req, tx)
	case sip.OPTIONS:
		s.statelessly(tx, withAllow(s.response(req, sip.StatusOK, "OK")))
	case sip.BYE, sip.CANCEL, sip.UPDATE, sip.PRACK, sip.INFO:
		s.final(req, tx, sip.StatusCallTransactionDoesNotExists, "Call/Transaction Does Not Exist")
	default:
		s.notAllowed(req, tx)
	}
}

// notAllowed refuses what nobody may do here, whoever it is: MESSAGE, SUBSCRIBE, NOTIFY, PUBLISH, REFER, and what we do not know.
func (s *Server) notAllowed(req *sip.Request, tx *sip.ServerTx) {
	res := s.response(req, sip.StatusMethodNotAllowed, "Method Not Allowed")
	res.AppendHeader(sip.NewHeader("Allow", allowed))
	s.statelessly(tx, res)
}

// inDialog gives a request to the leg whose dialog it names.
func (s *Server) inDialog(req *sip.Request, tx *sip.ServerTx, tag string) {
	l := s.legs.dialog(dialogKey{req.CallID().Value(), tag})
	if l == nil || !l.mail.offer(func() { l.request(req, tx) }) {
		s.final(req, tx, sip.StatusCallTransactionDoesNotExists, "Call/Transaction Does Not Exist")
	}
}

// ack gives the ACK of a 2xx to the leg that awaits it. The ACK of a refusal ends in its transaction and does not come here, or
// comes for a transaction that was not kept.
func (s *Server) ack(req *sip.Request) {
	if req.To() == nil || req.CallID() == nil || req.CSeq() == nil {
		return
	}
	if l := s.legs.dialog(dialogKey{req.CallID().Value(), tagOf(req.To().Params)}); l != nil {
		l.mail.offer(func() { l.acknowledged(req) })
	}
}
