package media

import (
	"sync/atomic"
	"time"

	"ccgateway/internal/voice/media/rtpaudio"
)

// Stats says how a leg fares. Numbers are of its whole life.
type Stats struct {
	// What came and was taken.
	Received       uint64        // packets
	ReceivedOctets uint64        // of their payload
	Lost           int64         // RFC 3550; below zero if packets came twice
	Late           uint64        // came after their time
	Doubled        uint64        // came twice
	Concealed      uint64        // frames of 20 ms made up
	Jitter         time.Duration // interarrival jitter, RFC 3550 appendix A.8

	// What came and was dropped.
	Strangers uint64 // from a source that is not the far side
	Malformed uint64 // no RTP, a payload type that was not agreed, longer than 1500 bytes
	Unusable  uint64 // of the far side, but no sound: longer than 60 ms
	Jumped    uint64 // of the far side, but far out of sequence
	Flooded   uint64 // above the rate that a leg may have
	Forged    uint64 // encrypted legs: not authentic, or seen before

	// What was sent.
	Sent       uint64 // packets
	SentOctets uint64
	SendErrors uint64

	// What the far side reports of what we send.
	RemoteLost   int64
	RemoteJitter time.Duration
	RoundTrip    time.Duration // zero = not known
}

// legCounts holds the numbers where several goroutines can reach them without a lock.
type legCounts struct {
	packets, octets, late, doubled, concealed, unusable, jumped atomic.Uint64
	lost                                                        atomic.Int64
	jitter                                                      atomic.Uint32

	strangers, malformed, flooded, broken, readErrors, forged atomic.Uint64

	sentPackets, sentOctets, sendErrors atomic.Uint64
	timestamp                           atomic.Uint32 // of the next sample sent
	ssrc                                atomic.Uint32 // ours

	remoteLost   atomic.Int64
	remoteJitter atomic.Uint32
	roundTrip    atomic.Int64
}

// receiver publishes the receiver's counts.
func (c *legCounts) receiver(r rtpaudio.Counts) {
	c.packets.Store(r.Packets)
	c.octets.Store(r.Octets)
	c.lost.Store(r.Lost)
	c.late.Store(r.Late)
	c.doubled.Store(r.Doubled)
	c.concealed.Store(r.Concealed)
	c.unusable.Store(r.Unusable)
	c.jumped.Store(r.Jumped)
	c.jitter.Store(r.Jitter)
}

// sent publishes the sender's counts.
func (c *legCounts) sent(s *rtpaudio.Sender) {
	packets, octets := s.Sent()
	c.sentPackets.Store(packets)
	c.sentOctets.Store(octets)
	c.timestamp.Store(s.Timestamp())
}

// Stats gives the leg's numbers so far; after Close, the final ones.
func (l *Leg) Stats() Stats {
	c := &l.counts
	return Stats{
		Received:       c.packets.Load(),
		ReceivedOctets: c.octets.Load(),
		Lost:           c.lost.Load(),
		Late:           c.late.Load(),
		Doubled:        c.doubled.Load(),
		Concealed:      c.concealed.Load(),
		Jitter:         samples(c.jitter.Load()),
		Strangers:      c.strangers.Load(),
		Malformed:      c.malformed.Load() + c.broken.Load(),
		Unusable:       c.unusable.Load(),
		Jumped:         c.jumped.Load(),
		Flooded:        c.flooded.Load(),
		Forged:         c.forged.Load(),
		Sent:           c.sentPackets.Load(),
		SentOctets:     c.sentOctets.Load(),
		SendErrors:     c.sendErrors.Load(),
		RemoteLost:     c.remoteLost.Load(),
		RemoteJitter:   samples(c.remoteJitter.Load()),
		RoundTrip:      time.Duration(c.roundTrip.Load()),
	}
}

// samples gives the time of so many samples.
func samples(n uint32) time.Duration { return time.Duration(n) * time.Second / 8000 }

// engineCounts are the engine's own numbers.
type engineCounts struct {
	ticks, lateTicks, skippedTicks, brokenTables, unknownPrompts, failedRecordings atomic.Uint64
	longestTick, recordings                                                        atomic.Int64
}

// EngineStats says how an engine fares.
type EngineStats struct {
	Legs       int // open
	Encrypted  int // of those, by SRTP
	Rooms      int
	Recordings int // running, or stopped and not yet on the disk to the end
	PortPairs  int // of the range; each leg takes one

	Ticks            uint64        // of 20 ms
	LateTicks        uint64        // caught up with
	SkippedTicks     uint64        // given up
	LongestTick      time.Duration // of work
	BrokenRooms      uint64        // put out of service after a fault of the program
	UnknownPrompts   uint64        // replaced by music
	FailedRecordings uint64
}

// Stats gives the engine's numbers.
func (e *Engine) Stats() EngineStats {
	e.mu.Lock()
	legs, rooms := len(e.legs), len(e.rooms)
	encrypted := 0
	for _, l := range e.legs {
		if s := l.session.Load(); s != nil && s.sealer != nil {
			encrypted++
		}
	}
	e.mu.Unlock()
	c := &e.counts
	return EngineStats{
		Legs: legs, Encrypted: encrypted, Rooms: rooms, Recordings: int(c.recordings.Load()), PortPairs: len(e.ports.pairs),
		Ticks:            c.ticks.Load(),
		LateTicks:        c.lateTicks.Load(),
		SkippedTicks:     c.skippedTicks.Load(),
		LongestTick:      time.Duration(c.longestTick.Load()),
		BrokenRooms:      c.brokenTables.Load(),
		UnknownPrompts:   c.unknownPrompts.Load(),
		FailedRecordings: c.failedRecordings.Load(),
	}
}
