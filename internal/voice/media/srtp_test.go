package media

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/srtp/v3"

	"ccgateway/internal/g711"
	"ccgateway/internal/tone"
	"ccgateway/internal/voice/media/rtpaudio"
	"ccgateway/internal/wav"
)

// farContext is the far side's use of a key.
func farContext(t testing.TB, c Crypto) *srtp.Context {
	t.Helper()
	profile := srtp.ProtectionProfileAes128CmHmacSha1_80
	if c.Suite == SuiteAES128SHA32 {
		profile = srtp.ProtectionProfileAes128CmHmacSha1_32
	}
	ctx, err := srtp.CreateContext(c.Key[:16], c.Key[16:], profile)
	if err != nil {
		t.Fatal(err)
	}
	return ctx
}

func (p *phone) protected(raw []byte) []byte {
	p.lab.t.Helper()
	if p.out == nil {
		return raw
	}
	sealed, err := p.out.EncryptRTP(nil, raw, nil)
	if err != nil {
		p.lab.t.Fatal(err)
	}
	return sealed
}

func (p *phone) unprotected(raw []byte) []byte {
	p.lab.t.Helper()
	if p.in == nil {
		return raw
	}
	plain, err := p.in.DecryptRTP(nil, raw, nil)
	if err != nil {
		p.lab.t.Fatalf("%s is sent what it cannot decrypt: %v", p.leg.id, err)
	}
	return plain
}

// encrypt lets a phone and its leg agree on new keys.
func (p *phone) encrypt(suite Suite) Session {
	p.lab.t.Helper()
	s := p.session()
	s.Send, s.Receive = NewCrypto(suite), NewCrypto(suite)
	p.out, p.in = farContext(p.lab.t, s.Receive), farContext(p.lab.t, s.Send)
	p.configure(s)
	return s
}

// TestSRTP_Talk: one phone with each suite and one without talk in a room, over the turn of the sequence numbers (newSender begins near
// it), and are recorded in the clear; nothing of it can be heard on the wire.
func TestSRTP_Talk(t *testing.T) {
	l := newLab(t)
	a, b, c := l.phone("a", g711.ALaw, 440), l.phone("b", g711.MuLaw, 1000), l.phone("c", g711.ALaw, 1500)
	a.encrypt(SuiteAES128SHA80)
	b.encrypt(SuiteAES128SHA32)
	l.engine.SetRoom("r", []Row{{Leg: "a", Hears: []LegID{"b", "c"}}, {Leg: "b", Hears: []LegID{"a"}}, {Leg: "c", Hears: []LegID{"a"}}})
	file := filepath.Join(t.TempDir(), "r.wav")
	if err := l.engine.StartRecording("rec", file, "a", "r"); err != nil {
		t.Fatal(err)
	}
	l.listen()
	a.hears(b, c)
	b.hears(a)
	c.hears(a)
	if s := l.engine.Stats(); s.Legs != 3 || s.Encrypted != 2 {
		t.Errorf("%+v", s)
	}
	l.engine.StopRecording("rec")
	l.tick()
	if err := l.awaitRecording("rec"); err != nil {
		t.Fatal(err)
	}
	sound, err := wav.ReadFile(file, 60*tone.SampleRate)
	if err != nil {
		t.Fatal(err)
	}
	checkTone(t, "recorded of a", sound.Channel(1)[4000:], 440, true)
	checkTone(t, "recorded for a", sound.Channel(0)[4000:], 1000, true)

	a.in = nil // a listener on the wire
	a.heard = nil
	before := a.headers[len(a.headers)-1]
	l.tick()
	packet, ok := a.receive(patience)
	if !ok || len(packet.Payload) != rtpaudio.FrameSize+10 || packet.SequenceNumber != before.SequenceNumber+1 {
		t.Fatalf("on the wire: %d bytes, number %d after %d", len(packet.Payload), packet.SequenceNumber, before.SequenceNumber)
	}
	pcm := make([]int16, rtpaudio.FrameSize)
	a.law.Decode(pcm, packet.Payload[:rtpaudio.FrameSize])
	if tone.Hears(pcm, 1000) || tone.Hears(pcm, 1500) {
		t.Error("the wire can be listened to")
	}
}

