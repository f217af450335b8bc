package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ccgateway/client"
	"ccgateway/internal/config"
)

var update = flag.Bool("update", false, "write what the commands print into testdata")

// TestHelp: every command explains itself with examples; what it prints is in testdata.
func TestHelp(t *testing.T) {
	t.Parallel()
	for _, command := range []string{
		"serve", "demo", "apply", "config", "report", "records", "why", "replay", "unlock", "passwd-hash", "load", "flow try", "recordings delete",
		"preview offer", "preview withdraw",
	} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			p := launch(t, []string{"COLUMNS=80"}, append(strings.Fields(command), "--help")...)
			if code := p.exits(); code != 0 || p.stderr.String() != "" {
				t.Errorf("exit %d, says %s", code, p.stderr)
			}
			printed := p.stdout.String()
			if strings.Count(printed, "ccgateway "+command) < 2 || !strings.Contains(printed, "Examples:") {
				t.Errorf("no examples in\n%s", printed)
			}
			golden := filepath.Join("testdata", "help", strings.ReplaceAll(command, " ", "-")+".txt")
			if *update {
				must(t, os.MkdirAll(filepath.Dir(golden), 0o750))
				must(t, os.WriteFile(golden, []byte(printed), 0o600))
			}
			want, err := os.ReadFile(golden)
			must(t, err)
			if string(want) != printed {
				t.Errorf("printed\n%s\nbut %s has\n%s", printed, golden, want)
			}
		})
	}
	t.Run("unknown command", func(t *testing.T) {
		t.Parallel()
		if p := launch(t, nil, "dance"); p.exits() == 0 || !strings.Contains(p.stderr.String(), "dance") {
			t.Errorf("exit %d, says %s", p.exits(), p.stderr)
		}
	})
}

// TestServe_BadConfiguration: the start stops with exit code 1 and words that name path and line, or the variable.
func TestServe_BadConfiguration(t *testing.T) {
	t.Parallel()
	lineOf := func(text, part string) int { return strings.Count(text[:strings.Index(text, part)], "\n") + 1 }
	for _, c := range []struct{ name, from, to, env, want string }{
		{"unknown member", "recording: all", "recroding: all", "", "vccs[0].recroding"},
		{"bad value", "ring: 30s}", "ring: soon}", "", "vccs[0].skills[0].ring"},
		{"value out of range", "{id: 101, name: Ann", "{id: 99, name: Ann", "", "vccs[0].agents[0].id"},
		{"name that nobody has", "role: clerk", "role: clown", "", "vccs[0].agents[3].role"},
		{"agent of two tenants", "{id: 201, name: Una", "{id: 101, name: Una", "", "vccs[1].agents[0].id"},
		{"no YAML", "recording: all", "recording: [all", "", "center.yaml:"},
		{"bad variable", "", "", "CCGATEWAY_EVENTS_POLL_WAIT=long", "CCGATEWAY_EVENTS_POLL_WAIT"},
		{"unknown variable", "", "", "CCGATEWAY_LISTEN_HTPS=:1", "CCGATEWAY_LISTEN_HTPS"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			line := 0
			file := centerFile(t, t.TempDir(), func(text string) string {
				if c.from == "" {
					return text
				}
				line = lineOf(text, c.from)
				return strings.Replace(text, c.from, c.to, 1)
			})
			p := launch(t, []string{c.env}, "serve", "--config", file)
			code, said := p.exits(), p.stderr.String()
			if code != 1 || !strings.Contains(said, c.want) || line > 0 && c.name != "no YAML" && !strings.Contains(said, fmt.Sprintf("center.yaml:%d", line)) {
				t.Errorf("exit %d, says %s (line %d)", code, said, line)
			}
		})
	}
	t.Run("file that is not there", func(t *testing.T) {
		t.Parallel()
		if p := launch(t, nil, "serve", "--config", "nowhere.yaml"); p.exits() == 0 || !strings.Contains(p.stderr.String(), "nowhere.yaml") {
			t.Errorf("exit %d, says %s", p.exits(), p.stderr)
		}
	})
}

