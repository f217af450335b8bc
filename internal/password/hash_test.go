package password

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/crypto/argon2"
)

func TestHasher_HashThenVerify(t *testing.T) {
	h := NewHasher(0)
	phc, err := h.Hash(t.Context(), "Ann#2026x")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(phc, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("unexpected parameters: %s", phc)
	}
	if strings.Contains(phc, "Ann") {
		t.Errorf("hash contains the password: %s", phc)
	}
	for password, want := range map[string]bool{"Ann#2026x": true, "Ann#2026X": false, "": false, "Ann#2026x ": false} {
		got, err := h.Verify(t.Context(), phc, password)
		if err != nil || got != want {
			t.Errorf("Verify(%q) = %t, %v; want %t", password, got, err, want)
		}
	}
	again, err := h.Hash(t.Context(), "Ann#2026x")
	if err != nil || again == phc {
		t.Errorf("two hashes of one password are equal (%v): no salt", err)
	}
}

// TestDecoy: it is checked like any other hash of today.
func TestDecoy(t *testing.T) {
	phc := Decoy()
	if ok, err := NewHasher(1).Verify(t.Context(), phc, "Ann#2026x"); err != nil || ok {
		t.Errorf("Verify of %s: %t, %v", phc, ok, err)
	}
	if Outdated(phc) {
		t.Errorf("%s has not the costs of today", phc)
	}
	if again := Decoy(); again == phc {
		t.Errorf("two decoys are equal: %s", phc)
	}
}

// TestHasher_VerifyOtherCosts: hashes made with other costs (an earlier version, another program) are taken and marked.
func TestHasher_VerifyOtherCosts(t *testing.T) {
	salt := []byte("somesalt12345678")
	p := parameters{memoryKiB: 64, passes: 3, lanes: 2, salt: salt}
	phc := p.format(argon2.IDKey([]byte("Ann#2026x"), salt, 3, 64, 2, 24))
	h := NewHasher(1)
	if ok, err := h.Verify(t.Context(), phc, "Ann#2026x"); err != nil || !ok {
		t.Errorf("hash with other costs is not taken: %t, %v", ok, err)
	}
	if !Outdated(phc) {
		t.Error("hash with other costs is not outdated")
	}
	fresh, err := h.Hash(t.Context(), "Ann#2026x")
	if err != nil || Outdated(fresh) {
		t.Errorf("a fresh hash is outdated: %s, %v", fresh, err)
	}
}

func TestVerify_Malformed(t *testing.T) {
	good, err := NewHasher(1).Hash(t.Context(), "Ann#2026x")
	if err != nil {
		t.Fatal(err)
	}
	for name, phc := range map[string]string{
		"empty":          "",
		"plain":          "Ann#2026x",
		"other kind":     strings.Replace(good, "argon2id", "argon2i", 1),
		"other version":  strings.Replace(good, "v=19", "v=16", 1),
		"no passes":      strings.Replace(good, "t=2", "t=0", 1),
		"no lanes":       strings.Replace(good, "p=1", "p=0", 1),
		"huge memory":    strings.Replace(good, "m=19456", "m=4000000", 1),
		"huge passes":    strings.Replace(good, "t=2", "t=1000000", 1),
		"lanes overflow": strings.Replace(good, "p=1", "p=257", 1),
		"trailing":       good + "$",
		"padded":         good + "=",
		"junk in costs":  strings.Replace(good, "p=1", "p=1,x=2", 1),
		"leading zero":   strings.Replace(good, "t=2", "t=02", 1),
		"long":           good + strings.Repeat("A", 300),
	} {
		t.Run(name, func(t *testing.T) {
			if ok, err := NewHasher(1).Verify(t.Context(), phc, "Ann#2026x"); ok || !errors.Is(err, ErrMalformed) {
				t.Errorf("Verify = %t, %v; want ErrMalformed", ok, err)
			}
			if !errors.Is(Check(phc), ErrMalformed) {
				t.Error("Check takes it")
			}
		})
	}
}

func TestHasher_Bounded(t *testing.T) {
	h := NewHasher(1)
	if err := h.slots.Acquire(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Hash(ctx, "Ann#2026x"); !errors.Is(err, context.Canceled) {
		t.Errorf("Hash did not wait for its turn: %v", err)
	}
	h.slots.Release(1)

	var wg sync.WaitGroup
	var done atomic.Int32
	for range 4 {
		wg.Go(func() {
			if _, err := h.Hash(context.WithoutCancel(ctx), "Ann#2026x"); err == nil {
				done.Add(1)
			}
		})
	}
	wg.Wait()
	if done.Load() != 4 {
		t.Errorf("%d of 4 hashes made", done.Load())
	}
}

// FuzzCheck: no text makes the parser fail, and what it takes is written back unchanged.
func FuzzCheck(f *testing.F) {
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQxMjM0NTY3OA$MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI")
	f.Add("$argon2id$v=19$m=8,t=1,p=1$$")
	f.Fuzz(func(t *testing.T, phc string) {
		p, key, err := parse(phc)
		if err == nil && p.format(key) != phc {
			t.Errorf("taken but written differently: %q", phc)
		}
	})
}
