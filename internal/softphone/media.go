package softphone

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"

	"ccgateway/internal/dtmf"
	"ccgateway/internal/g711"
	"ccgateway/internal/tone"
)

const (
	// toneAmplitude is the peak of what a phone says: -10 dBFS, so that three of them can be mixed without clipping.
	toneAmplitude = 0.316
	// digitAmplitude is that of each of a digit's two tones: -12 dBFS.
	digitAmplitude = 0.25
	// portTries is how often a pair of neighbouring ports is looked for; half of all ports are even, and few are taken.
	portTries = 64
	// maxDatagram is more than any RTP packet of ours or of a peer that keeps to Ethernet's size.
	maxDatagram = 2048
)

// Sent counts what a call has sent.
type Sent struct {
	Packets uint64
	Octets  uint64 // of payload, as in RTCP
	Failed  uint64 // packets that the machine refused to send
}

// peer is where and how a call sends, agreed by offer and answer. It is never changed, only replaced.
type peer struct {
	rtp     netip.AddrPort
	rtcp    netip.AddrPort
	law     g711.Law
	eventPT uint8 // of the digits we send; 0: the peer knows none
	hearPT  uint8 // of the digits we hear
	send    bool

	mine, theirs crypto // none: in the clear
}

// media is the sound of one call: its sockets, its mouth and its ear.
type media struct {
	local  *net.UDPConn // RTP
	reply  *net.UDPConn // what RTP is sent from: local, unless the phone sends from the wrong source on purpose
	report *net.UDPConn // RTCP
	faults func() Faults
	ear    *ear
	peer   atomic.Pointer[peer]
	quit   atomic.Bool                // the phone was unplugged: nothing leaves, nothing comes in
	secure atomic.Pointer[protection] // nil: in the clear
	forged atomic.Uint64

	freq    atomic.Int64 // of the tone, Hz; 0 is silence
	muted   atomic.Bool
	holding atomic.Bool // we hold the call: the other side is not to hear us

	mu     sync.Mutex // what only the pacer and the keys touch
	ssrc   uint32
	seq    uint16
	stamp  uint32
	quiet  bool // no packet went out in the frame before: the next one is marked
	loop   []byte
	loopOf loopKey
	at     int // position in loop
	digits digitMouth
	tones  *dtmf.Generator // of the digit that is being said, where it is said in tones
	speech speech
	sent   Sent
	control

	once    sync.Once
	readers sync.WaitGroup
}

// loopKey tells what a loop sounds like.
type loopKey struct {
	law  g711.Law
	freq int64
}

// newMedia opens the sockets of a call on host. Nothing is sent before connect and start.
func newMedia(ctx context.Context, host netip.Addr, freq float64, record time.Duration, faults func() Faults) (*media, error) {
	local, report, err := openPair(ctx, host)
	if err != nil {
		return nil, err
	}
	m := &media{
		local: local, reply: local, report: report, faults: faults, ear: newEar(record),
		ssrc: rand.Uint32(), seq: uint16(rand.Uint32()), stamp: rand.Uint32(), quiet: true, //nolint:gosec // need not be secret
	}
	m.say(freq)
	if faults().WrongSource {
		if m.reply, err = listenUDP(ctx, netip.AddrPortFrom(host, 0)); err != nil {
			m.closeSockets()
			return nil, err
		}
	}
	m.readers.Go(m.hear)
	m.readers.Go(m.hearReports)
	shared.join(m)
	return m, nil
}

// openPair opens an even port for RTP and the next one for RTCP (RFC 3550 section 11).
func openPair(ctx context.Context, host netip.Addr) (sound, report *net.UDPConn, err error) {
	for range portTries {
		sound, err = listenUDP(ctx, netip.AddrPortFrom(host, 0))
		if err != nil {
			return nil, nil, err
		}
		port := portOf(sound)
		if port%2 == 0 {
			report, err = listenUDP(ctx, netip.AddrPortFrom(host, port+1))
			if err == nil {
				return sound, report, nil
			}
		}
		_ = sound.Close()
	}
	return nil, nil, fmt.Errorf("softphone: no pair of free ports on %v", host)
}

func listenUDP(ctx context.Context, at netip.AddrPort) (*net.UDPConn, error) {
	var lc net.ListenConfig
	conn, err := lc.ListenPacket(ctx, "udp", at.String())
	if err != nil {
		return nil, fmt.Errorf("softphone: open media port: %w", err)
	}
	return conn.(*net.UDPConn), nil
}

func portOf(conn *net.UDPConn) uint16 {
	return conn.LocalAddr().(*net.UDPAddr).AddrPort().Port()
}

// announced is where the call receives RTP when its machine is reached at host.
func (m *media) announced(host netip.Addr) netip.AddrPort {
	return netip.AddrPortFrom(host, portOf(m.local))
}

// connect tells where and how to send from now on.
func (m *media) connect(p peer) {
	m.ear.setEventPT(p.hearPT)
	m.secure.Store(protect(p.mine, p.theirs, m.secure.Load(), m.faults().WrongKey))
	m.peer.Store(&p)
}

// say changes the tone.
func (m *media) say(freq float64) {
	if freq <= 0 || freq >= tone.SampleRate/2 {
		freq = 0
	}
	m.freq.Store(int64(freq + 0.5))
}

// close ends the sound and waits for its goroutines.
func (m *media) close() {
	m.once.Do(func() {
		shared.leave(m)
		m.bye()
		m.peer.Store(nil)
		m.closeSockets()
		m.readers.Wait()
		m.mu.Lock()
		defer m.mu.Unlock()
		for _, job := range m.digits.queue {
			close(job.said)
		}
		m.digits.queue = nil
		m.speech.end()
		m.ear.tick()
	})
}

