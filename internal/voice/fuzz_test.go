package voice

import (
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
)

// wire is a connection without a network: what is written is checked and forgotten.
type wire struct{ t *testing.T }

func (w wire) LocalAddr() net.Addr { return &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 5060} }

// WriteMsg demands that a message has the lines that it was made of and no others. A response repeats headers of the request, whatever
// nonsense they hold; but nobody makes us say more than we mean.
func (w wire) WriteMsg(msg sip.Message) error {
	res, ok := msg.(*sip.Response)
	if !ok {
		return nil
	}
	head, _, _ := strings.Cut(res.String(), "\r\n\r\n")
	lines := strings.Split(head, "\r\n")
	if !strings.HasPrefix(lines[0], fmt.Sprintf("SIP/2.0 %d ", res.StatusCode)) || len(lines) != 1+len(res.Headers()) ||
		strings.ContainsAny(strings.Join(lines, ""), "\r\n") {
		w.t.Errorf("we send what we do not mean:\n%q", res.String())
	}
	return nil
}

func (w wire) Ref(int) int            { return 1 }
func (w wire) TryClose() (int, error) { return 1, nil }
func (w wire) Close() error           { return nil }

// hasty is a center that answers each call and hangs it up at once.
type hasty struct{ s *Server }

func (h *hasty) Tell(vcc center.VCCID, cmd center.Command) {
	if c, ok := cmd.(center.CallArrived); ok {
		h.s.Carry(vcc, []center.Effect{center.Alert{Leg: c.Leg}, center.AnswerLeg{Leg: c.Leg}})
	}
}

// fuzzServer is a server that is not run: its sockets are open and nobody reads them. Legs and transactions work all the same.
func fuzzServer(f *testing.F) *Server {
	h := &hasty{}
	ports := rtpPorts()
	s, err := New(Config{Listen: []string{"127.0.0.1:0"}, RTPMin: ports, RTPMax: ports + 199, Log: slog.New(slog.DiscardHandler)},
		testDirectory(), h)
	if err != nil {
		f.Fatal(err)
	}
	h.s = s
	f.Cleanup(func() {
		for _, l := range s.legs.close() {
			l.mail.post(l.abandon)
		}
		s.legs.wait()
		close(s.quit)
		s.work.Wait()
		s.closeEndpoints()
		s.engine.Close()
	})
	return s
}

// FuzzMessage: whatever bytes come in by whatever transport, the server survives, and what it answers can be read.
func FuzzMessage(f *testing.F) {
	for _, seed := range seeds() {
		f.Add([]byte(seed))
	}
	s := fuzzServer(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		if !plausible(data) {
			return
		}
		var messages []sip.Message
		if msg, err := sip.NewParser().ParseSIP(data); err == nil {
			messages = append(messages, msg)
		}
		stream := sip.NewParser().NewSIPStream()
		_ = stream.ParseSIPStream(data, func(msg sip.Message) { messages = append(messages, msg) })
		stream.Close()
		for i, msg := range messages {
			msg.SetTransport([]string{transportUDP, transportTCP}[min(i, 1)])
			msg.SetSource("127.0.0.1:40000")
			s.onMessage(msg)
			req, ok := msg.(*sip.Request)
			if !ok {
				continue
			}
			take(t, s, req)
		}
		for _, l := range s.legs.all() {
			l.mail.post(l.abandon)
		}
		s.legs.wait()
	})
}

// take does what the transaction layer does with a request.
func take(t *testing.T, s *Server, req *sip.Request) {
	key, err := sip.ServerTxKeyMake(req)
	if err != nil {
		return
	}
	tx := sip.NewServerTx(key, req, wire{t}, slog.New(slog.DiscardHandler))
	if err := tx.Init(); err != nil {
		return
	}
	defer tx.Terminate()
	s.onRequest(req, tx)
	if l := s.legs.dialog(dialogKey{}); l != nil {
		t.Error("a leg without a name")
	}
}

