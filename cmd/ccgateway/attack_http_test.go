package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ccgateway/internal/config"
)

// siege is an installation whose HTTPS port is attacked while an agent works.
type siege struct {
	*installation
	address string
	tls     *tls.Config
	desk    *desk

	mu   sync.Mutex
	open []net.Conn
}

// The bounds of a besieged port; small, so that the attack is larger than they are, and the file limit of a test larger than the attack.
const (
	siegeConnections = 800
	siegeAttack      = 2000
)

// halfHello is the beginning of a TLS handshake.
var halfHello = []byte{22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3}

// besiege starts it; change sets other bounds.
func besiege(t *testing.T, change ...func(*config.Config)) *siege {
	t.Helper()
	in := install(t, func(cfg *config.Config) {
		cfg.Listen.HTTPS = "127.0.0.1:0"
		cfg.Bounds.Connections, cfg.Bounds.PerAddress = siegeConnections, siegeConnections/2
		cfg.Bounds.RequestsPerAddress = 20
		for _, more := range change {
			more(cfg)
		}
	})
	certificate, err := in.keeper.GetCertificate(nil)
	must(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(certificate.Leaf)
	return &siege{installation: in, address: in.address("https"), tls: &tls.Config{RootCAs: pool, ServerName: "localhost", MinVersion: tls.VersionTLS12}, desk: in.agent(101)}
}

// dial connects from an address; nil = it was refused, as attackers may be.
func (s *siege) dial(from string) net.Conn {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: 10 * time.Second}
	c, err := d.DialContext(s.ctx, "tcp", s.address)
	if err != nil {
		return nil
	}
	_ = c.SetDeadline(time.Now().Add(testTime / 2))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = append(s.open, c)
	return c
}

// secured connects by TLS.
func (s *siege) secured(from string) net.Conn {
	s.t.Helper()
	c := s.dial(from)
	if c == nil {
		s.t.Fatal("no connection")
	}
	return tls.Client(c, s.tls)
}

func (s *siege) closeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.open {
		_ = c.Close()
	}
	s.open = nil
}

// latency asks as the agent, each time by a new connection, and gives the median time. Every answer must be a success.
func (s *siege) latency() time.Duration {
	s.t.Helper()
	const samples = 15
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: s.tls.Clone(), DisableKeepAlives: true}, Timeout: testTime / 2}
	took := make([]time.Duration, 0, samples)
	for range samples {
		began := time.Now()
		request, err := http.NewRequestWithContext(s.ctx, http.MethodGet, "https://"+s.address+"/agentgateway/resource/onlineagent/101/agentstatus", nil)
		must(s.t, err)
		request.Header.Set("Guid", s.desk.GUID())
		response, err := client.Do(request)
		if err != nil {
			s.t.Fatalf("an agent is not served: %v", err)
		}
		text, err := io.ReadAll(response.Body)
		must(s.t, err)
		must(s.t, response.Body.Close())
		if r := (reply{response.StatusCode, response.Header, string(text)}); r.code() != "0" {
			s.t.Fatalf("an agent is answered %s", r.body)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took[samples/2]
}

const agentStatus = "GET /agentgateway/resource/onlineagent/101/agentstatus HTTP/1.1\r\nHost: localhost\r\n"

// TestAttack_HTTP: whatever is done to the HTTPS port, an agent's requests are answered and his events come; afterwards nothing is left.
// It does not run beside other tests, since it counts goroutines.
func TestAttack_HTTP(t *testing.T) {
	for name, attack := range map[string]func(s *siege){
		"connections that send nothing, and half a handshake, from many addresses": func(s *siege) {
			s.many(siegeAttack, func(i int) {
				if c := s.dial(fmt.Sprintf("127.1.%d.%d", i%7, 1+i%50)); c != nil && i%2 == 0 {
					_, _ = c.Write(halfHello)
				}
			})
		},
		"connections from one address": func(s *siege) {
			s.many(siegeAttack, func(int) { s.dial("127.1.0.1") })
		},
		"slow heads": func(s *siege) {
			s.many(60, func(i int) {
				_, _ = fmt.Fprint(s.secured(fmt.Sprintf("127.1.0.%d", 1+i)), agentStatus+"X-Slow: ")
			})
		},
		"slow bodies": func(s *siege) {
			s.many(60, func(i int) {
				_, _ = fmt.Fprint(s.secured(fmt.Sprintf("127.1.0.%d", 1+i)), "PUT /agentgateway/resource/onlineagent/102 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
			})
		},
		"oversized heads": func(s *siege) {
			for range 10 {
				c := s.secured("127.1.0.1")
				go func() { _, _ = fmt.Fprint(c, agentStatus+"X-Large: "+strings.Repeat("x", 1<<20)+"\r\n\r\n") }()
				if r, err := http.ReadResponse(bufio.NewReader(c), nil); err == nil && r.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
					s.t.Errorf("HTTP %d", r.StatusCode)
				}
			}
		},
		"smuggled requests": (*siege).smuggle,
		"pipelining":        (*siege).pipeline,
		"flood of requests without a session": func(s *siege) {
			refused := 0
			for range 600 {
				r, err := s.tryAsk(http.MethodPut, "onlineagent/102", "", `{}`)
				must(s.t, err)
				if r.code() == "000-007" {
					refused++
				}
			}
			if refused < 200 {
				s.t.Errorf("only %d of 600 were refused", refused)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := besiege(t)
			before, goroutines := s.latency(), runtime.NumGoroutine()
			var memory, during runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&memory)
			attack(s)
			t.Logf("latency: %s before, %s during the attack", before, s.latency())
			s.desk.quiet() // his events come
			runtime.ReadMemStats(&during)
			const most = 200 << 20
			if grown := int64(during.HeapInuse) - int64(memory.HeapInuse); grown > most { //nolint:gosec // no such sizes
				t.Errorf("memory has grown by %d MB", grown>>20)
			}
			s.closeAll()
			s.await("no goroutine is left", func() (bool, string) {
				const idle = 20 // connections that are being closed
				n := runtime.NumGoroutine()
				return n <= goroutines+idle, fmt.Sprintf("%d goroutines, %d before", n, goroutines)
			})
		})
	}
}

