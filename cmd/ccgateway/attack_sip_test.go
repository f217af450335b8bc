package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/icholy/digest"

	"ccgateway/internal/config"
)

// TestAttack_SIP: whatever comes to the SIP port, the talk that goes on is as it was, and phones and callers are served.
func TestAttack_SIP(t *testing.T) {
	for name, attack := range map[string]func(in *installation){
		"RFC 4475 over UDP":       func(in *installation) { in.torture("udp") },
		"RFC 4475 over TCP":       func(in *installation) { in.torture("tcp") },
		"RFC 4475 over TLS":       func(in *installation) { in.torture("tls") },
		"floods from one address": func(in *installation) { in.flood(func(int) string { return "127.1.0.1" }) },
		"floods from many": func(in *installation) {
			in.flood(func(i int) string { return fmt.Sprintf("127.1.%d.%d", i%9, 1+i%97) })
		},
		"descriptions that crashed": (*installation).badDescriptions,
		"sequence numbers":          (*installation).badSequences,
		"methods without a right":   (*installation).unauthenticated,
	} {
		t.Run(name, func(t *testing.T) {
			in := install(t, func(cfg *config.Config) { cfg.Listen.SIPS = "127.0.0.1:0" })
			ann := in.agent(101)
			customer := in.customer("13900", amyTone).calls("1000")
			agent := answerByHand(in, ann, customer, fromAmy)
			converse(agent, customer)
			goroutines := runtime.NumGoroutine()
			attack(in)
			converse(agent, customer)
			if agent.Heard().Streams != 1 || customer.Heard().Streams != 1 {
				t.Errorf("sound has begun anew: %d, %d streams", agent.Heard().Streams, customer.Heard().Streams)
			}
			in.await("the attack leaves nothing", func() (bool, string) {
				const kept = 300 // transactions that wait for retransmissions, and connections that strangers may hold for a while
				n, stats := runtime.NumGoroutine(), in.voice.Stats()
				return n <= goroutines+kept && stats.Transactions <= kept && stats.Legs == 2, fmt.Sprintf("%d goroutines, %d before; %+v", n, goroutines, stats)
			})
			in.phone("40102") // registers
			second := in.customer("13901", bobTone).calls("1000")
			in.waiting(1, 1, 1)
			second.hears(musicTone)
			second.hangUp()
			ann.quiet()
			ann.ok(ann.Release)
			ann.expect(fromAmy.releasedByAgent(ready)...)
		})
	}
}

