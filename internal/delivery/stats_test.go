package delivery

import (
	"testing"
	"time"

	"ccgateway/internal/center"
)

func TestStatsAndWhatIsTold(t *testing.T) {
	var told []string
	d := New(Options{Delivered: func(e *Event) { told = append(told, e.Type) }})
	defer d.Close()
	polls := Key{VCC: 1, Agent: 101, Session: 1}
	first := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	d.Carry(1, []center.Effect{
		center.SessionBegan{Agent: 101, Session: 1},
		center.SessionBegan{Agent: 102, Session: 2, Push: center.Push{URL: "https://desk.example.org/"}},
		center.Event{Agent: 101, Session: 1, Seq: 1, Type: "a", At: first},
		center.Event{Agent: 101, Session: 1, Seq: 2, Type: "b", At: first.Add(time.Second)},
	})
	want := Stats{Sessions: 2, Pushed: 1, Undelivered: 2, Longest: 2, Oldest: first}
	if got := d.Stats(); got != want {
		t.Errorf("stats = %+v; want %+v", got, want)
	}
	lost, err := d.Next(t.Context(), polls, 0)
	if err != nil {
		t.Fatal(err)
	}
	lost.Return()
	if len(told) > 0 {
		t.Errorf("told of %v, which did not arrive", told)
	}
	batch, err := d.Next(t.Context(), polls, 0)
	if err != nil {
		t.Fatal(err)
	}
	batch.Confirm()
	if len(told) != 1 || told[0] != "a" || d.Stats().Undelivered != 1 {
		t.Errorf("told of %v, %+v", told, d.Stats())
	}
}