// many does something often, some at a time.
func (s *siege) many(times int, do func(i int)) {
	const atOnce = 20
	var all sync.WaitGroup
	for first := range atOnce {
		all.Go(func() {
			for i := first; i < times; i += atOnce {
				do(i)
			}
		})
	}
	all.Wait()
}

// smuggle sends requests of which a proxy could read other ends than we do, each with a second one hidden in it. The hidden one, which would
// sign the agent out, must never be answered as one of its own.
func (s *siege) smuggle() {
	s.t.Helper()
	hidden := "DELETE /agentgateway/resource/onlineagent/101/logout HTTP/1.1\r\nHost: localhost\r\nGuid: " + s.desk.GUID() + "\r\n\r\n"
	const put = "PUT /agentgateway/resource/onlineagent/102 HTTP/1.1\r\nHost: localhost\r\n"
	for _, form := range []string{
		"Content-Length: %d\r\nTransfer-Encoding: chunked, identity\r\n\r\n%s",
		"Content-Length: %d\r\nContent-Length: 0\r\n\r\n%s",
		"Content-Length: 0, %d\r\n\r\n%s",
		"Content-Length: +%d\r\n\r\n%s",
		"Content-Length: -%d\r\n\r\n%s",
		"Content-Length: 0x%x\r\n\r\n%s",
		"Content-Length : %d\r\n\r\n%s",
		" Content-Length: %d\r\n\r\n%s",
		"X: %d\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n%s",
		"X: %d\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n%s",
		"X: %d\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n%s",
		"X: %d\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n%s",
		"X: %d\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n%s",
		"X: %d\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n%s",
	} {
		c := s.secured("127.1.0.9")
		_, err := fmt.Fprintf(c, put+form, len(hidden), hidden)
		must(s.t, err)
		_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
		in := bufio.NewReader(c)
		r, err := http.ReadResponse(in, nil)
		if err != nil {
			continue // closed unanswered
		}
		_, _ = io.Copy(io.Discard, r.Body)
		if second, err := http.ReadResponse(in, nil); err == nil {
			s.t.Errorf("%q: a second answer, HTTP %d, after HTTP %d", form, second.StatusCode, r.StatusCode)
		}
		_ = c.Close()
	}
}

// pipeline sends many requests at once on one connection; all are answered, in order.
func (s *siege) pipeline() {
	s.t.Helper()
	const requests = 200
	c := s.secured("127.1.0.9")
	go func() {
		_, _ = fmt.Fprint(c, strings.Repeat(agentStatus+"Guid: "+s.desk.GUID()+"\r\n\r\n", requests))
	}()
	in := bufio.NewReader(c)
	for i := range requests {
		r, err := http.ReadResponse(in, nil)
		if err != nil {
			s.t.Fatalf("answer %d: %v", i, err)
		}
		text, err := io.ReadAll(r.Body)
		must(s.t, err)
		if (reply{r.StatusCode, r.Header, string(text)}).code() != "0" {
			s.t.Fatalf("answer %d: %s", i, text)
		}
	}
}

// TestCertificateReload: a running program takes a new certificate when it is told to, and keeps the old one when the new one is broken.
func TestCertificateReload(t *testing.T) {
	t.Parallel()
	for _, door := range []string{"https", "sips"} {
		t.Run(door, func(t *testing.T) { certificateReload(t, door) })
	}
}

func certificateReload(t *testing.T, door string) {
	in := install(t, func(cfg *config.Config) { cfg.Listen.HTTPS, cfg.Listen.SIPS = "127.0.0.1:0", "127.0.0.1:0" })
	serial := func() string {
		ctx, cancel := in.within()
		defer cancel()
		d := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // which certificate it is is the question
		c, err := d.DialContext(ctx, "tcp", in.address(door))
		must(t, err)
		defer c.Close() //nolint:errcheck // read only
		secured, _ := c.(*tls.Conn)
		return secured.ConnectionState().PeerCertificates[0].SerialNumber.String()
	}
	first := serial()
	in.reloadCertificate()
	if serial() != first {
		t.Error("unchanged files made a new certificate")
	}
	must(t, removeOwn(in.cfg.Data))
	in.reloadCertificate() // our own is made anew
	if serial() == first {
		t.Error("the old certificate is still in use")
	}
	ctx, cancel := context.WithTimeout(in.ctx, time.Second)
	defer cancel()
	old := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11}} //nolint:gosec // must be refused
	if c, err := old.DialContext(ctx, "tcp", in.address(door)); err == nil {
		_ = c.Close()
		t.Error("TLS 1.1 is spoken")
	}
}

func removeOwn(data string) error {
	if err := os.Remove(filepath.Join(data, "tls-cert.pem")); err != nil {
		return err
	}
	return os.Remove(filepath.Join(data, "tls-key.pem"))
}
