package config

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// wrong lists wrong files and everything that is said about them.
var wrong = []struct {
	name, src string
	want      []string
}{
	{"unknown member", "listn: {}\n", []string{`c.yaml:1: listn: no member of this name exists; did you mean "listen"?`}},
	{"unknown member below", "\nauth:\n  lockout:\n    trys: 1\n", []string{`c.yaml:4: auth.lockout.trys: no member of this name exists; did you mean "tries"?`}},
	{"far from every name", "zzzzzzzzz: 1\n", []string{`c.yaml:1: zzzzzzzzz: no member of this name exists`}},
	{"twice", "node: a\ndata: x\nnode: b\n", []string{`c.yaml:3: node: is there twice, before in line 1`}},
	{"no YAML", "node: \"a\nb: [", []string{`c.yaml:1: no valid YAML: could not find end character of double-quoted text`}},
	{"not a map", "- 1\n", []string{`c.yaml:1: must be a map, not a list`}},
	{"word", "hello\n", []string{`c.yaml:1: must be a map, not a single value`}},
	{"two documents", "node: a\n---\nnode: b\n", []string{`c.yaml:3: no valid YAML: a second document begins here; one file holds one`}},
	{"wallboards", "bounds:\n  wallboard_watchers: 0\n  wallboard_pause: 1ms\n  wallboard_changes: 9\n", []string{
		`c.yaml:2: bounds.wallboard_watchers: must lie between 1 and 10000, not 0`,
		`c.yaml:3: bounds.wallboard_pause: must lie between 20ms and 10s, not 1ms`,
		`c.yaml:4: bounds.wallboard_changes: must lie between 16 and 65536, not 9`,
	}},
	{"tag", "node: !!str a\n", []string{`c.yaml:1: node: tags (!!str) are not taken`}},
	{"merge key", "auth:\n  <<: {mode: 1}\n", []string{`c.yaml:2: auth: merge keys (<<) are not taken`}},
	{"no anchor", "node: *a\n", []string{`c.yaml:1: node: no anchor is named "a" before this line`}},
	{"alias in itself", "vccs: &a [*a]\n", []string{`c.yaml:1: vccs[0]: must be a map, not a list`}},
	{"binary", "node: a\x00\n", []string{`c.yaml: is no text`}},
	{"Latin-1", "node: a\ncluster: \"M\xfcller\"\n", []string{`c.yaml:2: must be text in UTF-8`}},
	{"mark of UTF-8", "\ufeffnode: a.b\n", []string{`c.yaml:1: node: must be 1 to 64 letters, digits, - and _`}},
	{"nested too deep", "flows: {a: [" + strings.Repeat("[", 40), []string{`c.yaml:1: lists and maps are nested too deep (more than 24)`}},
	{"indented too deep", "a:\n" + strings.Repeat(" ", 400) + "b: 1\n", []string{`c.yaml:2: lists and maps are nested too deep (more than 24)`}},

	{"kinds", "node: [a]\nauth: 5\nnats: {a: b}\nvccs: {id: 1}\nflows: []\n", []string{
		`c.yaml:1: node: must be a text, not a list`, `c.yaml:2: auth: must be a map, not a single value`, `c.yaml:3: nats: must be a list of values, not a map`,
		`c.yaml:4: vccs: must be a list of maps, not a map`, `c.yaml:5: flows: must be a map, not a list`,
	}},
	{"numbers", "auth:\n  mode: \"2\"\n  lockout: {tries: 1.5}\npasswords: {days: 181}\nsip: {max_legs: many}\n", []string{
		`c.yaml:2: auth.mode: must be a whole number, not text`, `c.yaml:3: auth.lockout.tries: must be a whole number, not "1.5"`,
		`c.yaml:4: passwords.days: must lie between 0 and 180, not 181`, `c.yaml:5: sip.max_legs: must be a whole number, not text`,
	}},
	{"durations", "events: {poll_wait: 9}\nshutdown: {grace: long}\nsip: {no_media: 1ns}\nauth: {guid_interval: 100h}\n", []string{
		`c.yaml:1: events.poll_wait: must have its unit, such as "9s"`, `c.yaml:2: shutdown.grace: must be a duration such as "30s", "9.5s" or "5m", not "long"`,
		`c.yaml:3: sip.no_media: must be a whole number of milliseconds`, `c.yaml:4: auth.guid_interval: must lie between 1s and 24h, not 100h`,
	}},
	{"choices", "log: {level: inf, format: xml}\n", []string{
		`c.yaml:1: log.level: must be "debug", "info", "warn" or "error", not "inf"; did you mean "info"?`,
		`c.yaml:1: log.format: must be "json" or "text", not "xml"`,
	}},

	{"node", "node: a.b\ndata: \"\"\n", []string{`c.yaml:1: node: must be 1 to 64 letters, digits, - and _`, `c.yaml:2: data: must name a folder`}},
	{"listeners", "listen:\n  https: \"\"\n  sip: \"5060\"\n  admin: \":99999\"\n  rtp: \"20000-10000\"\n  sips: \"5061\"\n", []string{
		`c.yaml:1: listen: https or http must be given: nobody could sign in`,
		`c.yaml:3: listen.sip: must be an address such as "127.0.0.1:8081" or ":8043", not "5060"`,
		`c.yaml:4: listen.admin: must have a port between 0 and 65535, not "99999"`,
		`c.yaml:5: listen.rtp: must be a range of at least 4 ports between 1024 and 65535`,
		`c.yaml:6: listen.sips: must be an address such as "127.0.0.1:8081" or ":8043", not "5061"`,
	}},
	{"same address", "listen: {https: \":80\", http: \":80\"}\n", []string{`c.yaml:1: listen.http: has the same address as listen.https`}},
	{"same SIP address", "listen: {sip: \":5060\", sips: \":5060\"}\n", []string{`c.yaml:1: listen.sips: has the same address as listen.sip`}},
	{"no port range", "listen: {rtp: many}\n", []string{`c.yaml:1: listen.rtp: must be a range of ports such as "10000-20000"`}},
	{"not in this version", "database: postgres://u:se%cret@h/\nnats: [nats://a]\n", []string{
		`c.yaml:1: database: must be an address such as postgres://user:password@host:5432/database; special characters in the password are written as %40 and the like`,
		`c.yaml:2: nats: several nodes are not supported by this version; leave it []`,
	}},
	{"key without certificate", "tls: {key: k.pem}\n", []string{`c.yaml:1: tls: cert and key are given both or not at all`}},
	{"times that belong together", "auth: {guid_timeout: 60s}\nevents: {silence: 5s, push_retry: 20s, push_give_up: 10s}\nsip: {register_min: 2h, session_timer: 10s}\n", []string{
		`c.yaml:1: auth.guid_timeout: must be longer than guid_interval (1m0s)`, `c.yaml:2: events.silence: must be longer than poll_wait (9.5s)`,
		`c.yaml:2: events.push_give_up: must not be shorter than push_retry (20s)`,
		`c.yaml:3: sip.register_max: must not be shorter than register_min (2h0m0s)`, `c.yaml:3: sip.session_timer: must be 0 or at least 1m30s (RFC 4028 section 5)`,
	}},
	{"pushes and browsers", "cluster: a b\nevents: {push_allow: [\"https://x/?a\"], push_tls: {trust_all: true, cert_file: x}}\nlisten:\n  origins: [\"https://x\", \"https://x/\", \"*\"]\n  hosts: [a.b, \"a:1\"]\n", []string{
		`c.yaml:1: cluster: must be 1 to 64 letters, digits, - and _`,
		`c.yaml:2: events.push_allow[0]: must be an https:// or http:// address with a host, maybe a path, and nothing else`,
		`c.yaml:2: events.push_tls: trust_all and cert_file contradict each other`,
		`c.yaml:4: listen.origins[1]: must be an origin such as "https://desk.example.org", in small letters, without a path or a slash at its end`,
		`c.yaml:4: listen.origins[2]: must be an origin such as "https://desk.example.org", in small letters, without a path or a slash at its end`,
		`c.yaml:5: listen.hosts[1]: must be the name of a host, without a port`,
	}},
	{"traces", "traces:\n  endpoint: grpc://127.0.0.1:4317\n  share: 1.5\n", []string{
		`c.yaml:2: traces.endpoint: must be an https:// or http:// address without user and password, such as "http://127.0.0.1:4318/v1/traces"`,
		`c.yaml:3: traces.share: must be a number from 0 to 1, such as 0.25`,
	}},
	{"secret in the endpoint", "traces: {endpoint: \"https://u:p@h/\", share: .nan}\n", []string{
		`c.yaml:1: traces.endpoint: must be an https:// or http:// address without user and password, such as "http://127.0.0.1:4318/v1/traces"`,
		`c.yaml:1: traces.share: must be a number from 0 to 1, such as 0.25`,
	}},
	{"addresses", "events: {push_allow: [ftp://x, \"https://u:p@h/\"]}\nsip: {advertise: 0.0.0.0, digest: [MD5, MD5]}\n", []string{
		`c.yaml:1: events.push_allow[0]: must be an https:// or http:// address with a host, maybe a path, and nothing else`,
		`c.yaml:1: events.push_allow[1]: must be an https:// or http:// address with a host, maybe a path, and nothing else`,
		`c.yaml:2: sip.advertise: must be an IP address that a phone can send to`, `c.yaml:2: sip.digest[1]: is there twice`,
	}},
	{"codecs", "sip: {codecs: [PCMA, G729]}\n", []string{`c.yaml:1: sip.codecs: codec "G729" is not in this build`}},
	{"no codec", "sip: {codecs: []}\n", []string{`c.yaml:1: sip.codecs: no codec`}},
	{"no digest", "sip: {digest: []}\n", []string{`c.yaml:1: sip.digest: must name an algorithm`}},
	{"trunks", "trunks:\n  - {name: a, address: h:0}\n  - {name: a, address: h, allow: [10.0.0.1/8, x], numbers: [\"x1\"], transport: ws, password: p}\n  - {address: \"0.0.0.0:5060\"}\n", []string{
		`c.yaml:2: trunks[0].address: must be a host or "host:port"`,
		`c.yaml:3: trunks[1].username: must be given with a password`,
		`c.yaml:3: trunks[1].name: the line's name "a" is there twice, before in trunks[0].name (line 2)`,
		`c.yaml:3: trunks[1].allow[0]: has bits beyond the network's; did you mean "10.0.0.0/8"?`,
		`c.yaml:3: trunks[1].allow[1]: must be an IP address or a network such as "198.51.100.0/24"`,
		`c.yaml:3: trunks[1].numbers[0]: must be a number, or a prefix followed by *`,
		`c.yaml:3: trunks[1].transport: must be "udp", "tcp" or "tls", not "ws"`,
		`c.yaml:4: trunks[2].name: is missing`,
		`c.yaml:4: trunks[2].address: must be a host or "host:port"`,
	}},
	{"trunk rules", "trunks:\n  - {name: a, address: h, register: {on: true, expires: 1s}, caller: {number: x, allowed: [\"\"], from: account}}\n" +
		"  - {name: b, address: h, domain: \"h:1\", tls: {name: \"a b\"}, options: {every: 2h, misses: 0}, limits: {in: -1}}\n" +
		"  - {name: c, address: h, called: [{strip: x}], incoming: {believe: all, called: [{}], caller: [{prefix: \"a\"}]}, dtmf: inband}\n", []string{
		`c.yaml:2: trunks[0].register.on: needs a username`,
		`c.yaml:2: trunks[0].register.expires: must lie between 1m and 24h, not 1s`,
		`c.yaml:2: trunks[0].caller.number: must be a number`,
		`c.yaml:2: trunks[0].caller.allowed[0]: must be a number, or a prefix followed by *`,
		`c.yaml:2: trunks[0].caller.from: "account" needs a username`,
		`c.yaml:3: trunks[1].domain: must be a host name or IPv4 address, without a port`,
		`c.yaml:3: trunks[1].tls: is for lines whose transport is "tls"`,
		`c.yaml:3: trunks[1].tls.name: must be a host name or IP address`,
		`c.yaml:3: trunks[1].options.every: must lie between 0s and 1h, not 2h`,
		`c.yaml:3: trunks[1].options.misses: must lie between 1 and 20, not 0`,
		`c.yaml:3: trunks[1].limits.in: must lie between 0 and 1000000, not -1`,
		`c.yaml:4: trunks[2].called[0].strip: must be the beginning of a number`,
		`c.yaml:4: trunks[2].incoming.believe: must be "asserted" or "from", not "all"`,
		`c.yaml:4: trunks[2].incoming.called[0]: changes nothing`,
		`c.yaml:4: trunks[2].incoming.caller[0].prefix: must be the beginning of a number`,
		`c.yaml:4: trunks[2].dtmf: must be "rtp" or "info", not "inband"`,
	}},
	{"flows", "flows:\n  a: [play, {b: .inf}]\n  b: []\n  \"c d\": [{x: 1}]\n", []string{
		`c.yaml:2: flows.a[0].play: is empty`, `c.yaml:2: flows.a[0].play: must name a prompt`,
		`c.yaml:2: flows.a[1].b: is no number that a flow could work with`,
		`c.yaml:2: flows.a[1].b: no step is named "b"; there are callback, collect, flow, goto, hangup, hours, http, if, menu, pause, play, queue, return, say, set, survey, transfer, voicemail`,
		`c.yaml:3: flows.b: must have a step`, `c.yaml:4: flows."c d": a flow's name must be 1 to 64 letters, digits, dots, - and _`,
		`c.yaml:4: flows."c d"[0].x: no step is named "x"; there are callback, collect, flow, goto, hangup, hours, http, if, menu, pause, play, queue, return, say, set, survey, transfer, voicemail`,
	}},
	{"flows in a VCC", `flows:
  a:
    - queue: support
    - menu: {prompt: x, "1": [{queue: sales}], timeot: 5s}
vccs: [{id: 1, name: one, skills: [{id: 1, name: support}], access_codes: [{code: "1", flow: a}]}]
`, []string{
		`c.yaml:4: flows.a[1].menu: a menu must have a way out for who presses nothing: else is missing`,
		`c.yaml:4: flows.a[1].menu.1[0].queue: no voice skill queue is named "sales"`,
		`c.yaml:4: flows.a[1].menu.timeot: no member of this name exists; there are 1, else, prompt, retries, say, timeout, wrong, wrong_say`,
		`c.yaml:5: vccs[0].access_codes[0].flow: flow "a" leads to the skill queue "sales", and this VCC has no voice queue of that name`,
	}},
}

