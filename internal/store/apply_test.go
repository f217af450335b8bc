package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"ccgateway/internal/center"
	"ccgateway/internal/config"
	"ccgateway/internal/password"
	"ccgateway/internal/reftest"

	"github.com/google/go-cmp/cmp"
)

// sample uses every kind of thing. Its agents have one hash, so that tests need not wait for hashing.
var sample = strings.ReplaceAll(`
node: n1
cluster: c1
auth: {mode: 1, guid_interval: 30s, guid_timeout: 90s}
events: {silence: 100s}
passwords: {days: 90, remembered: 3}
vccs:
  - id: 7
    name: seven
    limits: {agents: 5, calls: 9, outside: {calls: 5, agent_per_minute: 7}}
    recording: {share: 20}
    recording_outbound: talk
    wait_music: bells
    recording_pause: 90s
    inspection: {tell_agents: false, inspect_inspectors: true, relations: [{inspectors: first, agents: [first]}]}
    numbering: {international: ["00", "+"], national: [], allowed: ["0049", "0"], denied: ["001"]}
    rest_reasons: [{code: 1, name: lunch}, {code: 2, name: tea}]
    groups: [{id: 3, name: first, leader: 20101}]
    skills:
      - {id: 2, name: b, weight: 70, waiting: ringback, ring: 12.5s, max_wait: 5m, max_waiting: 3, wrap_up: 7s, media: voice, survey: welcome}
      - {id: 1, name: a, media: chat}
    roles: [{id: 1, name: all, rights: [call_international, intercept]}, {id: 2, name: none}]
    phones:
      - {number: "500", ha1: 0123456789abcdef0123456789abcdef, srtp: "off"}
      - {number: "501", password: phone-501}
    agents:
      - {id: 20102, name: Zoe, role: all, account: zoe, auth: static, group: first, must_change: true, skills: [{skill: b}, {skill: a, weight: 1}], password_hash: HASH}
      - {id: 20101, role: none, password_hash: HASH}
    access_codes: [{code: "*1#", skill: b}, {code: "0100", flow: welcome}]
  - {id: 3, name: three, phones: [{number: "300", password: phone-300}]}
trunks:
  - {name: second, address: "[2001:db8::1]:5060", allow: ["2001:db8::/32", 192.0.2.1], transport: tcp, username: u, password: p, srtp: "off"}
  - {name: first, address: "sip.example:5060", numbers: ["00*", "0*", "112"]}
flows:
  welcome: [{play: welcome.wav}, {menu: {prompt: menu.wav, timeout: 5s, retries: 2, "1": [{queue: b}], else: [{queue: b}]}}]
`, "HASH", `"`+hashOf("Ann#2026x")+`"`)

// hashOf hashes a password for a configuration.
func hashOf(text string) string {
	hash, err := password.NewHasher(0).Hash(context.Background(), text)
	if err != nil {
		panic(err)
	}
	return hash
}

func TestStore_RoundTrip(t *testing.T) { onAll(t, testStoreRoundTrip) }

