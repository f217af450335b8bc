package softphone

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"
	"github.com/google/uuid"
)

const (
	allowed    = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, NOTIFY, UPDATE"
	contentSDP = "application/sdp"
	userAgent  = "softphone"
	// maxRounds bounds how often a request is sent anew with credentials or other values that the other side asks for.
	maxRounds = 4
)

// StatusError is a final response that is no success.
type StatusError struct {
	Method string
	Status int
	Reason string
}

// Error says which request was refused and how.
func (e *StatusError) Error() string {
	return fmt.Sprintf("softphone: %s was answered %d %s", e.Method, e.Status, e.Reason)
}

func statusError(method sip.RequestMethod, res *sip.Response) *StatusError {
	return &StatusError{Method: method.String(), Status: res.StatusCode, Reason: res.Reason}
}

func newID() string { return uuid.NewString() }

func newTag() string { return sip.GenerateTagN(16) }

// hostPort writes an address as SIP and its URIs do.
func hostPort(host netip.Addr, port uint16) string { return netip.AddrPortFrom(host, port).String() }

// contactURI is where the other side of a dialog, and the registrar, reach the phone.
func (p *Phone) contactURI() sip.Uri {
	u := sip.Uri{Scheme: "sip", User: p.cfg.User, Host: p.line.host.String(), Port: int(p.line.bound.Port())}
	p.mark(&u)
	return u
}

// mark writes the transport into a URI if it is not the default.
func (p *Phone) mark(u *sip.Uri) {
	if p.cfg.Transport == TCP {
		u.UriParams.Add("transport", "tcp")
	}
}

// registrarURI is the registrar, as a request line writes it.
func (p *Phone) registrarURI() (sip.Uri, error) {
	if p.cfg.Registrar == "" {
		return sip.Uri{}, errors.New("softphone: the phone has no registrar")
	}
	u := sip.Uri{Scheme: "sip", Host: p.cfg.Registrar}
	if ap, err := netip.ParseAddrPort(p.cfg.Registrar); err == nil {
		u.Host, u.Port = ap.Addr().String(), int(ap.Port())
	} else if host, port, ok := strings.Cut(p.cfg.Registrar, ":"); ok {
		u.Host = host
		if u.Port, err = strconv.Atoi(port); err != nil {
			return u, fmt.Errorf("softphone: registrar %q: %w", p.cfg.Registrar, err)
		}
	}
	p.mark(&u)
	return u, nil
}

// self is the phone's address of record, as From writes it.
func (p *Phone) self() sip.Uri {
	u := sip.Uri{Scheme: "sip", User: p.cfg.User, Host: p.cfg.Domain}
	if u.Host == "" {
		if registrar, err := p.registrarURI(); err == nil {
			u.Host = registrar.Host
		} else {
			u.Host = p.line.host.String()
		}
	}
	return u
}

// target gives the request URI for a number at the registrar, or for a whole SIP URI.
func (p *Phone) target(number string) (sip.Uri, error) {
	if strings.HasPrefix(number, "sip:") {
		var u sip.Uri
		if err := sip.ParseUri(number, &u); err != nil {
			return u, fmt.Errorf("softphone: parse %q: %w", number, err)
		}
		return u, nil
	}
	if number == "" || strings.ContainsAny(number, " \t\r\n<>@;?\"") {
		return sip.Uri{}, fmt.Errorf("softphone: %q is no number", number)
	}
	u, err := p.registrarURI()
	u.User = number
	return u, err
}

// newRequest makes a request of the phone's with everything but the headers of its method.
func (p *Phone) newRequest(method sip.RequestMethod, target sip.Uri, d *dialog, seq uint32) *sip.Request {
	req := sip.NewRequest(method, target)
	req.AppendHeader(p.newVia())
	for _, route := range d.routes {
		req.AppendHeader(&sip.RouteHeader{Address: route})
	}
	maxForwards := sip.MaxForwardsHeader(70)
	req.AppendHeader(&maxForwards)
	from := &sip.FromHeader{DisplayName: d.localName, Address: d.local}
	from.Params.Add("tag", d.localTag)
	req.AppendHeader(from)
	to := &sip.ToHeader{Address: d.remote}
	if d.remoteTag != "" {
		to.Params.Add("tag", d.remoteTag)
	}
	req.AppendHeader(to)
	callID := sip.CallIDHeader(d.callID)
	req.AppendHeader(&callID)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: seq, MethodName: method})
	req.AppendHeader(sip.NewHeader("User-Agent", userAgent))
	req.SetTransport(p.cfg.Transport.String())
	req.Laddr = p.line.laddr()
	if d.flow != "" {
		req.SetDestination(d.flow)
	}
	req.SetBody(nil)
	return req
}

