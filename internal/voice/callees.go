package voice

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"github.com/emiago/sipgo/sip"
)

// calleeKept is how long a connection may be made to an address after a request was addressed to it: as long as a transaction may live.
const calleeKept = 40 * time.Second

// callees are the addresses that we have meant to send requests to. The stack makes connections to no others: when a request's
// connection has gone, it would otherwise connect, for the response, to the address that the sender wrote into Via, so that strangers
// could make us call whom they like and hold goroutines of ours while nobody answers there (RFC 3261 section 18.2.2 wants it; but who
// has hung up gets no answer here).
type callees struct {
	mu    sync.Mutex
	until map[netip.AddrPort]time.Time
}

func newCallees() *callees { return &callees{until: map[netip.AddrPort]time.Time{}} }

// mean allows a connection to an address, for a while.
func (c *callees) mean(to netip.AddrPort, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until[to] = now.Add(calleeKept)
}

// meant tells whether a connection to an address may be made.
func (c *callees) meant(to netip.AddrPort, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return now.Before(c.until[netip.AddrPortFrom(to.Addr().Unmap(), to.Port())])
}

// expire forgets the addresses whose time is over.
func (c *callees) expire(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for to, until := range c.until {
		if !now.Before(until) {
			delete(c.until, to)
		}
	}
}

// errStranger refuses a connection that only the SIP stack wants.
var errStranger = errors.New("nobody meant to call there")

// control lets the system connect to callees only.
func (c *callees) control(_, address string, _ syscall.RawConn) error {
	if to, err := netip.ParseAddrPort(address); err != nil || !c.meant(to, time.Now()) {
		return errStranger
	}
	return nil
}

// nobody refuses all: nobody is called by TLS, for a phone has no certificate to be known by.
func nobody(string, string, syscall.RawConn) error { return errStranger }

// streams is how the stack makes and writes connections. may decides before each is made.
func streams(may func(network, address string, c syscall.RawConn) error) *sip.TransportTCP {
	return &sip.TransportTCP{WriteTimeout: writeTimeout, DialerCreate: func(local net.Addr) net.Dialer {
		return net.Dialer{Timeout: dialTimeout, LocalAddr: local, Control: may}
	}}
}

// noNames looks nothing up. We send to IP addresses only; but the stack, to answer a request whose connection has gone, would ask for
// the name that a stranger wrote into Via, and wait for it.
var noNames = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
	return nil, errors.New("names are not looked up")
}}
