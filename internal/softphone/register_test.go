package softphone

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"
)

// registrar is a server that takes REGISTER of user 40101 with password "secret" for the given challenges.
type registrar struct {
	*server
	granted atomic.Int64 // seconds; 0: as asked for
	broken  atomic.Int64 // so many REGISTERs are answered 503 first
	stale   atomic.Bool  // the next right credentials are called stale, once
}

func newRegistrar(t *testing.T, challenges ...*digest.Challenge) *registrar {
	t.Helper()
	r := &registrar{}
	r.server = newServer(t, handlers{
		sip.REGISTER: func(s *server, req *sip.Request, tx *sip.ServerTx) { r.register(s, req, tx, challenges) },
	})
	return r
}

func (r *registrar) register(s *server, req *sip.Request, tx *sip.ServerTx, challenges []*digest.Challenge) {
	if r.broken.Add(-1) >= 0 {
		s.respond(tx, req, 503, "")
		return
	}
	right := checkCredentials(req, "Authorization", "40101", "secret", challenges...)
	if !right || r.stale.CompareAndSwap(true, false) {
		var headers []string
		for _, challenge := range challenges {
			again := *challenge
			again.Stale = right
			headers = append(headers, "WWW-Authenticate: "+again.String())
		}
		s.respond(tx, req, 401, "", headers...)
		return
	}
	expires := secondsOf(req.GetHeader("Expires"))
	if expires > 0 && expires < 5*time.Second && r.granted.Load() == 0 {
		s.respond(tx, req, 423, "", "Min-Expires: 60")
		return
	}
	if granted := r.granted.Load(); granted > 0 && expires > 0 {
		expires = time.Duration(granted) * time.Second
	}
	headers := []string{"Contact: <sip:somebody@192.0.2.1>;expires=3600"}
	if expires > 0 {
		contact := *req.Contact()
		headers = append(headers, fmt.Sprintf("Contact: <%s>;expires=%d", contact.Address.String(), int(expires.Seconds())))
	}
	s.respond(tx, req, 200, "", headers...)
}

var (
	md5Challenge    = &digest.Challenge{Realm: "r", Nonce: "n1", Algorithm: "MD5", QOP: []string{"auth"}}
	sha256Challenge = &digest.Challenge{Realm: "r", Nonce: "n2", Algorithm: "SHA-256", QOP: []string{"auth-int", "auth"}}
	oldChallenge    = &digest.Challenge{Realm: "r", Nonce: "n3", Opaque: "o"}
	newerChallenge  = &digest.Challenge{Realm: "r", Nonce: "n4", Algorithm: "SHA3-512", QOP: []string{"auth"}}
)

// TestRegister with every kind of challenge, over both transports.
func TestRegister(t *testing.T) {
	for _, c := range []struct {
		name       string
		challenges []*digest.Challenge
	}{
		{"MD5", []*digest.Challenge{md5Challenge}},
		{"SHA-256", []*digest.Challenge{sha256Challenge}},
		{"without qop", []*digest.Challenge{oldChallenge}},
		{"several", []*digest.Challenge{newerChallenge, sha256Challenge, md5Challenge}},
	} {
		for _, transport := range []Transport{UDP, TCP} {
			t.Run(c.name+"/"+transport.String(), func(t *testing.T) {
				r := newRegistrar(t, c.challenges...)
				p := newPhone(t, Config{User: "40101", Password: "secret", Registrar: r.addr, Transport: transport})
				must(t, p.Register(testContext(t)))
				if !p.Registered() {
					t.Error("registered, and does not know")
				}
				must(t, p.Unregister(testContext(t)))
				if p.Registered() {
					t.Error("unregistered, and does not know")
				}
				requests := r.seen(sip.REGISTER)
				if len(requests) != 4 {
					t.Errorf("%d REGISTERs, want 4", len(requests))
				}
				checkRegisters(t, requests)
			})
		}
	}
}

