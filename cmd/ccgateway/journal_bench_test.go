package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"ccgateway/client"
	"ccgateway/internal/config"
)

// benchAgents ask at the same time, each over a connection of his own: as many as one sync to the disk can serve together.
const benchAgents = 64

// BenchmarkRESTStateChanges measures state changes over the interface, journaled, beside a handler that does nothing, both with the
// same client on the same machine, without TLS. The ratio is what counts: figures of one run alone may be compared.
func BenchmarkRESTStateChanges(b *testing.B) {
	var empty float64 // requests per second of the handler that does nothing
	b.Run("empty handler", func(b *testing.B) {
		body := []byte(`{"message":"success","retcode":"0"}`)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(body)
		}))
		defer server.Close()
		requests := make([]string, benchAgents)
		for i := range requests {
			requests[i] = rawRequest(101+i, "0123456789abcdef")
		}
		empty = hammer(b, server.Listener.Addr().String(), requests)
	})
	for _, when := range []string{"relaxed", "full"} {
		b.Run("journal "+when, func(b *testing.B) {
			cfg := testConfig(b, manyAgents, func(cfg *config.Config) { cfg.Journal.Sync, cfg.Auth.Mode = when, 1 })
			p, err := start(b.Context(), cfg, slog.New(slog.NewJSONHandler(io.Discard, nil))) // logs as in operation, to nowhere
			must(b, err)
			defer func() { must(b, p.stop(context.Background())) }()
			c, err := client.New("http://" + p.address("http"))
			must(b, err)
			defer c.Close()
			requests := make([]string, benchAgents)
			var wg sync.WaitGroup
			for i := range requests {
				wg.Go(func() {
					agent, err := c.SignIn(b.Context(), client.SignIn{Agent: 10001 + i, Password: agentPassword, PlatformOnly: true})
					if err != nil {
						b.Error(err)
						return
					}
					requests[i] = rawRequest(10001+i, agent.GUID())
				})
			}
			wg.Wait()
			if rate := hammer(b, p.address("http"), requests); empty > 0 {
				b.ReportMetric(100*rate/empty, "%-of-empty(aim:40)")
			}
			if s := p.host.JournalStats(); s.Groups > 0 {
				b.ReportMetric(float64(s.Commands)/float64(s.Groups), "commands/sync")
				b.ReportMetric(float64(s.Spent.Microseconds())/float64(s.Groups), "µs/sync")
			}
		})
	}
}

// manyAgents adds the agents that ask.
func manyAgents(cfg *config.Config) {
	for i := range benchAgents {
		agent := cfg.VCCs[0].Agents[0]
		agent.ID = 10001 + i
		cfg.VCCs[0].Agents = append(cfg.VCCs[0].Agents, agent)
	}
}

// rawRequest is a state change that can be asked for again and again: not ready for another reason.
func rawRequest(agent int, guid string) string {
	return fmt.Sprintf("POST /agentgateway/resource/onlineagent/%d/saybusy?reason=210&prolong=true HTTP/1.1\r\nHost: localhost\r\n"+
		"Content-Type: application/json\r\nGuid: %s\r\nContent-Length: 2\r\n\r\n{}", agent, guid)
}

// hammer sends b.N requests over connections that stay open, one after another on each. It gives the requests per second.
func hammer(b *testing.B, address string, requests []string) float64 {
	b.Helper()
	var wg sync.WaitGroup
	b.ResetTimer()
	begin := time.Now()
	for _, request := range requests {
		wg.Go(func() {
			if err := ask(address, request, b.N/len(requests)); err != nil {
				b.Error(err)
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	rate := float64(b.N/len(requests)*len(requests)) / time.Since(begin).Seconds()
	b.ReportMetric(rate, "requests/s")
	return rate
}

// ask sends a request n times and reads the answers; a refusal is an error.
func ask(address, request string, n int) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // nothing is lost
	in := bufio.NewReader(conn)
	head := textproto.NewReader(in)
	for range n {
		if _, err := io.WriteString(conn, request); err != nil {
			return err
		}
		if _, err := head.ReadLine(); err != nil {
			return err
		}
		header, err := head.ReadMIMEHeader()
		if err != nil {
			return err
		}
		length, err := strconv.Atoi(header.Get("Content-Length"))
		if err != nil {
			return err
		}
		body := make([]byte, length)
		if _, err := io.ReadFull(in, body); err != nil {
			return err
		}
		if !strings.Contains(string(body), `"retcode":"0"`) {
			return fmt.Errorf("answer %s", body)
		}
	}
	return nil
}
