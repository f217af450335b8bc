package flow

import (
	"testing"
	"time"
)

func TestHours(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	h := hours{zone: zone, holidays: map[string]bool{"12-25": true}}
	for _, text := range []string{"mon-fri 08:00-18:00", "sat 22:00-02:00"} {
		s, err := parseSpan(text)
		if err != nil {
			t.Fatal(err)
		}
		h.open = append(h.open, s)
	}
	for at, want := range map[string]bool{
		"2026-11-23T06:59:00Z": false, "2026-11-23T07:00:00Z": true, "2026-11-23T17:00:00Z": false, // Monday, winter
		"2026-07-20T06:00:00Z": true, "2026-07-20T16:00:00Z": false, // Monday, summer
		"2026-11-28T21:30:00Z": true, "2026-11-29T00:30:00Z": true, "2026-11-29T01:30:00Z": false, // Saturday night
		"2026-12-25T09:00:00Z": false, // a Friday
	} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := h.isOpen(now); got != want {
			t.Errorf("%s: %v", at, got)
		}
	}
	for _, text := range []string{"", "mon 25:00-26:00", "xyz 08:00-09:00", "mon 08:00-08:00", "mon 8-9"} {
		if _, err := parseSpan(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}
