package admin

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestDeletion(t *testing.T) {
	var got Deletion
	server := serve(t, Options{Token: "secret", Centers: centers{}, DeleteRecordings: func(_ context.Context, wanted Deletion) (int, error) {
		got = wanted
		if wanted.Recording == "gone" {
			return 0, errors.New("there is no such recording")
		}
		return 3, nil
	}})
	address := strings.TrimPrefix(server.URL, "http://")
	before := time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC)
	vcc := centers{}.VCCs()[0]
	for name, c := range map[string]struct {
		token  string
		wanted Deletion
		words  string // of the answer, or of the refusal
	}{
		"one":          {"secret", Deletion{VCC: vcc, Recording: "c1-101", Why: "ticket 77"}, "3 recordings deleted"},
		"all before":   {"secret", Deletion{VCC: vcc, Before: before, Why: "old"}, "3 recordings deleted"},
		"unknown":      {"secret", Deletion{VCC: vcc, Recording: "gone", Why: "x"}, "0 recordings deleted: there is no such recording"},
		"neither":      {"secret", Deletion{VCC: vcc, Why: "x"}, "exactly one"},
		"both":         {"secret", Deletion{VCC: vcc, Recording: "a", Before: before, Why: "x"}, "exactly one"},
		"no reason":    {"secret", Deletion{VCC: vcc, Recording: "a"}, "why:"},
		"long reason":  {"secret", Deletion{VCC: vcc, Recording: "a", Why: strings.Repeat("x", maxWhy+1)}, "why:"},
		"unknown VCC":  {"secret", Deletion{VCC: 4999, Recording: "a", Why: "x"}, "vcc:"},
		"wrong secret": {"wrong", Deletion{VCC: vcc, Recording: "a", Why: "x"}, "token"},
	} {
		t.Run(name, func(t *testing.T) {
			got = Deletion{}
			words, err := SendDeletion(t.Context(), address, c.token, c.wanted)
			if err != nil {
				words = err.Error()
			}
			if !strings.Contains(words, c.words) {
				t.Errorf("%q, want %q", words, c.words)
			}
			reached := strings.Contains(words, "deleted")
			if reached && (got.VCC != c.wanted.VCC || got.Recording != c.wanted.Recording || !got.Before.Equal(c.wanted.Before) || got.Why != c.wanted.Why ||
				!strings.HasPrefix(got.Actor, "administrator at 127.0.0.1:")) || !reached && got != (Deletion{}) {
				t.Errorf("the program was asked for %+v", got)
			}
		})
	}
}
