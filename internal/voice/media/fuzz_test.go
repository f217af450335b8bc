package media

import (
	"net/netip"
	"testing"

	"github.com/pion/rtcp"

	"ccgateway/internal/g711"
)

// FuzzPacket feeds arbitrary packets to both entries of a leg, from a stranger and from the phone itself, in the middle of a
// call: nothing breaks, a stranger is never latched, and the phone is never lost.
func FuzzPacket(f *testing.F) {
	sender := newSender(7)
	audio := sender.Audio(nil, g711.ALaw, 8, make([]int16, 160))
	digit, _ := sender.Digit('5', eventType)
	f.Add(audio, true, false)
	f.Add(digit.Packet(nil), false, false)
	f.Add([]byte{0x9F, 0x88, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0xBE, 0xDE, 0, 1, 0x10, 0xFF, 0, 0}, true, false)
	report, err := rtcp.Marshal([]rtcp.Packet{&rtcp.SenderReport{SSRC: 7, Reports: []rtcp.ReceptionReport{{SSRC: 1}}}, &rtcp.Goodbye{}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(report, true, true)
	f.Fuzz(func(t *testing.T, raw []byte, fromPhone, isReport bool) {
		phoneAddr, strangerAddr := netip.MustParseAddrPort(phoneAt), netip.MustParseAddrPort(otherHost)
		e := &Engine{events: newEventQueue()}
		l := newLeg(e, "a", &pair{})
		s := Session{Remote: phoneAddr, Format: alaw, Formats: laws, Event: eventType}
		ready, err := s.ready(nil, 0, true)
		if err != nil {
			t.Fatal(err)
		}
		l.session.Store(ready)
		from := strangerAddr
		if fromPhone {
			from = phoneAddr
		}
		limit := newLimiter(reportRate, reportBurst)
		take := l.receive
		if isReport {
			take = l.receiveRTCP(&limit)
		}
		take(raw, from, 1) // before the latch
		phone := newSender(9)
		for range 3 { // the phone's own sound must always come through
			l.receive(phone.Audio(nil, g711.ALaw, 8, make([]int16, 160)), phoneAddr, relatchSilence)
			take(raw, from, relatchSilence)
		}
		if target := l.target.Load(); target == nil || target.addr != phoneAddr {
			t.Fatalf("latched to %+v", target)
		}
		if !fromPhone && l.target.Load().ssrc != 9 {
			t.Fatal("a stranger's source is heard")
		}
		if !fromPhone && l.Stats().Received != 3 {
			t.Fatalf("stats %+v", l.Stats())
		}
		for range 10 {
			l.nextFrame()
		}
	})
}

// FuzzPacket_Encrypted feeds arbitrary packets, from the phone's own address, to both entries of an encrypted leg: nothing breaks, and
// nothing of it is taken.
func FuzzPacket_Encrypted(f *testing.F) {
	key := Crypto{Suite: SuiteAES128SHA80}
	sealer, err := newSealer(key)
	if err != nil {
		f.Fatal(err)
	}
	audio, err := sealer.seal(newSender(7).Audio(nil, g711.ALaw, 8, make([]int16, 160)))
	if err != nil {
		f.Fatal(err)
	}
	report, err := sealer.sealReport([]byte{0x80, 201, 0, 1, 0, 0, 0, 7})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(audio, false)
	f.Add(report, true)
	f.Add([]byte{0x9F, 0x88, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0xBE, 0xDE, 0, 1, 0x10, 0xFF, 0, 0}, false)
	f.Add([]byte{0x80, 201, 0, 1}, true)
	f.Fuzz(func(t *testing.T, raw []byte, isReport bool) {
		l := newLeg(&Engine{events: newEventQueue()}, "a", &pair{})
		from := netip.MustParseAddrPort(phoneAt)
		ready, err := Session{Remote: from, Format: alaw, Formats: laws, Event: eventType,
			Send: NewCrypto(SuiteAES128SHA32), Receive: NewCrypto(SuiteAES128SHA32)}.ready(nil, 0, true)
		if err != nil {
			t.Fatal(err)
		}
		l.session.Store(ready)
		limit := newLimiter(reportRate, reportBurst)
		if isReport {
			l.receiveRTCP(&limit)(raw, from, 1)
		} else {
			l.receive(raw, from, 1)
		}
		if s := l.Stats(); s.Forged != 1 || s.Received != 0 || l.target.Load() != nil || l.aliveAt.Load() != 0 {
			t.Fatalf("taken: %+v", s)
		}
	})
}
