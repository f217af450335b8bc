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

// heldKiB is the aim for a desktop that waits: what the server may take for it.
const heldKiB = 30

// doors are the ways to events that keep a connection.
var doors = []string{"poll", "stream", "socket"}

// BenchmarkHeld is what a poll, a stream and a WebSocket that wait cost the server in memory, with -rooms.agents of them: delivery, HTTP
// and TLS. The clients are in a process of their own, so that their ends of the connections do not count.
func BenchmarkHeld(b *testing.B) {
	for _, door := range doors {
		for _, scheme := range []string{"http", "https"} {
			b.Run(door+"/"+scheme, func(b *testing.B) {
				f := newFloor(b, *roomsAgents, false, func(*host.Host) {})
				f.drain(b)
				secure := scheme == "https"
				address, _ := f.open(b, secure, gateway.MaxPollWait)
				before := memoryInUse()
				startDesktops(b, order{door: door, address: address, secure: secure, from: "127.0.0.1", first: firstAgent, count: *roomsAgents})
				wait(b, "desktops wait", func() int { return f.delivery.Stats().Waiting }, *roomsAgents, time.Minute)
				before.report(b, *roomsAgents)
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// wait waits until something has come to be so many.
func wait(b *testing.B, what string, have func() int, want int, most time.Duration) {
	b.Helper()
	for limit := time.Now().Add(most); have() < want; time.Sleep(20 * time.Millisecond) { // a look at them takes locks
		if time.Now().After(limit) {
			b.Fatalf("%d %s; want %d", have(), what, want)
		}
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

// open serves the agent interface as the program does by default, with polls that are held for so long, and gives its
// address and its connections.
func (f *floor) open(b *testing.B, secure bool, pollWait time.Duration) (string, *gateway.LimitedListener) {
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
	return listener.Addr().String(), listener
}

// settlings is how many collections of garbage the memory needs to settle: each halves the stacks that a handshake has made large, and
// what pools hold goes with the second.
const settlings = 3

// memory is what the process has in use, in bytes.
type memory struct{ live, stacks, spans float64 }

func memoryInUse() memory {
	for range settlings {
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return memory{float64(m.HeapAlloc), float64(m.StackInuse), float64(m.HeapInuse - m.HeapAlloc)}
}

// report says what each of so many desktops has made the memory grow by, and its parts: what lives, stacks, and the places between, which
// those who connect at the same time leave and the next ones fill.
func (before memory) report(b *testing.B, desktops int) {
	b.Helper()
	now := memoryInUse()
	each := func(now, before float64) float64 { return (now - before) / float64(desktops) / 1024 }
	live, stacks, spans := each(now.live, before.live), each(now.stacks, before.stacks), each(now.spans, before.spans)
	b.ReportMetric(live, "KiB-live")
	b.ReportMetric(stacks, "KiB-stacks")
	b.ReportMetric(spans, "KiB-between")
	b.ReportMetric(live+stacks+spans, "KiB-each")
	b.ReportMetric((live+stacks+spans)/heldKiB, "of-aim-30-KiB")
}
