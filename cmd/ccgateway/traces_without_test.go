//go:build !otel

package main

import (
	"strings"
	"testing"
)

// TestTraces_NotBuilt: a program without traces does not start where some are wanted, and says what to do.
func TestTraces_NotBuilt(t *testing.T) {
	t.Parallel()
	p := launch(t, []string{"CCGATEWAY_TRACES_ENDPOINT=http://127.0.0.1:4318/v1/traces"}, "serve", "--config", centerFile(t, t.TempDir(), nil))
	if code := p.exits(); code != 1 || !strings.Contains(p.stderr.String(), "built without them") || !strings.Contains(p.stderr.String(), "-tags otel") {
		t.Errorf("exit %d, says %s", code, p.stderr)
	}
}
