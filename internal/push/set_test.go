package push

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/delivery"
)

// TestSet_ShorterList: an agent whose receiver is not allowed any more is signed out and gets nothing more; another's pushes go on.
func TestSet_ShorterList(t *testing.T) {
	gone, stays := newReceiver(t, good), newReceiver(t, good)
	gone.Start()
	stays.Start()
	r := newRig(t, allow(t, gone.URL, stays.URL))
	ben := delivery.Key{VCC: 1, Agent: 102, Session: 8}
	r.signIn(ann, center.Push{URL: gone.URL, Token: "t"})
	r.signIn(ben, center.Push{URL: stays.URL, Token: "t"})
	r.raise(ann, 1, 1)
	gone.until(t, "E1")

	options := Options{Retry: time.Millisecond, GiveUp: time.Hour}
	allow(t, stays.URL)(&options)
	r.Set(options)
	select {
	case key := <-r.expelled:
		if key != ann {
			t.Errorf("%+v is signed out, not %+v", key, ann)
		}
	case <-time.After(patience):
		t.Fatal("nobody is signed out")
	}
	if r.Allowed(gone.URL) || !r.Allowed(stays.URL) {
		t.Error("sign-ins are not checked by the new list")
	}
	eventually(t, "the end of the worker", func() bool { return r.Stats().Sessions == 1 })
	r.raise(ann, 2, 2)
	r.raise(ben, 1, 2)
	stays.until(t, "E2")
	if len(gone.requests) > 0 {
		t.Error("events still go to the receiver that is not allowed")
	}
}

// TestSet_Authority: another authority of receivers is taken over by the next try of a push that has failed.
func TestSet_Authority(t *testing.T) {
	authority := newIssuer(t)
	roots, err := Roots(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authority.cert.Raw}))
	if err != nil {
		t.Fatal(err)
	}
	s := newReceiver(t, good)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{authority.leaf("127.0.0.1", time.Hour)}, MinVersion: tls.VersionTLS12}
	s.StartTLS()
	r := newRig(t, allow(t, s.URL), func(o *Options) { o.Roots = x509.NewCertPool() })
	r.signIn(ann, center.Push{URL: s.URL, Token: "t"})
	r.raise(ann, 1, 1)
	eventually(t, "failure", func() bool { return r.Stats().Failures > 1 })
	options := Options{Roots: roots, Retry: time.Millisecond}
	allow(t, s.URL)(&options)
	r.Set(options)
	s.until(t, "E1")
}
