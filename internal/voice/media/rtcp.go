package media

import (
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/pion/rtcp"

	"ccgateway/internal/voice/media/rtpaudio"
)

// reportTicks is the mean time between reports, 5 s (RFC 3550 section 6.2); each is spread over half to one and a half of it.
const reportTicks = uint64(5 * time.Second / tickLength)

// ntpEpoch is 1970 in seconds since 1900, the clock of RTCP (RFC 3550 section 4).
const ntpEpoch = 2208988800

// senderReport is the far side's last one: its middle 32 bits of time, and when it came.
type senderReport struct {
	ssrc   uint32
	middle uint32
	at     time.Duration
}

// rtcpSource is the address that the far side's RTCP comes from, for the target that it belongs to.
type rtcpSource struct {
	target *target
	addr   netip.AddrPort
}

// ntp gives a time as RTCP writes it: 32 bits of seconds, 32 bits of fraction.
func ntp(t time.Time) uint64 {
	return uint64(t.Unix()+ntpEpoch)<<32 | uint64(t.Nanosecond())<<32/uint64(time.Second)
}

// middle is the part of it that reception reports use.
func middle(ntp uint64) uint32 { return uint32(ntp >> 16) }

// report sends a report and sets the time of the next. It is called by the leg's scheduler.
func (l *Leg) report(t tick, s *session) {
	first := l.reportDue == 0
	l.reportDue = t.n + reportTicks/2 + rand.Uint64N(reportTicks+1)
	if first {
		return // nothing to tell yet
	}
	l.in.Lock()
	received, any := l.receiver.Report()
	l.in.Unlock()
	var blocks []rtcp.ReceptionReport
	if target := l.target.Load(); any && target != nil {
		blocks = []rtcp.ReceptionReport{l.block(t.now, target.ssrc, received)}
	}
	l.sendRTCP(s, l.compound(blocks))
}

// block is a reception report (RFC 3550 section 6.4.1).
func (l *Leg) block(now time.Duration, source uint32, r rtpaudio.Report) rtcp.ReceptionReport {
	const mostLost, leastLost = 1<<23 - 1, -1 << 23 // 24 bits, signed
	b := rtcp.ReceptionReport{
		SSRC:               source,
		FractionLost:       r.FractionLost,
		TotalLost:          uint32(max(leastLost, min(mostLost, r.TotalLost))) & 0xFFFFFF,
		LastSequenceNumber: r.Highest,
		Jitter:             r.Jitter,
	}
	if sr := l.reported.Load(); sr != nil && sr.ssrc == source {
		b.LastSenderReport = sr.middle
		b.Delay = uint32((now - sr.at) << 16 / time.Second)
	}
	return b
}

// compound begins a packet: a sender report if anything was sent, else a receiver report, and the name (RFC 3550 section 6.1).
func (l *Leg) compound(blocks []rtcp.ReceptionReport) []rtcp.Packet {
	ssrc := l.counts.ssrc.Load()
	var report rtcp.Packet = &rtcp.ReceiverReport{SSRC: ssrc, Reports: blocks}
	if sent := l.counts.sentPackets.Load(); sent > 0 {
		report = &rtcp.SenderReport{
			SSRC:        ssrc,
			NTPTime:     ntp(time.Now()),
			RTPTime:     l.counts.timestamp.Load(),
			PacketCount: uint32(sent),
			OctetCount:  uint32(l.counts.sentOctets.Load()),
			Reports:     blocks,
		}
	}
	return []rtcp.Packet{report, rtcp.NewCNAMESourceDescription(ssrc, l.cname)}
}

// sayBye ends our stream (RFC 3550 section 6.6).
func (l *Leg) sayBye() {
	s := l.session.Load()
	if s == nil || l.counts.sentPackets.Load() == 0 {
		return // nobody has heard of us
	}
	l.sendRTCP(s, append(l.compound(nil), &rtcp.Goodbye{Sources: []uint32{l.counts.ssrc.Load()}}))
}

func (l *Leg) sendRTCP(s *session, packets []rtcp.Packet) {
	to := l.rtcpTo(s)
	if !to.IsValid() {
		return
	}
	raw, err := rtcp.Marshal(packets)
	if err == nil && s.sealer != nil {
		raw, err = s.sealer.sealReport(raw)
	}
	if err == nil {
		_, err = l.pair.rtcp.WriteToUDPAddrPort(raw, to)
	}
	if err != nil {
		l.counts.sendErrors.Add(1)
	}
}

