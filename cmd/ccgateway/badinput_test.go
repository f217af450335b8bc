package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestBadInput: while a talk goes on, everything wrong is sent to every door. Each request has a clear answer, and the talk is as it
// was: the sound never stops, no event comes.
func TestBadInput(t *testing.T) {
	t.Parallel()
	in := install(t)
	for _, c := range []struct {
		name string
		send func(in *installation, agent, customer *talk, guid string)
	}{
		{"interface", func(in *installation, _, _ *talk, guid string) { in.badRequests(guid) }},
		{"HTTP", func(in *installation, _, _ *talk, _ string) { in.badHTTP() }},
		{"SIP over UDP", func(in *installation, _, _ *talk, _ string) { in.badSIP("udp") }},
		{"SIP over TCP", func(in *installation, _, _ *talk, _ string) { in.badSIP("tcp") }},
		{"RTP", func(in *installation, agent, customer *talk, _ string) {
			for _, call := range []*talk{agent, customer} {
				in.badRTP(call.RemoteMedia())
			}
		}},
	} {
		in.run(c.name, func(t *testing.T) {
			ann := in.agent(101)
			customer := in.customer("13900", amyTone).calls("1000")
			customer.answered()
			agent := answerByHand(in, ann, customer, fromAmy)
			converse(agent, customer)
			before := [2]uint64{agent.Heard().Lost, customer.Heard().Lost}
			c.send(in, agent, customer, ann.GUID())
			converse(agent, customer)
			const bearable = 5 // packets that a busy machine may lose in that time
			if after := [2]uint64{agent.Heard().Lost, customer.Heard().Lost}; after[0] > before[0]+bearable || after[1] > before[1]+bearable {
				t.Errorf("packets lost: %v, before %v", after, before)
			}
			if agent.Heard().Streams != 1 || customer.Heard().Streams != 1 {
				t.Errorf("sound has begun anew: %d, %d streams", agent.Heard().Streams, customer.Heard().Streams)
			}
			ann.quiet()
			ann.ok(ann.Release)
			ann.expect(fromAmy.releasedByAgent(ready)...)
			ann.quiet()
		})
	}
}

// badRequests sends what the interface refuses.
func (in *installation) badRequests(guid string) {
	in.t.Helper()
	for _, c := range []struct{ name, method, path, guid, body, code string }{
		{"malformed JSON", "PUT", "voicecall/101/callout", guid, `{"called":`, "000-002"},
		{"no JSON", "PUT", "voicecall/101/callout", guid, `called=5551234`, "000-002"},
		{"a list", "PUT", "voicecall/101/callout", guid, `[]`, "000-002"},
		{"a number", "PUT", "voicecall/101/callout", guid, `7`, "000-002"},
		{"deep nesting", "PUT", "voicecall/101/callout", guid, strings.Repeat("[", 100_000), "000-002"},
		{"wrong type: object", "PUT", "voicecall/101/callout", guid, `{"called":{"a":1}}`, "000-002"},
		{"wrong type: list", "PUT", "voicecall/101/callout", guid, `{"called":["5551234"]}`, "000-002"},
		{"missing member", "PUT", "voicecall/101/callout", guid, `{}`, "000-002"},
		{"no body", "PUT", "voicecall/101/callout", guid, ``, "000-002"},
		{"mode of another planet", "POST", "voicecall/101/reject", guid, `{"mode":99}`, "000-002"},
		{"too long", "PUT", "calldata/101/setcalldataex", guid, `{"calldata":"` + strings.Repeat("x", 17_000) + `"}`, "000-002"},
		{"oversized body", "PUT", "calldata/101/setcalldataex", guid, `{"calldata":"` + strings.Repeat("x", 1<<20) + `"}`, "000-002"},
		{"unknown agent", "GET", "onlineagent/777/agentstatus", guid, "", "100-006"},
		{"unknown agent named", "GET", "agentgroup/101/agentbyworkno/777", guid, "", "300-002"},
		{"agent below the range", "GET", "onlineagent/1/agentstatus", guid, "", "000-002"},
		{"agent that overflows", "GET", "onlineagent/99999999999999999999/agentstatus", guid, "", "000-002"},
		{"agent that is no number", "GET", "onlineagent/ann/agentstatus", guid, "", "000-002"},
		{"agent with an escape", "GET", "onlineagent/%2e%2e/agentstatus", guid, "", "000-002"},
		{"bad escape", "GET", "onlineagent/101/agentstatus%zz", guid, "", ""},
		{"wrong method", "POST", "onlineagent/101/agentstatus", guid, "", "000-002"},
		{"odd method", "PROPFIND", "onlineagent/101/agentstatus", guid, "", "000-002"},
		{"unknown path", "GET", "onlineagent/101/nosuch", guid, "", "000-002"},
		{"unknown group", "GET", "nosuch/101/agentstatus", guid, "", "000-002"},
		{"path upwards", "GET", "../../../etc/passwd", guid, "", "000-002"},
		{"no GUID", "GET", "onlineagent/101/agentstatus", "", "", "000-003"},
		{"long GUID", "GET", "onlineagent/101/agentstatus", strings.Repeat("g", 20_000), "", "000-003"},
		{"body lacks a member", "PUT", "recordplay/101/play", guid, `{}`, "000-002"},
		{"not built yet", "POST", "mediacall/101/imagecapture", guid, `{}`, "100-007"},
		{"sign-in without a password", "PUT", "onlineagent/102", "", `{"phonenum":"40102"}`, "100-001"},
		{"sign-in with a long password", "PUT", "onlineagent/102", "", `{"phonenum":"40102","password":"` + strings.Repeat("p", 5000) + `"}`, "100-001"},
		{"sign-in without a phone", "PUT", "onlineagent/102", "", `{"password":"x"}`, "100-001"},
		{"sign-in with a wrong password", "PUT", "onlineagent/102", "", `{"password":"wrong-one","phonenum":"40102"}`, "100-004"},
		{"sign-in of nobody", "PUT", "onlineagent/777", "", `{"password":"wrong-one","phonenum":"40102"}`, "100-004"},
		{"sign-in at nobody's phone", "PUT", "onlineagent/102", "", `{"password":"` + agentPassword + `","phonenum":"555"}`, "100-014"},
		{"sign-in at another's phone", "PUT", "onlineagent/102", "", `{"password":"` + agentPassword + `","phonenum":"40101"}`, "100-013"},
	} {
		r, err := in.tryAsk(c.method, c.path, c.guid, c.body)
		if c.code == "" { // no HTTP client sends it
			if err == nil {
				in.t.Errorf("%s: %s", c.name, r.body)
			}
			continue
		}
		var envelope struct{ Message, Retcode string }
		if err != nil || r.status != http.StatusOK || json.Unmarshal([]byte(r.body), &envelope) != nil || envelope.Retcode != c.code {
			in.t.Errorf("%s: %v, HTTP %d %.200s, not %s", c.name, err, r.status, r.body, c.code)
		}
	}
	in.keep("wrong-one")
}

