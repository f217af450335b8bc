package center_test

import (
	"testing"

	"ccgateway/internal/center"
)

// BenchmarkSnapshot is a snapshot of 20,000 signed-in agents: the copy, for which the center stands still, the encoding beside it, and
// the way back.
func BenchmarkSnapshot(b *testing.B) {
	c, _ := benchCenter(b, 20_000)
	data := c.Snapshot().Encode()
	b.Run("copy", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			c.Snapshot()
		}
	})
	b.Run("encode", func(b *testing.B) {
		s := c.Snapshot()
		for b.Loop() {
			s.Encode()
		}
	})
	b.Run("restore", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			s, err := center.DecodeSnapshot(center.SnapshotVersion, data)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := center.Restore(s); err != nil {
				b.Fatal(err)
			}
		}
	})
}
