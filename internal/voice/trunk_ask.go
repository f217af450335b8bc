package voice

import (
	"context"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"
)

// outside makes a request that belongs to no dialog. It is not addressed yet; see Server.address.
func (s *Server) outside(method sip.RequestMethod, recipient, from, to sip.Uri, callID string, cseq uint32, at peer) *sip.Request {
	req := sip.NewRequest(method, recipient)
	local := sip.FromHeader{Address: from}
	local.Params.Add("tag", newTag())
	id := sip.CallIDHeader(callID + "@" + hostText(s.hostFor(at.addr.Addr())))
	forwards := sip.MaxForwardsHeader(70)
	for _, h := range []sip.Header{&forwards, &local, &sip.ToHeader{Address: to}, &id, &sip.CSeqHeader{SeqNo: cseq, MethodName: method},
		sip.NewHeader("User-Agent", s.cfg.UserAgent)} {
		req.AppendHeader(h)
	}
	return req
}

// inquire sends a request to a trunk, answers its challenges, and waits for the final response. It returns the CSeq of the last request
// that it sent. A challenge to right credentials is answered once more if the nonce was stale only: a wrong password is not tried again.
func (s *Server) inquire(ctx context.Context, t *Trunk, to peer, req *sip.Request) (*sip.Response, uint32, error) {
	for tried := 0; ; tried++ {
		cseq := req.CSeq().SeqNo
		res, err := s.await(ctx, req)
		if err != nil || tried == 2 || tried == 1 && !stale(res) {
			return res, cseq, err
		}
		again, ok := authorize(req, res, t)
		if !ok {
			return res, cseq, nil
		}
		again.CSeq().SeqNo++
		s.address(again, to)
		req = again
	}
}

// await sends a request and waits for its final response.
func (s *Server) await(ctx context.Context, req *sip.Request) (*sip.Response, error) {
	final := make(chan answer, 1)
	end := s.transact(req, func(res *sip.Response, err error) {
		if res == nil || !res.IsProvisional() {
			final <- answer{res, err}
		}
	}, nil)
	select {
	case a := <-final:
		return a.res, a.err
	case <-ctx.Done():
		end()
		return nil, ctx.Err()
	}
}

// stale tells whether a challenge says that the credentials were right and their nonce too old (RFC 7616 section 3.3).
func stale(res *sip.Response) bool {
	for _, name := range []string{"WWW-Authenticate", "Proxy-Authenticate"} {
		for _, h := range res.GetHeaders(name) {
			if c, err := digest.ParseChallenge(h.Value()); err == nil && c.Stale {
				return true
			}
		}
	}
	return false
}