func testStoreRoundTrip(t *testing.T, place sites) {
	for name, src := range map[string]string{"sample": sample, "shared example": "", "nothing": "node: n\n"} {
		t.Run(name, func(t *testing.T) {
			if src == "" {
				shared, err := os.ReadFile(reftest.Path(t, "center.example.yaml"))
				if err != nil {
					t.Fatal(err)
				}
				src = string(shared)
			}
			s := mustOpen(t, place(t))
			cfg := mustParse(t, src)
			if _, err := s.Apply(t.Context(), cfg, "tester"); err != nil {
				t.Fatal(err)
			}
			got, err := s.Centers(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(cfg.Centers(), got); diff != "" {
				t.Error(diff)
			}
			again, err := s.Apply(t.Context(), cfg, "tester")
			if err != nil || !again.Empty() || again.String() != "nothing changed" {
				t.Errorf("applying it again: %s, %v", again, err)
			}
		})
	}
}

func TestStore_Directory(t *testing.T) { onAll(t, testStoreDirectory) }

func testStoreDirectory(t *testing.T, place sites) {
	where := place(t)
	s := mustOpen(t, where)
	if _, ok := s.Phone("501"); ok || len(s.Trunks()) > 0 {
		t.Error("an empty installation has phones or lines")
	}
	mustApply(t, s, sample)
	check := func(s *Store) {
		t.Helper()
		p, ok := s.Phone("501")
		if want := password.DigestHA1("501", "phone-501"); !ok || p != (Phone{VCC: 7, Number: "501", HA1: want, SRTP: "optional"}) {
			t.Errorf("phone 501: VCC %d, %q, %t", p.VCC, p.Number, ok)
		}
		if p, ok := s.Phone("500"); !ok || p.HA1.MD5 != "0123456789abcdef0123456789abcdef" || p.HA1.SHA256 != "" {
			t.Error("phone 500 has not the hash of the file")
		}
		if _, ok := s.Phone("*1#"); ok {
			t.Error("an access code is a phone")
		}
		if a, ok := s.AccessCode("*1#"); !ok || a != (AccessCode{Code: "*1#", VCC: 7, Skill: 2}) {
			t.Errorf("access code: %+v, %t", a, ok)
		}
		if a, ok := s.AccessCode("0100"); !ok || a != (AccessCode{Code: "0100", VCC: 7, Flow: "welcome"}) {
			t.Errorf("access code of a flow: %+v, %t", a, ok)
		}
		if agent, ok := s.ByAccount("zoe"); !ok || agent != 20102 {
			t.Errorf("account: %d, %t", agent, ok)
		}
		if _, ok := s.ByAccount(""); ok {
			t.Error("agents without an account are found by none")
		}
		lines := s.Trunks()
		if len(lines) != 2 || lines[0].Name != "second" || lines[0].Password.Reveal() != "p" || lines[0].Allow[1].String() != "192.0.2.1/32" ||
			lines[1].Name != "first" || strings.Join(lines[1].Numbers, " ") != "00* 0* 112" {
			t.Errorf("lines: %+v", lines)
		}
	}
	check(s)
	mustClose(t, s)
	check(mustOpen(t, where))
}

func TestStore_ApplyTellsChanges(t *testing.T) { onAll(t, testStoreApplyTellsChanges) }

func testStoreApplyTellsChanges(t *testing.T, place sites) {
	s := mustOpen(t, place(t))
	first := mustApply(t, s, sample).String()
	for _, words := range []string{
		"settings: 7 added", "VCCs: 2 added (3, 7)", "skill queues: 2 added (7/1, 7/2)", "access codes: 2 added (*1#, 0100)", "agents: 2 added (20101, 20102)",
		"lines: 2 added (second, first)", "flows: 1 added (welcome)", "agent passwords: 2 set (20102, 20101)", "phone passwords: 3 set (300, 500, 501)",
	} {
		if !strings.Contains(first, words) {
			t.Errorf("%q is not told in %q", words, first)
		}
	}
	for _, c := range []struct{ name, old, now, want string }{
		{"setting", "silence: 100s", "silence: 101s", "settings: 1 changed (silence_ms)"},
		{"vcc", "calls: 9", "calls: 8", "VCCs: 1 changed (7)"},
		{"prefix", `"+"]`, `"+1"]`, "VCCs: 1 changed (7)"},
		{"skill", "wrap_up: 7s", "wrap_up: 8s", "skill queues: 1 changed (7/2)"},
		{"role", "intercept]", "listen]", "roles: 1 changed (7/1)"},
		{"agent", "name: Zoe", "name: Zoë", "agents: 1 changed (20102)"},
		{"agent's skill", "weight: 1}", "weight: 2}", "agents: 1 changed (20102)"},
		{"must change", "must_change: true", "must_change: false", "agent passwords: 1 changed (20102)"},
		{"phone password", "phone-501", "phone-502", "phone passwords: 1 set (501)"},
		{"phone number", `"300"`, `"301"`, "phones: 1 added (301), 1 removed (300); phone passwords: 1 set (301)"},
		{"rest reason", "name: tea", "name: coffee", "rest reasons: 1 changed (7/2)"},
		{"group", "leader: 20101", "leader: 20102", "groups: 1 changed (7/3)"},
		{"access code", "skill: b}, {code: \"0100\"", "flow: welcome}, {code: \"0100\"", "access codes: 1 changed (*1#)"},
		{"line", "192.0.2.1", "192.0.2.2", "lines: 1 changed (second)"},
		{"flow", "timeout: 5s", "timeout: 6s", "flows: 1 changed (welcome)"},
		{"names exchanged", "name: all, rights: [call_international, intercept]}, {id: 2, name: none}", "name: none, rights: [call_international, intercept]}, {id: 2, name: all}",
			"roles: 2 changed (7/1, 7/2); agents: 2 changed (20101, 20102)"},
		{"VCC's number", "id: 3, name: three", "id: 4, name: three", "VCCs: 1 added (4), 1 removed (3); phones: 1 changed (300)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(sample, c.old) {
				t.Fatalf("%q is not in the sample", c.old)
			}
			src := strings.ReplaceAll(sample, c.old, c.now)
			if got := mustApply(t, s, src).String(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			got, err := s.Centers(t.Context())
			if diff := cmp.Diff(mustParse(t, src).Centers(), got); err != nil || diff != "" {
				t.Errorf("%v %s", err, diff)
			}
			mustApply(t, s, sample)
		})
	}
	removed := mustApply(t, s, "node: n1\n").String()
	for _, words := range []string{"VCCs: 2 removed (3, 7)", "agents: 2 removed (20101, 20102)", "lines: 2 removed (second, first)"} {
		if !strings.Contains(removed, words) {
			t.Errorf("%q is not told in %q", words, removed)
		}
	}
	for _, table := range []string{"vcc", "number_prefix", "skill", "role", "role_right", "phone", "agent", "agent_skill", "agent_password", "former_password",
		"access_code", "work_group", "rest_reason", "trunk", "trunk_network", "trunk_number", "flow"} {
		var n int
		if err := s.read.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+table).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d rows are left in %s (%v)", n, table, err)
		}
	}
}

