package voice

import (
	"errors"
	"time"

	"ccgateway/internal/center"
)

// Carry takes the effects of one command of a center, in their order, and carries out those that are for the phone side. It does not
// wait: a leg's orders go into its mailbox. It never tells a center anything from here, because it is called by the center's owner.
func (s *Server) Carry(vcc center.VCCID, effects []center.Effect) {
	for _, effect := range effects {
		s.carry(vcc, effect)
	}
}

func (s *Server) carry(vcc center.VCCID, effect center.Effect) {
	switch e := effect.(type) {
	case center.Ring:
		s.carryRing(vcc, e)
	case center.Alert:
		s.order(vcc, e.Leg, (*leg).alert)
	case center.AnswerLeg:
		s.order(vcc, e.Leg, (*leg).answer)
	case center.AnswerPhone:
		s.order(vcc, e.Leg, (*leg).answerPhone)
	case center.HangUp:
		s.order(vcc, e.Leg, func(l *leg) { l.hangUp(e.Cause) })
	case center.Room:
		s.rooms.set(vcc, e.Call, e.Rows)
	case center.StartRecording:
		s.notices.post(func() { s.startRecording(vcc, e) })
	case center.StopRecording:
		s.notices.post(func() { s.engine.StopRecording(recordingID(vcc, e.Recording)) })
	case center.PauseRecording: // after StartRecording, which waits its turn too
		s.notices.post(func() { s.engine.PauseRecording(recordingID(vcc, e.Recording), e.On) })
	default:
		s.carrySound(vcc, effect)
	}
}

// carrySound carries out what is heard by one leg or sent to its far side.
func (s *Server) carrySound(vcc center.VCCID, effect center.Effect) {
	switch e := effect.(type) {
	case center.Play:
		s.carryPlay(vcc, e)
	case center.PausePlayback:
		s.engine.PausePlay(playID(vcc, e.Play), e.On)
	case center.MovePlayback:
		s.engine.MovePlay(playID(vcc, e.Play), time.Duration(e.MS)*time.Millisecond, e.Absolute)
	case center.StopPlay:
		s.engine.StopPlay(playID(vcc, e.Play))
	case center.SendDigits:
		s.carrySendDigits(vcc, e)
	case center.RouteDigits:
		s.order(vcc, e.Leg, func(l *leg) {
			l.keys = e
			l.hideKeys()
		})
	}
}

// order puts an order into a leg's mailbox. A leg that is not there any more has ended, which its center has been told.
func (s *Server) order(vcc center.VCCID, id center.LegID, do func(*leg)) {
	if l := s.legs.find(legKey{vcc, id}); l != nil {
		l.mail.post(func() { do(l) })
	}
}

// carryRing begins a leg that the center asks for. It is there when this returns, so that the orders that follow find it.
func (s *Server) carryRing(vcc center.VCCID, e center.Ring) {
	l := s.newLeg(legKey{vcc, e.Leg})
	if err := s.legs.add(l); err != nil {
		s.log.Error("leg not begun", "vcc", vcc, "leg", string(e.Leg), "error", err)
		cause := center.CauseFailed
		if errors.Is(err, errStopping) {
			cause = center.CauseShutdown
		}
		s.notice(vcc, center.LegEnded{Leg: e.Leg, Cause: cause})
		return
	}
	l.start(func() { l.beginRing(e) })
}
