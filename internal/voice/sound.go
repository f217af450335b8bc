package voice

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strconv"

	"github.com/pion/sdp/v3"

	"ccgateway/internal/codec"
	"ccgateway/internal/voice/media"
)

// player is the sound of one SIP dialog: what a leg of the media engine is to it.
type player interface {
	ID() media.LegID
	LocalAddr() netip.AddrPort
	Configure(media.Session) error
	Close()
}

// sound is one dialog's offer/answer state (RFC 3264) and the media leg that it steers. It belongs to the leg's goroutine.
//
// The address and port that it advertises stay the same for the dialog's life; the version in o= counts the changes of what it
// says.
type sound struct {
	leg     player
	host    netip.Addr // the address told to the peer
	session uint64     // of o=
	version uint64
	last    []byte // the description last told, without o=
	told    *sdp.SessionDescription
	audio   int // which of its media lines is the sound

	codecs   []codec.Codec // in the order of our offers
	ipv4Only bool          // of the media sockets
	keys     keyring

	agreed bool // an offer has been answered
	held   bool // the peer holds
}

func newSound(leg player, host netip.Addr, ours terms) *sound {
	const most = 1 << 40 // any number will do (RFC 8866 section 5.2); this one fits every peer's integers
	return &sound{leg: leg, host: host, session: rand.Uint64N(most) + 1, version: 1, codecs: ours.codecs, ipv4Only: ours.ipv4Only, keys: keyring{policy: ours.encryption}}
}

// offer is a description of all that we can do. Media lines that were refused before keep their place (RFC 3264 section 8).
func (s *sound) offer() []byte {
	lines := make([]*sdp.MediaDescription, 1)
	if s.told != nil {
		lines = slices.Clone(s.told.MediaDescriptions)
	}
	protos, keys := s.keys.offered()
	lines[s.audio] = s.line(protos, s.formats(), media.SendRecv, keys)
	return s.say(lines)
}

// again is what was said last: the offer of a re-INVITE that shall change nothing (RFC 4028 section 7.4).
func (s *sound) again() []byte {
	if s.told == nil {
		return s.offer()
	}
	return marshal(s.told)
}

// answer takes an offer: it sets the media leg up and returns the answer. signalling is where the peer's SIP messages come from.
// Errors: those of readSDP; the state is then unchanged.
func (s *sound) answer(offer []byte, signalling netip.Addr) ([]byte, error) {
	d, err := readSDP(offer, s.terms())
	if err != nil {
		return nil, err
	}
	ours, key := opposite(d.direction), s.keys.answering(d)
	if err := s.leg.Configure(s.configuration(d, ours, key, signalling)); err != nil {
		return nil, fmt.Errorf("%w: %w", errNoCommonMedia, err)
	}
	s.agreed, s.held, s.audio = true, d.held(), d.audio
	s.keys.agreed(key, d.lines[d.audio].MediaName.Protos)
	return s.say(s.answerLines(d, ours)), nil
}

// accept takes the answer to our offer. Errors: those of readSDP; the state is then unchanged.
func (s *sound) accept(answer []byte, signalling netip.Addr) error {
	d, err := readSDP(answer, s.terms())
	if err != nil {
		return err
	}
	key, err := s.keys.accepting(d)
	if err != nil {
		return err
	}
	agreed := s.configuration(d, opposite(d.direction), key, signalling)
	s.listenAsOffered(&agreed, d)
	if err := s.leg.Configure(agreed); err != nil {
		return fmt.Errorf("%w: %w", errNoCommonMedia, err)
	}
	s.agreed, s.held = true, d.held()
	s.keys.agreed(key, d.lines[d.audio].MediaName.Protos)
	s.dropKeys()
	return nil
}

// listenAsOffered lets the far side send by the payload types of our offer too, where its answer has others: ours are those that it is to send by
// (RFC 3264 section 5.1), and what it answers are those that it wants to receive.
func (s *sound) listenAsOffered(agreed *media.Session, d *description) {
	taken := func(payload uint8) bool {
		return payload == d.event || slices.ContainsFunc(d.formats, func(f media.Format) bool { return f.PayloadType == payload })
	}
	for _, f := range s.formats() {
		if taken(f.payload) {
			continue
		}
		if d.event != media.NoPayload && f.encoding == telephoneEvent+"/"+d.eventClock {
			agreed.Events = append(agreed.Events, f.payload)
		}
		i := slices.IndexFunc(d.formats, func(g media.Format) bool { return codec.RTPMap(g.Codec) == f.encoding })
		if i >= 0 {
			agreed.Formats = append(slices.Clone(agreed.Formats), media.Format{Codec: d.formats[i].Codec, PayloadType: f.payload})
		}
	}
}

// dropKeys takes the keys that were not chosen out of what was told last: it is told again to refresh the session.
func (s *sound) dropKeys() {
	if s.told == nil {
		return
	}
	lines := slices.Clone(s.told.MediaDescriptions)
	line := *lines[s.audio]
	mine := s.keys.current.attribute()
	line.Attributes = slices.DeleteFunc(slices.Clone(line.Attributes), func(a sdp.Attribute) bool {
		return a.Key == attrCrypto && (!s.keys.current.on() || a != mine)
	})
	lines[s.audio] = &line
	s.say(lines)
}

