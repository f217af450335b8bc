package voice

import (
	"sync"
	"time"
)

// maxMail bounds what may wait in a mailbox from the network. A leg works on an entry in microseconds, so that a full mailbox is a
// flood on one dialog; what is thrown away then is sent again by an honest peer. Orders of the center and timers are never thrown
// away: there are few, and each is needed.
const maxMail = 512

// mailbox is a queue of work with one worker. Putting something in never waits, so it may be done while sipgo holds the lock of a
// transaction (it calls OnCancel that way) and from a center's goroutine.
type mailbox struct {
	mu     sync.Mutex
	queue  []func()
	closed bool
	wake   chan struct{} // holds one token while the queue may hold something

	guard func(work func()) // does a piece of work; nil = just that
}

func newMailbox() *mailbox { return &mailbox{wake: make(chan struct{}, 1)} }

// post puts work in. It returns false when the worker has ended: the work will not be done.
func (m *mailbox) post(work func()) bool { return m.put(work, false) }

// offer puts work in that may be lost. It returns false when the mailbox is full or the worker has ended.
func (m *mailbox) offer(work func()) bool { return m.put(work, true) }

func (m *mailbox) put(work func(), bounded bool) bool {
	m.mu.Lock()
	if m.closed || bounded && len(m.queue) >= maxMail {
		m.mu.Unlock()
		return false
	}
	m.queue = append(m.queue, work)
	m.mu.Unlock()
	select {
	case m.wake <- struct{}{}:
	default:
	}
	return true
}

// work does what is put in, until done says true and nothing is left. Afterwards nothing can be put in any more: what was taken is done.
func (m *mailbox) work(done func() bool) {
	for range m.wake {
		for {
			m.mu.Lock()
			batch := m.queue
			m.queue = nil
			if len(batch) == 0 {
				m.closed = done()
			}
			closed := m.closed
			m.mu.Unlock()
			if closed {
				return
			}
			if len(batch) == 0 {
				break
			}
			for _, work := range batch {
				m.do(work)
			}
		}
	}
}

func (m *mailbox) do(work func()) {
	if m.guard != nil {
		m.guard(work)
		return
	}
	work()
}

// timer is a timer whose work is done in a mailbox, and never after stop.
type timer struct {
	t       *time.Timer
	stopped bool // belongs to the mailbox's worker
}

// after has work done in d. It is called, and stopped, by the mailbox's worker only.
func (m *mailbox) after(d time.Duration, work func()) *timer {
	t := &timer{}
	t.t = time.AfterFunc(d, func() {
		m.post(func() {
			if !t.stopped {
				t.stopped = true
				work()
			}
		})
	})
	return t
}

// stop keeps the timer's work from being done. A nil timer may be stopped.
func (t *timer) stop() {
	if t != nil && !t.stopped {
		t.stopped = true
		t.t.Stop()
	}
}
