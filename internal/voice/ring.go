package voice

import (
	"slices"
	"time"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
)

// ring is what a leg has besides that the center asked for: its attempts, one INVITE each. The first to be answered is the leg.
type ring struct {
	l        *leg
	order    center.Ring
	attempts []*attempt
	begun    int  // attempts ever begun, for their names
	rang     bool // the center was told
	early    bool // and that it is heard before it is answered
	over     bool // no attempt may win any more: one has won, or the leg is ending
	cause    center.Cause
	talk     bool // the phone shall answer: AnswerPhone
	longest  *timer
	lines    []Trunk // that come next, should the present one fail
}

// target is where an attempt goes.
type target struct {
	uri   sip.Uri
	peer  peer
	trunk *Trunk // nil = a phone
	place *slot  // on the trunk

	encryption Encryption // of a phone
}

// policy tells whether the target's sound is encrypted.
func (t *target) policy() Encryption {
	if t.trunk != nil {
		return t.trunk.Encryption
	}
	return t.encryption
}

// beginRing begins a leg that the center asked for: an attempt to each device of a phone account, or one by a trunk.
func (l *leg) beginRing(order center.Ring) {
	if l.stage == ending { // the server stops
		return
	}
	r := &ring{l: l, order: order}
	l.ring = r
	l.log = l.log.With("call", string(order.Call))
	if order.Trunk != "" {
		r.beginTrunk()
		return
	}
	now := time.Now()
	account, ok := l.s.directory.Phone(order.Phone)
	devices := l.s.bindings.of(order.Phone, now)
	if !ok || account.VCC != l.key.vcc || len(devices) == 0 { // a VCC never rings another's phone, whatever the order says
		l.log.Info("phone is not registered", "phone", order.Phone)
		l.end(center.CauseUnreachable)
		return
	}
	l.log.Info("phone is rung", "phone", order.Phone, "devices", len(devices), "auto", order.Auto)
	r.limit()
	for _, d := range devices {
		if r.over {
			return
		}
		to := l.s.deviceTarget(d)
		to.encryption = account.Encryption
		r.attempt(to, order.Auto)
	}
}

// limit ends what nobody ends.
func (r *ring) limit() {
	r.longest = r.l.mail.after(r.l.s.settings().MaxRinging, func() {
		if r.l.stage == setup {
			r.cancelAll()
			r.l.end(center.CauseNoAnswer)
		}
	})
}

// deviceTarget is where a registered device is reached.
func (s *Server) deviceTarget(b binding) target {
	t := target{uri: *b.contact.Clone(), peer: b.peer}
	t.uri.Headers = nil
	if byConnection(b.peer.transport) {
		t.peer = s.reconnect(b.peer, &b.contact)
	}
	return t
}

// attempt begins one more attempt.
func (r *ring) attempt(t target, auto bool) {
	a := &attempt{r: r, n: r.begun, target: t, auto: auto, rank: stateCalling}
	r.begun++
	r.attempts = append(r.attempts, a)
	a.begin()
}

// rings tells the center once that the leg rings, and once that it is heard early.
func (r *ring) rings(early bool) {
	if r.over || r.rang && (!early || r.early) {
		return
	}
	r.rang, r.early = true, r.early || early
	r.l.tell(center.LegRinging{Leg: r.l.key.id, Early: early})
}

// lost takes note of an attempt that has failed. When none is left, the leg has.
func (r *ring) lost(cause center.Cause) {
	if r.over {
		return
	}
	if weight(cause) > weight(r.cause) {
		r.cause = cause
	}
	if len(r.lines) > 0 && r.allElsewhere() {
		r.nextLine()
		return
	}
	left := slices.ContainsFunc(r.attempts, func(a *attempt) bool { return !a.failed })
	if left && cause != center.CauseRefused { // who refuses is a person, and does so for all devices of the account
		return
	}
	r.cancelAll()
	r.l.end(r.cause)
}

// cancelAll ends the attempts; none may win any more.
func (r *ring) cancelAll() {
	r.over = true
	r.longest.stop()
	for _, a := range r.attempts {
		a.cancel()
		a.mute()
	}
}
