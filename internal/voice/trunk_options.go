package voice

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/emiago/sipgo/sip"
)

// keepAlive is what OPTIONS say of a trunk.
type keepAlive struct {
	misses  int // in a row
	down    bool
	changed time.Time
	downs   uint64
}

// watch asks a trunk by OPTIONS until ctx ends (RFC 3261 section 11).
func (ls *lines) watch(ctx context.Context, l *line, t Trunk) {
	for n := uint32(1); ; n++ {
		err := ls.ping(ctx, &t, n)
		if ctx.Err() != nil {
			return
		}
		ls.mu.Lock()
		l.keepAlive.note(l, &t, err)
		ls.mu.Unlock()
		every := t.Options.Every
		select {
		case <-time.After(every - every/10 + rand.N(every/5+1)): //nolint:gosec // keeps trunks from being asked in step
		case <-ctx.Done():
			return
		}
	}
}

// note takes down what came of one question: nil = a good answer. lines.mu is held.
func (k *keepAlive) note(l *line, t *Trunk, err error) {
	if err == nil {
		k.misses = 0
		if k.down {
			k.down, k.changed = false, time.Now()
			l.log.Info("trunk is up: it answers again")
		}
		return
	}
	k.misses++
	if k.down || k.misses < t.Options.Misses {
		return
	}
	k.down, k.changed = true, time.Now()
	k.downs++
	l.log.Warn("trunk is down: calls go by the next one", "misses", k.misses, "error", err)
}

// ping asks once. Any answer is good, also a refusal, for somebody gave it; but not the two that say that the far side cannot work.
func (ls *lines) ping(ctx context.Context, t *Trunk, n uint32) error {
	ctx, cancel := context.WithTimeout(ctx, t.Options.Timeout)
	defer cancel()
	to, err := ls.s.resolve(ctx, t)
	if err != nil {
		return err
	}
	at := trunkURI("", t, to)
	req := ls.s.outside(sip.OPTIONS, at, ls.s.ourURI(t.Username, to), at, newTag(), n, to)
	req.AppendHeader(ls.s.contact(t.Username, to))
	req.AppendHeader(sip.NewHeader("Accept", sdpType))
	ls.s.address(req, to)
	res, err := ls.s.await(ctx, req)
	if err != nil {
		return fmt.Errorf("OPTIONS: %w", err)
	}
	if res.StatusCode == sip.StatusServiceUnavailable || res.StatusCode == sip.StatusRequestTimeout {
		return fmt.Errorf("OPTIONS: answered %d", res.StatusCode)
	}
	return nil
}
