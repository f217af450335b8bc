package softphone

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"

	"ccgateway/internal/g711"
	"ccgateway/internal/tone"
)

const (
	// offeredEventPT is the dynamic payload type that our offers give to digits; by custom nearly everybody's.
	offeredEventPT = 101
	// maxFormats is how many formats of a media line are looked at; more than any telephone offers.
	maxFormats = 64
)

// errNoSound says that a description has no line of sound that we could use.
var errNoSound = errors.New("softphone: no usable audio in the session description")

// description is what we read from the other side's session description: its line of sound.
type description struct {
	addr      netip.AddrPort // where it wants RTP
	rtcp      netip.AddrPort // where it wants RTCP
	laws      []g711.Law     // that it offers, in its order
	eventPT   uint8          // its payload type of digits, 0 if none
	direction sdp.Direction  // as it sees it
	secure    bool           // it is RTP/SAVP
	keys      []crypto       // that it offers, in its order
	line      int            // which of its media lines this is
	media     []sdp.MediaName
}

// parseDescription reads a session description. The first line of sound with a port, a law of ours
// and a key, if it is RTP/SAVP, is taken.
func parseDescription(body []byte) (*description, error) {
	var session sdp.SessionDescription
	if err := session.Unmarshal(body); err != nil {
		return nil, fmt.Errorf("softphone: parse session description: %w", err)
	}
	d := &description{line: -1}
	for i, m := range session.MediaDescriptions {
		d.media = append(d.media, m.MediaName)
		if d.line < 0 && d.takeLine(&session, m) {
			d.line = i
		}
	}
	if d.line < 0 {
		return nil, errNoSound
	}
	return d, nil
}

// takeLine reads one media line and tells whether it is one that we can use.
func (d *description) takeLine(session *sdp.SessionDescription, m *sdp.MediaDescription) bool {
	profile := strings.Join(m.MediaName.Protos, "/")
	secure, keys := profile == "RTP/SAVP", cryptosOf(m)
	if m.MediaName.Media != "audio" || profile != "RTP/AVP" && !secure || secure && len(keys) == 0 {
		return false
	}
	port := m.MediaName.Port.Value
	if port <= 0 || port > 65535 {
		return false
	}
	host, ok := connectionOf(session, m)
	if !ok {
		return false
	}
	laws, eventPT := formatsOf(m)
	if len(laws) == 0 {
		return false
	}
	d.laws, d.eventPT = laws, eventPT
	d.secure, d.keys = secure, keys
	d.addr = netip.AddrPortFrom(host, uint16(port)) //nolint:gosec // checked above
	d.rtcp = rtcpOf(m, d.addr)
	d.direction = directionOf(session, m)
	if host.IsUnspecified() { // how RFC 2543 put a call on hold
		d.direction = sdp.DirectionInactive
	}
	return true
}

// connectionOf gives the address of a line: its own or else the session's (RFC 8866 section 5.7).
func connectionOf(session *sdp.SessionDescription, m *sdp.MediaDescription) (netip.Addr, bool) {
	c := m.ConnectionInformation
	if c == nil {
		c = session.ConnectionInformation
	}
	if c == nil || c.Address == nil {
		return netip.Addr{}, false
	}
	host, err := netip.ParseAddr(c.Address.Address)
	return host.Unmap(), err == nil
}

// rtcpOf gives where RTCP goes: as a=rtcp says (RFC 3605), else to the next port.
func rtcpOf(m *sdp.MediaDescription, rtp netip.AddrPort) netip.AddrPort {
	next := netip.AddrPortFrom(rtp.Addr(), rtp.Port()+1)
	value, ok := m.Attribute("rtcp")
	if !ok {
		return next
	}
	fields := strings.Fields(value)
	if len(fields) == 0 {
		return next
	}
	port, err := strconv.ParseUint(fields[0], 10, 16)
	if err != nil || port == 0 {
		return next
	}
	host := rtp.Addr()
	if len(fields) == 4 {
		if host, err = netip.ParseAddr(fields[3]); err != nil {
			return next
		}
	}
	return netip.AddrPortFrom(host.Unmap(), uint16(port))
}

