package voice

import (
	"time"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
)

// unacked is a 2xx of ours to an INVITE, until its ACK comes. The stack does not repeat it; we do, by RFC 3261 section 13.3.1.4.
type unacked struct {
	cseq   uint32
	tx     *sip.ServerTx
	res    *sip.Response
	offers bool // the 2xx has our offer, the ACK brings the answer
	wait   time.Duration
	again  *timer
	giveUp *timer
}

// confirm sends a 2xx and repeats it until the ACK comes; without one for 64*T1, the leg ends. It returns false if the transaction does
// not take it any more.
func (l *leg) confirm(tx *sip.ServerTx, res *sip.Response, req *sip.Request, offers bool) bool {
	l.dropUnacked() // who sends the next INVITE has our former 2xx
	u := &unacked{cseq: req.CSeq().SeqNo, tx: tx, res: res, offers: offers, wait: sip.T1}
	l.unacked = u
	if !l.s.respond(tx, res) {
		l.dropUnacked()
		return false
	}
	u.again = l.mail.after(u.wait, l.repeat)
	u.giveUp = l.mail.after(64*sip.T1, l.unconfirmed)
	return true
}

func (l *leg) dropUnacked() {
	if l.unacked != nil {
		l.unacked.again.stop()
		l.unacked.giveUp.stop()
		l.unacked = nil
	}
}

// repeat sends the 2xx again, at first after T1, then after twice the time, at most T2.
func (l *leg) repeat() {
	u := l.unacked
	if u == nil {
		return
	}
	l.s.respond(u.tx, u.res)
	u.wait = min(2*u.wait, sip.T2)
	u.again = l.mail.after(u.wait, l.repeat)
}

// unconfirmed ends a leg whose peer never acknowledged our 2xx.
func (l *leg) unconfirmed() {
	l.log.Warn("no ACK for our answer")
	l.dropUnacked()
	l.byeIfDue()
	if l.stage == talking {
		l.bye()
		l.end(center.CauseMediaLost)
	}
}

// acknowledged takes the ACK of a 2xx.
func (l *leg) acknowledged(ack *sip.Request) {
	u := l.unacked
	if u == nil || ack.CSeq().SeqNo != u.cseq {
		return // of a repeated 2xx
	}
	l.dropUnacked()
	l.byeIfDue()
	if l.stage != talking || !u.offers {
		return
	}
	if err := l.sound.accept(ack.Body(), signalling(ack)); err != nil {
		l.log.Warn("answer in ACK cannot be used", "error", err)
		l.bye()
		l.end(center.CauseFailed)
		return
	}
	l.noteHold()
}

// byeIfDue sends the BYE that had to wait for the ACK.
func (l *leg) byeIfDue() {
	if l.byeDue {
		l.byeDue = false
		l.open--
		l.sayBye(l.dialog)
	}
}