// TestServe_Process: the program as a process: variables override members, it serves a call, the first signal waits for the talk, the
// second ends it at once.
func TestServe_Process(t *testing.T) {
	t.Parallel()
	file := centerFile(t, t.TempDir(), func(text string) string { return strings.Replace(text, `http: "127.0.0.1:0"`, `http: ""`, 1) })
	in, p := serveProcess(t, []string{"CCGATEWAY_LISTEN_HTTP=127.0.0.1:0", "CCGATEWAY_LOG_LEVEL=debug"}, file)
	if in.remote["http"] == "" {
		t.Fatal("the variable has not opened the port")
	}
	secure, err := client.New("https://"+in.remote["https"], client.InsecureTLS())
	must(t, err)
	defer secure.Close()
	_, err = secure.SignIn(in.ctx, client.SignIn{Agent: 101, Password: "wrong", Phone: "40101"})
	mustCode(t, err, "100-004")
	ann := in.agent(101)
	customer := in.customer("13900", amyTone).calls("1000")
	agent := answerByHand(in, ann, customer, fromAmy)
	converse(agent, customer)

	must(t, p.cmd.Process.Signal(syscall.SIGTERM))
	p.says(p.stderr, `"msg":"stopping"`)
	if end := in.customer("13901", bobTone).calls("1000").over(); end.Status != 503 {
		t.Errorf("a call while it stops: %s", end)
	}
	converse(agent, customer)
	must(t, p.cmd.Process.Signal(syscall.SIGTERM))
	customer.over()
	agent.over()
	waitFor(t, "the program ends", p.ended, testTime/2)
	if code := p.exits(); code != 0 {
		t.Errorf("exit %d\n%s", code, p.stderr)
	}
	p.says(p.stderr, `"msg":"stopped"`)
	for _, secret := range []string{agentPassword, agentHash, ann.GUID(), "phone-secret", `"wrong"`} {
		if strings.Contains(p.stderr.String(), secret) {
			t.Errorf("a secret is in the log: %q", secret)
		}
	}
	if strings.Contains(p.stderr.String(), `"level":"ERROR"`) {
		t.Errorf("errors in the log:\n%s", p.stderr)
	}
}

// newcomer adds agent 107 to the tests' center, and takes agent 102 out.
func newcomer(text string) string {
	text = strings.Replace(text, "      - {id: 102, name: Ben", "      - {id: 107, name: Gus", 1)
	return strings.ReplaceAll(text, "40102", "40107")
}

// TestApply_Running: a file is loaded into the running program: who is new can sign in, who is gone is out, talks go on. A bad file
// changes nothing.
func TestApply_Running(t *testing.T) {
	t.Parallel()
	in := install(t)
	ann, ben := in.agent(101), in.agent(102, notServing)
	customer := in.customer("13900", amyTone).calls("1000")
	agent := answerByHand(in, ann, customer, fromAmy)
	converse(agent, customer)
	apply := func(file string) (int, string) {
		p := launch(t, nil, "apply", file, "--data", in.cfg.Data, "--admin", in.address("admin"))
		return p.exits(), p.stdout.String() + p.stderr.String()
	}

	bad := centerFile(t, in.cfg.Data, func(text string) string {
		return strings.Replace(newcomer(text), "role: inspector}", "role: emperor}", 1)
	})
	code, said := apply(bad)
	if code != 1 || !strings.Contains(said, "center.yaml:") || !strings.Contains(said, "vccs[0].agents[6].role") {
		t.Errorf("exit %d, says %s", code, said)
	}
	ben.quiet()
	if len(in.look(1).Agents) != 7 {
		t.Error("a bad file has changed something")
	}

	code, said = apply(centerFile(t, in.cfg.Data, func(text string) string {
		return strings.ReplaceAll(newcomer(text), "127.0.0.3:5060", in.outside.Addr())
	}))
	if code != 0 || !strings.Contains(said, "1") {
		t.Errorf("exit %d, says %s", code, said)
	}
	ben.expect(shutdown)
	if code := ben.ended(); code != client.NotSignedIn {
		t.Errorf("the removed agent's poll ends with %q", code)
	}
	_, err := in.trySignIn(client.SignIn{Agent: 102, Phone: "40101"})
	mustCode(t, err, "100-004")
	converse(agent, customer)
	gus := in.agentAt(in.phone("40107"), 107)
	next := in.customer("13901", bobTone).calls("1000")
	p := party{"$next", "13901", "1000"}
	served := answerByHand(in, gus, next, p)
	served.hears(bobTone)
	gus.ok(gus.Release)
	gus.expect(p.releasedByAgent(ready)...)
	ann.ok(ann.Release)
	ann.expect(fromAmy.releasedByAgent(ready)...)
	ann.quiet()

	// Without the installation's token nobody applies anything.
	request, err := http.NewRequestWithContext(in.ctx, http.MethodPost, "http://"+in.address("admin")+"/admin/apply", strings.NewReader("vccs: []"))
	must(t, err)
	response, err := plainHTTP.Do(request)
	must(t, err)
	must(t, response.Body.Close())
	if response.StatusCode != http.StatusUnauthorized {
		t.Errorf("apply without the token: HTTP %d", response.StatusCode)
	}
}

