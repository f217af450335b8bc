package voice

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
)

// TestNonce_Counts: each count is good once, in whatever order of sending they arrive, within a window.
func TestNonce_Counts(t *testing.T) {
	n := newNonces()
	now := time.Now()
	nonce := n.create(netip.MustParseAddr("192.0.2.1"), now)
	for _, step := range []struct {
		count uint64
		good  bool
	}{{1, true}, {1, false}, {3, true}, {2, true}, {2, false}, {100, true}, {37, true}, {37, false}, {36, false}, {3, false}, {99, true}, {1000, true}, {100, false}} {
		if got := n.use(nonce, step.count, now); got != step.good {
			t.Errorf("count %d: %v", step.count, got)
		}
	}
}

// TestNonce_Check: ours or not, given to this source or not, and too old.
func TestNonce_Check(t *testing.T) {
	n, other := newNonces(), newNonces()
	now := time.Now()
	source := netip.MustParseAddr("192.0.2.1")
	nonce := n.create(source, now)
	for _, test := range []struct {
		name        string
		nonce       string
		at          time.Time
		ours, stale bool
	}{
		{"fresh", nonce, now, true, false},
		{"last moment", nonce, now.Add(nonceLife), true, false},
		{"too old", nonce, now.Add(nonceLife + 1), true, true},
		{"of another server", other.create(source, now), now, false, false},
		{"changed", "A" + nonce[1:], now, false, false},
		{"cut", nonce[:len(nonce)-1], now, false, false},
		{"empty", "", now, false, false},
		{"of another source", n.create(netip.MustParseAddr("192.0.2.2"), now), now, false, false},
		{"of the source as IPv6 writes it", n.create(netip.MustParseAddr("::ffff:192.0.2.1"), now), now, true, false},
	} {
		if ours, stale := n.check(test.nonce, source, test.at); ours != test.ours || stale != test.stale {
			t.Errorf("%s: ours %v, stale %v", test.name, ours, stale)
		}
	}
}

// TestNonce_Forgotten: when the counts had to be forgotten, what was made before counts as stale: nothing can be played again.
func TestNonce_Forgotten(t *testing.T) {
	n := newNonces()
	now := time.Now()
	source := netip.MustParseAddr("192.0.2.1")
	nonce := n.create(source, now)
	n.use(nonce, 1, now)
	for i := range maxNonces {
		n.use(fmt.Sprint(i), 1, now)
	}
	if len(n.used) > maxNonces {
		t.Errorf("%d nonces are remembered", len(n.used))
	}
	if ours, stale := n.check(nonce, source, now); !ours || !stale {
		t.Errorf("ours %v, stale %v", ours, stale)
	}
}

// TestPacketLimit: all sources together, one source, a trunk, and the next second.
func TestPacketLimit(t *testing.T) {
	trunk := netip.MustParseAddr("203.0.113.1")
	l := newPacketLimit(10, 3, func(a netip.Addr) bool { return a == trunk })
	now := time.Unix(1000, 0)
	count := func(from string, tries int) (passed int) {
		for range tries {
			if l.pass(netip.MustParseAddr(from), now) {
				passed++
			}
		}
		return passed
	}
	if got := count("198.51.100.1", 5); got != 3 {
		t.Errorf("one source: %d", got)
	}
	if got := count("2001:db8::1", 2) + count("2001:db8::2", 2); got != 3 {
		t.Errorf("one subscriber's IPv6 network: %d", got)
	}
	if got := count("203.0.113.1", 9); got != 4 {
		t.Errorf("trunk up to the limit of all: %d", got)
	}
	now = now.Add(time.Second)
	if got := count("198.51.100.1", 5); got != 3 {
		t.Errorf("next second: %d", got)
	}
	if l.dropped.Load() != 2+1+5+2 {
		t.Errorf("dropped %d", l.dropped.Load())
	}
}

// TestFailures: tries at once, then one for each interval; a right password forgets them.
func TestFailures(t *testing.T) {
	f := newFailures(3, time.Second)
	now := time.Now()
	for i := range 3 {
		if !f.allowed("a", now) {
			t.Fatalf("try %d is not allowed", i)
		}
		f.failed("a", now)
	}
	if f.allowed("a", now) || !f.allowed("b", now) {
		t.Error("fourth try is allowed, or another's first is not")
	}
	if now = now.Add(time.Second); !f.allowed("a", now) {
		t.Error("not allowed after the interval")
	}
	if f.failed("a", now); f.allowed("a", now) {
		t.Error("allowed twice in one interval")
	}
	if f.passed("a"); !f.allowed("a", now) {
		t.Error("not forgotten")
	}
}

