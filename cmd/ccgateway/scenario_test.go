package main

import (
	"strings"
	"testing"

	"ccgateway/internal/demo"
)

// TestDemo_Scenarios: `demo --scenario` plays each scene to its end with every ear as it should be, and no other name is taken.
func TestDemo_Scenarios(t *testing.T) {
	t.Parallel()
	for _, s := range demo.Scenarios {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			p := launch(t, nil, "demo", "--scenario", s.Name, "--https", "0", "--sip", "0", "--admin", "0", "--rtp", nextPorts().String())
			waitFor(t, "the scene's end", p.ended, testTime)
			if code, out := p.exits(), p.stdout.String(); code != 0 || !strings.Contains(out, "all right") {
				t.Errorf("exit %d\n%s\n%s", code, out, p.stderr)
			}
		})
	}
	p := launch(t, nil, "demo", "--scenario", "opera")
	waitFor(t, "the refusal", p.ended, testTime)
	if code, said := p.exits(), p.stderr.String(); code == 0 || !strings.Contains(said, "consult, transfer, conference, inspect, flow") {
		t.Errorf("a scenario that is none: exit %d, says %s", code, said)
	}
}
