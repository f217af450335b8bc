package media

// Totals sums the numbers of all legs up, of those that are gone as well. What only describes one leg (jitter, round trip) is zero.
func (e *Engine) Totals() Stats {
	e.mu.Lock()
	legs := make([]*Leg, 0, len(e.legs))
	for _, l := range e.legs {
		legs = append(legs, l)
	}
	total := e.past // together with the list, so that a leg that closes meanwhile is not lost; see Leg.Close
	e.mu.Unlock()
	for _, l := range legs {
		total.add(l.Stats())
	}
	return total
}

// retire adds what a leg has counted to the past. The caller holds e.mu and takes the leg out of e.legs.
func (e *Engine) retire(l *Leg) { e.past.add(l.Stats()) }

func (s *Stats) add(o Stats) {
	s.Received += o.Received
	s.ReceivedOctets += o.ReceivedOctets
	s.Lost += o.Lost
	s.Late += o.Late
	s.Doubled += o.Doubled
	s.Concealed += o.Concealed
	s.Strangers += o.Strangers
	s.Malformed += o.Malformed
	s.Unusable += o.Unusable
	s.Jumped += o.Jumped
	s.Flooded += o.Flooded
	s.Forged += o.Forged
	s.Sent += o.Sent
	s.SentOctets += o.SentOctets
	s.SendErrors += o.SendErrors
	s.RemoteLost += o.RemoteLost
}
