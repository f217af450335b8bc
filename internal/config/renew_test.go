package config

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

// TestRenew: what a program that runs takes over of a file, and what it says of the rest.
func TestRenew(t *testing.T) {
	const tenant = "vccs: [{id: 1, name: demo}]\n"
	for _, c := range []struct {
		name  string
		own   string // the file that the program was started with
		env   []string
		file  string
		whole Whole
		want  Taken
		check func(*Config) bool
	}{
		{name: "tenants alone leave the settings", own: "events: {push_allow: [\"https://a.example.org\"]}", file: tenant,
			check: func(c *Config) bool { return len(c.Events.PushAllow) == 1 && len(c.VCCs) == 1 }},
		{name: "a setting that counts at once", file: tenant + "bounds: {requests_per_agent: 7}",
			want:  Taken{Now: []string{"bounds.requests_per_agent"}},
			check: func(c *Config) bool { return c.Bounds.RequestsPerAgent == 7 && c.Bounds.RequestsPerAddress == 200 }},
		{name: "the same again is no change", own: "bounds: {requests_per_agent: 7}", file: tenant + "bounds: {requests_per_agent: 7}\nlisten: {origins: []}",
			check: func(c *Config) bool { return c.Bounds.RequestsPerAgent == 7 }},
		{name: "settings that need a start stay", own: "listen: {https: \":1\"}", file: tenant + "listen: {https: \":2\", rtp: 3000-4000}\njournal: {sync: relaxed}",
			want:  Taken{Start: []string{"listen.https", "listen.rtp", "journal.sync"}},
			check: func(c *Config) bool { return c.Listen.HTTPS == ":1" && c.Journal.Sync == "full" }},
		{name: "the environment wins", own: "auth: {lockout: {tries: 4}}", env: []string{"CCGATEWAY_AUTH_LOCKOUT_FOR=1h"}, file: tenant + "auth: {lockout: {tries: 9, for: 1m}}",
			want:  Taken{Now: []string{"auth.lockout.tries"}, Environment: []string{"auth.lockout.for"}},
			check: func(c *Config) bool { return c.Auth.Lockout.Tries == 9 && c.Auth.Lockout.For == time.Hour }},
		{name: "the program's own file brings back defaults", own: "bounds: {requests_per_agent: 7}", file: tenant, whole: Wholly,
			want:  Taken{Now: []string{"bounds.requests_per_agent"}},
			check: func(c *Config) bool { return c.Bounds.RequestsPerAgent == 200 }},
		{name: "a password of the database is compared and not shown", own: "database: postgres://a:one@h/d", file: tenant + "database: postgres://a:two@h/d",
			want:  Taken{Start: []string{"database"}},
			check: func(c *Config) bool { return strings.Contains(c.Database.Reveal(), "one") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			running, next := parseWith(t, c.own, c.env), parseWith(t, c.file, nil)
			before := *running
			got, taken, err := running.Renew(next, c.whole)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(taken, c.want) {
				t.Errorf("taken %+v, want %+v", taken, c.want)
			}
			if !c.check(got) {
				t.Errorf("the renewed configuration is %+v", got)
			}
			if !reflect.DeepEqual(*running, before) {
				t.Error("the running configuration has been changed")
			}
		})
	}
}

// TestRenew_Again: what the environment set stays so over several files, and what needs a start is said each time.
func TestRenew_Again(t *testing.T) {
	running := parseWith(t, "", []string{"CCGATEWAY_EVENTS_SILENCE=50s"})
	for range 2 {
		next, taken, err := running.Renew(parseWith(t, "node: Other\nevents: {silence: 80s}", nil), Partly)
		if err != nil {
			t.Fatal(err)
		}
		if want := (Taken{Start: []string{"node"}, Environment: []string{"events.silence"}}); !reflect.DeepEqual(taken, want) {
			t.Errorf("taken %+v, want %+v", taken, want)
		}
		running = next
	}
}

// TestRenew_Contradiction: a file that is good by itself may contradict what stays; then nothing is taken, and the line is told.
func TestRenew_Contradiction(t *testing.T) {
	running := parseWith(t, "auth: {guid_interval: 100s, guid_timeout: 200s}", nil)
	_, _, err := running.Renew(parseWith(t, "\nauth:\n  guid_timeout: 90s", nil), Partly)
	var all *Errors
	if !errors.As(err, &all) || len(all.Problems) != 1 || all.Problems[0].Path != "auth.guid_timeout" || all.Problems[0].Line != 3 {
		t.Errorf("error %v", err)
	}
}

// TestTaken_String: every kind has its line, and nothing says nothing.
func TestTaken_String(t *testing.T) {
	if taken := (Taken{}); !taken.Empty() || taken.String() != "" {
		t.Errorf("nothing taken is %q", taken)
	}
	taken := Taken{Now: []string{"a.b", "c"}, Start: []string{"d"}, Environment: []string{"e"}}
	want := "settings that count from now on: a.b, c\nsettings that count from the next start only: d\n" +
		"settings that stay, since the program's environment sets them: e"
	if taken.Empty() || taken.String() != want {
		t.Errorf("taken is %q", taken)
	}
}

func parseWith(t *testing.T, text string, environ []string) *Config {
	t.Helper()
	cfg, err := parse("center.yaml", []byte(text), environ)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}
