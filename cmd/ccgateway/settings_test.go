package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"

	"ccgateway/client"
	"ccgateway/internal/config"
	"ccgateway/internal/wallboard"
)

// TestApply_Settings: settings of the running program are taken over without a start, and those that need one are named.
func TestApply_Settings(t *testing.T) {
	t.Parallel()
	in := install(t, behindProxy)
	const attacker = "203.0.113.66"
	for _, c := range []struct {
		name, file, says string
		now              func(t *testing.T)
	}{
		{
			name: "lock-out", file: "auth: {lockout: {tries: 1, for: 1h}}", says: "settings that count from now on: auth.lockout.tries, auth.lockout.for",
			now: func(t *testing.T) {
				in.phone("40101")
				for _, code := range []string{"100-004", "110-016"} {
					if got := in.signInFrom(attacker, "101", "wrong"); got != code {
						t.Errorf("%s, want %s", got, code)
					}
				}
			},
		},
		{
			name: "rates", file: "bounds: {requests_per_address: 1}", says: "from now on: bounds.requests_per_address",
			now: func(t *testing.T) {
				refused := 0
				for range 20 {
					if in.signInFrom("203.0.113.67", "999", "x") == "000-007" {
						refused++
					}
				}
				if refused == 0 {
					t.Error("the rate does not count")
				}
			},
		},
		{
			name: "legs", file: "sip: {max_legs: 2}", says: "from now on: sip.max_legs",
			now: func(t *testing.T) {
				first, second := in.customer("13900", amyTone).calls("1000"), in.customer("13901", bobTone).calls("1000")
				in.await("two legs are there", func() (bool, string) {
					legs := in.voice.Stats().Legs
					return legs == 2, fmt.Sprint(legs)
				})
				if end := in.customer("13902", cleoTone).calls("1000").over(); end.Status != 503 {
					t.Errorf("a third caller: %s", end)
				}
				for _, waiting := range []*talk{first, second} {
					in.try("hang up", waiting.Hangup)
				}
			},
		},
		{
			name: "wallboards", file: "bounds: {wallboard_watchers: 1}", says: "from now on: bounds.wallboard_watchers",
			now: func(t *testing.T) {
				first, err := in.boards.Watch(t.Context(), 1, "")
				must(t, err)
				defer first.Close()
				if _, err := in.boards.Watch(t.Context(), 1, ""); !errors.Is(err, wallboard.ErrTooMany) {
					t.Errorf("a second watcher of one: %v", err)
				}
			},
		},
		{
			name: "what needs a start", file: "listen: {https: \":1\"}\njournal: {sync: relaxed}\nevents: {poll_wait: 5s}",
			says: "settings that count from now on: events.poll_wait\nsettings that count from the next start only: listen.https, journal.sync",
			now: func(t *testing.T) {
				if in.settings().Journal.Sync != "full" {
					t.Error("it is believed to count")
				}
			},
		},
		{
			name: "a contradiction changes nothing", file: "bounds: {requests_per_agent: 3}\nevents: {silence: 4s, poll_wait: 3s}\nauth: {guid_interval: 119s}",
			says: "settings that count from now on: bounds.requests_per_agent, auth.guid_interval, events.poll_wait, events.silence",
			now:  func(*testing.T) {},
		},
	} {
		in.run(c.name, func(t *testing.T) {
			said, err := in.apply(in.ctx, "settings.yaml", []byte(c.file))
			if err != nil || !strings.Contains(said, c.says) {
				t.Fatalf("said %q, %v", said, err)
			}
			c.now(t)
		})
	}
	if _, err := in.apply(in.ctx, "same.yaml", []byte("bounds: {requests_per_agent: 3}")); err == nil {
		t.Error("a file that has neither tenants nor anything new is taken")
	}
	before := in.settings()
	if _, err := in.apply(in.ctx, "bad.yaml", []byte("bounds: {requests_per_agent: 9}\nauth: {guid_timeout: 100s}")); err == nil || in.settings() != before {
		t.Errorf("a time-out below the interval that counts: %v", err)
	}
}

