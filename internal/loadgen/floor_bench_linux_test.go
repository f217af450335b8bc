package loadgen

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"syscall"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/gateway"
	"ccgateway/internal/journal"
)

var (
	floorAgents = flag.Int("floor.agents", 19_000, "desktops of BenchmarkFloor")
	floorDoor   = flag.String("floor.door", "poll", "how they take their events: poll, stream or socket")
	floorFor    = flag.Duration("floor.for", 15*time.Second, "how long its load lasts")
	floorWithin = flag.Duration("floor.within", 90*time.Second, "how long they may take to connect")
)

const (
	// sites is how many addresses the desktops come from, each with a process of its own: fewer than bounds.connections_per_address.
	sites = 4
	// otherFiles are what a server with its journal has open beside its connections.
	otherFiles = 256
)

// BenchmarkFloor is a full house by default settings: -floor.agents desktops over TLS, 17 calls and 170 state changes a second, the journal
// synced, and the GUID of each agent replaced once a minute. It says what the server takes, and how long it is from a cause to its
// event in the hands of the desktop, which is in a process of its own on the same machine and takes about as much of it as the server.
// It takes about a minute, and two at most.
func BenchmarkFloor(b *testing.B) {
	needFiles(b, *floorAgents+otherFiles)
	f := newFloor(b, *floorAgents, false, keeping(b, false, journal.SyncFull))
	f.drain(b)
	address, connections := f.open(b, true, gateway.DefaultPollWait)
	f.causes = newCauses()
	before, began := memoryInUse(), time.Now()
	end := startSites(b, order{door: *floorDoor, address: address, secure: true, first: firstAgent, count: *floorAgents})
	wait(b, "desktops have asked", func() int { c := connections.Connections(); return c.Busy + c.Idle }, *floorAgents, *floorWithin)
	b.ReportMetric(float64(*floorAgents)/time.Since(began).Seconds(), "connections/s")
	before.report(b, *floorAgents)

	journaled, used := f.host.JournalStats(), readUsage(b)
	f.load(*floorFor)
	used.report(b)
	reportGroups(b, journaled, f.host.JournalStats())
	time.Sleep(2 * benchTalk) // the last talks end, and desktops are told
	took := f.causes.compare(b, end())
	b.ReportMetric(ms(took.P50), "ms-event-p50")
	b.ReportMetric(ms(took.P99), "ms-event-p99")
	b.ReportMetric(ms(took.Max), "ms-event-max")
	b.ReportMetric(float64(took.Count), "events")
	b.ReportMetric(0, "ns/op") // it is the duration of the load
}

// needFiles skips where the system does not allow so many open files.
func needFiles(b *testing.B, files int) {
	b.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		b.Fatal(err)
	}
	if limit.Cur < uint64(files) {
		b.Skipf("%d open files are needed and %d allowed (ulimit -n): give fewer -floor.agents", files, limit.Cur)
	}
}

// startSites divides an order among the sites.
func startSites(b *testing.B, all order) (end func() []had) {
	b.Helper()
	var ends []func() []had
	for i := range sites {
		from, to := all.count*i/sites, all.count*(i+1)/sites
		site := all
		site.from, site.first, site.count = fmt.Sprintf("127.0.1.%d", i+1), all.first+center.AgentID(from), to-from
		ends = append(ends, startDesktops(b, site))
	}
	return func() (had []had) {
		for _, end := range ends {
			had = append(had, end()...)
		}
		return had
	}
}

// usage is what the process has used up to a moment.
type usage struct {
	at     time.Time
	cpu    time.Duration
	gcCPU  float64
	pauses debug.GCStats
}

func readUsage(b *testing.B) (u usage) {
	b.Helper()
	var own syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &own); err != nil {
		b.Fatal(err)
	}
	gc := []metrics.Sample{{Name: "/cpu/classes/gc/total:cpu-seconds"}}
	metrics.Read(gc)
	u.at, u.cpu, u.gcCPU = time.Now(), time.Duration(own.Utime.Nano()+own.Stime.Nano()), gc[0].Value.Float64()
	debug.ReadGCStats(&u.pauses)
	return u
}

// report says what the process has used since.
func (u usage) report(b *testing.B) {
	b.Helper()
	now := readUsage(b)
	took := now.at.Sub(u.at).Seconds()
	b.ReportMetric((now.cpu-u.cpu).Seconds()/took, "cores")
	b.ReportMetric((now.gcCPU-u.gcCPU)/took, "cores-gc")
	var longest time.Duration
	collections := now.pauses.NumGC - u.pauses.NumGC
	for _, pause := range now.pauses.Pause[:min(int(collections), len(now.pauses.Pause))] {
		longest = max(longest, pause)
	}
	b.ReportMetric(float64(collections), "gcs")
	b.ReportMetric(ms(longest), "ms-gc-pause-max")
	b.ReportMetric(residentMiB(b), "MiB-resident")
}

// residentMiB is the memory of the process that is in the machine's.
func residentMiB(b *testing.B) float64 {
	b.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		b.Fatal(err)
	}
	pages, err := strconv.Atoi(string(bytes.Fields(text)[1]))
	if err != nil {
		b.Fatal(err)
	}
	return float64(pages) * float64(os.Getpagesize()) / (1 << 20)
}
