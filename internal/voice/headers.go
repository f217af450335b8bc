package voice

import (
	"maps"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// headerParsers are the stack's, made to bear what the grammar allows (RFC 3261 section 25.1) and they do not: white space around the separators of
// Via, and around and within parameters, and names of parameters in capitals.
func headerParsers() map[string]sip.HeaderParser {
	all := maps.Clone(sip.DefaultHeadersParser())
	for _, name := range []string{"via", "v"} {
		all[name] = tidied(all[name], tidyVia)
	}
	for _, name := range []string{"from", "f", "to", "t", "contact", "m"} {
		all[name] = tidied(all[name], func(text string) string { return text })
	}
	return all
}

// tidied makes a parser that reads a text as before has changed it. before must keep what stands behind the first comma where it is: the parser
// tells by an offset where the next entry begins.
func tidied(parse sip.HeaderParser, before func(string) string) sip.HeaderParser {
	return func(name []byte, text string) (sip.Header, error) {
		h, err := parse(name, before(text))
		switch h := h.(type) {
		case *sip.ViaHeader:
			tidyParams(h.Params)
		case *sip.FromHeader:
			tidyParams(h.Params)
		case *sip.ToHeader:
			tidyParams(h.Params)
		case *sip.ContactHeader:
			tidyParams(h.Params)
		}
		return h, err
	}
}

func tidyParams(params sip.HeaderParams) {
	for i := range params {
		p := &params[i]
		p.K, p.V = strings.ToLower(strings.TrimSpace(p.K)), strings.TrimSpace(p.V)
	}
}

// tidyVia takes the white space out of the first entry of a Via, but for the one before the host, and puts it where the stack's parser bears it:
// behind the name of the protocol. So the text stays as long as it was.
func tidyVia(text string) string {
	end := entryEnd(text)
	entry := text[:end]
	if len(strings.Fields(entry)) <= 2 {
		return text
	}
	protocol, rest, _ := strings.Cut(entry, "/")
	version, rest, ok := strings.Cut(rest, "/")
	rest = strings.TrimLeft(rest, " \t")
	at := strings.IndexAny(rest, " \t")
	if !ok || at < 0 {
		return text
	}
	protocol = strings.TrimSpace(protocol)
	tail := "/" + strings.TrimSpace(version) + "/" + rest[:at] + " " + unspaced(rest[at:])
	return protocol + strings.Repeat(" ", max(0, end-len(protocol)-len(tail))) + tail + text[end:]
}

// unspaced takes white space out, but for that within quotes.
func unspaced(text string) string {
	quoted := false
	return strings.Map(func(r rune) rune {
		if r == '"' {
			quoted = !quoted
		}
		if !quoted && (r == ' ' || r == '\t') {
			return -1
		}
		return r
	}, text)
}
