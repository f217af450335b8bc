package center_test

import (
	"fmt"
	"slices"

	"ccgateway/internal/center"
)

// phones is the phone side of a simulation: the legs that there are, in the order of their beginning, and some that have ended.
type phones struct {
	legs  []center.LegID
	stale []center.LegID
	next  int
}

// notice takes in what the center orders of the phone side.
func (p *phones) notice(cmd center.Command, effects []center.Effect) {
	switch c := cmd.(type) {
	case center.CallArrived:
		p.legs = append(p.legs, c.Leg)
	case center.LegEnded:
		p.end(c.Leg)
	case center.Restarted:
		p.legs = nil
	}
	for _, e := range effects {
		switch e := e.(type) {
		case center.Ring:
			p.legs = append(p.legs, e.Leg)
		case center.HangUp:
			p.end(e.Leg)
		}
	}
}

func (p *phones) end(leg center.LegID) {
	if i := slices.Index(p.legs, leg); i >= 0 {
		p.legs = slices.Delete(p.legs, i, i+1)
		if len(p.stale) == 8 {
			p.stale = slices.Delete(p.stale, 0, 1)
		}
		p.stale = append(p.stale, leg)
	}
}

// fromPhones makes something happen at a phone or line.
func (s *sim) fromPhones() error {
	if len(s.phones.stale) > 0 && s.r.IntN(30) == 0 {
		return s.send(s.late(s.phones.stale[s.r.IntN(len(s.phones.stale))]))
	}
	if n := len(s.phones.legs); n == 0 || n < s.crowd && s.r.IntN(5) == 0 {
		return s.send(s.caller())
	}
	leg := s.watch.legs[s.phones.legs[s.r.IntN(len(s.phones.legs))]]
	if leg == nil {
		return fmt.Errorf("the phone side has a leg that the center has ended: %v", s.phones.legs)
	}
	switch {
	case leg.answered:
		return s.inTalk(leg)
	case leg.arrived:
		if s.r.IntN(12) == 0 {
			return s.send(center.LegEnded{Leg: leg.id, Cause: center.CauseHungUp})
		}
		return nil
	}
	return s.ringing(leg)
}

// late is a message about a leg that the center has ended while the message was on its way.
func (s *sim) late(leg center.LegID) center.Command {
	switch s.r.IntN(5) {
	case 0:
		return center.LegRinging{Leg: leg}
	case 1:
		return center.LegAnswered{Leg: leg}
	case 2:
		return center.LegHeld{Leg: leg, On: s.r.IntN(2) == 0}
	case 3:
		return center.Digit{Leg: leg, Digit: '5'}
	}
	return center.LegEnded{Leg: leg, Cause: center.Cause(s.r.IntN(11))}
}

// ringing lets a phone that is being called do something: ring (also twice), answer (also without ringing), refuse, fail.
func (s *sim) ringing(leg *legSeen) error {
	n := s.r.IntN(100)
	if leg.asked {
		n += 20
	}
	switch {
	case n < 30:
		return s.send(center.LegRinging{Leg: leg.id, Early: s.r.IntN(3) == 0})
	case n < 40:
		cause := center.Cause(s.r.IntN(int(center.CauseFailed) + 1))
		return s.send(center.LegEnded{Leg: leg.id, Cause: cause})
	case n < 45:
		return nil
	}
	return s.send(center.LegAnswered{Leg: leg.id})
}

// inTalk lets a party of a talk, or one that waits, do something.
func (s *sim) inTalk(leg *legSeen) error {
	switch n := s.r.IntN(100); {
	case n < 8:
		return s.send(center.LegEnded{Leg: leg.id, Cause: center.CauseHungUp})
	case n < 9:
		return s.send(center.LegEnded{Leg: leg.id, Cause: center.CauseMediaLost})
	case n < 17:
		return s.send(center.LegHeld{Leg: leg.id, On: s.r.IntN(2) == 0})
	case n < 19:
		return s.send(center.Digit{Leg: leg.id, Digit: "0123456789*#"[s.r.IntN(12)]})
	case n < 21 && !leg.arrived:
		return s.send(center.LegRinging{Leg: leg.id})
	case n < 23 && !leg.arrived:
		return s.send(center.LegAnswered{Leg: leg.id})
	}
	return nil
}

// caller is a new call from a line or a phone.
func (s *sim) caller() center.Command {
	s.phones.next++
	c := center.CallArrived{Leg: center.LegID(fmt.Sprintf("i%d", s.phones.next)), To: s.dialled()}
	if s.r.IntN(8) > 0 {
		c.Trunk, c.From = "line", fmt.Sprintf("139%04d", s.phones.next)
		if s.r.IntN(20) == 0 {
			c.Trunk = []string{"other", "nosuch"}[s.r.IntN(2)]
		}
		if s.r.IntN(20) > 0 {
			c.To = fmt.Sprint(8000 + s.r.IntN(len(s.base.Skills)))
		}
		if s.r.IntN(4) == 0 {
			c.To = flowCode
		}
		return c
	}
	c.Phone = s.phoneNumber()
	c.From = c.Phone
	return c
}

func (s *sim) phoneNumber() string {
	return []string{"7001", "7002", "7003", "7004", "7005", "7006", "7007", "7100", "7101", "6666"}[s.r.IntN(10)]
}

// dialled is a number that somebody dials: an access code, a phone, an agent, outside, nonsense.
func (s *sim) dialled() string {
	switch s.r.IntN(8) {
	case 0, 1:
		return fmt.Sprint(8000 + s.r.IntN(4))
	case 2:
		return s.phoneNumber()
	case 3, 4:
		return fmt.Sprint(101 + s.r.IntN(8))
	case 5:
		return []string{"0555123", "01555123", "00155512", "5551234", "*6700155512"}[s.r.IntN(5)]
	case 6:
		return "0555123"
	}
	return []string{"", "abc", "*#", "999999999999999999999999999999", "8000x", "-1"}[s.r.IntN(6)]
}