// formatsOf gives the laws of a line in order, and the payload type of digits.
func formatsOf(m *sdp.MediaDescription) (laws []g711.Law, eventPT uint8) {
	formats := m.MediaName.Formats
	for _, format := range formats[:min(len(formats), maxFormats)] {
		pt, err := strconv.ParseUint(format, 10, 7)
		if err != nil {
			continue
		}
		if law, ok := lawOf(uint8(pt)); ok {
			laws = append(laws, law)
		} else if isEventMap(m, format) && eventPT == 0 {
			eventPT = uint8(pt)
		}
	}
	return laws, eventPT
}

// isEventMap tells whether a=rtpmap says that the format is telephone-event/8000.
func isEventMap(m *sdp.MediaDescription, format string) bool {
	for _, a := range m.Attributes {
		if a.Key != "rtpmap" {
			continue
		}
		fields := strings.Fields(a.Value)
		if len(fields) == 2 && fields[0] == format {
			return strings.EqualFold(fields[1], "telephone-event/8000")
		}
	}
	return false
}

// directionOf gives the direction of a line: its own, else the session's, else sendrecv (RFC 8866 section 6.7).
func directionOf(session *sdp.SessionDescription, m *sdp.MediaDescription) sdp.Direction {
	for _, attributes := range [][]sdp.Attribute{m.Attributes, session.Attributes} {
		for _, a := range attributes {
			if d, err := sdp.NewDirection(a.Key); err == nil {
				return d
			}
		}
	}
	return sdp.DirectionSendRecv
}

// sends and receives tell what the party that stated a direction does.
func sends(d sdp.Direction) bool {
	return d == sdp.DirectionSendRecv || d == sdp.DirectionSendOnly
}

func receives(d sdp.Direction) bool {
	return d == sdp.DirectionSendRecv || d == sdp.DirectionRecvOnly
}

// directionFor joins whether we send and whether we receive.
func directionFor(send, receive bool) sdp.Direction {
	switch {
	case send && receive:
		return sdp.DirectionSendRecv
	case send:
		return sdp.DirectionSendOnly
	case receive:
		return sdp.DirectionRecvOnly
	default:
		return sdp.DirectionInactive
	}
}

// session is our side of offer and answer (RFC 3264) for one call.
type session struct {
	id      uint64
	version uint64
	addr    netip.AddrPort // what we announce
	sounded bool           // we know no digits but tones
	laws    []g711.Law
	held    bool // we hold the other side
	remote  *description
	encrypt Encrypt
	suites  []string
	keys    []crypto // ours, once they are needed
}

// offer describes what we want: all laws and digits.
func (s *session) offer() []byte {
	s.version++
	protos, keys := s.offeredKeys()
	eventPT := uint8(offeredEventPT)
	if s.sounded {
		eventPT = 0
	}
	return s.marshal([]*sdp.MediaDescription{s.line(protos, keys, s.laws, eventPT, directionFor(true, !s.held))})
}

// answer answers an offer of the other side: the first law of the offer that is ours, digits if it has them, and the
// direction seen from here (sendonly is answered by recvonly, RFC 3264 section 6.1). Other media lines are refused.
func (s *session) answer(body []byte) ([]byte, peer, error) {
	offer, err := parseDescription(body)
	if err != nil {
		return nil, peer{}, err
	}
	if s.sounded {
		offer.eventPT = 0
	}
	law, ok := s.choose(offer.laws)
	if !ok || offer.secure && s.encrypt == Clear {
		return nil, peer{}, errNoSound
	}
	mine, theirs, err := s.agreeKeys(offer, true)
	if err != nil {
		return nil, peer{}, err
	}
	direction := directionFor(receives(offer.direction), sends(offer.direction) && !s.held)
	lines := make([]*sdp.MediaDescription, len(offer.media))
	for i, name := range offer.media {
		name.Port = sdp.RangedPort{Value: 0}
		lines[i] = &sdp.MediaDescription{MediaName: name}
	}
	var keys []crypto
	if mine != (crypto{}) {
		keys = []crypto{mine}
	}
	lines[offer.line] = s.line(offer.media[offer.line].Protos, keys, []g711.Law{law}, offer.eventPT, direction)
	s.version++
	s.remote = offer
	agreed := offer.peer(law, offer.eventPT, sends(direction))
	agreed.mine, agreed.theirs = mine, theirs
	return s.marshal(lines), agreed, nil
}

