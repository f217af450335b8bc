package reftest

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestFind looks from a folder below a checkout, with the reference beside it, without it, and outside of all checkouts.
func TestFind(t *testing.T) {
	root := t.TempDir()
	below := filepath.Join(root, "checkout", "internal", "room")
	for _, folder := range []string{below, filepath.Join(root, "shared")} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(below)
	if path, err := Find("a.yaml"); err == nil || errors.Is(err, os.ErrNotExist) {
		t.Errorf("without go.mod: %q, %v", path, err)
	}
	put := func(name string) {
		if err := os.WriteFile(filepath.Join(root, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("checkout/go.mod")
	if path, err := Find("a.yaml"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("without the reference: %q, %v", path, err)
	}
	put("shared/a.yaml")
	if path, err := Find("a.yaml"); err != nil || path != filepath.Join(root, "shared", "a.yaml") {
		t.Errorf("with it: %q, %v", path, err)
	}
}

// TestPath: a test is skipped without the reference, and fails in continuous integration.
func TestPath(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("go.mod", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for ci, want := range map[string]string{"": "skipped", "true": "failed"} {
		t.Setenv("CI", ci)
		s := &subject{TB: t}
		if path := Path(s, "no such file"); path != "" || s.became != want {
			t.Errorf("CI=%q: %q, the test is %s, want %s", ci, path, s.became, want)
		}
	}
}

// subject is a test that notes what becomes of it.
type subject struct {
	testing.TB
	became string
}

func (s *subject) Skip(...any)  { s.became = "skipped" }
func (s *subject) Fatal(...any) { s.became = "failed" }
