package media

import (
	"crypto/rand"
	"errors"
	"fmt"
)

// Suite is how a stream is encrypted and authenticated: a crypto suite of RFC 4568 section 6.2. The zero value is "in the clear".
type Suite uint8

// The suites.
const (
	SuiteNone        Suite = iota
	SuiteAES128SHA80       // AES_CM_128_HMAC_SHA1_80: packets with a tag of 80 bits
	SuiteAES128SHA32       // AES_CM_128_HMAC_SHA1_32: sound with a tag of 32 bits, reports with one of 80
)

// Suites are those that we know, the strongest first.
var Suites = []Suite{SuiteAES128SHA80, SuiteAES128SHA32}

// String is the name of SDP; "none" for the zero value.
func (s Suite) String() string {
	switch s {
	case SuiteAES128SHA80:
		return "AES_CM_128_HMAC_SHA1_80"
	case SuiteAES128SHA32:
		return "AES_CM_128_HMAC_SHA1_32"
	default:
		return "none"
	}
}

// KeyLen is the length of a master key (16 bytes) with its salt (14 bytes), as SDP carries it in base64 (RFC 4568 section 6.1).
const KeyLen = 30

// Crypto is how one direction of a session is protected: its suite and master key. It never shows its key, whatever prints it.
type Crypto struct {
	Suite Suite
	Key   [KeyLen]byte
}

// NewCrypto makes a key for what we send.
func NewCrypto(s Suite) Crypto {
	c := Crypto{Suite: s}
	_, _ = rand.Read(c.Key[:]) // never fails
	return c
}

// On tells whether anything is protected.
func (c Crypto) On() bool { return c.Suite != SuiteNone }

// String names the suite.
func (c Crypto) String() string { return c.Suite.String() }

// GoString is for %#v: the suite, not the key.
func (c Crypto) GoString() string { return "media.Crypto(" + c.Suite.String() + ")" }

// Format keeps the key out of every other verb.
func (c Crypto) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(c.Suite.String())) }

// MarshalText keeps the key out of logs and JSON.
func (c Crypto) MarshalText() ([]byte, error) { return []byte(c.Suite.String()), nil }

var errOneWay = errors.New("one direction is to be encrypted and the other not")

// checkCrypto refuses what SDP cannot have agreed on.
func (s *Session) checkCrypto() error {
	if s.Send.On() != s.Receive.On() {
		return errOneWay
	}
	return nil
}