// accept takes the other side's answer to our offer.
func (s *session) accept(body []byte) (peer, error) {
	answer, err := parseDescription(body)
	if err != nil {
		return peer{}, err
	}
	if s.sounded {
		answer.eventPT = 0
	}
	law, ok := s.choose(answer.laws)
	if !ok {
		return peer{}, errNoSound
	}
	mine, theirs, err := s.agreeKeys(answer, false)
	if err != nil {
		return peer{}, err
	}
	s.remote = answer
	agreed := answer.peer(law, offeredEventPT, receives(answer.direction))
	agreed.mine, agreed.theirs = mine, theirs
	return agreed, nil
}

// choose gives the first law of theirs that is ours as well.
func (s *session) choose(theirs []g711.Law) (g711.Law, bool) {
	for _, law := range theirs {
		for _, our := range s.laws {
			if law == our {
				return law, true
			}
		}
	}
	return g711.LawUnknown, false
}

func (d *description) peer(law g711.Law, hearPT uint8, send bool) peer {
	return peer{rtp: d.addr, rtcp: d.rtcp, law: law, eventPT: d.eventPT, hearPT: hearPT, send: send}
}

// line makes our media line; eventPT 0 leaves digits out.
func (s *session) line(protos []string, keys []crypto, laws []g711.Law, eventPT uint8, direction sdp.Direction) *sdp.MediaDescription {
	m := &sdp.MediaDescription{MediaName: sdp.MediaName{
		Media: "audio", Port: sdp.RangedPort{Value: int(s.addr.Port())}, Protos: protos,
	}}
	for _, key := range keys {
		m.Attributes = append(m.Attributes, key.attribute())
	}
	rate := strconv.Itoa(tone.SampleRate)
	for _, law := range laws {
		m.WithCodec(law.PayloadType(), law.String(), tone.SampleRate, 0, "")
	}
	if eventPT != 0 {
		format := strconv.Itoa(int(eventPT))
		m.MediaName.Formats = append(m.MediaName.Formats, format)
		m.WithValueAttribute("rtpmap", format+" telephone-event/"+rate)
		m.WithValueAttribute("fmtp", format+" 0-15")
	}
	m.WithValueAttribute("ptime", strconv.FormatInt(frame.Milliseconds(), 10))
	return m.WithPropertyAttribute(direction.String())
}

// marshal writes the description with the given lines.
func (s *session) marshal(lines []*sdp.MediaDescription) []byte {
	addressType := "IP4"
	if s.addr.Addr().Is6() {
		addressType = "IP6"
	}
	host := s.addr.Addr().String()
	description := sdp.SessionDescription{
		Origin: sdp.Origin{
			Username: "-", SessionID: s.id, SessionVersion: s.version,
			NetworkType: "IN", AddressType: addressType, UnicastAddress: host,
		},
		SessionName: "softphone",
		ConnectionInformation: &sdp.ConnectionInformation{
			NetworkType: "IN", AddressType: addressType, Address: &sdp.Address{Address: host},
		},
		TimeDescriptions:  []sdp.TimeDescription{{}},
		MediaDescriptions: lines,
	}
	body, err := description.Marshal()
	if err != nil {
		panic(fmt.Sprintf("softphone: marshal our own session description: %v", err)) // it has no input from outside but names of lines
	}
	return body
}