// badHTTP sends what is no HTTP, or hardly.
func (in *installation) badHTTP() {
	in.t.Helper()
	for _, text := range []string{
		"", "\x00\x01\x02", "GET", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
		"PUT /agentgateway/resource/onlineagent/102 HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
		"PUT /agentgateway/resource/onlineagent/102 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		"GET /agentgateway/resource/onlineagent/101/agentstatus%zz HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: x\r\nGuid: " + strings.Repeat("x", 100_000) + "\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
	} {
		conn, err := net.Dial("tcp", in.address("http")) //nolint:noctx // a raw connection is what the test is about
		must(in.t, err)
		must(in.t, conn.SetDeadline(time.Now().Add(testTime/2)))
		_, _ = conn.Write([]byte(text)) // it may be closed already
		must(in.t, conn.Close())
	}
	if r := in.ask(http.MethodGet, "onlineagent/102/agentstatus", "", ""); r.code() != "100-006" {
		in.t.Errorf("afterwards: %s", r.body)
	}
}

// badSIP sends garbage and requests that are almost good to the SIP port.
func (in *installation) badSIP(network string) {
	in.t.Helper()
	dice := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // garbage that is the same each time
	send := func(data []byte) {
		conn, err := net.Dial(network, in.address("sip")) //nolint:noctx // a raw connection is what the test is about
		must(in.t, err)
		_, _ = conn.Write(data) // a full buffer is the sender's trouble
		must(in.t, conn.Close())
	}
	for i := range 50 {
		garbage := make([]byte, dice.IntN(1500))
		for j := range garbage {
			garbage[j] = byte(dice.Uint32())
		}
		send(garbage)
		send(bytes.Repeat([]byte{byte(i)}, i))
	}
	good := "INVITE sip:1000@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5;branch=z9hG4bKx\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:1000@c>\r\n" +
		"Call-ID: bad\r\nCSeq: 1 INVITE\r\nContact: <sip:a@127.0.0.1:5>\r\nContent-Type: application/sdp\r\nContent-Length: 4\r\n\r\nv=0\n"
	for i := 0; i < len(good); i += 7 {
		send([]byte(good[:i]))                                 // cut off
		send([]byte(good[:i] + "\xff" + good[i+1:]))           // one octet wrong
		send([]byte(good[:i] + "\r\n\r\n" + good[i:]))         // ends early
		send([]byte(strings.Replace(good, ": ", ":", i%12+1))) // fewer blanks
	}
	for _, line := range []string{"Content-Length: -1", "Content-Length: 999999999999", "CSeq: 4294967296 INVITE", "Max-Forwards: -5", "Via: x", "To:", "From: <", "Contact: *"} {
		name, _, _ := strings.Cut(line, ":")
		at := strings.Index(good, name+":")
		if at < 0 {
			at = strings.Index(good, "From")
			send([]byte(good[:at] + line + "\r\n" + good[at:]))
			continue
		}
		end := at + strings.Index(good[at:], "\r\n")
		send([]byte(good[:at] + line + good[end:]))
	}
	if status := in.sipRequest("127.0.0.1", "OPTIONS sip:"+in.address("sip")+" SIP/2.0"); status != http.StatusOK {
		in.t.Errorf("OPTIONS afterwards: %d", status)
	}
}

// badRTP sends garbage and a stranger's sound to a port of sound, from an address that has no part in the call (RTP bleed).
func (in *installation) badRTP(port string) {
	in.t.Helper()
	dice := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // garbage that is the same each time
	host, number, err := net.SplitHostPort(port)
	must(in.t, err)
	var control int
	_, err = fmt.Sscan(number, &control)
	must(in.t, err)
	for _, to := range []string{port, net.JoinHostPort(host, fmt.Sprint(control+1))} {
		conn := in.udp("127.0.0.4", to)
		for i := range 200 {
			packet := make([]byte, 172)
			for j := range packet {
				packet[j] = byte(dice.Uint32())
			}
			switch i % 4 {
			case 0: // sound that would be heard
				copy(packet, []byte{0x80, 0, byte(i >> 8), byte(i), 0, 0, byte(i >> 4), byte(i << 4), 1, 2, 3, 4})
			case 1: // an RTCP goodbye
				copy(packet, []byte{0x81, 203, 0, 1, 1, 2, 3, 4})
				packet = packet[:8]
			case 2:
				packet = packet[:dice.IntN(12)]
			}
			_, _ = conn.Write(packet)
		}
		must(in.t, conn.Close())
	}
}
