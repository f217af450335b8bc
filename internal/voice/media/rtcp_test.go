package media

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/rtcp"

	"ccgateway/internal/g711"
)

// reports reads one RTCP packet of the engine.
func (p *phone) report() []rtcp.Packet {
	p.lab.t.Helper()
	buf := make([]byte, 2000)
	if err := p.reports.SetReadDeadline(time.Now().Add(patience)); err != nil {
		p.lab.t.Fatal(err)
	}
	n, from, err := p.reports.ReadFromUDPAddrPort(buf)
	if err != nil {
		p.lab.t.Fatal(err)
	}
	if want := p.leg.pair.port + 1; from.Port() != want {
		p.lab.t.Errorf("report from port %d, want %d", from.Port(), want)
	}
	packets, err := rtcp.Unmarshal(buf[:n])
	if err != nil {
		p.lab.t.Fatal(err)
	}
	return packets
}

// tellReport sends an RTCP packet to the leg.
func (p *phone) tellReport(from *net.UDPConn, packets ...rtcp.Packet) {
	p.lab.t.Helper()
	raw, err := rtcp.Marshal(packets)
	if err != nil {
		p.lab.t.Fatal(err)
	}
	to := netip.AddrPortFrom(p.leg.LocalAddr().Addr(), p.leg.LocalAddr().Port()+1)
	if _, err := from.WriteToUDPAddrPort(raw, to); err != nil {
		p.lab.t.Fatal(err)
	}
}

// TestRTCP_Reports: within 7.5 s comes a sender report with the name and a report of what was received; it is true.
func TestRTCP_Reports(t *testing.T) {
	l := newLab(t)
	a := l.phone("a", g711.ALaw, 440)
	l.steps(50)
	for range 5 {
		a.sender.Audio(nil, a.law, 8, make([]int16, 160)) // lost
	}
	l.steps(int(reportTicks) * 3 / 2)
	packets := a.report()
	sr, ok := packets[0].(*rtcp.SenderReport)
	if !ok || len(packets) != 2 {
		t.Fatalf("first report: %v", packets)
	}
	if sr.SSRC != a.headers[0].SSRC || sr.PacketCount == 0 || sr.OctetCount != sr.PacketCount*160 {
		t.Errorf("sender report %+v", sr)
	}
	h := a.headers[sr.PacketCount-1]
	if sr.RTPTime != h.Timestamp+160 {
		t.Errorf("RTP time %d, last packet's %d", sr.RTPTime, h.Timestamp)
	}
	if off := time.Since(time.Unix(int64(sr.NTPTime>>32)-ntpEpoch, 0)); off < -time.Second || off > time.Minute {
		t.Errorf("NTP time is off by %v", off)
	}
	if len(sr.Reports) != 1 {
		t.Fatalf("%d reception reports", len(sr.Reports))
	}
	if r := sr.Reports[0]; r.SSRC != a.sender.SSRC() || r.TotalLost != 5 || r.FractionLost == 0 || r.LastSequenceNumber < 65530 {
		t.Errorf("reception report %+v", r)
	}
	name, ok := packets[1].(*rtcp.SourceDescription)
	if !ok || len(name.Chunks) != 1 || name.Chunks[0].Items[0].Type != rtcp.SDESCNAME || len(name.Chunks[0].Items[0].Text) != 16 {
		t.Errorf("name %+v", packets[1])
	}
}

// TestRTCP_RoundTrip: the far side's report is kept, answered with its time, and measures the round trip.
func TestRTCP_RoundTrip(t *testing.T) {
	l := newLab(t)
	a := l.phone("a", g711.ALaw, 440)
	l.steps(5)
	sent := middle(ntp(time.Now())) - 65536/4 // a quarter of a second ago
	a.tellReport(a.reports, &rtcp.SenderReport{
		SSRC: a.sender.SSRC(), NTPTime: 0x0000_1234_5678_0000,
		Reports: []rtcp.ReceptionReport{{SSRC: a.headers[0].SSRC, TotalLost: 0xFFFFFE, Jitter: 80, LastSenderReport: sent, Delay: 65536 / 8}},
	})
	l.await("the report", func() bool { return a.leg.Stats().RemoteLost == -2 })
	s := a.leg.Stats()
	if s.RoundTrip < 125*time.Millisecond || s.RoundTrip > 125*time.Millisecond+patience || s.RemoteJitter != 10*time.Millisecond {
		t.Errorf("stats %+v", s)
	}
	l.steps(int(reportTicks) * 3 / 2)
	r := a.report()[0].(*rtcp.SenderReport).Reports[0]
	if r.LastSenderReport != 0x12345678 || r.Delay == 0 || r.Delay > 65536*8 {
		t.Errorf("reception report %+v", r)
	}
}

