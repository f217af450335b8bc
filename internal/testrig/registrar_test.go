package testrig

import (
	"context"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"

	"ccgateway/internal/sipudp"
	"ccgateway/internal/softphone"
)

// registrar takes REGISTER and refuses INVITE (480), both only with the right credentials: the password of user x is "pw-x".
type registrar struct {
	t         *testing.T
	addr      string
	challenge *digest.Challenge

	mu       sync.Mutex
	contacts map[string]string // of the users
	invites  []string          // who called with the right credentials
}

func newRegistrar(t *testing.T) *registrar {
	t.Helper()
	r := &registrar{
		t: t, contacts: make(map[string]string),
		challenge: &digest.Challenge{Realm: "rig", Nonce: "abc", Algorithm: "MD5", QOP: []string{"auth"}},
	}
	tpl := sip.NewTransportLayer(net.DefaultResolver, sip.NewParser(), nil)
	txl := sip.NewTransactionLayer(tpl)
	txl.OnRequest(r.handle)
	var lc net.ListenConfig
	packets, err := lc.ListenPacket(context.Background(), "udp4", "127.0.0.1:0")
	must(t, err)
	r.addr = packets.LocalAddr().String()
	var serving sync.WaitGroup
	serving.Go(func() { _ = tpl.ServeUDP(sipudp.New(packets, tpl)) })
	t.Cleanup(func() {
		txl.Close()
		packets.Close()
		_ = tpl.Close()
		serving.Wait()
	})
	return r
}

func (r *registrar) handle(req *sip.Request, tx *sip.ServerTx) {
	defer tx.TerminateGracefully()
	user := req.From().Address.User
	var res *sip.Response
	switch {
	case req.IsAck():
		return
	case !r.knows(req, user):
		res = sip.NewResponseFromRequest(req, sip.StatusUnauthorized, "Unauthorized", nil)
		res.AppendHeader(sip.NewHeader("WWW-Authenticate", r.challenge.String()))
	case req.IsInvite():
		r.mu.Lock()
		r.invites = append(r.invites, user)
		r.mu.Unlock()
		res = sip.NewResponseFromRequest(req, sip.StatusTemporarilyUnavailable, "Nobody There", nil)
	default:
		r.mu.Lock()
		r.contacts[user] = req.Contact().Address.HostPort()
		r.mu.Unlock()
		res = sip.NewResponseFromRequest(req, sip.StatusOK, "OK", nil)
		res.AppendHeader(sip.HeaderClone(req.Contact()))
		res.AppendHeader(sip.NewHeader("Expires", "60"))
	}
	if err := tx.Respond(res); err != nil {
		r.t.Logf("respond: %v", err)
	}
}

// knows tells whether the request has the credentials of the user.
func (r *registrar) knows(req *sip.Request, user string) bool {
	header := req.GetHeader("Authorization")
	if header == nil {
		return false
	}
	given, err := digest.ParseCredentials(header.Value())
	if err != nil || given.Username != user {
		return false
	}
	want, err := digest.Digest(r.challenge, digest.Options{
		Method: req.Method.String(), URI: given.URI, Username: user, Password: "pw-" + user, Count: given.Nc, Cnonce: given.Cnonce,
	})
	return err == nil && want.Response == given.Response
}

func (r *registrar) contact(user string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.contacts[user]
}

// TestRegister: baresip and sipp register with their passwords, and answer where they said that they are.
func TestRegister(t *testing.T) {
	r := newRegistrar(t)
	b := StartBaresip(t, BaresipConfig{Registrar: r.addr, User: "40101", Password: "pw-40101", Answer: Auto, Tone: 1000})
	users := []User{{"40102", "pw-40102"}, {"40103", "pw-40103"}, {"40104", "pw-40104"}}
	phones := StartAnsweringPhones(t, r.addr, users, 2, 50*time.Millisecond)
	phone := newPhone(t, softphone.Config{Tone: 700})
	for user, hears := range map[string]float64{"40101": 1000, "40102": 700, "40104": 700} {
		call, err := phone.Call(testContext(t), "sip:"+user+"@"+r.contact(user))
		must(t, err)
		await(t, "answer of "+user, call.Answered())
		must(t, call.Hear(testContext(t), hears))
		must(t, call.Hangup(testContext(t)))
	}
	waitFor(t, phones, 2)
	b.Close()
}

// TestSIPp_Challenged: a caller of sipp's answers a challenge.
func TestSIPp_Challenged(t *testing.T) {
	r := newRegistrar(t)
	s := StartSIPp(t, SIPpConfig{Scenario: Call, Remote: r.addr, Number: "1000", Users: []User{{"40105", "pw-40105"}}})
	result, err := s.Wait(testContext(t))
	must(t, err)
	r.mu.Lock()
	defer r.mu.Unlock()
	if result.Failed != 1 || !slices.Equal(r.invites, []string{"40105"}) {
		t.Errorf("%+v, called with credentials: %v", result, r.invites)
	}
}

// TestStop: a program is ended before its time, and its absence is noticed.
func TestStop(t *testing.T) {
	s := StartSIPp(t, SIPpConfig{Scenario: Answer})
	s.Stop()
	if _, err := s.process.wait(testContext(t)); err != nil {
		t.Error(err)
	}
	b := StartBaresip(t, BaresipConfig{})
	b.process.end()
	if _, err := b.Await(testContext(t), "CALL_CLOSED"); err == nil {
		t.Error("an event from the beyond")
	}
	if err := b.Accept(testContext(t)); err == nil {
		t.Error("a dead telephone accepts")
	}
}