// rtcpTo gives the address for reports: the signalled one while sound goes to the signalled address, else where the far
// side's own reports come from, else the port above the sound's.
func (l *Leg) rtcpTo(s *session) netip.AddrPort {
	if s.nowhere {
		return netip.AddrPort{}
	}
	t := l.target.Load()
	if t == nil || t.peer != s.peer {
		if s.peer.unreachable() {
			return netip.AddrPort{}
		}
		return s.peer.rtcp
	}
	if t.addr == s.peer.media {
		return s.peer.rtcp
	}
	if from := l.rtcpSource.Load(); from != nil && from.target == t {
		return from.addr
	}
	if t.addr.Port() == 0xFFFF {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(t.addr.Addr(), t.addr.Port()+1)
}

// receiveRTCP takes reports. They change nothing but numbers, the time of the last sign of life, and the port to which ours
// go. It is called by the reader of the RTCP socket only.
func (l *Leg) receiveRTCP(limit *limiter) func(raw []byte, from netip.AddrPort, now time.Duration) {
	return func(raw []byte, from netip.AddrPort, now time.Duration) {
		s := l.session.Load()
		if s == nil || !l.rtcpPossible(s.peer, from.Addr()) {
			l.counts.strangers.Add(1)
			return
		}
		if s.opener != nil {
			if raw = l.authentic(s.opener.openReport, raw); raw == nil {
				return
			}
		}
		if !limit.allow(now) {
			l.counts.flooded.Add(1)
			return
		}
		packets, err := rtcp.Unmarshal(raw)
		if err != nil {
			l.counts.malformed.Add(1)
			return
		}
		for _, p := range packets {
			l.takeReport(s, p, from, now)
		}
	}
}

// rtcpPossible tells whether the far side's reports can come from the address.
func (l *Leg) rtcpPossible(p *peer, from netip.Addr) bool {
	if t := l.target.Load(); t != nil && t.peer == p {
		return from == t.addr.Addr() || from == p.rtcp.Addr()
	}
	return from == p.media.Addr() || from == p.signalling || from == p.rtcp.Addr()
}

// takeReport takes what concerns us of a sender or receiver report. Other packets (BYE among them: only SIP ends a call) are
// left aside.
func (l *Leg) takeReport(s *session, p rtcp.Packet, from netip.AddrPort, now time.Duration) {
	var source uint32
	var blocks []rtcp.ReceptionReport
	sr, isSR := p.(*rtcp.SenderReport)
	if isSR {
		source, blocks = sr.SSRC, sr.Reports
	} else if rr, ok := p.(*rtcp.ReceiverReport); ok {
		source, blocks = rr.SSRC, rr.Reports
	} else {
		return
	}
	t := l.target.Load()
	latched := t != nil && t.peer == s.peer
	if latched && t.ssrc != source {
		l.counts.strangers.Add(1)
		return
	}
	l.aliveAt.Store(int64(now))
	if !latched {
		return
	}
	if old := l.rtcpSource.Load(); old == nil || old.target != t || old.addr != from {
		l.rtcpSource.Store(&rtcpSource{target: t, addr: from})
	}
	if isSR {
		l.reported.Store(&senderReport{ssrc: source, middle: middle(sr.NTPTime), at: now})
	}
	for _, b := range blocks {
		if b.SSRC == l.counts.ssrc.Load() {
			l.takeBlock(b)
		}
	}
}

// takeBlock keeps what the far side says of our stream.
func (l *Leg) takeBlock(b rtcp.ReceptionReport) {
	l.counts.remoteLost.Store(int64(int32(b.TotalLost<<8) >> 8))
	l.counts.remoteJitter.Store(b.Jitter)
	if b.LastSenderReport == 0 {
		return
	}
	trip := int32(middle(ntp(time.Now())) - b.LastSenderReport - b.Delay) // in 1/65536 s
	if trip >= 0 {
		l.counts.roundTrip.Store(int64(time.Duration(trip) * time.Second >> 16))
	}
}
