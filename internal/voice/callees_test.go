package voice

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"
)

// TestCallees_Via: who sends a request by TCP and hangs up cannot make us connect to the address in his Via.
func TestCallees_Via(t *testing.T) {
	r := newRig(t, testDirectory())
	victim, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	called := make(chan error, 1)
	go func() {
		conn, err := victim.Accept()
		if err == nil {
			err = conn.Close()
			called <- errors.Join(errors.New("the victim was called"), err)
			return
		}
		called <- nil
	}()
	for i := range 20 {
		conn, err := net.Dial("tcp", r.addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fprintf(conn, "OPTIONS sip:x@y SIP/2.0\r\nVia: SIP/2.0/TCP %s;branch=z9hG4bKv%d\r\nMax-Forwards: 70\r\nFrom: <sip:a@b>;tag=1\r\n"+
			"To: <sip:x@y>\r\nCall-ID: v%d\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n", victim.Addr(), i, i); err != nil {
			t.Fatal(err)
		}
		if err := conn.(*net.TCPConn).SetLinger(0); err != nil {
			t.Fatal(err)
		}
		conn.Close()
	}
	newUA(r, transportTCP, "40101").register(600) // is served after them
	r.until("their connections end", func() bool { return r.Stats().Connections <= 1 })
	victim.Close()
	if err := <-called; err != nil {
		t.Error(err)
	}
}

// TestCallees: an address may be connected to from the time that a request was meant for it, and only for a while.
func TestCallees(t *testing.T) {
	c, now := newCallees(), time.Now()
	callee, mapped := netip.MustParseAddrPort("192.0.2.1:5060"), netip.MustParseAddrPort("[::ffff:192.0.2.1]:5060")
	if c.meant(callee, now) || c.control("tcp4", callee.String(), nil) == nil {
		t.Error("an address that nobody meant")
	}
	c.mean(callee, now)
	if !c.meant(callee, now) || !c.meant(mapped, now) || c.control("tcp4", callee.String(), nil) != nil {
		t.Error("a callee is refused")
	}
	if c.meant(netip.MustParseAddrPort("192.0.2.1:5061"), now) || c.control("tcp4", "x", nil) == nil {
		t.Error("another port, and no address")
	}
	if c.expire(now.Add(calleeKept)); len(c.until) != 0 {
		t.Error("it is kept for ever")
	}
}
