package voice

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"

	"ccgateway/internal/sipudp"
)

// ua is a SIP user agent whose every message the test writes.
type ua struct {
	t        *testing.T
	server   netip.AddrPort
	network  string // "UDP", "TCP" or "TLS"
	user     string
	secure   bool // its Contact is a sips: URI
	password string
	addr     netip.AddrPort // our address, by UDP; by TCP that of the listener
	tp       *sip.TransportLayer
	txl      *sip.TransactionLayer
	local    sip.Addr
	requests chan received
	cancels  chan *sip.Request  // CANCELs that met their INVITE; the stack answers both
	loose    chan *sip.Response // responses that belong to no transaction any more

	keepCancelled atomic.Bool // CANCELs are noted and not acted on: the person was faster
	cancelNoted   sync.Once
}

// received is a request that came in.
type received struct {
	*sip.Request
	tx *sip.ServerTx
}

func newUA(r *rig, network, user string) *ua { return newUAAt(r, network, user, "127.0.0.1:0") }

func newUAAt(r *rig, network, user, address string) *ua {
	r.t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	u := &ua{t: r.t, server: r.addr(), network: network, user: user, password: "secret-" + user, requests: make(chan received, 100),
		cancels: make(chan *sip.Request, 100), loose: make(chan *sip.Response, 100)}
	if network == transportTLS {
		u.server = r.SecureAddrs()[0]
	}
	u.tp = sip.NewTransportLayer(net.DefaultResolver, sip.NewParser(), &tls.Config{InsecureSkipVerify: true}, sip.WithTransportLayerLogger(quiet),
		sip.WithTransportLayerReadFilter(func(_ sip.TransportReadProps, data []byte) ([]byte, error) {
			if !u.keepCancelled.Load() || !bytes.HasPrefix(data, []byte("CANCEL ")) {
				return data, nil
			}
			u.cancelNoted.Do(func() { u.cancels <- nil })
			return nil, nil
		}))
	u.txl = sip.NewTransactionLayer(u.tp, sip.WithTransactionLayerLogger(quiet),
		sip.WithTransactionLayerUnhandledResponseHandler(func(res *sip.Response) { u.loose <- res }))
	u.txl.OnRequest(func(req *sip.Request, tx *sip.ServerTx) {
		if req.IsInvite() {
			tx.OnCancel(func(r *sip.Request) { u.cancels <- r })
		}
		u.requests <- received{req, tx}
	})
	var serving sync.WaitGroup
	var closer interface{ Close() error }
	if network == transportUDP {
		conn, err := net.ListenPacket("udp", address)
		if err != nil {
			r.t.Fatal(err)
		}
		a := conn.LocalAddr().(*net.UDPAddr)
		u.addr, u.local, closer = a.AddrPort(), sip.Addr{IP: a.IP, Port: a.Port}, conn
		socket := sipudp.New(conn, u.tp)
		serving.Go(func() { u.tp.ServeUDP(socket) })
		<-socket.Reading()
	} else {
		l, err := net.Listen("tcp", address)
		if err != nil {
			r.t.Fatal(err)
		}
		u.addr, closer = l.Addr().(*net.TCPAddr).AddrPort(), l
		serving.Go(func() { u.tp.ServeTCP(l) })
	}
	r.t.Cleanup(func() {
		u.txl.Close()
		closer.Close()
		serving.Wait()
		u.tp.Close() // last: a request that was just read may open a socket to answer by
	})
	return u
}

// uri is the agent's own address.
func (u *ua) uri() sip.Uri {
	uri := ipURI(u.user, u.addr, u.network)
	if u.secure {
		uri.Scheme = schemeSecure
	}
	return uri
}

// serverURI addresses somebody at the server.
func (u *ua) serverURI(user string) sip.Uri { return ipURI(user, u.server, u.network) }

