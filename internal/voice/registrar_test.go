package voice

import (
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"

	"ccgateway/internal/center"
)

// TestRegister: a phone registers by either transport and either algorithm, is told for how long, and the center hears of its first and
// last registration only.
func TestRegister(t *testing.T) {
	for _, network := range []string{transportUDP, transportTCP, transportTLS} {
		for _, algorithm := range []string{MD5, SHA256} {
			t.Run(network+"/"+algorithm, func(t *testing.T) {
				r := newRig(t, testDirectory(), func(c *Config) { c.Algorithms = []string{algorithm} })
				u := newUA(r, network, "40101")
				res := u.register(600)
				if got := res.Contact().Params.GetOr("expires", ""); got != "600" {
					t.Errorf("expires %q, want 600", got)
				}
				if state, vcc := next[center.PhoneState](r.c); vcc != 1 || state != (center.PhoneState{Phone: "40101", Registered: true}) {
					t.Errorf("told %+v of VCC %d", state, vcc)
				}
				u.register(600)
				r.c.nothing()
				if !r.Registered("40101") || len(r.Registrations()["40101"]) != 1 {
					t.Errorf("registrations: %+v", r.Registrations())
				}
				u.register(0)
				if state, _ := next[center.PhoneState](r.c); state.Registered {
					t.Error("unregistered phone is told as registered")
				}
			})
		}
	}
}

// TestRegister_BothAlgorithms: the better algorithm is offered first, and each is taken.
func TestRegister_BothAlgorithms(t *testing.T) {
	r := newRig(t, testDirectory(), func(c *Config) { c.Algorithms = []string{SHA256, MD5} })
	u := newUA(r, transportUDP, "40101")
	req := u.registration(600)
	res := u.send(req).want(sip.StatusUnauthorized)
	headers := res.GetHeaders("WWW-Authenticate")
	if len(headers) != 2 || !strings.Contains(headers[0].Value(), "SHA-256") || !strings.Contains(headers[1].Value(), "MD5") {
		t.Fatalf("challenges: %v", headers)
	}
	for i, h := range headers {
		challenge, err := digest.ParseChallenge(h.Value())
		if err != nil {
			t.Fatal(err)
		}
		again := u.with(req, challenge, i+1) // one nonce for both
		again.CSeq().SeqNo += uint32(i)
		u.send(again).want(sip.StatusOK)
	}
}

// TestRegister_Expires: limits of the time, and where the wish may stand.
func TestRegister_Expires(t *testing.T) {
	r := newRig(t, testDirectory(), func(c *Config) { c.RegisterMin, c.RegisterMax = 30*time.Second, 300*time.Second })
	u := newUA(r, transportUDP, "40101")
	for _, test := range []struct {
		name            string
		header, contact string
		status          int
		granted         string
	}{
		{"more than the most", "100000", "", 200, "300"},
		{"contact before header", "300", "60", 200, "60"},
		{"too brief", "29", "", 423, ""},
		{"unreadable counts as 3600", "soon", "", 200, "300"},
		{"not said", "", "", 200, "300"},
	} {
		t.Run(test.name, func(t *testing.T) {
			req := u.registration(1)
			req.RemoveHeader("Expires")
			if test.header != "" {
				req.AppendHeader(sip.NewHeader("Expires", test.header))
			}
			if test.contact != "" {
				req.Contact().Params.Add("expires", test.contact)
			}
			res := u.send(u.authorized(req, u.send(req).want(401))).want(test.status)
			if test.status == 423 {
				if h := res.GetHeader("Min-Expires"); h == nil || h.Value() != "30" {
					t.Errorf("Min-Expires: %v", h)
				}
			} else if got := res.Contact().Params.GetOr("expires", ""); got != test.granted {
				t.Errorf("granted %s, want %s", got, test.granted)
			}
		})
	}
}

// TestRegister_Expires: a registration that is not renewed ends by itself.
func TestRegister_RunsOut(t *testing.T) {
	r := newRig(t, testDirectory(), func(c *Config) { c.RegisterMin = time.Second })
	newUA(r, transportUDP, "40101").register(1)
	next[center.PhoneState](r.c)
	if state, _ := next[center.PhoneState](r.c); state.Registered {
		t.Error("registration does not run out")
	}
	if r.Registered("40101") {
		t.Error("still registered")
	}
}

