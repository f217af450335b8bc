package lockout

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
)

// Subject is whose password is tried: an agent by number, or an account by name, which may not exist.
type Subject string

// Agent is the subject of sign-ins by number.
func Agent(number int) Subject { return Subject(strconv.Itoa(number)) }

// Account is the subject of sign-ins by name. The name itself is not kept: people type their passwords into the wrong field.
func Account(name string) Subject {
	sum := sha256.Sum256([]byte("account " + name))
	return Subject("account:" + hex.EncodeToString(sum[:12]))
}

// Address is where tries come from: an IPv4 address, or the /64 network of an IPv6 one, all of which one customer has.
type Address string

// nowhere is the address of callers of whom none is known.
const nowhere Address = "unknown"

// AddressOf gives the address that is counted.
func AddressOf(ip netip.Addr) Address {
	ip = ip.Unmap().WithZone("")
	switch {
	case !ip.IsValid():
		return nowhere
	case ip.Is4():
		return Address(ip.String())
	}
	network, err := ip.Prefix(64)
	if err != nil {
		return nowhere // an IPv6 address has 64 bits
	}
	return Address(network.String())
}

// caller is what is known of who sends a request. It belongs to the request's goroutine.
type caller struct {
	from    Address
	account *Subject // set when the request signs in by account name
}

type callerKey struct{}

// WithAddress says from where a request comes. The context is for one request.
func WithAddress(ctx context.Context, ip netip.Addr) context.Context {
	return context.WithValue(ctx, callerKey{}, &caller{from: AddressOf(ip)})
}

// From gives what WithAddress said, "" when nobody did: an address, or the network of a subscriber of IPv6.
func From(ctx context.Context) string {
	if c, ok := ctx.Value(callerKey{}).(*caller); ok {
		return string(c.from)
	}
	return ""
}

// NoteAccount says that the request signs in by this account name, whether it exists or not. It is called in the goroutine of the request.
func NoteAccount(ctx context.Context, name string) {
	if c, ok := ctx.Value(callerKey{}).(*caller); ok {
		who := Account(name)
		c.account = &who
	}
}

// callerOf gives subject and address of a try. number is the agent's, 0 for an account that does not exist.
func callerOf(ctx context.Context, number int) (Subject, Address) {
	c, ok := ctx.Value(callerKey{}).(*caller)
	switch {
	case !ok:
		return Agent(number), nowhere
	case c.account != nil:
		return *c.account, c.from
	}
	return Agent(number), c.from
}

// maxForwarded bounds how many addresses of X-Forwarded-For are looked at, from its end: more proxies nobody has in a row.
const maxForwarded = 8

// Handler tells next's requests from where they come: the connection's other end, or, when that is one of the proxies, the last address in
// X-Forwarded-For that is none. proxies is asked at each request.
func Handler(next http.Handler, proxies func() []netip.Prefix) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(WithAddress(r.Context(), sourceOf(r, proxies()))))
	})
}

func sourceOf(r *http.Request, proxies []netip.Prefix) netip.Addr {
	var ip netip.Addr
	if end, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		ip = end.Addr().Unmap()
	}
	named := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(named) - 1; i >= max(0, len(named)-maxForwarded) && within(ip, proxies); i-- {
		before, err := netip.ParseAddr(strings.TrimSpace(named[i]))
		if err != nil {
			break // the proxy does not say
		}
		ip = before.Unmap()
	}
	return ip
}

func within(ip netip.Addr, networks []netip.Prefix) bool {
	for _, network := range networks {
		if network.Contains(ip) {
			return true
		}
	}
	return false
}