// newVia makes a Via with a fresh branch. It asks for rport (RFC 3581): the answer comes to where the request came from.
func (p *Phone) newVia() *sip.ViaHeader {
	via := &sip.ViaHeader{
		ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: p.cfg.Transport.String(),
		Host: p.line.host.String(), Port: int(p.line.bound.Port()),
	}
	via.Params.Add("branch", sip.GenerateBranch())
	via.Params.Add("rport", "")
	return via
}

// contact makes the phone's Contact header.
func (p *Phone) contact() *sip.ContactHeader { return &sip.ContactHeader{Address: p.contactURI()} }

// setSDP gives a message a session description.
func setSDP(m sip.Message, body []byte) {
	m.AppendHeader(sip.NewHeader("Content-Type", contentSDP))
	m.SetBody(body)
}

// hasSDP tells whether a message carries a session description.
func hasSDP(m sip.Message) bool {
	types := m.GetHeaders("Content-Type")
	if len(types) == 0 || len(m.Body()) == 0 {
		return false
	}
	kind, _, _ := strings.Cut(types[0].Value(), ";")
	return strings.EqualFold(strings.TrimSpace(kind), contentSDP)
}

// transact sends a request that is not INVITE and gives the final response.
func (p *Phone) transact(ctx context.Context, req *sip.Request) (*sip.Response, error) {
	tx, err := p.send(ctx, req)
	if err != nil {
		return nil, err
	}
	return p.finalOf(ctx, req, tx)
}

// send sends a request that is not INVITE.
func (p *Phone) send(ctx context.Context, req *sip.Request) (*sip.ClientTx, error) {
	select {
	case <-p.done:
		return nil, errClosed
	default:
	}
	tx, err := p.line.txl.Request(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("softphone: send %s: %w", req.Method, err)
	}
	return tx, nil
}

// finalOf waits for the final response to a request that was sent.
func (p *Phone) finalOf(ctx context.Context, req *sip.Request, tx *sip.ClientTx) (*sip.Response, error) {
	defer tx.Terminate()
	for {
		select {
		case res := <-tx.Responses():
			if !res.IsProvisional() {
				return res, nil
			}
		case <-tx.Done():
			return nil, fmt.Errorf("softphone: %s: %w", req.Method, tx.Err())
		case <-ctx.Done():
			return nil, fmt.Errorf("softphone: %s: %w", req.Method, ctx.Err())
		case <-p.done:
			return nil, errClosed
		}
	}
}

// again makes the request anew, for the next round: with the next CSeq and a fresh branch. The request that was sent stays
// as it is, since its transaction may still read it.
func (p *Phone) again(req *sip.Request, seq uint32) *sip.Request {
	next := req.Clone()
	for next.RemoveHeader("Via") {
	}
	next.PrependHeader(p.newVia())
	next.CSeq().SeqNo = seq
	return next
}

// response makes a response with the usual words for its status.
func response(req *sip.Request, status int) *sip.Response {
	res := sip.NewResponseFromRequest(req, status, reasonOf(status), nil)
	res.AppendHeader(sip.NewHeader("User-Agent", userAgent))
	return res
}

// reasonOf gives the words that RFC 3261 section 21 has for the statuses that a phone sends.
func reasonOf(status int) string {
	if reason, ok := reasons[status]; ok {
		return reason
	}
	return "Refused"
}

var reasons = map[int]string{
	100: "Trying", 180: "Ringing", 183: "Session Progress", 200: "OK",
	302: "Moved Temporarily", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
	408: "Request Timeout", 480: "Temporarily Unavailable", 481: "Call/Transaction Does Not Exist", 486: "Busy Here",
	487: "Request Terminated", 488: "Not Acceptable Here", 489: "Bad Event", 491: "Request Pending",
	500: "Server Internal Error", 503: "Service Unavailable", 600: "Busy Everywhere", 603: "Decline",
}
