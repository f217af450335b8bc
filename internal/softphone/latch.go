package softphone

import "sync"

// latch is a moment that comes once: a channel that is closed then and stays closed.
type latch struct {
	once sync.Once
	ch   chan struct{}
}

func newLatch() latch { return latch{ch: make(chan struct{})} }

// fire makes the moment come; later calls do nothing.
func (l *latch) fire() { l.once.Do(func() { close(l.ch) }) }

// fired tells whether the moment has come.
func (l *latch) fired() bool {
	select {
	case <-l.ch:
		return true
	default:
		return false
	}
}
