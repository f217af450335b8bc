// Package tlscert gives the listeners their certificate: the one that is configured, or one of our own that is made at
// the first start and kept under the data folder. A Keeper takes a new one without a restart.
package tlscert

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// ownLife is how long a certificate of our own is valid. It is replaced in its last renewBefore.
const (
	ownLife     = 825 * 24 * time.Hour // what clients accept at most of a certificate
	renewBefore = 30 * 24 * time.Hour
)

// Load reads the configured certificate and key. With both names empty it reads our own from folder, which is made there
// when it is missing or about to end.
func Load(certFile, keyFile, folder string, now time.Time) (tls.Certificate, error) {
	if (certFile == "") != (keyFile == "") {
		return tls.Certificate{}, errors.New("tls: cert and key must be given together")
	}
	if certFile != "" {
		pair, err := tls.LoadX509KeyPair(certFile, keyFile)
		if err != nil {
			return tls.Certificate{}, fmt.Errorf("load TLS certificate: %w", err)
		}
		return pair, nil
	}
	certFile, keyFile = ownFiles(folder)
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return tls.Certificate{}, fmt.Errorf("load our own TLS certificate: %w", err)
	case pair.Leaf != nil && now.Before(pair.Leaf.NotAfter.Add(-renewBefore)):
		return pair, nil
	}
	if err := makeOwn(certFile, keyFile, now); err != nil {
		return tls.Certificate{}, fmt.Errorf("make our own TLS certificate: %w", err)
	}
	return tls.LoadX509KeyPair(certFile, keyFile)
}

// makeOwn writes a new self-signed certificate for this machine's name and addresses.
func makeOwn(certFile, keyFile string, now time.Time) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return err
	}
	names, addresses := ownNames()
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: names[0], Organization: []string{"ccgateway"}},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(ownLife), DNSNames: names, IPAddresses: addresses,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := writePEM(keyFile, "PRIVATE KEY", private, 0o600); err != nil {
		return err
	}
	return writePEM(certFile, "CERTIFICATE", der, 0o644)
}

// ownNames lists what clients may call this machine.
func ownNames() ([]string, []net.IP) {
	names := []string{"localhost"}
	if host, err := os.Hostname(); err == nil && host != "localhost" {
		names = append([]string{host}, names...)
	}
	addresses := []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	found, err := net.InterfaceAddrs()
	if err != nil {
		return names, addresses
	}
	for _, a := range found {
		if network, ok := a.(*net.IPNet); ok && !network.IP.IsLoopback() && !network.IP.IsLinkLocalUnicast() {
			addresses = append(addresses, network.IP)
		}
	}
	return names, addresses
}

// writePEM replaces the file in one step, so that a stop in the middle leaves no half of it.
func writePEM(path, kind string, der []byte, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	temporary := path + ".new"
	if err := os.WriteFile(temporary, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), mode); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}
