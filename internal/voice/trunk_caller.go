package voice

import (
	"github.com/emiago/sipgo/sip"
)

// shown is what a call that goes out by a trunk says of its caller.
type shown struct {
	from     string // user of From; "" = anonymous
	identity string // number in the trunk's identity header; "" = there is none
	private  bool   // the far side is not to pass the identity on (RFC 3323)
}

// shows applies the trunk's rules to a caller's number. A number that may not be shown is replaced by the trunk's own.
func (t *Trunk) shows(caller string) shown {
	rules := &t.Caller
	hidden := rules.Anonymous || caller == anonymous
	number := ""
	if caller != anonymous && caller != "" {
		number = rewrite(rules.Rewrite, caller)
	}
	if number == "" || !fits(rules.Allowed, number) {
		number = rules.Number
	}
	hidden = hidden || number == ""
	out := shown{from: number, private: hidden}
	if rules.Account && t.Username != "" {
		out.from = t.Username
	}
	if hidden {
		out.from = ""
	}
	if rules.Identity != IdentityNone {
		out.identity = number
	}
	return out
}

// anonymousFrom is the From of somebody who is not to be shown (RFC 3323 section 4.1.1.3).
func anonymousFrom() sip.FromHeader {
	return sip.FromHeader{DisplayName: "Anonymous", Address: sip.Uri{Scheme: schemePlain, User: anonymous, Host: "anonymous.invalid"}}
}

// showFrom makes the From of a call by a trunk.
func (s *Server) showFrom(t *Trunk, who shown, display string, to peer) sip.FromHeader {
	if who.from == "" {
		return anonymousFrom()
	}
	return sip.FromHeader{DisplayName: displayText(display), Address: s.accountURI(who.from, t, to)}
}

// accountURI is an address of ours as a trunk knows it: at the account's domain, if that is configured.
func (s *Server) accountURI(user string, t *Trunk, to peer) sip.Uri {
	uri := s.ourURI(user, to)
	uri.UriParams = nil
	if t.Domain != "" {
		uri.Host, uri.Port = t.Domain, 0
	}
	return uri
}

// identify adds the number for the far side itself (RFC 3325 section 9), and whether it is to be kept there.
func (s *Server) identify(req *sip.Request, t *Trunk, who shown, to peer) {
	if who.identity == "" {
		return
	}
	uri := s.accountURI(who.identity, t, to)
	req.AppendHeader(sip.NewHeader(string(t.Caller.Identity), "<"+uri.String()+">"))
	if who.private {
		req.AppendHeader(sip.NewHeader("Privacy", "id"))
	}
}

// read is the caller's number as the trunk's rules read it.
func (t *Trunk) read(req *sip.Request, from string) string {
	number := shownNumber(req, from, !t.Incoming.FromOnly)
	if number == anonymous {
		return number
	}
	return rewrite(t.Incoming.Caller, number)
}
