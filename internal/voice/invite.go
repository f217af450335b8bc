package voice

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
)

// caller says who calls, as far as that has been proved.
type caller struct {
	vcc    center.VCCID
	phone  string // the account, proved by its password
	trunk  *Trunk // or the trunk, known by its address
	number string // to be shown
	called string // what was dialled, as a trunk's rules read it

	encryption Encryption
}

// unsupportedScheme is the status that the SIP stack has no name for.
const unsupportedScheme = 416

// invite answers an INVITE that begins a dialog.
func (s *Server) invite(req *sip.Request, tx *sip.ServerTx) {
	switch strings.ToLower(req.Recipient.Scheme) {
	case schemePlain, schemeSecure, schemeTel:
	default: // RFC 3261 section 8.2.2.1
		s.final(req, tx, unsupportedScheme, "Unsupported URI Scheme")
		return
	}
	who, ok := s.caller(req, tx)
	if !ok {
		return
	}
	if code, reason := s.impossible(req, tx, who.encryption); code != 0 {
		if code > 0 {
			s.final(req, tx, code, reason)
		}
		return
	}
	place, ok := s.takeIn(req, tx, who)
	if !ok {
		return
	}
	s.trust(req)
	l := s.newLeg(legKey{who.vcc, s.arrivedID()})
	l.hold(place)
	if err := s.legs.add(l); err != nil {
		l.freePlaces()
		s.log.Warn("call not taken", "error", err)
		s.unavailable(req, tx)
		return
	}
	if !s.legs.claim(dialogKey{req.CallID().Value(), tagOf(req.From().Params)}, l) {
		l.freePlaces()
		s.legs.remove(l) // the same INVITE by another way (RFC 3261 section 8.2.2.2)
		s.final(req, tx, sip.StatusLoopDetected, "Merged Request")
		return
	}
	l.start(func() { l.arrive(req, tx, who, who.called) })
}

// arrived counts the legs that arrived, in all servers of the process.
var arrived atomic.Uint64

// startSecond makes the names of arrived legs differ from those of an earlier life of the program.
var startSecond = time.Now().Unix()

func (s *Server) arrivedID() center.LegID {
	return center.LegID(fmt.Sprintf("i%x-%x", startSecond, arrived.Add(1)))
}

// caller finds out who calls; if nobody who may, it has answered.
//
// A call is a trunk's if it comes from the trunk's address, or to the Contact that was registered at it, and does not claim to be of a
// phone account. Everybody else proves an account's password. A trunk's call may lead to an access code and nowhere else: there is no way through the center and out again.
func (s *Server) caller(req *sip.Request, tx *sip.ServerTx) (caller, bool) {
	now := time.Now()
	source := sourceOf(req).Addr()
	from := numberOf(&req.From().Address)
	_, claimsPhone := s.directory.Phone(from)
	if trunk, registered, ok := s.trunkOfCall(req, source, now); ok && !claimsPhone {
		to := s.called(req, &trunk, registered)
		vcc, ok := s.directory.AccessCode(to)
		if !ok {
			s.log.Info("call to an unknown number", "trunk", trunk.Name, "from", from, "to", to)
			s.final(req, tx, sip.StatusNotFound, "Not Found")
			return caller{}, false
		}
		return caller{vcc: vcc, trunk: &trunk, number: trunk.read(req, from), called: to, encryption: trunk.Encryption}, true
	}
	number, account, verdict := s.auth.identify(req, source, now)
	s.counts.judged(verdict)
	if verdict != known {
		s.refuseIdentity(req, tx, verdict, now)
		return caller{}, false
	}
	return caller{vcc: account.VCC, phone: number, number: number, called: numberOf(&req.Recipient), encryption: account.Encryption}, true
}

// refuseIdentity answers a request of somebody who has not (or wrongly) proved who he is.
func (s *Server) refuseIdentity(req *sip.Request, tx *sip.ServerTx, v verdict, now time.Time) {
	if v == refused || v == tooManyMore {
		s.tellWrongPassword(req, v == tooManyMore)
		s.final(req, tx, sip.StatusForbidden, "Forbidden")
		return
	}
	res := s.response(req, sip.StatusUnauthorized, "Unauthorized")
	s.auth.challenge(res, sourceOf(req).Addr(), v == staleNonce, now)
	s.statelessly(tx, res)
}

