// Command gen makes docs/configuration.md and internal/config/default.yaml from the structure of the configuration and the comments
// of its members. It runs in internal/config, by `go generate`.
package main

import (
	"log"
	"os"
)

// Where the generator reads and writes, seen from internal/config.
const (
	sources  = "."
	fileName = "default.yaml"
	pageName = "../../docs/configuration.md"
)

func main() {
	help, err := readHelp(sources)
	if err != nil {
		log.Fatal(err)
	}
	file := defaultFile(help)
	write(fileName, file)
	write(pageName, page(help, file))
}

func write(path string, content []byte) {
	if err := os.WriteFile(path, content, 0o644); err != nil { //nolint:gosec // generated sources are meant to be read by all
		log.Fatal(err)
	}
}
