package password

import (
	"crypto/md5" //nolint:gosec // RFC 8760 keeps MD5 for the phones that know nothing else
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
)

// Realm is the realm of our SIP digest challenges. It is part of every stored HA1: another realm means new hashes.
const Realm = "ccgateway"

// HA1 is H(user:realm:password) for SIP digest (RFC 7616 section 3.4.2, RFC 8760), in lower-case hex. An empty member means that
// the account cannot use that algorithm. Whoever knows one can sign in as the phone, so it prints as "[redacted]".
type HA1 struct {
	MD5    string
	SHA256 string
}

// DigestHA1 makes the hashes of a phone account.
func DigestHA1(number, password string) HA1 {
	text := []byte(number + ":" + Realm + ":" + password)
	m, s := md5.Sum(text), sha256.Sum256(text) //nolint:gosec // see the import
	return HA1{MD5: hex.EncodeToString(m[:]), SHA256: hex.EncodeToString(s[:])}
}

// String hides the hashes.
func (HA1) String() string { return "[redacted]" }

// GoString hides the hashes.
func (HA1) GoString() string { return "[redacted]" }

// LogValue hides the hashes.
func (HA1) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// MarshalText hides the hashes from encoders.
func (HA1) MarshalText() ([]byte, error) { return []byte("[redacted]"), nil }