// TestSRTP_NotAuthentic: what is encrypted by another key, not at all, or heard before is dropped and counted, locks no address, is no
// sign of life, and does not disturb who has the key.
func TestSRTP_NotAuthentic(t *testing.T) {
	l := newLab(t, func(c *Config, _ *openFile) { c.NoMedia = time.Second })
	a, b := l.phone("a", g711.ALaw, 440), l.phone("b", g711.ALaw, 1000)
	l.engine.SetRoom("r", []Row{{Leg: "a", Hears: []LegID{"b"}}, {Leg: "b", Hears: []LegID{"a"}}})
	for name, wrong := range map[string]func(s Session){
		"wrong key":    func(Session) { a.out = farContext(t, NewCrypto(SuiteAES128SHA80)) },
		"wrong suite":  func(s Session) { a.out = farContext(t, Crypto{SuiteAES128SHA32, s.Receive.Key}) },
		"in the clear": func(Session) { a.out = nil },
	} {
		t.Run(name, func(t *testing.T) {
			wrong(a.encrypt(SuiteAES128SHA80))
			before := a.leg.Stats()
			l.listen()
			b.hears()
			now := a.leg.Stats()
			if now.Received != before.Received || now.Forged-before.Forged != listening+15 || len(l.events()) == 0 {
				t.Errorf("before %+v\nnow    %+v\ntold %v", before, now, l.events())
			}
		})
	}
	if a.leg.target.Load() != nil {
		t.Error("an address is locked by what nobody knows to be the phone's")
	}
	a.encrypt(SuiteAES128SHA80)
	l.listen()
	b.hears(a)
}

// TestSRTP_Replay: packets that are sent again, by the phone's own address and by another port of its host, change nothing.
func TestSRTP_Replay(t *testing.T) {
	l := newLab(t)
	a, b := l.phone("a", g711.ALaw, 440), l.phone("b", g711.ALaw, 1000)
	other := socket(t, "127.0.0.1", 0)
	defer other.Close()
	l.engine.SetRoom("r", []Row{{Leg: "a", Hears: []LegID{"b"}}, {Leg: "b", Hears: []LegID{"a"}}})
	a.encrypt(SuiteAES128SHA80)
	old := a.protected(a.sender.Audio(nil, a.law, 8, tone.Sine(2500, 0.5, 160)))
	a.send(a.conn, old)
	l.listen()
	before := a.leg.Stats()
	for range 100 {
		sent := a.leg.Stats().Forged
		a.send(a.conn, old)
		a.send(other, old)
		l.await("both are dropped", func() bool { return a.leg.Stats().Forged == sent+2 })
		l.step()
	}
	if now := a.leg.Stats(); now.Received-before.Received != 100 || now.Doubled != before.Doubled {
		t.Errorf("before %+v\nnow    %+v", before, now)
	}
	b.heard = b.heard[len(b.heard)-listening*rtpaudio.FrameSize:]
	b.hears(a)
	b.hearsTone("what was sent again", 2500, false)
}

// TestSRTP_Hold: a re-INVITE with the same keys keeps what is known of them, so old packets stay refused and ours go on in their round; a
// new key of the far side is taken, and ours stays.
func TestSRTP_Hold(t *testing.T) {
	l := newLab(t)
	a, b := l.phone("a", g711.ALaw, 440), l.phone("b", g711.ALaw, 1000)
	l.engine.SetRoom("r", []Row{{Leg: "a", Hears: []LegID{"b"}}, {Leg: "b", Hears: []LegID{"a"}}})
	s := a.encrypt(SuiteAES128SHA80)
	a.leg.sender = rtpaudio.NewSender(77, 65535, 0) // its second packet begins the next round
	old := a.protected(a.sender.Audio(nil, a.law, 8, make([]int16, 160)))
	a.send(a.conn, old)
	l.steps(20)
	held := s
	held.Direction = RecvOnly
	a.configure(held)
	a.deaf = true
	l.steps(5)
	a.deaf = false
	a.configure(s)
	forged := a.leg.Stats().Forged
	a.send(a.conn, old)
	l.await("old packet is dropped", func() bool { return a.leg.Stats().Forged == forged+1 })
	l.listen()
	b.hears(a)
	a.hears(b)

	s.Receive = NewCrypto(SuiteAES128SHA80)
	a.out = farContext(t, s.Receive)
	a.configure(s)
	l.listen()
	b.hears(a)
	a.hears(b)

	if err := a.leg.Configure(Session{Remote: s.Remote, Format: s.Format, Formats: laws, Event: NoPayload, Send: s.Send}); err == nil {
		t.Error("one direction alone is encrypted")
	}
}

// TestSRTP_Digits: keys come and go encrypted too.
func TestSRTP_Digits(t *testing.T) {
	l := newLab(t)
	a := l.phone("a", g711.ALaw, 440)
	a.encrypt(SuiteAES128SHA32)
	l.steps(3)
	digit, _ := a.sender.Digit('7', eventType)
	a.send(a.conn, a.protected(digit.Packet(nil)))
	l.await("digit", func() bool { return strings.Join(l.events(), ",") == "a 7" })
	if err := l.engine.SendKeys("a", "3"); err != nil {
		t.Fatal(err)
	}
	a.mute = true
	l.tick()
	if packet, ok := a.receive(patience); !ok || packet.PayloadType != eventType || packet.Payload[0] != 3 {
		t.Errorf("the phone is sent %+v", packet)
	}
}

