package voice

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/netip"
	"sync"
	"time"
)

const (
	// nonceLife is how long a nonce may be used. A phone that uses an older one is told so (stale) and tries again by itself.
	nonceLife = 5 * time.Minute

	// maxNonces bounds the nonces whose counts are remembered. Only a right password makes one be remembered.
	maxNonces = 100_000

	nonceStamp  = 8  // bytes: the time it was made
	nonceRandom = 8  // bytes
	nonceSum    = 16 // bytes: a MAC over both and the source that was challenged
)

// nonces makes and checks the nonces of digest challenges. A nonce carries its age and our MAC, so nothing is stored for a
// challenge; only what was used with a right password is remembered, to refuse that a request is played again.
//
// A nonce is good for the source that was challenged alone: whoever shows it there has read our answer there. Without that, one
// who forges his packets' source could use up the tries of phones that he cannot even see (see failures).
type nonces struct {
	secret [32]byte

	mu        sync.Mutex
	used      map[string]*nonceUse
	forgotten time.Time // nonces made up to then are stale, because their counts had to be forgotten
}

// nonceUse has the counts that came with a nonce: the highest, and which of the 64 below it. Requests of one phone that were sent
// at once may overtake each other; none may come twice (RFC 7616 section 3.4).
type nonceUse struct {
	made    time.Time
	highest uint64
	window  uint64
}

func newNonces() *nonces {
	n := &nonces{used: map[string]*nonceUse{}}
	_, _ = rand.Read(n.secret[:]) // never fails
	return n
}

func (n *nonces) create(source netip.Addr, now time.Time) string {
	var b [nonceStamp + nonceRandom]byte
	binary.BigEndian.PutUint64(b[:], uint64(now.UnixNano()))
	_, _ = rand.Read(b[nonceStamp:])
	return base64.RawURLEncoding.EncodeToString(append(b[:], n.sum(b[:], source)...))
}

func (n *nonces) sum(b []byte, source netip.Addr) []byte {
	mac := hmac.New(sha256.New, n.secret[:])
	mac.Write(b)
	mac.Write(subscriber(source).AsSlice())
	return mac.Sum(nil)[:nonceSum]
}

// check tells whether a nonce is one that we gave to this source, and whether it is too old.
func (n *nonces) check(nonce string, source netip.Addr, now time.Time) (ours, stale bool) {
	b, err := base64.RawURLEncoding.DecodeString(nonce)
	if err != nil || len(b) != nonceStamp+nonceRandom+nonceSum {
		return false, false
	}
	const signed = nonceStamp + nonceRandom
	if !hmac.Equal(n.sum(b[:signed], source), b[signed:]) {
		return false, false
	}
	made := time.Unix(0, int64(binary.BigEndian.Uint64(b)))
	n.mu.Lock()
	defer n.mu.Unlock()
	return true, now.Sub(made) > nonceLife || !made.After(n.forgotten)
}

// use notes a count that came with a nonce and a right password. It returns false if that count was there before.
func (n *nonces) use(nonce string, count uint64, now time.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	u := n.used[nonce]
	if u == nil {
		if len(n.used) >= maxNonces {
			n.forget(now)
		}
		n.used[nonce] = &nonceUse{made: now, highest: count, window: 1}
		return true
	}
	return u.use(count)
}

func (u *nonceUse) use(count uint64) bool {
	const width = 64
	if count > u.highest {
		if shift := count - u.highest; shift < width {
			u.window = u.window<<shift | 1
		} else {
			u.window = 1
		}
		u.highest = count
		return true
	}
	back := u.highest - count
	if back >= width || u.window&(1<<back) != 0 {
		return false
	}
	u.window |= 1 << back
	return true
}

// forget drops what has expired; if that is not enough, everything: what was made until now then counts as stale.
func (n *nonces) forget(now time.Time) {
	for nonce, u := range n.used {
		if now.Sub(u.made) > nonceLife {
			delete(n.used, nonce)
		}
	}
	if len(n.used) >= maxNonces {
		clear(n.used)
		n.forgotten = now
	}
}
