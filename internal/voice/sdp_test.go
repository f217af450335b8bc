package voice

import (
	"errors"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"ccgateway/internal/codec"
	"ccgateway/internal/voice/media"
)

// silentLeg is a player without sound.
type silentLeg struct {
	session media.Session
	err     error
}

func (l *silentLeg) ID() media.LegID                 { return "1/i1" }
func (l *silentLeg) LocalAddr() netip.AddrPort       { return netip.MustParseAddrPort("192.0.2.1:12000") }
func (l *silentLeg) Configure(s media.Session) error { l.session = s; return l.err }
func (l *silentLeg) Close()                          {}

// termsOf are G.711 and a policy.
func termsOf(policy Encryption) terms { return terms{encryption: policy, codecs: codec.Default()} }

// payload is the payload type of a codec in a description.
func (d *description) payload(c codec.Codec) uint8 {
	for _, f := range d.formats {
		if f.Codec == c {
			return f.PayloadType
		}
	}
	return media.NoPayload
}

var ourHost = netip.MustParseAddr("192.0.2.1")

// TestSDP_Read: what is understood of the descriptions that phones, gateways and carriers send.
func TestSDP_Read(t *testing.T) {
	const none = media.NoPayload
	session := "v=0\r\no=- 1 1 IN IP4 198.51.100.7\r\ns=-\r\nc=IN IP4 198.51.100.7\r\nt=0 0\r\n"
	type want struct {
		remote, rtcp       string
		first              codec.Codec
		mulaw, alaw, event uint8
		direction          media.Direction
		held               bool
		line               int
	}
	plain := want{remote: "198.51.100.7:4000", first: codec.PCMA, mulaw: none, alaw: 8, event: none}
	with := func(change func(*want)) want {
		w := plain
		change(&w)
		return w
	}
	for _, test := range []struct {
		name, sdp string
		want      want
	}{
		{"least", session + "m=audio 4000 RTP/AVP 8\r\n", plain},
		{"line feeds only", strings.ReplaceAll(session, "\r", "") + "m=audio 4000 RTP/AVP 8\n", plain},
		{"their preference", session + "m=audio 4000 RTP/AVP 18 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n",
			want{remote: "198.51.100.7:4000", first: codec.PCMU, mulaw: 0, alaw: 8, event: 101}},
		{"numbers of their own", session + "m=audio 4000 RTP/AVP 96 97\r\na=rtpmap:96 pcma/8000/1\r\na=rtpmap:97 Telephone-Event/8000\r\n",
			with(func(w *want) { w.alaw, w.event = 96, 97 })},
		{"event at 48 kHz is not ours", session + "m=audio 4000 RTP/AVP 8 110 126\r\na=rtpmap:110 telephone-event/48000\r\na=rtpmap:126 telephone-event/8000\r\n",
			with(func(w *want) { w.event = 126 })},
		{"number 8 means something else", session + "m=audio 4000 RTP/AVP 8 0\r\na=rtpmap:8 L16/8000\r\n",
			want{remote: "198.51.100.7:4000", first: codec.PCMU, mulaw: 0, alaw: none, event: none}},
		{"address of the line", session + "m=audio 4000 RTP/AVP 8\r\nc=IN IP4 203.0.113.5\r\n", with(func(w *want) { w.remote = "203.0.113.5:4000" })},
		{"RTCP elsewhere", session + "m=audio 4000 RTP/AVP 8\r\na=rtcp:5000\r\n", with(func(w *want) { w.rtcp = "198.51.100.7:5000" })},
		{"RTCP at another host", session + "m=audio 4000 RTP/AVP 8\r\na=rtcp:5000 IN IP4 203.0.113.5\r\n", with(func(w *want) { w.rtcp = "203.0.113.5:5000" })},
		{"held", session + "m=audio 4000 RTP/AVP 8\r\na=sendonly\r\n", with(func(w *want) { w.direction, w.held = media.SendOnly, true })},
		{"held by the session's direction", session + "a=inactive\r\nm=audio 4000 RTP/AVP 8\r\n", with(func(w *want) { w.direction, w.held = media.Inactive, true })},
		{"the line's direction counts", session + "a=inactive\r\nm=audio 4000 RTP/AVP 8\r\na=recvonly\r\n", with(func(w *want) { w.direction = media.RecvOnly })},
		{"held in the old way", strings.Replace(session, "c=IN IP4 198.51.100.7", "c=IN IP4 0.0.0.0", 1) + "m=audio 4000 RTP/AVP 8\r\n",
			with(func(w *want) { w.remote, w.held = "0.0.0.0:4000", true })},
		{"fax and audio", session + "m=image 4002 udptl t38\r\na=T38FaxVersion:0\r\nm=audio 4000 RTP/AVP 8\r\n", with(func(w *want) { w.line = 1 })},
		{"encrypted and not", session + "m=audio 4002 RTP/SAVP 8\r\nm=audio 4000 RTP/AVP 8\r\n", with(func(w *want) { w.line = 1 })},
		{"AVPF", session + "m=audio 4000 RTP/AVPF 8\r\na=rtcp-fb:* nack\r\n", plain},
		{"odd lines", "v=0\r\no=alice 12345678901234567890123 x IN IP4 h\r\ns=\r\nb=X-YZ:1\r\nc=IN IP4 198.51.100.7/127\r\nt=0 0\r\nm=audio 4000/2 RTP/AVP 8 x\r\n\r\n", plain},
		{"IPv6", "v=0\r\nc=IN IP6 2001:db8::1\r\nm=audio 4000 RTP/AVP 8\r\n", with(func(w *want) { w.remote = "[2001:db8::1]:4000" })},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, err := readSDP([]byte(test.sdp), termsOf(EncryptionOptional))
			if err != nil {
				t.Fatal(err)
			}
			got := want{remote: d.remote.String(), first: d.formats[0].Codec, mulaw: d.payload(codec.PCMU), alaw: d.payload(codec.PCMA), event: d.event, direction: d.direction,
				held: d.held(), line: d.audio}
			if d.rtcp.IsValid() {
				got.rtcp = d.rtcp.String()
			}
			if got != test.want {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
}

// TestSDP_ReadIPv4Only: sound at an IPv6 address is not for IPv4 sockets, and the next line is taken; an address of holding is none.
func TestSDP_ReadIPv4Only(t *testing.T) {
	ours := termsOf(EncryptionOff)
	ours.ipv4Only = true
	session := "v=0\r\nc=IN IP6 2001:db8::1\r\nm=audio 4000 RTP/AVP 8\r\n"
	if _, err := readSDP([]byte(session), ours); !errors.Is(err, errNoRoute) {
		t.Errorf("got %v, want %v", err, errNoRoute)
	}
	d, err := readSDP([]byte(session+"m=audio 4002 RTP/AVP 8\r\nc=IN IP4 198.51.100.7\r\n"), ours)
	if err != nil || d.audio != 1 {
		t.Errorf("got %+v, %v; want the second line", d, err)
	}
	if d, err := readSDP([]byte(strings.Replace(session, "2001:db8::1", "::", 1)), ours); err != nil || !d.held() {
		t.Errorf("got %+v, %v; want it held", d, err)
	}
}

// TestSDP_ReadErrors: what cannot be read, and what can be and is not for us.
func TestSDP_ReadErrors(t *testing.T) {
	session := "v=0\r\nc=IN IP4 198.51.100.7\r\n"
	for name, test := range map[string]struct {
		sdp  string
		want error
	}{
		"empty":            {"", errSDP},
		"no SDP":           {"hello\r\n", errSDP},
		"another version":  {"v=1\r\n" + session, errSDP},
		"port too high":    {session + "m=audio 70000 RTP/AVP 8\r\n", errSDP},
		"port negative":    {session + "m=audio -1 RTP/AVP 8\r\n", errSDP},
		"no address":       {"v=0\r\nm=audio 4000 RTP/AVP 8\r\n", errSDP},
		"name for address": {"v=0\r\nc=IN IP4 host.example\r\nm=audio 4000 RTP/AVP 8\r\n", errSDP},
		"multicast":        {"v=0\r\nc=IN IP4 224.2.3.4/127\r\nm=audio 4000 RTP/AVP 8\r\n", errSDP},
		"too large":        {session + strings.Repeat("a=x\r\n", maxSDP), errSDP},
		"too many lines":   {session + strings.Repeat("m=audio 0 RTP/AVP 8\r\n", maxMediaLines+1), errSDP},
		"no media":         {session, errNoCommonMedia},
		"no codec":         {session + "m=audio 4000 RTP/AVP 18 9\r\n", errNoCommonMedia},
		"events only":      {session + "m=audio 4000 RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000\r\n", errNoCommonMedia},
		"refused":          {session + "m=audio 0 RTP/AVP 8\r\n", errNoCommonMedia},
		"encrypted":        {session + "m=audio 4000 RTP/SAVPF 8\r\n", errNoCommonMedia},
		"fax":              {session + "m=image 4002 udptl t38\r\n", errNoCommonMedia},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := readSDP([]byte(test.sdp), termsOf(EncryptionOptional)); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

// TestSound_Answer: what we answer, and what the media engine is told.
func TestSound_Answer(t *testing.T) {
	leg := &silentLeg{}
	s := newSound(leg, ourHost, termsOf(EncryptionOptional))
	offer := sdpOf(4000, "sendonly", "18", "0", "8", "101")
	signalling := netip.MustParseAddr("198.51.100.9")
	answer, err := s.answer([]byte(offer), signalling)
	if err != nil {
		t.Fatal(err)
	}
	want := "c=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 12000 RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n" +
		"a=fmtp:101 0-15\r\na=ptime:20\r\na=recvonly\r\n"
	if !strings.HasSuffix(string(answer), want) {
		t.Errorf("answer:\n%s\nwant at its end:\n%s", answer, want)
	}
	if got := (media.Session{Remote: netip.MustParseAddrPort("127.0.0.1:4000"), Signalling: signalling,
		Format: media.Format{Codec: codec.PCMU}, Formats: []media.Format{{Codec: codec.PCMU}, {Codec: codec.PCMA, PayloadType: 8}},
		Event: 101, Direction: media.RecvOnly}); !reflect.DeepEqual(leg.session, got) {
		t.Errorf("media: %+v\nwant   %+v", leg.session, got)
	}
}

// TestSound_AcceptNumbers: an answer with payload types of its own says by which we are to send; the far side sends by those that we offered
// (RFC 3264 section 5.1), or, as many do, by its own.
func TestSound_AcceptNumbers(t *testing.T) {
	leg := &silentLeg{}
	s := newSound(leg, ourHost, termsOf(EncryptionOptional))
	s.offer()
	answer := strings.NewReplacer("8 101", "97 96", "rtpmap:8 ", "rtpmap:97 ", ":101", ":96").Replace(sdpOf(4000, "sendrecv"))
	if err := s.accept([]byte(answer), ourHost); err != nil {
		t.Fatal(err)
	}
	sent := media.Format{Codec: codec.PCMA, PayloadType: 97}
	if got := leg.session; got.Format != sent || got.Event != 96 || !reflect.DeepEqual(got.Events, []uint8{101}) ||
		!reflect.DeepEqual(got.Formats, []media.Format{sent, {Codec: codec.PCMA, PayloadType: 8}}) {
		t.Errorf("media: %+v", got)
	}
	if err := s.accept([]byte(sdpOf(4000, "sendrecv")), ourHost); err != nil || leg.session.Events != nil || len(leg.session.Formats) != 1 {
		t.Errorf("our own numbers: %v, media: %+v", err, leg.session)
	}
}

// TestSound_MediaRefuses: a session that the media engine cannot do is refused as one without common media.
func TestSound_MediaRefuses(t *testing.T) {
	s := newSound(&silentLeg{err: errors.New("no")}, ourHost, termsOf(EncryptionOptional))
	if _, err := s.answer([]byte(sdpOf(4000, "sendrecv")), ourHost); !errors.Is(err, errNoCommonMedia) || s.agreed {
		t.Errorf("%v", err)
	}
}

// FuzzSDP: whatever a peer sends, it is refused or answered by something that we could read ourselves, line for line.
func FuzzSDP(f *testing.F) {
	f.Add([]byte(sdpOf(4000, "sendrecv")), true)
	f.Add([]byte(sdpOf(4000, "sendonly", "18", "0", "8", "101")), false)
	f.Add([]byte("v=0\nc=IN IP6 ::1\nm=image 1 udptl t38\nm=audio 2 RTP/AVPF 96\na=rtpmap:96 pcmu/8000\na=rtcp:3 IN IP4 1.2.3.4\n"), true)
	f.Fuzz(func(t *testing.T, body []byte, offered bool) {
		s := newSound(&silentLeg{}, ourHost, termsOf(EncryptionOptional))
		if !offered {
			s.offer()
			_ = s.accept(body, ourHost)
			return
		}
		answer, err := s.answer(body, ourHost)
		if err != nil {
			if !errors.Is(err, errSDP) && !errors.Is(err, errNoCommonMedia) {
				t.Fatalf("error of another kind: %v", err)
			}
			return
		}
		theirs, err := parseSDP(body)
		if err != nil {
			t.Fatal(err)
		}
		ours, err := readSDP(answer, termsOf(EncryptionOptional))
		if err != nil {
			t.Fatalf("our answer cannot be read: %v\n%s", err, answer)
		}
		if len(ours.lines) != len(theirs.MediaDescriptions) || ours.remote.Addr() != ourHost || ours.event != media.NoPayload && ours.event == ours.formats[0].PayloadType {
			t.Fatalf("answer:\n%s", answer)
		}
		if next, err := readSDP(s.offer(), termsOf(EncryptionOptional)); err != nil || len(next.lines) != len(ours.lines) {
			t.Fatalf("later offer: %v", err)
		}
	})
}