// request makes a request outside a dialog.
func (u *ua) request(method sip.RequestMethod, to sip.Uri) *sip.Request {
	req := sip.NewRequest(method, to)
	from := sip.FromHeader{Address: sip.Uri{Scheme: "sip", User: u.user, Host: u.server.Addr().String()}}
	from.Params.Add("tag", newTag())
	toHeader := sip.ToHeader{Address: to}
	callID := sip.CallIDHeader(newTag())
	forwards := sip.MaxForwardsHeader(70)
	req.AppendHeader(&from)
	req.AppendHeader(&toHeader)
	req.AppendHeader(&callID)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: 1, MethodName: method})
	req.AppendHeader(&forwards)
	req.AppendHeader(&sip.ContactHeader{Address: u.uri()})
	return u.ready(req)
}

// ready addresses a request and gives it a new branch.
func (u *ua) ready(req *sip.Request) *sip.Request {
	req.RemoveHeader("Via")
	req.PrependHeader(&sip.ViaHeader{ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: u.network, Host: u.addr.Addr().String(),
		Port: int(u.addr.Port()), Params: sip.HeaderParams{{K: "branch", V: sip.RFC3261BranchMagicCookie + newTag()}, {K: "rport", V: ""}}})
	req.SetTransport(u.network)
	req.SetDestination(u.server.String())
	if u.network == transportUDP {
		req.Laddr = u.local
	}
	if req.ContentLength() == nil {
		req.SetBody(req.Body())
	}
	return req
}

// clientTx is a request under way.
type clientTx struct {
	u   *ua
	tx  *sip.ClientTx
	req *sip.Request
}

func (u *ua) send(req *sip.Request) *clientTx {
	u.t.Helper()
	tx, err := u.txl.Request(context.Background(), req)
	if err != nil {
		u.t.Fatalf("%s: %v", req.Method, err)
	}
	return &clientTx{u, tx, req}
}

// sendRaw sends a request as text, without a transaction, and waits for a response of that code.
func (u *ua) sendRaw(req *sip.Request, code int) string {
	u.t.Helper()
	conn, err := net.Dial("udp", u.server.String())
	if err != nil {
		u.t.Fatal(err)
	}
	defer conn.Close()
	return exchange(u.t, conn, req.String(), code)
}

// exchange sends a text and waits for a response of that code.
func exchange(t *testing.T, conn net.Conn, text string, code int) string {
	t.Helper()
	if _, err := conn.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	conn.SetReadDeadline(time.Now().Add(patience))
	b := make([]byte, 65536)
	for {
		n, err := conn.Read(b)
		if err != nil {
			t.Fatalf("no %d: %v", code, err)
		}
		if res := string(b[:n]); strings.HasPrefix(res, "SIP/2.0 "+fmt.Sprint(code)) {
			return res
		} else if !strings.HasPrefix(res, "SIP/2.0 1") {
			t.Fatalf("got\n%s; want %d", res, code)
		}
	}
}

// response waits for the next response.
func (c *clientTx) response() *sip.Response {
	c.u.t.Helper()
	select {
	case res := <-c.tx.Responses():
		return res
	case <-c.tx.Done():
		c.u.t.Fatalf("%s: no response: %v", c.req.Method, c.tx.Err())
	case <-time.After(patience):
		c.u.t.Fatalf("%s: no response", c.req.Method)
	}
	panic("not reached")
}

// final waits for the final response.
func (c *clientTx) final() *sip.Response {
	c.u.t.Helper()
	for {
		if res := c.response(); !res.IsProvisional() {
			return res
		}
	}
}

// want waits for the next response but 100 and demands its code.
func (c *clientTx) want(code int) *sip.Response {
	c.u.t.Helper()
	for {
		res := c.response()
		if res.StatusCode == sip.StatusTrying && code != sip.StatusTrying {
			continue
		}
		if res.StatusCode != code {
			c.u.t.Fatalf("%s: %d %s; want %d\n%s", c.req.Method, res.StatusCode, res.Reason, code, res)
		}
		return res
	}
}

