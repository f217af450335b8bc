package voice

import (
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"
)

// TestHeaders: white space where RFC 3261 section 25.1 allows it, and names of parameters in capitals.
func TestHeaders(t *testing.T) {
	parser := sip.NewParser(sip.WithHeadersParsers(headerParsers()))
	for _, via := range []string{
		"SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bKa;rport",
		"SIP / 2.0 / UDP   192.0.2.1 : 5070 ;\t branch = z9hG4bKa ; rport",
		"SIP/2.0/UDP 192.0.2.1:5070\r\n ;Branch=z9hG4bKa;RPORT",
		"SIP/ 2.0/UDP 192.0.2.1:5070 ; branch=z9hG4bKa ; rport ; x = \"a ; b\", SIP / 2.0 / TCP [2001:db8::1] : 5061 ; branch = z9hG4bKb",
	} {
		text := "OPTIONS sip:x@192.0.2.2 SIP/2.0\r\nVia: " + via + "\r\nFrom: \"A; B\" <sip:a@b> ; TAG = ab ; q=\"x y\"\r\nTo:\t<sip:x@192.0.2.2>\r\nCall-ID: 1\r\n" +
			"CSeq: 1 OPTIONS\r\nContact: <sip:a@192.0.2.1> ; Expires = 60 , <sip:b@192.0.2.1>;EXPIRES=61\r\nContent-Length: 0\r\n\r\n"
		msg, err := parser.ParseSIP([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", via, err)
			continue
		}
		req := msg.(*sip.Request)
		v := req.Via()
		if branch, _ := v.Params.Get("branch"); v.Transport != "UDP" || v.Host != "192.0.2.1" || v.Port != 5070 || branch != "z9hG4bKa" || !v.Params.Has("rport") {
			t.Errorf("%s: read as %s", via, v)
		}
		if all := req.GetHeaders("Via"); strings.Contains(via, ",") && (len(all) != 2 || all[1].Value() != "SIP/2.0/TCP [2001:db8::1]:5061;branch=z9hG4bKb") {
			t.Errorf("%s: read as %v", via, all)
		}
		if tagOf(req.From().Params) != "ab" {
			t.Errorf("From read as %s", req.From())
		}
		contacts := req.GetHeaders("Contact")
		if len(contacts) != 2 {
			t.Fatalf("Contacts read as %v", contacts)
		}
		for i, want := range []string{"60", "61"} {
			if got, _ := contacts[i].(*sip.ContactHeader).Params.Get("expires"); got != want {
				t.Errorf("Contact %d expires in %q, want %q", i, got, want)
			}
		}
	}
}
