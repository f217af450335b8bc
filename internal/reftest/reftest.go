// Package reftest finds the published reference of the agent interface for the tests that compare this program with it. The reference is not part of
// this repository: it lies in the folder shared beside the checkout, where there is one.
package reftest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// Path gives a file of the reference, such as "cc-gateway-api/events.yaml". Where there is none the test is skipped, or fails where CI is "true".
func Path(t testing.TB, name string) string {
	t.Helper()
	path, err := Find(name)
	switch {
	case err == nil:
		return path
	case !errors.Is(err, os.ErrNotExist), os.Getenv("CI") == "true":
		t.Fatal(err)
	default:
		t.Skip(err)
	}
	return ""
}

// Find gives the same to who can do without. The error is os.ErrNotExist where there is none.
func Find(name string) (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the reference: %w", err)
	}
	for ; ; folder = filepath.Dir(folder) {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			break
		}
		if folder == filepath.Dir(folder) {
			return "", errors.New("find the reference: no go.mod above the package")
		}
	}
	path := filepath.Join(filepath.Dir(folder), "shared", filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("the reference is not beside the checkout: %w", err)
	}
	return path, nil
}
