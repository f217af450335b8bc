package rtpaudio

// The jitter buffer's bounds, in samples of 1/8000 s.
const (
	// minDelay is how long a packet waits at least: what a good network and schedulers of 20 ms need.
	minDelay = 40 * 8
	// maxDelay is how long packets wait at most: beyond it, people begin to talk into each other's words.
	maxDelay = 120 * 8
	// maxPacket is the longest packet that is taken, 60 ms.
	maxPacket = 60 * 8
	// ringSize (256 ms, a power of two) has room for the longest delay, the longest packet and a frame more.
	ringSize = 2048
	// window is the number of frames (1 s) over which the earliest and the latest packet are looked for.
	window = 50
	// calmWindows is how many windows in a row must have had room to spare before the delay is shortened: a network that
	// has a spike every few seconds keeps its delay.
	calmWindows = 10
	// longGap is the pause after which a packet begins a new talkspurt, marked or not.
	longGap = 100 * 8
	// patience is the number of frames for which packets may all be late before their clock is taken to have moved.
	patience = 5
	// shortenBy is the number of frames for which shortening waits for a quiet moment.
	shortenBy = 50
	// quiet is the loudest sample (-42 dBFS) of a frame that can be left out unheard.
	quiet = 256
)

// FrameKind says where a frame's sound comes from.
type FrameKind uint8

// The kinds of frames.
const (
	FrameSilence   FrameKind = iota // nothing has come for so long that there is nothing to go on with
	FrameConcealed                  // lost or late: the sound before it goes on, fading
	FramePlayed
)

// buffer is an adaptive jitter buffer that plays by timestamps: samples lie in a ring at their timestamp's place, so packets
// of any length and order fit. How early packets come is watched; late ones make the delay longer at once, calm makes it
// shorter slowly, in a quiet moment.
type buffer struct {
	pcm     [ringSize]int16
	marks   marks
	begun   bool
	play    uint32 // timestamp of the next sample to be played
	end     uint32 // timestamp behind the newest sample
	hold    int    // samples for which play stands still, to make the delay longer
	shorten int    // frames since shortening was decided, 0 = it was not
	calm    int    // windows in a row with room to spare
	frames  int    // in this window
	now     span   // this window
	last    span   // the one before
	late    struct {
		packet bool // one came late since the last frame
		good   bool // one came in time since the last frame
		frames int  // frames with late packets only, in a row
	}
	conceal concealer
}

// span is how early, in samples before they were played, the latest and the earliest packet of a window came.
type span struct {
	any              bool
	latest, earliest int
}

func (s *span) note(early int) {
	if !s.any {
		*s = span{any: true, latest: early, earliest: early}
		return
	}
	s.latest, s.earliest = min(s.latest, early), max(s.earliest, early)
}

func (s *span) move(by int) { s.latest, s.earliest = s.latest+by, s.earliest+by }

// restart forgets everything but the sound played last, which is concealed over.
func (b *buffer) restart() {
	*b = buffer{conceal: b.conceal}
}

// insert takes a packet's samples; newest says that no packet behind it in the stream has come before. It tells whether the
// packet was too late to be played.
func (b *buffer) insert(timestamp uint32, marker, newest bool, pcm []int16) (late bool) {
	n := len(pcm)
	if n == 0 {
		return false
	}
	if !b.begun {
		b.anchor(timestamp)
		b.begun = true
	}
	early := int(int32(timestamp - b.play))
	if early+n > ringSize || early < -ringSize && newest {
		b.marks = marks{}
		b.anchor(timestamp) // the clock of the far side has jumped
	} else if b.dry() && newest && (marker || early > 0 && int32(timestamp-b.end) >= longGap || b.late.frames >= patience) {
		b.anchor(timestamp) // a talkspurt begins: the delay can be set anew, unheard
	}
	early = int(int32(timestamp - b.play))
	if early >= -maxDelay {
		b.now.note(early)
	}
	if early < 0 {
		b.lengthen(-early, newest)
		early = int(int32(timestamp - b.play))
	}
	if early+n <= 0 {
		b.late.packet = true
		return true
	}
	b.late.good = true
	b.put(timestamp, pcm, max(0, -early))
	return false
}

// dry tells whether nothing waits to be played.
func (b *buffer) dry() bool { return int32(b.end-b.play) <= 0 }