// TestMailbox: work is done in order; what the network sends is bounded, what the center orders is not; after the end nothing is taken, and
// what was taken before is done.
func TestMailbox(t *testing.T) {
	m := newMailbox()
	var got []int
	for i := range maxMail + 10 {
		if taken := m.offer(func() { got = append(got, i) }); taken != (i < maxMail) {
			t.Fatalf("offer %d: %v", i, taken)
		}
	}
	over := false
	m.post(func() { got = append(got, -1) })
	m.post(func() { over = true })
	m.post(func() { m.post(func() { got = append(got, -2) }) })
	m.work(func() bool { return over })
	if len(got) != maxMail+2 || got[maxMail+1] != -2 || got[0] != 0 || got[maxMail-1] != maxMail-1 || got[maxMail] != -1 {
		t.Errorf("done: %d pieces, %v", len(got), got[max(0, len(got)-3):])
	}
	if m.post(func() {}) || m.offer(func() {}) {
		t.Error("takes work after its end")
	}
}

// TestMailbox_Timer: a stopped timer's work is not done, even if its time has come already.
func TestMailbox_Timer(t *testing.T) {
	m := newMailbox()
	done := false
	var late *timer
	m.post(func() {
		late = m.after(0, func() { t.Error("stopped timer's work is done") })
		m.after(20*time.Millisecond, func() { done = true })
		time.AfterFunc(5*time.Millisecond, func() { m.post(func() {}) })
	})
	m.post(func() { late.stop() })
	m.work(func() bool { return done })
	var none *timer
	none.stop()
}

// TestUDP_ManySources: the stack's memory of source addresses is given back, and calls go on meanwhile.
func TestUDP_ManySources(t *testing.T) {
	r := newRig(t, testDirectory(), func(c *Config) { c.sources, c.grace = 5, 10*time.Millisecond })
	e := r.endpoints[0]
	u := newUA(r, transportUDP, "40101")
	register(r, u)
	c := lifted(r, u)
	text := u.request(sip.OPTIONS, u.serverURI("x")).String()
	for i := range 40 {
		conn, err := net.Dial("udp", r.addr().String())
		if err != nil {
			t.Fatal(err)
		}
		exchange(t, conn, strings.Replace(text, "branch=z9hG4bK", fmt.Sprintf("branch=z9hG4bK%d", i), 1), 200)
		conn.Close()
	}
	if n := e.udp.generations.Load(); n < 5 {
		t.Errorf("%d generations of readers", n)
	}
	r.until("addresses are forgotten", func() bool { return r.transport.Pool("udp").Size() <= 2*5+2 })
	c.u.send(c.next(sip.INFO, "")).want(200)
	r.carry(center.HangUp{Leg: "o1", Cause: center.CauseHungUp})
	u.reply(u.receive(sip.BYE), 200, "", "")
}

// TestUDP_ReaderPanics: a packet on which the stack panics is lost, and nothing else.
func TestUDP_ReaderPanics(t *testing.T) {
	limit := newPacketLimit(1000, 1000, func(netip.Addr) bool { return false })
	u, err := listenUDP(t.Context(), "127.0.0.1:0", Config{Log: testLog(t)}.defaults(), limit)
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan string, 10)
	var serving sync.WaitGroup
	serving.Go(func() {
		u.serve(sip.NewTransportLayer(noNames, sip.NewParser(), nil), func(conn net.PacketConn) error {
			for b := make([]byte, 1000); ; {
				n, _, err := conn.ReadFrom(b)
				if err != nil {
					return err
				}
				if got <- string(b[:n]); bytes.Contains(b[:n], []byte("bad")) {
					panic("bad packet")
				}
			}
		})
	})
	conn, err := net.Dial("udp", u.conn.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, text := range []string{"OPTIONS bad\r\n", "OPTIONS good\r\n"} {
		conn.Write([]byte(text))
		if s := <-got; s != text {
			t.Errorf("got %q", s)
		}
	}
	u.close()
	serving.Wait()
}

// TestPlausible: what is worth parsing.
func TestPlausible(t *testing.T) {
	for packet, want := range map[string]bool{
		"SIP/2.0 200 OK\r\n": true, "INVITE sip:a SIP/2.0\r\n": true, "options x\r\n": true,
		"": false, "\r\n\r\n": false, "INVITE sip:a SIP/2.0": false, "GET": false, "\x00\x01\x00\x00": false, "A b\r\n": false, "!X-1_~ sip:a SIP/2.0\r\n": true, "A@B x\r\n": false,
		strings.Repeat("A", 100) + " x\r\n": false, "INVITE\r\n": false,
	} {
		if got := plausible([]byte(packet)); got != want {
			t.Errorf("%q: %v", packet, got)
		}
	}
}

