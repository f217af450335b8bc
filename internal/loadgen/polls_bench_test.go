package loadgen

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/delivery"
	"ccgateway/internal/gateway"
	"ccgateway/internal/host"
	"ccgateway/internal/tlscert"
)

// nobody has no accounts: the agents of a benchmark are signed in already.
type nobody struct{ gateway.Accounts }

// BenchmarkHeldPoll is what a held poll costs in memory, with -rooms.agents of them: center, delivery, HTTP and TLS, and the client's end
// of the connection, which is in the same process.
func BenchmarkHeldPoll(b *testing.B) {
	for _, secure := range []bool{false, true} {
		b.Run(map[bool]string{false: "http", true: "https"}[secure], func(b *testing.B) {
			f := newFloor(b, *roomsAgents, false, func(*host.Host) {})
			f.drain(b)
			address := f.open(b, secure)
			before := memoryInUse()
			for i := range *roomsAgents {
				hold(b, address, secure, center.AgentID(firstAgent+i))
			}
			limit := time.Now().Add(time.Minute)
			for f.delivery.Stats().Waiting < *roomsAgents {
				if time.Now().After(limit) {
					b.Fatalf("%d polls are held; want %d", f.delivery.Stats().Waiting, *roomsAgents)
				}
				runtime.Gosched()
			}
			b.ReportMetric(float64(memoryInUse()-before)/float64(*roomsAgents)/1024, "KiB/poll")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// drain takes the events of the sign-ins, so that polls are held.
func (f *floor) drain(b *testing.B) {
	b.Helper()
	reply, err := f.host.Do(context.Background(), benchVCC, center.Sessions{})
	if err != nil {
		b.Fatal(err)
	}
	sessions, _ := reply.Value.([]center.SessionInfo)
	for _, s := range sessions {
		key := delivery.Key{VCC: benchVCC, Agent: s.Agent, Session: s.Session}
		for {
			batch, err := f.delivery.Next(context.Background(), key, 0)
			if err != nil {
				b.Fatal(err)
			}
			if len(batch.Events) == 0 {
				break
			}
			batch.Confirm()
		}
	}
}

// open serves the agent interface and gives its address.
func (f *floor) open(b *testing.B, secure bool) string {
	b.Helper()
	quiet := slog.New(slog.DiscardHandler)
	doors := gateway.New(gateway.Config{PollWait: gateway.MaxPollWait, Log: quiet}, f.host, nobody{}, f.delivery)
	server := gateway.NewServer(doors, quiet)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	if secure {
		certificate, err := tlscert.Load("", "", b.TempDir(), time.Now())
		if err != nil {
			b.Fatal(err)
		}
		server.TLSConfig.Certificates = []tls.Certificate{certificate}
		listener = tls.NewListener(listener, server.TLSConfig)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	b.Cleanup(func() {
		f.delivery.Close() // before the server, so that held polls are answered
		if err := server.Close(); err != nil {
			b.Error(err)
		}
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			b.Error(err)
		}
	})
	return listener.Addr().String()
}

// hold sends a poll and leaves it.
func hold(b *testing.B, address string, secure bool, agent center.AgentID) {
	b.Helper()
	var conn net.Conn
	var err error
	if secure {
		conn, err = tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // the benchmark's own server
	} else {
		conn, err = net.Dial("tcp", address)
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close() })
	if _, err := fmt.Fprintf(conn, "GET %sagentevent/%d HTTP/1.1\r\nHost: x\r\nGuid: %s\r\n\r\n", gateway.Base, agent, benchGUID(agent)); err != nil {
		b.Fatal(err)
	}
}

func memoryInUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
