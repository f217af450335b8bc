package voice

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"

	"ccgateway/internal/voice/media"
)

// Encryption says whether a leg's sound is encrypted: SRTP with keys in the session description (SDES, RFC 4568).
type Encryption uint8

// What an account or a trunk may want. The zero value is the default.
const (
	// EncryptionOptional: where the peer offers it. We offer it to phones that are reached by TLS, in the form that phones without it
	// overlook: RTP/AVP with keys.
	EncryptionOptional Encryption = iota
	// EncryptionOff: never.
	EncryptionOff
	// EncryptionRequired: always. We offer RTP/SAVP, and refuse with 488 what comes without a key.
	EncryptionRequired
)

// EncryptionOf reads the word of the configuration: off, optional or required. Everything else is required: better a call less than one
// that should have been encrypted and was not.
func EncryptionOf(word string) Encryption {
	switch word {
	case "off":
		return EncryptionOff
	case "optional", "":
		return EncryptionOptional
	default:
		return EncryptionRequired
	}
}

// Why an audio line is not for us although its codec is; both count as errNoCommonMedia.
var (
	errNotEncrypted = fmt.Errorf("%w: it is not encrypted, and must be", errNoCommonMedia)
	errNoKey        = fmt.Errorf("%w: it is encrypted, with no key that we can use", errNoCommonMedia)
	errBadTag       = fmt.Errorf("%w: the answer names a key that was not offered", errNoCommonMedia)
)

const (
	// maxCryptoLines bounds the keys that are looked at; phones offer up to eight suites.
	maxCryptoLines = 16
	// maxTagDigits is RFC 4568 section 9.1: tag = 1*9DIGIT.
	maxTagDigits = 9

	profileSecure = "SAVP"
	attrCrypto    = "crypto"
)

// cryptoLine is one a=crypto: a key of whoever says it, under a number of the offer's.
type cryptoLine struct {
	tag string
	media.Crypto
}

// on tells whether there is a key at all.
func (c cryptoLine) on() bool { return c.Crypto.On() }

// secure tells whether a media line's profile demands encryption, and known whether it is one of ours at all.
func secure(protos []string) (demanded, known bool) {
	switch strings.Join(protos, "/") {
	case "RTP/AVP", "RTP/AVPF":
		return false, true
	case "RTP/SAVP", "RTP/SAVPF":
		return true, true
	}
	return false, false
}

// readKeys finds the keys of a line that we can use, in the peer's order, and refuses a line that has not what the policy or its own
// profile demands. Errors: errNotEncrypted, errNoKey, errNoCommonMedia.
func (d *description) readKeys(line *sdp.MediaDescription, policy Encryption) error {
	demanded, known := secure(line.MediaName.Protos)
	if !known {
		return errNoCommonMedia
	}
	if policy != EncryptionOff {
		d.keys = cryptoLines(line)
	}
	switch {
	case demanded && len(d.keys) == 0:
		return errNoKey
	case policy == EncryptionRequired && len(d.keys) == 0:
		return errNotEncrypted
	}
	return nil
}

// cryptoLines reads the keys of a media line that we can use.
func cryptoLines(line *sdp.MediaDescription) []cryptoLine {
	var all []cryptoLine
	seen := 0
	for _, a := range line.Attributes {
		if a.Key != attrCrypto {
			continue
		}
		if seen++; seen > maxCryptoLines {
			break
		}
		if c, err := parseCrypto(a.Value); err == nil {
			all = append(all, c)
		}
	}
	return all
}

// errCrypto has no detail: what it would show is a key.
var errCrypto = errors.New("key cannot be used")

// parseCrypto reads the value of a=crypto (RFC 4568 section 9.1): tag, suite, key parameters, session parameters. A key with an
// identifier (MKI), several keys, and parameters that change how packets are protected are not for us.
func parseCrypto(value string) (cryptoLine, error) {
	f := strings.Fields(value)
	if len(f) < 3 || len(f[0]) > maxTagDigits {
		return cryptoLine{}, errCrypto
	}
	if _, err := strconv.ParseUint(f[0], 10, 32); err != nil {
		return cryptoLine{}, errCrypto
	}
	c := cryptoLine{tag: f[0]}
	i := slices.IndexFunc(media.Suites, func(s media.Suite) bool { return strings.EqualFold(s.String(), f[1]) })
	if i < 0 || slices.ContainsFunc(f[3:], changesPackets) {
		return cryptoLine{}, errCrypto
	}
	c.Suite = media.Suites[i]
	key, ok := inlineKey(f[2])
	if !ok {
		return cryptoLine{}, errCrypto
	}
	c.Key = key
	return c, nil
}

