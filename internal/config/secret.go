package config

import (
	"fmt"
	"log/slog"
)

// Secret is a text that must not be shown: whatever prints or encodes it gets "[redacted]" ("" for an empty one). Reveal gives it.
type Secret string

const redacted = "[redacted]"

// Reveal gives the secret itself.
func (s Secret) Reveal() string { return string(s) }

// String hides the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// Format hides the secret from every verb of package fmt, %x and %#v among them.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.String()) }

// LogValue hides the secret from log/slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText hides the secret from encoders (JSON, YAML, ...).
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