func (m *media) closeSockets() {
	_ = m.local.Close()
	_ = m.report.Close()
	if m.reply != nil && m.reply != m.local {
		_ = m.reply.Close()
	}
}

// hear reads RTP until the socket is closed.
func (m *media) hear() {
	buf := make([]byte, maxDatagram)
	for {
		n, from, err := m.local.ReadFromUDPAddrPort(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil || m.quit.Load() {
			continue // an ICMP message of the peer's machine: it says nothing that a missing packet does not say
		}
		packet, ok := m.open(buf[:n], false)
		if !ok {
			continue
		}
		m.ear.take(packet, netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), time.Now())
	}
}

// pace sends the frames that are due.
func (m *media) pace(due, skipped int) {
	m.ear.tick()
	p := m.peer.Load()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stamp += uint32(skipped * frameSamples) //nolint:gosec // wraps
	if skipped > 0 {
		m.quiet = true
	}
	for range due {
		if p == nil || !p.send || m.faults().NoRTP || m.quit.Load() {
			m.quiet = true
		} else if !m.sayDigit(p) {
			m.saySound(p)
		}
		m.stamp += frameSamples
	}
	m.paceReports(p, due+skipped)
}

// sayDigit sends the packets of a digit, if one waits.
func (m *media) sayDigit(p *peer) bool {
	payloads, stamp, first := m.digits.next(m.stamp)
	if len(payloads) > 0 && p.eventPT == 0 {
		m.sayTones(p, payloads[0][0], stamp == m.stamp)
		return true
	}
	for i := range payloads {
		m.send(p, p.eventPT, stamp, first && i == 0, payloads[i][:])
	}
	return len(payloads) > 0
}

// sayTones sends one frame of a digit to a peer that was not promised events.
func (m *media) sayTones(p *peer, event byte, first bool) {
	if first {
		m.tones = dtmf.NewGenerator(digitSet[event], digitAmplitude)
	}
	var pcm [frameSamples]int16
	m.tones.Fill(pcm[:])
	m.sayFrame(p, &pcm)
}

// speech is sound that is said in place of the tone.
type speech struct {
	pcm  []int16       // what is left of it
	said chan struct{} // closed at its end; nil: nothing is spoken
}

// speak begins some speech; said is closed when it was said, broken off, or the call ended.
func (m *media) speak(pcm []int16) (said <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.speech.end()
	m.speech = speech{pcm: pcm, said: make(chan struct{})}
	return m.speech.said
}

func (s *speech) end() {
	if s.said != nil {
		close(s.said)
		*s = speech{}
	}
}

// saySpeech sends one frame of what is spoken.
func (m *media) saySpeech(p *peer) {
	var pcm [frameSamples]int16
	m.speech.pcm = m.speech.pcm[copy(pcm[:], m.speech.pcm):]
	m.sayFrame(p, &pcm)
	if len(m.speech.pcm) == 0 {
		m.speech.end()
	}
}

// sayFrame sends one frame of sound.
func (m *media) sayFrame(p *peer, pcm *[frameSamples]int16) {
	var code [frameSamples]byte
	p.law.Encode(code[:], pcm[:])
	m.send(p, p.law.PayloadType(), m.stamp, m.quiet, code[:])
	m.quiet = false
}

// saySound sends one frame of speech, of the tone or of silence.
func (m *media) saySound(p *peer) {
	if m.speech.said != nil && !m.muted.Load() && !m.holding.Load() {
		m.saySpeech(p)
		return
	}
	key := loopKey{law: p.law, freq: m.freq.Load()}
	if m.muted.Load() || m.holding.Load() {
		key.freq = 0
	}
	if key != m.loopOf {
		m.loop, m.loopOf, m.at = newLoop(key), key, 0
	}
	m.send(p, p.law.PayloadType(), m.stamp, m.quiet, m.loop[m.at:m.at+frameSamples])
	m.at = (m.at + frameSamples) % len(m.loop)
	m.quiet = false
}

// newLoop makes one second of a sound. A whole number of Hz fits into it without a seam, so it can be repeated for ever, and
// no sine has to be computed while hundreds of calls talk.
func newLoop(key loopKey) []byte {
	pcm := make([]int16, tone.SampleRate)
	if key.freq > 0 {
		tone.NewGenerator(float64(key.freq), toneAmplitude).Fill(pcm)
	}
	code := make([]byte, len(pcm))
	key.law.Encode(code, pcm)
	return code
}

// send sends one packet. The caller holds m.mu.
func (m *media) send(p *peer, pt uint8, stamp uint32, marker bool, payload []byte) {
	packet := rtp.Packet{
		Header: rtp.Header{
			Version: 2, Marker: marker, PayloadType: pt, SequenceNumber: m.seq, Timestamp: stamp, SSRC: m.ssrc,
		},
		Payload: payload,
	}
	var buf [maxDatagram]byte
	n, err := packet.MarshalTo(buf[:])
	datagram := buf[:n]
	if err == nil {
		datagram, err = m.seal(datagram, false)
	}
	if err == nil {
		_, err = m.reply.WriteToUDPAddrPort(datagram, p.rtp)
	}
	m.seq++
	if err != nil {
		m.sent.Failed++
		return
	}
	m.sent.Packets++
	m.sent.Octets += uint64(len(payload))
}

// press queues a digit; said is closed when it was sent, or when the call ended.
func (m *media) press(event byte) (said <-chan struct{}, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.digits.queue) >= digitQueue {
		return nil, errors.New("softphone: too many digits wait")
	}
	job := digitJob{event: event, said: make(chan struct{})}
	m.digits.queue = append(m.digits.queue, job)
	return job.said, nil
}

// counts gives what was sent.
func (m *media) counts() Sent {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sent
}
