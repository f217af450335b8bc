package voice

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"

	"ccgateway/internal/codec"
	"ccgateway/internal/voice/media"
)

// The errors of a session description. Both leave an established session as it was.
var (
	// errSDP: the description cannot be understood (400).
	errSDP = errors.New("session description cannot be read")
	// errNoCommonMedia: it can be, but has no audio that we could take part in (488).
	errNoCommonMedia = errors.New("no audio in common")
	// errNoRoute: that audio is at an address that we cannot send to.
	errNoRoute = fmt.Errorf("%w: it is at an IPv6 address, and our media sockets are IPv4", errNoCommonMedia)
)

const (
	// maxSDP bounds a session description. Real ones have less than 3,000 bytes, those of browsers up to 10,000.
	maxSDP = 16_384

	// maxMediaLines bounds the media lines, each of which an answer must have too.
	maxMediaLines = 16

	// ourEventPayload is the payload type that our offers propose for telephone-event.
	ourEventPayload = 101

	telephoneEvent = "telephone-event"
)

// description is what a peer's SDP says, as far as we can take part in it.
type description struct {
	remote, rtcp netip.AddrPort
	direction    media.Direction // as the peer sees it
	formats      []media.Format  // that are ours as well, in its order
	event        uint8           // of telephone-event; NoPayload = not offered
	eventClock   string          // its clock

	keys []cryptoLine // the peer's, that we can use, in its order; none = in the clear
	key  cryptoLine   // the one that is agreed on

	audio int // which media line this is
	lines []*sdp.MediaDescription
}

// held tells whether the peer wants to hear nothing for now: sendonly and inactive (RFC 3264 section 8.4), or the address 0.0.0.0 of
// RFC 2543.
func (d *description) held() bool {
	return d.direction == media.SendOnly || d.direction == media.Inactive || d.remote.Addr().IsUnspecified()
}

// terms are what we would agree on.
type terms struct {
	encryption Encryption
	codecs     []codec.Codec // in our order
	ipv4Only   bool          // our media sockets are
}

// readSDP reads an offer or an answer: its first audio line that we can take part in, or rather, the first one that is encrypted.
// Errors: errSDP, errNoCommonMedia.
func readSDP(body []byte, ours terms) (*description, error) {
	if len(body) > maxSDP {
		return nil, fmt.Errorf("%w: %d bytes", errSDP, len(body))
	}
	all, err := parseSDP(body)
	if err != nil {
		return nil, err
	}
	var plain *description
	none := errNoCommonMedia // or why not, if a line came close
	for i, line := range all.MediaDescriptions {
		d, err := readAudio(all, line, ours)
		if errors.Is(err, errNoCommonMedia) {
			if none == errNoCommonMedia { //nolint:errorlint // which of those it is
				none = err
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		d.audio, d.lines = i, all.MediaDescriptions
		if len(d.keys) > 0 {
			return d, nil
		}
		if plain == nil {
			plain = d
		}
	}
	if plain != nil {
		return plain, nil
	}
	return nil, none
}

// readAudio reads one media line. A line that is not for us is errNoCommonMedia.
func readAudio(all *sdp.SessionDescription, line *sdp.MediaDescription, ours terms) (*description, error) {
	name := line.MediaName
	if _, known := secure(name.Protos); name.Media != "audio" || name.Port.Value == 0 || !known {
		return nil, errNoCommonMedia
	}
	addr, err := connection(all, line)
	if err != nil {
		return nil, err
	}
	if ours.ipv4Only && addr.Is6() && !addr.IsUnspecified() {
		return nil, errNoRoute
	}
	d := &description{remote: netip.AddrPortFrom(addr, uint16(name.Port.Value)), direction: direction(all, line)}
	d.rtcp = rtcpAddress(line, addr)
	d.readFormats(line, ours.codecs)
	if len(d.formats) == 0 {
		return nil, errNoCommonMedia
	}
	return d, d.readKeys(line, ours.encryption)
}

// readFormats finds our codecs among the line's formats; the order is the peer's preference (RFC 3264 section 5.1). The telephone-event
// is that with the clock of the sound (RFC 4733 section 2.1), or else, as phones with Opus have it, the one that they always have.
func (d *description) readFormats(line *sdp.MediaDescription, ours []codec.Codec) {
	d.event = media.NoPayload
	maps := rtpmaps(line)
	events := map[string]uint8{} // by clock
	for _, format := range line.MediaName.Formats {
		n, err := strconv.ParseUint(format, 10, 7)
		if err != nil {
			continue
		}
		payload := uint8(n)
		name := encoding(payload, maps)
		if clock, ok := strings.CutPrefix(name, telephoneEvent+"/"); ok {
			if _, twice := events[clock]; !twice {
				events[clock] = payload
			}
			continue
		}
		i := slices.IndexFunc(ours, func(c codec.Codec) bool { return strings.EqualFold(codec.RTPMap(c), name) })
		if i >= 0 && !slices.ContainsFunc(d.formats, func(f media.Format) bool { return f.Codec == ours[i] }) {
			d.formats = append(d.formats, media.Format{Codec: ours[i], PayloadType: payload})
		}
	}
	if len(d.formats) == 0 {
		return
	}
	for _, clock := range []string{strconv.Itoa(d.formats[0].Codec.Clock()), strconv.Itoa(codec.Rate)} {
		if payload, ok := events[clock]; ok {
			d.event, d.eventClock = payload, clock
			return
		}
	}
}

// rtpmaps gives the names of the line's payload types, in lower case and without "/1", the number of channels.
func rtpmaps(line *sdp.MediaDescription) map[uint8]string {
	maps := map[uint8]string{}
	for _, a := range line.Attributes {
		if a.Key != "rtpmap" {
			continue
		}
		number, name, _ := strings.Cut(a.Value, " ")
		if n, err := strconv.ParseUint(number, 10, 7); err == nil {
			maps[uint8(n)] = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(name)), "/1")
		}
	}
	return maps
}

