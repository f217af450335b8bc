package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"ccgateway/internal/admin"
	"ccgateway/internal/config"
	"ccgateway/internal/store"
)

// behindProxy makes the tests' own address a proxy, so that X-Forwarded-For places each request.
func behindProxy(cfg *config.Config) {
	cfg.Listen.Proxies = []config.Network{{Prefix: netip.MustParsePrefix("127.0.0.1/32")}}
}

// signInFrom signs in over the wire, by number or by account, from an address, and gives the code.
func (in *installation) signInFrom(address, who, given string) string {
	in.t.Helper()
	body := fmt.Sprintf(`{"password":%q,"phonenum":"40101"}`, given)
	path := "onlineagent/" + who
	if strings.HasPrefix(who, "account ") {
		path = "onlineagent/loginbyaccount"
		body = fmt.Sprintf(`{"password":%q,"phonenum":"40101","account":%q}`, given, strings.TrimPrefix(who, "account "))
	}
	request, err := http.NewRequestWithContext(in.ctx, http.MethodPut, "http://"+in.address("http")+"/agentgateway/resource/"+path, strings.NewReader(body))
	must(in.t, err)
	request.Header.Set("X-Forwarded-For", address)
	response, err := plainHTTP.Do(request)
	must(in.t, err)
	defer response.Body.Close()
	var text bytes.Buffer
	_, err = text.ReadFrom(response.Body)
	must(in.t, err)
	r := reply{response.StatusCode, response.Header, text.String()}
	if r.code() == "0" {
		in.keep(r.guid())
		in.ask(http.MethodDelete, "onlineagent/"+who+"/logout", r.guid(), "")
	}
	return r.code()
}

// TestLockout_OverTheWire: codes by number and by account, for agents that exist and others; the agent at his own desk; unlocking.
func TestLockout_OverTheWire(t *testing.T) {
	t.Parallel()
	const desk, attacker, other = "10.1.1.1", "203.0.113.66", "203.0.113.67"
	in := install(t, behindProxy, func(cfg *config.Config) {
		cfg.VCCs[0].Agents[0].Account = "ann"
		cfg.Auth.Lockout.Tries = 3
	})
	in.phone("40101")
	want := func(address, who, given, code string) {
		t.Helper()
		if got := in.signInFrom(address, who, given); got != code {
			t.Errorf("%s from %s: %s, want %s", who, address, got, code)
		}
	}
	want(desk, "101", agentPassword, "0")
	for _, c := range []struct{ who, wrong, locked string }{
		{"101", "100-004", "110-016"}, {"999", "100-004", "110-016"}, {"account ann", "100-062", "100-061"}, {"account nobody", "100-062", "100-061"},
	} {
		for range 3 {
			want(attacker, c.who, "wrong", c.wrong)
		}
		want(attacker, c.who, "wrong", c.locked)
		want(attacker, c.who, agentPassword, c.locked)
	}
	want(desk, "101", agentPassword, "0")
	want(other, "102", "wrong", "100-004")

	address := in.address("admin")
	for _, c := range []struct {
		unlock admin.Unlock
		words  string
	}{
		{admin.Unlock{Agent: 101}, "agent 101: 2 locks ended"}, {admin.Unlock{Agent: 101}, "agent 101: nothing was locked"},
		{admin.Unlock{Address: attacker}, "address 203.0.113.66: 2 locks ended"}, {admin.Unlock{Agent: 777}, "no agent has the number 777"},
		{admin.Unlock{Address: "nowhere"}, "not an IP address"}, {admin.Unlock{}, "give an agent, an address, or both"},
		{admin.Unlock{Agent: 101, Address: other}, "agent 101 and address 203.0.113.67: nothing was locked"},
	} {
		words, err := admin.SendUnlock(in.ctx, address, in.token, c.unlock)
		if got := words + fmt.Sprint(err); !strings.Contains(got, c.words) {
			t.Errorf("unlock %+v: %s, want %s", c.unlock, got, c.words)
		}
	}
	want(attacker, "101", "wrong", "100-004")

	guid := in.enter(101, "40101")
	change := func(old, code string) {
		t.Helper()
		if got := in.ask(http.MethodPost, "onlineagent/101/modifyaccountpwdex", guid, fmt.Sprintf(`{"oldPassword":%q,"newPassword":"Kiwi-8-Tree"}`, old)).code(); got != code {
			t.Errorf("change of the password: %s, want %s", got, code)
		}
	}
	for range 3 {
		change("wrong", "100-007")
	}
	change(agentPassword, "110-016")

	in.halt()
	s, err := store.Open(in.ctx, in.cfg.Data, in.log.logger())
	must(t, err)
	defer func() { must(t, s.Close(in.ctx)) }()
	entries, err := s.Audit(in.ctx, store.Filter{Agent: 101})
	must(t, err)
	acts := map[string]int{}
	for _, e := range entries {
		acts[e.Act]++
	}
	if acts["lockAccount"] != 3 || acts["unlockAccount"] != 3 {
		t.Errorf("audit: %v", acts)
	}
}

