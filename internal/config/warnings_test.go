package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWarnings_Encryption: `srtp: required` is taken, and who sets it is told where the keys cross the network in the clear.
func TestWarnings_Encryption(t *testing.T) {
	const people = "\ntrunks:\n  - {name: provider, address: h, srtp: required}\nvccs:\n  - id: 1\n    name: a\n    phones:\n      - {number: \"40101\"}\n      - {number: \"40102\", srtp: required}\n"
	for name, test := range map[string]struct {
		listen      string
		phone, line bool
	}{
		"without TLS": {"", true, true},
		"with TLS":    {"\nlisten: {sips: \"127.0.0.1:5061\"}", false, true},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "c.yaml")
			if err := os.WriteFile(file, []byte("data: d"+test.listen+people), 0o600); err != nil {
				t.Fatal(err)
			}
			cfg, err := LoadWith(file, nil)
			if err != nil {
				t.Fatal(err)
			}
			all := strings.Join(cfg.Warnings(), "\n")
			if got := strings.Contains(all, "phone 40102 of VCC 1 must encrypt"); got != test.phone {
				t.Errorf("phone is warned of: %v\n%s", got, all)
			}
			if got := strings.Contains(all, `line "provider" must encrypt`); got != test.line {
				t.Errorf("line is warned of: %v\n%s", got, all)
			}
		})
	}
}
