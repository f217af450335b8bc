package media

import (
	"testing"

	"ccgateway/internal/codec"
	"ccgateway/internal/codec/codectest"
	"ccgateway/internal/g711"
	"ccgateway/internal/tone"
	"ccgateway/internal/voice/media/rtpaudio"
)

// TestCodec_OwnClock: a leg whose codec has another clock, a state and larger payloads talks with one of G.711: both are heard, timestamps
// go on by the codec's clock over a hold and over their turn (newSender begins near it), keys too; then it changes to G.711 and back.
func TestCodec_OwnClock(t *testing.T) {
	l := newLab(t)
	a, b := l.phone("a", g711.ALaw, 440), l.phone("b", g711.MuLaw, 1000)
	wide := Format{codectest.Wide{}, 97}
	s := a.session()
	s.Format, s.Formats = wide, []Format{wide, alaw}
	a.configure(s)
	a.mute, a.deaf = true, true
	l.engine.SetRoom("r", []Row{{Leg: "a", Hears: []LegID{"b"}}, {Leg: "b", Hears: []LegID{"a"}}})
	encoder, err := wide.Codec.NewEncoder()
	if err != nil {
		t.Fatal(err)
	}
	decoder, err := wide.Codec.NewDecoder()
	if err != nil {
		t.Fatal(err)
	}
	a.sender.SetClock(wide.Codec.Clock())
	var heard []int16
	var last uint32
	talk := func(frames int) {
		t.Helper()
		for range frames {
			pcm := make([]int16, rtpaudio.FrameSize)
			a.voice.Fill(pcm)
			before := a.arrived()
			a.send(a.conn, a.sender.Audio(nil, encoder, 97, pcm))
			l.await("packet", func() bool { return a.arrived() > before })
			l.step()
			packet, ok := a.receive(patience)
			if !ok || packet.PayloadType != 97 || len(packet.Payload) != 640 {
				t.Fatalf("sent %d bytes of type %d", len(packet.Payload), packet.PayloadType)
			}
			if last != 0 && packet.Timestamp-last != 320 {
				t.Fatalf("timestamp %d after %d", packet.Timestamp, last)
			}
			last = packet.Timestamp
			n := decoder.Decode(pcm, packet.Payload)
			heard = append(heard, pcm[:n]...)
		}
	}
	talk(15)
	heard, b.heard = nil, nil
	talk(listening)
	b.hears(a)
	checkTone(t, "a hears b", heard, 1000, true)
	if s := a.leg.Stats(); s.Lost != 0 || s.Late != 0 || s.Concealed != 0 || s.Malformed != 0 || s.Unusable != 0 {
		t.Errorf("%+v", s)
	}
	if err := l.engine.SendKeys("a", "5"); err != nil {
		t.Fatal(err)
	}
	l.tick()
	if packet, ok := a.receive(patience); !ok || packet.PayloadType != eventType || packet.Timestamp-last != 320 || packet.Payload[3] != 320-256 {
		t.Errorf("key %+v after timestamp %d", packet, last)
	}

	a.mute, a.deaf = false, false
	for range 2 * keyTicks { // the key's end and its pause; what comes has no place in a phone of G.711
		l.tick()
	}
	for {
		if _, ok := a.receive(50 * 1e6); !ok {
			break
		}
	}
	a.sender.SetClock(codec.Rate)
	a.configure(a.session())
	l.listen()
	b.hears(a)
	a.hears(b)
}

// TestCodec_Garbage: payloads that are none of the codec's are counted and are silence.
func TestCodec_Garbage(t *testing.T) {
	l := newLab(t)
	a, b := l.phone("a", g711.ALaw, 440), l.phone("b", g711.MuLaw, 1000)
	s := a.session()
	s.Formats = []Format{{codectest.Wide{}, 8}} // what the phone sends as A-law is of an odd length for it
	a.configure(s)
	l.engine.SetRoom("r", []Row{{Leg: "b", Hears: []LegID{"a"}}})
	odd := make([]byte, 12+159)
	copy(odd, a.sender.Audio(nil, g711.ALaw, 8, tone.Sine(440, 0.5, 160)))
	a.mute = true
	for i := range 20 {
		a.send(a.conn, odd)
		odd[3]++
		l.await("counted", func() bool { return a.leg.Stats().Unusable+a.leg.Stats().Doubled+a.leg.Stats().Jumped == uint64(i+1) })
		l.step()
	}
	b.hears()
}
