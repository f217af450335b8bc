package gateway

import (
	"flag"
	"path/filepath"
	"strings"
	"testing"

	"ccgateway/internal/doctest"
)

var update = flag.Bool("update", false, "write docs/interfaces.md anew")

func TestInterfacesDoc(t *testing.T) {
	want := InterfacesDoc()
	doctest.Page(t, filepath.Join("..", "..", "docs", "interfaces.md"), want, *update, "go generate ./internal/gateway")
	if rows := strings.Count(string(want), "\n| works |") + strings.Count(string(want), "\n| refuses |") +
		strings.Count(string(want), "\n| missing |"); rows != 240 {
		t.Errorf("docs/interfaces.md has %d interfaces", rows)
	}
}
