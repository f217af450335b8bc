package loadgen

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/config"
)

func TestLatencySums(t *testing.T) {
	var l latency
	if got := l.sum(); got != (Times{}) {
		t.Errorf("nothing measured: %+v", got)
	}
	for i, want := range []time.Duration{1, 2, 5} {
		l.add(want)
		if got := l.sum(); got.P99 != want || got.P50 != []time.Duration{1, 1, 2}[i] {
			t.Errorf("few times: %+v", got)
		}
	}
	l.times, l.seen, l.most = nil, 0, 0
	for i := 100; i >= 1; i-- {
		l.add(time.Duration(i) * time.Millisecond)
	}
	l.add(-time.Second) // clocks of two goroutines: never below zero
	want := Times{Count: 101, P50: 50 * time.Millisecond, P99: 99 * time.Millisecond, Max: 100 * time.Millisecond}
	if got := l.sum(); got != want {
		t.Errorf("%+v; want %+v", got, want)
	}
}

func TestLatencyIsBounded(t *testing.T) {
	l := latency{times: make([]time.Duration, mostSamples), seen: mostSamples}
	for range 1000 {
		l.add(time.Second)
	}
	if got := l.sum(); len(l.times) != mostSamples || got.Count != mostSamples+1000 || got.Max != time.Second {
		t.Errorf("%d kept, %+v", len(l.times), got)
	}
}

func TestVerdict(t *testing.T) {
	good := Report{Dialled: 10_000, Talked: 9_990, Failures: map[string]int{"no agent within a minute": 10}}
	bad := Report{Dialled: 10_000, Talked: 9_989, Failures: map[string]int{"no agent within a minute": 10, "status 503": 1}}
	held := Report{Dialled: 100, Talked: 100, HeldBack: 50}
	for _, c := range []struct {
		name   string
		report Report
		want   string
	}{
		{"a thousandth fails", good, ""},
		{"more fails", bad, "11 failures in 10000 calls: no agent within a minute: 10, status 503: 1"},
		{"nothing talked", Report{Dialled: 3}, "no talk came about in 3 calls: none"},
		{"held back", held, "50 calls were held back"},
	} {
		err := c.report.Verdict()
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", c.name, err, c.want)
		}
	}
}

func TestWrittenConfigurationIsGood(t *testing.T) {
	var file bytes.Buffer
	if err := WriteConfig(t.Context(), &file, Setup{Agents: 300, Callers: "127.0.0.2", Recording: "all", Data: "./load data"}); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Parse("load.yaml", file.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	vcc := cfg.VCCs[0]
	if len(vcc.Agents) != 300 || len(vcc.Phones) != 300 || cfg.Data != "./load data" || len(cfg.Warnings()) > 0 {
		t.Errorf("%d agents, %d phones, data %q, warnings %v", len(vcc.Agents), len(vcc.Phones), cfg.Data, cfg.Warnings())
	}
	accounts, err := ReadAccounts(bytes.NewReader(file.Bytes()))
	if err != nil || accounts.Agent(299) != vcc.Agents[299].ID || accounts.Phone(299) != vcc.Phones[299].Number {
		t.Errorf("accounts: %v", err)
	}
}

func TestWhatCannotBePlayedIsRefused(t *testing.T) {
	for name, s := range map[string]Setup{
		"nobody": {Callers: "127.0.0.2", Recording: "none"}, "too many": {Agents: MaxAgents + 1, Callers: "127.0.0.2", Recording: "none"},
		"no address": {Agents: 1, Callers: "localhost\n", Recording: "none"}, "recording": {Agents: 1, Callers: "127.0.0.2", Recording: "some"},
	} {
		if err := WriteConfig(t.Context(), io.Discard, s); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for name, o := range map[string]Options{
		"agents": {Rate: 1, Duration: 1, Talk: 1}, "rate": {Agents: 1, Rate: MaxRate + 1, Duration: 1, Talk: 1},
		"time": {Agents: 1, Rate: 1, Talk: 1},
	} {
		if _, err := Run(t.Context(), o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
