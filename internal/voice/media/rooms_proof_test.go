package media

import (
	"slices"
	"testing"

	"ccgateway/internal/g711"
)

// TestRoom_ListenerIsSilent proves that an inspector who listens is heard by nobody: what agent and customer are sent while he
// speaks is, sample for sample, what they are sent without him.
func TestRoom_ListenerIsSilent(t *testing.T) {
	without, with := listenedTo(t, false), listenedTo(t, true)
	for i, name := range []string{"agent", "customer"} {
		if loudest(without[i]) == 0 {
			t.Errorf("the %s hears nothing at all", name)
		}
		if !slices.Equal(without[i], with[i]) {
			t.Errorf("the %s is sent something else while somebody listens", name)
		}
	}
}

// listenedTo gives all that agent and customer are sent over a talk, in whose middle somebody comes to listen, or does not.
func listenedTo(t *testing.T, inspector bool) [2][]int16 {
	t.Helper()
	l := newLab(t)
	a, b := l.phone("A", g711.ALaw, 440), l.phone("B", g711.MuLaw, 700)
	rows := []Row{rowOf('A', "B"), rowOf('B', "A")}
	l.engine.SetRoom("call", rows)
	l.steps(30)
	if inspector {
		s := l.phone("S", g711.ALaw, 1000)
		l.engine.SetRoom("call", append(rows, rowOf('S', "AB")))
		defer func() { s.hears(a, b) }()
	}
	l.steps(30)
	l.engine.SetRoom("call", rows)
	l.steps(30)
	for _, p := range l.phones {
		p.heard = p.heard[min(len(p.heard), 20*frameSamples):]
	}
	if inspector {
		s := l.phones[2]
		s.heard = s.heard[:min(len(s.heard), 8*frameSamples)]
	}
	return [2][]int16{a.heard, b.heard}
}

// frameSamples is 20 ms.
const frameSamples = len(frame{})

// TestRoom_ChangesDoNotClick: while members come, go, are muted and are whispered to, those whose rows stay the same are sent the
// very samples that they are sent without these changes, one packet a tick; a prompt that somebody hears goes on where it is.
func TestRoom_ChangesDoNotClick(t *testing.T) {
	calm := changing(t, false)
	busy := changing(t, true)
	for i, name := range []string{"who hears A", "who hears a prompt"} {
		if len(calm[i]) != len(busy[i]) || loudest(calm[i]) == 0 {
			t.Fatalf("%s: %d samples, with changes %d", name, len(calm[i]), len(busy[i]))
		}
		if !slices.Equal(calm[i], busy[i]) {
			t.Errorf("%s: changes of others' rows are heard", name)
		}
	}
}

func changing(t *testing.T, changes bool) [2][]int16 {
	t.Helper()
	l := newLab(t, withMusic(t))
	l.phone("A", g711.ALaw, 440)
	b, c := l.phone("B", g711.ALaw, 700), l.phone("C", g711.MuLaw, 850)
	l.phone("S", g711.ALaw, 1000)
	still := []Row{rowOf('B', "A"), rowOf('C', "m")}
	tables := []string{"B", "", "BS", "BC", "m", "S"} // what A hears
	for i := range 60 {
		hears := tables[0]
		if changes {
			hears = tables[i%len(tables)]
		}
		rows := append(slices.Clone(still), rowOf('A', hears))
		if i%2 == 0 || !changes {
			rows = append(rows, rowOf('S', "A"))
		}
		if changes && i%3 == 0 {
			slices.Reverse(rows)
		}
		l.engine.SetRoom("call", rows)
		l.step()
	}
	return [2][]int16{b.heard, c.heard}
}

// TestRoom_Conference: five members of whom each hears all others; one of them muted is heard by none and hears all.
func TestRoom_Conference(t *testing.T) {
	l := newLab(t)
	const all = "ABCDE"
	for i, id := range []byte(all) {
		l.phone(string(id), g711.ALaw, []float64{440, 700, 1000, 1300, 1700}[i])
	}
	for _, muted := range []string{"", "C"} {
		var rows []Row
		for _, id := range []byte(all) {
			var hears []byte
			for _, o := range []byte(all) {
				if o != id && string(o) != muted {
					hears = append(hears, o)
				}
			}
			rows = append(rows, rowOf(id, string(hears)))
		}
		l.engine.SetRoom("conference", rows)
		l.listen()
		for i, p := range l.phones {
			var others []*phone
			for k, o := range l.phones {
				if k != i && string(o.leg.id) != muted {
					others = append(others, o)
				}
			}
			p.hears(others...)
		}
	}
}
