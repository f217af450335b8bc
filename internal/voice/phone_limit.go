package voice

import "sync"

// phonePlaces bounds the calls that each phone account has begun, so that one stolen password does not take all legs and ports.
type phonePlaces struct {
	most int

	mu  sync.Mutex
	now map[string]int // by number; those that have one
}

func newPhonePlaces(most int) *phonePlaces { return &phonePlaces{most: most, now: map[string]int{}} }

// take gives a call of a phone a place, or nil when it has begun too many.
func (p *phonePlaces) take(number string) *slot {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now[number] >= p.most {
		return nil
	}
	p.now[number]++
	return &slot{sync.OnceFunc(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.now[number]--; p.now[number] == 0 {
			delete(p.now, number)
		}
	})}
}
