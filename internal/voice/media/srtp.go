package media

import (
	"errors"
	"fmt"
	"sync"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
)

const (
	// replayWindow is how far back a packet may come that was not seen yet: 1.3 s of sound. RFC 3711 section 3.3.2 asks for 64 at least.
	replayWindow = 64
	// maxStreams is how many sources one key may protect. Each has a state of its own, which is never given back; a phone has one
	// source, or a few in the life of a call.
	maxStreams = 32
	// maxTag is the longest that protection adds to a packet: the tag of 80 bits, and in reports 32 bits of index.
	maxTag = 14
)

var (
	errStreams = errors.New("too many sources for one key")
	profiles   = map[Suite]srtp.ProtectionProfile{
		SuiteAES128SHA80: srtp.ProtectionProfileAes128CmHmacSha1_80,
		SuiteAES128SHA32: srtp.ProtectionProfileAes128CmHmacSha1_32,
	}
)

// opener takes the protection off what comes (RFC 3711). It lives as long as the key: its contexts remember which packets have been
// seen, and how often sequence numbers have begun anew. Sound belongs to the reader of the RTP socket, reports to that of the other.
type opener struct {
	key    Crypto
	sound  *srtp.Context
	header rtp.Header
	known  int // sources of sound

	reports   *srtp.Context
	reporting rtcp.Header
	reporters int
}

// sealer protects what is sent. Sound belongs to the leg's scheduler; reports are sent by it and by who closes the leg.
type sealer struct {
	key    Crypto
	sound  *srtp.Context
	header rtp.Header

	mu      sync.Mutex
	reports *srtp.Context
}

// newOpener is nil for what is not protected.
func newOpener(c Crypto) (*opener, error) {
	if !c.On() {
		return nil, nil
	}
	o := &opener{key: c}
	var err error
	if o.sound, err = newContext(c); err == nil {
		o.reports, err = newContext(c)
	}
	return o, err
}

// newSealer is nil for what is not to be protected.
func newSealer(c Crypto) (*sealer, error) {
	if !c.On() {
		return nil, nil
	}
	s := &sealer{key: c}
	var err error
	if s.sound, err = newContext(c); err == nil {
		s.reports, err = newContext(c)
	}
	return s, err
}

func newContext(c Crypto) (*srtp.Context, error) {
	const keyLen = 16
	ctx, err := srtp.CreateContext(c.Key[:keyLen], c.Key[keyLen:], profiles[c.Suite], srtp.SRTPReplayProtection(replayWindow),
		srtp.SRTCPReplayProtection(replayWindow))
	if err != nil {
		return nil, fmt.Errorf("make cryptographic context: %w", err)
	}
	return ctx, nil
}

// open gives a packet of sound as it was before it was protected, in the same memory. Errors: it is not authentic, has been seen, or
// belongs to one source too many. Nothing is remembered of such a packet.
func (o *opener) open(raw []byte) ([]byte, error) {
	if _, err := o.header.Unmarshal(raw); err != nil {
		return nil, fmt.Errorf("read header: %w", err)
	}
	source := o.header.SSRC
	_, known := o.sound.ROC(source)
	if !known && o.known == maxStreams {
		return nil, errStreams
	}
	plain, err := o.sound.DecryptRTP(raw, raw, &o.header)
	if err == nil && !known {
		o.known++
	}
	return plain, err
}

// openReport is open for a packet of reports.
func (o *opener) openReport(raw []byte) ([]byte, error) {
	const ssrcEnd = 8
	if len(raw) < ssrcEnd {
		return nil, errShort
	}
	source := uint32(raw[4])<<24 | uint32(raw[5])<<16 | uint32(raw[6])<<8 | uint32(raw[7])
	_, known := o.reports.Index(source)
	if !known && o.reporters == maxStreams {
		return nil, errStreams
	}
	plain, err := o.reports.DecryptRTCP(raw, raw, &o.reporting)
	if err == nil && !known {
		o.reporters++
	}
	return plain, err
}

var errShort = errors.New("packet is too short")

// seal protects a packet of sound, in the same memory if it has room for maxTag bytes more.
func (s *sealer) seal(packet []byte) ([]byte, error) {
	return s.sound.EncryptRTP(packet, packet, &s.header)
}

// sealReport protects a packet of reports.
func (s *sealer) sealReport(packet []byte) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reports.EncryptRTCP(nil, packet, nil)
}

// setCrypto makes the session's contexts, or keeps the former ones while their keys stay: a new context for an old key would send the
// same key stream twice and take old packets again.
func (s *session) setCrypto(former *session) error {
	if err := s.checkCrypto(); err != nil {
		return err
	}
	var err error
	if former != nil && former.opener != nil && former.opener.key == s.Receive {
		s.opener = former.opener
	} else if s.opener, err = newOpener(s.Receive); err != nil {
		return err
	}
	if former != nil && former.sealer != nil && former.sealer.key == s.Send {
		s.sealer = former.sealer
	} else if s.sealer, err = newSealer(s.Send); err != nil {
		return err
	}
	return nil
}
