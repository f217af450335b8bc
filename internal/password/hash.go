package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/semaphore"
)

// The cost of a hash: OWASP's first recommendation for argon2id, 26 ms on the machine it was measured on.
const (
	memoryKiB = 19 * 1024
	passes    = 2
	lanes     = 1
	saltSize  = 16
	keySize   = 32
)

// The costs that a stored hash may name. They bound what a damaged or hostile row can make us spend: above all memory.
const (
	maxMemoryKiB = 256 * 1024
	maxPasses    = 16
	maxLanes     = 8
	minSaltSize  = 8
	maxSaltSize  = 64
	minKeySize   = 16
	maxKeySize   = 64
	maxPHC       = 256 // characters
)

// ErrMalformed says that a text is no argon2id hash in PHC string format, or one with costs out of bounds.
var ErrMalformed = errors.New("not an argon2id hash in PHC string format ($argon2id$v=19$m=...,t=...,p=...$salt$hash)")

// Hasher makes and checks hashes, a bounded number at once. Its methods may be called from any goroutine.
type Hasher struct {
	slots *semaphore.Weighted
}

// NewHasher makes a hasher that computes atOnce hashes at a time; 0 means one for each processor.
func NewHasher(atOnce int) *Hasher {
	if atOnce <= 0 {
		atOnce = runtime.GOMAXPROCS(0)
	}
	return &Hasher{slots: semaphore.NewWeighted(int64(atOnce))}
}

// Hash makes the hash of a password, with a salt of its own. The error is the context's.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	p := present(make([]byte, saltSize))
	rand.Read(p.salt) //nolint:errcheck // crypto/rand.Read never fails (Go 1.24)
	key, err := h.derive(ctx, password, p, keySize)
	if err != nil {
		return "", err
	}
	return p.format(key), nil
}

// Decoy gives a hash of today's costs that no password has: to compare those with that belong to nobody, as long as others take.
func Decoy() string {
	chance := make([]byte, saltSize+keySize)
	rand.Read(chance) //nolint:errcheck // crypto/rand.Read never fails (Go 1.24)
	return present(chance[:saltSize]).format(chance[saltSize:])
}

// Verify tells whether the password is the one of which phc was made. It takes the same time whatever the answer.
// The error is ErrMalformed or the context's.
func (h *Hasher) Verify(ctx context.Context, phc, password string) (bool, error) {
	p, want, err := parse(phc)
	if err != nil {
		return false, err
	}
	got, err := h.derive(ctx, password, p, len(want))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// derive waits for its turn and computes.
func (h *Hasher) derive(ctx context.Context, password string, p parameters, size int) ([]byte, error) {
	if err := h.slots.Acquire(ctx, 1); err != nil {
		return nil, fmt.Errorf("wait for a turn to hash: %w", err)
	}
	defer h.slots.Release(1)
	return argon2.IDKey([]byte(password), p.salt, p.passes, p.memoryKiB, p.lanes, uint32(size)), nil //nolint:gosec // bounded by maxKeySize
}

// Outdated tells whether a hash was made with other costs than today's and should be made anew when the password is at hand.
// A malformed one counts as outdated.
func Outdated(phc string) bool {
	p, key, err := parse(phc)
	return err != nil || len(key) != keySize || p.memoryKiB != memoryKiB || p.passes != passes || p.lanes != lanes
}

// Check tells whether a text is a hash that Verify can work with: nil or ErrMalformed.
func Check(phc string) error {
	_, _, err := parse(phc)
	return err
}

// parameters are what a hash names beside the key.
type parameters struct {
	memoryKiB uint32
	passes    uint32
	lanes     uint8
	salt      []byte
}

// present are today's costs.
func present(salt []byte) parameters {
	return parameters{memoryKiB: memoryKiB, passes: passes, lanes: lanes, salt: salt}
}

// format writes the PHC string.
func (p parameters) format(key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memoryKiB, p.passes, p.lanes,
		base64.RawStdEncoding.EncodeToString(p.salt), base64.RawStdEncoding.EncodeToString(key))
}

// parse reads the PHC string. It takes exactly what format writes, with bounded costs.
func parse(phc string) (parameters, []byte, error) {
	var p parameters
	fields := strings.Split(phc, "$")
	if len(phc) > maxPHC || len(fields) != 6 || fields[0] != "" || fields[1] != "argon2id" {
		return p, nil, ErrMalformed
	}
	if fields[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, nil, ErrMalformed
	}
	if _, err := fmt.Sscanf(fields[3], "m=%d,t=%d,p=%d", &p.memoryKiB, &p.passes, &p.lanes); err != nil {
		return p, nil, ErrMalformed
	}
	var err error
	if p.salt, err = base64.RawStdEncoding.Strict().DecodeString(fields[4]); err != nil {
		return p, nil, ErrMalformed
	}
	key, err := base64.RawStdEncoding.Strict().DecodeString(fields[5])
	if err != nil || !p.bounded(len(key)) || p.format(key) != phc {
		return p, nil, ErrMalformed
	}
	return p, key, nil
}

// bounded tells whether the costs lie within what we are ready to spend. argon2 itself asks for 8 KiB a lane.
func (p parameters) bounded(key int) bool {
	return p.memoryKiB >= 8*uint32(p.lanes) && p.memoryKiB <= maxMemoryKiB &&
		p.passes >= 1 && p.passes <= maxPasses && p.lanes >= 1 && p.lanes <= maxLanes &&
		len(p.salt) >= minSaltSize && len(p.salt) <= maxSaltSize && key >= minKeySize && key <= maxKeySize
}
