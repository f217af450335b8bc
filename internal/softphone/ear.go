package softphone

import (
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/pion/rtp"

	"ccgateway/internal/g711"
	"ccgateway/internal/tone"
)

const (
	// window is how much of what was heard last is looked at to tell what is heard now: 100 ms.
	window = tone.MinWindow
	// earSamples is how much an ear remembers: 2 s, so that late packets find their place.
	earSamples = 2 * tone.SampleRate
	// staleAfter: when nothing arrived for so long it is silent. Shorter gaps are the machine's or the network's.
	staleAfter = 200 * time.Millisecond
	// maxJump is the largest step of RTP timestamps within one stream; beyond it the sender has begun anew.
	maxJump = 10 * tone.SampleRate
)

// Heard counts what a call has received.
type Heard struct {
	Packets   uint64         // RTP packets of sound and of digits
	Lost      uint64         // sequence numbers that have not come (RFC 3550 appendix A.3), over all streams
	Late      uint64         // packets out of order or doubled
	Malformed uint64         // datagrams that were no RTP or had an unknown payload type
	Streams   int            // changes of the synchronization source, the first one included; more than one: somebody began anew
	MaxGap    time.Duration  // longest time between two packets, holds included
	Jitter    time.Duration  // interarrival jitter, RFC 3550 section 6.4.1
	Source    netip.AddrPort // where the last packet came from
	Law       g711.Law       // of the last packet of sound
	Digits    string         // RFC 4733 digits heard
}

// ear takes RTP in and knows what was heard, by the time of the sender's clock.
type ear struct {
	mu     sync.Mutex
	stats  Heard
	lost   uint64 // of streams that have ended
	stream *stream
	born   time.Time
	last   time.Time // arrival of the last packet

	ring [earSamples]int16
	head int64 // samples heard since the beginning, gaps included; ring holds the last earSamples of them

	record    []int16
	recordMax int

	eventPT uint8
	digits  digitEar
	step    chan struct{} // closed at the next frame, then renewed
}

// stream is the bookkeeping of one synchronization source (RFC 3550 appendix A.1, A.3, A.8).
type stream struct {
	ssrc     uint32
	first    int64  // extended sequence number of the first packet
	highest  int64  // and of the highest one
	received uint64 // packets, doubled ones included
	// what had been expected and received when the last report was made
	expectedBefore, receivedBefore int64

	baseTS  uint32
	offset  int64   // position in the ear of baseTS
	placed  bool    // transit is known
	transit uint32  // arrival less timestamp of the last packet of sound, in samples
	jitter  float64 // in samples
}

func newEar(record time.Duration) *ear {
	return &ear{
		eventPT: offeredEventPT, step: make(chan struct{}), born: time.Now(),
		recordMax: int(record * tone.SampleRate / time.Second),
	}
}

// setEventPT tells the ear which payload type the digits have.
func (e *ear) setEventPT(pt uint8) {
	e.mu.Lock()
	e.eventPT = pt
	e.mu.Unlock()
}

// take takes in one datagram that arrived at now.
func (e *ear) take(datagram []byte, from netip.AddrPort, now time.Time) {
	var packet rtp.Packet
	err := packet.Unmarshal(datagram)
	e.mu.Lock()
	defer e.mu.Unlock()
	law, sound := lawOf(packet.PayloadType)
	event := packet.PayloadType == e.eventPT && !sound
	if err != nil || packet.Version != 2 || !sound && !event {
		e.stats.Malformed++
		return
	}
	e.arrived(&packet, from, now)
	switch {
	case event:
		if digit, ok := e.digits.take(packet.Payload, packet.Timestamp); ok {
			e.stats.Digits += string(digit)
		}
	case sound:
		e.stats.Law = law
		e.stream.measure(packet.Timestamp, now.Sub(e.born))
		e.place(&packet, law)
	}
}

// arrived counts a packet.
func (e *ear) arrived(packet *rtp.Packet, from netip.AddrPort, now time.Time) {
	e.stats.Packets++
	e.stats.Source = from
	if !e.last.IsZero() {
		e.stats.MaxGap = max(e.stats.MaxGap, now.Sub(e.last))
	}
	e.last = now
	if e.stream == nil || e.stream.ssrc != packet.SSRC {
		e.begin(packet)
	}
	s := e.stream
	s.received++
	seq := s.highest + int64(int16(packet.SequenceNumber-uint16(s.highest))) //nolint:gosec // serial number arithmetic
	if seq <= s.highest && s.received > 1 {
		e.stats.Late++
	}
	s.highest = max(s.highest, seq)
	s.first = min(s.first, seq)
}