// encoding names a payload type; 0 and 8 need no rtpmap (RFC 3551 section 6).
func encoding(payload uint8, maps map[uint8]string) string {
	if name, ok := maps[payload]; ok {
		return name
	}
	switch payload {
	case 0:
		return "pcmu/8000"
	case 8:
		return "pcma/8000"
	}
	return ""
}

// connection is the address of a media line (c=, of the line or else of the session).
func connection(all *sdp.SessionDescription, line *sdp.MediaDescription) (netip.Addr, error) {
	c := line.ConnectionInformation
	if c == nil {
		c = all.ConnectionInformation
	}
	if c == nil || c.Address == nil {
		return netip.Addr{}, fmt.Errorf("%w: no address", errSDP)
	}
	addr, err := netip.ParseAddr(c.Address.Address)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("%w: address %q", errSDP, c.Address.Address)
	}
	if addr = addr.Unmap().WithZone(""); addr.IsMulticast() {
		return netip.Addr{}, fmt.Errorf("%w: multicast address", errSDP)
	}
	return addr, nil
}

// rtcpAddress is a=rtcp (RFC 3605): a port, perhaps with an address. Zero = not given, or not to be understood.
func rtcpAddress(line *sdp.MediaDescription, addr netip.Addr) netip.AddrPort {
	value, ok := line.Attribute("rtcp")
	if !ok {
		return netip.AddrPort{}
	}
	fields := strings.Fields(value)
	if len(fields) == 0 {
		return netip.AddrPort{}
	}
	port, err := strconv.ParseUint(fields[0], 10, 16)
	if err != nil || port == 0 {
		return netip.AddrPort{}
	}
	if len(fields) == 4 {
		own, err := netip.ParseAddr(fields[3])
		if err != nil {
			return netip.AddrPort{}
		}
		addr = own.Unmap().WithZone("")
	}
	return netip.AddrPortFrom(addr, uint16(port))
}

// direction is the line's direction attribute, or else the session's; sendrecv if there is none.
func direction(all *sdp.SessionDescription, line *sdp.MediaDescription) media.Direction {
	for _, attributes := range [][]sdp.Attribute{line.Attributes, all.Attributes} {
		for _, a := range attributes {
			switch a.Key {
			case "sendrecv":
				return media.SendRecv
			case "sendonly":
				return media.SendOnly
			case "recvonly":
				return media.RecvOnly
			case "inactive":
				return media.Inactive
			}
		}
	}
	return media.SendRecv
}

// opposite is the direction that answers a peer's (RFC 3264 section 6.1).
func opposite(d media.Direction) media.Direction {
	switch d {
	case media.SendOnly:
		return media.RecvOnly
	case media.RecvOnly:
		return media.SendOnly
	default:
		return d
	}
}
