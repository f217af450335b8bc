package delivery

// Batch is what one answer carries. Exactly one of Confirm, ConfirmFirst and Return has to be called for a batch with events, until then
// nobody else gets events of these sessions; for an empty one they do nothing.
type Batch struct {
	Events []*Event // oldest first; none = nothing happened

	delivery *Delivery
	parts    []part
}

// part is what a batch has from one queue.
type part struct {
	queue      *queue
	generation int
	events     []*Event
}

// Confirm says that the events have been written to the client's connection: they leave their queues.
func (b Batch) Confirm() { b.settle(len(b.Events)) }

// ConfirmFirst says it of the first n events of a batch from one session; the others are given out again.
func (b Batch) ConfirmFirst(n int) { b.settle(n) }

// Return says that they have not: they are given out again, in their old places.
func (b Batch) Return() { b.settle(0) }

func (b Batch) settle(arrived int) {
	for _, part := range b.parts {
		n := min(arrived, len(part.events))
		if part.queue.settle(part, n) {
			b.delivery.drained(part.queue)
		}
		if told := b.delivery.options.Delivered; told != nil {
			for _, event := range part.events[:n] {
				told(event)
			}
		}
	}
}

// drained forgets an ended session whose last event has been fetched. A session that was closed for a full queue stays known
// until its end is carried, so that nothing is left behind then.
func (d *Delivery) drained(q *queue) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if q.expiry != nil && d.queues[q.key] == q {
		q.expiry.Stop()
		delete(d.queues, q.key)
	}
}