// wrongVCC lists what is wrong within VCCs, after vccHead: the second line of each is line 7.
var wrongVCC = []struct {
	name, src string
	want      []string
}{
	{"dangling", `
    access_codes: [{code: "1", skill: suport}, {code: "2", flow: wellcome}, {code: "3"}, {code: "4", skill: support, flow: welcome}, {code: "5", skill: web}]
    agents:
      - {id: 101, role: agnt, skills: [{skill: sale}], group: x}
    groups: [{id: 1, name: y, leader: 102}]
`, []string{
		`c.yaml:7: vccs[0].access_codes[0].skill: no skill queue of this VCC is named "suport"; did you mean "support"?`,
		`c.yaml:7: vccs[0].access_codes[1].flow: no flow is named "wellcome"; did you mean "welcome"?`,
		`c.yaml:7: vccs[0].access_codes[2]: must lead to a skill or a flow`,
		`c.yaml:7: vccs[0].access_codes[3]: leads to a skill and to a flow; it can lead to one only`,
		`c.yaml:7: vccs[0].access_codes[4].skill: skill queue "web" is for chat, and who dials a number speaks`,
		`c.yaml:9: vccs[0].agents[0].role: no role of this VCC is named "agnt"; did you mean "agent"?`,
		`c.yaml:9: vccs[0].agents[0].skills[0].skill: no skill queue of this VCC is named "sale"; did you mean "sales"?`,
		`c.yaml:9: vccs[0].agents[0].group: no group of this VCC is named "x"`,
		`c.yaml:10: vccs[0].groups[0].leader: no agent of this VCC has the number 102`,
	}},
	{"ranges", `
    limits: {agents: -1}
    agents:
      - {id: 100, role: agent, skills: [{skill: support, weight: 101}]}
      - {id: 1000000, role: agent}
      - {id: 101}
      - {id: , role: }
`, []string{
		`c.yaml:7: vccs[0].limits.agents: must lie between 0 and 1000000, not -1`,
		`c.yaml:9: vccs[0].agents[0].id: must lie between 101 and 999999, not 100`,
		`c.yaml:9: vccs[0].agents[0].skills[0].weight: must lie between 1 and 100, not 101`,
		`c.yaml:10: vccs[0].agents[1].id: must lie between 101 and 999999, not 1000000`,
		`c.yaml:11: vccs[0].agents[2].role: is missing`,
		`c.yaml:12: vccs[0].agents[3].id: is empty`,
		`c.yaml:12: vccs[0].agents[3].role: is empty`,
	}},
	{"twice", `
    access_codes: [{code: "1", skill: support}, {code: "1", skill: sales}]
    phones: [{number: "40101"}, {number: "1"}, {number: "40101"}]
    agents:
      - {id: 101, role: agent, account: ann, skills: [{skill: support}, {skill: support}]}
      - {id: 101, role: agent, account: ann}
    rest_reasons: [{code: 1, name: a}, {code: 1, name: b}]
    numbering: {international: ["0"], national: ["0"], allowed: ["0", "00", "0"], denied: ["00"]}
`, []string{
		`c.yaml:7: vccs[0].access_codes[1].code: the number "1" is there twice, before in vccs[0].access_codes[0].code (line 7)`,
		`c.yaml:8: vccs[0].phones[1].number: the number "1" is there twice, before in vccs[0].access_codes[0].code (line 7)`,
		`c.yaml:8: vccs[0].phones[2].number: the number "40101" is there twice, before in vccs[0].phones[0].number (line 8)`,
		`c.yaml:10: vccs[0].agents[0].skills[1].skill: the skill queue "support" is there twice, before in vccs[0].agents[0].skills[0].skill (line 10)`,
		`c.yaml:11: vccs[0].agents[1].id: the agent number "101" is there twice, before in vccs[0].agents[0].id (line 10)`,
		`c.yaml:11: vccs[0].agents[1].account: the account "ann" is there twice, before in vccs[0].agents[0].account (line 10)`,
		`c.yaml:12: vccs[0].rest_reasons[1].code: the reason's number "1" is there twice, before in vccs[0].rest_reasons[0].code (line 12)`,
		`c.yaml:13: vccs[0].numbering.national[0]: the prefix "0" is there twice, before in vccs[0].numbering.international[0] (line 13)`,
		`c.yaml:13: vccs[0].numbering.allowed[2]: the prefix "0" is there twice, before in vccs[0].numbering.allowed[0] (line 13)`,
		`c.yaml:13: vccs[0].numbering.denied[0]: the prefix "00" is there twice, before in vccs[0].numbering.allowed[1] (line 13)`,
	}},
	{"secrets", `
    phones:
      - {number: "1", password: hidden-one, ha1: 0123456789abcdef0123456789abcdef}
      - {number: "2", ha1: hidden-two}
      - {number: "3", ha1_sha256: hidden-three}
    agents:
      - {id: 101, role: agent, password: hidden}
      - {id: 102, role: agent, password: "Hidden#1020x", password_hash: hidden}
`, []string{
		`c.yaml:8: vccs[0].phones[0].ha1: password or ha1 can be given, not both`,
		`c.yaml:9: vccs[0].phones[1].ha1: must be 32 hex digits in lower case`,
		`c.yaml:10: vccs[0].phones[2].ha1_sha256: must stand beside ha1`,
		`c.yaml:10: vccs[0].phones[2].ha1_sha256: must be 64 hex digits in lower case`,
		`c.yaml:12: vccs[0].agents[0].password: a password has 8 to 32 characters`,
		`c.yaml:12: vccs[0].agents[0].password: a password has characters of at least 3 of the 4 kinds upper case, lower case, digit and special`,
		`c.yaml:13: vccs[0].agents[1].password: a password contains no 3 consecutive characters of the agent number`,
		`c.yaml:13: vccs[0].agents[1].password_hash: password or password_hash can be given, not both`,
		`c.yaml:13: vccs[0].agents[1].password_hash: must be an argon2id hash with the parameters $argon2id$v=19$m=19456,t=2,p=1$`,
	}},
	{"forms", `
    wait_music: ../music
    access_codes: [{code: "+49", skill: support}]
    phones: [{number: ann}]
    recording: sometimes
    numbering: {national: [x], allowed: ["0049 ", ""], denied: [Mars]}
    groups: [{id: 1, name: " "}]
    zone: Mars/Base
`, []string{
		`c.yaml:7: vccs[0].wait_music: must be a prompt's name: letters, digits, dots, - and _`,
		`c.yaml:8: vccs[0].access_codes[0].code: must be 1 to 24 digits, * and #`,
		`c.yaml:9: vccs[0].phones[0].number: must be 1 to 24 digits, * and #`,
		`c.yaml:10: vccs[0].recording: must be none, all, chosen or {share: 1..100}`,
		`c.yaml:11: vccs[0].numbering.national[0]: must be 1 to 24 digits, *, # and +`,
		`c.yaml:11: vccs[0].numbering.allowed[0]: must be 1 to 24 digits, *, # and +`,
		`c.yaml:11: vccs[0].numbering.allowed[1]: must be 1 to 24 digits, *, # and +`,
		`c.yaml:11: vccs[0].numbering.denied[0]: must be 1 to 24 digits, *, # and +`,
		`c.yaml:12: vccs[0].groups[0].name: must be a name of 1 to 100 bytes`,
		`c.yaml:13: vccs[0].zone: no time zone has this name; it must be such as "Europe/Berlin"`,
	}},
	{"recording share", `
    recording: {shares: 5}
`, []string{
		`c.yaml:7: vccs[0].recording: must be none, all, chosen or {share: 1..100}`,
		`c.yaml:7: vccs[0].recording.shares: no member of this name exists; did you mean "share"?`,
	}},
	{"share out of range", "\n    recording: {share: 0}\n", []string{`c.yaml:7: vccs[0].recording.share: must lie between 1 and 100, not 0`}},
	{"next VCC", `
    phones: [{number: "1"}]
    agents: [{id: 101, role: agent, account: a}]
  - {id: 1, name: one}
  - id: 2
    name: two
    phones: [{number: "1"}]
    roles: [{id: 1, name: "a name of more than 20 bytes", rights: [listn, busy, busy]}, {id: 1, name: r}]
    agents: [{id: 101, role: r, account: a}]
  - {name: three}
`, []string{
		`c.yaml:9: vccs[1].id: the VCC's number "1" is there twice, before in vccs[0].id (line 3)`,
		`c.yaml:9: vccs[1].name: the VCC's name "one" is there twice, before in vccs[0].name (line 4)`,
		`c.yaml:12: vccs[2].phones[0].number: the number "1" is there twice, before in vccs[0].phones[0].number (line 7)`,
		`c.yaml:13: vccs[2].roles[0].name: must be a name of 1 to 20 bytes`,
		`c.yaml:13: vccs[2].roles[0].rights[0]: no right is named "listn"; did you mean "listen"?`,
		`c.yaml:13: vccs[2].roles[0].rights[2]: right "busy" is there twice`,
		`c.yaml:13: vccs[2].roles[1].id: the role's number "1" is there twice, before in vccs[2].roles[0].id (line 13)`,
		`c.yaml:14: vccs[2].agents[0].id: the agent number "101" is there twice, before in vccs[0].agents[0].id (line 8)`,
		`c.yaml:14: vccs[2].agents[0].account: the account "a" is there twice, before in vccs[0].agents[0].account (line 8)`,
		`c.yaml:15: vccs[3].id: is missing`,
	}},
}

