package media

import (
	"net/netip"
	"time"
)

// The latch's times. See DESIGN.md, "The latch".
const (
	// exactWindow is how long after the session's beginning only the signalled address itself is believed, where nothing
	// speaks against it. Phones send their first packet well within it.
	exactWindow = 1500 * time.Millisecond
	// probation is the number of packets with consecutive sequence numbers by which another address proves to be a stream.
	probation = 3
	// probationGap is how far apart they may come; an applicant that pauses longer has lost its place.
	probationGap = 200 * time.Millisecond
	// sourceGap is how long the stream in use must have been silent before another SSRC from the same address takes over.
	sourceGap = 60 * time.Millisecond
	// relatchSilence is how long it must have been silent before it may go on from another address (a NAT's new binding).
	relatchSilence = 3 * time.Second
)

// peer is what signalling says of the far side's address. A changed one begins a new latch; pointers are compared.
type peer struct {
	media      netip.AddrPort // Session.Remote
	rtcp       netip.AddrPort
	signalling netip.Addr
	began      time.Duration
}

// behindNAT tells that the far side wrote an address into SDP that cannot be its true one for us: a private one, while its
// signalling comes from elsewhere.
func (p *peer) behindNAT() bool {
	return p.signalling.IsValid() && p.signalling != p.media.Addr() && local(p.media.Addr())
}

// unreachable tells that sending to the signalled address before the latch would reach a stranger or ourselves: the far side
// is not in the private network that its SDP speaks of, or it names the loopback of its own machine.
func (p *peer) unreachable() bool {
	if !p.behindNAT() {
		return false
	}
	return p.media.Addr().IsLoopback() || !local(p.signalling)
}

// sharedSpace is RFC 6598, the network between a carrier's NAT and its customers.
var sharedSpace = netip.MustParsePrefix("100.64.0.0/10")

func local(a netip.Addr) bool {
	return a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || sharedSpace.Contains(a)
}

// admission is what the latch says of a packet.
type admission uint8

const (
	stranger  admission = iota // drop it
	admitted                   // it belongs to the stream in use
	newStream                  // it belongs to the far side, whose stream begins with it
)

// latch decides whose packets are heard, and with it where sound goes. It is owned by the goroutine that reads the socket.
// A packet is shown to it only if its payload type was agreed.
type latch struct {
	peer      *peer
	locked    netip.AddrPort // the zero value: not yet
	ssrc      uint32
	heardAt   time.Duration // last packet of the stream in use
	applicant applicant
}

// applicant is an address, or another SSRC of the address in use, on probation. There is one at a time: the first.
type applicant struct {
	from netip.AddrPort
	ssrc uint32
	next uint16 // sequence number that it must show
	good int    // packets that it has shown
	at   time.Duration
}

// admit judges a packet. After newStream the fields locked and ssrc may have changed.
func (l *latch) admit(p *peer, now time.Duration, from netip.AddrPort, ssrc uint32, seq uint16) admission {
	if l.peer != p {
		*l = latch{peer: p}
	}
	switch {
	case !l.locked.IsValid():
		return l.first(now, from, ssrc, seq)
	case from != l.locked:
		return l.other(now, from, ssrc, seq)
	case ssrc == l.ssrc:
		l.heardAt = now
		return admitted
	case now-l.heardAt >= sourceGap && l.proves(now, from, ssrc, seq, probation-1):
		return l.lock(now, from, ssrc)
	}
	return stranger
}

// first judges a packet before anything is locked: the signalled address is believed at once, others that may be the far
// side must wait and prove to be a stream.
func (l *latch) first(now time.Duration, from netip.AddrPort, ssrc uint32, seq uint16) admission {
	if from == l.peer.media {
		return l.lock(now, from, ssrc)
	}
	if !l.peer.possible(from.Addr()) {
		return stranger
	}
	wait := exactWindow
	if l.peer.behindNAT() && from.Addr() == l.peer.signalling {
		wait = 0
	}
	if now-l.peer.began >= wait && l.proves(now, from, ssrc, seq, probation) {
		return l.lock(now, from, ssrc)
	}
	return stranger
}

// other judges a packet from another address than the locked one: the signalled address may always take its place; any other
// that may be the far side only with the same SSRC, which no stranger knows, after a silence.
func (l *latch) other(now time.Duration, from netip.AddrPort, ssrc uint32, seq uint16) admission {
	moved := ssrc == l.ssrc && now-l.heardAt >= relatchSilence && l.peer.possible(from.Addr())
	if (from == l.peer.media || moved) && l.proves(now, from, ssrc, seq, probation) {
		return l.lock(now, from, ssrc)
	}
	return stranger
}

// possible tells whether RTP of the far side can come from the address at all.
func (p *peer) possible(a netip.Addr) bool { return a == p.media.Addr() || a == p.signalling }

func (l *latch) lock(now time.Duration, from netip.AddrPort, ssrc uint32) admission {
	l.locked, l.ssrc, l.heardAt, l.applicant = from, ssrc, now, applicant{}
	return newStream
}

// proves counts a packet of an applicant and tells whether it has shown enough of them.
func (l *latch) proves(now time.Duration, from netip.AddrPort, ssrc uint32, seq uint16, enough int) bool {
	a := &l.applicant
	if same := a.from == from && a.ssrc == ssrc; !same && a.good > 0 && now-a.at < probationGap {
		return false
	} else if !same || seq != a.next || now-a.at >= probationGap {
		*a = applicant{from: from, ssrc: ssrc}
	}
	a.next, a.at = seq+1, now
	a.good++
	return a.good >= enough
}