// configuration is what the media engine is to do. Where nothing can be sent because the peer holds by the address 0.0.0.0, nothing
// need come either.
func (s *sound) configuration(d *description, ours media.Direction, key cryptoLine, signalling netip.Addr) media.Session {
	if ours == media.SendRecv && d.held() {
		ours = media.RecvOnly
	}
	return media.Session{
		Remote: d.remote, RemoteRTCP: d.rtcp, Signalling: signalling,
		Format: d.formats[0], Formats: d.formats, Event: d.event,
		Direction: ours,
		Send:      key.Crypto, Receive: d.key.Crypto,
	}
}

// answerLines answers each line of an offer: the audio line with the peer's preferred codec, all others by refusing them (port 0).
func (s *sound) answerLines(d *description, ours media.Direction) []*sdp.MediaDescription {
	lines := make([]*sdp.MediaDescription, len(d.lines))
	for i, offered := range d.lines {
		if i != d.audio {
			lines[i] = refusal(offered)
			continue
		}
		chosen := d.formats[0]
		formats := []format{formatOf(chosen)}
		if d.event != media.NoPayload {
			formats = append(formats, eventFormat(d.event, d.eventClock))
		}
		var keys []cryptoLine
		if s.keys.current.on() {
			keys = []cryptoLine{s.keys.current}
		}
		lines[i] = s.line(offered.MediaName.Protos, formats, ours, keys)
	}
	return lines
}

// refusal answers a media line that we take no part in (RFC 3264 section 6).
func refusal(offered *sdp.MediaDescription) *sdp.MediaDescription {
	name := offered.MediaName
	name.Port = sdp.RangedPort{}
	return &sdp.MediaDescription{MediaName: name}
}

// format is one payload type of our audio line: its encoding (a=rtpmap) and what there is to say of it (a=fmtp).
type format struct {
	payload    uint8
	encoding   string
	parameters string
}

func formatOf(f media.Format) format {
	return format{f.PayloadType, codec.RTPMap(f.Codec), f.Codec.Parameters()}
}

// eventFormat is telephone-event, all keys (RFC 4733 section 2.4.1).
func eventFormat(payload uint8, clock string) format {
	return format{payload, telephoneEvent + "/" + clock, "0-15"}
}

// formats are what our offers have: all our codecs, and keys with each of their clocks.
func (s *sound) formats() []format {
	var all, events []format
	clocks := map[int]bool{}
	for _, c := range s.codecs {
		all = append(all, formatOf(media.Format{Codec: c, PayloadType: c.PayloadType()}))
		if !clocks[c.Clock()] {
			clocks[c.Clock()] = true
			events = append(events, eventFormat(ourEventPayload+uint8(len(events)), strconv.Itoa(c.Clock()))) //nolint:gosec // there are few clocks
		}
	}
	return append(all, events...)
}

func (s *sound) terms() terms { return terms{s.keys.policy, s.codecs, s.ipv4Only} }

func (s *sound) line(protos []string, formats []format, direction media.Direction, keys []cryptoLine) *sdp.MediaDescription {
	line := &sdp.MediaDescription{MediaName: sdp.MediaName{
		Media: "audio", Port: sdp.RangedPort{Value: int(s.leg.LocalAddr().Port())}, Protos: protos,
	}}
	for _, f := range formats {
		number := strconv.Itoa(int(f.payload))
		line.MediaName.Formats = append(line.MediaName.Formats, number)
		line.Attributes = append(line.Attributes, sdp.NewAttribute("rtpmap", number+" "+f.encoding))
		if f.parameters != "" {
			line.Attributes = append(line.Attributes, sdp.NewAttribute("fmtp", number+" "+f.parameters))
		}
	}
	for _, key := range keys {
		line.Attributes = append(line.Attributes, key.attribute())
	}
	line.Attributes = append(line.Attributes, sdp.NewAttribute("ptime", "20"), sdp.NewPropertyAttribute(direction.String()))
	return line
}

// say makes a description of the lines and counts the version up if it says something new (RFC 3264 section 8).
func (s *sound) say(lines []*sdp.MediaDescription) []byte {
	family := "IP4"
	if s.host.Is6() {
		family = "IP6"
	}
	told := &sdp.SessionDescription{
		SessionName: "-",
		ConnectionInformation: &sdp.ConnectionInformation{NetworkType: "IN", AddressType: family,
			Address: &sdp.Address{Address: s.host.String()}},
		TimeDescriptions:  []sdp.TimeDescription{{}},
		MediaDescriptions: lines,
		Origin:            sdp.Origin{Username: "-", NetworkType: "IN", AddressType: family, UnicastAddress: s.host.String()},
	}
	content := marshal(told)
	if s.last != nil && !bytes.Equal(content, s.last) {
		s.version++
	}
	s.last, s.told = content, told
	told.Origin.SessionID, told.Origin.SessionVersion = s.session, s.version
	return marshal(told)
}

// marshal cannot fail: pion's error is for interfaces that it does not use here.
func marshal(d *sdp.SessionDescription) []byte {
	b, err := d.Marshal()
	if err != nil {
		panic(fmt.Sprintf("voice: our own session description: %v", err))
	}
	return b
}
