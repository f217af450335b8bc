package voice

import (
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
)

// TestTraced: an INVITE that is refused, and one of ours that nobody answers, are told once each, with status and direction; other methods are not.
func TestTraced(t *testing.T) {
	told := make(chan Transaction, 10)
	r := newRig(t, testDirectory(), func(c *Config) { c.Traced = func(tx Transaction) { told <- tx } })
	newUA(r, transportUDP, "40101").register(300)
	stranger := newUA(r, transportUDP, "40102")
	req := stranger.registration(1)
	req.Method = sip.INVITE
	req.Recipient.User = "nobody"
	req.CSeq().MethodName = sip.INVITE
	stranger.send(req)
	select {
	case tx := <-told:
		if tx.Out || tx.Again || tx.Status < 400 || tx.Leg != "" || tx.Ended.Before(tx.Began) {
			t.Errorf("a refused INVITE is told as %+v", tx)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("a refused INVITE is not told")
	}
	lost := r.traced.sent(sentInvite(), func(*sip.Response, error) {})
	lost(nil, errNoResponse)
	if tx := <-told; !tx.Out || tx.Status != 0 || tx.Again {
		t.Errorf("an INVITE without a response is told as %+v", tx)
	}
	if len(told) > 0 {
		t.Errorf("something else is told: %+v", <-told)
	}
}

func sentInvite() *sip.Request {
	req := sip.NewRequest(sip.INVITE, sip.Uri{Scheme: "sip", User: "1", Host: "127.0.0.1"})
	callID := sip.CallIDHeader("c")
	req.AppendHeader(&callID)
	req.AppendHeader(&sip.FromHeader{Params: sip.HeaderParams{{K: "tag", V: "ours"}}})
	req.AppendHeader(&sip.ToHeader{})
	return req
}
