package media

import (
	"net/netip"
	"testing"
	"time"

	"ccgateway/internal/g711"
)

// shown is one packet of a latch's trial.
type shown struct {
	at   time.Duration
	from string
	ssrc uint32
	seq  uint16
	want admission
}

// Addresses of the trials.
const (
	phoneAt    = "198.51.100.9:4000"   // what the SDP says
	otherPort  = "198.51.100.9:5555"   // same host
	otherHost  = "203.0.113.7:4000"    // a stranger
	privateAt  = "192.168.1.20:4000"   // what a phone behind NAT says
	natAt      = "198.51.100.77:61000" // where its packets come from
	natOther   = "198.51.100.77:61002"
	proxyHost  = "192.0.2.5" // signalling of a trunk whose media come from elsewhere
	proxyMedia = "192.0.2.5:9000"
)

const second = time.Second

// TestLatch shows streams of packets to a latch.
func TestLatch(t *testing.T) {
	cases := []struct {
		name              string
		media, signalling string
		packets           []shown
		locked            string
	}{
		{"the signalled address is believed at once", phoneAt, "198.51.100.9", []shown{
			{0, phoneAt, 1, 10, newStream}, {20, phoneAt, 1, 11, admitted},
		}, phoneAt},
		{"a stranger never, however long", phoneAt, "198.51.100.9", []shown{
			{0, otherHost, 6, 1, stranger}, {20, otherHost, 6, 2, stranger}, {40, otherHost, 6, 3, stranger}, {60, otherHost, 6, 4, stranger},
			{9000, otherHost, 6, 5, stranger}, {9020, otherHost, 6, 6, stranger}, {9040, otherHost, 6, 7, stranger},
		}, ""},
		{"a stranger before, at and after the latch", phoneAt, "198.51.100.9", []shown{
			{0, otherHost, 6, 1, stranger}, {10, phoneAt, 1, 10, newStream}, {10, otherHost, 6, 2, stranger}, {30, phoneAt, 1, 11, admitted},
			{30, otherHost, 1, 12, stranger}, {9000, otherHost, 1, 13, stranger}, {9020, otherHost, 1, 14, stranger}, {9040, otherHost, 1, 15, stranger},
		}, phoneAt},
		{"another port of the same host only after the window and on probation", phoneAt, "198.51.100.9", []shown{
			{0, otherPort, 6, 1, stranger}, {20, otherPort, 6, 2, stranger}, {40, otherPort, 6, 3, stranger},
			{1500, otherPort, 6, 4, stranger}, {1520, otherPort, 6, 5, stranger}, {1540, otherPort, 6, 6, newStream}, {1560, otherPort, 6, 7, admitted},
		}, otherPort},
		{"the signalled address takes its place back from another port", phoneAt, "198.51.100.9", []shown{
			{1500, otherPort, 6, 4, stranger}, {1520, otherPort, 6, 5, stranger}, {1540, otherPort, 6, 6, newStream},
			{2000, phoneAt, 1, 10, stranger}, {2010, otherPort, 6, 7, admitted}, {2020, phoneAt, 1, 11, stranger}, {2040, phoneAt, 1, 12, newStream},
			{2060, otherPort, 6, 8, stranger}, {9000, otherPort, 6, 9, stranger}, {9020, otherPort, 6, 10, stranger}, {9040, otherPort, 6, 11, stranger},
		}, phoneAt},
		{"scattered packets are no stream", phoneAt, "198.51.100.9", []shown{
			{1500, otherPort, 6, 4, stranger}, {1520, otherPort, 6, 9, stranger}, {1540, otherPort, 6, 14, stranger}, {1560, otherPort, 6, 13, stranger},
			{1580, otherPort, 7, 14, stranger}, {1600, otherPort, 6, 15, stranger}, {1900, otherPort, 6, 16, stranger}, {2200, otherPort, 6, 17, stranger},
		}, ""},
		{"the first applicant keeps its place", phoneAt, "198.51.100.9", []shown{
			{1500, otherPort, 6, 4, stranger}, {1510, "198.51.100.9:7777", 8, 1, stranger}, {1520, otherPort, 6, 5, stranger},
			{1530, "198.51.100.9:7777", 8, 2, stranger}, {1540, otherPort, 6, 6, newStream}, {1550, "198.51.100.9:7777", 8, 3, stranger},
		}, otherPort},
		{"a phone behind NAT is taken from where it signals, at once", privateAt, "198.51.100.77", []shown{
			{0, otherHost, 6, 1, stranger}, {0, natAt, 1, 10, stranger}, {20, natAt, 1, 11, stranger}, {40, natAt, 1, 12, newStream},
			{60, natOther, 6, 1, stranger}, {80, natOther, 6, 2, stranger}, {100, natOther, 6, 3, stranger},
		}, natAt},
		{"a new binding of the NAT, told by its SSRC after a silence", privateAt, "198.51.100.77", []shown{
			{0, natAt, 1, 10, stranger}, {20, natAt, 1, 11, stranger}, {40, natAt, 1, 12, newStream},
			{1000, natOther, 1, 60, stranger}, {1020, natOther, 1, 61, stranger}, {1040, natOther, 1, 62, stranger},
			{3100, natOther, 6, 60, stranger}, {3120, natOther, 6, 61, stranger}, {3140, natOther, 6, 62, stranger},
			{3500, natOther, 1, 90, stranger}, {3520, natOther, 1, 91, stranger}, {3540, natOther, 1, 92, newStream}, {3560, natAt, 1, 93, stranger},
		}, natOther},
		{"media from the signalling host of a public far side only after the window", phoneAt, proxyHost, []shown{
			{0, proxyMedia, 3, 1, stranger}, {20, proxyMedia, 3, 2, stranger}, {40, proxyMedia, 3, 3, stranger},
			{1600, proxyMedia, 3, 4, stranger}, {1620, proxyMedia, 3, 5, stranger}, {1640, proxyMedia, 3, 6, newStream},
		}, proxyMedia},
		{"without a signalling address only the signalled host", privateAt, "", []shown{
			{2000, natAt, 1, 10, stranger}, {2020, natAt, 1, 11, stranger}, {2040, natAt, 1, 12, stranger}, {2060, privateAt, 1, 13, newStream},
		}, privateAt},
		{"another source at the same address takes over when the first is silent", phoneAt, "198.51.100.9", []shown{
			{0, phoneAt, 1, 10, newStream}, {20, phoneAt, 2, 50, stranger}, {25, phoneAt, 1, 11, admitted}, {40, phoneAt, 2, 51, stranger},
			{90, phoneAt, 2, 52, stranger}, {110, phoneAt, 2, 53, newStream}, {130, phoneAt, 1, 12, stranger},
		}, phoneAt},
		{"a forged source does not get between a phone's packets", phoneAt, "198.51.100.9", []shown{
			{0, phoneAt, 1, 10, newStream}, {15, phoneAt, 666, 1, stranger}, {20, phoneAt, 1, 11, admitted}, {35, phoneAt, 666, 2, stranger},
			{40, phoneAt, 1, 12, admitted}, {55, phoneAt, 666, 3, stranger}, {60, phoneAt, 1, 13, admitted}, {75, phoneAt, 666, 4, stranger},
		}, phoneAt},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := &peer{media: netip.MustParseAddrPort(c.media), began: second}
			if c.signalling != "" {
				p.signalling = netip.MustParseAddr(c.signalling)
			}
			var l latch
			for i, s := range c.packets {
				got := l.admit(p, second+s.at*time.Millisecond, netip.MustParseAddrPort(s.from), s.ssrc, s.seq)
				if got != s.want {
					t.Errorf("packet %d (%+v) is judged %d", i, s, got)
				}
			}
			locked := ""
			if l.locked.IsValid() {
				locked = l.locked.String()
			}
			if locked != c.locked {
				t.Errorf("locked to %q, want %q", locked, c.locked)
			}
		})
	}
}

