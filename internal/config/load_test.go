package config

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/reftest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestLoad_SharedExample(t *testing.T) {
	cfg, err := LoadWith(reftest.Path(t, "center.example.yaml"), nil)
	if err != nil {
		t.Fatal(err)
	}
	vcc := cfg.VCCs[0]
	for what, ok := range map[string]bool{
		"node":         cfg.Node == "AgentGateway1",
		"poll_wait":    cfg.Events.PollWait == 9500*time.Millisecond,
		"lockout":      cfg.Auth.Lockout == Lockout{Tries: 5, For: 15 * time.Minute},
		"rtp":          cfg.Listen.RTP == PortRange{First: 10000, Last: 20000},
		"max_wait":     vcc.Skills[0].MaxWait == 5*time.Minute,
		"default ring": vcc.Skills[1].Ring == 30*time.Second,
		"weight":       vcc.Agents[0].Skills[0].Weight == 100 && vcc.Agents[0].Skills[1].Weight == 50,
		"recording":    vcc.Recording == Recording{Mode: "all"},
		"allow":        cfg.Trunks[0].Allow[0].Prefix == netip.MustParsePrefix("198.51.100.0/24"),
		"flow":         len(cfg.Flows["welcome"]) == 2 && cfg.Flows["welcome"][0]["play"] == "welcome.wav",
		"numbering":    cmp.Equal(vcc.Numbering, Numbering{International: []string{"00"}, National: []string{"0"}, Allowed: []string{}, Denied: []string{}}),
	} {
		if !ok {
			t.Errorf("%s is not as in the file: %+v", what, cfg)
		}
	}
	if skills := cfg.Program().Skills("welcome"); !cmp.Equal(skills, []string{"support", "sales"}) {
		t.Errorf("the flow leads to %v", skills)
	}
}

func TestLoad_OwnExample(t *testing.T) {
	cfg, err := LoadWith("../../center.example.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(cfg.VCCs) == 0 {
		t.Error("it has no VCC")
	}
}