// measure updates the interarrival jitter. Digits have no part in it: all packets of one digit carry one timestamp.
func (s *stream) measure(timestamp uint32, sinceBirth time.Duration) {
	arrival := uint32(sinceBirth * tone.SampleRate / time.Second) //nolint:gosec // wraps like the timestamp
	transit := arrival - timestamp
	if s.placed {
		late := float64(int32(transit - s.transit)) //nolint:gosec // serial number arithmetic
		s.jitter += (max(late, -late) - s.jitter) / 16
	}
	s.placed, s.transit = true, transit
}

// begin starts a stream: its first sample is the next one heard.
func (e *ear) begin(packet *rtp.Packet) {
	if e.stream != nil {
		e.lost += e.stream.lost()
	}
	seq := int64(packet.SequenceNumber)
	e.stream = &stream{ssrc: packet.SSRC, first: seq, highest: seq, baseTS: packet.Timestamp, offset: e.head}
	e.stats.Streams++
}

func (s *stream) lost() uint64 {
	expected := uint64(s.highest - s.first + 1) //nolint:gosec // never negative
	return expected - min(expected, s.received)
}

// place writes a packet's samples where its timestamp says.
func (e *ear) place(packet *rtp.Packet, law g711.Law) {
	var pcm [1600]int16 // 200 ms; nobody packs more into one packet
	n := law.Decode(pcm[:], packet.Payload)
	at := e.stream.offset + int64(int32(packet.Timestamp-e.stream.baseTS)) //nolint:gosec // serial number arithmetic
	if at > e.head+maxJump || at < e.head-earSamples {
		e.stream.baseTS, e.stream.offset, at = packet.Timestamp, e.head, e.head
	}
	if gap := at - e.head; gap > 0 {
		e.silence(gap)
	}
	for i, sample := range pcm[:n] {
		e.write(at+int64(i), sample)
	}
	// Keeps the base near the head, so that its distance never outgrows 31 bits however long the call is.
	if at == e.head-int64(n) {
		e.stream.baseTS, e.stream.offset = packet.Timestamp, at
	}
}

func (e *ear) silence(samples int64) {
	for range samples {
		e.write(e.head, 0)
	}
}

// write puts one sample to its place; what lies before the beginning is forgotten.
func (e *ear) write(at int64, sample int16) {
	if at < 0 {
		return
	}
	e.ring[at%earSamples] = sample
	if at < int64(len(e.record)) {
		e.record[at] = sample
	}
	if at < e.head {
		return
	}
	e.head = at + 1
	if len(e.record) < e.recordMax {
		e.record = append(e.record, sample)
	}
}

// tick tells everybody who waits that a frame's time has passed.
func (e *ear) tick() {
	e.mu.Lock()
	close(e.step)
	e.step = make(chan struct{})
	e.mu.Unlock()
}

// now gives what is heard now (window samples), how much was heard in all, and a channel that is closed when there may be more.
func (e *ear) now() (pcm []int16, head int64, next <-chan struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	pcm = make([]int16, window)
	if time.Since(e.last) > staleAfter {
		return pcm, e.head, e.step
	}
	for i := range pcm {
		if at := e.head - window + int64(i); at >= 0 {
			pcm[i] = e.ring[at%earSamples]
		}
	}
	return pcm, e.head, e.step
}

// heard gives the counts.
func (e *ear) heard() Heard {
	e.mu.Lock()
	defer e.mu.Unlock()
	h := e.stats
	h.Digits = strings.Clone(h.Digits)
	h.Lost = e.lost
	if e.stream != nil {
		h.Lost += e.stream.lost()
		h.Jitter = time.Duration(e.stream.jitter / tone.SampleRate * float64(time.Second))
	}
	return h
}

// position gives how much was heard.
func (e *ear) position() int64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.head
}

// recording gives a copy of what was recorded.
func (e *ear) recording() []int16 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]int16(nil), e.record...)
}

// lawOf gives the law of a static payload type.
func lawOf(pt uint8) (g711.Law, bool) {
	switch pt {
	case g711.PayloadTypePCMU:
		return g711.MuLaw, true
	case g711.PayloadTypePCMA:
		return g711.ALaw, true
	default:
		return g711.LawUnknown, false
	}
}
