package media

import "sync"

// maxDigits bounds the keys that wait for a slow receiver of Events. The other events are bounded by the number of legs and
// recordings, and are never dropped.
const maxDigits = 10_000

// happening is one event.
type happening struct {
	kind      happeningKind
	leg       *Leg
	digit     byte
	recording *recording
	playing   *playing
	key       bool // ended the playing
	err       error
}

type happeningKind uint8

const (
	happenedDigit happeningKind = iota
	happenedMediaLost
	happenedRecordingEnded
	happenedPlayEnded
	happenedSilence
)

// eventQueue brings events from schedulers, readers and disk writers to the one goroutine that tells them. Adding never
// waits for a receiver.
type eventQueue struct {
	mu     sync.Mutex
	wake   chan struct{} // has room for one
	queue  []happening
	digits int
	closed bool
}

func newEventQueue() *eventQueue { return &eventQueue{wake: make(chan struct{}, 1)} }

// add queues an event; false: it is a key too many, and dropped.
func (q *eventQueue) add(h happening) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if h.kind == happenedDigit {
		if q.digits >= maxDigits {
			return false
		}
		q.digits++
	}
	q.queue = append(q.queue, h)
	q.signal()
	return true
}

// close lets the receiver end once it has what is queued.
func (q *eventQueue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.signal()
}

func (q *eventQueue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// take waits for events and gives all there are; ok is false at the end.
func (q *eventQueue) take(spare []happening) (all []happening, ok bool) {
	for {
		q.mu.Lock()
		all, closed := q.queue, q.closed
		q.queue, q.digits = spare[:0], 0
		q.mu.Unlock()
		if len(all) > 0 {
			return all, true
		}
		if closed {
			return nil, false
		}
		spare = all
		<-q.wake
	}
}

// deliver tells events until the queue is closed and empty.
func (e *Engine) deliver() {
	var spare []happening
	for {
		all, ok := e.events.take(spare)
		if !ok {
			return
		}
		for _, h := range all {
			e.tell(h)
		}
		clear(all)
		spare = all
	}
}

func (e *Engine) tell(h happening) {
	switch to := &e.cfg.Events; h.kind {
	case happenedDigit:
		if to.Digit != nil && !h.leg.closed.Load() {
			to.Digit(h.leg.id, h.digit)
		}
	case happenedMediaLost:
		if to.MediaLost != nil && !h.leg.closed.Load() {
			to.MediaLost(h.leg.id)
		}
	case happenedRecordingEnded:
		e.forgetRecording(h.recording)
		if to.RecordingEnded != nil {
			to.RecordingEnded(h.recording.id, h.err)
		}
	case happenedSilence:
		if to.RecordingQuiet != nil {
			to.RecordingQuiet(h.recording.id)
		}
	case happenedPlayEnded:
		e.mu.Lock()
		known := e.forgetPlay(h.playing)
		e.mu.Unlock()
		if known && to.PlayEnded != nil {
			to.PlayEnded(h.playing.leg.id, h.playing.ID, h.key, h.err)
		}
	}
}