func TestLoad_NoFile(t *testing.T) {
	_, err := Load(filepath.Join(t.TempDir(), "none.yaml"))
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestConfig_Centers(t *testing.T) {
	cfg, err := LoadWith(reftest.Path(t, "center.example.yaml"), nil)
	if err != nil {
		t.Fatal(err)
	}
	agent := center.RightsOf(center.RightBusy, center.RightMute, center.RightHold, center.RightConnectHeld, center.RightCallOut, center.RightCallInner,
		center.RightTransferInner, center.RightTakeTransfers, center.RightThreeParty, center.RightTransferOut, center.RightPickUp)
	inspector := center.RightsOf(center.RightListen, center.RightIntercept, center.RightForceState, center.RightForceRelease,
		center.RightInspectRecordings, center.RightInspectChat)
	want := []center.Config{{
		ID: 1, Name: "demo", ServerName: "AgentGateway", Limits: ceilings,
		AccessCodes: []center.AccessCode{{Code: "1000", Skill: 1}, {Code: "2000", Flow: "welcome"}},
		Skills: []center.Skill{
			{ID: 1, Name: "support", Media: center.MediaVoice, Ring: 30 * time.Second, MaxWait: 5 * time.Minute, MaxWaiting: 100, WrapUp: 5 * time.Second, Weight: 50},
			{ID: 2, Name: "sales", Media: center.MediaVoice, Ring: 30 * time.Second, Weight: 50},
			{ID: 3, Name: "webchat", Media: center.MediaChat, Ring: 30 * time.Second, Weight: 50},
		},
		Roles:  []center.Role{{ID: 2, Name: "agent", Rights: agent}, {ID: 3, Name: "inspector", Rights: inspector}},
		Phones: []string{"40101", "40102", "40901"},
		Agents: []center.Agent{
			{ID: 101, Name: "Ann", Role: 2, Group: -1, Skills: []center.AgentSkill{{Skill: 1, Weight: 100}, {Skill: 2, Weight: 50}}},
			{ID: 102, Name: "Ben", Role: 2, Group: -1, Skills: []center.AgentSkill{{Skill: 1, Weight: 100}}},
			{ID: 901, Name: "Ivy", Role: 3, Group: -1},
		},
		Trunks:    []center.Trunk{{Name: "provider", Numbers: []string{"0*"}}},
		Numbering: center.Numbering{International: []string{"00"}, National: []string{"0"}},
		Recording: center.Recording{Mode: center.RecordAll},
		Auth:      center.Auth{Interval: time.Minute, Timeout: 2 * time.Minute},
		Silence:   2 * time.Minute,
		WaitMusic: "music",
		Flows:     []string{"welcome"},
		Pause:     2 * time.Minute,
	}}
	if diff := cmp.Diff(want, cfg.Centers()); diff != "" {
		t.Error(diff)
	}
	if !cfg.Centers()[0].Roles[1].Rights.Has(center.RightMonitor) {
		t.Error("implied right is missing")
	}
	phones := cfg.Phones()
	if len(phones) != 3 || phones[0].Number != "40101" || phones[0].VCC != 1 || len(phones[0].HA1.MD5) != 32 || len(phones[0].HA1.SHA256) != 64 {
		t.Errorf("phones: %d of them, the first is %q", len(phones), phones[0].Number)
	}
}

// ceilings are the limits of a VCC that says nothing of them.
var ceilings = center.Limits{Outside: center.Outside{Calls: 1000, PerMinute: 600, AgentCalls: 10, AgentPerMinute: 20}}

// full uses every member that the shared example leaves out.
const full = `
node: n1
auth: {mode: 1}
vccs:
  - id: 7
    name: &name seven
    recording: {share: 20}
    recording_outbound: talk
    wait_music: bells
    numbering: {international: ["00", "+"], national: ["0"], denied: ["0900", "00"], allowed: ["0049", "0"]}
    limits: {outside: {calls: 0, per_minute: 1, agent_calls: 2, agent_per_minute: 3}}
    rest_reasons: [{code: 1, name: lunch}]
    recording_pause: 1m
    inspection: {tell_agents: false, inspect_inspectors: true, relations: [{inspectors: first, agents: [first]}]}
    groups: [{id: 3, name: first, leader: 20101}]
    skills:
      - {id: 2, name: b, weight: 70, waiting: ringback, survey: ask}
      - {id: 1, name: a}
    roles: [{id: 1, name: all, rights: [call_international, intercept]}]
    phones:
      - {number: 500, ha1: 0123456789abcdef0123456789abcdef}
    agents:
      - {id: 20102, role: all, account: zoe, auth: static, group: first, must_change: true, skills: [{skill: b}, {skill: a, weight: 1}]}
      - {id: 20101, role: all}
    access_codes: [{code: "*1#", skill: b}, {code: 0100, skill: a}]
  - {id: 3, name: three}
flows: {ask: [{survey: {name: mood, prompt: mood}}, {queue: a}]}
trunks:
  - {name: second, address: "[2001:db8::1]:5060", allow: ["2001:db8::/32", 192.0.2.1], transport: tcp, username: u, password: p}
`

func TestConfig_CentersOfFull(t *testing.T) {
	cfg, err := Parse("full.yaml", []byte(full))
	if err != nil {
		t.Fatal(err)
	}
	trunks := []center.Trunk{{Name: "second"}}
	auth := center.Auth{Static: true, Interval: time.Minute, Timeout: 2 * time.Minute}
	want := []center.Config{
		{
			ID: 3, Name: "three", ServerName: "AgentGateway", Limits: ceilings, Trunks: trunks, Auth: auth, Silence: 2 * time.Minute, WaitMusic: "music", Pause: 2 * time.Minute,
			Numbering: center.Numbering{International: []string{"00"}, National: []string{"0"}}, Recording: center.Recording{Mode: center.RecordAll},
		},
		{
			ID: 7, Name: "seven", ServerName: "AgentGateway", Trunks: trunks, Auth: auth, Silence: 2 * time.Minute, WaitMusic: "bells", Flows: []string{"ask"}, Pause: time.Minute,
			Inspection:  center.Inspection{Quiet: true, Inspectors: true, Relations: []center.QCRelation{{Inspectors: 3, Agents: []int{3}}}},
			RestCauses:  []center.RestCause{{Code: 1, Name: "lunch"}},
			AccessCodes: []center.AccessCode{{Code: "*1#", Skill: 2}, {Code: "0100", Skill: 1}},
			Skills: []center.Skill{
				{ID: 1, Name: "a", Media: center.MediaVoice, Ring: 30 * time.Second, Weight: 50},
				{ID: 2, Name: "b", Media: center.MediaVoice, Ring: 30 * time.Second, Weight: 70, RingBack: true, Survey: "ask"},
			},
			Roles: []center.Role{{ID: 1, Name: "all", Rights: center.RightsOf(center.RightCallInternational, center.RightCallNational,
				center.RightCallOut, center.RightIntercept, center.RightListen)}},
			Phones: []string{"500"},
			Groups: []center.Group{{ID: 3, Name: "first", Leader: 20101}},
			Agents: []center.Agent{
				{ID: 20101, Role: 1, Group: -1},
				{ID: 20102, Role: 1, Group: 3, Account: "zoe", StaticAuth: true, MustChange: true, Skills: []center.AgentSkill{{Skill: 1, Weight: 1}, {Skill: 2, Weight: 100}}},
			},
			Numbering: center.Numbering{International: []string{"+", "00"}, National: []string{"0"}, Allowed: []string{"0", "0049"}, Denied: []string{"00", "0900"}},
			Limits:    center.Limits{Outside: center.Outside{PerMinute: 1, AgentCalls: 2, AgentPerMinute: 3}},
			Recording: center.Recording{Mode: center.RecordShare, Share: 20, CallOut: center.RecordFromTalk},
		},
	}
	if diff := cmp.Diff(want, cfg.Centers()); diff != "" {
		t.Error(diff)
	}
	if cfg.Trunks[0].Allow[1].String() != "192.0.2.1/32" || cfg.Trunks[0].Password.Reveal() != "p" {
		t.Errorf("trunk: %+v", cfg.Trunks[0])
	}
	if w := strings.Join(cfg.Warnings(), "\n"); !strings.Contains(w, "auth.mode 1") {
		t.Errorf("no warning about static GUIDs: %q", w)
	}
}

func TestDefaults(t *testing.T) {
	empty, err := Parse("empty.yaml", []byte("# nothing\n"))
	if err != nil {
		t.Fatal(err)
	}
	all := cmp.Options{cmp.AllowUnexported(Config{}), cmp.AllowUnexported(netip.Prefix{}), cmpopts.IgnoreFields(Config{}, "places")}
	if diff := cmp.Diff(Defaults(), empty, all); diff != "" {
		t.Error(diff)
	}
	file, err := Parse("default.yaml", DefaultFile())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Defaults(), file, all); diff != "" {
		t.Errorf("the default file is not the default: %s", diff)
	}
}

