package sleep

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestFor(t *testing.T) {
	for _, c := range []struct {
		name    string
		ctx     time.Duration // until it ends
		whole   bool
		waited  time.Duration
		already bool // ctx has ended before
	}{
		{"in time", time.Hour, true, time.Minute, false},
		{"cut short", time.Second, false, time.Second, false},
		{"ended before", time.Hour, false, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), c.ctx)
				defer cancel()
				if c.already {
					cancel()
				}
				began := time.Now()
				if whole := For(ctx, time.Minute); whole != c.whole || time.Since(began) != c.waited {
					t.Errorf("%v after %s, want %v after %s", whole, time.Since(began), c.whole, c.waited)
				}
			})
		})
	}
}