func TestChanges_ManyNames(t *testing.T) {
	var c Change
	for i := range 30 {
		c.Added = append(c.Added, fmt.Sprint(i))
	}
	c.Kind = "agents"
	if got := c.String(); !strings.HasPrefix(got, "agents: 30 added (0, 1, ") || !strings.HasSuffix(got, ", 19 and 10 more)") {
		t.Error(got)
	}
}

// TestStore_ApplyManySkills: an agent with more skill queues than go into one statement has all of them.
func TestStore_ApplyManySkills(t *testing.T) { onAll(t, tStoreApplyManySkills) }

func tStoreApplyManySkills(t *testing.T, place sites) {
	s := mustOpen(t, place(t))
	var queues, served []string
	for i := range 2*rowsAtOnce + 1 {
		queues = append(queues, fmt.Sprintf("{id: %d, name: s%d}", i+1, i))
		served = append(served, fmt.Sprintf("{skill: s%d, weight: %d}", i, i%100+1))
	}
	src := fmt.Sprintf("vccs: [{id: 1, name: one, roles: [{id: 1, name: r}], skills: [%s], agents: [{id: 101, role: r, password_hash: %q, skills: [%s]}]}]\n",
		strings.Join(queues, ", "), hashOf("Ann#2026x"), strings.Join(served, ", "))
	mustApply(t, s, src)
	got, err := s.Centers(t.Context())
	wantSame(t, mustParse(t, src).Centers(), got, err)
}

// TestStore_ApplyFails: whatever goes wrong, and wherever, everything stays as it was.
func TestStore_ApplyFails(t *testing.T) { onAll(t, testStoreApplyFails) }

func testStoreApplyFails(t *testing.T, place sites) {
	s := mustOpen(t, place(t))
	mustApply(t, s, sample)
	before := dump(t, s)
	other := strings.NewReplacer("calls: 9", "calls: 1", "name: Zoe", "name: Zara", "phone-501", "phone-599", "wrap_up: 7s", "wrap_up: 9s").Replace(sample)
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, attempt := range map[string]func() error{
		"new agent without password": func() error {
			_, err := s.Apply(t.Context(), mustParse(t, strings.Replace(other, "agents:\n", "agents:\n      - {id: 30000, role: all}\n", 1)), "tester")
			if !errors.Is(err, errNoPassword) || !strings.Contains(err.Error(), "agent 30000") {
				t.Errorf("got %v", err)
			}
			return err
		},
		"new phone without password": func() error {
			_, err := s.Apply(t.Context(), mustParse(t, strings.Replace(other, "phones:\n", "phones:\n      - {number: \"555\"}\n", 1)), "tester")
			if !errors.Is(err, errNoPassword) || !strings.Contains(err.Error(), "phone 555") {
				t.Errorf("got %v", err)
			}
			return err
		},
		"context ended": func() error {
			_, err := s.Apply(canceled, mustParse(t, other), "tester")
			return err
		},
		"database refuses a row":                  func() error { return applyWithTrigger(t, s, other, "BEFORE UPDATE ON agent") },
		"database refuses the audit, last of all": func() error { return applyWithTrigger(t, s, other, "BEFORE INSERT ON audit") },
		"a reference leads nowhere at the end": func() error {
			cfg := mustParse(t, other)
			cfg.VCCs[0].Agents[0].Role = "gone" // past the checks: what a mistake of ours would do
			_, err := s.Apply(t.Context(), cfg, "tester")
			return err
		},
		"an access code leads nowhere": func() error {
			cfg := mustParse(t, other)
			cfg.VCCs[0].AccessCodes[0].Skill = "gone"
			_, err := s.Apply(t.Context(), cfg, "tester")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			if attempt() == nil {
				t.Fatal("applied")
			}
			if diff := cmp.Diff(before, dump(t, s)); diff != "" {
				t.Errorf("something has changed: %s", diff)
			}
			if p, _ := s.Phone("501"); p.HA1 != password.DigestHA1("501", "phone-501") {
				t.Error("the directory has changed")
			}
		})
	}
	if got := mustApply(t, s, other).String(); !strings.Contains(got, "agents: 1 changed (20102)") {
		t.Errorf("it cannot be applied afterwards: %s", got)
	}
}

