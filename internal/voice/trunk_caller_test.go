package voice

import (
	"testing"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
)

// TestCaller_Shows is the table of what the rules make of a caller's number.
func TestCaller_Shows(t *testing.T) {
	for name, c := range map[string]struct {
		rules  TrunkCaller
		caller string
		want   shown
	}{
		"as it is":                    {TrunkCaller{}, "0309", shown{from: "0309"}},
		"none":                        {TrunkCaller{}, "", shown{private: true}},
		"anonymous":                   {TrunkCaller{}, anonymous, shown{private: true}},
		"own for none":                {TrunkCaller{Number: "0300"}, "", shown{from: "0300"}},
		"anonymous stays so":          {TrunkCaller{Number: "0300", Identity: IdentityAsserted}, anonymous, shown{identity: "0300", private: true}},
		"allowed":                     {TrunkCaller{Number: "0300", Allowed: []string{"0309", "040*"}}, "0401", shown{from: "0401"}},
		"not allowed":                 {TrunkCaller{Number: "0300", Allowed: []string{"0309"}}, "0401", shown{from: "0300"}},
		"not allowed, and none":       {TrunkCaller{Allowed: []string{"0309"}}, "0401", shown{private: true}},
		"asserted":                    {TrunkCaller{Identity: IdentityAsserted}, "0309", shown{from: "0309", identity: "0309"}},
		"hidden":                      {TrunkCaller{Anonymous: true, Identity: IdentityPreferred}, "0309", shown{identity: "0309", private: true}},
		"account":                     {TrunkCaller{Account: true, Identity: IdentityPreferred}, "0309", shown{from: "me", identity: "0309"}},
		"rewritten":                   {TrunkCaller{Rewrite: []Rewrite{{"00", "+"}, {"0", "+49"}}, Allowed: []string{"+49*"}}, "0309", shown{from: "+49309"}},
		"the first rewrite that fits": {TrunkCaller{Rewrite: []Rewrite{{"00", "+"}, {"0", "+49"}}}, "0044", shown{from: "+44"}},
		"hidden account":              {TrunkCaller{Account: true, Anonymous: true}, "0309", shown{private: true}},
	} {
		t.Run(name, func(t *testing.T) {
			trunk := Trunk{Username: "me", Caller: c.rules}
			if got := trunk.shows(c.caller); got != c.want {
				t.Errorf("%+v; want %+v", got, c.want)
			}
		})
	}
}

// TestCaller_OnTheWire: From, identity and privacy of a call by a trunk, and the called number as its rules write it.
func TestCaller_OnTheWire(t *testing.T) {
	for name, c := range map[string]struct {
		caller  string
		hide    bool
		headers map[string]string
	}{
		"shown":  {"0309", false, map[string]string{"P-Asserted-Identity": "<sip:+49309@sip.provider.example>", "Privacy": "", "From": "sip:+49309@sip.provider.example"}},
		"hidden": {"0309", true, map[string]string{"P-Asserted-Identity": "<sip:+49309@sip.provider.example>", "Privacy": "id", "From": "sip:anonymous@anonymous.invalid"}},
	} {
		t.Run(name, func(t *testing.T) {
			r, u := trunkRig(t, transportUDP)
			r.d.mu.Lock()
			r.d.trunks[0].Domain, r.d.trunks[0].Called = "sip.provider.example", []Rewrite{{"0", "+49"}}
			r.d.trunks[0].Caller = TrunkCaller{Identity: IdentityAsserted, Anonymous: c.hide, Rewrite: []Rewrite{{"0", "+49"}}}
			r.d.mu.Unlock()
			r.carry(center.Ring{Leg: "o1", Trunk: "provider", Number: "0301", Caller: c.caller})
			inv := u.receive(sip.INVITE)
			for name, want := range c.headers {
				got := ""
				if h := inv.GetHeader(name); h != nil {
					got = h.Value()
				}
				if name == "From" {
					got = inv.From().Address.String()
				}
				if got != want {
					t.Errorf("%s: %q; want %q", name, got, want)
				}
			}
			if inv.Recipient.User != "+49301" {
				t.Errorf("calls %s", inv.Recipient.String())
			}
			u.reply(inv, 486, "x", "")
			r.c.ended("o1", center.CauseBusy)
		})
	}
}

// TestCaller_In: whom a call that came in is from, as the trunk's rules read it.
func TestCaller_In(t *testing.T) {
	national := []Rewrite{{"+49", "0"}, {"+", "00"}}
	for name, c := range map[string]struct {
		rules   TrunkIncoming
		headers []string // names and values
		want    string
	}{
		"From":                   {TrunkIncoming{}, nil, "0555"},
		"asserted":               {TrunkIncoming{}, []string{"P-Asserted-Identity", "<sip:+4930666@p.example>"}, "+4930666"},
		"asserted tel":           {TrunkIncoming{Caller: national}, []string{"P-Asserted-Identity", "<tel:+4930666>"}, "030666"},
		"abroad":                 {TrunkIncoming{Caller: national}, []string{"P-Asserted-Identity", "<sip:+4420666@p.example>"}, "004420666"},
		"not believed":           {TrunkIncoming{FromOnly: true}, []string{"P-Asserted-Identity", "<sip:+4930666@p.example>"}, "0555"},
		"private":                {TrunkIncoming{Caller: []Rewrite{{"", "9"}}}, []string{"P-Asserted-Identity", "<sip:0666@p.example>", "Privacy", "id"}, anonymous},
		"preferred is a phone's": {TrunkIncoming{}, []string{"P-Preferred-Identity", "<sip:0666@p.example>"}, "0555"},
		"every number rewritten": {TrunkIncoming{Caller: []Rewrite{{"", "9"}}}, nil, "90555"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, testDirectory())
			r.d.mu.Lock()
			r.d.trunks[0].Incoming = c.rules
			r.d.mu.Unlock()
			u := newUA(r, transportUDP, "0555")
			req := u.inviteTo("1000")
			for i := 0; i < len(c.headers); i += 2 {
				req.AppendHeader(sip.NewHeader(c.headers[i], c.headers[i+1]))
			}
			tx := u.send(req)
			arrived, _ := next[center.CallArrived](r.c)
			if arrived.From != c.want {
				t.Errorf("from %q; want %q", arrived.From, c.want)
			}
			r.carry(center.HangUp{Leg: arrived.Leg, Cause: center.CauseRefused})
			tx.want(sip.StatusGlobalDecline)
		})
	}
}

// TestCaller_Called: the called number is brought into the form of the access codes.
func TestCaller_Called(t *testing.T) {
	r := newRig(t, testDirectory())
	r.d.mu.Lock()
	r.d.trunks[0].Incoming.Called = []Rewrite{{"+493012345", ""}}
	r.d.mu.Unlock()
	u := newUA(r, transportUDP, "0555")
	tx := u.send(u.inviteTo("+4930123451000"))
	arrived, _ := next[center.CallArrived](r.c)
	if arrived.To != "1000" {
		t.Errorf("to %q", arrived.To)
	}
	r.carry(center.HangUp{Leg: arrived.Leg, Cause: center.CauseRefused})
	tx.want(sip.StatusGlobalDecline)
	u.send(u.inviteTo("+4930123452000")).want(sip.StatusNotFound)
}
