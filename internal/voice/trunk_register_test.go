package voice

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
)

// registering makes the rig's trunk register at its far side, with nothing allowed by address.
func registering(t *testing.T, network string, change ...func(*Trunk)) (*rig, *ua) {
	d := withoutTrunk()
	r := newRig(t, d, func(c *Config) { c.retry, c.DrainTimeout = 20*time.Millisecond, time.Second })
	u := newUA(r, network, "registrar")
	trunk := Trunk{Name: "provider", Address: u.addr.String(), Transport: strings.ToLower(network), Username: "me", Password: "trunk secret",
		Domain: "sip.provider.example", Numbers: []string{"0*"}, Register: TrunkRegister{On: true, Expires: 10 * time.Minute}}
	for _, f := range change {
		f(&trunk)
	}
	d.mu.Lock()
	d.trunks = []Trunk{trunk}
	d.mu.Unlock()
	return r, u
}

// grant accepts a registration for so many seconds, as registrars do: by the Contact's own parameter.
func (u *ua) grant(req received, expires string) {
	u.t.Helper()
	contact := req.Contact().Clone()
	contact.Params.Remove("expires")
	contact.Params.Add("expires", expires)
	u.reply(req, 200, "r", "", contact)
}

func (r *rig) state(name string) TrunkState {
	for _, s := range r.TrunkStates() {
		if s.Name == name {
			return s
		}
	}
	return TrunkState{}
}

// TestRegistering: the challenge is answered with the account's password, the registration is renewed before it ends, in the same Call-ID with
// higher CSeq, and taken back at the end.
func TestRegistering(t *testing.T) {
	for _, network := range []string{transportUDP, transportTCP} {
		for _, algorithm := range []string{MD5, SHA256} {
			t.Run(network+" "+algorithm, func(t *testing.T) {
				r, u := registering(t, network)
				first := u.receive(sip.REGISTER)
				if first.Recipient.String() != "sip:sip.provider.example" || first.To().Address.String() != "sip:me@sip.provider.example" ||
					first.From().Address.String() != "sip:me@sip.provider.example" || first.GetHeader("Expires").Value() != "600" {
					t.Errorf("%s", first.Request)
				}
				u.reply(first, 401, "r", "", sip.NewHeader("WWW-Authenticate", `Digest realm="p", nonce="n1", qop="auth", algorithm=`+algorithm))
				again := u.receive(sip.REGISTER)
				if !credentialsRight(again.Request, "Authorization", "me", "trunk secret") || !strings.Contains(again.GetHeader("Authorization").Value(), "algorithm="+algorithm) || again.CSeq().SeqNo != first.CSeq().SeqNo+1 {
					t.Errorf("%s", again.Request)
				}
				granted := time.Now()
				u.grant(again, "1")
				renewed := u.receive(sip.REGISTER)
				if after := time.Since(granted); after > time.Second || renewed.CallID().Value() != first.CallID().Value() || renewed.CSeq().SeqNo <= again.CSeq().SeqNo {
					t.Errorf("renewed after %v\n%s", after, renewed.Request)
				}
				u.grant(renewed, "600")
				r.until("registered", func() bool { return time.Until(r.state("provider").Until) > 500*time.Second })
				r.stopNow()
				leaving := u.receive(sip.REGISTER)
				if leaving.GetHeader("Expires").Value() != "0" || leaving.Contact().Address.String() != first.Contact().Address.String() {
					t.Errorf("%s", leaving.Request)
				}
				u.reply(leaving, 200, "r", "")
			})
		}
	}
}

// TestRegistering_Brief: a registrar that wants longer registrations gets them.
func TestRegistering_Brief(t *testing.T) {
	r, u := registering(t, transportUDP)
	u.reply(u.receive(sip.REGISTER), 423, "r", "", sip.NewHeader("Min-Expires", "1800"))
	again := u.receive(sip.REGISTER)
	if v := again.GetHeader("Expires").Value(); v != "1800" {
		t.Errorf("asks for %s s", v)
	}
	u.grant(again, "1800")
	r.until("registered", func() bool { return r.state("provider").Registered })
}

// TestRegistering_Retries: after failures it is tried again, at longer and longer intervals, and all is well when one succeeds.
func TestRegistering_Retries(t *testing.T) {
	r, u := registering(t, transportUDP)
	var at []time.Time
	for range 4 {
		u.reply(u.receive(sip.REGISTER), 500, "r", "")
		at = append(at, time.Now())
	}
	if first, last := at[1].Sub(at[0]), at[3].Sub(at[2]); last < 40*time.Millisecond || first > patience {
		t.Errorf("waits of %v, at last %v; want longer ones", first, last)
	}
	r.until("the failure is seen", func() bool { return strings.HasPrefix(r.state("provider").Trouble, "answered 500") })
	u.grant(u.receive(sip.REGISTER), "600")
	r.until("registered", func() bool { s := r.state("provider"); return s.Registered && s.Trouble == "" && s.Failed == 4 })
}