// vccHead stands before the texts of wrongVCC: six lines, the last of which each text ends.
const vccHead = `flows: {welcome: [{play: x}]}
vccs:
  - id: 1
    name: one
    skills: [{id: 1, name: support}, {id: 2, name: sales}, {id: 3, name: web, media: chat}]
    roles: [{id: 1, name: agent}]`

func TestParse_Wrong(t *testing.T) {
	for _, c := range wrong {
		t.Run(c.name, func(t *testing.T) { wantProblems(t, c.src, c.want) })
	}
	for _, c := range wrongVCC {
		t.Run(c.name, func(t *testing.T) { wantProblems(t, vccHead+c.src, c.want) })
	}
}

// wantProblems compares what is said about a file.
func wantProblems(t *testing.T, src string, want []string) {
	t.Helper()
	_, err := Parse("c.yaml", []byte(src))
	var got *Errors
	if !errors.As(err, &got) {
		t.Fatalf("got %v, want %d problems", err, len(want))
	}
	if text := strings.Join(want, "\n"); err.Error() != text {
		t.Errorf("got:\n%s\nwant:\n%s", err, text)
	}
	for _, secret := range []string{"hidden", "Hidden", "secret"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("a problem shows a secret: %s", err)
		}
	}
}

func TestParse_ProblemsAreBounded(t *testing.T) {
	var b strings.Builder
	for i := range 200 {
		fmt.Fprintf(&b, "x%d: 1\n", i)
	}
	_, err := Parse("c.yaml", []byte(b.String()))
	var got *Errors
	if !errors.As(err, &got) || len(got.Problems) != 50 || got.More != 150 || !strings.HasSuffix(err.Error(), "\nand 150 more problems") {
		t.Errorf("got %v", err)
	}
}

