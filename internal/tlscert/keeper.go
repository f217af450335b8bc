package tlscert

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// lookEvery is how often, at most, a handshake looks whether the files have changed: often enough for a certificate that is renewed
// weeks before its end, and cheap enough (two stats) not to be seen among handshakes.
const lookEvery = time.Minute

// Keeper gives the certificate to handshakes, and takes a new one while the program runs: when its files have changed, or, for one of our
// own, when it is about to end. A certificate that cannot be used changes nothing: the one before it stays, and the log says so. Its
// methods may be called from any goroutine.
type Keeper struct {
	certFile, keyFile string // both "" = our own
	folder            string
	log               *slog.Logger
	now               func() time.Time

	current atomic.Pointer[tls.Certificate]
	looked  atomic.Int64 // when the files were last looked at, in nanoseconds since 1970

	mu   sync.Mutex // held while looking and loading
	seen [2]stamp   // of the files that were last tried, good or bad, so that a bad one is logged once
}

// stamp is what tells one version of a file from another.
type stamp struct {
	changed time.Time
	size    int64
	missing bool
}

// Open loads the certificate as Load does, and keeps it up to date.
func Open(certFile, keyFile, folder string, log *slog.Logger) (*Keeper, error) {
	return open(certFile, keyFile, folder, log, time.Now)
}

func open(certFile, keyFile, folder string, log *slog.Logger, now func() time.Time) (*Keeper, error) {
	k := &Keeper{certFile: certFile, keyFile: keyFile, folder: folder, log: log, now: now}
	if err := k.Reload(); err != nil {
		return nil, err
	}
	return k, nil
}

// Config is what a listener needs: TLS 1.2 or later, and the certificate that is current at each handshake.
func (k *Keeper) Config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: k.GetCertificate}
}

// GetCertificate gives the current certificate; it has the form that tls.Config wants. Once in lookEvery one of the handshakes looks at
// the files first; the others do not wait for it.
func (k *Keeper) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	if k.now().Sub(time.Unix(0, k.looked.Load())) >= lookEvery && k.mu.TryLock() {
		k.look()
		k.mu.Unlock()
	}
	return k.current.Load(), nil
}

// Reload takes the certificate from its files now, whatever they look like. Its error leaves the one before in use.
func (k *Keeper) Reload() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.looked.Store(k.now().UnixNano())
	k.seen = k.stamps()
	return k.load()
}

// look loads the certificate if there is a reason to. Called with mu held.
func (k *Keeper) look() {
	k.looked.Store(k.now().UnixNano())
	found := k.stamps()
	if found == k.seen && !k.ending() {
		return
	}
	k.seen = found
	if err := k.load(); err != nil {
		k.log.Error("the certificate stays as it was: the new one cannot be used", "err", err)
	}
}

// ending tells whether the current certificate is one of our own in its last weeks.
func (k *Keeper) ending() bool {
	return k.certFile == "" && !k.now().Before(k.current.Load().Leaf.NotAfter.Add(-renewBefore))
}

// load reads the files and puts what they hold in use. Called with mu held.
func (k *Keeper) load() error {
	now := k.now()
	pair, err := Load(k.certFile, k.keyFile, k.folder, now)
	if err != nil {
		return err
	}
	if err := usable(pair.Leaf, now); err != nil {
		return err
	}
	k.seen = k.stamps() // our own may have been made just now
	before := k.current.Swap(&pair)
	if before != nil && !before.Leaf.Equal(pair.Leaf) {
		k.log.Info("a new certificate is in use", "serial", pair.Leaf.SerialNumber.Text(16), "ends", pair.Leaf.NotAfter)
	}
	return nil
}

// usable refuses a certificate that every client would refuse.
func usable(leaf *x509.Certificate, now time.Time) error {
	switch {
	case leaf == nil:
		return errors.New("tls: the file has no certificate of a server")
	case now.After(leaf.NotAfter):
		return fmt.Errorf("tls: the certificate has ended, on %s", leaf.NotAfter.Format(time.DateOnly))
	case now.Before(leaf.NotBefore):
		return fmt.Errorf("tls: the certificate begins on %s only", leaf.NotBefore.Format(time.DateOnly))
	}
	return nil
}

func (k *Keeper) stamps() [2]stamp {
	certFile, keyFile := k.certFile, k.keyFile
	if certFile == "" {
		certFile, keyFile = ownFiles(k.folder)
	}
	return [2]stamp{stampOf(certFile), stampOf(keyFile)}
}

func stampOf(path string) stamp {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{missing: true}
	}
	return stamp{changed: info.ModTime(), size: info.Size()}
}

// ownFiles names the files of our own certificate.
func ownFiles(folder string) (certFile, keyFile string) {
	return filepath.Join(folder, "tls-cert.pem"), filepath.Join(folder, "tls-key.pem")
}
