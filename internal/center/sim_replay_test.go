package center_test

import (
	"fmt"
	"strings"
	"testing"

	"ccgateway/internal/center"
)

// TestSim_Replay gives the commands of a simulation to a second center: it must do exactly the same, since a journal of
// commands is a replica. And what the first center has returned must not have changed since.
func TestSim_Replay(t *testing.T) {
	seeds := uint64(12)
	if raceEnabled || testing.Short() {
		seeds = 2
	}
	for seed := uint64(1000); seed < 1000+seeds; seed++ {
		var done []memory
		var texts []string
		s := newSim(seed, nil)
		s.keep = func(m memory) {
			done = append(done, m)
			texts = append(texts, m.text())
		}
		if err := s.play(2 * simPhase); err != nil {
			t.Fatal(s.explain(err, 2*simPhase))
		}
		second := center.New(scriptStart, s.base)
		for i, m := range done {
			if now := m.text(); now != texts[i] {
				t.Fatalf("seed %d, command %d: what was returned has changed since:\n%s\nnow:\n%s", seed, i, texts[i], now)
			}
			m.reply, m.effects = second.Do(m.now, m.cmd)
			if again := m.text(); again != texts[i] {
				t.Fatalf("seed %d, command %d: the same commands give something else:\n%s\nthen:\n%s", seed, i, texts[i], again)
			}
		}
	}
}

// text is everything about a command and its outcome.
func (m memory) text() string {
	n := newNaming(scriptStart)
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", n.plain(m.cmd), n.reply(m.reply))
	for _, e := range m.effects {
		b.WriteString(n.effect(e))
		if ev, ok := e.(center.Event); ok {
			fmt.Fprintf(&b, " %d %d", ev.Session, ev.Seq)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
