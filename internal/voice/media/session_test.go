package media

import (
	"net/netip"
	"testing"

	"ccgateway/internal/codec"
	"ccgateway/internal/voice/media/rtpaudio"
)

// TestSession_Refused: what cannot be or must not be sent to is an error.
func TestSession_Refused(t *testing.T) {
	good := Session{Remote: netip.MustParseAddrPort(phoneAt), Format: alaw, Formats: laws[1:], Event: NoPayload}
	if _, err := good.ready(nil, 0, true); err != nil {
		t.Fatal(err)
	}
	cases := map[string]func(*Session){
		"no codec":           func(s *Session) { s.Format = Format{} },
		"no codec to hear":   func(s *Session) { s.Formats = []Format{{}} },
		"nothing to receive": func(s *Session) { s.Formats = nil },
		"type out of range":  func(s *Session) { s.Formats = []Format{{codec.PCMA, 128}} },
		"sent type":          func(s *Session) { s.Format.PayloadType = NoPayload },
		"multicast":          func(s *Session) { s.Remote = netip.MustParseAddrPort("224.0.0.1:4000") },
		"broadcast":          func(s *Session) { s.Remote = netip.MustParseAddrPort("255.255.255.255:4000") },
		"IPv6":               func(s *Session) { s.Remote = netip.MustParseAddrPort("[2001:db8::1]:4000") },
	}
	for name, change := range cases {
		s := good
		change(&s)
		if _, err := s.ready(nil, 0, true); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// TestSession_Events: keys may come by more than one payload type; what is sound stays sound.
func TestSession_Events(t *testing.T) {
	s := Session{Remote: netip.MustParseAddrPort(phoneAt), Format: alaw, Formats: laws, Event: 96, Events: []uint8{101, alaw.PayloadType}}
	got, err := s.ready(nil, 0, true)
	if err != nil {
		t.Fatal(err)
	}
	for payload, want := range map[uint8]rtpaudio.Kind{96: rtpaudio.KindEvent, 101: rtpaudio.KindEvent, alaw.PayloadType: rtpaudio.KindAudio, 97: rtpaudio.KindUnknown} {
		if got.formats[payload].Kind != want {
			t.Errorf("%d is %v, want %v", payload, got.formats[payload].Kind, want)
		}
	}
	s.Events = []uint8{128}
	if _, err := s.ready(nil, 0, true); err == nil {
		t.Error("a payload type out of range is taken")
	}
}

// TestSession_Peer: the latch stays while signalling tells the same, and over a hold.
func TestSession_Peer(t *testing.T) {
	s := Session{Remote: netip.MustParseAddrPort(phoneAt), Signalling: netip.MustParseAddr("198.51.100.9"), Format: alaw, Formats: laws, Event: 101}
	first, err := s.ready(nil, 5, true)
	if err != nil {
		t.Fatal(err)
	}
	if first.peer.rtcp != netip.MustParseAddrPort("198.51.100.9:4001") || first.peer.began != 5 {
		t.Errorf("peer %+v", first.peer)
	}
	changes := map[string]struct {
		change func(*Session)
		same   bool
	}{
		"same":       {func(*Session) {}, true},
		"mapped":     {func(s *Session) { s.Remote = netip.MustParseAddrPort("[::ffff:198.51.100.9]:4000") }, true},
		"direction":  {func(s *Session) { s.Direction = Inactive }, true},
		"law":        {func(s *Session) { s.Format = mulaw }, true},
		"hold":       {func(s *Session) { s.Remote = netip.MustParseAddrPort("0.0.0.0:4000") }, true},
		"port":       {func(s *Session) { s.Remote = netip.MustParseAddrPort(otherPort) }, false},
		"host":       {func(s *Session) { s.Remote = netip.MustParseAddrPort(otherHost) }, false},
		"signalling": {func(s *Session) { s.Signalling = netip.MustParseAddr(proxyHost) }, false},
		"rtcp":       {func(s *Session) { s.RemoteRTCP = netip.MustParseAddrPort(otherPort) }, false},
	}
	for name, c := range changes {
		next := s
		c.change(&next)
		got, err := next.ready(first, 9, true)
		if err != nil {
			t.Fatal(err)
		}
		if (got.peer == first.peer) != c.same {
			t.Errorf("%s: same peer: %v", name, !c.same)
		}
	}
}
