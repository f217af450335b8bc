package flow

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write what the scripts give into their files; review the difference by hand")

// TestScripts plays the scripts of testdata: flows, a line "--- name: inputs" for each play of "main", and the transcripts.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.flow")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			source, plays, _ := strings.Cut(string(text), "--- ")
			p := compileText(t, source, world)
			got := source
			for play := range strings.SplitSeq(plays, "--- ") {
				head, _, _ := strings.Cut(play, "\n")
				_, inputs, _ := strings.Cut(head, ": ")
				caller := Caller{Caller: "13900", Called: "2000", Reason: "arrived", Data: `{"lang":"en","tags":[1]}`, Suspended: strings.HasPrefix(head, "suspended")}
				got += "--- " + head + "\n" + script(t, p, "main", caller, inputs)
			}
			if *rewrite {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(text) {
				t.Errorf("another transcript (go test ./internal/flow -run Scripts -rewrite shows it in the file):\n%s", got)
			}
		})
	}
}
