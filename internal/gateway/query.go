package gateway

import (
	"net/url"
	"strings"
)

// pair is one member of a query.
type pair struct{ name, value string }

// parseQuery splits a query at "&" only: clients send raw semicolons in values (?agents=101;102), which url.ParseQuery throws
// away (client-rules.md 25). What is not escaped properly is taken as it stands.
func parseQuery(raw string) []pair {
	var pairs []pair
	for member := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(member, "=")
		if name == "" {
			continue // such as "?={id}", which a client in use sends
		}
		pairs = append(pairs, pair{unescape(name), unescape(value)})
	}
	return pairs
}

func unescape(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

// lookup finds a member of a query; its first occurrence counts, and capitals do not matter (callId and callid are both written
// on one page of the reference).
func lookup(pairs []pair, name string) (value string, present bool) {
	for _, p := range pairs {
		if strings.EqualFold(p.name, name) {
			return p.value, true
		}
	}
	return "", false
}
