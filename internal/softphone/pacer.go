package softphone

import (
	"slices"
	"sync"
	"time"
)

const (
	// frame is the time one packet of sound lasts: ptime 20, the default of RFC 3551 section 4.5 for G.711.
	frame = 20 * time.Millisecond
	// maxBurst is how many frames are made up for at once when the clock woke up late. A busy machine is late by a few
	// frames now and then, and a receiver's jitter buffer takes 100 ms; what is older is not worth sending.
	maxBurst = 5
)

// paced is what the pacer drives.
type paced interface {
	// pace is called once a frame in general. due frames (1..maxBurst) shall be sent now; skipped frames before them were
	// missed and shall not be sent, but have passed.
	pace(due, skipped int)
}

// pacer is one clock for the sound of all calls in the process: one timer wakes up instead of one for each call. Its
// goroutine lives while there are members.
type pacer struct {
	mu      sync.Mutex
	members []paced // copied on every change, so that the clock walks it without the lock
	stop    chan struct{}
	done    chan struct{}
}

// shared is the pacer of all phones.
var shared pacer

// join makes m be paced until leave.
func (p *pacer) join(m paced) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.members = append(slices.Clone(p.members), m)
	if len(p.members) == 1 {
		p.stop, p.done = make(chan struct{}), make(chan struct{})
		go p.run(p.stop, p.done)
	}
}

// leave ends the pacing of m; one more call of pace may come while leave is returning. The last to leave waits for the
// goroutine's end.
func (p *pacer) leave(m paced) {
	p.mu.Lock()
	i := slices.Index(p.members, m)
	if i < 0 {
		p.mu.Unlock()
		return
	}
	p.members = slices.Delete(slices.Clone(p.members), i, i+1)
	var done chan struct{}
	if len(p.members) == 0 {
		close(p.stop)
		done = p.done
	}
	p.mu.Unlock()
	if done != nil {
		<-done
	}
}

func (p *pacer) run(stop <-chan struct{}, done chan<- struct{}) {
	defer close(done)
	ticker := time.NewTicker(frame)
	defer ticker.Stop()
	last := time.Now()
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
		}
		frames := int(time.Since(last) / frame)
		if frames == 0 {
			continue
		}
		last = last.Add(time.Duration(frames) * frame)
		due := min(frames, maxBurst)
		p.mu.Lock()
		members := p.members
		p.mu.Unlock()
		for _, m := range members {
			m.pace(due, frames-due)
		}
	}
}
