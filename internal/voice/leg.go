package voice

import (
	"log/slog"
	"runtime/debug"
	"sync/atomic"

	"ccgateway/internal/center"
	"ccgateway/internal/voice/media"
)

// stage says how far a leg has come.
type stage int

const (
	setup   stage = iota // arrived and not answered, or being rung
	talking              // answered
	ending               // nothing more is told to the center; what was said to the network is seen through to its end
)

// leg is one party's connection. But for its first members, everything belongs to its goroutine: the functions in its mailbox.
//
//	arrives / is asked for
//	         |
//	      setup ---- refused, cancelled, failed, hung up ----+
//	         |                                               |
//	answered (either way)                                    |
//	         |                                               v
//	      talking --- BYE (either way), lost, hung up ---> ending ---> goroutine ends when open == 0
type leg struct {
	s    *Server
	key  legKey
	mail *mailbox
	log  *slog.Logger

	// These belong to legs (and its lock).
	dialogKeys []dialogKey
	inviteKey  dialogKey
	mediaIDs   []media.LegID

	stage   stage
	open    int      // transactions and waits that must come to their end before the goroutine does
	arrival *arrival // of a leg that arrived
	ring    *ring    // of a leg that the center asked for
	dialog  *dialog  // the leg's, once there is one
	sound   *sound
	unacked *unacked // our 2xx that awaits its ACK
	byeDue  bool     // hang up as soon as the ACK is there (RFC 3261 section 15)
	session session
	change  bool               // a re-INVITE or UPDATE of ours is under way
	held    bool               // what the center was told
	suite   media.Suite        // what the log was told
	keys    center.RouteDigits // where they go
	places  []*slot            // on trunks
	informs atomic.Bool        // its trunk wants keys by INFO
	info    infoKeys
}

func (s *Server) newLeg(key legKey) *leg {
	l := &leg{s: s, key: key, mail: newMailbox(), log: s.log.With("vcc", key.vcc, "leg", string(key.id))}
	l.mail.guard = l.guard
	return l
}

// start runs the leg's goroutine, beginning with a first piece of work. The leg has been added to legs.
func (l *leg) start(first func()) {
	l.mail.post(first)
	l.s.work.Go(func() {
		l.mail.work(func() bool { return l.stage == ending && l.open == 0 })
		l.freePlaces() // finish has, unless the leg was wrecked
		l.s.legs.remove(l)
		l.s.rooms.forget(l.key)
	})
}

// guard does a piece of work. A panic ends this leg and no other.
func (l *leg) guard(work func()) {
	defer func() {
		if p := recover(); p != nil {
			l.log.Error("leg panicked", "panic", p, "stack", string(debug.Stack()))
			l.wreck()
		}
	}()
	work()
}

// wreck ends a leg of which one does not know what state it is in.
func (l *leg) wreck() {
	try := func(work func()) {
		defer func() {
			if p := recover(); p != nil {
				l.log.Error("leg panicked again", "panic", p)
			}
		}()
		work()
	}
	try(func() { l.part(center.CauseFailed) })
	try(func() { l.end(center.CauseFailed) })
	l.stage, l.open = ending, 0
}

// tell tells the center something about the leg, until its end.
func (l *leg) tell(cmd center.Command) {
	if l.stage != ending {
		l.s.centers.Tell(l.key.vcc, cmd)
	}
}

// end tells the center that the leg has ended, and ends it. What the other side must hear has been said.
func (l *leg) end(cause center.Cause) {
	if l.stage == ending {
		return
	}
	l.log.Info("leg ended", "cause", causeName(cause))
	l.s.legs.forget(l)
	l.tell(center.LegEnded{Leg: l.key.id, Cause: cause})
	l.finish()
}

// hangUp carries out the center's HangUp.
func (l *leg) hangUp(cause center.Cause) {
	if l.stage == ending {
		return
	}
	l.log.Info("leg is hung up", "cause", causeName(cause))
	l.part(cause)
	l.finish()
}

// shutDown ends the leg because the server stops.
func (l *leg) shutDown() {
	if l.stage == ending {
		return
	}
	l.part(center.CauseShutdown)
	l.end(center.CauseShutdown)
}

// abandon ends the leg without waiting for anybody.
func (l *leg) abandon() {
	l.end(center.CauseShutdown)
	l.open = 0
}

// finish begins the stage of ending.
func (l *leg) finish() {
	l.stage = ending
	l.session.stop()
	l.freePlaces()
	l.s.legs.forget(l)
	if l.sound != nil {
		l.sound.leg.Close()
	}
}

// part tells the other side that the leg ends: the final response to its INVITE, CANCEL, or BYE.
func (l *leg) part(cause center.Cause) {
	switch {
	case l.stage == setup && l.arrival != nil:
		l.refuse(cause)
	case l.stage == setup && l.ring != nil:
		l.ring.cancelAll()
	case l.stage == talking:
		l.bye()
	}
}

// bye sends BYE; if our 2xx has not been acknowledged yet, when it is.
func (l *leg) bye() {
	if l.unacked != nil {
		if !l.byeDue {
			l.byeDue = true
			l.open++
		}
		return
	}
	l.sayBye(l.dialog)
}

// sayBye sends BYE in a dialog and keeps the goroutine until that is through.
func (l *leg) sayBye(d *dialog) {
	l.open++
	l.ask(d, methodBye, nil, func(answer) { l.open-- })
}

// newSound makes the media leg for a dialog of this leg. n numbers the leg's attempts.
func (l *leg) newSound(n int, toward peer, policy Encryption) (*sound, error) {
	m, err := l.s.engine.NewLeg(mediaID(l.key, n))
	if err != nil {
		return nil, err
	}
	l.s.legs.enterSound(m.ID(), l)
	host := l.s.hostFor(toward.addr.Addr())
	if own := m.LocalAddr().Addr(); own.Is4() != host.Is4() { // the sound's sockets are of one family, whatever signalling uses
		host = own
	}
	sound := newSound(m, host, terms{policy, l.s.cfg.Codecs, l.s.engine.IPv4Only()})
	sound.keys.propose = toward.transport == transportTLS // nobody else on the way can read the keys
	return sound, nil
}

// noteHold tells the center when the phone begins or ends to hold. It comes after each agreement on a session, so it also notes in the
// log when the sound begins or ends to be encrypted.
func (l *leg) noteHold() {
	l.noteEncryption()
	if l.sound.held == l.held {
		return
	}
	l.held = l.sound.held
	l.tell(center.LegHeld{Leg: l.key.id, On: l.held})
}

func (l *leg) noteEncryption() {
	if suite := l.sound.keys.current.Suite; suite != l.suite {
		l.log.Info("encryption of the sound has changed", "suite", suite.String(), "before", l.suite.String())
		l.suite = suite
	}
}

// causeName is for logs.
func causeName(c center.Cause) string {
	names := [...]string{"unknown", "busy", "refused", "no answer", "unreachable", "not found", "forbidden", "failed", "hung up",
		"media lost", "shutdown"}
	if int(c) < len(names) {
		return names[c]
	}
	return "?"
}
