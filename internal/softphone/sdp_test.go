package softphone

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/pion/sdp/v3"

	"ccgateway/internal/g711"
)

func description1(lines ...string) []byte {
	head := []string{"v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0"}
	return []byte(strings.Join(append(head, lines...), "\r\n") + "\r\n")
}

// TestParseDescription: what is read out of the descriptions that occur.
func TestParseDescription(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines []string
		want  string // address, RTCP, laws, digits, direction; "" is an error
	}{
		{"plain", []string{"m=audio 4000 RTP/AVP 8 0"}, "192.0.2.1:4000 192.0.2.1:4001 [PCMA PCMU] 0 sendrecv"},
		{"digits", []string{"m=audio 4000 RTP/AVP 0 96 97", "a=rtpmap:96 opus/48000/2", "a=rtpmap:97 Telephone-Event/8000"}, "192.0.2.1:4000 192.0.2.1:4001 [PCMU] 97 sendrecv"},
		{"digits of another rate", []string{"m=audio 4000 RTP/AVP 0 97", "a=rtpmap:97 telephone-event/48000"}, "192.0.2.1:4000 192.0.2.1:4001 [PCMU] 0 sendrecv"},
		{"own address", []string{"m=audio 4000 RTP/AVP 0", "c=IN IP4 192.0.2.9", "a=sendonly"}, "192.0.2.9:4000 192.0.2.9:4001 [PCMU] 0 sendonly"},
		{"IPv6", []string{"m=audio 4000 RTP/AVP 0", "c=IN IP6 2001:db8::1"}, "[2001:db8::1]:4000 [2001:db8::1]:4001 [PCMU] 0 sendrecv"},
		{"direction of the session", []string{"a=inactive", "m=audio 4000 RTP/AVP 0"}, "192.0.2.1:4000 192.0.2.1:4001 [PCMU] 0 inactive"},
		{"old hold", []string{"m=audio 4000 RTP/AVP 0", "c=IN IP4 0.0.0.0"}, "0.0.0.0:4000 0.0.0.0:4001 [PCMU] 0 inactive"},
		{"RTCP port", []string{"m=audio 4000 RTP/AVP 0", "a=rtcp:5001"}, "192.0.2.1:4000 192.0.2.1:5001 [PCMU] 0 sendrecv"},
		{"RTCP address", []string{"m=audio 4000 RTP/AVP 0", "a=rtcp:5001 IN IP4 192.0.2.3"}, "192.0.2.1:4000 192.0.2.3:5001 [PCMU] 0 sendrecv"},
		{"bad RTCP", []string{"m=audio 4000 RTP/AVP 0", "a=rtcp:x"}, "192.0.2.1:4000 192.0.2.1:4001 [PCMU] 0 sendrecv"},
		{"video first", []string{"m=video 5000 RTP/AVP 99", "m=audio 4000 RTP/AVP 0"}, "192.0.2.1:4000 192.0.2.1:4001 [PCMU] 0 sendrecv"},
		{"secure first", []string{"m=audio 5000 RTP/SAVP 0", "m=audio 4000 RTP/AVP 0"}, "192.0.2.1:4000 192.0.2.1:4001 [PCMU] 0 sendrecv"},
		{"refused", []string{"m=audio 0 RTP/AVP 0"}, ""},
		{"no law of ours", []string{"m=audio 4000 RTP/AVP 9 18"}, ""},
		{"no audio", []string{"m=video 4000 RTP/AVP 0"}, ""},
		{"name for an address", []string{"m=audio 4000 RTP/AVP 0", "c=IN IP4 phone.example"}, ""},
		{"nothing", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := parseDescription(description1(c.lines...))
			got := ""
			if err == nil {
				got = fmt.Sprintf("%v %v %v %d %v", d.addr, d.rtcp, d.laws, d.eventPT, d.direction)
			}
			if got != c.want {
				t.Errorf("got %q (%v), want %q", got, err, c.want)
			}
		})
	}
	for _, garbage := range []string{"", "v=0", "hello\r\n", "v=0\r\no=- 1 1 IN IP4 x\r\ns=-\r\nt=0 0\r\nm=audio 99999999999999 RTP/AVP 0\r\n"} {
		if _, err := parseDescription([]byte(garbage)); err == nil {
			t.Errorf("%q was read", garbage)
		}
	}
}

// TestAnswer_Directions: every direction offered, held and not, is answered as RFC 3264 section 6.1 demands.
func TestAnswer_Directions(t *testing.T) {
	for _, c := range []struct {
		offer      string
		held       bool
		want       string
		wantToSend bool
	}{
		{"sendrecv", false, "sendrecv", true},
		{"sendonly", false, "recvonly", false},
		{"recvonly", false, "sendonly", true},
		{"inactive", false, "inactive", false},
		{"sendrecv", true, "sendonly", true},
		{"sendonly", true, "inactive", false},
		{"recvonly", true, "sendonly", true},
		{"inactive", true, "inactive", false},
	} {
		s := session{addr: netip.MustParseAddrPort("192.0.2.5:6000"), laws: []g711.Law{g711.ALaw}, held: c.held}
		body, p, err := s.answer(description1("m=video 5000 RTP/AVP 31", "m=audio 4000 RTP/AVP 0 8 100", "a=rtpmap:100 telephone-event/8000", "a="+c.offer))
		must(t, err)
		answer, err := parseDescription(body)
		must(t, err)
		if got := answer.direction.String(); got != c.want || p.send != c.wantToSend {
			t.Errorf("%s, held %v: answered %s, sends %v", c.offer, c.held, got, p.send)
		}
		if len(answer.media) != 2 || answer.media[0].Port.Value != 0 || answer.line != 1 || answer.eventPT != 100 || p.law != g711.ALaw {
			t.Errorf("answer:\n%s", body)
		}
	}
}

// TestOffer: offers count their versions and say when the other side is held.
func TestOffer(t *testing.T) {
	s := session{id: 7, addr: netip.MustParseAddrPort("[2001:db8::5]:6000"), laws: []g711.Law{g711.MuLaw, g711.ALaw}}
	for version, held := range []bool{false, true, false} {
		s.held = held
		body := s.offer()
		d, err := parseDescription(body)
		must(t, err)
		want := sdp.DirectionSendRecv
		if held {
			want = sdp.DirectionSendOnly
		}
		if d.direction != want || len(d.laws) != 2 || d.eventPT != offeredEventPT {
			t.Errorf("offer:\n%s", body)
		}
		if !strings.Contains(string(body), fmt.Sprintf("o=- 7 %d IN IP6 2001:db8::5", version+1)) {
			t.Errorf("origin of offer %d:\n%s", version+1, body)
		}
	}
}