// TestUnlock_Command: the command works on a stopped installation and on a running one, and the lock has survived in between.
func TestUnlock_Command(t *testing.T) {
	t.Parallel()
	in := install(t, behindProxy)
	file := centerFile(t, in.cfg.Data, nil)
	lockThenUnlock := func(between func(), env ...string) {
		t.Helper()
		for range 5 {
			in.signInFrom("203.0.113.66", "101", "wrong")
		}
		between()
		p := launch(t, env, "unlock", "101", "--config", file)
		if code := p.exits(); code != 0 || strings.TrimSpace(p.stdout.String()) != "agent 101: 1 locks ended" {
			t.Errorf("exit %d, says %s %s", code, p.stdout, p.stderr)
		}
	}
	lockThenUnlock(func() {}, "CCGATEWAY_LISTEN_ADMIN="+in.address("admin"))
	lockThenUnlock(in.halt)
	for _, args := range [][]string{{"unlock", "--config", file}, {"unlock", "7", "--config", file}, {"unlock", "101", "--address", "x", "--config", file}} {
		if p := launch(t, nil, args...); p.exits() == 0 {
			t.Errorf("%v: %s", args, p.stdout)
		}
	}
}

// TestPasswdHash: lines of standard input become lines of a configuration, which takes them; a password is never shown.
func TestPasswdHash(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	must(t, hashLines(t.Context(), strings.NewReader("Kiwi-7-Tree\r\nMango-8-Tree"), &out, 101))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || lines[0] == lines[1] || strings.Contains(out.String(), "Tree") {
		t.Fatalf("%s", out.String())
	}
	cfg, err := config.Parse("c.yaml", []byte("vccs: [{id: 1, name: one, roles: [{id: 1, name: r}], agents: [{id: 101, role: r, "+lines[0]+"}]}]\n"))
	if err != nil || cfg.VCCs[0].Agents[0].PasswordHash == "" {
		t.Errorf("the configuration does not take it: %v", err)
	}
	for in, want := range map[string]string{
		"": "standard input has no password", "Kiwi-7-Tree\nshort\n": "password in line 2: ", "Kiwi-101-Tree": "agent number", strings.Repeat("x", 100_000): "read passwords",
	} {
		if err := hashLines(t.Context(), strings.NewReader(in), &out, 101); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "short") {
			t.Errorf("%.20q: %v", in, err)
		}
	}
	answers := []string{"Kiwi-7-Tree", "Kiwi-7-Three"}
	_, err = askTwice(func(string) (string, error) {
		answer := answers[0]
		answers = answers[1:]
		return answer, nil
	})
	if err != errNotTheSame { //nolint:errorlint // the very value
		t.Errorf("got %v", err)
	}
}
