// Command gen makes ../codes_gen.go and docs/result-codes.md from codes.yaml. It runs in internal/result.
package main

import (
	"bytes"
	"fmt"
	"go/format"
	"log"
	"os"

	"github.com/goccy/go-yaml"
)

type catalogue struct {
	Groups []struct {
		Prefix, Title string
		Codes         []struct{ Code, Name, Text string }
	}
}

func main() {
	raw, err := os.ReadFile("codes.yaml")
	if err != nil {
		log.Fatal(err)
	}
	var all catalogue
	if err := yaml.UnmarshalWithOptions(raw, &all, yaml.Strict()); err != nil {
		log.Fatal(err)
	}
	source, err := format.Source(constants(all))
	if err != nil {
		log.Fatal(err)
	}
	write("codes_gen.go", source)
	write("../../docs/result-codes.md", document(all))
}

func write(path string, content []byte) {
	if err := os.WriteFile(path, content, 0o644); err != nil { //nolint:gosec // generated sources are meant to be read by all
		log.Fatal(err)
	}
}

func constants(all catalogue) []byte {
	var b bytes.Buffer
	b.WriteString("// Code generated from codes.yaml by internal/result/gen. DO NOT EDIT.\n\npackage result\n\n// The codes that the program answers with.\nconst (\n")
	for _, g := range all.Groups {
		for _, c := range g.Codes {
			if c.Name != "" {
				fmt.Fprintf(&b, "\t// %s: %s.\n\t%s Code = %q\n", c.Name, c.Text, c.Name, c.Code)
			}
		}
	}
	b.WriteString(")\n\n// texts has the short text of every code of the reference.\nvar texts = map[Code]string{\n")
	for _, g := range all.Groups {
		for _, c := range g.Codes {
			fmt.Fprintf(&b, "\t%q: %q,\n", c.Code, c.Text)
		}
	}
	b.WriteString("}\n")
	return b.Bytes()
}

func document(all catalogue) []byte {
	var b bytes.Buffer
	b.WriteString("<!-- Generated from internal/result/codes.yaml by `go generate ./internal/result`. Do not edit. -->\n# Result codes\n\n" +
		"Every answer is HTTP 200 with `retcode`: `\"0\"` for success, otherwise one of these. Codes marked * are answered by this version.\n")
	for _, g := range all.Groups {
		fmt.Fprintf(&b, "\n## %s: %s\n\n| code | meaning |\n| --- | --- |\n", g.Prefix, g.Title)
		for _, c := range g.Codes {
			mark := ""
			if c.Name != "" {
				mark = " *"
			}
			fmt.Fprintf(&b, "| %s%s | %s |\n", c.Code, mark, c.Text)
		}
	}
	return b.Bytes()
}