// torture sends the messages of RFC 4475, which the SIP library keeps among its tests, from a stranger's and from the trunk's address.
func (in *installation) torture(network string) {
	in.t.Helper()
	folder, err := exec.CommandContext(in.ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/emiago/sipgo").Output()
	must(in.t, err)
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(folder)), "sip", "testdata", "torture", "*", "*"))
	must(in.t, err)
	if len(files) < 40 {
		in.t.Fatalf("only %d messages of RFC 4475", len(files))
	}
	for _, file := range files {
		message, err := os.ReadFile(file)
		must(in.t, err)
		for _, from := range []string{"127.0.0.1", callersHost} {
			in.sendRaw(network, from, message)
			in.sendRaw(network, from, bytes.ReplaceAll(bytes.ReplaceAll(message, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n")))
		}
	}
}

// sendRaw sends octets to the SIP port from an address. Nobody waits for an answer.
func (in *installation) sendRaw(network, from string, message []byte) {
	in.t.Helper()
	d := net.Dialer{Timeout: 10 * time.Second, LocalAddr: &net.UDPAddr{IP: net.ParseIP(from)}}
	if network != "udp" {
		d.LocalAddr = &net.TCPAddr{IP: net.ParseIP(from)}
	}
	dial, door := d.DialContext, "sip"
	if network == "tls" {
		secured := tls.Dialer{NetDialer: &d, Config: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // an attacker does not care
		dial, door, network = secured.DialContext, "sips", "tcp"
	}
	c, err := dial(in.ctx, network, in.address(door))
	must(in.t, err)
	_, _ = c.Write(message) // may be closed by then: the answer to what came before
	must(in.t, c.Close())
}

// flood sends requests of all kinds that strangers can send, by several thousands.
func (in *installation) flood(from func(i int) string) {
	in.t.Helper()
	const packets = 4000
	proof := `Digest username="40101", realm="ccgateway", nonce="abc", uri="sip:1000@127.0.0.1", response="0123456789abcdef0123456789abcdef", qop=auth, nc=00000001, cnonce="x"`
	for i := range packets {
		method := []string{"REGISTER", "INVITE", "OPTIONS", "SUBSCRIBE"}[i%4]
		head := fmt.Sprintf("%s sip:1000@127.0.0.1 SIP/2.0", method)
		if i%8 >= 4 {
			head += "\r\nAuthorization: " + proof
		}
		in.sendRaw("udp", from(i), in.sipMessage(head, from(i), ""))
		if i%100 == 0 {
			runtime.Gosched() // lets the program run on a machine with one core
		}
	}
}

// sipMessage writes a request with all that it must have. head may have further header fields.
func (in *installation) sipMessage(head, from, body string) []byte {
	method, _, _ := strings.Cut(head, " ")
	n := requestsSent.Add(1)
	return fmt.Appendf(nil, "%s\r\nVia: SIP/2.0/UDP %s:9;branch=z9hG4bKatt%d\r\nMax-Forwards: 70\r\nFrom: <sip:40101@%s>;tag=att%d\r\nTo: <sip:40101@%s>\r\n"+
		"Call-ID: att%d\r\nCSeq: 1 %s\r\nContact: <sip:40101@%s:9>\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s",
		head, from, n, from, n, in.address("sip"), n, method, from, len(body), body)
}

// badDescriptions offers what has crashed others, as the trunk, whose calls are taken.
func (in *installation) badDescriptions() {
	in.t.Helper()
	const good = "v=0\r\no=- 1 1 IN IP4 127.0.0.2\r\ns=-\r\nc=IN IP4 127.0.0.2\r\nt=0 0\r\n"
	for _, media := range []string{
		"m=audio 99999999999999999999 RTP/AVP 0\r\n", "m=audio -1 RTP/AVP 0\r\n", "m=audio 65536 RTP/AVP 0\r\n", "m=audio 4000/99999999999 RTP/AVP 0\r\n",
		"m=audio 4000 RTP/AVP " + strings.Repeat("200 ", 10_000) + "\r\n", "m=audio 4000 RTP/AVP 99999999999\r\n", "m=audio 4000 RTP/AVP -8\r\n",
		"m=audio\r\n", "m=\r\n", "m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 " + strings.Repeat("x", 20_000) + "\r\n",
		"m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 PCMU/99999999999999999\r\n", strings.Repeat("m=audio 4000 RTP/AVP 200\r\n", 1000),
		"m=audio 4000 RTP/AVP 200\r\n" + strings.Repeat("a=x:y\r\n", 150_000), strings.Repeat("a=x\r\n", 200_000), "\x00\x00\x00\x00",
	} {
		for _, network := range []string{"udp", "tcp"} {
			body := good + media
			if network == "udp" && len(body) > 60_000 {
				continue
			}
			in.sendRaw(network, callersHost, in.sipMessage("INVITE sip:9999@127.0.0.1 SIP/2.0", callersHost, body))
		}
		if media = strings.TrimSpace(media); len(media) < 1000 {
			in.sendRaw("udp", callersHost, in.sipMessage("INVITE sip:1000@127.0.0.1 SIP/2.0", callersHost, strings.ReplaceAll(good, "IN IP4", "")+media))
		}
	}
}

// badSequences sends CSeq and Content-Length values beyond what they can be, and requests that pretend to belong to a dialog.
func (in *installation) badSequences() {
	in.t.Helper()
	for _, method := range []string{"INVITE", "REGISTER", "BYE", "ACK", "CANCEL", "OPTIONS"} {
		good := string(in.sipMessage(method+" sip:1000@127.0.0.1 SIP/2.0", "127.0.0.1", ""))
		for _, change := range [][2]string{
			{"CSeq: 1 ", "CSeq: 4294967296 "}, {"CSeq: 1 ", "CSeq: -1 "}, {"CSeq: 1 ", "CSeq: 99999999999999999999999999 "}, {"CSeq: 1 ", "CSeq: "},
			{"CSeq: 1 ", "CSeq: 0x1 "}, {"CSeq: 1 " + method, "CSeq: 1"}, {"CSeq: 1 " + method, "CSeq: 1 INVITE"}, {"Content-Length: 0", "Content-Length: -1"},
			{"Content-Length: 0", "Content-Length: 4294967296"}, {"Content-Length: 0", "Content-Length: 0\r\nContent-Length: 5"}, {"Max-Forwards: 70", "Max-Forwards: 99999999999999999999"},
			{"To: <sip:40101", "To: <sip:40101;tag=x"}, {"Call-ID: ", "Call-ID: " + strings.Repeat("y", 10_000)}, {"SIP/2.0/UDP", "SIP/2.0/TLS"}, {":9;branch", ":99999;branch"},
		} {
			for _, network := range []string{"udp", "tcp"} {
				in.sendRaw(network, "127.0.0.1", []byte(strings.Replace(good, change[0], change[1], 1)))
			}
		}
	}
}

// unauthenticated asks by every method; nothing but OPTIONS succeeds for a stranger.
func (in *installation) unauthenticated() {
	in.t.Helper()
	for _, method := range []string{"MESSAGE", "SUBSCRIBE", "NOTIFY", "REFER", "PUBLISH", "INFO", "UPDATE", "PRACK", "BYE", "CANCEL", "INVITE", "REGISTER", "X-OWN"} {
		for _, number := range []string{"40101", "101", "1000", "49999"} {
			if status := in.sipRequest("127.0.0.1", method+" sip:"+number+"@"+in.address("sip")+" SIP/2.0"); status < 400 {
				in.t.Errorf("%s to %s is answered %d", method, number, status)
			}
		}
	}
}

// exchange sends a request by UDP and gives the answer.
func (in *installation) exchange(head, from, number string) string {
	in.t.Helper()
	conn := in.udp(from, in.address("sip"))
	defer conn.Close()
	n := requestsSent.Add(1)
	method, _, _ := strings.Cut(head, " ")
	_, err := fmt.Fprintf(conn, "%s\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bKenum%d;rport\r\nMax-Forwards: 70\r\nFrom: <sip:%s@ccgateway>;tag=enum%d\r\nTo: <sip:%s@ccgateway>\r\n"+
		"Call-ID: enum%d\r\nCSeq: 1 %s\r\nContact: <sip:%s@%s>\r\nContent-Length: 0\r\n\r\n", head, conn.LocalAddr(), n, number, n, number, n, method, number, conn.LocalAddr())
	must(in.t, err)
	answer := make([]byte, 65536)
	size, err := conn.Read(answer)
	must(in.t, err)
	return string(answer[:size])
}

// random are the parts of an answer that differ each time, and the number that was asked for.
var random = regexp.MustCompile(`nonce="[^"]*"|branch=[^;\r]*|tag=[^;\r]*|rport=\d+|received=[^;\r]*|Call-ID: [^\r]*|127\.0\.0\.1:\d+|4\d{4}|Date: [^\r]*`)

// TestAttack_SIPEnumeration: answers do not tell numbers with an account from numbers without one, registered or not, with and without
// a wrong password.
func TestAttack_SIPEnumeration(t *testing.T) {
	t.Parallel()
	in := install(t)
	in.phone("40101")
	in.keep("wrong-password")
	for _, method := range []string{"REGISTER", "INVITE", "OPTIONS", "MESSAGE", "SUBSCRIBE"} {
		var first []string
		for _, number := range []string{"40101", "40102", "49999", "40201"} { // registered, not registered, none, of the other tenant
			uri := "sip:" + number + "@ccgateway"
			plain := in.exchange(method+" "+uri+" SIP/2.0", "127.0.0.1", number)
			answers := []string{random.ReplaceAllString(plain, "*")}
			if challenge := challengeOf(plain); challenge != nil {
				proof, err := digest.Digest(challenge, digest.Options{Method: method, URI: uri, Username: number, Password: "wrong-password", Count: 1})
				must(t, err)
				answers = append(answers, random.ReplaceAllString(in.exchange(method+" "+uri+" SIP/2.0\r\nAuthorization: "+proof.String(), "127.0.0.1", number), "*"))
			}
			if first == nil {
				first = answers
			}
			for i := range answers {
				if answers[i] != first[i] {
					t.Errorf("%s for %s is answered\n%s\nand for 40101\n%s", method, number, answers[i], first[i])
				}
			}
		}
	}
}

// challengeOf reads the challenge of a 401; nil = it is none.
func challengeOf(answer string) *digest.Challenge {
	for line := range strings.SplitSeq(answer, "\r\n") {
		if value, ok := strings.CutPrefix(line, "WWW-Authenticate: "); ok {
			if c, err := digest.ParseChallenge(value); err == nil {
				return c
			}
		}
	}
	return nil
}

// TestAttack_SIPDigest: a right proof is good once, for its own account, realm, address and protection.
func TestAttack_SIPDigest(t *testing.T) {
	t.Parallel()
	in := install(t)
	const number, uri = "40199", "sip:ccgateway"
	register := func(proof string) string {
		answer := in.exchange("REGISTER "+uri+" SIP/2.0\r\nExpires: 60\r\nAuthorization: "+proof, "127.0.0.1", number)
		line, _, _ := strings.Cut(answer, "\r\n")
		return strings.TrimPrefix(line, "SIP/2.0 ")
	}
	// fresh makes a proof by a new challenge, after a change to it.
	fresh := func(change func(c *digest.Challenge, o *digest.Options)) string {
		c := challengeOf(in.exchange("REGISTER "+uri+" SIP/2.0", "127.0.0.1", number))
		if c == nil {
			t.Fatal("no challenge")
		}
		o := digest.Options{Method: "REGISTER", URI: uri, Username: number, Password: "phone-secret-" + number, Count: 1}
		change(c, &o)
		proof, err := digest.Digest(c, o)
		must(t, err)
		return proof.String()
	}
	good := fresh(func(*digest.Challenge, *digest.Options) {})
	if status := register(good); !strings.HasPrefix(status, "200") {
		t.Fatalf("a right proof: %s", status)
	}
	if status := register(good); !strings.HasPrefix(status, "401") {
		t.Errorf("a proof that is played again: %s", status)
	}
	for name, proof := range map[string]string{
		"another address":         fresh(func(_ *digest.Challenge, o *digest.Options) { o.URI = "sip:elsewhere" }),
		"another method":          fresh(func(_ *digest.Challenge, o *digest.Options) { o.Method = "INVITE" }),
		"another realm":           fresh(func(c *digest.Challenge, _ *digest.Options) { c.Realm = "elsewhere" }),
		"a nonce of our own":      fresh(func(c *digest.Challenge, _ *digest.Options) { c.Nonce = "AAAA" }),
		"no protection":           fresh(func(c *digest.Challenge, _ *digest.Options) { c.QOP = nil }),
		"integrity as protection": strings.Replace(fresh(func(*digest.Challenge, *digest.Options) {}), "qop=auth", "qop=auth-int", 1),
		"another user's name":     strings.Replace(fresh(func(*digest.Challenge, *digest.Options) {}), `"40199"`, `"40101"`, 1),
		"an algorithm not asked":  strings.Replace(fresh(func(*digest.Challenge, *digest.Options) {}), "algorithm=MD5", "algorithm=SHA-512-256", 1),
		"nothing":                 "Digest", "no digest": "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
	} {
		if status := register(proof); !strings.HasPrefix(status, "40") {
			t.Errorf("%s: %s", name, status)
		}
	}
}

// TestAttack_RTP: at every step of a call strangers send sound to each port of it; nobody hears them.
func TestAttack_RTP(t *testing.T) {
	t.Parallel()
	in := install(t)
	ann := in.agent(101, notServing)
	customer := in.customer("13900", amyTone).calls("1000")
	in.waiting(1, 1, 1)
	attack := func(of ...*talk) {
		for _, call := range of {
			if to := call.RemoteMedia(); to != "" {
				in.badRTP(to)
			}
		}
	}
	customer.hears(musicTone)
	attack(customer)
	customer.hears(musicTone)
	ann.ok(ann.CancelBusy)
	ann.expect(freed)
	agent := offerByHand(in, ann, customer, fromAmy)
	attack(customer, agent)
	ann.ok(func(ctx context.Context) error { return ann.Answer(ctx, in.bound(fromAmy.id)) })
	ann.expect(fromAmy.talking("0"), fromAmy.record())
	attack(customer, agent)
	converse(agent, customer)
	attack(customer, agent)
	converse(agent, customer)
	ann.ok(ann.Release)
	attack(customer, agent) // ports that are just given back
	ann.expect(fromAmy.releasedByAgent(ready)...)
	ann.quiet()
}
