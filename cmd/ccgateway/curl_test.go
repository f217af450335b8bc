package main

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// shell pastes commands.
type shell struct{}

// needCurl skips the test where curl is not installed, but not in CI.
func needCurl(t testing.TB) shell {
	t.Helper()
	if _, err := exec.LookPath("curl"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("curl is not installed: scripts/install-test-tools")
		}
		t.Skip("curl is not installed: apt-get install curl")
	}
	return shell{}
}

// paste runs the commands that the demo says are to be pasted: what is indented after "paste this".
func (shell) paste(t testing.TB, head string) string {
	t.Helper()
	_, commands, found := strings.Cut(head, "paste this")
	if !found {
		t.Fatalf("nothing to paste in\n%s", head)
	}
	_, commands, _ = strings.Cut(commands, "\n\n")
	commands, _, _ = strings.Cut(commands, "\n\n")
	ctx, cancel := context.WithTimeout(context.Background(), shellTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-s")
	cmd.Stdin = strings.NewReader(commands + "\n")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s\n%s", err, commands, out)
	}
	return string(out)
}
