package media

import (
	"testing"

	"ccgateway/internal/g711"
)

// TestRoom_WhoHearsWhom is the table of ARCHITECTURE.md, section 3, with the three parties' tones over loopback, agent and
// customer with different laws: what is listed is heard all the time, and nothing else at any time.
func TestRoom_WhoHearsWhom(t *testing.T) {
	cases := []struct {
		name    string
		a, b, s string // whom each hears: letters of the parties, m = music
	}{
		{"talk", "B", "A", ""},
		{"hold", "", "m", ""},
		{"mute", "B", "", ""},
		{"listen", "B", "A", "AB"},
		{"whisper", "BS", "A", "AB"},
		{"insert", "BS", "AS", "AB"},
		{"intercept", "", "S", "B"},
		{"three parties", "BS", "AS", "AB"},
		{"nobody", "", "", ""},
	}
	l := newLab(t, withMusic(t))
	phones := map[byte]*phone{
		'A': l.phone("A", g711.ALaw, 440),
		'B': l.phone("B", g711.MuLaw, 700),
		'S': l.phone("S", g711.ALaw, 1000),
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			l.t = t
			hears := map[byte]string{'A': c.a, 'B': c.b, 'S': c.s}
			var rows []Row
			for _, id := range []byte("ABS") {
				rows = append(rows, rowOf(id, hears[id]))
			}
			l.engine.SetRoom("call", rows)
			l.listen()
			for id, others := range hears {
				var expect []*phone
				music := false
				for _, o := range []byte(others) {
					if o == 'm' {
						music = true
					} else {
						expect = append(expect, phones[o])
					}
				}
				phones[id].hears(expect...)
				phones[id].hearsTone("music", musicFreq, music)
			}
		})
	}
}

func rowOf(id byte, hears string) Row {
	row := Row{Leg: LegID(id)}
	for _, o := range []byte(hears) {
		if o == 'm' {
			row.Plays = PromptMusic
		} else {
			row.Hears = append(row.Hears, LegID(o))
		}
	}
	return row
}

// TestRoom_LegMoves: a leg in a new table has left its former room and is not heard there any more; a leg that no room has is
// sent silence; a closed room is forgotten.
func TestRoom_LegMoves(t *testing.T) {
	l := newLab(t)
	a, b, c := l.phone("a", g711.ALaw, 440), l.phone("b", g711.ALaw, 700), l.phone("c", g711.MuLaw, 1000)
	all := func(id LegID) Row { return Row{Leg: id, Hears: []LegID{"a", "b", "c"}} }
	l.engine.SetRoom("one", []Row{all("a"), all("b"), all("c")})
	l.listen()
	a.hears(b, c)
	b.hears(a, c)
	c.hears(a, b)

	l.engine.SetRoom("two", []Row{all("c")})
	l.listen()
	a.hears(b)
	b.hears(a)
	c.hears()

	l.engine.SetRoom("two", []Row{all("b"), all("c")})
	l.listen()
	a.hears()
	b.hears(c)
	c.hears(b)

	l.engine.SetRoom("two", nil)
	l.engine.SetRoom("one", nil)
	l.listen()
	for _, p := range l.phones {
		p.hears()
	}
	if s := l.engine.Stats(); s.Rooms != 0 || s.Legs != 3 {
		t.Errorf("stats %+v", s)
	}
}

// TestRoom_OddRows: rows of a leg that does not exist yet or any more, of one leg twice, hearing itself, hearing one twice or
// one that is in another room: what can be done is done.
func TestRoom_OddRows(t *testing.T) {
	l := newLab(t)
	a := l.phone("a", g711.ALaw, 440)
	l.engine.SetRoom("other", []Row{{Leg: "d"}})
	l.engine.SetRoom("call", []Row{
		{Leg: "a", Hears: []LegID{"a", "b", "b", "d", "nobody"}},
		{Leg: "b", Hears: []LegID{"a"}},
		{Leg: "b"},
		{Leg: "nobody", Hears: []LegID{"a"}},
	})
	l.listen()
	a.hears()
	b, d := l.phone("b", g711.ALaw, 700), l.phone("d", g711.ALaw, 1000)
	l.listen()
	a.hears(b)
	b.hears(a)
	d.hears()
	if level := loudest(a.heard); level > 9000 {
		t.Errorf("b is heard twice at once: %d", level)
	}
	b.leg.Close()
	a.heard = nil
	l.steps(listening)
	a.hearsTone("b", b.freq, false)
}

func loudest(pcm []int16) int16 {
	m := int16(0)
	for _, s := range pcm {
		m = max(m, s)
	}
	return m
}

// TestRoom_Prompts: a prompt begins at its beginning when it changes, loops, goes on over a move to another room, mixes with
// voices, and music stands in for one that is unknown.
func TestRoom_Prompts(t *testing.T) {
	l := newLab(t, withMusic(t))
	a, b := l.phone("a", g711.ALaw, 440), l.phone("b", g711.ALaw, 700)
	l.engine.SetRoom("one", []Row{{Leg: "a", Plays: "welcome.wav", Hears: []LegID{"b"}}, {Leg: "b"}})
	l.listen()
	a.hears(b)
	a.hearsTone("the prompt", 900, true)
	a.hearsTone("music", musicFreq, false)

	at := a.leg.plays.at
	l.engine.SetRoom("two", []Row{{Leg: "a", Plays: "welcome.wav"}})
	if got := a.leg.plays.at; got != at || at == 0 {
		t.Errorf("after the move the prompt stands at %d, before it at %d", got, at)
	}
	l.engine.SetRoom("two", []Row{{Leg: "a"}})
	l.engine.SetRoom("two", []Row{{Leg: "a", Plays: "welcome.wav"}})
	if got := a.leg.plays.at; got != 0 {
		t.Errorf("begun again, the prompt stands at %d", got)
	}
	l.engine.SetRoom("two", []Row{{Leg: "a", Plays: "no such prompt"}})
	l.listen()
	a.hears()
	a.hearsTone("music", musicFreq, true)
	if s := l.engine.Stats(); s.UnknownPrompts != 1 {
		t.Errorf("stats %+v", s)
	}
	if !l.engine.HasPrompt("welcome") || !l.engine.HasPrompt("welcome.wav") || l.engine.HasPrompt("no such prompt") {
		t.Error("HasPrompt is wrong")
	}
	b.hears()
}

// TestRoom_RingBack: the built-in ring-back tone sounds for a second and is silent for four.
func TestRoom_RingBack(t *testing.T) {
	l := newLab(t)
	a := l.phone("a", g711.ALaw, 440)
	a.mute = true
	l.engine.SetRoom("call", []Row{{Leg: "a", Plays: PromptRingBack}})
	l.steps(500)
	for s := range 10 {
		checkTone(t, "ring-back", a.heard[s*8000:][:8000], 425, s%5 == 0)
	}
}

// TestRoom_Saturates: three loud parties do not wrap around.
func TestRoom_Saturates(t *testing.T) {
	l := newLab(t)
	var rows []Row
	for _, id := range []LegID{"a", "b", "c", "d"} {
		p := l.phone(string(id), g711.ALaw, 500)
		p.voice = loudTone(500)
		rows = append(rows, Row{Leg: id, Hears: []LegID{"a", "b", "c", "d"}})
	}
	l.engine.SetRoom("call", rows)
	l.listen()
	l.phones[0].hearsTone("the others", 500, true)
	if m := loudest(l.phones[0].heard); m < 31000 {
		t.Errorf("loudest sample is %d", m)
	}
}