// authorized is the request again, with the answer to its challenge.
func (u *ua) authorized(req *sip.Request, res *sip.Response) *sip.Request {
	u.t.Helper()
	h := res.GetHeader("WWW-Authenticate")
	if h == nil {
		u.t.Fatalf("no challenge in\n%s", res)
	}
	challenge, err := digest.ParseChallenge(h.Value())
	if err != nil {
		u.t.Fatal(err)
	}
	return u.with(req, challenge, 1)
}

func (u *ua) with(req *sip.Request, challenge *digest.Challenge, count int) *sip.Request {
	u.t.Helper()
	cred, err := digest.Digest(challenge, digest.Options{Method: string(req.Method), URI: req.Recipient.String(), Username: u.user,
		Password: u.password, Count: count})
	if err != nil {
		u.t.Fatal(err)
	}
	again := req.Clone()
	again.RemoveHeader("Authorization")
	again.AppendHeader(sip.NewHeader("Authorization", cred.String()))
	again.CSeq().SeqNo++
	return u.ready(again)
}

// register registers for so many seconds and demands success.
func (u *ua) register(expires int) *sip.Response {
	u.t.Helper()
	req := u.registration(expires)
	res := u.send(req).want(sip.StatusUnauthorized)
	return u.send(u.authorized(req, res)).want(sip.StatusOK)
}

func (u *ua) registration(expires int) *sip.Request {
	req := u.request(sip.REGISTER, sip.Uri{Scheme: "sip", Host: u.server.Addr().String(), Port: int(u.server.Port())})
	req.To().Address.User = u.user
	req.AppendHeader(sip.NewHeader("Expires", fmt.Sprint(expires)))
	return req
}

// receive waits for a request and demands its method.
func (u *ua) receive(method sip.RequestMethod) received {
	u.t.Helper()
	select {
	case got := <-u.requests:
		if got.Method != method {
			u.t.Fatalf("%s got %s; want %s", u.user, got.Method, method)
		}
		return got
	case <-time.After(patience):
		u.t.Fatalf("%s got nothing; want %s", u.user, method)
	}
	panic("not reached")
}

// receiveAckAndBye waits for an ACK and a BYE, which it answers. They are sent in this order; the stack gives each to a goroutine of its
// own, so that they may come in the other.
func (u *ua) receiveAckAndBye() (ack, bye received) {
	u.t.Helper()
	for range 2 {
		select {
		case got := <-u.requests:
			switch got.Method {
			case sip.ACK:
				ack = got
			case sip.BYE:
				bye = got
			}
		case <-time.After(patience):
		}
	}
	if ack.Request == nil || bye.Request == nil {
		u.t.Fatalf("%s got not both, ACK and BYE", u.user)
	}
	u.reply(bye, 200, "", "")
	return ack, bye
}

// cancelled waits for a CANCEL.
func (u *ua) cancelled() {
	u.t.Helper()
	select {
	case <-u.cancels:
	case <-time.After(patience):
		u.t.Fatalf("%s got no CANCEL", u.user)
	}
}

// quiet demands that nothing came in that was not read.
func (u *ua) quiet() {
	u.t.Helper()
	select {
	case got := <-u.requests:
		u.t.Fatalf("%s got %s", u.user, got.Method)
	case <-u.cancels:
		u.t.Fatalf("%s got CANCEL", u.user)
	default:
	}
}

// reply answers a request. Its To tag is that of the agent's side.
func (u *ua) reply(r received, code int, tag string, body string, headers ...sip.Header) {
	u.t.Helper()
	res := sip.NewResponseFromRequest(r.Request, code, "Test", nil)
	if tag != "" {
		res.To().Params.Add("tag", tag)
	}
	res.AppendHeader(&sip.ContactHeader{Address: u.uri()})
	for _, h := range headers {
		res.AppendHeader(h)
	}
	if body != "" {
		withSDP(res, []byte(body))
	}
	if err := r.tx.Respond(res); err != nil {
		u.t.Fatalf("respond %d: %v", code, err)
	}
}

