package gateway

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/interfaces.md anew")

func TestInterfacesDoc(t *testing.T) {
	file := filepath.Join("..", "..", "docs", "interfaces.md")
	want := InterfacesDoc()
	if *update {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("docs/interfaces.md is not what the table says; run go generate ./internal/gateway")
	}
	if rows := strings.Count(string(got), "\n| works |") + strings.Count(string(got), "\n| refuses |") +
		strings.Count(string(got), "\n| missing |"); rows != 240 {
		t.Errorf("docs/interfaces.md has %d interfaces", rows)
	}
}
