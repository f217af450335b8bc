//go:build unix

package softphone

import (
	"syscall"
	"testing"
	"time"
)

// BenchmarkTalk measures what calls cost: pairs of phones that say and hear tones, both sides in this process. The figure is
// the share of one core for one side of one call.
func BenchmarkTalk(b *testing.B) {
	const pairs = 100
	for b.Loop() {
		var calls []*Call
		for range pairs {
			callee, err := New(b.Context(), Config{Tone: 700, Answer: Immediately})
			if err != nil {
				b.Fatal(err)
			}
			caller, err := New(b.Context(), Config{Tone: 440})
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(callee.Close)
			b.Cleanup(caller.Close)
			c, err := caller.Call(b.Context(), callee.URI())
			if err != nil {
				b.Fatal(err)
			}
			<-c.Answered()
			calls = append(calls, c)
		}
		before, start := cpu(b), time.Now()
		if err := calls[0].listen(b.Context(), func([]int16, int64) bool { return time.Since(start) > 5*time.Second }); err != nil {
			b.Fatal(err)
		}
		used := (cpu(b) - before).Seconds() / time.Since(start).Seconds()
		b.ReportMetric(100*used/(2*pairs), "%core/call")
		var lost, packets uint64
		for _, c := range calls {
			h := c.Heard()
			lost, packets = lost+h.Lost, packets+h.Packets
		}
		b.ReportMetric(float64(lost), "lost")
		b.ReportMetric(float64(packets)/pairs/time.Since(start).Seconds(), "packets/s")
	}
}

// cpu is the time that the process has computed.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
