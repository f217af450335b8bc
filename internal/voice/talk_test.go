package voice

import (
	"testing"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
)

// toldToAnswer has a phone ring as leg o1 and the center tell it to answer. It returns the INVITE and the NOTIFY.
func toldToAnswer(r *rig, u *ua) (inv, notify received) {
	r.t.Helper()
	inv = rung(r, u)
	u.reply(inv, 180, "t", "")
	next[center.LegRinging](r.c)
	r.carry(center.AnswerPhone{Leg: "o1"})
	return inv, u.receive(sip.NOTIFY)
}

// TestTalk: a phone that knows NOTIFY with Event: talk answers.
func TestTalk(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "40101")
	inv, notify := toldToAnswer(r, u)
	if h := notify.GetHeader("Event"); h == nil || h.Value() != "talk" || tagOf(notify.To().Params) != "t" {
		t.Errorf("%s", notify.Request)
	}
	if notify.CallID().Value() != inv.CallID().Value() || notify.CSeq().SeqNo <= inv.CSeq().SeqNo {
		t.Errorf("NOTIFY is not in the call's dialog: %s", notify.Request)
	}
	u.reply(notify, 200, "", "")
	u.reply(inv, 200, "t", sdpOf(4000, "sendrecv"))
	next[center.LegAnswered](r.c)
	u.receive(sip.ACK)
	u.calledBy(inv, "t").bye()
	r.c.ended("o1", center.CauseHungUp)
}

// TestTalk_Fallback: a phone that refuses the NOTIFY, does not act on it, or does not answer it at all, is rung anew with auto-answer
// headers. The center hears of nothing but the answer.
func TestTalk_Fallback(t *testing.T) {
	for name, status := range map[string]int{"refuses": 481, "does not know": 489, "does not act": 200, "is silent": 0} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, testDirectory())
			u := newUA(r, transportUDP, "40101")
			first, notify := toldToAnswer(r, u)
			if status != 0 {
				u.reply(notify, status, "", "")
			}
			u.cancelled()
			second := receiveAfterAck(u)
			if second.CallID().Value() == first.CallID().Value() || second.GetHeader("Call-Info") == nil {
				t.Errorf("%s", second.Request)
			}
			u.reply(second, 180, "t2", "")
			u.reply(second, 200, "t2", sdpOf(4002, "sendrecv"))
			next[center.LegAnswered](r.c)
			u.receive(sip.ACK)
			u.calledBy(second, "t2").bye()
			r.c.ended("o1", center.CauseHungUp)
			r.c.nothing()
		})
	}
}

// TestTalk_BeforeItRings: told before the phone rings, it is told when it does.
func TestTalk_BeforeItRings(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "40101")
	inv := rung(r, u)
	r.carry(center.AnswerPhone{Leg: "o1"})
	u.reply(inv, 180, "t", "")
	next[center.LegRinging](r.c)
	u.reply(u.receive(sip.NOTIFY), 200, "", "")
	u.reply(inv, 200, "t", sdpOf(4000, "sendrecv"))
	next[center.LegAnswered](r.c)
}

// TestTalk_NoDialog: a phone whose 180 has no tag cannot be sent a NOTIFY; it is rung anew at once.
func TestTalk_NoDialog(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "40101")
	inv := rung(r, u)
	res := sip.NewResponseFromRequest(inv.Request, 180, "Ringing", nil)
	res.To().Params.Remove("tag")
	if err := inv.tx.Respond(res); err != nil {
		t.Fatal(err)
	}
	next[center.LegRinging](r.c)
	r.carry(center.AnswerPhone{Leg: "o1"})
	u.cancelled()
	if second := receiveAfterAck(u); second.GetHeader("Call-Info") == nil {
		t.Errorf("%s", second.Request)
	}
}

// TestTalk_LiftedMeanwhile: a person lifts the phone while it is being rung anew: that counts.
func TestTalk_LiftedMeanwhile(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "40101")
	u.keepCancelled.Store(true)
	inv, notify := toldToAnswer(r, u)
	u.reply(notify, 481, "", "")
	u.cancelled()
	u.reply(inv, 200, "t", sdpOf(4000, "sendrecv"))
	next[center.LegAnswered](r.c)
	u.receive(sip.ACK)
	u.quiet()
	u.calledBy(inv, "t").bye()
	r.c.ended("o1", center.CauseHungUp)
}

// TestTalk_RefusedMeanwhile: a person refuses in that moment: that counts too.
func TestTalk_RefusedMeanwhile(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "40101")
	u.keepCancelled.Store(true)
	inv, notify := toldToAnswer(r, u)
	u.reply(notify, 481, "", "")
	u.cancelled()
	u.reply(inv, 486, "t", "")
	r.c.ended("o1", center.CauseRefused)
}

// TestTalk_GivenUpMeanwhile: the center gives up while the phone is being rung anew: it does not ring again.
func TestTalk_GivenUpMeanwhile(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "40101")
	u.keepCancelled.Store(true)
	inv, notify := toldToAnswer(r, u)
	u.reply(notify, 481, "", "")
	u.cancelled()
	r.carry(center.HangUp{Leg: "o1", Cause: center.CauseNoAnswer})
	u.reply(inv, 487, "t", "")
	r.until("leg ends", func() bool { return r.legs.count() == 0 })
	r.c.nothing()
}
