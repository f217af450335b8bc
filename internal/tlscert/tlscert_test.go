package tlscert

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestOwnCertificateIsMadeOnceAndRenewedInTime(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	first, err := Load("", "", folder, now)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Leaf.VerifyHostname("localhost"); err != nil {
		t.Errorf("certificate does not fit localhost: %v", err)
	}
	if err := first.Leaf.VerifyHostname("127.0.0.1"); err != nil {
		t.Errorf("certificate does not fit 127.0.0.1: %v", err)
	}
	again, err := Load("", "", folder, now.Add(24*time.Hour))
	if err != nil || !bytes.Equal(first.Certificate[0], again.Certificate[0]) {
		t.Errorf("second start: same certificate = false, err %v", err)
	}
	renewed, err := Load("", "", folder, first.Leaf.NotAfter.Add(-time.Hour))
	if err != nil || bytes.Equal(first.Certificate[0], renewed.Certificate[0]) {
		t.Errorf("about to end: renewed = false, err %v", err)
	}
	mode, err := os.Stat(filepath.Join(folder, "tls-key.pem"))
	if err != nil || mode.Mode().Perm() != 0o600 {
		t.Errorf("key file mode = %v, err %v; want 0600", mode.Mode(), err)
	}
}

func TestConfiguredCertificateMustBeWhole(t *testing.T) {
	if _, err := Load("cert.pem", "", t.TempDir(), time.Now()); err == nil {
		t.Error("certificate without key was taken")
	}
	if _, err := Load("missing.pem", "missing.key", t.TempDir(), time.Now()); err == nil {
		t.Error("missing files were taken")
	}
}