// TestParse_AliasBomb: a small file whose aliases make a billion values is refused in no time.
func TestParse_AliasBomb(t *testing.T) {
	var b strings.Builder
	b.WriteString("flows:\n  a:\n    - s0: &s0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&b, "    - s%d: &s%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*s%d, ", i-1), 10), ", "))
	}
	if _, err := Parse("c.yaml", []byte(b.String())); err == nil || !strings.Contains(err.Error(), "aliases stand for more than") {
		t.Errorf("got %v", err)
	}
	b.Reset()
	b.WriteString("flows:\n  a:\n    - s0: &s0 [x]\n")
	for i := 1; i < 2000; i++ {
		fmt.Fprintf(&b, "    - s%d: &s%d [*s%d]\n", i, i, i-1)
	}
	if _, err := Parse("c.yaml", []byte(b.String())); err == nil || !strings.Contains(err.Error(), "too deep") {
		t.Errorf("got %v", err)
	}
}

// FuzzParse: no file makes the reader fail, and what it takes can be made into centers.
func FuzzParse(f *testing.F) {
	for _, c := range wrong {
		f.Add([]byte(c.src))
	}
	for _, c := range wrongVCC {
		f.Add([]byte("vccs:\n  - id: 1\n    name: one\n" + c.src))
	}
	f.Add([]byte(full))
	f.Add(DefaultFile())
	f.Fuzz(func(t *testing.T, src []byte) {
		cfg, err := Parse("fuzz.yaml", src)
		if (cfg == nil) == (err == nil) {
			t.Fatalf("cfg %v, err %v", cfg, err)
		}
		if cfg != nil {
			cfg.Centers()
			cfg.Phones()
		}
	})
}
