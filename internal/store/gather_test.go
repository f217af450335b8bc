package store

import (
	"context"
	"testing"
	"time"
)

// TestNext: who gathers waits for the next fact, until the time is up, the store closes or everything ends; who is urgent does not wait.
func TestNext(t *testing.T) {
	never := make(chan time.Time)
	up := make(chan time.Time, 1)
	up <- time.Now()
	ended, end := context.WithCancel(t.Context())
	end()
	closing := make(chan struct{})
	close(closing)
	for name, c := range map[string]struct {
		ctx      context.Context
		timeUp   <-chan time.Time
		urgent   bool
		stopping chan struct{}
		comes    bool
	}{
		"a fact comes while it waits": {t.Context(), never, false, nil, true},
		"urgent":                      {t.Context(), never, true, nil, false},
		"time is up":                  {t.Context(), up, false, nil, false},
		"the store closes":            {t.Context(), never, false, closing, false},
		"everything ends":             {ended, never, false, nil, false},
	} {
		w := &writer{queue: make(chan fact), stopping: c.stopping}
		sent := make(chan struct{})
		if c.comes {
			go func() {
				defer close(sent)
				w.queue <- fact{vcc: 7}
			}()
		}
		f, came := w.next(c.ctx, c.timeUp, c.urgent)
		if came != c.comes || came && f.vcc != 7 {
			t.Errorf("%s: %v, %v", name, f, came)
		}
		if c.comes {
			<-sent
		}
	}
}
