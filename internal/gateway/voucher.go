package gateway

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"sync"
	"time"

	"ccgateway/internal/center"
)

// Bounds of vouchers.
const (
	vouchersKept = 8  // of one agent; the oldest goes
	voucherBytes = 24 // 192 random bits
	maxVoucher   = 64 // characters of what is shown as one
)

// vouchers are secrets that stand for something, for one agent, once and for a short time: so they do no harm where URLs are logged, as a
// GUID would.
type vouchers[V any] struct {
	life time.Duration
	now  func() time.Time

	mu     sync.Mutex
	agents map[center.AgentID][]voucher[V] // oldest first
}

type voucher[V any] struct {
	hash  [sha256.Size]byte
	value V
	until time.Time
}

func newVouchers[V any](life time.Duration) *vouchers[V] {
	return &vouchers[V]{life: life, now: time.Now, agents: map[center.AgentID][]voucher[V]{}}
}

// issue makes a voucher for whoever has proved himself to be the agent.
func (t *vouchers[V]) issue(agent center.AgentID, value V) string {
	secret := make([]byte, voucherBytes)
	_, _ = rand.Read(secret) // it never fails
	text := base64.RawURLEncoding.EncodeToString(secret)
	t.mu.Lock()
	defer t.mu.Unlock()
	mine := t.valid(agent)
	if len(mine) == vouchersKept {
		mine = slices.Delete(mine, 0, 1)
	}
	t.agents[agent] = append(mine, voucher[V]{sha256.Sum256([]byte(text)), value, t.now().Add(t.life)})
	return text
}

// redeem takes a voucher and gives what it stands for. Hashes are compared, so the time it takes tells nothing of a voucher.
func (t *vouchers[V]) redeem(agent center.AgentID, text string) (value V, known bool) {
	if len(text) > maxVoucher {
		return value, false
	}
	hash := sha256.Sum256([]byte(text))
	t.mu.Lock()
	defer t.mu.Unlock()
	mine := t.valid(agent)
	i := slices.IndexFunc(mine, func(one voucher[V]) bool { return one.hash == hash })
	if i < 0 {
		return value, false
	}
	value = mine[i].value
	if mine = slices.Delete(mine, i, i+1); len(mine) == 0 {
		delete(t.agents, agent)
	} else {
		t.agents[agent] = mine
	}
	return value, true
}

// valid throws an agent's old vouchers away and gives the others. The caller holds t.mu.
func (t *vouchers[V]) valid(agent center.AgentID) []voucher[V] {
	now := t.now()
	mine := slices.DeleteFunc(t.agents[agent], func(one voucher[V]) bool { return !now.Before(one.until) })
	if len(mine) == 0 {
		delete(t.agents, agent)
		return nil
	}
	t.agents[agent] = mine
	return mine
}
