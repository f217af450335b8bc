package media

import (
	"net/netip"

	"ccgateway/internal/g711"
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
	// Law and PayloadType are what we send.
	Law         g711.Law
	PayloadType uint8
	// MuLaw and ALaw are the payload types under which the far side may send each law; NoPayload = not agreed.
	MuLaw, ALaw uint8
	// Event is the payload type of telephone-event/8000 (RFC 4733); NoPayload = not agreed.
	Event uint8
	// Direction is which way sound goes.
	Direction Direction
}