// TestRegister_AccountGone: an account that an administrator removes is not reached any more.
func TestRegister_AccountGone(t *testing.T) {
	d := testDirectory()
	r := newRig(t, d)
	u := newUA(r, transportUDP, "40101")
	u.register(600)
	next[center.PhoneState](r.c)
	d.mu.Lock()
	delete(d.phones, "40101")
	d.mu.Unlock()
	if state, _ := next[center.PhoneState](r.c); state.Registered {
		t.Error("account is gone and its phone is not")
	}
	req := u.registration(600)
	u.send(u.authorized(req, u.send(req).want(401))).want(403)
}

// TestRegister_Star: "Contact: *" removes all devices, but only with Expires: 0.
func TestRegister_Star(t *testing.T) {
	r := newRig(t, testDirectory())
	first, second := newUA(r, transportUDP, "40101"), newUA(r, transportTCP, "40101")
	first.register(600)
	second.register(600)
	if n := len(r.Registrations()["40101"]); n != 2 {
		t.Fatalf("%d devices", n)
	}
	star := func(expires int, status int) {
		t.Helper()
		req := first.registration(expires)
		req.RemoveHeader("Contact")
		req.AppendHeader(&sip.ContactHeader{Address: sip.Uri{Wildcard: true}})
		first.send(first.authorized(req, first.send(req).want(401))).want(status)
	}
	star(600, 400)
	star(0, 200)
	if r.Registered("40101") {
		t.Error("still registered")
	}
}

// TestRegister_ManyDevices: one more device than there may be replaces the one that has not been heard of for longest.
func TestRegister_ManyDevices(t *testing.T) {
	r := newRig(t, testDirectory(), func(c *Config) { c.MaxContacts = 2 })
	agents := []*ua{newUA(r, transportUDP, "40101"), newUA(r, transportUDP, "40101"), newUA(r, transportUDP, "40101")}
	for _, u := range agents {
		u.register(600)
	}
	left := fmt.Sprint(r.Registrations()["40101"])
	if strings.Contains(left, agents[0].addr.String()) || !strings.Contains(left, agents[1].addr.String()) || !strings.Contains(left, agents[2].addr.String()) {
		t.Errorf("registered: %s", left)
	}
}

// TestRegister_OutOfOrder: an older REGISTER of the same device changes nothing.
func TestRegister_OutOfOrder(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "40101")
	req := u.registration(600)
	newer := u.authorized(req, u.send(req).want(401))
	newer.CSeq().SeqNo = 10
	u.send(newer).want(200)
	older := u.registration(0)
	*older.CallID() = *newer.CallID()
	older = u.authorized(older, u.send(older).want(401))
	older.CSeq().SeqNo = 9
	u.send(older).want(500)
	if !r.Registered("40101") {
		t.Error("older request has unregistered the phone")
	}
}

// TestRegister_ContactChanges: a phone behind a NAT that has learned its outer address names that and takes its former Contact back in one
// REGISTER. Both are of one instance; it stays registered by the new one, whichever comes first.
func TestRegister_ContactChanges(t *testing.T) {
	for _, newFirst := range []bool{true, false} {
		t.Run(fmt.Sprint("new first ", newFirst), func(t *testing.T) {
			r := newRig(t, testDirectory())
			u := newUA(r, transportUDP, "40101")
			contact := func(host string, expires string) sip.Header {
				return &sip.ContactHeader{Address: sip.Uri{Scheme: "sip", User: "40101", Host: host},
					Params: sip.HeaderParams{{K: "+sip.instance", V: "<urn:uuid:1>"}, {K: "expires", V: expires}}}
			}
			register := func(contacts ...sip.Header) {
				t.Helper()
				req := u.registration(600)
				req.RemoveHeader("Contact")
				for _, c := range contacts {
					req.AppendHeader(c)
				}
				u.send(u.authorized(req, u.send(req).want(401))).want(200)
			}
			inner, outer := contact("192.168.0.9", "0"), contact("203.0.113.9", "600")
			register(contact("192.168.0.9", "600"))
			if newFirst {
				register(outer, inner)
			} else {
				register(inner, outer)
			}
			devices := r.bindings.of("40101", time.Now())
			if len(devices) != 1 || devices[0].contact.Host != "203.0.113.9" {
				t.Errorf("registered: %+v", devices)
			}
		})
	}
}

