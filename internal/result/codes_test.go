package result

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestNames: a code with a name is marked in docs/result-codes.md as one that the program answers, so something answers it.
func TestNames(t *testing.T) {
	generated, err := os.ReadFile("codes_gen.go")
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	name := regexp.MustCompile(`\bresult\.([A-Z]\w*)`)
	for _, dir := range []string{"..", "../../cmd"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			source, err := os.ReadFile(path)
			for _, m := range name.FindAllSubmatch(source, -1) {
				used[string(m[1])] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	names := regexp.MustCompile(`(?m)^\t([A-Z]\w*) Code = `).FindAllSubmatch(generated, -1)
	if len(names) == 0 {
		t.Fatal("codes_gen.go has no names")
	}
	for _, m := range names {
		if !used[string(m[1])] {
			t.Errorf("nothing answers %s: leave its name out of codes.yaml", m[1])
		}
	}
}