// lockedTold is the least time between two warnings of passwords that are not looked at. There is no bound on how many come, so they must
// not fill the log.
const lockedTold = 10 * time.Second

func (s *Server) tellWrongPassword(req *sip.Request, locked bool) {
	tell := func() {
		s.log.Warn("wrong SIP password", "method", req.Method, "from", numberOf(&req.From().Address), "source", req.Source(), "locked", locked)
	}
	if locked {
		s.locked.Do(tell)
	} else {
		tell()
	}
}

// anonymous is shown for a caller who does not want to be.
const anonymous = "anonymous"

// shownNumber is the number of a trunk's caller: what the trunk asserts (RFC 3325), where that is believed, else what From says.
func shownNumber(req *sip.Request, from string, believe bool) string {
	for _, h := range req.GetHeaders("Privacy") {
		for p := range strings.SplitSeq(h.Value(), ";") {
			switch strings.ToLower(strings.TrimSpace(p)) {
			case "id", "user", "header":
				return anonymous
			}
		}
	}
	for _, h := range req.GetHeaders("P-Asserted-Identity") {
		if !believe {
			break
		}
		var u sip.Uri
		if _, err := sip.ParseAddressValue(h.Value(), &u, nil); err == nil {
			if n := numberOf(&u); n != "" {
				return n
			}
		}
	}
	if from == "" {
		return anonymous
	}
	return from
}

// impossible checks an INVITE for what we cannot do. 0 = nothing; -1 = it has answered itself.
func (s *Server) impossible(req *sip.Request, tx *sip.ServerTx, policy Encryption) (int, string) {
	contact := req.Contact()
	if contact == nil || contact.Address.Wildcard || contact.Address.Host == "" {
		return sip.StatusBadRequest, "No Contact"
	}
	if options := required(req); options != "" {
		res := s.response(req, sip.StatusBadExtension, "Bad Extension")
		res.AppendHeader(sip.NewHeader("Unsupported", options))
		s.statelessly(tx, res)
		return -1, ""
	}
	if len(req.Body()) > 0 {
		if !isSDP(req) {
			res := s.response(req, sip.StatusUnsupportedMediaType, "Unsupported Media Type")
			res.AppendHeader(sip.NewHeader("Accept", sdpType))
			s.statelessly(tx, res)
			return -1, ""
		}
		if _, err := readSDP(req.Body(), terms{policy, s.cfg.Codecs, s.engine.IPv4Only()}); err != nil {
			s.log.Warn("call refused", "from", numberOf(&req.From().Address), "source", req.Source(), "error", err)
			return sdpStatus(err)
		}
	}
	if asked := sessionExpires(req); asked > 0 && asked < s.cfg.MinSE {
		s.statelessly(tx, s.tooSmall(req))
		return -1, ""
	}
	return 0, ""
}

// required lists the options that a request demands and we do not have.
func required(req *sip.Request) string {
	var not []string
	for _, h := range req.GetHeaders("Require") {
		for option := range strings.SplitSeq(h.Value(), ",") {
			if option = strings.TrimSpace(option); option != "" && !strings.EqualFold(option, "timer") {
				not = append(not, printable(option, 64))
			}
		}
	}
	return strings.Join(not[:min(len(not), 10)], ", ")
}

func isSDP(msg sip.Message) bool {
	h, ok := msg.(interface{ ContentType() *sip.ContentTypeHeader })
	if !ok || h.ContentType() == nil {
		return false
	}
	kind, _, _ := strings.Cut(h.ContentType().Value(), ";")
	return strings.EqualFold(strings.TrimSpace(kind), sdpType)
}

// sdpStatus is how a session description is refused.
func sdpStatus(err error) (int, string) {
	if errors.Is(err, errNoCommonMedia) {
		return sip.StatusNotAcceptableHere, "Not Acceptable Here"
	}
	return sip.StatusBadRequest, "Bad Session Description"
}

// signalling is the address that a request's sound may come from as well as from the one in its SDP.
func signalling(req *sip.Request) netip.Addr { return sourceOf(req).Addr() }