// TestRegistering_WrongPassword: a wrong password is not tried again and again.
func TestRegistering_WrongPassword(t *testing.T) {
	r, u := registering(t, transportUDP)
	for range 2 {
		u.reply(u.receive(sip.REGISTER), 401, "r", "", sip.NewHeader("WWW-Authenticate", `Digest realm="p", nonce="n", qop="auth"`))
	}
	r.until("the refusal is seen", func() bool { return strings.HasPrefix(r.state("provider").Trouble, "answered 401") })
	u.quiet()
}

// TestRegistering_Retry tells how long is waited.
func TestRegistering_Retry(t *testing.T) {
	s := &Server{cfg: Config{retry: retryLeast}}
	for _, c := range []struct {
		failed      int
		err         error
		least, most time.Duration
	}{
		{1, errNoResponse, time.Second, 2 * time.Second},
		{3, errNoResponse, 4 * time.Second, 8 * time.Second},
		{1000, errNoResponse, retryMost / 2, retryMost},
		{1, &registerRefusal{status: 403}, retryRefused / 2, retryRefused},
		{1, fmt.Errorf("x: %w", &registerRefusal{status: 503, after: 120 * time.Second}), time.Minute, 2 * time.Minute},
		{1, &registerRefusal{status: 503, after: 100 * time.Hour}, 30 * time.Minute, time.Hour},
	} {
		r := &registrar{ls: &lines{s: s}, failed: c.failed}
		for range 100 {
			if got := r.retry(c.err); got < c.least || got > c.most {
				t.Errorf("after %d failures, %v: %v; want %v to %v", c.failed, c.err, got, c.least, c.most)
			}
		}
	}
}

// TestRegistering_Change: a changed account registers anew when the former registration has been taken back; one that is gone is taken back.
func TestRegistering_Change(t *testing.T) {
	r, u := registering(t, transportUDP)
	u.grant(u.receive(sip.REGISTER), "600")
	r.until("registered", func() bool { return r.state("provider").Registered })
	change := func(f func(*Trunk)) {
		r.d.mu.Lock()
		t := r.d.trunks[0]
		f(&t)
		r.d.trunks = []Trunk{t}
		r.d.mu.Unlock()
	}
	change(func(t *Trunk) { t.Limits.Calls = 3 }) // no reason to register anew
	change(func(t *Trunk) { t.Username = "you" })
	leaving := u.receive(sip.REGISTER)
	if leaving.GetHeader("Expires").Value() != "0" || leaving.To().Address.User != "me" {
		t.Errorf("%s", leaving.Request)
	}
	u.reply(leaving, 200, "r", "")
	anew := u.receive(sip.REGISTER)
	if anew.To().Address.User != "you" {
		t.Errorf("%s", anew.Request)
	}
	u.grant(anew, "600")
	r.until("registered", func() bool { return r.state("provider").Registered })
	r.d.mu.Lock()
	r.d.trunks = nil
	r.d.mu.Unlock()
	if last := u.receive(sip.REGISTER); last.GetHeader("Expires").Value() != "0" {
		t.Errorf("%s", last.Request)
	} else {
		u.reply(last, 200, "r", "")
	}
}

// TestRegistering_Cut: a registration that was asked for when we stopped, and may have been granted, is taken back.
func TestRegistering_Cut(t *testing.T) {
	r, u := registering(t, transportUDP)
	first := u.receive(sip.REGISTER)
	r.stopNow()
	leaving := u.receive(sip.REGISTER)
	if leaving.GetHeader("Expires").Value() != "0" || leaving.CallID().Value() != first.CallID().Value() || leaving.CSeq().SeqNo <= first.CSeq().SeqNo {
		t.Errorf("%s", leaving.Request)
	}
	u.reply(leaving, 200, "r", "")
}

// TestRegistering_Granted: how long a registration lasts is read from our own Contact, the header, or the wish.
func TestRegistering_Granted(t *testing.T) {
	for name, c := range map[string]struct {
		headers []string
		want    time.Duration
		ok      bool
	}{
		"contact":          {[]string{"Contact: <sip:me@192.0.2.1;line=ours>;expires=90", "Expires: 20"}, 90 * time.Second, true},
		"among others":     {[]string{"Contact: <sip:me@192.0.2.9;line=other>;expires=7, <sip:me@192.0.2.1;line=ours>;expires=90"}, 90 * time.Second, true},
		"without param":    {[]string{"Contact: <sip:me@192.0.2.1>;expires=90"}, 90 * time.Second, true},
		"header":           {[]string{"Contact: <sip:me@192.0.2.1;line=ours>", "Expires: 20"}, 20 * time.Second, true},
		"nothing":          {nil, 600 * time.Second, true},
		"taken away":       {[]string{"Contact: <sip:me@192.0.2.1;line=ours>;expires=0"}, 0, false},
		"unreadable":       {[]string{"Contact: <sip:me@192.0.2.1;line=ours>;expires=-1"}, 0, false},
		"shorter than any": {[]string{"Expires: 0"}, 0, false},
		"endless":          {[]string{"Expires: 4294967295"}, mostGrant, true},
	} {
		t.Run(name, func(t *testing.T) {
			lines := append([]string{"SIP/2.0 200 OK", "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1", "From: <sip:a@b>;tag=1", "To: <sip:a@b>;tag=2",
				"Call-ID: x", "CSeq: 1 REGISTER"}, c.headers...)
			msg, err := sip.NewParser().ParseSIP([]byte(strings.Join(lines, "\r\n") + "\r\nContent-Length: 0\r\n\r\n"))
			if err != nil {
				t.Fatal(err)
			}
			r := &registrar{token: "ours", expires: 600 * time.Second}
			if got, ok := r.granted(msg.(*sip.Response)); got != c.want || ok != c.ok {
				t.Errorf("%v, %v; want %v, %v", got, ok, c.want, c.ok)
			}
		})
	}
}

