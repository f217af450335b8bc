package softphone

import (
	"net/netip"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/g711"
)

// FuzzAnswer: whatever the other side offers, our answer is a description that can be read and has as many lines.
func FuzzAnswer(f *testing.F) {
	f.Add(description1("m=audio 4000 RTP/AVP 0 8 101", "a=rtpmap:101 telephone-event/8000", "a=sendonly"))
	f.Add(description1("m=video 5000 RTP/AVP 31", "m=audio 4000/2 RTP/AVP 8", "a=rtcp:5 IN IP4 1.2.3.4"))
	f.Add([]byte("v=0\r\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		s := session{addr: netip.MustParseAddrPort("192.0.2.5:6000"), laws: []g711.Law{g711.MuLaw, g711.ALaw}}
		answer, p, err := s.answer(body)
		if err != nil {
			return
		}
		if !p.rtp.IsValid() || p.rtp.Port() == 0 || !p.law.Valid() {
			t.Errorf("agreed on %+v", p)
		}
		again, err := parseDescription(answer)
		if err != nil || len(again.media) != len(s.remote.media) {
			t.Errorf("answer cannot be read: %v\n%s", err, answer)
		}
	})
}

// FuzzEar: whatever arrives at the RTP port does no harm.
func FuzzEar(f *testing.F) {
	f.Add([]byte{0x80, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0xff, 0xff}, []byte{0x80, 0, 0, 2, 0xff, 0, 0, 1, 0, 0, 0, 1, 0xff, 0xff})
	f.Add([]byte{0x80, 101, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 5, 10, 0, 160}, []byte{0xb0, 8, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, first, second []byte) {
		e := newEar(time.Second)
		for range 2 {
			e.take(first, netip.AddrPort{}, time.Now())
			e.take(second, netip.AddrPort{}, time.Now())
		}
		h := e.heard()
		if h.Packets+h.Malformed != 4 || len(e.recording()) > 8000 || len(h.Digits) > 4 {
			t.Errorf("%+v", h)
		}
		e.now()
	})
}

// FuzzReports: whatever arrives at the RTCP port does no harm.
func FuzzReports(f *testing.F) {
	f.Add([]byte{0x80, 200, 0, 6, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Add([]byte{0x81, 203, 0, 1, 0, 0, 0, 1})
	f.Fuzz(func(_ *testing.T, datagram []byte) {
		m := &media{ear: newEar(0)}
		m.takeReport(datagram)
		m.heardReports()
		m.receptionReports()
	})
}

// FuzzAutoAnswer: whatever an INVITE has in its headers, the phone waits no longer than it should.
func FuzzAutoAnswer(f *testing.F) {
	f.Add("<sip:x>;answer-after=0", "Auto Answer;delay=3", "Auto")
	f.Add(`<x>;answer-after="99999999999999999999"`, ";delay=", ";=;")
	f.Fuzz(func(t *testing.T, callInfo, alertInfo, mode string) {
		req := sip.NewRequest(sip.INVITE, sip.Uri{})
		req.AppendHeader(sip.NewHeader("Call-Info", callInfo))
		req.AppendHeader(sip.NewHeader("Alert-Info", alertInfo))
		req.AppendHeader(sip.NewHeader("Answer-Mode", mode))
		if after, ok := autoAnswer(req); after < 0 || after > maxAnswerAfter || after > 0 && !ok {
			t.Errorf("answers after %v, %v", after, ok)
		}
		var timer sessionTimer
		req.AppendHeader(sip.NewHeader("Session-Expires", callInfo))
		timer.asked(req, time.Minute)
		if timer.interval < 0 {
			t.Errorf("session timer %v", timer.interval)
		}
	})
}
