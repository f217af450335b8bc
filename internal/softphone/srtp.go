package softphone

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/pion/sdp/v3"
	"github.com/pion/srtp/v3"
)

// Encrypt is whether a phone encrypts its sound: SRTP with keys in the session description (RFC 3711, RFC 4568).
type Encrypt uint8

// What a phone can be set to. The zero value is Clear.
const (
	Clear     Encrypt = iota // it knows no SRTP: RTP/SAVP is refused, keys in RTP/AVP are overlooked
	Offering                 // it offers RTP/AVP with keys, and takes what comes
	Encrypted                // it offers RTP/SAVP, and takes nothing without a key
)

// cryptoSuites are the suites in the order in which they are offered.
var cryptoSuites = []string{"AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"}

var cryptoProfiles = map[string]srtp.ProtectionProfile{
	cryptoSuites[0]: srtp.ProtectionProfileAes128CmHmacSha1_80,
	cryptoSuites[1]: srtp.ProtectionProfileAes128CmHmacSha1_32,
}

const (
	masterKey  = 16 // bytes
	masterSalt = 14
	seenBefore = 128 // packets that replay protection remembers
)

// crypto is one a=crypto. The zero value is none.
type crypto struct {
	tag   string
	suite string
	key   [masterKey + masterSalt]byte
}

func newCrypto(tag, suite string) crypto {
	c := crypto{tag: tag, suite: suite}
	_, _ = rand.Read(c.key[:]) // never fails
	return c
}

// cryptosOf reads the keys of a media line that we can use, in its order.
func cryptosOf(m *sdp.MediaDescription) []crypto {
	var all []crypto
	for _, a := range m.Attributes {
		if a.Key != "crypto" {
			continue
		}
		fields := strings.Fields(a.Value)
		if len(fields) != 3 || cryptoProfiles[fields[1]] == 0 { // session parameters are beyond us
			continue
		}
		code, inline := strings.CutPrefix(fields[2], "inline:")
		code, rest, _ := strings.Cut(code, "|")
		raw, err := base64.StdEncoding.DecodeString(code)
		if !inline || err != nil || len(raw) != masterKey+masterSalt || strings.Contains(rest, ":") {
			continue
		}
		c := crypto{tag: fields[0], suite: fields[1]}
		copy(c.key[:], raw)
		all = append(all, c)
	}
	return all
}

func (c crypto) attribute() sdp.Attribute {
	return sdp.NewAttribute("crypto", c.tag+" "+c.suite+" inline:"+base64.StdEncoding.EncodeToString(c.key[:]))
}

var errNotEncrypted = errors.New("softphone: the other side does not encrypt its sound")

// ownKeys gives our keys, one for each suite of the session's own.
func (s *session) ownKeys() []crypto {
	if s.keys == nil {
		for i, suite := range s.suites {
			s.keys = append(s.keys, newCrypto(fmt.Sprint(i+1), suite))
		}
	}
	return s.keys
}

// offeredKeys gives the profile and the keys of an offer.
func (s *session) offeredKeys() ([]string, []crypto) {
	switch s.encrypt {
	case Encrypted:
		return []string{"RTP", "SAVP"}, s.ownKeys()
	case Offering:
		return []string{"RTP", "AVP"}, s.ownKeys()
	default:
		return []string{"RTP", "AVP"}, nil
	}
}

// agreeKeys finds the pair of keys for what the other side says: in an answer of ours under the tag of its offer, in an answer of its own
// under the tag of ours.
func (s *session) agreeKeys(d *description, answering bool) (mine, theirs crypto, err error) {
	if s.encrypt == Clear {
		return crypto{}, crypto{}, nil
	}
	for _, theirs := range d.keys {
		for _, mine := range s.ownKeys() {
			if mine.suite == theirs.suite && (answering || mine.tag == theirs.tag) {
				mine.tag = theirs.tag
				return mine, theirs, nil
			}
		}
	}
	if s.encrypt == Encrypted || d.secure {
		return crypto{}, crypto{}, errNotEncrypted
	}
	return crypto{}, crypto{}, nil
}

// protection is the pair of contexts of a call that is encrypted.
type protection struct {
	mine, theirs crypto

	mu      sync.Mutex
	out, in *srtp.Context
}

// protect gives the contexts for a pair of keys: the former ones while the keys stay; nil if there are none.
func protect(mine, theirs crypto, former *protection, wrong bool) *protection {
	if mine == (crypto{}) {
		return nil
	}
	mine.tag, theirs.tag = "", ""
	if former != nil && former.mine == mine && former.theirs == theirs {
		return former
	}
	p := &protection{mine: mine, theirs: theirs, in: contextOf(theirs)}
	if wrong {
		mine = newCrypto("", mine.suite)
	}
	p.out = contextOf(mine)
	return p
}

func contextOf(c crypto) *srtp.Context {
	context, err := srtp.CreateContext(c.key[:masterKey], c.key[masterKey:], cryptoProfiles[c.suite], srtp.SRTPReplayProtection(seenBefore),
		srtp.SRTCPReplayProtection(seenBefore))
	if err != nil {
		panic(fmt.Sprintf("softphone: cryptographic context: %v", err)) // suite and length were looked at
	}
	return context
}

// seal protects a packet of sound, or of reports.
func (m *media) seal(packet []byte, reports bool) ([]byte, error) {
	s := m.secure.Load()
	if s == nil {
		return packet, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if reports {
		return s.out.EncryptRTCP(nil, packet, nil)
	}
	return s.out.EncryptRTP(nil, packet, nil)
}

// open takes the protection off a packet. In an encrypted call everything else is dropped.
func (m *media) open(packet []byte, reports bool) ([]byte, bool) {
	s := m.secure.Load()
	if s == nil {
		return packet, true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var plain []byte
	var err error
	if reports {
		plain, err = s.in.DecryptRTCP(nil, packet, nil)
	} else {
		plain, err = s.in.DecryptRTP(nil, packet, nil)
	}
	if err != nil {
		m.forged.Add(1)
		return nil, false
	}
	return plain, true
}

// Suite tells by which crypto suite the call is encrypted now; "" if it is not.
func (c *Call) Suite() string {
	if s := c.media.secure.Load(); s != nil {
		return s.mine.suite
	}
	return ""
}

// Forged counts what came in an encrypted call and was not authentic.
func (c *Call) Forged() uint64 { return c.media.forged.Load() }

// knownSuites checks the suites of a configuration.
func knownSuites(suites []string) bool {
	return !slices.ContainsFunc(suites, func(s string) bool { return cryptoProfiles[s] == 0 })
}
