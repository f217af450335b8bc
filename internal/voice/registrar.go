package voice

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// maxContactHeaders bounds the Contacts of one REGISTER. A phone sends one or two.
const maxContactHeaders = 10

// register answers a REGISTER (RFC 3261 section 10.3). Registering for an account needs that account's own password.
func (s *Server) register(req *sip.Request, tx *sip.ServerTx) {
	now := time.Now()
	source := sourceOf(req)
	number, account, verdict := s.auth.identify(req, source.Addr(), now)
	s.counts.judged(verdict)
	if verdict != known {
		s.refuseIdentity(req, tx, verdict, now)
		return
	}
	if numberOf(&req.To().Address) != number {
		s.log.Warn("REGISTER for another account refused", "phone", number, "source", source)
		s.final(req, tx, sip.StatusForbidden, "Forbidden")
		return
	}
	contacts := req.GetHeaders("Contact")
	if len(contacts) > maxContactHeaders {
		s.final(req, tx, sip.StatusBadRequest, "Too many contacts")
		return
	}
	var bound []binding
	var err error
	if starred(contacts) {
		err = s.unregisterAll(req, number, len(contacts))
	} else {
		bound, err = s.bind(req, number, account, now)
	}
	if err != nil {
		s.refuseRegister(req, tx, err)
		return
	}
	s.log.Debug("registered", "phone", number, "source", source, "contacts", len(bound))
	if len(bound) > 0 {
		s.trust(req)
	}
	s.respond(tx, s.registered(req, bound, now))
}

// errBrief: the wish for an expiry below the least (RFC 3261 section 10.2.8).
var errBrief = errors.New("interval too brief")

// errContact: a contact that cannot be.
var errContact = errors.New("bad contact")

func (s *Server) refuseRegister(req *sip.Request, tx *sip.ServerTx, err error) {
	s.log.Info("REGISTER refused", "source", req.Source(), "error", err)
	switch {
	case errors.Is(err, errBrief):
		res := s.response(req, sip.StatusIntervalToBrief, "Interval Too Brief")
		res.AppendHeader(sip.NewHeader("Min-Expires", seconds(s.settings().RegisterMin)))
		s.respond(tx, res)
	case errors.Is(err, errOutOfOrder):
		s.final(req, tx, sip.StatusInternalServerError, "Out of order")
	case errors.Is(err, errFull):
		s.unavailable(req, tx)
	default:
		s.final(req, tx, sip.StatusBadRequest, "Bad Contact")
	}
}

func starred(contacts []sip.Header) bool {
	for _, h := range contacts {
		if c, ok := h.(*sip.ContactHeader); ok && c.Address.Wildcard {
			return true
		}
	}
	return false
}

// unregisterAll carries out "Contact: *", which must stand alone and with "Expires: 0".
func (s *Server) unregisterAll(req *sip.Request, number string, contacts int) error {
	if e := req.GetHeader("Expires"); contacts != 1 || e == nil || strings.TrimSpace(e.Value()) != "0" {
		return errContact
	}
	return s.bindings.clear(number, req.CallID().Value(), req.CSeq().SeqNo)
}

// bind carries out the Contacts of a REGISTER; without any it only looks (RFC 3261 section 10.3, step 6).
func (s *Server) bind(req *sip.Request, number string, account PhoneAccount, now time.Time) ([]binding, error) {
	var changes []*binding
	for _, h := range req.GetHeaders("Contact") {
		contact, ok := h.(*sip.ContactHeader)
		if !ok {
			return nil, errContact
		}
		life, err := s.expiry(req, contact)
		if err != nil {
			return nil, err
		}
		change, err := newBinding(req, contact, now)
		if err != nil {
			return nil, err
		}
		change.expires = now.Add(life)
		changes = append(changes, change)
	}
	return s.bindings.update(number, account.VCC, changes, now)
}

// expiry is how long a contact shall last: its own wish, else the request's, else the most that is given.
func (s *Server) expiry(req *sip.Request, contact *sip.ContactHeader) (time.Duration, error) {
	wish, ok := contact.Params.Get("expires")
	if !ok {
		h := req.GetHeader("Expires")
		if h == nil {
			return s.settings().RegisterMax, nil
		}
		wish = h.Value()
	}
	n, err := strconv.ParseUint(strings.TrimSpace(wish), 10, 32)
	if err != nil { // RFC 3261 section 20.19: what cannot be read counts as 3600
		n = 3600
	}
	life := min(time.Duration(n)*time.Second, s.settings().RegisterMax)
	if life != 0 && life < s.settings().RegisterMin {
		return 0, errBrief
	}
	return life, nil
}

// newBinding makes a binding of a Contact. The device is reached at its Contact if that is the address that the REGISTER came from;
// otherwise it is behind a NAT, and is reached back along the REGISTER's own path.
func newBinding(req *sip.Request, contact *sip.ContactHeader, now time.Time) (*binding, error) {
	uri := contact.Address
	back := replyPeer(req)
	secure := uri.Scheme == schemeSecure && back.transport == transportTLS
	if uri.Scheme != schemePlain && !secure || uri.Host == "" || len(uri.String()) > 512 || !back.addr.IsValid() {
		return nil, errContact
	}
	b := &binding{contact: *uri.Clone(), peer: back, callID: req.CallID().Value(), cseq: req.CSeq().SeqNo, at: now}
	host, isIP := hostAddr(&uri)
	b.natted = !isIP || host != back.addr.Addr() || back.transport == transportTLS // by TLS, only its own connection leads to it
	if !b.natted && back.transport == transportUDP && uriTransport(&uri, transportUDP) == transportUDP {
		b.peer = peer{transportUDP, sourcePort(host, &uri)}
	}
	b.instance, _ = contact.Params.Get("+sip.instance")
	if h := req.GetHeader("User-Agent"); h != nil {
		b.agent = printable(h.Value(), 80)
	}
	return b, nil
}

// registered makes the 200: all bindings with what is left of their time.
func (s *Server) registered(req *sip.Request, bound []binding, now time.Time) *sip.Response {
	res := s.response(req, sip.StatusOK, "OK")
	for _, b := range bound {
		res.AppendHeader(&sip.ContactHeader{Address: *b.contact.Clone(),
			Params: sip.HeaderParams{{K: "expires", V: seconds(b.expires.Sub(now))}}})
	}
	res.AppendHeader(sip.NewHeader("Date", now.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")))
	return res
}

func seconds(d time.Duration) string { return strconv.Itoa(int((d + time.Second/2) / time.Second)) }