// TestLatch_NewPeerBeginsAnew: after a re-INVITE with another address the old one is a stranger.
func TestLatch_NewPeerBeginsAnew(t *testing.T) {
	var l latch
	first := &peer{media: netip.MustParseAddrPort(phoneAt)}
	second := &peer{media: netip.MustParseAddrPort(otherHost)}
	from := netip.MustParseAddrPort(phoneAt)
	if got := l.admit(first, 0, from, 1, 1); got != newStream {
		t.Fatalf("judged %d", got)
	}
	if got := l.admit(second, 0, from, 1, 2); got != stranger {
		t.Errorf("the old address is judged %d", got)
	}
	if got := l.admit(second, 0, netip.MustParseAddrPort(otherHost), 2, 1); got != newStream {
		t.Errorf("the new address is judged %d", got)
	}
}

// TestPeer_Unreachable: nothing is sent before the latch to an address that is not the far side's.
func TestPeer_Unreachable(t *testing.T) {
	cases := []struct {
		media, signalling string
		want              bool
	}{
		{phoneAt, "198.51.100.9", false},
		{phoneAt, proxyHost, false},
		{privateAt, "192.168.1.20", false},
		{privateAt, "192.168.1.1", false},  // a gateway beside its proxy, in our own network
		{privateAt, "198.51.100.77", true}, // a phone behind NAT
		{"100.64.3.3:4000", "198.51.100.77", true},
		{"127.0.0.1:4000", "192.168.1.20", true}, // its own loopback is not ours
		{"127.0.0.1:4000", "127.0.0.1", false},
		{privateAt, "", false},
	}
	for _, c := range cases {
		p := &peer{media: netip.MustParseAddrPort(c.media)}
		if c.signalling != "" {
			p.signalling = netip.MustParseAddr(c.signalling)
		}
		if got := p.unreachable(); got != c.want {
			t.Errorf("%s signalled from %q: %v", c.media, c.signalling, got)
		}
	}
}

