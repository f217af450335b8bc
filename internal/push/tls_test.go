package push

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
)

// issuer makes certificates.
type issuer struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	i := &issuer{t: t}
	i.key, i.cert = i.make(&x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	})
	return i
}

func (i *issuer) make(template *x509.Certificate) (*ecdsa.PrivateKey, *x509.Certificate) {
	i.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		i.t.Fatal(err)
	}
	parent, signer := i.cert, i.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		i.t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		i.t.Fatal(err)
	}
	return key, cert
}

// leaf makes a server's certificate for an address, valid until a time.
func (i *issuer) leaf(address string, until time.Duration) tls.Certificate {
	i.t.Helper()
	key, cert := i.make(&x509.Certificate{
		SerialNumber: big.NewInt(2), IPAddresses: []net.IP{net.ParseIP(address)}, NotBefore: time.Now().Add(-2 * time.Hour),
		NotAfter: time.Now().Add(until), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key}
}

// TestCertificates: only a receiver that proves itself gets events, by TLS 1.2 or later.
func TestCertificates(t *testing.T) {
	authority, other := newIssuer(t), newIssuer(t)
	roots, err := Roots(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authority.cert.Raw}))
	if err != nil {
		t.Fatal(err)
	}
	proves := authority.leaf("127.0.0.1", time.Hour)
	for name, c := range map[string]struct {
		cert     tls.Certificate
		most     uint16
		roots    *x509.CertPool
		trustAll bool
		wrong    string // part of the log; "" = it is pushed
	}{
		"good":              {cert: proves, roots: roots},
		"TLS 1.2":           {cert: proves, roots: roots, most: tls.VersionTLS12},
		"TLS 1.1":           {cert: proves, roots: roots, most: tls.VersionTLS11, wrong: "protocol version"},
		"system's roots":    {cert: proves, wrong: "unknown authority"},
		"another authority": {cert: other.leaf("127.0.0.1", time.Hour), roots: roots, wrong: "unknown authority"},
		"expired":           {cert: authority.leaf("127.0.0.1", -time.Hour), roots: roots, wrong: "expired"},
		"another host":      {cert: authority.leaf("127.0.0.2", time.Hour), roots: roots, wrong: "valid for 127.0.0.2"},
		"self-signed":       {cert: tls.Certificate{Certificate: [][]byte{other.cert.Raw}, PrivateKey: other.key}, roots: roots, wrong: "x509"},
		"trust_all":         {cert: other.leaf("127.0.0.2", -time.Hour), trustAll: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newReceiver(t, good)
			s.TLS = &tls.Config{Certificates: []tls.Certificate{c.cert}, MinVersion: tls.VersionTLS10, MaxVersion: c.most}
			s.StartTLS()
			r := newRig(t, allow(t, s.URL), func(o *Options) { o.Roots, o.TrustAll = c.roots, c.trustAll })
			r.signIn(ann, center.Push{URL: s.URL + "/?token=secret", Token: "t"})
			r.raise(ann, 1, 1)
			if c.wrong == "" {
				s.next(t)
				eventually(t, "acceptance", func() bool { return r.Stats().Pushed == 1 })
				return
			}
			eventually(t, "failure", func() bool { return r.Stats().Failures > 1 })
			if log := r.logged(); !strings.Contains(log, c.wrong) || strings.Contains(log, "secret") {
				t.Errorf("log:\n%s", log)
			}
			if len(s.requests) > 0 {
				t.Error("events went to somebody who did not prove himself")
			}
		})
	}
}

// TestPlainReceiverAsTLS: a receiver that speaks no TLS gets nothing.
func TestPlainReceiverAsTLS(t *testing.T) {
	s := newReceiver(t, good)
	s.Start()
	secure := strings.Replace(s.URL, "http:", "https:", 1)
	r := newRig(t, allow(t, secure), func(o *Options) { o.TrustAll = true })
	r.signIn(ann, center.Push{URL: secure, Token: "t"})
	r.raise(ann, 1, 1)
	eventually(t, "failure", func() bool { return r.Stats().Failures > 1 })
	if len(s.requests) > 0 {
		t.Error("events went out in the clear")
	}
}

func TestRoots(t *testing.T) {
	for _, text := range []string{"", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"} {
		if _, err := Roots([]byte(text)); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}