func TestParse_NullLeavesTheDefault(t *testing.T) {
	cfg, err := Parse("x.yaml", []byte("node:\nauth:\n  mode: ~\nvccs:\n"))
	if err != nil || cfg.Node != "AgentGateway1" || cfg.Auth.Mode != 2 {
		t.Errorf("%+v, %v", cfg, err)
	}
}

func TestParse_Aliases(t *testing.T) {
	src := `
vccs:
  - id: 1
    name: one
    skills: [{id: 1, name: s}]
    roles: &roles [{id: 1, name: r, rights: [busy]}]
  - id: 2
    name: two
    roles: *roles
`
	cfg, err := Parse("x.yaml", []byte(src))
	if err != nil || len(cfg.VCCs[1].Roles) != 1 || cfg.VCCs[1].Roles[0].Name != "r" {
		t.Errorf("%+v, %v", cfg, err)
	}
}

func TestLoadWith_Environment(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(path, []byte("listen: {https: \":1\"}\nauth: {mode: 2}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := LoadWith(path, []string{
		"CCGATEWAY_LISTEN_HTTPS=:9043", "CCGATEWAY_AUTH_MODE=1", "CCGATEWAY_AUTH_LOCKOUT_FOR=1h", "CCGATEWAY_LISTEN_RTP=30000-30100",
		"CCGATEWAY_EVENTS_PUSH_ALLOW=https://a.example/, https://b.example/", "CCGATEWAY_SIP_DIGEST=SHA-256,MD5",
		"CCGATEWAY_CONFIG=" + path, "PATH=/bin",
		"CCGATEWAY_PORT=tcp://10.0.0.1:8043", "CCGATEWAY_PORT_8043_TCP_ADDR=10.0.0.1", "CCGATEWAY_SERVICE_HOST=10.0.0.1",
		"CCGATEWAY_ADMIN_SERVICE_PORT_HTTP=8081",
	})
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Listen.HTTPS != ":9043" || cfg.Auth.Mode != 1 || cfg.Auth.Lockout.For != time.Hour || cfg.Listen.RTP.Last != 30100 ||
		len(cfg.Events.PushAllow) != 2 || cfg.Events.PushAllow[1] != "https://b.example/" || cfg.SIP.Digest[0] != "SHA-256" {
		t.Errorf("%+v", cfg)
	}
}

