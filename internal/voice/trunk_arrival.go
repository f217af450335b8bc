package voice

import (
	"net/netip"
	"slices"
	"time"

	"github.com/emiago/sipgo/sip"
)

// trunkOfCall finds the trunk that a call came by: the one whose registered Contact it names, or one that its address belongs to. Where
// several belong to an address, it is the one whose account the call is addressed to.
func (s *Server) trunkOfCall(req *sip.Request, source netip.Addr, now time.Time) (t Trunk, registered, ok bool) {
	trunks := s.directory.Trunks()
	named := func(name string) int { return slices.IndexFunc(trunks, func(t Trunk) bool { return t.Name == name }) }
	if token, marked := req.Recipient.UriParams.Get(lineParam); marked {
		if name, ok := s.lines.byRegistration(token, now); ok {
			if i := named(name); i >= 0 {
				return trunks[i], true, true
			}
		}
	}
	user := numberOf(&req.Recipient)
	at := s.lines.registeredAt(source, now)
	for _, name := range at {
		if i := named(name); i >= 0 && trunks[i].Username == user {
			return trunks[i], true, true
		}
	}
	if t, ok := trunkOf(trunks, source); ok {
		return t, slices.Contains(at, t.Name), true
	}
	for i := range trunks { // in the order of the configuration
		if slices.Contains(at, trunks[i].Name) {
			return trunks[i], true, true
		}
	}
	return Trunk{}, false, false
}

// isTrunk tells whether an address is one that calls of trunks come from.
func (s *Server) isTrunk(a netip.Addr) bool {
	if _, ok := trunkOf(s.directory.Trunks(), a); ok {
		return true
	}
	return len(s.lines.registeredAt(a.Unmap().WithZone(""), time.Now())) > 0
}

// called is the number that a trunk's call is for, by the trunk's rules. A registrar addresses the call to our Contact, which has the
// account's name for its user; the number that was dialled is then in P-Called-Party-ID (RFC 7315 section 4.2), or in To.
func (s *Server) called(req *sip.Request, t *Trunk, registered bool) string {
	dialled := rewrite(t.Incoming.Called, numberOf(&req.Recipient))
	if _, ok := s.directory.AccessCode(dialled); ok || !registered || req.Recipient.User != escapeUser(t.Username) {
		return dialled
	}
	var others []string
	if h := req.GetHeader("P-Called-Party-ID"); h != nil {
		var u sip.Uri
		if _, err := sip.ParseAddressValue(h.Value(), &u, nil); err == nil {
			others = append(others, numberOf(&u))
		}
	}
	for _, n := range append(others, numberOf(&req.To().Address)) {
		n = rewrite(t.Incoming.Called, n)
		if _, ok := s.directory.AccessCode(n); ok {
			return n
		}
	}
	return dialled
}
