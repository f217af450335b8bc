package voice

import (
	"crypto/rand"
	"encoding/hex"
	"net/netip"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"
)

// dialog is the state by which both sides name and reach each other (RFC 3261 section 12). It belongs to the leg's goroutine.
type dialog struct {
	callID    string
	local     sip.FromHeader // with our tag; From of our requests
	remote    sip.ToHeader   // with the peer's tag; To of our requests
	sent      uint32         // CSeq of our last request
	heard     uint32         // CSeq of the peer's last request; 0 = none yet
	target    sip.Uri        // the peer's Contact
	routes    []sip.Uri      // in the order that our requests take
	user      string         // of our Contact
	peer      peer           // where the peer's last message came from
	phone     bool           // a phone: it is always reached where its messages come from
	trunk     *Trunk         // whose password answers challenges; nil = none
	canUpdate bool           // the peer's Allow names UPDATE
	timer     bool           // the peer's Supported names timer
	over      bool           // the peer has sent BYE
}

// newTag makes what nobody can guess: a tag, a branch, a Call-ID.
func newTag() string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// tagOf is the tag of a From or To header.
func tagOf(params sip.HeaderParams) string {
	tag, _ := params.Get("tag")
	return tag
}

// answeredDialog is the dialog of an arrived INVITE, seen from its callee (RFC 3261 section 12.1.1).
func answeredDialog(req *sip.Request, user string) *dialog {
	local := req.To().AsFrom()
	local.Params.Add("tag", newTag())
	d := &dialog{callID: req.CallID().Value(), local: local, remote: req.From().AsTo(), heard: req.CSeq().SeqNo, user: user,
		peer: replyPeer(req), canUpdate: allows(req, methodUpdate), timer: supports(req, "timer")}
	if c := req.Contact(); c != nil {
		d.target = *c.Address.Clone()
	}
	d.routes = recordRoutes(req)
	return d
}

// learn takes the peer's side from a response to our INVITE that makes a dialog (RFC 3261 section 12.1.2).
func (d *dialog) learn(res *sip.Response) {
	if to := res.To(); to != nil {
		d.remote.Params = to.Params.Clone()
	}
	if c := res.Contact(); c != nil {
		d.target = *c.Address.Clone()
	}
	routes := recordRoutes(res)
	for i, j := 0, len(routes)-1; i < j; i, j = i+1, j-1 {
		routes[i], routes[j] = routes[j], routes[i]
	}
	d.routes = routes
	if a := sourceOf(res); a.IsValid() {
		d.peer.addr = a
	}
	d.canUpdate = allows(res, methodUpdate)
	d.timer = d.timer || supports(res, "timer")
}

// unlearn takes back what was learned from a response to an INVITE that is sent anew.
func (d *dialog) unlearn(t target) {
	d.remote.Params.Remove("tag")
	d.target, d.routes, d.peer = *t.uri.Clone(), nil, t.peer
}

// maxRoutes bounds the Record-Route headers that are taken over.
const maxRoutes = 20

func recordRoutes(msg sip.Message) []sip.Uri {
	var routes []sip.Uri
	for _, h := range msg.GetHeaders("Record-Route") {
		if r, ok := h.(*sip.RecordRouteHeader); ok && len(routes) < maxRoutes {
			routes = append(routes, *r.Address.Clone())
		}
	}
	return routes
}

// next is where the dialog's next request goes.
//
// On a connection: by that connection, whatever address its Contact or route says; the far end of it often listens elsewhere. To a
// phone: to where its last message came from. Otherwise: to the first route or the target; but a host that is a name, or
// a private address while the peer's is not (it is behind a NAT), stands for where the peer's messages come from.
func (d *dialog) next(s *Server) peer {
	if byConnection(d.peer.transport) {
		return s.reconnect(d.peer, &d.target)
	}
	if d.phone {
		return d.peer
	}
	hop := &d.target
	if len(d.routes) > 0 {
		hop = &d.routes[0]
	}
	addr, ok := hostAddr(hop)
	if !ok || addr.IsUnspecified() || addr.IsPrivate() && !d.peer.addr.Addr().IsPrivate() {
		return d.peer
	}
	return peer{uriTransport(hop, d.peer.transport), netip.AddrPortFrom(addr, uriPort(hop))}
}

// request makes the dialog's next request (RFC 3261 section 12.2.1.1), addressed.
func (d *dialog) request(s *Server, method sip.RequestMethod) *sip.Request {
	d.sent++
	return d.numbered(s, method, d.sent)
}

