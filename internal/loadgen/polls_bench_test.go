package loadgen

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/config"
	"ccgateway/internal/delivery"
	"ccgateway/internal/gateway"
	"ccgateway/internal/host"
	"ccgateway/internal/lockout"
	"ccgateway/internal/telemetry"
	"ccgateway/internal/tlscert"
)

// nobody has no accounts: the agents of a benchmark are signed in already.
type nobody struct{ gateway.Accounts }

// pollKiB is the aim for a held poll: what the server may take for it.
const pollKiB = 30

// BenchmarkHeldPoll is what a held poll costs the server in memory, with -rooms.agents of them: delivery, HTTP and TLS. The clients are in
// a process of their own (pollClients), so that their ends of the connections do not count.
func BenchmarkHeldPoll(b *testing.B) {
	for _, secure := range []bool{false, true} {
		b.Run(map[bool]string{false: "http", true: "https"}[secure], func(b *testing.B) {
			f := newFloor(b, *roomsAgents, false, func(*host.Host) {})
			f.drain(b)
			address := f.open(b, secure, gateway.MaxPollWait)
			before := memoryInUse()
			startPollClients(b, address, secure, *roomsAgents)
			limit := time.Now().Add(time.Minute)
			for f.delivery.Stats().Waiting < *roomsAgents {
				if time.Now().After(limit) {
					b.Fatalf("%d polls are held; want %d", f.delivery.Stats().Waiting, *roomsAgents)
				}
				runtime.Gosched()
			}
			each := (float64(memoryInUse()) - float64(before)) / float64(*roomsAgents) / 1024
			b.ReportMetric(each, "KiB/poll")
			b.ReportMetric(each/pollKiB, "of-aim-30-KiB")
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

// open serves the agent interface as the program does by default, with polls that are held for so long, and gives its address.
func (f *floor) open(b *testing.B, secure bool, pollWait time.Duration) string {
	b.Helper()
	quiet, bounds := slog.New(slog.DiscardHandler), config.Defaults().Bounds
	doors := gateway.New(gateway.Config{
		PollWait: pollWait, Log: quiet, Source: lockout.From, Observe: telemetry.New("bench").Request,
		Rates: gateway.Rates{
			PerAddress: bounds.RequestsPerAddress, PerAgent: bounds.RequestsPerAgent,
			Queries: bounds.Queries, QueriesPerAgent: bounds.QueriesPerAgent,
		},
	}, f.host, nobody{}, f.delivery)
	for agent, token := range f.tokens {
		doors.Recall(agent, []center.Token{token})
	}
	server := gateway.NewServer(lockout.Handler(doors, func() []netip.Prefix { return nil }), quiet)
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	listener := gateway.Limit(inner, server, gateway.ConnectionLimits{All: bounds.Connections, PerAddress: bounds.PerAddress}, quiet)
	serve := func() error { return server.Serve(listener) }
	if secure {
		keeper, err := tlscert.Open("", "", b.TempDir(), quiet)
		if err != nil {
			b.Fatal(err)
		}
		server.TLSConfig = keeper.Config()
		serve = func() error { return server.ServeTLS(listener, "", "") }
	}
	ended := make(chan error, 1)
	go func() { ended <- serve() }()
	b.Cleanup(func() {
		f.delivery.Close() // before the server, so that held polls are answered
		if err := server.Close(); err != nil {
			b.Error(err)
		}
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			b.Error(err)
		}
		doors.Wait()
	})
	return listener.Addr().String()
}

func memoryInUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
