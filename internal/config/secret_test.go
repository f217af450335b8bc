package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/goccy/go-yaml"
)

// dumps prints a value in every way that somebody might try.
func dumps(t *testing.T, v any) []string {
	t.Helper()
	var all []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q", "%d"} {
		all = append(all, fmt.Sprintf(verb, v))
	}
	j, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	y, err := yaml.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", v)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "v", v)
	return append(all, string(j), string(y), log.String())
}

func TestSecret(t *testing.T) {
	for _, dump := range dumps(t, Secret("Ann#2026x")) {
		if !bytes.Contains([]byte(dump), []byte("[redacted]")) || bytes.Contains([]byte(dump), []byte("Ann")) {
			t.Errorf("dump is %q", dump)
		}
	}
	if s := Secret(""); s.String() != "" || s.Reveal() != "" {
		t.Error("an empty secret is shown as one that is there")
	}
}
