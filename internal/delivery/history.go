package delivery

import "time"

// Bounds of what a queue keeps for streams beyond the writing of it. What was written into a connection that has died since is
// noticed within seconds, and a desktop that stays away for longer than keptFor is signed out; so both are far on the safe side.
const (
	keptEvents = 1000
	keptFor    = 2 * time.Minute
)

// history is what a queue remembers for streams, which may ask for events again by their numbers. It is guarded by its queue.
type history struct {
	numbered bool // a stream has been opened in this session: written events are kept for the next one

	kept  []written // written to a client, not acknowledged; oldest first
	last  uint64    // number of the newest event that came
	acked uint64    // the client has said that it has everything up to here
	lost  uint64    // everything up to here was delivered, as far as we know, and cannot be given again

	cut string // why the last stream was cut off; "" = it was not
}

// written is an event that was written to a client.
type written struct {
	event *Event
	at    time.Time
}

// came notes the number of an event that is added. A number that leaps (events of a session are numbered without a gap) shows that
// those before are not here: this program has not seen the session's beginning.
func (h *history) came(seq uint64) {
	if seq > h.last+1 {
		h.lost = seq - 1
	}
	h.last = max(h.last, seq)
}

// keep takes over events that were written.
func (h *history) keep(events []*Event) {
	if !h.numbered {
		h.lost = events[len(events)-1].Seq
		return
	}
	now := time.Now()
	for _, e := range events {
		if e.Seq > h.acked {
			h.kept = append(h.kept, written{e, now})
		}
	}
	old := 0
	for old < len(h.kept) && (len(h.kept)-old > keptEvents || now.Sub(h.kept[old].at) > keptFor) {
		old++
	}
	if old > 0 {
		h.lost = h.kept[old-1].event.Seq
		h.let(old)
	}
}

// let lets the oldest n kept events go.
func (h *history) let(n int) {
	clear(h.kept[:n])
	if h.kept = h.kept[n:]; len(h.kept) == 0 {
		h.kept = nil
	}
}

// ack notes that the client has everything up to seq. Who asks for less later (a page that has forgotten its number) cannot have it any more.
func (h *history) ack(seq uint64) {
	if seq > h.last {
		return // a number that was never given
	}
	h.acked, h.lost = max(h.acked, seq), max(h.lost, seq)
	n := 0
	for n < len(h.kept) && h.kept[n].event.Seq <= h.acked {
		n++
	}
	h.let(n)
}

// clear forgets everything: the client reads its whole state anew, so no event before that is missed by it.
func (h *history) clear() { h.kept, h.lost = nil, 0 }

// sure is the number up to which events are never given again.
func (h *history) sure() uint64 { return max(h.lost, h.acked) }
