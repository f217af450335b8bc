package voice

import (
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
)

// TestDiversion_In: who was called first and who has sent the caller on, as the trunk's rules read it; what cannot be read is left out.
func TestDiversion_In(t *testing.T) {
	const from, to = "Diversion", "History-Info"
	national := TrunkIncoming{Caller: []Rewrite{{"+49", "0"}, {"+", "00"}}}
	many := strings.Repeat("<sip:1@p.example>,", 10_000)
	for name, c := range map[string]struct {
		rules   TrunkIncoming
		headers []string
		want    diversion
	}{
		"none":          {national, nil, diversion{}},
		"one":           {national, []string{from, "<sip:+4930666@p.example>;reason=no-answer"}, diversion{"030666", "030666"}},
		"two in one":    {national, []string{from, "<sip:+4930777@p.example>;reason=user-busy, \"A, \\\" B\" <sip:+4930666;x=y@p.example>;counter=1"}, diversion{"030666", "030777"}},
		"two headers":   {TrunkIncoming{}, []string{from, "<tel:+4930777>", from, "<sip:0666@p.example>"}, diversion{"0666", "+4930777"}},
		"private":       {TrunkIncoming{}, []string{from, "<sip:0777@p.example>;privacy=full", from, "<sip:0666@p.example>;privacy=off"}, diversion{"0666", "0666"}},
		"all private":   {TrunkIncoming{}, []string{from, "<sip:0777@p.example>;privacy=\"full\""}, diversion{}},
		"broken":        {TrunkIncoming{}, []string{from, "<<<;;,,\"", from, "<sip:0666@p.example>"}, diversion{"0666", "0666"}},
		"not believed":  {TrunkIncoming{FromOnly: true}, []string{from, "<sip:0666@p.example>", to, "<sip:1@p>;index=1, <sip:2@p>;index=1.1"}, diversion{}},
		"far too long":  {TrunkIncoming{}, []string{from, many, from, "<sip:0666@p.example>"}, diversion{"0666", "0666"}},
		"history":       {national, []string{to, "<sip:+4930666@p.example>;index=1, <sip:+4930777@p.example;cause=302>;index=1.1", to, "<sip:1000@us.example>;index=1.1.1;mp=1.1"}, diversion{"030666", "030777"}},
		"history of us": {national, []string{to, "<sip:1000@us.example>;index=1"}, diversion{}},
		"history hidden": {national, []string{to, "<sip:+4930666@p.example?Privacy=history>;index=1, <sip:0777@p.example>;index=1.1, <sip:1000@us.example>;index=1.2"},
			diversion{"", "0777"}},
		"both": {TrunkIncoming{}, []string{to, "<sip:1@p>;index=1, <sip:2@p>;index=1.1", from, "<sip:0666@p.example>"}, diversion{"0666", "0666"}},
	} {
		t.Run(name, func(t *testing.T) {
			req := sip.NewRequest(sip.INVITE, sip.Uri{})
			for i := 0; i < len(c.headers); i += 2 {
				req.AppendHeader(sip.NewHeader(c.headers[i], c.headers[i+1]))
			}
			trunk := Trunk{Incoming: c.rules}
			if got := trunk.readDiversion(req); got != c.want {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}

// TestDiversion_Arrives: the center is told by a trunk's INVITE.
func TestDiversion_Arrives(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "0555")
	req := u.inviteTo("1000")
	req.AppendHeader(sip.NewHeader("Diversion", "<sip:0777@p.example>;reason=no-answer, <sip:0666@p.example>;reason=unconditional"))
	tx := u.send(req)
	arrived, _ := next[center.CallArrived](r.c)
	if arrived.Dialled != "0666" || arrived.Diverted != "0777" || arrived.From != "0555" {
		t.Errorf("%+v", arrived)
	}
	r.carry(center.HangUp{Leg: arrived.Leg, Cause: center.CauseRefused})
	tx.want(sip.StatusGlobalDecline)
}

// TestDiversion_Out: a call that sends a caller on says by which number of ours, if the trunk wants that and the number may be shown.
func TestDiversion_Out(t *testing.T) {
	for name, c := range map[string]struct {
		rules    TrunkCaller
		diverted string
		want     string
	}{
		"off":                   {TrunkCaller{}, "1000", ""},
		"not sent on":           {TrunkCaller{Diversion: true}, "", ""},
		"on":                    {TrunkCaller{Diversion: true, Rewrite: []Rewrite{{"1", "+49301"}}}, "1000", "<sip:+49301000@sip.provider.example>;reason=deflection;counter=1"},
		"not allowed":           {TrunkCaller{Diversion: true, Allowed: []string{"030*"}, Number: "0300"}, "1000", "<sip:0300@sip.provider.example>;reason=deflection;counter=1"},
		"not allowed, and none": {TrunkCaller{Diversion: true, Allowed: []string{"030*"}}, "1000", ""},
		"anonymous":             {TrunkCaller{Diversion: true, Anonymous: true}, "1000", "<sip:1000@sip.provider.example>;reason=deflection;counter=1;privacy=full"},
	} {
		t.Run(name, func(t *testing.T) {
			r, u := trunkRig(t, transportUDP)
			r.d.mu.Lock()
			r.d.trunks[0].Domain, r.d.trunks[0].Caller = "sip.provider.example", c.rules
			r.d.mu.Unlock()
			r.carry(center.Ring{Leg: "o1", Trunk: "provider", Number: "0301", Caller: "0309", Diverted: c.diverted})
			inv := u.receive(sip.INVITE)
			got := ""
			if h := inv.GetHeader("Diversion"); h != nil {
				got = h.Value()
			}
			if got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			u.reply(inv, 486, "x", "")
			r.c.ended("o1", center.CauseBusy)
		})
	}
}

// TestDiversion_Costs: what is malicious does not take long.
func TestDiversion_Costs(t *testing.T) {
	req := sip.NewRequest(sip.INVITE, sip.Uri{})
	for range 1000 {
		req.AppendHeader(sip.NewHeader("Diversion", strings.Repeat(",\"<", maxHistoryText/3)))
	}
	began := time.Now()
	trunk := Trunk{}
	if got := trunk.readDiversion(req); got != (diversion{}) {
		t.Errorf("%+v", got)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("took %s", took)
	}
}
