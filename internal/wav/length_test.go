package wav

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestLength(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.wav")
	w, err := Create(path, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(make([]int16, 2*12_000)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := Length(path); err != nil || got != 1500*time.Millisecond {
		t.Errorf("Length = %v, %v; want 1.5s", got, err)
	}
	other := filepath.Join(t.TempDir(), "other")
	if err := os.WriteFile(other, make([]byte, 100), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Length(other); !errors.Is(err, ErrFormat) {
		t.Errorf("file that is none: err = %v; want ErrFormat", err)
	}
}
