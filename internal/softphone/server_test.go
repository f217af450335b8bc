package softphone

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"

	"ccgateway/internal/sipudp"
)

// server is a far side of a test's own: a registrar that asks for credentials, or whatever else its handlers do.
type server struct {
	t        *testing.T
	addr     string
	tpl      *sip.TransportLayer
	handlers handlers

	mu       sync.Mutex
	requests []*sip.Request
	news     chan *sip.Request
}

// handlers are what a server does with each method. Each runs before its request counts as seen by awaiting tests.
type handlers map[sip.RequestMethod]func(s *server, req *sip.Request, tx *sip.ServerTx)

// newServer serves the methods that have a handler, on UDP and TCP of one loopback port.
func newServer(t *testing.T, do handlers) *server {
	t.Helper()
	s := &server{t: t, handlers: do, news: make(chan *sip.Request, 256)}
	s.tpl = sip.NewTransportLayer(net.DefaultResolver, sip.NewParser(), nil)
	txl := sip.NewTransactionLayer(s.tpl)
	txl.OnRequest(s.handle)
	packets, listener := listenBoth(t)
	s.addr = packets.LocalAddr().String()
	var serving sync.WaitGroup
	serving.Go(func() { _ = s.tpl.ServeUDP(sipudp.New(packets, s.tpl)) })
	serving.Go(func() { _ = s.tpl.ServeTCP(listener) })
	t.Cleanup(func() {
		txl.Close()
		packets.Close()
		listener.Close()
		_ = s.tpl.Close()
		serving.Wait()
	})
	return s
}

// listenBoth opens one port number for both transports.
func listenBoth(t *testing.T) (net.PacketConn, net.Listener) {
	t.Helper()
	var lc net.ListenConfig
	for range 50 {
		packets, err := lc.ListenPacket(context.Background(), "udp", "127.0.0.1:0")
		must(t, err)
		listener, err := lc.Listen(context.Background(), "tcp", packets.LocalAddr().String())
		if err == nil {
			return packets, listener
		}
		packets.Close()
	}
	t.Fatal("no port is free for both transports")
	return nil, nil
}

func (s *server) handle(req *sip.Request, tx *sip.ServerTx) {
	defer tx.TerminateGracefully()
	s.mu.Lock()
	s.requests = append(s.requests, req)
	s.mu.Unlock()
	if handler := s.handlers[req.Method]; handler != nil {
		handler(s, req, tx)
	}
	select {
	case s.news <- req:
	default:
	}
}

// seen gives the requests of a method so far.
func (s *server) seen(method sip.RequestMethod) []*sip.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []*sip.Request
	for _, req := range s.requests {
		if req.Method == method {
			found = append(found, req)
		}
	}
	return found
}

// respond answers a request with more headers and a session description, if there is one.
func (s *server) respond(tx *sip.ServerTx, req *sip.Request, status int, body string, headers ...string) {
	res := sip.NewResponseFromRequest(req, status, "Because", nil)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		res.AppendHeader(sip.NewHeader(name, value))
	}
	if body != "" {
		setSDP(res, []byte(body))
	}
	if err := tx.Respond(res); err != nil {
		s.t.Logf("respond: %v", err)
	}
}

// checkCredentials tells whether a request has the right credentials for one of the challenges.
func checkCredentials(req *sip.Request, header, user, password string, challenges ...*digest.Challenge) bool {
	value := valueOf(req, header)
	if value == "" {
		return false
	}
	given, err := digest.ParseCredentials(value)
	if err != nil {
		return false
	}
	for _, challenge := range challenges {
		if given.Nonce != challenge.Nonce {
			continue
		}
		want, err := digest.Digest(challenge, digest.Options{
			Method: req.Method.String(), URI: req.Recipient.String(), Username: user, Password: password,
			Count: given.Nc, Cnonce: given.Cnonce,
		})
		return err == nil && want.Response == given.Response && given.URI == req.Recipient.String()
	}
	return false
}
