package tlscert

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// bench is a keeper with a clock that the test moves, and its log.
type bench struct {
	*Keeper
	t         *testing.T
	time      time.Time
	log       bytes.Buffer
	cert, key string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, time: time.Now()}
	b.cert, b.key = filepath.Join(t.TempDir(), "c.pem"), filepath.Join(t.TempDir(), "k.pem")
	return b
}

// own keeps a certificate of our own.
func (b *bench) own() *bench { return b.open("", "") }

// configured keeps the certificate in b.cert and b.key.
func (b *bench) configured() *bench {
	must(b.t, makeOwn(b.cert, b.key, b.time))
	return b.open(b.cert, b.key)
}

func (b *bench) open(cert, key string) *bench {
	b.t.Helper()
	var err error
	b.Keeper, err = open(cert, key, b.t.TempDir(), slog.New(slog.NewTextHandler(&b.log, nil)), func() time.Time { return b.time })
	must(b.t, err)
	return b
}

// serial tells which certificate a handshake gets.
func (b *bench) serial() string {
	b.t.Helper()
	c, err := b.GetCertificate(nil)
	must(b.t, err)
	return c.Leaf.SerialNumber.String()
}

// write puts a file there, visibly newer than what was there.
func (b *bench) write(path, text string) {
	b.t.Helper()
	must(b.t, os.WriteFile(path, []byte(text), 0o600))
	must(b.t, os.Chtimes(path, b.time, b.time))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestKeeperTakesNewFilesOnceAMinute(t *testing.T) {
	b := newBench(t).configured()
	first := b.serial()
	must(t, makeOwn(b.cert, b.key, b.time))
	b.time = b.time.Add(lookEvery - time.Second)
	if b.serial() != first {
		t.Error("looked at the files within the minute")
	}
	b.time = b.time.Add(2 * time.Second)
	if b.serial() == first {
		t.Error("new files were not taken after a minute")
	}
	if !strings.Contains(b.log.String(), "new certificate is in use") {
		t.Errorf("log: %s", b.log.String())
	}
}

func TestKeeperTakesNewFilesWhenTold(t *testing.T) {
	b := newBench(t).configured()
	first := b.serial()
	must(t, makeOwn(b.cert, b.key, b.time))
	must(t, b.Reload())
	if b.serial() == first {
		t.Error("Reload did not take the new files")
	}
}

func TestKeeperKeepsTheOldCertificateWhenTheNewOneIsBad(t *testing.T) {
	other := newBench(t)
	must(t, makeOwn(other.cert, other.key, other.time))
	otherCert, err := os.ReadFile(other.cert)
	must(t, err)
	ended := newBench(t)
	must(t, makeOwn(ended.cert, ended.key, ended.time.Add(-2*ownLife)))
	for name, spoil := range map[string]func(b *bench){
		"garbage":               func(b *bench) { b.write(b.cert, "garbage") },
		"empty":                 func(b *bench) { b.write(b.key, "") },
		"gone":                  func(b *bench) { must(t, os.Remove(b.cert)) },
		"of another key":        func(b *bench) { b.write(b.cert, string(otherCert)) },
		"half":                  func(b *bench) { b.write(b.cert, string(otherCert[:len(otherCert)/2])) },
		"ended":                 func(b *bench) { must(t, makeOwn(b.cert, b.key, b.time.Add(-2*ownLife))) },
		"of the time to come":   func(b *bench) { must(t, makeOwn(b.cert, b.key, b.time.Add(48*time.Hour))) },
		"a folder in its place": func(b *bench) { must(t, os.Remove(b.cert)); must(t, os.Mkdir(b.cert, 0o700)) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t).configured()
			b.t = t
			first := b.serial()
			b.time = b.time.Add(2 * lookEvery)
			spoil(b)
			for range 3 { // it is told once, not at each look
				if b.serial() != first {
					t.Fatal("the bad certificate was taken")
				}
				b.time = b.time.Add(2 * lookEvery)
			}
			if n := strings.Count(b.log.String(), "stays as it was"); n != 1 {
				t.Errorf("told %d times: %s", n, b.log.String())
			}
			if err := b.Reload(); err == nil {
				t.Error("Reload hides the error")
			}
			_ = os.RemoveAll(b.cert)
			must(t, makeOwn(b.cert, b.key, b.time))
			b.time = b.time.Add(2 * lookEvery)
			if b.serial() == first {
				t.Error("a good one was not taken afterwards")
			}
		})
	}
}

func TestKeeperRenewsOurOwnWhileItRuns(t *testing.T) {
	b := newBench(t).own()
	first := b.serial()
	b.time = b.time.Add(ownLife - renewBefore - 2*time.Hour)
	if b.serial() != first {
		t.Error("renewed too early")
	}
	b.time = b.time.Add(3 * time.Hour)
	if b.serial() == first {
		t.Error("not renewed in time")
	}
}

func TestKeeperCannotStartWithABadCertificate(t *testing.T) {
	if _, err := Open("missing.pem", "missing.key", t.TempDir(), slog.New(slog.DiscardHandler)); err == nil {
		t.Error("missing files were taken")
	}
	b := newBench(t)
	must(t, makeOwn(b.cert, b.key, b.time.Add(-2*ownLife)))
	if _, err := Open(b.cert, b.key, "", slog.New(slog.DiscardHandler)); err == nil {
		t.Error("an ended certificate was taken")
	}
}

func TestKeeperSpeaksNothingOlderThanTLS12(t *testing.T) {
	b := newBench(t).own()
	for version, want := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		trusted := x509.NewCertPool()
		trusted.AddCert(b.current.Load().Leaf)
		left, right := net.Pipe()
		go func() {
			server := tls.Server(left, b.Config())
			_ = server.Handshake()
			_ = left.Close()
		}()
		client := tls.Client(right, &tls.Config{MinVersion: version, MaxVersion: version, RootCAs: trusted, ServerName: "localhost"}) //nolint:gosec // old ones are what is tested
		err := client.Handshake()
		if (err == nil) != want {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
		_ = right.Close()
	}
}