// TestGarbage: garbage on the port, by both transports, harms nobody and is counted.
func TestGarbage(t *testing.T) {
	r := newRig(t, testDirectory())
	udp, err := net.Dial("udp", r.addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	garbage := [][]byte{{0}, []byte("hello\r\n"), bytes.Repeat([]byte{0xFF}, 1400), []byte("INVITE"), []byte("INVITE sip:a SIP/2.0\r\n\r\n"),
		[]byte("SIP/2.0 999999999999999999999 x\r\n\r\n"), []byte("INVITE sip:@ SIP/2.0\r\nCSeq: \r\n\r\n"),
		append([]byte("OPTIONS sip:a SIP/2.0\r\nX: "), bytes.Repeat([]byte("x"), 40_000)...)}
	for _, g := range garbage {
		udp.Write(g)
		tcp, err := net.Dial("tcp", r.addr().String())
		if err != nil {
			t.Fatal(err)
		}
		tcp.Write(g)
		tcp.Close()
	}
	newUA(r, transportUDP, "40101").register(600)
	newUA(r, transportTCP, "40102").register(600)
	if n := r.Stats().Garbage; n < 4 {
		t.Errorf("%d packets were garbage", n)
	}
	r.until("connections end", func() bool { return r.Stats().Connections <= 1 })
}

// TestTCP_Strangers: whoever holds all connections of an address, of all addresses or of those who have not registered yet, and doles bytes out on
// them, displaces his own oldest one and keeps no phone out; a registered phone is never displaced.
func TestTCP_Strangers(t *testing.T) {
	for name, bound := range map[string]func(c *Config){
		"of one address": func(c *Config) { c.MaxConnectionsPerIP = 3 },
		"of all":         func(c *Config) { c.MaxConnections = 3 },
		"of strangers":   func(c *Config) { c.MaxConnections = 2 * strangersShare },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, testDirectory(), bound)
			first := newUA(r, transportTCP, "40101")
			first.register(600)
			var strangers []net.Conn
			for range 3 {
				conn, err := net.Dial("tcp", r.addr().String())
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				if _, err := conn.Write([]byte("OPTIONS ")); err != nil {
					t.Fatal(err)
				}
				strangers = append(strangers, conn)
			}
			strangers[0].SetReadDeadline(time.Now().Add(patience))
			if _, err := strangers[0].Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("the oldest stranger is still there: %v", err)
			}
			newUA(r, transportTCP, "40102").register(600)
			first.register(600) // by the connection that it had
			if n := r.Stats().Connections; n > 4 {
				t.Errorf("%d connections", n)
			}
		})
	}
}

// TestFlood: more packets than are taken are dropped and counted, and the server goes on.
func TestFlood(t *testing.T) {
	r := newRig(t, withoutTrunk(), func(c *Config) { c.MaxPacketsPerIP = 20 })
	conn, err := net.Dial("udp", r.addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	u := newUA(r, transportUDP, "40101")
	text := u.request(sip.OPTIONS, u.serverURI("x")).String()
	for i := range 200 {
		conn.Write([]byte(strings.Replace(text, "branch=z9hG4bK", fmt.Sprintf("branch=z9hG4bK%d", i), 1)))
	}
	r.until("packets are dropped", func() bool { return r.Stats().Dropped > 0 })
	u.register(600) // retransmission brings it through
}

// TestStateless: what is refused to strangers is not kept in memory.
func TestStateless(t *testing.T) {
	r := newRig(t, withoutTrunk())
	u := newUA(r, transportUDP, "123")
	for range 50 {
		u.send(u.invite("1000", "")).want(401)
		u.send(u.request(sip.OPTIONS, u.serverURI("x"))).want(200)
		u.send(u.request(sip.MESSAGE, u.serverURI("x"))).want(405)
	}
	r.until("no transaction is kept", func() bool { return r.Stats().Transactions == 0 })
}

// TestTransactions_TooMany: beyond the bound everybody is told to come later.
func TestTransactions_TooMany(t *testing.T) {
	r := newRig(t, testDirectory(), func(c *Config) { c.MaxTransactions = 1 })
	u := newUA(r, transportUDP, "030")
	arriving(r, u, sdpOf(4000, "sendrecv"))
	u.send(u.invite("1000", "")).want(503)
}