// TestRegister_OtherAccount: with one's own password nobody else is registered.
func TestRegister_OtherAccount(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "40101")
	req := u.registration(600)
	req.To().Address.User = "40102"
	u.send(u.authorized(req, u.send(req).want(401))).want(403)
	if r.Registered("40102") || r.Registered("40101") {
		t.Error("registered")
	}
}

// TestRegister_NATPortChanges: a phone whose NAT gives it another port keeps one registration, at the new port.
func TestRegister_NATPortChanges(t *testing.T) {
	r := newRig(t, testDirectory())
	private := sip.Uri{Scheme: "sip", User: "40101", Host: "192.168.7.7", Port: 5060}
	var at netip.AddrPort
	for range 2 {
		u := newUA(r, transportUDP, "40101")
		req := u.registration(600)
		req.Contact().Address = private
		u.send(u.authorized(req, u.send(req).want(401))).want(200)
		at = u.addr
	}
	got := r.bindings.of("40101", time.Now())
	if len(got) != 1 || got[0].peer.addr != at || !got[0].natted {
		t.Errorf("bindings: %+v; want one at %s", got, at)
	}
}

// TestRegister_NATWithoutRport: a phone behind a NAT that does not know rport is answered at its NAT's port all the same.
func TestRegister_NATWithoutRport(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "40101")
	req := u.registration(600)
	req.Via().Params.Remove("rport")
	req.Via().Host, req.Via().Port = "192.168.7.7", 5060
	u.send(req).want(401)
}

// TestRegister_ConnectionLost: the connection that a phone behind a NAT has registered by is its only way; when it ends, the phone is gone.
func TestRegister_ConnectionLost(t *testing.T) {
	for _, network := range []string{transportTCP, transportTLS} {
		t.Run(network, func(t *testing.T) { registeredConnectionLost(t, network) })
	}
}

func registeredConnectionLost(t *testing.T, network string) {
	r := newRig(t, testDirectory())
	u := newUA(r, network, "40101")
	req := u.registration(600)
	req.Contact().Address.Host = "192.168.7.7"
	u.send(u.authorized(req, u.send(req).want(401))).want(200)
	next[center.PhoneState](r.c)
	u.tp.Close()
	if state, _ := next[center.PhoneState](r.c); state.Registered {
		t.Error("connection is gone and the phone is not")
	}
}

// TestEnumeration: nothing that is said to a stranger depends on whether an account exists.
func TestEnumeration(t *testing.T) {
	r := newRig(t, withoutTrunk())
	known, unknown := newUA(r, transportUDP, "40101"), newUA(r, transportUDP, "40999")
	known.password, unknown.password = "wrong", "wrong"
	requests := map[string]func(u *ua) *sip.Request{
		"REGISTER": func(u *ua) *sip.Request { return u.registration(600) },
		"INVITE":   func(u *ua) *sip.Request { return u.invite("1000", sdpOf(4000, "sendrecv")) },
		"to":       func(u *ua) *sip.Request { return u.request(sip.OPTIONS, u.serverURI(u.user)) },
		"MESSAGE":  func(u *ua) *sip.Request { return u.request(sip.MESSAGE, u.serverURI(u.user)) },
	}
	for name, make := range requests {
		t.Run(name, func(t *testing.T) {
			var said [2][]string
			for i, u := range []*ua{known, unknown} {
				req := make(u)
				res := u.send(req).final()
				said[i] = append(said[i], shape(res))
				if res.StatusCode == sip.StatusUnauthorized {
					said[i] = append(said[i], shape(u.send(u.authorized(req, res)).final()))
				}
			}
			if a, b := strings.Join(said[0], "\n"), strings.Join(said[1], "\n"); a != b {
				t.Errorf("known account is told\n%s\nunknown one\n%s", a, b)
			}
		})
	}
}

// shape is a response without what differs from one to the next.
func shape(res *sip.Response) string {
	lines := []string{fmt.Sprint(res.StatusCode, " ", res.Reason)}
	for _, h := range res.Headers() {
		value := h.Value()
		switch h.Name() {
		case "Via", "From", "To", "Call-ID":
			value = ""
		case "WWW-Authenticate":
			c, _ := digest.ParseChallenge(value)
			c.Nonce = fmt.Sprint(len(c.Nonce))
			value = c.String()
		}
		lines = append(lines, h.Name()+": "+value)
	}
	return strings.Join(append(lines, string(res.Body())), "\n")
}

