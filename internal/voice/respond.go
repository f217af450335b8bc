package voice

import (
	"github.com/emiago/sipgo/sip"
)

// response makes a response with our Server header.
func (s *Server) response(req *sip.Request, code int, reason string) *sip.Response {
	res := sip.NewResponseFromRequest(req, code, reason, nil)
	res.SipVersion = "SIP/2.0"
	res.AppendHeader(sip.NewHeader("Server", s.cfg.UserAgent))
	return res
}

// respond sends a response by its transaction, which is kept to answer retransmissions of the request.
func (s *Server) respond(tx *sip.ServerTx, res *sip.Response) bool {
	s.counts.responded(res.StatusCode)
	s.traced.answered(tx, res)
	if err := tx.Respond(res); err != nil {
		s.log.Debug("cannot respond", "status", res.StatusCode, "error", err)
		return false
	}
	return true
}

// final refuses a request of which nothing is kept: a retransmission is worked on anew, with the same outcome. So a flood of such
// requests does not stay in memory for 32 seconds each (RFC 3261 section 8.2.7).
func (s *Server) final(req *sip.Request, tx *sip.ServerTx, code int, reason string) {
	s.statelessly(tx, s.response(req, code, reason))
}

func (s *Server) statelessly(tx *sip.ServerTx, res *sip.Response) {
	s.counts.responded(res.StatusCode)
	s.traced.answered(tx, res)
	if err := tx.Connection().WriteMsg(res); err != nil {
		s.log.Debug("cannot respond", "status", res.StatusCode, "error", err)
	}
	tx.Terminate()
}

// retryAfter is what a caller is told whom there is no room for, in seconds.
const retryAfter = "5"

// unavailable refuses for want of room.
func (s *Server) unavailable(req *sip.Request, tx *sip.ServerTx) {
	res := s.response(req, sip.StatusServiceUnavailable, "Service Unavailable")
	res.AppendHeader(sip.NewHeader("Retry-After", retryAfter))
	s.statelessly(tx, res)
}

// withAllow adds what we can do.
func withAllow(res *sip.Response) *sip.Response {
	res.AppendHeader(sip.NewHeader("Allow", allowed))
	res.AppendHeader(sip.NewHeader("Accept", sdpType))
	res.AppendHeader(sip.NewHeader("Supported", "timer"))
	return res
}

// withSDP adds a session description.
func withSDP(msg interface {
	AppendHeader(sip.Header)
	SetBody([]byte)
}, body []byte) {
	contentType := sip.ContentTypeHeader(sdpType)
	msg.AppendHeader(&contentType)
	msg.SetBody(body)
}