// changesPackets tells of a session parameter that it is more than a hint. WSH is one (section 6.3.7), and so are the optional ones of
// others, which begin with "-" (section 6.3.8).
func changesPackets(parameter string) bool {
	return !strings.HasPrefix(parameter, "WSH=") && !strings.HasPrefix(parameter, "-")
}

// inlineKey reads "inline:" with base64 of key and salt, and perhaps a lifetime, which we do not reach: the shortest that phones state,
// 2^20 packets, is six hours, and session timers and people end calls before.
func inlineKey(text string) (key [media.KeyLen]byte, ok bool) {
	const method = "inline:"
	if len(text) < len(method) || !strings.EqualFold(text[:len(method)], method) || strings.Contains(text, ";") {
		return key, false
	}
	code, rest, _ := strings.Cut(text[len(method):], "|")
	if strings.Contains(rest, ":") {
		return key, false // an MKI
	}
	raw, err := base64.StdEncoding.DecodeString(code)
	if err != nil || len(raw) != media.KeyLen {
		return key, false
	}
	copy(key[:], raw)
	return key, true
}

// attribute writes a key as a=crypto.
func (c cryptoLine) attribute() sdp.Attribute {
	return sdp.NewAttribute(attrCrypto, c.tag+" "+c.Suite.String()+" inline:"+base64.StdEncoding.EncodeToString(c.Key[:]))
}

// keyring is what one dialog's offers and answers know of keys. The zero value fits EncryptionOptional.
type keyring struct {
	policy  Encryption
	propose bool         // offers have keys although they need not
	ours    []cryptoLine // that our offers propose
	current cryptoLine   // ours, in use; off = the sound is in the clear
	protos  []string     // of the line that agreed on it
}

// offered gives the profile and the keys of our next offer: those in use; else what the policy wants.
func (k *keyring) offered() ([]string, []cryptoLine) {
	switch {
	case k.current.on():
		return k.protos, []cryptoLine{k.current}
	case k.policy == EncryptionRequired:
		return []string{"RTP", profileSecure}, k.proposed()
	case k.policy == EncryptionOptional && k.propose:
		return []string{"RTP", "AVP"}, k.proposed()
	}
	return []string{"RTP", "AVP"}, nil
}

// proposed makes a key for each suite, once.
func (k *keyring) proposed() []cryptoLine {
	if k.ours == nil {
		for i, suite := range media.Suites {
			k.ours = append(k.ours, cryptoLine{strconv.Itoa(i + 1), media.NewCrypto(suite)})
		}
	}
	return k.ours
}

// answering chooses for an offer: the first of its keys, and ours for the same suite, which stays while the suite does.
func (k *keyring) answering(d *description) cryptoLine {
	if len(d.keys) == 0 {
		d.key = cryptoLine{}
		return cryptoLine{}
	}
	d.key = d.keys[0]
	if k.current.Suite == d.key.Suite {
		return cryptoLine{d.key.tag, k.current.Crypto}
	}
	return cryptoLine{d.key.tag, media.NewCrypto(d.key.Suite)}
}

// accepting finds which of our keys an answer has taken. Errors: errBadTag, errNotEncrypted.
func (k *keyring) accepting(d *description) (cryptoLine, error) {
	_, offered := k.offered()
	if len(offered) == 0 { // keys that nobody asked for
		d.key = cryptoLine{}
		return cryptoLine{}, nil
	}
	if len(d.keys) == 0 {
		if k.policy == EncryptionRequired {
			return cryptoLine{}, errNotEncrypted
		}
		return cryptoLine{}, nil
	}
	d.key = d.keys[0]
	for _, c := range offered {
		if c.tag == d.key.tag && c.Suite == d.key.Suite {
			return c, nil
		}
	}
	return cryptoLine{}, errBadTag
}

// agreed takes note of what is in use now. A key that is not is never used again: the next one is new.
func (k *keyring) agreed(current cryptoLine, protos []string) {
	if current.Crypto != k.current.Crypto {
		k.ours = nil
	}
	k.current, k.protos = current, protos
}

// hushed cuts a line of a session description before a key in it: such lines come into errors, and these into logs.
func hushed(line string) string {
	if i := strings.Index(strings.ToLower(line), "inline"); i >= 0 {
		return line[:i]
	}
	return line
}
