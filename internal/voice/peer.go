package voice

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// The transports, as the SIP stack writes them.
const (
	transportUDP = "UDP"
	transportTCP = "TCP"
	transportTLS = "TLS"
)

// The schemes of URIs that are taken. A phone can be called by sip: and sips:, which wants TLS.
const (
	schemePlain  = "sip"
	schemeSecure = "sips"
	schemeTel    = "tel" // a number alone (RFC 3966): who calls may write it
)

// byConnection tells whether a transport has connections: what is sent over it goes by the one that is there.
func byConnection(transport string) bool {
	return transport == transportTCP || transport == transportTLS
}

// peer is where messages to somebody are sent.
type peer struct {
	transport string
	addr      netip.AddrPort
}

// sourceOf is where a message came from. Invalid if the stack said nothing sensible.
func sourceOf(msg sip.Message) netip.AddrPort {
	a, err := netip.ParseAddrPort(msg.Source())
	if err != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

// replyPeer is where requests to the sender of a request should go: back by its connection, or to where responses go, which is its
// source port (RFC 3581) or the port that it wrote into Via.
func replyPeer(req *sip.Request) peer {
	p := peer{transport: strings.ToUpper(req.Transport()), addr: sourceOf(req)}
	via := req.Via()
	if p.transport != transportUDP || via == nil || via.Params.Has("rport") {
		return p
	}
	port := via.Port
	if port <= 0 || port > 65535 {
		port = sip.DefaultUdpPort
	}
	p.addr = netip.AddrPortFrom(p.addr.Addr(), uint16(port))
	return p
}

// hostAddr reads a URI's host if it is an IP address.
func hostAddr(u *sip.Uri) (netip.Addr, bool) {
	a, err := netip.ParseAddr(strings.Trim(u.Host, "[]"))
	return a.Unmap().WithZone(""), err == nil
}

// uriPort is the port of a URI, or the default.
func uriPort(u *sip.Uri) uint16 {
	if u.Port > 0 && u.Port <= 65535 {
		return uint16(u.Port)
	}
	return uint16(sip.DefaultUdpPort)
}

// uriTransport is the transport that a URI asks for; fallback if it does not say.
func uriTransport(u *sip.Uri, fallback string) string {
	t, ok := u.UriParams.Get("transport")
	if !ok || t == "" {
		return fallback
	}
	return strings.ToUpper(t)
}

// ipURI is a URI of ours or of a peer that is reached at an address.
func ipURI(user string, addr netip.AddrPort, transport string) sip.Uri {
	u := sip.Uri{Scheme: "sip", User: escapeUser(user), Host: hostText(addr.Addr()), Port: int(addr.Port())}
	if byConnection(transport) {
		u.UriParams = sip.HeaderParams{{K: "transport", V: strings.ToLower(transport)}}
	}
	return u
}

// hostText writes an address as the host of a URI.
func hostText(a netip.Addr) string {
	if a.Is6() {
		return "[" + a.String() + "]"
	}
	return a.String()
}

// maxNumber bounds a number or name that is dialled or shown. E.164 has 15 digits; names of SIP users are longer.
const maxNumber = 64

// numberOf is the number that a URI names: its user part without parameters, or the number of a tel URI. What is no part of a
// number or of a name is left out, visual separators among it (RFC 3966 section 5.1.1).
func numberOf(u *sip.Uri) string {
	user := u.User
	if u.Scheme == schemeTel {
		user = u.Raw()
	}
	user, _, _ = strings.Cut(unescape(user), ";")
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', strings.ContainsRune("+*#_", r):
			return r
		}
		return -1
	}, user[:min(len(user), maxNumber)])
}

// unescape undoes %XX in a user part; what cannot be undone stays.
func unescape(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// escapeUser writes a number or name as the user part of a URI (RFC 3261 section 25.1: user).
func escapeUser(s string) string {
	const plain = "-_.!~*'()&=+$,;?/"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte(plain, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		const digits = "0123456789ABCDEF"
		b.Write([]byte{'%', digits[c>>4], digits[c&15]})
	}
	return b.String()
}

// displayText makes a name fit to stand between the quotes of a display name: no line ends or other control characters, quotes and
// backslashes escaped (RFC 3261 section 25.1: quoted-string).
func displayText(s string) string {
	const longest = 128
	var b strings.Builder
	for _, r := range s {
		if b.Len() >= longest {
			break
		}
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7F || r == 0xFFFD:
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// sourcePort is the address that a URI with an IP address names.
func sourcePort(host netip.Addr, u *sip.Uri) netip.AddrPort {
	return netip.AddrPortFrom(host, uriPort(u))
}

// printable cuts a text from the network to what may stand in a log or a view.
func printable(s string, most int) string {
	var b strings.Builder
	for _, r := range s {
		if b.Len() >= most {
			break
		}
		if r >= ' ' && r < 0x7F {
			b.WriteRune(r)
		}
	}
	return b.String()
}