// TestRTCP_Strangers: reports from elsewhere, or of another source, change nothing; garbage is counted; a BYE ends nothing.
func TestRTCP_Strangers(t *testing.T) {
	l := newLab(t)
	a := l.phone("a", g711.ALaw, 440)
	l.steps(5)
	alive := a.leg.aliveAt.Load()
	l.now.Add(1)
	ours := a.headers[0].SSRC
	lies := []rtcp.ReceptionReport{{SSRC: ours, TotalLost: 1000}}
	elsewhere := socket(t, "127.0.0.66", 0)
	defer elsewhere.Close()
	a.tellReport(elsewhere, &rtcp.SenderReport{SSRC: a.sender.SSRC(), Reports: lies})
	a.tellReport(a.reports, &rtcp.ReceiverReport{SSRC: 0xBAD, Reports: lies})
	l.await("the strangers", func() bool { return a.leg.Stats().Strangers == 2 })
	to := netip.AddrPortFrom(a.leg.LocalAddr().Addr(), a.leg.LocalAddr().Port()+1)
	if _, err := a.reports.WriteToUDPAddrPort([]byte("garbage!"), to); err != nil {
		t.Fatal(err)
	}
	a.tellReport(a.reports, &rtcp.ReceiverReport{SSRC: 1}, &rtcp.Goodbye{Sources: []uint32{a.sender.SSRC(), ours}})
	l.await("the garbage", func() bool { s := a.leg.Stats(); return s.Malformed == 1 && s.Strangers == 3 })
	if s := a.leg.Stats(); s.RemoteLost != 0 || a.leg.aliveAt.Load() != alive {
		t.Errorf("stats %+v", s)
	}
	l.step()
	for range 2 * reportBurst {
		a.tellReport(a.reports, &rtcp.ReceiverReport{SSRC: a.sender.SSRC()})
	}
	l.await("the flood", func() bool { return a.leg.Stats().Flooded >= reportBurst })
}

// TestRTCP_SignOfLife: reports of a phone that suppresses silence keep its call.
func TestRTCP_SignOfLife(t *testing.T) {
	l := newLab(t, func(c *Config, _ *openFile) { c.NoMedia = time.Second })
	a := l.phone("a", g711.ALaw, 440)
	l.step()
	a.mute = true
	for range 10 {
		l.steps(40)
		before := a.leg.aliveAt.Load()
		a.tellReport(a.reports, &rtcp.ReceiverReport{SSRC: a.sender.SSRC()})
		l.await("the report", func() bool { return a.leg.aliveAt.Load() > before })
	}
	if got := l.events(); len(got) > 0 {
		t.Errorf("told %v", got)
	}
}

// TestRTCP_Bye: the end is told with a report and the name; nothing is told of a leg that never sent.
func TestRTCP_Bye(t *testing.T) {
	l := newLab(t)
	a, silent := l.phone("a", g711.ALaw, 440), l.phone("silent", g711.ALaw, 700)
	hold := silent.session()
	hold.Direction = Inactive
	silent.configure(hold)
	silent.deaf = true
	l.steps(5)
	a.leg.Close()
	silent.leg.Close()
	packets := a.report()
	if len(packets) != 3 {
		t.Fatalf("%v", packets)
	}
	bye, ok := packets[2].(*rtcp.Goodbye)
	if sr, isSR := packets[0].(*rtcp.SenderReport); !isSR || !ok || sr.PacketCount != 5 || bye.Sources[0] != sr.SSRC {
		t.Errorf("%v", packets)
	}
	if err := silent.reports.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, _, err := silent.reports.ReadFromUDPAddrPort(make([]byte, 100)); err == nil {
		t.Errorf("a leg that never sent says %d bytes", n)
	}
}

// TestRTCP_Address: reports go where SDP says, and for a phone behind NAT to where its own come from.
func TestRTCP_Address(t *testing.T) {
	l := newLab(t)
	a := l.phoneAt("a", "127.0.0.5", g711.ALaw, 440)
	other := socket(t, "127.0.0.5", 0)
	defer other.Close()
	s := a.session()
	s.RemoteRTCP = other.LocalAddr().(*net.UDPAddr).AddrPort()
	a.configure(s)
	to := func() netip.AddrPort { return a.leg.rtcpTo(a.leg.session.Load()) }
	if to() != s.RemoteRTCP {
		t.Errorf("a=rtcp: %v", to())
	}
	s = a.session()
	s.Remote = netip.MustParseAddrPort("127.0.0.99:4000")
	a.configure(s)
	if to().IsValid() {
		t.Errorf("before the latch: %v", to())
	}
	a.deaf = true
	l.steps(5)
	if want := a.reports.LocalAddr().(*net.UDPAddr).AddrPort(); to() != want {
		t.Errorf("after the latch: %v, want %v", to(), want)
	}
	a.tellReport(other, &rtcp.ReceiverReport{SSRC: a.sender.SSRC()})
	l.await("the report", func() bool { return to() == other.LocalAddr().(*net.UDPAddr).AddrPort() })
}