// TestRegistering_CallIn: a call to the registered Contact is the trunk's, from wherever it comes; the number is that of To. Without the
// token, or after the registration's end, the same call is a stranger's.
func TestRegistering_CallIn(t *testing.T) {
	r, u := registering(t, transportUDP)
	reg := u.receive(sip.REGISTER)
	contact := reg.Contact().Address
	u.grant(reg, "600")
	r.until("registered", func() bool { return r.state("provider").Registered })
	r.lines.mu.Lock()
	r.lines.of["provider"].registration.at = netip.MustParseAddr("192.0.2.77") // its calls come from other hosts than its registrations go to
	r.lines.mu.Unlock()

	stranger := newUA(r, transportUDP, "0555")
	call := func(to sip.Uri) *clientTx {
		req := stranger.request(sip.INVITE, to)
		req.To().Address = sip.Uri{Scheme: "sip", User: "1000", Host: "sip.provider.example"}
		withSDP(req, []byte(sdpOf(4000, "sendrecv")))
		return stranger.send(req)
	}
	tx := call(contact)
	arrived, _ := next[center.CallArrived](r.c)
	if arrived.Trunk != "provider" || arrived.To != "1000" || arrived.From != "0555" {
		t.Errorf("arrived %+v", arrived)
	}
	if s := r.state("provider"); s.In != 1 {
		t.Errorf("%d calls in", s.In)
	}
	r.carry(center.HangUp{Leg: arrived.Leg, Cause: center.CauseBusy})
	tx.want(sip.StatusBusyHere)
	r.free("provider")

	forged := *contact.Clone()
	forged.UriParams.Remove(lineParam)
	call(forged).want(sip.StatusUnauthorized)
	forged.UriParams.Add(lineParam, newTag())
	call(forged).want(sip.StatusUnauthorized)
}

// TestRegistering_SecondChoice: a trunk that is not registered is tried after the others, and if there are no others all the same.
func TestRegistering_SecondChoice(t *testing.T) {
	r, u := registering(t, transportUDP)
	other := newUA(r, transportUDP, "other")
	r.d.mu.Lock()
	r.d.trunks = append([]Trunk{r.d.trunks[0]}, Trunk{Name: "other", Address: other.addr.String(), Numbers: []string{"0*"}})
	r.d.mu.Unlock()
	u.reply(u.receive(sip.REGISTER), 403, "r", "")
	r.until("the refusal is seen", func() bool { return r.state("provider").Trouble != "" })
	r.carry(center.Ring{Leg: "o1", Trunk: "provider", Number: "0301"})
	other.reply(other.receive(sip.INVITE), 503, "x", "")
	inv := u.receive(sip.INVITE)
	u.reply(inv, 486, "x", "")
	r.c.ended("o1", center.CauseBusy)
}

// FuzzRegistering_Granted: whatever a registrar answers, a registration lasts for a time that can be waited for, or is none.
func FuzzRegistering_Granted(f *testing.F) {
	for _, headers := range []string{"Contact: <sip:me@192.0.2.1;line=ours>;expires=90", "Expires: 20 (a comment);x", "Contact: *", "Expires: 99999999999999999999",
		"Contact: <sip:a;line=ours>;expires=, <sip:b>;expires=-1"} {
		f.Add(headers)
	}
	f.Fuzz(func(t *testing.T, headers string) {
		text := "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: x\r\nCSeq: 1 REGISTER\r\n" +
			headers + "\r\nContent-Length: 0\r\n\r\n"
		msg, err := sip.NewParser().ParseSIP([]byte(text))
		res, ok := msg.(*sip.Response)
		if err != nil || !ok {
			return
		}
		got, ok := (&registrar{token: "ours", expires: time.Minute}).granted(res)
		if ok && (got < leastGrant || got > mostGrant) || !ok && got != 0 {
			t.Errorf("%v, %v", got, ok)
		}
		headerSeconds(res, "Retry-After")
		stale(res)
	})
}
