//go:build unix

package pgtest

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"
)

// shared is the server of all tests of this program.
var shared struct {
	sync.Mutex
	server *Server
	err    error // why there is none
}

// Shared gives the server of all tests, starting it for the first. Where PostgreSQL is missing the test is skipped.
func Shared(t testing.TB) *Server {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil && shared.err == nil {
		shared.server, shared.err = New(context.Background())
	}
	skipWithout(t, shared.err)
	return shared.server
}

// Own starts a server that ends with the test.
func Own(t testing.TB) *Server {
	t.Helper()
	s, err := New(context.Background())
	skipWithout(t, err)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// skipWithout ends a test that has no server.
func skipWithout(t testing.TB, err error) {
	t.Helper()
	switch {
	case errors.Is(err, ErrMissing) && os.Getenv("CI") != "true":
		t.Skip(err)
	case err != nil:
		t.Fatal(err)
	}
}

// Address gives the address of an empty database that is the test's own until it ends.
func Address(t testing.TB) string {
	t.Helper()
	address, drop, err := Shared(t).Schema(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := drop(); err != nil {
			t.Error(err)
		}
	})
	return address
}

// Stop ends the shared server if there is one. TestMain calls it after the last test.
func Stop() error {
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil {
		return nil
	}
	err := shared.server.Close()
	shared.server = nil
	return err
}
