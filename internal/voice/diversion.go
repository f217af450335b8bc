package voice

import (
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// Bounds of what is read of a call's way to us: more than any call is diverted.
const (
	maxDiversions  = 20
	maxHistoryText = 8 << 10 // bytes of one header
)

// diversion is how a call came to us: who was called first, and who has sent it on last. "" = nobody, or it is not told.
type diversion struct{ first, last string }

// readDiversion finds out of a trunk's INVITE by Diversion (RFC 5806) and, as far as that says nothing, by History-Info (RFC 7044). Numbers
// that are not to be shown are left out. Like P-Asserted-Identity both are nothing but what the far side says, so that they are not read where
// the trunk's callers may write what they like. The numbers are brought into the form of the house as a caller's is.
func (t *Trunk) readDiversion(req *sip.Request) (d diversion) {
	if t.Incoming.FromOnly {
		return d
	}
	if all := divertedBy(req); len(all) > 0 { // the newest comes first (section 5.1)
		d = diversion{first: all[len(all)-1], last: all[0]}
	} else if all := history(req); len(all) > 1 { // the oldest comes first; the last one is what we are called by
		d = diversion{first: all[0], last: all[len(all)-2]}
	}
	for _, number := range []*string{&d.first, &d.last} {
		if *number != "" {
			*number = rewrite(t.Incoming.Caller, *number)
		}
	}
	return d
}

// divertedBy reads all Diversion headers: the numbers that may be shown.
func divertedBy(req *sip.Request) (numbers []string) {
	for _, entry := range entries(req, "Diversion") {
		var u sip.Uri
		params := sip.NewParams()
		if _, err := sip.ParseAddressValue(entry, &u, &params); err != nil {
			continue
		}
		privacy, _ := params.Get("privacy")
		if n := numberOf(&u); n != "" && !hides(privacy) {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// hides tells whether the privacy of a Diversion keeps its number from being shown: "full" and "uri" do (RFC 5806 section 4.1).
func hides(privacy string) bool {
	switch strings.ToLower(strings.Trim(privacy, `"`)) {
	case "full", "uri":
		return true
	}
	return false
}

// history reads all History-Info headers in their order: "" stands for an address that is not to be shown, or has no number.
func history(req *sip.Request) (numbers []string) {
	for _, entry := range entries(req, "History-Info") {
		var u sip.Uri
		if _, err := sip.ParseAddressValue(entry, &u, nil); err != nil {
			continue
		}
		hidden := strings.Contains(strings.ToLower(unescape(entry)), "privacy=history")
		if n := numberOf(&u); hidden || n == anonymous {
			numbers = append(numbers, "")
		} else {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// entries gives the entries of all headers of a name: addresses, several in one header between commas.
func entries(req *sip.Request, name string) (all []string) {
	for _, h := range req.GetHeaders(name) {
		value := h.Value()
		if len(value) > maxHistoryText {
			continue
		}
		for len(all) < maxDiversions && value != "" {
			end := entryEnd(value)
			if entry := strings.TrimSpace(value[:end]); entry != "" {
				all = append(all, entry)
			}
			value = strings.TrimPrefix(value[end:], ",")
		}
	}
	return all
}

// entryEnd finds the comma behind a list's first entry: not one within quotes or angle brackets.
func entryEnd(value string) int {
	quoted, angle := false, false
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '<':
			angle = true
		case c == '>':
			angle = false
		case c == ',' && !angle:
			return i
		}
	}
	return len(value)
}

// divert tells the far side of a call that goes out by whom it has been sent on, if the trunk's setting says so: one of our own numbers, as
// the trunk's rules write a caller's.
func (s *Server) divert(req *sip.Request, t *Trunk, by string, to peer) {
	rules := &t.Caller
	if !rules.Diversion || by == "" {
		return
	}
	number := rewrite(rules.Rewrite, by)
	if !fits(rules.Allowed, number) {
		number = rules.Number
	}
	if number == "" {
		return
	}
	uri := s.accountURI(number, t, to)
	const ours = 1
	value := "<" + uri.String() + ">;reason=deflection;counter=" + strconv.Itoa(ours)
	if rules.Anonymous {
		value += ";privacy=full"
	}
	req.AppendHeader(sip.NewHeader("Diversion", value))
}