// attack sends some of a stranger's packets to the phone's leg.
func (p *phone) attack(s *phone, n int) {
	p.lab.t.Helper()
	for range n {
		before := p.arrived()
		s.say()
		p.lab.await("the stranger's packet", func() bool { return p.arrived() > before })
	}
}

// strangerFreq is the tone of those who send to legs that are not theirs.
const strangerFreq = 1500

// strangerTo makes somebody at an address of loopback who sends that tone to a phone's leg.
func strangerTo(p *phone, ip string) *phone {
	s := &phone{lab: p.lab, leg: p.leg, conn: socket(p.lab.t, ip, 0), law: p.law, voice: newTone(strangerFreq), sender: newSender(0xBAD)}
	p.lab.t.Cleanup(func() { s.conn.Close() })
	return s
}

// TestLeg_StrangersChangeNothing injects a stranger's sound before, at and after the latch, from another host and from the
// same one: it is heard by nobody, and not one packet goes to him.
func TestLeg_StrangersChangeNothing(t *testing.T) {
	for _, ip := range []string{"127.0.0.66", "127.0.0.1"} {
		t.Run(ip, func(t *testing.T) {
			l := newLab(t)
			a, b := l.phone("a", g711.ALaw, 440), l.phone("b", g711.MuLaw, 700)
			mallory := strangerTo(a, ip)
			l.engine.SetRoom("call", []Row{{Leg: "a", Hears: []LegID{"b"}}, {Leg: "b", Hears: []LegID{"a"}}})
			a.attack(mallory, 50) // before the phone says anything
			l.step()
			if addr := a.leg.target.Load().addr; addr != a.addr() {
				t.Fatalf("latched to %v, the phone is at %v", addr, a.addr())
			}
			for range 100 { // while it speaks
				a.attack(mallory, 1)
				l.step()
			}
			a.mute = true // and after it has stopped
			for range 200 {
				a.attack(mallory, 1)
				l.step()
			}
			for _, p := range l.phones {
				checkTone(t, string(p.leg.id)+" hears the stranger", p.heard, strangerFreq, false)
			}
			checkTone(t, "b hears a", b.heard[15*160:95*160], a.freq, true)
			checkTone(t, "a hears b", a.heard[15*160:], b.freq, true)
			if s := a.leg.Stats(); s.Strangers != 350 || s.Received != 101 {
				t.Errorf("stats %+v", s)
			}
			if packet, ok := mallory.receive(time.Millisecond); ok {
				t.Errorf("the stranger is sent a packet: %v", packet.Header)
			}
		})
	}
}

// TestLeg_BehindNAT: a phone whose SDP tells an address that is not its own is sent nothing until its sound has come from
// where it signals, and everything then; a re-INVITE with the same SDP keeps that, one with its true address begins anew.
func TestLeg_BehindNAT(t *testing.T) {
	l := newLab(t)
	a := l.phoneAt("a", "127.0.0.5", g711.ALaw, 440)
	b := l.phone("b", g711.ALaw, 700)
	l.engine.SetRoom("call", []Row{{Leg: "a", Hears: []LegID{"b"}}, {Leg: "b", Hears: []LegID{"a"}}})
	s := a.session()
	s.Remote = netip.MustParseAddrPort("127.0.0.99:4000") // to us another host's loopback is what 192.168 is behind a NAT
	a.configure(s)
	a.deaf = true
	l.steps(2)
	if sent := a.leg.Stats().Sent; sent != 0 {
		t.Errorf("%d packets were sent before the latch", sent)
	}
	a.deaf = false
	l.listen()
	a.hears(b)
	b.hears(a)
	a.configure(s)
	if to := a.leg.rtpTo(a.leg.session.Load()); to != a.addr() {
		t.Errorf("after the same SDP again, sound goes to %v", to)
	}
	mallory := strangerTo(a, "127.0.0.66")
	a.attack(mallory, 5)
	l.listen()
	a.hears(b)
	b.hears(a)
	a.configure(a.session())
	if to := a.leg.rtpTo(a.leg.session.Load()); to != a.addr() || a.leg.target.Load().peer == a.leg.session.Load().peer {
		t.Errorf("after another SDP, sound goes to %v by the old latch", to)
	}
	l.step()
}

// TestLeg_BeforeSession: what comes before signalling has told anything is a stranger's.
func TestLeg_BeforeSession(t *testing.T) {
	l := newLab(t)
	leg, err := l.engine.NewLeg("a")
	if err != nil {
		t.Fatal(err)
	}
	early := &phone{lab: l, leg: leg, conn: socket(t, "127.0.0.1", 0), law: g711.ALaw, voice: newTone(440), sender: newSender(1)}
	defer early.conn.Close()
	early.say()
	l.await("the packet", func() bool { return leg.Stats().Strangers == 1 })
	l.tick()
	if s := leg.Stats(); s.Received != 0 || s.Sent != 0 {
		t.Errorf("stats %+v", s)
	}
}
