package voice

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// splitAddress splits "host:port" or "host"; port 0 = it says none.
func splitAddress(address string) (host string, port uint16, err error) {
	host, text, err := net.SplitHostPort(address)
	if err != nil { // it has no port: the configuration was checked
		return strings.Trim(address, "[]"), 0, nil //nolint:nilerr // see above
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n == 0 {
		return host, 0, fmt.Errorf("port %q is none", text)
	}
	return host, uint16(n), nil
}

// transport is the trunk's transport as the SIP stack writes it.
func (t *Trunk) transport() string {
	switch t.Transport {
	case "tcp":
		return transportTCP
	case "tls":
		return transportTLS
	}
	return transportUDP
}

// defaultPort is the port of a transport where an address names none.
func defaultPort(transport string) uint16 {
	if transport == transportTLS {
		return uint16(sip.DefaultTlsPort)
	}
	return uint16(sip.DefaultUdpPort)
}

// resolve finds where a trunk is reached. A host name without a port is looked for by SRV records first (RFC 3263 section 4.2).
func (s *Server) resolve(ctx context.Context, trunk *Trunk) (peer, error) {
	p := peer{transport: trunk.transport()}
	host, port, err := splitAddress(trunk.Address)
	if err != nil {
		return peer{}, fmt.Errorf("trunk's address: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	if a, err := netip.ParseAddr(host); err == nil {
		p.addr = netip.AddrPortFrom(a.Unmap(), orDefault(port, p.transport))
		return p, s.meanTrunk(trunk, p)
	}
	if port == 0 {
		host, port = service(ctx, host, p.transport)
	}
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return peer{}, fmt.Errorf("look up trunk's host: %w", err)
	}
	if len(addrs) == 0 {
		return peer{}, errors.New("look up trunk's host: no address")
	}
	slices.SortStableFunc(addrs, func(a, b netip.Addr) int { // IPv4 first
		return a.Unmap().BitLen() - b.Unmap().BitLen()
	})
	p.addr = netip.AddrPortFrom(addrs[0].Unmap(), orDefault(port, p.transport))
	return p, s.meanTrunk(trunk, p)
}

func orDefault(port uint16, transport string) uint16 {
	if port == 0 {
		return defaultPort(transport)
	}
	return port
}

// service finds the host and port that a domain's SRV records prefer; the domain itself if it has none.
func service(ctx context.Context, domain, transport string) (host string, port uint16) {
	scheme, proto := "sip", "udp"
	switch transport {
	case transportTCP:
		proto = "tcp"
	case transportTLS:
		scheme, proto = "sips", "tcp"
	}
	_, records, err := net.DefaultResolver.LookupSRV(ctx, scheme, proto, domain)
	if err != nil || len(records) == 0 || records[0].Target == "." {
		return domain, 0
	}
	return strings.TrimSuffix(records[0].Target, "."), records[0].Port
}

// trunkURI addresses a number at a trunk, by the host name that the trunk is configured with.
func trunkURI(number string, trunk *Trunk, to peer) sip.Uri {
	uri := ipURI(number, to.addr, to.transport)
	host, port, err := splitAddress(trunk.Address)
	if _, numeric := netip.ParseAddr(host); err == nil && numeric != nil {
		uri.Host, uri.Port = host, int(port) // a domain without a port is the one of its SRV records
	}
	return uri
}

// domainURI is an address of the trunk's account, or with user "" its registrar (RFC 3261 section 10.2).
func domainURI(user string, trunk *Trunk) sip.Uri {
	uri := sip.Uri{Scheme: schemePlain, User: escapeUser(user), Host: trunk.Domain}
	if uri.Host == "" {
		host, port, err := splitAddress(trunk.Address)
		if err == nil {
			uri.Host, uri.Port = host, int(port)
		}
		if a, err := netip.ParseAddr(host); err == nil {
			uri.Host = hostText(a)
		}
	}
	return uri
}
