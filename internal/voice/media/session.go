package media

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"ccgateway/internal/codec"
	"ccgateway/internal/voice/media/rtpaudio"
)

// Direction is which way sound goes, as seen from here (what our SDP answers): a phone that holds offers sendonly, is
// answered recvonly, and its leg is configured RecvOnly.
type Direction uint8

// The directions (RFC 3264 section 5.1).
const (
	SendRecv Direction = iota
	SendOnly
	RecvOnly
	Inactive
)

// Sends tells whether we send.
func (d Direction) Sends() bool { return d == SendRecv || d == SendOnly }

// Receives tells whether we take in what the far side sends.
func (d Direction) Receives() bool { return d == SendRecv || d == RecvOnly }

// String gives the attribute of SDP.
func (d Direction) String() string {
	switch d {
	case SendRecv:
		return "sendrecv"
	case SendOnly:
		return "sendonly"
	case RecvOnly:
		return "recvonly"
	default:
		return "inactive"
	}
}

// NoPayload stands for a payload type that was not agreed.
const NoPayload = 0xFF

// Format is a codec under a payload type.
type Format struct {
	Codec       codec.Codec
	PayloadType uint8
}

// Session is what both sides of a leg agreed on in SDP.
type Session struct {
	// Remote is the far side's RTP address from SDP (c= and m=). An unspecified address (0.0.0.0, the hold of RFC 2543) or
	// port 0 means that nothing is to be sent; what was latched before is kept for later.
	Remote netip.AddrPort
	// RemoteRTCP is a=rtcp; the zero value is the port above Remote.
	RemoteRTCP netip.AddrPort
	// Signalling is the address from which the far side's authenticated SIP messages come: the one other address than
	// Remote's that its RTP may come from (a phone behind NAT). The zero value allows Remote's only.
	Signalling netip.Addr
	// Format is what we send.
	Format Format
	// Formats are what the far side may send.
	Formats []Format
	// Event is the payload type of telephone-event (RFC 4733) with the clock of Format; NoPayload = not agreed.
	Event uint8
	// Events are further payload types under which the far side may send telephone-event.
	Events []uint8
	// Direction is which way sound goes.
	Direction Direction
	// Send and Receive are how what we send and what the far side sends is protected (SRTP, RFC 3711): both, or none. A key that
	// has been in use must not come again after another one.
	Send, Receive Crypto
}

// comfortNoise is the static payload type of RFC 3389; it is tolerated although it was not agreed.
const comfortNoise = 13

// maxPayloadType is the largest that fits an RTP header.
const maxPayloadType = 127

// session is a Session made ready for use. It is never changed, only replaced.
type session struct {
	Session
	formats [maxPayloadType + 1]rtpaudio.Format
	peer    *peer
	encoder codec.Encoder // of the leg's scheduler
	nowhere bool          // Remote is the old way of holding: nothing is sent
	opener  *opener       // nil = comes in the clear
	sealer  *sealer       // nil = is sent in the clear
}

// watched tells whether silence of the far side is a fault: not while it holds, which is when it offers to send only
// (many phones then send nothing) or nothing at all.
func (s *session) watched() bool { return s.Direction == SendRecv }

var (
	errNoCodec    = errors.New("no codec to send by")
	errNoAudio    = errors.New("no payload type of audio was agreed")
	errNotUnicast = errors.New("far side's media address is not one of a single host")
)

// ready checks a Session and makes it ready; former is what was agreed before, nil at first.
func (s Session) ready(former *session, now time.Duration, ipv4Only bool) (*session, error) {
	s.Remote, s.RemoteRTCP = unmapped(s.Remote), unmapped(s.RemoteRTCP)
	s.Signalling = s.Signalling.Unmap()
	if s.Format.Codec == nil {
		return nil, errNoCodec
	}
	next := &session{Session: s}
	next.nowhere = !s.Remote.IsValid() || s.Remote.Addr().IsUnspecified() || s.Remote.Port() == 0
	if !next.nowhere {
		if err := unicast(s.Remote.Addr(), ipv4Only); err != nil {
			return nil, err
		}
	}
	if err := next.setFormats(); err != nil {
		return nil, err
	}
	if err := next.setEncoder(former); err != nil {
		return nil, err
	}
	if err := next.setCrypto(former); err != nil {
		return nil, err
	}
	next.peer = next.choosePeer(former, now)
	return next, nil
}

// unicast refuses addresses to which a stream must never be sent or cannot be.
func unicast(a netip.Addr, ipv4Only bool) error {
	if a.IsMulticast() || a == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
		return fmt.Errorf("%w: %v", errNotUnicast, a)
	}
	if ipv4Only && !a.Is4() {
		return fmt.Errorf("far side's media address %v is IPv6, the media sockets are IPv4", a)
	}
	return nil
}

// setFormats says what each payload type stands for.
func (s *session) setFormats() error {
	s.formats[comfortNoise] = rtpaudio.Format{Kind: rtpaudio.KindNoise}
	for _, event := range append([]uint8{s.Event}, s.Events...) {
		if event == NoPayload {
			continue
		}
		if event > maxPayloadType {
			return fmt.Errorf("payload type %d of telephone-event", event)
		}
		s.formats[event] = rtpaudio.Format{Kind: rtpaudio.KindEvent}
	}
	for _, f := range s.Formats {
		if f.Codec == nil || f.PayloadType > maxPayloadType {
			return fmt.Errorf("payload type %d of sound", f.PayloadType)
		}
		s.formats[f.PayloadType] = rtpaudio.Format{Kind: rtpaudio.KindAudio, Codec: f.Codec}
	}
	if s.Format.PayloadType > maxPayloadType {
		return fmt.Errorf("payload type %d", s.Format.PayloadType)
	}
	if len(s.Formats) == 0 {
		return errNoAudio
	}
	return nil
}

// setEncoder makes the encoder of what is sent, or keeps the former one while the codec stays.
func (s *session) setEncoder(former *session) error {
	if former != nil && former.Format.Codec == s.Format.Codec {
		s.encoder = former.encoder
		return nil
	}
	var err error
	if s.encoder, err = s.Format.Codec.NewEncoder(); err != nil {
		return fmt.Errorf("make encoder of %s: %w", s.Format.Codec.Name(), err)
	}
	if most := s.encoder.Size(rtpaudio.FrameSize); rtpaudio.HeaderSize+most+maxTag > maxPacketLen {
		return fmt.Errorf("payload of %s is too long: %d bytes", s.Format.Codec.Name(), most)
	}
	return nil
}

// choosePeer keeps the former peer, and with it what was latched, unless signalling now tells another address.
func (s *session) choosePeer(former *session, now time.Duration) *peer {
	p := &peer{media: s.Remote, rtcp: s.RemoteRTCP, signalling: s.Signalling, began: now}
	if !p.rtcp.IsValid() && p.media.IsValid() && p.media.Port() < 0xFFFF {
		p.rtcp = netip.AddrPortFrom(p.media.Addr(), p.media.Port()+1)
	}
	if former == nil {
		return p
	}
	old := former.peer
	if s.nowhere || old.media == p.media && old.rtcp == p.rtcp && old.signalling == p.signalling {
		return old
	}
	return p
}

func unmapped(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}