// sdpOf makes a session description of a test agent.
func sdpOf(port int, direction string, formats ...string) string {
	if len(formats) == 0 {
		formats = []string{"8", "101"}
	}
	lines := []string{"v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0",
		fmt.Sprintf("m=audio %d RTP/AVP %s", port, strings.Join(formats, " "))}
	for _, f := range formats {
		switch f {
		case "0":
			lines = append(lines, "a=rtpmap:0 PCMU/8000")
		case "8":
			lines = append(lines, "a=rtpmap:8 PCMA/8000")
		case "18":
			lines = append(lines, "a=rtpmap:18 G729/8000")
		case "101":
			lines = append(lines, "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15")
		}
	}
	lines = append(lines, "a="+direction)
	return strings.Join(lines, "\r\n") + "\r\n"
}

// call is a dialog as a test agent sees it.
type call struct {
	u      *ua
	id     string
	local  sip.FromHeader
	remote sip.ToHeader
	target sip.Uri
	seq    uint32
	invite *sip.Request
}

// invite makes an INVITE to a number.
func (u *ua) invite(to, body string) *sip.Request {
	req := u.request(sip.INVITE, u.serverURI(to))
	if body != "" {
		withSDP(req, []byte(body))
	}
	return req
}

// callOf is the dialog of an INVITE of ours that was answered.
func (u *ua) callOf(req *sip.Request, res *sip.Response) *call {
	return &call{u: u, id: req.CallID().Value(), local: *sip.HeaderClone(req.From()).(*sip.FromHeader), invite: req,
		remote: *sip.HeaderClone(res.To()).(*sip.ToHeader), target: res.Contact().Address, seq: req.CSeq().SeqNo}
}

// calledBy is the dialog of an INVITE that came to us and that we answer with a tag.
func (u *ua) calledBy(r received, tag string) *call {
	local := r.To().AsFrom()
	local.Params.Add("tag", tag)
	return &call{u: u, id: r.CallID().Value(), local: local, remote: r.From().AsTo(), target: r.Contact().Address, seq: 100, invite: r.Request}
}

// next makes the dialog's next request.
func (c *call) next(method sip.RequestMethod, body string) *sip.Request {
	c.seq++
	return c.numbered(method, c.seq, body)
}

func (c *call) numbered(method sip.RequestMethod, seq uint32, body string) *sip.Request {
	req := sip.NewRequest(method, c.target)
	id := sip.CallIDHeader(c.id)
	forwards := sip.MaxForwardsHeader(70)
	req.AppendHeader(sip.HeaderClone(&c.local))
	req.AppendHeader(sip.HeaderClone(&c.remote))
	req.AppendHeader(&id)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: seq, MethodName: method})
	req.AppendHeader(&forwards)
	req.AppendHeader(&sip.ContactHeader{Address: c.u.uri()})
	if body != "" {
		withSDP(req, []byte(body))
	}
	return c.u.ready(req)
}

// ack acknowledges the last INVITE.
func (c *call) ack(body string) {
	c.u.t.Helper()
	if err := c.u.tp.WriteMsg(c.numbered(sip.ACK, c.seq, body)); err != nil {
		c.u.t.Fatal(err)
	}
}

// bye hangs up.
func (c *call) bye() {
	c.u.t.Helper()
	c.u.send(c.next(sip.BYE, "")).want(sip.StatusOK)
}

// disconnect closes the connection to the server.
func (u *ua) disconnect() {
	u.t.Helper()
	conn, err := u.tp.GetConnection(u.network, u.server.String())
	if err != nil {
		u.t.Fatal(err)
	}
	conn.Close()
}
