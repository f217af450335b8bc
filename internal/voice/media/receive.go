package media

import (
	"errors"
	"net"
	"net/netip"
	"runtime/debug"
	"time"

	"ccgateway/internal/voice/media/rtpaudio"
)

const rtpVersion = 2

// readPause is how long a reader rests after an error of its socket, which then usually lasts.
const readPause = 20 * time.Millisecond

// read takes packets from a socket until it is closed.
func (l *Leg) read(conn *net.UDPConn, take func(raw []byte, from netip.AddrPort, now time.Duration)) {
	buf := make([]byte, maxPacketLen+1)
	for {
		n, from, err := conn.ReadFromUDPAddrPort(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			l.counts.readErrors.Add(1)
			time.Sleep(readPause)
			continue
		}
		if n > maxPacketLen {
			l.counts.malformed.Add(1)
			continue
		}
		l.guarded(take, buf[:n], unmapped(from))
	}
}

// guarded keeps a packet that breaks the parser from breaking the program. It is logged once per leg.
func (l *Leg) guarded(take func([]byte, netip.AddrPort, time.Duration), raw []byte, from netip.AddrPort) {
	defer func() {
		if broken := recover(); broken != nil {
			if l.counts.broken.Add(1) == 1 {
				l.engine.cfg.Log.Error("media packet broke its reader", "leg", l.id, "from", from, "panic", broken, "stack", string(debug.Stack()))
			}
		}
	}()
	take(raw, from, l.engine.clock())
}

// receive takes an RTP packet. It is called by the reader of the RTP socket only.
func (l *Leg) receive(raw []byte, from netip.AddrPort, now time.Duration) {
	s := l.session.Load()
	if s == nil {
		l.counts.strangers.Add(1)
		return
	}
	if s.opener != nil {
		if !s.peer.possible(from.Addr()) { // costs no cryptography
			l.counts.strangers.Add(1)
			return
		}
		if raw = l.authentic(s.opener.open, raw); raw == nil {
			return
		}
	}
	if err := l.packet.Unmarshal(raw); err != nil || l.packet.Version != rtpVersion {
		l.counts.malformed.Add(1)
		return
	}
	h := &l.packet.Header
	format := s.formats[h.PayloadType]
	if format.Kind == rtpaudio.KindUnknown {
		l.counts.malformed.Add(1)
		return
	}
	switch l.latch.admit(s.peer, now, from, h.SSRC, h.SequenceNumber) {
	case stranger:
		l.counts.strangers.Add(1)
		return
	case newStream:
		l.begin(s.peer, from, h.SSRC)
	}
	if !l.limit.allow(now) {
		l.counts.flooded.Add(1)
		return
	}
	l.aliveAt.Store(int64(now))
	if !s.Direction.Receives() {
		format = rtpaudio.Format{Kind: rtpaudio.KindNoise} // counted, so that it is not taken for lost, and not heard
	}
	if key, pressed := l.put(now, format); pressed {
		l.pressed(key)
	}
}

// authentic takes the protection off a packet. What is not authentic, or has been seen, is nil and counts as forged; it changes nothing,
// not even the latch or the no-media timer.
func (l *Leg) authentic(open func([]byte) ([]byte, error), raw []byte) []byte {
	plain, err := open(raw)
	if err != nil {
		l.counts.forged.Add(1)
		return nil
	}
	return plain
}

// begin makes the source that the latch has chosen the one that is heard and sent to.
func (l *Leg) begin(p *peer, from netip.AddrPort, ssrc uint32) {
	l.target.Store(&target{peer: p, addr: from, ssrc: ssrc})
	if l.hearing.any && l.hearing.ssrc == ssrc {
		return // the same stream from another address
	}
	l.hearing.any, l.hearing.ssrc = true, ssrc
	l.in.Lock()
	defer l.in.Unlock()
	l.receiver.Restart()
}

func (l *Leg) put(now time.Duration, format rtpaudio.Format) (key byte, pressed bool) {
	l.in.Lock()
	defer l.in.Unlock()
	key, pressed = l.receiver.Packet(now, &l.packet.Header, l.packet.Payload, format)
	l.counts.receiver(l.receiver.Counts())
	return key, pressed
}