// applyWithTrigger applies while the database refuses one kind of statement.
func applyWithTrigger(t *testing.T, s *Store, src, when string) error {
	t.Helper()
	again := refuse(t, s, when, "TRUE")
	_, err := s.Apply(t.Context(), mustParse(t, src), "tester")
	again()
	return err
}

// dump reads every row of every table.
func dump(t *testing.T, s *Store) []string {
	t.Helper()
	var all []string
	for _, table := range []string{"setting", "vcc", "number_prefix", "skill", "access_code", "role", "role_right", "phone", "work_group", "agent", "agent_skill",
		"agent_password", "former_password", "rest_reason", "trunk", "trunk_network", "trunk_number", "flow", "audit"} {
		rows, err := s.read.QueryContext(t.Context(), "SELECT * FROM "+table+" ORDER BY 1, 2")
		if err != nil {
			t.Fatal(err)
		}
		names, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			values := make([]any, len(names))
			into := make([]any, len(names))
			for i := range values {
				into[i] = &values[i]
			}
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
			all = append(all, fmt.Sprint(table, values))
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func TestStore_ApplyIsAudited(t *testing.T) { onAll(t, testStoreApplyIsAudited) }

func testStoreApplyIsAudited(t *testing.T, place sites) {
	clock := &stoppedClock{now: start}
	s := mustOpen(t, place(t), Clock(clock.Now))
	mustApply(t, s, sample)
	entries, err := s.Audit(t.Context(), Filter{})
	if err != nil || len(entries) != 1 {
		t.Fatalf("%v, %v", entries, err)
	}
	e := entries[0]
	if e.ActorName != "tester" || e.Act != "apply" || !e.At.Equal(start) || !strings.Contains(e.Detail, "agents: 2 added (20101, 20102)") {
		t.Errorf("%+v", e)
	}
	for _, secret := range []string{"argon2", "phone-501", "0123456789abcdef"} {
		if strings.Contains(e.Detail, secret) {
			t.Errorf("the audit shows a secret: %s", e.Detail)
		}
	}
}

// TestStore_ApplyAtOnce: applying, signing in and the phone side do not disturb each other.
func TestStore_ApplyAtOnce(t *testing.T) { onAll(t, testStoreApplyAtOnce) }

func testStoreApplyAtOnce(t *testing.T, place sites) {
	s := mustOpen(t, place(t))
	mustApply(t, s, sample)
	other := strings.Replace(sample, "name: Zoe", "name: Zara", 1)
	configs := []*config.Config{mustParse(t, sample), mustParse(t, other)}
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 5 {
				if _, err := s.Apply(t.Context(), configs[i%2], "tester"); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for range 20 {
				if _, ok := s.Phone("501"); !ok {
					t.Error("phone is gone")
				}
				s.Carry(7, []center.Effect{center.Audit{VCC: 7, At: start, Act: "x"}})
				if all, err := s.Centers(t.Context()); err != nil || len(all) != 2 {
					t.Errorf("%d centers, %v", len(all), err)
				}
			}
		})
	}
	wg.Wait()
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if entries, err := s.Audit(t.Context(), Filter{VCC: 7}); err != nil || len(entries) != 80 {
		t.Errorf("%d entries, %v", len(entries), err)
	}
}
