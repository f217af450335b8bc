package voice

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
)

// TestTLS_Call: a phone that is registered by TLS is called over that connection, and both sides' messages in the dialog go over it,
// with our TLS port in Via and Contact.
func TestTLS_Call(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportTLS, "40101")
	c := lifted(r, u)
	port := int(r.SecureAddrs()[0].Port())
	if contact := c.invite.Contact().Address; contact.Port != port || uriTransport(&contact, transportUDP) != transportTLS {
		t.Errorf("our Contact is %s; want port %d and transport=tls", contact.String(), port)
	}
	if via := c.invite.Via(); via.Port != port || via.Transport != transportTLS {
		t.Errorf("our Via is %s; want port %d", via.Value(), port)
	}
	if n := r.Stats().Connections; n != 1 {
		t.Errorf("%d connections; want the phone's own alone", n)
	}
	c.bye()
	if got, _ := next[center.LegEnded](r.c); got.Cause != center.CauseHungUp {
		t.Errorf("ended with %q", causeName(got.Cause))
	}
}

// TestTLS_Secure: a phone whose Contact is a sips: URI is called by it, is answered with such a Contact, and takes calls and calls.
func TestTLS_Secure(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportTLS, "40101")
	u.secure = true
	c := lifted(r, u)
	if contact := c.invite.Contact().Address; c.invite.Recipient.Scheme != schemeSecure || contact.Scheme != schemeSecure {
		t.Errorf("INVITE %s with Contact %s; want sips: in both", c.invite.Recipient.String(), contact.String())
	}
	r.carry(center.HangUp{Leg: "o1", Cause: center.CauseHungUp})
	if bye := u.receive(sip.BYE); bye.Recipient.Scheme != schemeSecure {
		t.Errorf("BYE %s; want sips:", bye.Recipient.String())
	} else {
		u.reply(bye, 200, "", "")
	}
}

// TestTLS_SecureElsewhere: a sips: URI is no Contact for a phone that comes by TCP or UDP.
func TestTLS_SecureElsewhere(t *testing.T) {
	for _, network := range []string{transportUDP, transportTCP} {
		r := newRig(t, testDirectory())
		u := newUA(r, network, "40101")
		u.secure = true
		req := u.registration(600)
		u.send(u.authorized(req, u.send(req).want(sip.StatusUnauthorized))).want(sip.StatusBadRequest)
	}
}

// TestTLS_Handshake: who does not finish the handshake in time, or speaks something else, loses the connection, and the room that it
// took is given back; a doled-out handshake gets no longer.
func TestTLS_Handshake(t *testing.T) {
	for name, send := range map[string]string{
		"silent": "", "half a hello": "\x16\x03\x01\x02\x00\x01", "SIP without TLS": "OPTIONS sip:x SIP/2.0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, testDirectory(), func(c *Config) { c.MaxConnectionsPerIP, c.handshake = 1, 200*time.Millisecond })
			conn, err := net.Dial("tcp", r.SecureAddrs()[0].String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := io.WriteString(conn, send); err != nil {
				t.Fatal(err)
			}
			conn.SetReadDeadline(time.Now().Add(patience))
			if _, err := io.ReadAll(conn); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error("the connection stays open")
			}
			r.until("its room is free", func() bool { return r.Stats().Connections == 0 })
			newUA(r, transportTLS, "40101").register(600)
		})
	}
}

// TestTLS_Old: nothing older than TLS 1.2 is spoken.
func TestTLS_Old(t *testing.T) {
	r := newRig(t, testDirectory())
	_, err := tls.Dial("tcp", r.SecureAddrs()[0].String(), &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
	if err == nil {
		t.Error("TLS 1.1 was accepted")
	}
}

// TestTLS_NeedsCertificate: a TLS port without a certificate is refused at the start.
func TestTLS_NeedsCertificate(t *testing.T) {
	if _, err := New(Config{ListenTLS: []string{"127.0.0.1:0"}}, testDirectory(), &centers{t: t}); err == nil {
		t.Error("New did not complain")
	}
}