// TestApply_Stopped: a file is loaded into an installation that does not run; the next start has it, also with a file of its own that
// has no tenants.
func TestApply_Stopped(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	p := launch(t, nil, "apply", centerFile(t, data, newcomer))
	if code := p.exits(); code != 0 {
		t.Fatalf("exit %d, says %s", code, p.stderr)
	}
	bad := launch(t, nil, "apply", centerFile(t, data, func(text string) string { return strings.Replace(text, "role: clerk", "role: clown", 1) }))
	if code := bad.exits(); code != 1 || !strings.Contains(bad.stderr.String(), "center.yaml:") {
		t.Errorf("exit %d, says %s", code, bad.stderr)
	}
	empty := launch(t, nil, "apply", centerFile(t, data, func(text string) string { return text[:strings.Index(text, "vccs:")] }))
	if code := empty.exits(); code != 1 || !strings.Contains(empty.stderr.String(), "no vccs") {
		t.Errorf("a file without tenants: exit %d, says %s", code, empty.stderr)
	}
	in := prepare(t)
	in.start(testConfig(t, func(cfg *config.Config) { cfg.Data, cfg.VCCs, cfg.Trunks = data, nil, nil }))
	gus := in.signIn(client.SignIn{Agent: 107, Phone: "40107"})
	gus.expect("AgentOther_InService null", ready)
	_, err := in.trySignIn(client.SignIn{Agent: 102, Phone: "40101"})
	mustCode(t, err, "100-004")
	in.try("an installation that is in use", func(context.Context) error {
		second := launch(t, nil, "apply", centerFile(t, data, nil), "--admin", "127.0.0.1:1")
		if second.exits() != 1 {
			return fmt.Errorf("applied beside the running program: %s", second.stdout)
		}
		return nil
	})

	// In the wrong folder, beside the running program, nothing is written for nobody to see.
	elsewhere := filepath.Join(t.TempDir(), "data")
	lost := launch(t, nil, "apply", centerFile(t, elsewhere, nil), "--admin", in.address("admin"))
	if code := lost.exits(); code != 1 || !strings.Contains(lost.stderr.String(), "is not its data folder") {
		t.Errorf("apply for another folder: exit %d, says %s%s", code, lost.stdout, lost.stderr)
	}
	if _, err := os.Stat(elsewhere); !os.IsNotExist(err) {
		t.Errorf("a data folder is there: %v", err)
	}
}

// TestServe_FileByVariable: the environment may name the configuration file.
func TestServe_FileByVariable(t *testing.T) {
	t.Parallel()
	p := launch(t, []string{"CCGATEWAY_CONFIG=" + centerFile(t, t.TempDir(), nil)}, "serve")
	p.says(p.stderr, `"msg":"ready"`)
}

// TestDemo: `demo --for` in plain mode, as anybody runs it first: it prints accounts and commands, which work when pasted; callers are
// served and every talk's sound is good; it ends by itself with success.
func TestDemo(t *testing.T) {
	t.Parallel()
	curl := needCurl(t)
	p := launch(t, nil, "demo", "--for", "20s", "--https", "0", "--sip", "0", "--admin", "0", "--rtp", nextPorts().String(),
		"--pause", "3s", "--talk", "2s", "--callers", "4")
	p.says(p.stdout, "logout") // the last line of the commands
	head := p.stdout.String()
	for _, part := range []string{"Ann#2026x", "phone-40101", "Ben#2026x", "Ivy#2026x", "/agentgateway/resource/", "/healthz"} {
		if !strings.Contains(head, part) {
			t.Errorf("%q is not in\n%s", part, head)
		}
	}
	pasted := curl.paste(t, head)
	for _, part := range []string{`"retcode":"0"`, `"eventType":"AgentOther_InService","workNo":"101"`} {
		if !strings.Contains(pasted, part) {
			t.Errorf("%q is not in what the pasted commands print:\n%s", part, pasted)
		}
	}
	if strings.Contains(pasted, "100-") || strings.Contains(pasted, "000-") {
		t.Errorf("pasted commands are refused:\n%s", pasted)
	}
	waitFor(t, "the demo's end", p.ended, testTime)
	if code := p.exits(); code != 0 {
		t.Errorf("exit %d\n%s\n%s", code, p.stdout, p.stderr)
	}
	if out := p.stdout.String(); !strings.Contains(out, "good") {
		t.Errorf("nothing said of the sound:\n%s", out)
	}
}

// shellTime is how long pasted commands may take.
const shellTime = 15 * time.Second
