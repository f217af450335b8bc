package softphone

import (
	"errors"
	"net"
	"time"

	"github.com/pion/rtcp"
)

// reportEvery is how often a call reports on its sound: the least of RFC 3550 section 6.2.
const reportEvery = 5 * time.Second

// ntpEpoch is the beginning of NTP time in seconds before that of Unix.
const ntpEpoch = 2208988800

// Reports is what the other side has reported on the sound of a call (RTCP, RFC 3550 section 6).
type Reports struct {
	Sender   int // sender reports that came
	Receiver int // receiver reports that came
	Goodbye  int // BYE packets that came
	Bad      int // datagrams that were no RTCP

	PacketCount  uint32  // the other side's count of what it sent, from its last sender report
	FractionLost float64 // 0..1 of our packets, by its last report on us
	TotalLost    uint32
	Jitter       time.Duration
}

// control is a call's RTCP: what is due and what came. All of it is guarded by media.mu.
type control struct {
	reports    Reports
	framesLeft int    // until the next report
	lastSR     uint32 // middle of the NTP time of the peer's last sender report
	lastSRAt   time.Time
}

// paceReports sends a report when it is due. The caller holds m.mu.
func (m *media) paceReports(p *peer, frames int) {
	m.framesLeft -= frames
	if p == nil || m.framesLeft > 0 {
		return
	}
	m.framesLeft = int(reportEvery / frame)
	m.sendReport(p, nil)
}

// bye says the last words (RFC 3550 section 6.6).
func (m *media) bye() {
	p := m.peer.Load()
	m.mu.Lock()
	defer m.mu.Unlock()
	if p != nil && !m.quit.Load() {
		m.sendReport(p, &rtcp.Goodbye{Sources: []uint32{m.ssrc}})
	}
}

// sendReport sends one compound packet: a sender or receiver report, the name, and perhaps a farewell.
func (m *media) sendReport(p *peer, farewell rtcp.Packet) {
	if !p.rtcp.IsValid() || m.faults().NoRTCP || m.quit.Load() {
		return
	}
	var packets []rtcp.Packet
	received := m.receptionReports()
	if m.sent.Packets > 0 {
		packets = append(packets, &rtcp.SenderReport{
			SSRC: m.ssrc, NTPTime: ntp(time.Now()), RTPTime: m.stamp,
			PacketCount: uint32(m.sent.Packets), OctetCount: uint32(m.sent.Octets), //nolint:gosec // wraps, as it must
			Reports: received,
		})
	} else {
		packets = append(packets, &rtcp.ReceiverReport{SSRC: m.ssrc, Reports: received})
	}
	packets = append(packets, &rtcp.SourceDescription{Chunks: []rtcp.SourceDescriptionChunk{{
		Source: m.ssrc, Items: []rtcp.SourceDescriptionItem{{Type: rtcp.SDESCNAME, Text: m.local.LocalAddr().String()}},
	}}})
	if farewell != nil {
		packets = append(packets, farewell)
	}
	datagram, err := rtcp.Marshal(packets)
	if err != nil {
		return // cannot be: we made it ourselves
	}
	if datagram, err = m.seal(datagram, true); err == nil {
		_, err = m.report.WriteToUDPAddrPort(datagram, p.rtcp)
	}
	if err != nil {
		m.sent.Failed++
	}
}

// receptionReports says how the peer's sound arrived. The caller holds m.mu.
func (m *media) receptionReports() []rtcp.ReceptionReport {
	m.ear.mu.Lock()
	defer m.ear.mu.Unlock()
	s := m.ear.stream
	if s == nil {
		return nil
	}
	report := rtcp.ReceptionReport{
		SSRC: s.ssrc, FractionLost: s.fractionLost(), TotalLost: uint32(min(s.lost(), 1<<24-1)),
		LastSequenceNumber: uint32(s.highest), Jitter: uint32(s.jitter), LastSenderReport: m.lastSR, //nolint:gosec // as defined
	}
	if m.lastSR != 0 {
		report.Delay = uint32(time.Since(m.lastSRAt).Seconds() * 65536)
	}
	return []rtcp.ReceptionReport{report}
}

// fractionLost is the share lost since it was last asked for, in 256ths (RFC 3550 appendix A.3).
func (s *stream) fractionLost() uint8 {
	expected := s.highest - s.first + 1
	received := int64(s.received) //nolint:gosec // far below 63 bits
	wanted, got := expected-s.expectedBefore, received-s.receivedBefore
	s.expectedBefore, s.receivedBefore = expected, received
	if wanted <= 0 || got >= wanted {
		return 0
	}
	return uint8(min(255, (wanted-got)*256/wanted)) //nolint:gosec // 0..255
}

// hearReports reads RTCP until the socket is closed.
func (m *media) hearReports() {
	buf := make([]byte, maxDatagram)
	for {
		n, _, err := m.report.ReadFromUDPAddrPort(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil || m.quit.Load() {
			continue // see hear
		}
		if packet, ok := m.open(buf[:n], true); ok {
			m.takeReport(packet)
		}
	}
}

// takeReport takes in one compound packet.
func (m *media) takeReport(datagram []byte) {
	packets, err := rtcp.Unmarshal(datagram)
	m.mu.Lock()
	defer m.mu.Unlock()
	if err != nil {
		m.reports.Bad++
		return
	}
	for _, packet := range packets {
		switch packet := packet.(type) {
		case *rtcp.SenderReport:
			m.reports.Sender++
			m.reports.PacketCount = packet.PacketCount
			m.lastSR, m.lastSRAt = uint32(packet.NTPTime>>16), time.Now() //nolint:gosec // the middle 32 bits
			m.takeReception(packet.Reports)
		case *rtcp.ReceiverReport:
			m.reports.Receiver++
			m.takeReception(packet.Reports)
		case *rtcp.Goodbye:
			m.reports.Goodbye++
		}
	}
}

// takeReception notes what the peer says about our stream.
func (m *media) takeReception(reports []rtcp.ReceptionReport) {
	for _, r := range reports {
		if r.SSRC == m.ssrc {
			m.reports.FractionLost = float64(r.FractionLost) / 256
			m.reports.TotalLost = r.TotalLost
			m.reports.Jitter = time.Duration(r.Jitter) * frame / frameSamples
		}
	}
}

// heardReports gives what the other side has reported.
func (m *media) heardReports() Reports {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.reports
}

// ntp gives the 64-bit NTP time: seconds since 1900 and their fraction.
func ntp(t time.Time) uint64 {
	seconds := uint64(t.Unix() + ntpEpoch)                   //nolint:gosec // positive until 2036 and beyond
	fraction := uint64(t.Nanosecond()) << 32 / 1_000_000_000 //nolint:gosec // below one second
	return seconds<<32 | fraction
}