// TestPasswordGuessing: after some wrong passwords from one address not even the right one is taken for a while; other accounts are not
// touched.
func TestPasswordGuessing(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "40101")
	u.password = "wrong"
	for range failuresPerUser {
		req := u.registration(600)
		u.send(u.authorized(req, u.send(req).want(401))).want(403)
	}
	u.password = "secret-40101"
	req := u.registration(600)
	u.send(u.authorized(req, u.send(req).want(401))).want(403)
	newUA(r, transportUDP, "40102").register(600)
}

// TestPasswordGuessing_Log: passwords that are not looked at any more, of which there may be thousands a second, do not fill the log.
func TestPasswordGuessing_Log(t *testing.T) {
	var told warnings
	r := newRig(t, testDirectory(), func(c *Config) {
		c.Log = slog.New(slog.NewTextHandler(&told, &slog.HandlerOptions{Level: slog.LevelWarn}))
	})
	u := newUA(r, transportTCP, "40101")
	u.password = "wrong"
	for range failuresPerUser + 20 {
		req := u.registration(600)
		u.send(u.authorized(req, u.send(req).want(401))).want(403)
	}
	if n := told.Load(); n != failuresPerUser+1 {
		t.Errorf("%d warnings, not %d", n, failuresPerUser+1)
	}
}

// warnings counts the lines of a log.
type warnings struct{ atomic.Int64 }

func (w *warnings) Write(line []byte) (int, error) {
	w.Add(1)
	return len(line), nil
}

// TestPasswordGuessing_ForgedSource: whoever writes a phone's address into his packets, with a challenge that he got at his own, cannot
// use up that phone's tries.
func TestPasswordGuessing_ForgedSource(t *testing.T) {
	r := newRig(t, testDirectory())
	attacker, forged := newUAAt(r, transportUDP, "40101", "127.0.0.2:0"), newUAAt(r, transportUDP, "40101", "127.0.0.3:0")
	challenge := attacker.send(attacker.registration(600)).want(401)
	forged.password = "wrong"
	for range failuresPerUser + 1 {
		forged.send(forged.authorized(forged.registration(600), challenge)).want(401)
	}
	newUAAt(r, transportUDP, "40101", "127.0.0.3:0").register(600)
}

// TestReplay: credentials are good for one request.
func TestReplay(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "40101")
	req := u.registration(600)
	right := u.authorized(req, u.send(req).want(401))
	u.send(right).want(200)
	again := right.Clone()
	again.CSeq().SeqNo++
	res := u.send(u.ready(again)).want(401)
	if h := res.GetHeader("WWW-Authenticate"); !strings.Contains(h.Value(), "stale=true") {
		t.Errorf("replay is answered with %s; want stale=true, so that an honest phone tries again", h.Value())
	}
}

// TestRegister_Full: more phones than there may be are told to come later; those that are there may renew.
func TestRegister_Full(t *testing.T) {
	r := newRig(t, testDirectory(), func(c *Config) { c.MaxPhones = 1 })
	first, second := newUA(r, transportUDP, "40101"), newUA(r, transportUDP, "40102")
	first.register(600)
	req := second.registration(600)
	second.send(second.authorized(req, second.send(req).want(401))).want(503)
	first.register(600)
}

// TestRegister_Moved: an account that is moved to another VCC is unregistered there and registered here.
func TestRegister_Moved(t *testing.T) {
	d := testDirectory()
	r := newRig(t, d)
	u := newUA(r, transportUDP, "40101")
	register(r, u)
	d.mu.Lock()
	account := d.phones["40101"]
	account.VCC = 2
	d.phones["40101"] = account
	d.mu.Unlock()
	if state, vcc := next[center.PhoneState](r.c); vcc != 1 || state.Registered {
		t.Errorf("VCC %d: %+v", vcc, state)
	}
	u.register(600)
	if state, vcc := next[center.PhoneState](r.c); vcc != 2 || !state.Registered {
		t.Errorf("VCC %d: %+v", vcc, state)
	}
}