// numbered makes a request of a given CSeq: that of the INVITE, for its ACK.
func (d *dialog) numbered(s *Server, method sip.RequestMethod, cseq uint32) *sip.Request {
	recipient, routes := d.target, d.routes
	if len(routes) > 0 && !routes[0].UriParams.Has("lr") { // a strict router: RFC 2543
		recipient = routes[0]
		routes = append(append([]sip.Uri{}, routes[1:]...), d.target)
	}
	req := sip.NewRequest(method, *recipient.Clone())
	for _, r := range routes {
		req.AppendHeader(&sip.RouteHeader{Address: *r.Clone()})
	}
	maxForwards := sip.MaxForwardsHeader(70)
	callID := sip.CallIDHeader(d.callID)
	req.AppendHeader(&maxForwards)
	req.AppendHeader(sip.HeaderClone(&d.local))
	req.AppendHeader(sip.HeaderClone(&d.remote))
	req.AppendHeader(&callID)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: cseq, MethodName: method})
	to := d.next(s)
	req.AppendHeader(d.contact(s, to))
	req.AppendHeader(sip.NewHeader("User-Agent", s.cfg.UserAgent))
	s.address(req, to)
	return req
}

// contact is our Contact in the dialog: a sips: URI to who has one (RFC 3261 section 8.1.1.8 and 12.1.1).
func (d *dialog) contact(s *Server, to peer) *sip.ContactHeader {
	c := s.contact(d.user, to)
	if d.target.Scheme == schemeSecure {
		c.Address.Scheme = schemeSecure
	}
	return c
}

// answer is what came of a request of ours: its final response, or why there is none.
type answer struct {
	res *sip.Response
	err error
}

// status is the response's code, 0 if there is none.
func (a answer) status() int {
	if a.res == nil {
		return 0
	}
	return a.res.StatusCode
}

// ask sends a request within a dialog. prepare completes it; done is called once, in the leg's goroutine. A trunk's challenge is
// answered once.
func (l *leg) ask(d *dialog, method sip.RequestMethod, prepare func(*sip.Request), done func(answer)) {
	req := d.request(l.s, method)
	if prepare != nil {
		prepare(req)
	}
	l.transactIn(d, req, true, done)
}

func (l *leg) transactIn(d *dialog, req *sip.Request, mayAuthorize bool, done func(answer)) {
	final := func(res *sip.Response, err error) {
		if res != nil && res.IsProvisional() {
			return
		}
		l.mail.post(func() {
			if mayAuthorize && res != nil && d.trunk != nil {
				if again, ok := authorize(req, res, d.trunk); ok {
					d.sent++
					again.CSeq().SeqNo = d.sent
					l.s.address(again, d.next(l.s))
					l.transactIn(d, again, false, done)
					return
				}
			}
			done(answer{res, err})
		})
	}
	var again func(*sip.Response)
	if req.IsInvite() { // its 2xx comes again: our ACK was lost
		again = func(res *sip.Response) { l.mail.offer(func() { l.acknowledge(d, res) }) }
	}
	l.s.transact(req, final, again)
}

// authorize makes the request anew that was challenged, with a trunk's password. It returns false if the response is no challenge, or
// none that can be answered. The old request stays as it is: its transaction still uses it.
func authorize(req *sip.Request, res *sip.Response, trunk *Trunk) (*sip.Request, bool) {
	from, to := "WWW-Authenticate", "Authorization"
	switch res.StatusCode {
	case sip.StatusUnauthorized:
	case sip.StatusProxyAuthRequired:
		from, to = "Proxy-Authenticate", "Proxy-Authorization"
	default:
		return nil, false
	}
	if trunk.Username == "" {
		return nil, false
	}
	for _, h := range res.GetHeaders(from) {
		challenge, err := digest.ParseChallenge(h.Value())
		if err != nil || !digest.CanDigest(challenge) {
			continue
		}
		cred, err := digest.Digest(challenge, digest.Options{Method: req.Method.String(), URI: req.Recipient.String(), Count: 1,
			Username: trunk.Username, Password: trunk.Password})
		if err != nil {
			continue
		}
		again := req.Clone()
		again.RemoveHeader(to)
		again.AppendHeader(sip.NewHeader(to, cred.String()))
		return again, true
	}
	return nil, false
}