// checkRegisters checks what all REGISTERs of a phone must have in common (RFC 3261 section 10.2).
func checkRegisters(t *testing.T, requests []*sip.Request) {
	t.Helper()
	for i, req := range requests[1:] {
		first := requests[0]
		if req.CallID().Value() != first.CallID().Value() || req.CSeq().SeqNo != first.CSeq().SeqNo+uint32(i)+1 {
			t.Errorf("REGISTER %d: Call-ID %v, CSeq %v", i+1, req.CallID(), req.CSeq())
		}
		branch, _ := req.Via().Params.Get("branch")
		before, _ := requests[i].Via().Params.Get("branch")
		if branch == before {
			t.Errorf("REGISTER %d: the branch was there before", i+1)
		}
	}
}

// TestRegister_Refused: a wrong password is tried once, and a registrar that is not there takes its time.
func TestRegister_Refused(t *testing.T) {
	t.Parallel() // it waits most of the time
	r := newRegistrar(t, md5Challenge)
	var refusal *StatusError
	p := newPhone(t, Config{User: "40101", Password: "wrong", Registrar: r.addr})
	if err := p.Register(testContext(t)); !errors.As(err, &refusal) || refusal.Status != 401 {
		t.Errorf("wrong password: %v", err)
	}
	if n := len(r.seen(sip.REGISTER)); n != 2 || p.Registered() {
		t.Errorf("%d REGISTERs, registered %v", n, p.Registered())
	}
	p = newPhone(t, Config{User: "40101", Registrar: r.addr})
	if err := p.Register(testContext(t)); !errors.As(err, &refusal) || refusal.Status != 401 {
		t.Errorf("no password: %v", err)
	}
	r.broken.Store(1)
	if err := p.Register(testContext(t)); !errors.As(err, &refusal) || refusal.Status != 503 {
		t.Errorf("broken registrar: %v", err)
	}
	if err := newPhone(t, Config{}).Register(testContext(t)); err == nil {
		t.Error("registered nowhere")
	}
	if err := newPhone(t, Config{Registrar: "127.0.0.1:1"}).Register(testContext(t)); err == nil {
		t.Error("registered with nobody")
	}
}

// TestRegister_Stale: credentials whose nonce was too old are made anew.
func TestRegister_Stale(t *testing.T) {
	r := newRegistrar(t, md5Challenge)
	r.stale.Store(true)
	p := newPhone(t, Config{User: "40101", Password: "secret", Registrar: r.addr})
	must(t, p.Register(testContext(t)))
	if n := len(r.seen(sip.REGISTER)); n != 3 {
		t.Errorf("%d REGISTERs, want 3", n)
	}
}

// TestRegister_IntervalTooBrief: the phone asks for as long as the registrar demands.
func TestRegister_IntervalTooBrief(t *testing.T) {
	r := newRegistrar(t, md5Challenge)
	p := newPhone(t, Config{User: "40101", Password: "secret", Registrar: r.addr, Expires: 2 * time.Second})
	must(t, p.Register(testContext(t)))
	requests := r.seen(sip.REGISTER)
	if got := valueOf(requests[len(requests)-1], "Expires"); got != "60" {
		t.Errorf("asked for %s seconds at last, want 60", got)
	}
}

// TestRegister_Refresh: the registration is refreshed at half of what was granted, also after a failure, and no more after
// Unregister.
func TestRegister_Refresh(t *testing.T) {
	t.Parallel() // it waits most of the time
	r := newRegistrar(t, md5Challenge)
	r.granted.Store(2)
	p := newPhone(t, Config{User: "40101", Password: "secret", Registrar: r.addr})
	must(t, p.Register(testContext(t)))
	r.awaitRegisters(t, 4)
	r.broken.Store(1)
	r.awaitRegisters(t, 8) // the failure, the next try, and the beginning of the refresh after it
	if !p.Registered() {
		t.Error("is not registered after the registrar came back")
	}
	must(t, p.Unregister(testContext(t)))
	if p.registration.stop != nil {
		t.Error("still refreshing")
	}
}

// awaitRegisters waits until n REGISTERs have come in all.
func (r *registrar) awaitRegisters(t *testing.T, n int) {
	t.Helper()
	late := time.After(patience)
	for len(r.seen(sip.REGISTER)) < n {
		select {
		case <-r.news:
		case <-late:
			t.Fatalf("%d REGISTERs, want %d", len(r.seen(sip.REGISTER)), n)
		}
	}
}