// TestApply_PushAllow: an agent can let his events be pushed to a receiver as soon as it is in the applied list, and is signed out when
// it is taken from there.
func TestApply_PushAllow(t *testing.T) {
	t.Parallel()
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"message":"success","retcode":"0"}`)
	}))
	defer receiver.Close()
	in := install(t)
	in.phone("40101")
	pushed := client.SignIn{Agent: 101, Phone: "40101", CallBackURI: receiver.URL + "/events", ServiceToken: "token-of-the-receiver"}
	in.keep(pushed.ServiceToken)
	if _, err := in.trySignIn(pushed); err == nil {
		t.Fatal("a receiver is taken that is not in the list")
	}
	said, err := in.apply(in.ctx, "settings.yaml", fmt.Appendf(nil, "events: {push_allow: [%q]}", receiver.URL))
	must(t, err)
	if !strings.Contains(said, "events.push_allow") {
		t.Errorf("said %q", said)
	}
	_, err = in.trySignIn(pushed)
	must(t, err)
	in.await("events are pushed", func() (bool, string) {
		n := in.pusher.Stats().Pushed
		return n > 0, fmt.Sprint(n)
	})
	_, err = in.apply(in.ctx, "settings.yaml", []byte("events: {push_allow: []}"))
	must(t, err)
	in.await("the agent is signed out", func() (bool, string) { return in.look(1).Sessions == 0, "signed in" })
}

// TestApply_Process: the command says what counts when, a variable of the program's environment wins, and SIGHUP brings back what the
// program's own file says, with the log's level among it.
func TestApply_Process(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	file := centerFile(t, data, nil)
	in, p := serveProcess(t, []string{"CCGATEWAY_BOUNDS_REQUESTS_PER_AGENT=77"}, file)
	settings := file + ".settings"
	must(t, os.WriteFile(settings, []byte("node: Other\nbounds: {requests_per_agent: 5, requests_per_address: 50}\nlog: {level: debug}\n"), 0o600))
	applied := launch(t, nil, "apply", settings, "--data", data, "--admin", in.address("admin"))
	if code := applied.exits(); code != 0 {
		t.Fatalf("exit %d, says %s", code, applied.stderr)
	}
	for _, want := range []string{
		"settings that count from now on: bounds.requests_per_address, log.level\n", "settings that count from the next start only: node\n",
		"settings that stay, since the program's environment sets them: bounds.requests_per_agent\n",
	} {
		if !strings.Contains(applied.stdout.String(), want) {
			t.Errorf("%q is not in\n%s", want, applied.stdout)
		}
	}
	ann, err := in.client.SignIn(in.ctx, client.SignIn{Agent: 101, Password: agentPassword, PlatformOnly: true})
	must(t, err)
	_, err = ann.Next(in.ctx) // a request that is logged at that level
	must(t, err)
	p.says(p.stderr, `"level":"DEBUG"`)
	must(t, p.cmd.Process.Signal(syscall.SIGHUP))
	line := p.says(p.stderr, `"actor":"SIGHUP"`)
	if !strings.Contains(line, `"from_now_on":["bounds.requests_per_address","log.level"]`) {
		t.Errorf("at SIGHUP: %s", line)
	}

	text, err := os.ReadFile(file)
	must(t, err)
	must(t, os.WriteFile(file, []byte("nonsense: 1\n"+string(text)), 0o600))
	must(t, p.cmd.Process.Signal(syscall.SIGHUP))
	if line := p.says(p.stderr, "settings stay as they were"); !strings.Contains(line, "nonsense") {
		t.Errorf("a bad file at SIGHUP: %s", line)
	}
}

// TestReload_WithoutAFile: a program that was not started with a file has no settings to take at SIGHUP.
func TestReload_WithoutAFile(t *testing.T) {
	p := &program{}
	p.remember(&config.Config{})
	p.reloadSettings(t.Context())
	if p.settings() == nil {
		t.Error("settings are gone")
	}
}
