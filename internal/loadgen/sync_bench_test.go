package loadgen

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// syncBytes is about what a journaled command adds: a page of the database's log.
const syncBytes = 4096

// BenchmarkDiskSync is what the disk alone takes to keep one page: the floor under every figure with the journal's sync. Compare within
// one run, since it differs between machines and hours.
func BenchmarkDiskSync(b *testing.B) {
	file, err := os.Create(filepath.Join(b.TempDir(), "sync"))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	page := make([]byte, syncBytes)
	var took latency
	for b.Loop() {
		began := time.Now()
		if _, err := file.Write(page); err != nil {
			b.Fatal(err)
		}
		if err := file.Sync(); err != nil {
			b.Fatal(err)
		}
		took.add(time.Since(began))
	}
	t := took.sum()
	b.ReportMetric(float64(t.P50.Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(t.P99.Microseconds())/1000, "p99-ms")
}
