package main

import (
	"net"
	"strings"
	"testing"

	"ccgateway/internal/config"
)

// TestMetrics_Refusals: wrong passwords, a lock and refused requests are in the scrape of the running program, by reason.
func TestMetrics_Refusals(t *testing.T) {
	t.Parallel()
	in := install(t, behindProxy, func(cfg *config.Config) {
		cfg.Auth.Lockout.Tries = 2
		cfg.Bounds.RequestsPerAddress = 1 // ten at once
	})
	has := func(lines ...string) {
		t.Helper()
		text := in.metricsText()
		for _, line := range lines {
			if !strings.Contains(text, "\n"+line+"\n") {
				t.Errorf("%q is not in\n%s", line, onlyWith(text, "lockout", "passwords_wrong", "rate_limited"))
			}
		}
	}
	has("ccgateway_passwords_wrong_total 0", `ccgateway_lockouts_total{what="pair"} 0`, `ccgateway_rate_limited_total{reason="address"} 0`)
	for _, code := range []string{"100-004", "100-004", "110-016"} {
		if got := in.signInFrom("203.0.113.66", "101", "wrong"); got != code {
			t.Errorf("%s, want %s", got, code)
		}
	}
	refused := 0
	for range 20 {
		if in.signInFrom("203.0.113.67", "999", "wrong") == "000-007" {
			refused++
		}
	}
	if refused == 0 {
		t.Fatal("no request was refused")
	}
	has(`ccgateway_lockouts_total{what="pair"} 2`, `ccgateway_rate_limited_total{reason="agent"} 0`)
	if text := in.metricsText(); strings.Contains(text, `ccgateway_rate_limited_total{reason="address"} 0`) || strings.Contains(text, `ccgateway_lockout_refused_total{reason="pair"} 0`) {
		t.Errorf("refusals are not counted:\n%s", onlyWith(text, "lockout", "rate_limited"))
	}
}

// TestMetrics_Connections: connections of the agent interface are in the scrape by what they do, and those that were refused by why.
func TestMetrics_Connections(t *testing.T) {
	t.Parallel()
	in := install(t, func(cfg *config.Config) { cfg.Bounds.PerAddress = 1 })
	first, err := net.Dial("tcp", in.address("http"))
	must(t, err)
	defer first.Close() //nolint:errcheck // the test is over
	in.await("the connection is counted", func() (bool, string) {
		text := in.metricsText()
		return strings.Contains(text, "\n"+`ccgateway_connections{port="http",state="new"} 1`+"\n"), onlyWith(text, "connections")
	})
	second, err := net.Dial("tcp", in.address("http"))
	must(t, err)
	defer second.Close() //nolint:errcheck // the test is over
	in.await("the second is refused", func() (bool, string) {
		text := in.metricsText()
		return strings.Contains(text, "\n"+`ccgateway_connections_refused_total{port="http",reason="address"} 1`+"\n"), onlyWith(text, "connections")
	})
}

// onlyWith gives the lines that have one of the words.
func onlyWith(text string, words ...string) string {
	var kept strings.Builder
	for line := range strings.Lines(text) {
		for _, word := range words {
			if strings.Contains(line, word) {
				kept.WriteString(line)
				break
			}
		}
	}
	return kept.String()
}
