package delivery

import "time"

// Stats are figures for whoever watches the program.
type Stats struct {
	Sessions    int       // that have a queue
	Pushed      int       // of those, sessions whose events are pushed
	Undelivered int       // events that have not been written to their clients
	Longest     int       // of the longest queue
	Oldest      time.Time // when the oldest undelivered event came about; zero = there is none
	Waiting     int       // polls and streams that wait for events
}

// Stats looks at every queue for a moment; at 20,000 sessions it takes some milliseconds and holds up nobody.
func (d *Delivery) Stats() Stats {
	d.mu.RLock()
	queues := make([]*queue, 0, len(d.queues))
	for _, q := range d.queues {
		queues = append(queues, q)
	}
	d.mu.RUnlock()
	s := Stats{Sessions: len(queues)}
	for _, q := range queues {
		q.addTo(&s)
	}
	return s
}

func (q *queue) addTo(s *Stats) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.push.URL != "" {
		s.Pushed++
	} else if q.reader != nil {
		s.Waiting++
	}
	s.Undelivered += len(q.events)
	s.Longest = max(s.Longest, len(q.events))
	if len(q.events) > 0 && (s.Oldest.IsZero() || q.events[0].At.Before(s.Oldest)) {
		s.Oldest = q.events[0].At
	}
}