func TestLoadWith_WrongEnvironment(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for variable, want := range map[string]string{
		"CCGATEWAY_LISTEN_HTTP_=x":           `CCGATEWAY_LISTEN_HTTP_: no member is set by this environment variable; did you mean "CCGATEWAY_LISTEN_HTTP"?`,
		"CCGATEWAY_AUTH_MOD=2":               `CCGATEWAY_AUTH_MOD: no member is set by this environment variable; did you mean "CCGATEWAY_AUTH_MODE"?`,
		"CCGATEWAY_AUTH_MODE=3":              `CCGATEWAY_AUTH_MODE: auth.mode: must lie between 1 and 2, not 3`,
		"CCGATEWAY_AUTH_MODE=two":            `CCGATEWAY_AUTH_MODE: auth.mode: must be a whole number, not "two"`,
		"CCGATEWAY_LISTEN_ADMIN=nowhere":     `CCGATEWAY_LISTEN_ADMIN: listen.admin: must be an address such as "127.0.0.1:8081" or ":8043", not "nowhere"`,
		"CCGATEWAY_VCCS=x":                   `CCGATEWAY_VCCS: no member is set by this environment variable; did you mean "CCGATEWAY_NATS"?`,
		"CCGATEWAY_SIP_DIGEST=MD5,SHA1":      `CCGATEWAY_SIP_DIGEST: sip.digest[1]: must be "MD5" or "SHA-256", not "SHA1"`,
		"CCGATEWAY_DATABASE=mysql://u:pw@db": `CCGATEWAY_DATABASE: database: must be "" for SQLite, or an address that begins with postgres://`,
	} {
		_, err := LoadWith(path, []string{variable})
		if err == nil || err.Error() != want {
			t.Errorf("%s\n got: %v\nwant: %s", variable, err, want)
		}
	}
}

func TestEnvNamesAreUnique(t *testing.T) {
	seen := map[string]string{}
	var walk func([]Member)
	walk = func(members []Member) {
		for _, m := range members {
			if other, ok := seen[m.Env]; ok && m.Env != "" {
				t.Errorf("%s and %s have the variable %s", m.Path, other, m.Env)
			}
			seen[m.Env] = m.Path
			walk(m.Members)
		}
	}
	walk(Reference())
	if seen["CCGATEWAY_AUTH_LOCKOUT_TRIES"] != "auth.lockout.tries" {
		t.Errorf("variables: %v", seen)
	}
}

func TestConfig_NeverPrintsSecrets(t *testing.T) {
	cfg, err := LoadWith(reftest.Path(t, "center.example.yaml"), nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Database = "postgres://u:s3cret@db/"
	for _, dump := range dumps(t, cfg) {
		for _, secret := range []string{"Ann#2026x", "phone-40101", "s3cret"} {
			if strings.Contains(dump, secret) || strings.Contains(dump, fmt.Sprintf("%x", secret)) {
				t.Errorf("a dump shows %q: %.200s", secret, dump)
			}
		}
	}
}