// seeds are messages of all kinds that reach deep.
func seeds() []string {
	head := func(method, to, more string) string {
		return method + " sip:1000@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:40000;branch=z9hG4bKx;rport\r\nFrom: <sip:030@127.0.0.1>;tag=a\r\n" +
			"To: <sip:1000@127.0.0.1>" + to + "\r\nCall-ID: c\r\nCSeq: 1 " + method + "\r\nContact: <sip:030@127.0.0.1:40000;transport=tcp>\r\n" +
			"Max-Forwards: 70\r\n" + more
	}
	body := func(text string) string {
		return fmt.Sprintf("Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s", len(text), text)
	}
	const empty = "Content-Length: 0\r\n\r\n"
	return []string{
		head("INVITE", "", body(sdpOf(4000, "sendrecv"))),
		head("INVITE", "", "Record-Route: <sip:10.0.0.1;lr>, <sip:10.0.0.2>\r\nSession-Expires: 90;refresher=uas\r\nSupported: timer, x\r\n"+
			"P-Asserted-Identity: \"A\" <tel:+1-2;x=y>\r\nPrivacy: id;critical\r\n"+body(sdpOf(4000, "sendonly", "0", "8"))),
		head("INVITE", "", "Diversion: \"A, \\\" B\" <sip:+4930666@p.example;user=phone>;reason=no-answer;counter=2;privacy=off, <tel:+493077>;privacy=full\r\n"+
			"History-Info: <sip:1@a?Privacy=history>;index=1, <sip:2@a?Reason=SIP%3Bcause%3D302>;index=1.1;rc=1\r\n"+body(sdpOf(4000, "sendrecv"))),
		head("INVITE", "", "Require: 100rel, timer\r\n"+empty),
		head("INVITE", ";tag=b", empty),
		head("REGISTER", "", "Authorization: Digest username=\"40101\", realm=\"ccgateway\", nonce=\"x\", uri=\"sip:127.0.0.1\", "+
			"response=\"y\", algorithm=MD5, cnonce=\"z\", qop=auth, nc=00000001\r\nExpires: 60\r\n"+empty),
		strings.Replace(head("REGISTER", "", empty), "Contact: <sip:030@127.0.0.1:40000;transport=tcp>", "Contact: *", 1),
		head("OPTIONS", "", empty), head("MESSAGE", "", "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi"),
		head("ACK", ";tag=b", empty), head("BYE", ";tag=b", empty), head("CANCEL", "", empty), head("PRACK", "", empty),
		"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:40000;branch=z9hG4bKx\r\nCSeq: 1 INVITE\r\n" + empty,
	}
}

// TestTorture: the messages of RFC 4475 and more like them, sent to the port by both transports. Nothing is demanded but that the server
// lives on, and that what it answers is SIP.
func TestTorture(t *testing.T) {
	r := newRig(t, testDirectory())
	for _, network := range []string{"udp", "tcp"} {
		for i, text := range append(seeds(), torture()...) {
			conn, err := net.Dial(network, r.addr().String())
			if err != nil {
				t.Fatal(err)
			}
			conn.Write([]byte(text))
			conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond)) // some are answered, some are not
			b := make([]byte, 65536)
			if n, err := conn.Read(b); err == nil && !strings.HasPrefix(string(b[:n]), "SIP/2.0 ") && !strings.HasPrefix(string(b[:n]), "BYE ") {
				t.Errorf("message %d by %s is answered with\n%s", i, network, b[:n])
			}
			conn.Close()
		}
	}
	newUA(r, transportUDP, "40101").register(600)
}

// torture are messages in the spirit of RFC 4475.
func torture() []string {
	invite := seeds()[0]
	return []string{
		strings.Replace(invite, "CSeq: 1 INVITE", "CSeq: 4294967296 INVITE", 1),
		strings.Replace(invite, "CSeq: 1 INVITE", "CSeq: 1 OPTIONS", 1),
		strings.Replace(invite, "Max-Forwards: 70", "Max-Forwards: -1", 1),
		strings.Replace(invite, "Content-Length: ", "Content-Length: -", 1),
		strings.Replace(invite, "Content-Length: ", "Content-Length: 9", 1),
		strings.Replace(invite, "SIP/2.0\r\n", "SIP/7.0\r\n", 1),
		strings.Replace(invite, "sip:1000@127.0.0.1 ", "sip:1000@127.0.0.1  ", 1),
		strings.Replace(invite, "INVITE sip:1000@127.0.0.1", "INVITE nobodyKnowsThisScheme:x", 1),
		strings.Replace(invite, "INVITE sip:1000@127.0.0.1", "INVITE sip:1000;par=u%40example.net@127.0.0.1", 1),
		strings.Replace(invite, "INVITE sip:1000@127.0.0.1", "INVITE *", 1),
		strings.Replace(invite, "From: <sip:030@127.0.0.1>;tag=a", "From: \"\\\"<<<\" <sip:%00%ff@127.0.0.1>;tag=a", 1),
		strings.Replace(invite, "Contact: <", "Contact: <sip:a@b>, <sip:c@d>, <", 1),
		strings.Replace(invite, "Via: SIP/2.0/UDP 127.0.0.1:40000;branch=z9hG4bKx;rport", "v: SIP / 2.0 / UDP 192.0.2.2;branch=390skdjuw", 1),
		strings.Replace(invite, "Via: SIP/2.0/UDP", "Via: SIP/2.0/UNKNOWN", 1),
		strings.Replace(invite, "branch=z9hG4bKx", "branch=z9hG4bK"+strings.Repeat("x", 5000), 1),
		strings.Replace(invite, "Call-ID: c\r\n", "", 1),
		strings.Replace(invite, "Call-ID: c\r\n", "Call-ID: "+strings.Repeat("c", 1000)+"\r\n", 1),
		strings.Replace(invite, "Call-ID: c\r\n", "Call-ID: c\r\nCall-ID: d\r\nTo: <sip:a@b>;tag=1\r\nFrom: <sip:a@b>\r\n", 1),
		"\r\n\r\n" + invite,
		strings.ReplaceAll(invite, "\r\n", "\n"),
		strings.ToLower(invite),
		invite + invite,
		strings.Repeat("Route: <sip:a@b;lr>\r\n", 2000) + invite,
		strings.Replace(invite, "Max-Forwards: 70\r\n", strings.Repeat("Record-Route: <sip:a@b;lr>\r\n", 500), 1),
	}
}
