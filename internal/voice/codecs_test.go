package voice

import (
	"strings"
	"testing"

	"ccgateway/internal/codec"
	"ccgateway/internal/codec/codectest"
	"ccgateway/internal/voice/media"
)

// TestSound_Codecs: offers have our codecs in our order, with their payload types, parameters and keys of each clock; answers have the
// first of the peer's that is ours, with keys of its clock; what is not ours is not taken.
func TestSound_Codecs(t *testing.T) {
	wide := codectest.Wide{}
	ours := terms{encryption: EncryptionOff, codecs: []codec.Codec{wide, codec.PCMU}}
	leg := &silentLeg{}
	offer := string(newSound(leg, ourHost, ours).offer())
	for _, line := range []string{"RTP/AVP 97 0 101 102\r\n", "a=rtpmap:97 L16/16000\r\n", "a=fmtp:97 x-test=1\r\n", "a=rtpmap:0 PCMU/8000\r\n",
		"a=rtpmap:101 telephone-event/16000\r\n", "a=rtpmap:102 telephone-event/8000\r\n", "a=fmtp:102 0-15\r\n"} {
		if !strings.Contains(offer, line) {
			t.Errorf("offer has no %q:\n%s", line, offer)
		}
	}
	const maps = "a=rtpmap:99 L16/16000/1\r\na=rtpmap:110 telephone-event/16000\r\na=rtpmap:101 telephone-event/8000\r\n"
	for _, test := range []struct {
		name    string
		formats []string
		format  media.Format // that we send
		taken   int
		event   uint8
	}{
		{"the peer's order", []string{"0", "99", "101", "110"}, media.Format{Codec: codec.PCMU}, 2, 101},
		{"another clock", []string{"8", "99", "0", "101", "110"}, media.Format{Codec: wide, PayloadType: 99}, 2, 110},
		{"no keys of that clock", []string{"99", "101"}, media.Format{Codec: wide, PayloadType: 99}, 1, 101},
		{"no keys", []string{"99"}, media.Format{Codec: wide, PayloadType: 99}, 1, media.NoPayload},
		{"none of ours", []string{"8", "101"}, media.Format{}, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSound(leg, ourHost, ours)
			answer, err := s.answer([]byte(sdpOf(4000, "sendrecv", test.formats...)+maps), ourHost)
			if test.taken == 0 {
				if err == nil {
					t.Errorf("answered:\n%s", answer)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if leg.session.Format != test.format || len(leg.session.Formats) != test.taken || leg.session.Event != test.event {
				t.Errorf("media: %+v", leg.session)
			}
			if !strings.Contains(string(answer), codec.RTPMap(test.format.Codec)) {
				t.Errorf("answer:\n%s", answer)
			}
		})
	}
}
