package rtpaudio

// Bounds of RFC 3550 appendix A.1.
const (
	maxDropout  = 3000 // sequence numbers that may be skipped
	maxMisorder = 100  // packets that may come late
)

// sequence follows the sequence numbers of one source (RFC 3550 appendices A.1 and A.3).
type sequence struct {
	begun    bool
	max      uint16
	cycles   uint32 // 65536 for each turn
	base     uint32
	bad      uint32 // the number that would confirm a jump; above 65535: none
	received uint64 // without doubled ones
	recent   uint64 // bit n: max-n has come
	lost     int64  // of streams before a jump
	reported struct {
		expected uint64
		received uint64
	}
}

const noBad = 1 << 16

// verdict is what a sequence number says of its packet.
type verdict uint8

const (
	inOrder verdict = iota
	older           // late by reordering, within bounds
	double          // has come before
	jumped          // far away: drop it, unless the next one confirms it
	resumed         // confirmed: the source began anew, what was buffered is void
)

func (s *sequence) update(seq uint16) verdict {
	if !s.begun {
		s.restart(seq)
		return inOrder
	}
	ahead := seq - s.max
	switch {
	case ahead == 0:
		return double
	case ahead < maxDropout:
		if seq < s.max {
			s.cycles += 1 << 16
		}
		s.max = seq
		s.recent = s.recent<<ahead | 1
		s.received++
		s.bad = noBad
		return inOrder
	case ahead <= 1<<16-maxMisorder:
		if s.bad == uint32(seq) {
			s.lost += s.lostNow()
			s.restart(seq)
			return resumed
		}
		s.bad = uint32(seq + 1)
		return jumped
	}
	behind := s.max - seq
	if behind < 64 {
		if s.recent&(1<<behind) != 0 {
			return double
		}
		s.recent |= 1 << behind
	}
	s.received++
	return older
}

// restart begins with seq, which counts as received.
func (s *sequence) restart(seq uint16) {
	s.begun, s.max, s.base, s.cycles, s.bad = true, seq, uint32(seq), 0, noBad
	s.received, s.recent = 1, 1
	s.reported.expected, s.reported.received = 0, 0
}

// highest is the extended highest sequence number received.
func (s *sequence) highest() uint32 { return s.cycles + uint32(s.max) }

func (s *sequence) expected() uint64 {
	if !s.begun {
		return 0
	}
	return uint64(s.highest()-s.base) + 1
}

func (s *sequence) lostNow() int64 { return int64(s.expected()) - int64(s.received) }

// totalLost is the number of packets lost over all streams; below zero if more came than were expected.
func (s *sequence) totalLost() int64 { return s.lost + s.lostNow() }

// fraction is the share lost since the last call, in 1/256 (RFC 3550 section 6.4.1).
func (s *sequence) fraction() uint8 {
	expected, received := s.expected(), s.received
	expectedNow, receivedNow := expected-s.reported.expected, received-s.reported.received
	s.reported.expected, s.reported.received = expected, received
	if expectedNow == 0 || receivedNow >= expectedNow {
		return 0
	}
	return uint8(min(255, (expectedNow-receivedNow)<<8/expectedNow))
}
