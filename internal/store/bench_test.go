package store

import (
	"fmt"
	"strings"
	"testing"

	"ccgateway/internal/center"
)

// benchAll measures on all engines. The PostgreSQL of the tests does not sync, so its figures say what the protocol costs, not the disk.
func benchAll(b *testing.B, bench func(b *testing.B, place sites)) {
	b.Run("SQLite", func(b *testing.B) { bench(b, onSQLite) })
	b.Run("PostgreSQL", func(b *testing.B) { bench(b, onPostgres) })
}

// BenchmarkStore_OneFact measures a fact that is waited for: one synced transaction.
func BenchmarkStore_OneFact(b *testing.B) { benchAll(b, benchOneFact) }

func benchOneFact(b *testing.B, place sites) {
	s := mustOpen(b, place(b))
	effects := []center.Effect{center.StateRecord{VCC: 1, Agent: 101, From: at(0), To: at(1)}}
	for b.Loop() {
		s.Carry(1, effects)
		mustFlush(b, s)
	}
}

// BenchmarkStore_Apply measures applying 20,000 agents with five skill queues each: all new, then one of them changed.
func BenchmarkStore_Apply(b *testing.B) { benchAll(b, benchApply) }

func benchApply(b *testing.B, place sites) {
	const count = 20_000
	var src strings.Builder
	src.WriteString("vccs:\n  - id: 1\n    name: big\n    roles: [{id: 1, name: r}]\n    skills: [")
	for i := range 50 {
		fmt.Fprintf(&src, "{id: %d, name: s%d}, ", i+1, i)
	}
	src.WriteString("]\n    agents:\n")
	hash := hashOf("Ann#2026x")
	for i := range count {
		fmt.Fprintf(&src, "      - {id: %d, name: A, role: r, password_hash: %q, skills: [{skill: s%d}, {skill: s%d}, {skill: s%d}, {skill: s%d}, {skill: s%d}]}\n",
			1000+i, hash, i%10, 10+i%10, 20+i%10, 30+i%10, 40+i%10)
	}
	all := mustParse(b, src.String())
	one := mustParse(b, strings.Replace(src.String(), "{id: 5000, name: A", "{id: 5000, name: B", 1))
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			s := mustOpen(b, place(b))
			b.StartTimer()
			if _, err := s.Apply(b.Context(), all, "bench"); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("one changed", func(b *testing.B) {
		s := mustOpen(b, place(b))
		if _, err := s.Apply(b.Context(), all, "bench"); err != nil {
			b.Fatal(err)
		}
		for i := 0; b.Loop(); i++ {
			cfg := one
			if i%2 == 1 {
				cfg = all
			}
			if changes, err := s.Apply(b.Context(), cfg, "bench"); err != nil || changes.String() != "agents: 1 changed (5000)" {
				b.Fatal(changes, err)
			}
		}
	})
}

// BenchmarkStore_Carry measures facts on their way into the database, in groups, synced.
func BenchmarkStore_Carry(b *testing.B) { benchAll(b, benchCarry) }

func benchCarry(b *testing.B, place sites) {
	s := mustOpen(b, place(b))
	leg := center.LegRecord{VCC: 1, Call: "1455885056-1", Leg: "o3", Party: center.PartyAgent, Agent: 101, Number: "40101", Began: at(0), Ended: at(2)}
	effects := []center.Effect{leg}
	for i := 0; b.Loop(); i++ {
		s.Carry(1, effects)
		if i%1000 == 999 {
			mustFlush(b, s)
		}
	}
	mustFlush(b, s)
	b.ReportMetric(float64(s.Stats().Written)/b.Elapsed().Seconds(), "facts/s")
}
