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
