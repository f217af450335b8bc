// Package doctest keeps pages of docs/ in step with the code that they are made from.
package doctest

import (
	"bytes"
	"os"
	"testing"
)

// Page fails the test when the file is not what it should be. With update it writes the file anew first; how tells the reader of a failure
// what does that.
func Page(t *testing.T, file string, want []byte, update bool, how string) {
	t.Helper()
	if update {
		if err := os.WriteFile(file, want, 0o644); err != nil { //nolint:gosec // a page for everybody
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is out of date: run %s", file, how)
	}
}
