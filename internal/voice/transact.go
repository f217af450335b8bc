package voice

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

// The methods, under names that do not look like variables.
const (
	methodInvite = sip.INVITE
	methodAck    = sip.ACK
	methodBye    = sip.BYE
	methodCancel = sip.CANCEL
	methodUpdate = sip.UPDATE
	methodInfo   = sip.INFO
	methodNotify = sip.NOTIFY

	methodRegister = sip.REGISTER
)

// allowed is our Allow header.
const allowed = "INVITE, ACK, CANCEL, BYE, UPDATE, INFO, OPTIONS, REGISTER"

// transactionStart bounds the start of a client transaction: finding the address and making a connection.
const transactionStart = dialTimeout + 2*time.Second

// errNoResponse: a transaction ended without a final response.
var errNoResponse = errors.New("no response")

// transact sends a request and hands its responses on, each once: provisional ones, and at last a final one or an error. Both
// functions are called in a goroutine of the transaction and must not wait. again gets the 2xx of an INVITE that come after the first
// one: retransmissions, and those of other branches behind a forking proxy. The function returned ends the transaction.
func (s *Server) transact(req *sip.Request, on func(*sip.Response, error), again func(*sip.Response)) (end func()) {
	on = s.traced.sent(req, on)
	ended := make(chan struct{})
	s.work.Go(func() {
		tx, err := s.startTransaction(req, again)
		if err != nil {
			on(nil, err)
			return
		}
		s.pump(tx, ended, on)
	})
	return sync.OnceFunc(func() { close(ended) })
}

func (s *Server) startTransaction(req *sip.Request, again func(*sip.Response)) (*sip.ClientTx, error) {
	ctx, cancel := context.WithTimeout(context.Background(), transactionStart) // it belongs to no request
	defer cancel()
	if err := s.awaitReaders(ctx); err != nil {
		return nil, err
	}
	if err := s.reach(ctx, req.Transport(), req.Destination()); err != nil {
		return nil, err
	}
	tx, err := s.transactions.NewClientTransaction(ctx, req)
	if err != nil {
		return nil, err
	}
	if again != nil {
		tx.OnRetransmission(again)
	}
	if err := tx.Init(); err != nil {
		tx.Terminate()
		return nil, err
	}
	s.counts.requested(req.Method)
	return tx, nil
}

// awaitReaders waits, at the very start of the program, until the stack knows our sockets. Before that it would open others.
func (s *Server) awaitReaders(ctx context.Context) error {
	for _, e := range s.endpoints {
		select {
		case <-e.udp.read:
		case <-s.quit:
			return errNoResponse
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// pump reads a transaction's responses, which the stack hands over one by one while it holds the transaction's lock.
func (s *Server) pump(tx *sip.ClientTx, ended <-chan struct{}, on func(*sip.Response, error)) {
	for {
		select {
		case res := <-tx.Responses():
			if res.IsProvisional() {
				on(res, nil)
				continue
			}
			if !tx.Origin().IsInvite() {
				tx.Terminate() // an INVITE's is kept for its ACK to be repeated, and for further 2xx
			}
			on(res, nil)
			return
		case <-tx.Done():
			on(nil, errors.Join(errNoResponse, tx.Err()))
			return
		case <-s.quit:
			tx.Terminate()
			on(nil, errNoResponse)
			return
		case <-ended:
			tx.Terminate()
			on(nil, errNoResponse)
			return
		}
	}
}

// write sends a request that has no transaction: the ACK of a 2xx.
func (s *Server) write(req *sip.Request, to peer) {
	if byConnection(to.transport) && !s.connected(to) {
		s.work.Go(func() { s.writeNow(req) }) // a connection must be made, and nobody waits for that
		return
	}
	s.writeNow(req)
}

func (s *Server) writeNow(req *sip.Request) {
	ctx, cancel := context.WithTimeout(context.Background(), transactionStart) // it belongs to no request
	defer cancel()
	if err := s.reach(ctx, req.Transport(), req.Destination()); err != nil {
		s.log.Warn("cannot send", "method", req.Method, "to", req.Destination(), "error", err)
		return
	}
	if err := s.transport.WriteMsg(req); err != nil {
		s.log.Warn("cannot send", "method", req.Method, "to", req.Destination(), "error", err)
	}
}

// address makes a request go to a peer, from our listening port (the stack would open a socket of its own for a peer that it has
// not heard of), with a Via that says so.
func (s *Server) address(req *sip.Request, to peer) {
	ours := s.ourAddress(to)
	via := &sip.ViaHeader{ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: to.transport,
		Host: ours.Addr().String(), Port: int(ours.Port()),
		Params: sip.HeaderParams{{K: "branch", V: sip.RFC3261BranchMagicCookie + newTag()}, {K: "rport", V: ""}}}
	req.RemoveHeader("Via")
	req.PrependHeader(via)
	req.SetTransport(to.transport)
	req.SetDestination(to.addr.String())
	switch to.transport {
	case transportTCP:
		s.callees.mean(to.addr, time.Now())
	case transportUDP:
		req.Laddr = s.endpointFor(to.addr.Addr()).local()
	}
	if req.ContentLength() == nil {
		req.SetBody(req.Body())
	}
}

// contact is our Contact towards a peer.
func (s *Server) contact(user string, to peer) *sip.ContactHeader {
	return &sip.ContactHeader{Address: s.ourURI(user, to)}
}

// ourURI is an address of ours towards a peer.
func (s *Server) ourURI(user string, to peer) sip.Uri {
	return ipURI(user, s.ourAddress(to), to.transport)
}

// allows tells whether a message's Allow headers name a method.
func allows(msg sip.Message, method sip.RequestMethod) bool {
	return lists(msg, "Allow", string(method))
}

// supports tells whether a message's Supported headers name an option.
func supports(msg sip.Message, option string) bool {
	return lists(msg, "Supported", option) || lists(msg, "k", option)
}

// lists tells whether comma-separated headers of a name hold a word.
func lists(msg sip.Message, name, word string) bool {
	for _, h := range msg.GetHeaders(name) {
		for item := range strings.SplitSeq(h.Value(), ",") {
			if strings.EqualFold(strings.TrimSpace(item), word) {
				return true
			}
		}
	}
	return false
}
