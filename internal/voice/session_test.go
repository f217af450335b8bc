package voice

import (
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
)

// TestSession_TheyRefresh: a caller that refreshes and then does not any more has been lost.
func TestSession_TheyRefresh(t *testing.T) {
	r := newRig(t, testDirectory(), func(c *Config) { c.MinSE = time.Second })
	u := newUA(r, transportUDP, "030")
	req := u.invite("1000", sdpOf(4000, "sendrecv"))
	req.AppendHeader(sip.NewHeader("Supported", "timer"))
	req.AppendHeader(sip.NewHeader("Session-Expires", "2"))
	tx := u.send(req)
	cmd, _ := next[center.CallArrived](r.c)
	r.carry(center.AnswerLeg{Leg: cmd.Leg})
	res := tx.want(200)
	if h := res.GetHeader("Session-Expires"); h == nil || h.Value() != "2;refresher=uac" {
		t.Errorf("Session-Expires: %v", h)
	}
	if h := res.GetHeader("Require"); h == nil || h.Value() != "timer" {
		t.Errorf("Require: %v", h)
	}
	c := u.callOf(req, res)
	c.ack("")
	began := time.Now()
	update := c.next(sip.UPDATE, "")
	update.AppendHeader(sip.NewHeader("Supported", "timer"))
	update.AppendHeader(sip.NewHeader("Session-Expires", "2;refresher=uac"))
	u.send(update).want(200)
	u.reply(u.receive(sip.BYE), 200, "", "")
	if after := time.Since(began); after < time.Second {
		t.Errorf("ended after %v", after)
	}
	r.c.ended(cmd.Leg, center.CauseMediaLost)
}

// TestSession_WeRefresh: we refresh the session of a phone that cannot, by re-INVITE; one that can, by UPDATE. A phone that does not know
// the call any more, or is silent, has been lost.
func TestSession_WeRefresh(t *testing.T) {
	for _, test := range []struct {
		name   string
		method sip.RequestMethod
		last   int // how it answers the second refresh; 0 = not at all
		lives  bool
	}{
		{"re-INVITE", sip.INVITE, 200, true},
		{"re-INVITE, call unknown", sip.INVITE, 481, false},
		{"UPDATE", sip.UPDATE, 200, true},
		{"UPDATE refused by a living phone", sip.UPDATE, 405, true},
		{"UPDATE, silence", sip.UPDATE, 0, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t, testDirectory(), func(c *Config) { c.SessionExpires, c.MinSE = time.Second, time.Second })
			u := newUA(r, transportUDP, "40101")
			inv := rung(r, u)
			var allow []sip.Header
			if test.method == sip.UPDATE {
				allow = append(allow, sip.NewHeader("Allow", "INVITE, UPDATE"))
			}
			u.reply(inv, 200, "t", sdpOf(4000, "sendrecv"), allow...)
			next[center.LegAnswered](r.c)
			u.receive(sip.ACK)
			refresh := func() received {
				got := u.receive(test.method)
				if h := got.GetHeader("Session-Expires"); h == nil || h.Value() != "1;refresher=uac" {
					t.Errorf("Session-Expires: %v", h)
				}
				return got
			}
			first := refresh()
			if test.method == sip.INVITE {
				d, err := readSDP(first.Body(), termsOf(EncryptionOptional))
				before, _ := readSDP(inv.Body(), termsOf(EncryptionOptional))
				if err != nil || d.remote != before.remote {
					t.Errorf("refresh changes the session: %+v, %v", d, err)
				}
				u.reply(first, 200, "", sdpOf(4000, "sendrecv"))
				u.receive(sip.ACK)
			} else {
				u.reply(first, 200, "", "")
			}
			second := refresh()
			body := ""
			if test.method == sip.INVITE && test.last == 200 {
				body = sdpOf(4000, "sendrecv")
			}
			if test.last != 0 {
				u.reply(second, test.last, "", body)
			}
			if test.lives {
				if body != "" {
					u.receive(sip.ACK)
				}
				c := u.calledBy(inv, "t")
				c.bye()
				r.c.ended("o1", center.CauseHungUp)
				return
			}
			r.c.ended("o1", center.CauseMediaLost)
		})
	}
}

// TestSession_Glare: both sides change the session at once: ours is refused with 491, and so is theirs.
func TestSession_Glare(t *testing.T) {
	r := newRig(t, testDirectory(), func(c *Config) { c.SessionExpires, c.MinSE = time.Second, time.Second })
	c := lifted(r, newUA(r, transportUDP, "40101"))
	ours := c.u.receive(sip.INVITE)
	c.u.send(c.next(sip.INVITE, sdpOf(4000, "sendonly"))).want(491)
	c.u.reply(ours, 491, "", "")
	again := receiveAfterAck(c.u)
	if again.CSeq().SeqNo <= ours.CSeq().SeqNo {
		t.Errorf("CSeq %d after %d", again.CSeq().SeqNo, ours.CSeq().SeqNo)
	}
	c.u.reply(again, 200, "", sdpOf(4000, "sendrecv"))
	c.u.receive(sip.ACK)
	c.bye()
}

// TestSession_Longer: a far side that wants a longer interval gets it, in the first INVITE.
func TestSession_Longer(t *testing.T) {
	r := newRig(t, testDirectory(), func(c *Config) { c.SessionExpires = 100 * time.Second })
	u := newUA(r, transportUDP, "40101")
	inv := rung(r, u)
	u.reply(inv, 422, "t", "", sip.NewHeader("Min-SE", "900"))
	again := receiveAfterAck(u)
	if h := again.GetHeader("Session-Expires"); h.Value() != "900" {
		t.Errorf("Session-Expires: %s", h.Value())
	}
	if all := again.GetHeaders("Min-SE"); len(all) != 1 || all[0].Value() != "900" {
		t.Errorf("Min-SE: %v", all)
	}
	u.reply(again, 200, "t", sdpOf(4000, "sendrecv"))
	next[center.LegAnswered](r.c)
}

// TestNoMedia: a party from which no sound comes is hung up, but not while it holds.
func TestNoMedia(t *testing.T) {
	r := newRig(t, testDirectory(), func(c *Config) { c.NoMedia = 300 * time.Millisecond })
	c, leg := answered(r, newUA(r, transportUDP, "030"))
	c.reinvite(sdpOf(4000, "sendonly"))
	next[center.LegHeld](r.c)
	holds, other := answered(r, newUA(r, transportUDP, "031"))
	r.c.ended(other, center.CauseMediaLost)
	holds.u.reply(holds.u.receive(sip.BYE), 200, "", "")
	c.u.quiet()
	c.reinvite(sdpOf(4000, "sendrecv"))
	next[center.LegHeld](r.c)
	r.c.ended(leg, center.CauseMediaLost)
	c.u.reply(c.u.receive(sip.BYE), 200, "", "")
}
