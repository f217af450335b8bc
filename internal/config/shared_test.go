package config

import (
	"os"
	"path/filepath"
	"testing"
)

// sharedExample finds ../shared/center.example.yaml beside the repository, walking up from this package.
func sharedExample(t testing.TB) string {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; folder != filepath.Dir(folder); folder = filepath.Dir(folder) {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err != nil {
			continue
		}
		path := filepath.Join(folder, "..", "shared", "center.example.yaml")
		if _, err := os.Stat(path); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("the reference is not beside the repository: %v", err)
			}
			t.Skipf("the reference is not beside the repository: %v", err)
		}
		return path
	}
	t.Fatal("no go.mod above this package")
	return ""
}
