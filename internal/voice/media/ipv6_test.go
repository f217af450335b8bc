package media

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"ccgateway/internal/g711"
	"ccgateway/internal/voice/media/rtpaudio"
)

// TestEngine_IPv6: sockets of an IPv6 address carry sound, and those of all addresses serve IPv4 phones as well.
func TestEngine_IPv6(t *testing.T) {
	cases := []struct{ bind, advertise, phone, network string }{
		{"::1", "::1", "::1", "udp6"},
		{"::", "::1", "::1", "udp6"},
		{"::", "127.0.0.1", "127.0.0.1", "udp4"},
	}
	for _, c := range cases {
		t.Run(c.bind+" "+c.phone, func(t *testing.T) {
			conn, err := net.ListenUDP(c.network, &net.UDPAddr{IP: net.ParseIP(c.phone)})
			if err != nil {
				t.Skip("no IPv6 here:", err)
			}
			defer conn.Close()
			l := newLab(t, func(cfg *Config, _ *openFile) {
				cfg.Bind, cfg.Advertise = netip.MustParseAddr(c.bind), netip.MustParseAddr(c.advertise)
			})
			leg, err := l.engine.NewLeg("a")
			if err != nil {
				t.Fatal(err)
			}
			own := conn.LocalAddr().(*net.UDPAddr).AddrPort()
			err = leg.Configure(Session{Remote: own, Format: alaw, Formats: laws, Event: NoPayload})
			if err != nil {
				t.Fatal(err)
			}
			sender := newSender(1)
			if _, err := conn.WriteToUDPAddrPort(sender.Audio(nil, g711.ALaw, 8, make([]int16, rtpaudio.FrameSize)), leg.LocalAddr()); err != nil {
				t.Fatal(err)
			}
			l.await("the packet", func() bool { return leg.Stats().Received == 1 })
			l.tick()
			if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
				t.Fatal(err)
			}
			n, _, err := conn.ReadFromUDPAddrPort(make([]byte, 2000))
			if err != nil || n != rtpaudio.HeaderSize+rtpaudio.FrameSize {
				t.Errorf("%d bytes came: %v", n, err)
			}
		})
	}
}
