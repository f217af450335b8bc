package media

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	crand "crypto/rand"

	"github.com/pion/rtp"

	"ccgateway/internal/voice/media/rtpaudio"
)

// Leg is one party's RTP connection. Its parts have different owners: signalling swaps the session, the reader of the RTP
// socket owns the latch and fills the receiver, the scheduler takes frames from the receiver and sends. They meet in atomic
// pointers, and reader and scheduler in one short lock; signalling never holds a lock that the scheduler wants.
type Leg struct {
	id      LegID
	engine  *Engine
	pair    *pair
	cname   string // RFC 7022 section 4.2
	closed  atomic.Bool
	closing sync.Once
	ended   sync.WaitGroup // readers

	configuring sync.Mutex // one Configure at a time
	session     atomic.Pointer[session]
	target      atomic.Pointer[target]
	reported    atomic.Pointer[senderReport] // the far side's last one
	rtcpSource  atomic.Pointer[rtcpSource]
	aliveAt     atomic.Int64 // time.Duration: last sign of life, or since when one is waited for
	counts      legCounts

	// Of the reader of the RTP socket.
	latch   latch
	limit   limiter
	packet  rtp.Packet
	hearing struct { // the source that receiver has begun with
		any  bool
		ssrc uint32
	}

	// Between that reader and the scheduler.
	in       sync.Mutex
	receiver *rtpaudio.Receiver

	// Of the scheduler.
	sender    *rtpaudio.Sender
	said      frame // what the party says in this tick
	heard     bool  // it is more than silence
	out       [maxPacketLen]byte
	reportDue uint64        // tick
	lostAt    time.Duration // when MediaLost was told last
	sends     bool          // the party was sent sound in this tick

	tones  toneKeys  // keys in what the party says
	keying keying    // the key that the far side is sent
	keys   chan byte // that wait for it

	recordings atomic.Pointer[[]*recording]
	play       atomic.Pointer[playing] // beside or in place of what its row says

	// Guarded by Engine.mu.
	alone *table    // while in no room
	plays *playback // the prompt that it hears
}

// target is where the latch has locked sound to. It counts only for the peer that it was made for.
type target struct {
	peer *peer
	addr netip.AddrPort
	ssrc uint32
}

// firstSequence masks the number of our first packet: it must not be about to begin anew, or a far side that misses the first packets
// would count SRTP's rounds wrongly (RFC 4568 section 6.4).
const firstSequence = 1<<15 - 1

// newLeg makes a leg around a pair of ports. Its numbers are random as RFC 3550 sections 5.1 and 8.1 want them.
func newLeg(e *Engine, id LegID, p *pair) *Leg {
	var name [12]byte
	_, _ = crand.Read(name[:]) // never fails
	l := &Leg{
		id:       id,
		engine:   e,
		pair:     p,
		cname:    base64.RawURLEncoding.EncodeToString(name[:]),
		limit:    newLimiter(packetRate, packetBurst),
		keys:     make(chan byte, maxKeys),
		receiver: rtpaudio.NewReceiver(),
		sender:   rtpaudio.NewSender(rand.Uint32(), uint16(rand.Uint32())&firstSequence, rand.Uint32()),
	}
	l.counts.ssrc.Store(l.sender.SSRC())
	return l
}

// ID gives the leg's name.
func (l *Leg) ID() LegID { return l.id }

// LocalAddr is the advertised address with the leg's RTP port; RTCP is the port above.
func (l *Leg) LocalAddr() netip.AddrPort {
	return netip.AddrPortFrom(l.engine.cfg.Advertise, l.pair.port)
}

// Configure sets what was agreed; again after each re-INVITE. While Remote and Signalling stay the same, what was latched
// stays too; when they change, the latch begins anew. Errors: a session that cannot be; ErrClosed.
func (l *Leg) Configure(s Session) error {
	l.configuring.Lock()
	defer l.configuring.Unlock()
	if l.closed.Load() {
		return fmt.Errorf("configure leg %s: %w", l.id, ErrClosed)
	}
	now := l.engine.clock()
	former := l.session.Load()
	next, err := s.ready(former, now, l.engine.IPv4Only())
	if err != nil {
		return fmt.Errorf("configure leg %s: %w", l.id, err)
	}
	if waited := former != nil && former.watched() && former.peer == next.peer; !waited {
		l.aliveAt.Store(int64(now)) // the wait for media begins
	}
	l.session.Store(next)
	return nil
}