// anchor sets the clock so that the packet with this timestamp waits for a frame longer than the packets of the last window
// were apart. (Not as long as those waited: the delay would grow with each talkspurt, by the schedulers' grain.)
func (b *buffer) anchor(timestamp uint32) {
	delay := max(minDelay, min(maxDelay, b.last.earliest-b.last.latest+FrameSize))
	b.play = timestamp - uint32(delay)
	b.end = timestamp
	b.now = span{}
	b.late.frames = 0
	b.hold = 0
}

// delay is how long packets that come as early as they do wait at present.
func (b *buffer) delay() int {
	d := minDelay
	if b.last.any {
		d = max(d, b.last.earliest)
	}
	if b.now.any {
		d = max(d, b.now.earliest)
	}
	return min(d, maxDelay)
}

// lengthen makes the delay longer after a packet that came so many samples too late, by whole frames and within maxDelay.
// If nothing is waiting, the clock goes back and the late packet is still played, otherwise the clock stands still for a
// while and only those behind it win.
func (b *buffer) lengthen(lateBy int, newest bool) {
	by := min((lateBy+FrameSize-1)/FrameSize*FrameSize, (maxDelay-b.delay())/FrameSize*FrameSize)
	if by <= 0 || lateBy > maxDelay {
		return
	}
	b.calm, b.shorten = 0, 0
	if b.dry() && newest {
		b.play -= uint32(by)
	} else {
		b.hold += by
	}
	b.now.move(by)
	b.last.move(by)
}

// put stores pcm from its sample skip on.
func (b *buffer) put(timestamp uint32, pcm []int16, skip int) {
	at, pcm := timestamp+uint32(skip), pcm[skip:]
	b.marks.set(at, len(pcm))
	n := copy(b.pcm[at%ringSize:], pcm)
	copy(b.pcm[:], pcm[n:])
	if end := at + uint32(len(pcm)); int32(end-b.end) > 0 {
		b.end = end
	}
}

// frame gives the next FrameSize samples.
func (b *buffer) frame(out *[FrameSize]int16) FrameKind {
	if !b.begun {
		*out = [FrameSize]int16{}
		return FrameSilence
	}
	b.watch()
	if b.hold > 0 {
		b.hold -= FrameSize
		return b.conceal.missed(out)
	}
	if b.shorten > 0 {
		b.tryShorten()
	}
	copyRing(out, &b.pcm, b.play)
	missing, had := b.marks.take(b.play)
	b.play += FrameSize
	switch had {
	case FrameSize:
		b.conceal.good(out)
		return FramePlayed
	case 0:
		return b.conceal.missed(out)
	}
	b.conceal.partly(out, &missing)
	return FramePlayed
}

// watch is called once a frame: it judges whether all packets are late, and at the end of a window whether the delay is
// longer than needed.
func (b *buffer) watch() {
	switch {
	case b.late.good:
		b.late.frames = 0
	case b.late.packet:
		b.late.frames++
	}
	b.late.good, b.late.packet = false, false
	if b.frames++; b.frames < window {
		return
	}
	b.frames = 0
	if !b.now.any {
		return // nothing came: nothing is known
	}
	switch spare := b.now.latest - minDelay; {
	case spare > maxDelay-minDelay+FrameSize:
		b.skip(b.now.latest - maxDelay) // after a stall or a jump: far too long, not worth waiting for
	case spare >= FrameSize:
		b.calm++
	default:
		b.calm = 0
	}
	b.last, b.now = b.now, span{}
	if b.calm >= calmWindows {
		b.calm, b.shorten = 0, 1
	}
}

// tryShorten leaves out the next frame if it is quiet, or if there was no quiet one for long.
func (b *buffer) tryShorten() {
	b.shorten++
	if b.shorten < shortenBy {
		for i := range FrameSize {
			at := b.play + uint32(i)
			if s := b.pcm[at%ringSize]; b.marks.has(at) && (s > quiet || s < -quiet) {
				return
			}
		}
	}
	b.shorten = 0
	b.skip(FrameSize)
}

// skip leaves samples out.
func (b *buffer) skip(n int) {
	b.marks.clear(b.play, n)
	b.play += uint32(n)
	b.now.move(-n)
	b.last.move(-n)
}

func copyRing(out *[FrameSize]int16, ring *[ringSize]int16, at uint32) {
	n := copy(out[:], ring[at%ringSize:])
	copy(out[n:], ring[:])
}
