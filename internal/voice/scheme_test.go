package voice

import (
	"net"
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
)

// TestScheme: the called party may be named by a tel: URI (RFC 3966), by sip: or sips:; other schemes are refused as RFC 3261 section
// 8.2.2.1 says.
func TestScheme(t *testing.T) {
	for _, c := range []struct {
		uri  string
		code int
	}{{"tel:1000", 180}, {"tel:1-0.00;phone-context=example.org", 180}, {"sips:1000@127.0.0.1", 180}, {"tel:1001", 404}, {"mailto:1000@127.0.0.1", 416}, {"urn:service:sos", 416}} {
		t.Run(c.uri, func(t *testing.T) {
			r := newRig(t, testDirectory())
			u := newUA(r, transportUDP, "123")
			text := u.invite("1000", sdpOf(4000, "sendrecv")).String()
			line, rest, _ := strings.Cut(text, "\r\n")
			conn, err := net.Dial("udp", u.server.String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := conn.Write([]byte("INVITE " + c.uri + " SIP/2.0\r\n" + rest)); err != nil {
				t.Fatal(err)
			}
			if c.code == 180 {
				arrived, _ := next[center.CallArrived](r.c)
				if arrived.To != "1000" {
					t.Errorf("%s instead of %s: %+v", c.uri, line, arrived)
				}
				r.carry(center.HangUp{Leg: arrived.Leg, Cause: center.CauseBusy})
				c.code = sip.StatusBusyHere
			}
			exchange(t, conn, "", c.code) // an empty packet is nothing
		})
	}
}