// TestSRTP_Reports: reports are encrypted both ways; forged ones are no sign of life and change no number.
func TestSRTP_Reports(t *testing.T) {
	l := newLab(t)
	a := l.phone("a", g711.ALaw, 440)
	s := a.encrypt(SuiteAES128SHA32)
	l.steps(int(reportTicks) * 3 / 2)
	buf := make([]byte, 2000)
	if err := a.reports.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	n, _, err := a.reports.ReadFromUDPAddrPort(buf)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := farContext(t, s.Send).DecryptRTCP(nil, buf[:n], nil)
	if err != nil {
		t.Fatal(err)
	}
	if packets, err := rtcp.Unmarshal(plain); err != nil || len(packets) != 2 || bytes.Contains(buf[:n], []byte(a.leg.cname)) {
		t.Errorf("%v %v", packets, err)
	}

	lost := func(n uint32) []byte {
		raw, err := rtcp.Marshal([]rtcp.Packet{&rtcp.ReceiverReport{SSRC: a.sender.SSRC(),
			Reports: []rtcp.ReceptionReport{{SSRC: a.leg.sender.SSRC(), TotalLost: n}}}})
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	to := netip.AddrPortFrom(a.leg.LocalAddr().Addr(), a.leg.LocalAddr().Port()+1)
	tell := func(raw []byte) {
		if _, err := a.reports.WriteToUDPAddrPort(raw, to); err != nil {
			t.Fatal(err)
		}
	}
	sealed, err := farContext(t, s.Receive).EncryptRTCP(nil, lost(5), nil)
	if err != nil {
		t.Fatal(err)
	}
	forged, err := farContext(t, NewCrypto(SuiteAES128SHA32)).EncryptRTCP(nil, lost(7), nil)
	if err != nil {
		t.Fatal(err)
	}
	tell(sealed)
	l.await("report is taken", func() bool { return a.leg.Stats().RemoteLost == 5 })
	for i, raw := range [][]byte{forged, lost(9), sealed, {0x80, 201, 0}} {
		tell(raw)
		l.await("report is dropped", func() bool { return a.leg.Stats().Forged == uint64(i+1) })
	}
	if got := a.leg.Stats().RemoteLost; got != 5 {
		t.Errorf("%d lost", got)
	}
}

// TestSRTP_Sources: one key may have many sources, and no more than a bound.
func TestSRTP_Sources(t *testing.T) {
	key := NewCrypto(SuiteAES128SHA80)
	o, err := newOpener(key)
	if err != nil {
		t.Fatal(err)
	}
	out := farContext(t, key)
	for i := range uint32(2 * maxStreams) {
		packet, err := out.EncryptRTP(nil, rtpaudio.NewSender(i+1, 1, 1).Audio(nil, g711.ALaw, 8, make([]int16, 160)), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.open(packet); (err == nil) != (i < maxStreams) {
			t.Errorf("source %d: %v", i, err)
		}
		raw, _ := rtcp.Marshal([]rtcp.Packet{&rtcp.ReceiverReport{SSRC: i + 1}})
		if packet, err = out.EncryptRTCP(nil, raw, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := o.openReport(packet); (err == nil) != (i < maxStreams) {
			t.Errorf("reporter %d: %v", i, err)
		}
	}
}

// TestCrypto_Hidden: no way to print a session shows its keys.
func TestCrypto_Hidden(t *testing.T) {
	s := Session{Send: NewCrypto(SuiteAES128SHA80), Receive: NewCrypto(SuiteAES128SHA32)}
	var all bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&all, verb+" "+verb+" "+verb+"\n", s, s.Send, &s.Send)
	}
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	all.Write(text)
	slog.New(slog.NewTextHandler(&all, nil)).Info("x", "session", s, "key", s.Send)
	slog.New(slog.NewJSONHandler(&all, nil)).Info("x", "session", s, "key", s.Send)
	if !strings.Contains(all.String(), "AES_CM_128_HMAC_SHA1_80") {
		t.Error("the suite is not shown")
	}
	for _, key := range [][]byte{s.Send.Key[:], s.Receive.Key[:]} {
		for _, shown := range []string{fmt.Sprint(key), fmt.Sprint(key[:8])[1:20], hex.EncodeToString(key[:4]), base64.StdEncoding.EncodeToString(key[:6]),
			strings.ReplaceAll(strings.Trim(fmt.Sprint(key[:5]), "[]"), " ", ","), fmt.Sprintf("%#v", key[:4])[7:25]} {
			if strings.Contains(all.String(), shown) {
				t.Errorf("%q is shown in\n%s", shown, all.String())
			}
		}
	}
}
