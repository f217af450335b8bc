package voice

import (
	"net/http"

	"github.com/emiago/sipgo/sip"
)

// answerPhone carries out the center's AnswerPhone: a ringing phone is told to answer, by NOTIFY with Event: talk in the dialog of its
// INVITE. If it will not, or has not within TalkWait, it is rung anew with the headers by which phones answer by themselves. If it
// does not know those either, it goes on ringing until a person lifts it; the center notices nothing but the answer.
func (l *leg) answerPhone() {
	if l.stage != setup || l.ring == nil || l.ring.talk || l.ring.order.Trunk != "" {
		return
	}
	l.ring.talk = true
	for _, a := range l.ring.attempts {
		if a.rank == stateRinging && !a.cancelled {
			a.talk()
			return
		}
	}
	// None rings yet: the first that does is told; see provisional.
}

// talk tells the phone of this attempt to answer. Only one device of an account is told: two would both answer.
func (a *attempt) talk() {
	l := a.r.l
	a.r.talk = false
	if a.auto {
		return // it was told by its INVITE
	}
	if tagOf(a.dialog.remote.Params) == "" { // its 180 has made no dialog
		a.ringAnew()
		return
	}
	wait := l.mail.after(l.s.cfg.TalkWait, a.ringAnew)
	l.ask(a.dialog, methodNotify, func(req *sip.Request) {
		req.AppendHeader(sip.NewHeader("Event", "talk"))
		req.AppendHeader(sip.NewHeader("Subscription-State", "terminated;reason=noresource"))
	}, func(got answer) {
		if got.status() >= http.StatusMultipleChoices || got.status() == 0 {
			wait.stop()
			a.ringAnew()
		}
	})
}

// ringAnew replaces this attempt by one with auto-answer headers: CANCEL, and when that is through the new INVITE. Should the phone be
// lifted meanwhile, that counts.
func (a *attempt) ringAnew() {
	if a.r.l.stage != setup || a.rank != stateRinging || a.cancelled {
		return
	}
	a.r.l.log.Info("phone does not answer when told; it is rung anew", "to", a.target.peer.addr)
	a.onOver = func(status int) bool {
		if status != sip.StatusRequestTerminated || a.r.over {
			return false // refused by a person at the same moment, or given up
		}
		a.onOver = nil
		a.replace()
		return true
	}
	a.cancel()
}

// replace begins the new attempt in place of this one.
func (a *attempt) replace() {
	a.r.attempt(a.target, true)
	a.over(0)
}

// askToAnswer adds what makes phones answer by themselves; there are several dialects, and each phone knows one or two.
func (a *attempt) askToAnswer(req *sip.Request) {
	uri := a.r.l.s.ourURI("", a.target.peer)
	uri.UriParams = nil
	req.AppendHeader(sip.NewHeader("Call-Info", "<"+uri.String()+">;answer-after=0"))                 // Snom, Grandstream, Linphone, baresip
	req.AppendHeader(sip.NewHeader("Alert-Info", "<"+uri.String()+">;info=alert-autoanswer;delay=0")) // Polycom, Yealink
	req.AppendHeader(sip.NewHeader("P-Auto-Answer", "normal"))                                        // OMA PoC
	req.AppendHeader(sip.NewHeader("Answer-Mode", "Auto"))                                            // RFC 5373
}