// Close says RTCP BYE, frees the ports, ends the leg's recordings and takes it out of its room. It may be called again.
func (l *Leg) Close() {
	l.closing.Do(func() {
		defer l.engine.open.Done()
		l.closed.Store(true)
		l.engine.remove(l)
		l.sayBye()
		l.engine.ports.release(l.pair)
		l.ended.Wait()
	})
}

// listen takes the party's next 20 ms.
func (l *Leg) listen(t tick) {
	s := l.session.Load()
	if s == nil || !s.Direction.Receives() {
		if l.heard {
			l.said, l.heard = frame{}, false
		}
		l.tones.forget()
		return
	}
	l.heard = l.nextFrame()
	l.findKeys(s, t)
	if s.watched() {
		l.watch(t)
	}
}

func (l *Leg) nextFrame() (heard bool) {
	l.in.Lock()
	defer l.in.Unlock()
	kind := l.receiver.Frame(&l.said)
	l.counts.receiver(l.receiver.Counts())
	return kind != rtpaudio.FrameSilence
}

// watch tells that nothing has come for too long, and tells it again each time that so long has passed anew: whoever had no
// use for it the first time (a call that was still ringing) may have one then.
func (l *Leg) watch(t tick) {
	limit := l.engine.cfg.NoMedia
	since := max(l.lostAt, time.Duration(l.aliveAt.Load()))
	if limit == 0 || t.now-since < limit {
		return
	}
	l.lostAt = t.now
	l.engine.events.add(happening{kind: happenedMediaLost, leg: l})
}

// speak sends the party's next 20 ms.
func (l *Leg) speak(t tick, out *frame) {
	s := l.session.Load()
	if s == nil {
		l.sends = false
		return
	}
	to := l.rtpTo(s)
	l.sends = s.Direction.Sends() && to.IsValid()
	if l.sends {
		if !l.sendKey(s, to) {
			l.write(s, l.audio(s, out), to)
		}
	} else {
		l.keying.active = false // a key that was cut off cannot be taken up again
		l.sender.Skip(rtpaudio.FrameSize)
	}
	l.counts.sent(l.sender)
	if t.n >= l.reportDue {
		l.report(t, s)
	}
}

// audio makes the next packet of sound.
func (l *Leg) audio(s *session, out *frame) []byte {
	l.sender.SetClock(s.Format.Codec.Clock())
	return l.sender.Audio(l.out[:], s.encoder, s.Format.PayloadType, out[:])
}

// write sends a packet, protected if that was agreed; one that cannot be sent is counted.
func (l *Leg) write(s *session, packet []byte, to netip.AddrPort) {
	var err error
	if s.sealer != nil {
		packet, err = s.sealer.seal(packet)
	}
	if err == nil {
		_, err = l.pair.rtp.WriteToUDPAddrPort(packet, to)
	}
	if err != nil {
		l.counts.sendErrors.Add(1)
	}
}

// rtpTo gives the address to which sound goes, none if it must not go anywhere (yet).
func (l *Leg) rtpTo(s *session) netip.AddrPort {
	if s.nowhere {
		return netip.AddrPort{}
	}
	if t := l.target.Load(); t != nil && t.peer == s.peer {
		return t.addr
	}
	if s.peer.unreachable() {
		return netip.AddrPort{}
	}
	return s.peer.media
}

// record hands what was heard and said in this tick to the leg's recordings.
func (l *Leg) record(room RoomID, out *frame) {
	list := l.recordings.Load()
	if list == nil {
		return
	}
	for _, r := range *list {
		if r.silence.over(&l.said) {
			l.engine.events.add(happening{kind: happenedSilence, recording: r})
		}
		switch {
		case r.silent(), r.room != room:
			r.add(&silence, &silence)
		case !l.sends:
			r.add(&silence, &l.said)
		default:
			r.add(out, &l.said)
		}
	}
}

var silence frame

// skip lets ticks pass that could not be kept (see scheduler.go).
func (l *Leg) skip(ticks int) {
	l.sender.Skip(ticks * rtpaudio.FrameSize)
	list := l.recordings.Load()
	if list == nil {
		return
	}
	for _, r := range *list {
		for range ticks {
			r.add(&silence, &silence)
		}
	}
}
