package main

import (
	"strings"
	"testing"

	"ccgateway/internal/config"
	"ccgateway/internal/doctest"
)

// TestUpToDate: what is generated is what is committed.
func TestUpToDate(t *testing.T) {
	help, err := readHelp("..")
	if err != nil {
		t.Fatal(err)
	}
	file := defaultFile(help)
	for path, want := range map[string][]byte{"../" + fileName: file, "../" + pageName: page(help, file)} {
		doctest.Page(t, path, want, false, "go generate ./internal/config")
	}
}

// TestEveryMemberIsExplained: no member without a comment.
func TestEveryMemberIsExplained(t *testing.T) {
	help, err := readHelp("..")
	if err != nil {
		t.Fatal(err)
	}
	var walk func(members []config.Member)
	walk = func(members []config.Member) {
		for _, m := range members {
			if text := help[m.Field]; !strings.HasSuffix(text, ".") {
				t.Errorf("%s (%s) has no comment that is a sentence: %q", m.Path, m.Field, text)
			}
			walk(m.Members)
		}
	}
	walk(config.Reference())
}

// TestDefaultFile: the default file is the default configuration, and with its comments taken away it shows a center that loads.
func TestDefaultFile(t *testing.T) {
	help, err := readHelp("..")
	if err != nil {
		t.Fatal(err)
	}
	file := defaultFile(help)
	if _, err := config.Parse("default.yaml", file); err != nil {
		t.Fatalf("the default file does not load:\n%v", err)
	}
	var b strings.Builder
	commentedOut := false // from a line with two signs to the next empty one
	for line := range strings.Lines(string(file)) {
		commentedOut = strings.HasPrefix(line, "##") || commentedOut && line != "\n"
		if commentedOut {
			line = strings.TrimPrefix(line, "#")
		}
		b.WriteString(line)
	}
	cfg, err := config.Parse("default.yaml", []byte(b.String()))
	if err != nil {
		t.Fatalf("the default file without comment signs does not load:\n%v", err)
	}
	if len(cfg.VCCs) != 1 || len(cfg.VCCs[0].Agents) != 1 || len(cfg.Trunks) != 1 || len(cfg.Flows) != 1 {
		t.Errorf("it does not show everything: %+v", cfg)
	}
}
