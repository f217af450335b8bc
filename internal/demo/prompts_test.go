package demo

import (
	"path/filepath"
	"testing"
)

// TestWritePrompts_Again: a demo with the data of an earlier one has its prompts too.
func TestWritePrompts_Again(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "prompts")
	for range 2 {
		if err := WritePrompts(folder); err != nil {
			t.Fatal(err)
		}
	}
}
