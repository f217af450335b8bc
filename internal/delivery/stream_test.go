package delivery

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"ccgateway/internal/center"
)

func after(seq uint64) Position { return Position{Given: true, After: seq} }

// follow opens a stream.
func follow(t *testing.T, d *Delivery, position Position) (*Stream, Opening) {
	t.Helper()
	s, opening, err := d.Open(ann, position)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close("") })
	return s, opening
}

// reads takes the next events and confirms them.
func (s *Stream) reads(t *testing.T, want string) {
	t.Helper()
	batch, err := s.Next(t.Context(), 0, 100)
	batch.Confirm()
	if got := names(batch); err != nil || got != want {
		t.Fatalf("the stream gave %q, %v; want %q", got, err, want)
	}
}

func raise(d *Delivery, from, to uint64) {
	for seq := from; seq <= to; seq++ {
		d.Carry(1, []center.Effect{raised(ann, seq)})
	}
}

func TestStream_GoesOnAfterANumber(t *testing.T) {
	for name, c := range map[string]struct {
		position Position
		opening  Opening
		want     string
	}{
		"nothing arrived":           {after(0), Opening{After: 0}, "E1E2E3E4E5"},
		"two arrived":               {after(2), Opening{After: 2}, "E3E4E5"},
		"all that was written":      {after(3), Opening{After: 3}, "E4E5"},
		"more than we know of":      {after(4), Opening{After: 4}, "E5"},
		"everything":                {after(5), Opening{After: 5}, ""},
		"a number that never was":   {after(6), Opening{After: 0, Gap: true}, "E1E2E3E4E5"},
		"no number: what is unread": {Position{}, Opening{After: 3}, "E4E5"},
	} {
		t.Run(name, func(t *testing.T) {
			d := signedIn(Options{}, ann)
			s, _ := follow(t, d, after(0))
			raise(d, 1, 3)
			s.reads(t, "E1E2E3")
			raise(d, 4, 5)
			s, opening := follow(t, d, c.position)
			if opening != c.opening {
				t.Errorf("opening %+v, want %+v", opening, c.opening)
			}
			s.reads(t, c.want)
		})
	}
}

// TestStream_DeadConnectionHoldsNothingBack: a batch that the former stream is still writing is given to the next one at once.
func TestStream_DeadConnectionHoldsNothingBack(t *testing.T) {
	d := signedIn(Options{}, ann)
	dead, _ := follow(t, d, after(0))
	raise(d, 1, 2)
	stuck, err := dead.Next(t.Context(), 0, 100)
	if err != nil || names(stuck) != "E1E2" {
		t.Fatalf("got %q, %v", names(stuck), err)
	}
	alive, _ := follow(t, d, after(1))
	alive.reads(t, "E2")
	stuck.Confirm() // too late
	stuck.Return()
	raise(d, 3, 3)
	alive.reads(t, "E3")
	if _, err := dead.Next(t.Context(), time.Hour, 1); !errors.Is(err, ErrReplaced) {
		t.Errorf("the dead stream ended with %v", err)
	}
}

func TestStream_NewestReaderWins(t *testing.T) {
	d := signedIn(Options{}, ann)
	first, _ := follow(t, d, Position{})
	second, _ := follow(t, d, Position{})
	if _, err := first.Next(t.Context(), time.Hour, 1); !errors.Is(err, ErrReplaced) {
		t.Errorf("first: %v", err)
	}
	raise(d, 1, 1)
	second.reads(t, "E1")
	raise(d, 2, 2)
	if got := fetch(t, d, ann); got != "E2" { // a poll
		t.Errorf("the poll got %q", got)
	}
	for range 2 {
		if _, err := second.Next(t.Context(), time.Hour, 1); !errors.Is(err, ErrReplaced) {
			t.Errorf("second: %v", err)
		}
	}
	third, opening := follow(t, d, after(1)) // it does not know what the poll got
	if opening.Gap {
		t.Error("a gap is told that is none")
	}
	third.reads(t, "E2")
}

func TestStream_ClosedOneDoesNotTouchItsSuccessor(t *testing.T) {
	d := signedIn(Options{}, ann)
	first, _ := follow(t, d, Position{})
	second, _ := follow(t, d, Position{})
	first.Close("slow")
	raise(d, 1, 1)
	second.reads(t, "E1")
	if _, opening := follow(t, d, Position{}); opening.Cut != "slow" {
		t.Errorf("why the former stream was cut off is not told: %+v", opening)
	}
	if _, opening := follow(t, d, Position{}); opening.Cut != "" {
		t.Errorf("it is told twice: %+v", opening)
	}
}

func TestStream_Bounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(Options{}, ann)
		s, _ := follow(t, d, after(0))
		read := func() {
			batch, err := s.Next(t.Context(), 0, 10_000)
			if err != nil {
				t.Fatal(err)
			}
			batch.Confirm()
		}
		raise(d, 1, keptEvents+5)
		read()
		q := d.find(ann)
		if len(q.history.kept) != keptEvents || q.history.lost != 5 {
			t.Errorf("%d events are kept, those up to %d are lost", len(q.history.kept), q.history.lost)
		}
		time.Sleep(keptFor + time.Second)
		raise(d, keptEvents+6, keptEvents+6)
		read()
		if len(q.history.kept) != 1 || q.history.lost != keptEvents+5 {
			t.Errorf("after %s %d events are kept, those up to %d are lost", keptFor, len(q.history.kept), q.history.lost)
		}
		d.Ack(ann, keptEvents+7) // never was
		if len(q.history.kept) != 1 {
			t.Error("a number that never was counts as an acknowledgement")
		}
		d.Ack(ann, keptEvents+6)
		if q.history.kept != nil {
			t.Error("an acknowledged event is kept")
		}
		if _, opening := follow(t, d, after(7)); !opening.Gap {
			t.Error("the gap is not told")
		}
		if _, opening := follow(t, d, after(keptEvents+6)); opening.Gap {
			t.Error("a gap is told that is none")
		}
	})
}

// TestStream_SyncIsNoGap: a client that has read its state anew misses nothing.
func TestStream_SyncIsNoGap(t *testing.T) {
	d := signedIn(Options{}, ann)
	raise(d, 1, 3)
	for range 3 {
		fetch(t, d, ann)
	}
	if _, opening := follow(t, d, after(1)); !opening.Gap {
		t.Error("what polls fetched cannot be given again, and that is not told")
	}
	raise(d, 4, 6)
	d.Carry(1, []center.Effect{center.ClearEvents{Agent: 101, Session: 7}})
	raise(d, 7, 7)
	s, opening := follow(t, d, after(3))
	if opening != (Opening{After: 6}) {
		t.Errorf("got %+v", opening)
	}
	s.reads(t, "E7")
}

// TestStream_WhatWasAcknowledgedIsAGap: a page that begins again from an older number than its agent had is not given what it had acknowledged,
// and is told so, unless it has read its state anew since.
func TestStream_WhatWasAcknowledgedIsAGap(t *testing.T) {
	for name, acknowledge := range map[string]func(d *Delivery){
		"by a number of a stream": func(d *Delivery) { _, _ = follow(t, d, after(3)) },
		"by Ack":                  func(d *Delivery) { d.Ack(ann, 3) },
	} {
		t.Run(name, func(t *testing.T) {
			d := signedIn(Options{}, ann)
			raise(d, 1, 4)
			s, _ := follow(t, d, after(0))
			s.reads(t, "E1E2E3E4")
			acknowledge(d)
			s, opening := follow(t, d, after(0))
			if want := (Opening{After: 3, Gap: true}); opening != want {
				t.Errorf("opening %+v, want %+v", opening, want)
			}
			s.reads(t, "E4")
			d.Carry(1, []center.Effect{center.ClearEvents{Agent: 101, Session: 7}})
			if _, opening := follow(t, d, after(0)); opening.Gap {
				t.Error("a gap is told after the state was read anew")
			}
		})
	}
}

// TestStream_AfterARestart: events come again from the journal, but not from the first.
func TestStream_AfterARestart(t *testing.T) {
	d := signedIn(Options{}, ann)
	raise(d, 57, 58)
	if _, opening := follow(t, d, after(55)); !opening.Gap || opening.After != 56 {
		t.Errorf("got %+v", opening)
	}
	if _, opening := follow(t, d, after(56)); opening.Gap {
		t.Errorf("got %+v", opening)
	}
}

func TestStream_EndOfTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(Options{}, ann)
		s, _ := follow(t, d, after(0))
		raise(d, 1, 2)
		d.Carry(1, []center.Effect{center.SessionEnded{Agent: 101, Session: 7, Linger: true}})
		s.reads(t, "E1E2")
		if _, err := s.Next(t.Context(), time.Hour, 1); !errors.Is(err, ErrNotSignedIn) {
			t.Errorf("got %v", err)
		}
		s, _ = follow(t, d, after(1)) // E2 did not arrive
		s.reads(t, "E2")
		d.Ack(ann, 2)
		if n := d.Sessions(); n != 0 {
			t.Errorf("%d sessions are kept although everything has arrived", n)
		}
		if _, _, err := d.Open(ann, Position{}); !errors.Is(err, ErrNotSignedIn) {
			t.Errorf("got %v", err)
		}
		d.Close()
	})
}

func TestStream_ForgottenAfterTheLinger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(Options{}, ann)
		s, _ := follow(t, d, after(0))
		raise(d, 1, 1)
		s.reads(t, "E1")
		d.Carry(1, []center.Effect{center.SessionEnded{Agent: 101, Session: 7, Linger: true}})
		if d.Sessions() != 1 {
			t.Fatal("E1 may still be asked for")
		}
		time.Sleep(DefaultLinger + time.Second)
		if d.Sessions() != 0 {
			t.Fatal("the session is kept for ever")
		}
		d.Close()
	})
}

func TestStream_Waits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(Options{}, ann)
		s, _ := follow(t, d, Position{})
		began := time.Now()
		if batch, err := s.Next(t.Context(), 10*time.Second, 1); err != nil || len(batch.Events) != 0 || time.Since(began) != 10*time.Second {
			t.Errorf("got %v, %v after %s", batch.Events, err, time.Since(began))
		}
		go func() {
			time.Sleep(time.Second)
			raise(d, 1, 1)
		}()
		s.awaits(t, "E1")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := s.Next(ctx, time.Minute, 1); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		go d.Close()
		if _, err := s.Next(t.Context(), time.Minute, 1); !errors.Is(err, ErrClosing) {
			t.Errorf("got %v", err)
		}
	})
}

// awaits waits for events.
func (s *Stream) awaits(t *testing.T, want string) {
	t.Helper()
	batch, err := s.Next(t.Context(), time.Minute, 100)
	batch.Confirm()
	if got := names(batch); err != nil || got != want {
		t.Fatalf("the stream gave %q, %v; want %q", got, err, want)
	}
}

func TestConfirmFirst(t *testing.T) {
	d := signedIn(Options{}, ann)
	raise(d, 1, 4)
	batch, err := d.NextOf(t.Context(), 0, 4, ann)
	if err != nil || names(batch) != "E1E2E3E4" {
		t.Fatalf("got %q, %v", names(batch), err)
	}
	batch.ConfirmFirst(2)
	batch.Confirm() // once only
	if got := fetch(t, d, ann); got != "E3" {
		t.Errorf("got %q", got)
	}
}

// TestStream_AnyCut plays clients whose connections die at any point, with whatever of the last writes arrived: every client gets
// every event once, in order, and no gap is told.
func TestStream_AnyCut(t *testing.T) {
	for seed := range uint64(300) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			d := signedIn(Options{}, ann)
			var raisedTo, has uint64
			s, _ := follow(t, d, after(0))
			for range 200 {
				switch random.IntN(5) {
				case 0, 1:
					n := random.Uint64N(4)
					raise(d, raisedTo+1, raisedTo+n)
					raisedTo += n
				case 2, 3:
					batch, err := s.Next(t.Context(), 0, 1+random.IntN(5))
					if err != nil {
						t.Fatal(err)
					}
					s, has = arrives(t, random, d, s, batch, has)
				case 4:
					d.Ack(ann, has)
				}
			}
			s, opening := follow(t, d, after(has))
			batch, err := s.Next(t.Context(), 0, 10_000)
			if err != nil || opening.Gap || has+uint64(len(batch.Events)) != raisedTo {
				t.Fatalf("has %d of %d, gets %d more; %+v, %v", has, raisedTo, len(batch.Events), opening, err)
			}
		})
	}
}

// arrives lets a batch, or a part of it, arrive; in the second case the connection is dead, whether we know it or not.
func arrives(t *testing.T, random *rand.Rand, d *Delivery, s *Stream, batch Batch, has uint64) (*Stream, uint64) {
	t.Helper()
	n := len(batch.Events)
	cut := random.IntN(3) == 0
	if cut {
		n = random.IntN(n + 1)
	}
	for _, e := range batch.Events[:n] {
		if has++; e.Seq != has {
			t.Fatalf("event %d came after %d", e.Seq, has-1)
		}
	}
	if !cut || random.IntN(2) == 0 {
		batch.Confirm() // the bytes went into the connection's buffer, dead or not
	} else {
		batch.Return()
	}
	if !cut {
		return s, has
	}
	s.Close("")
	s, opening := follow(t, d, after(has))
	if opening.Gap {
		t.Fatalf("a gap is told after %d", has)
	}
	return s, has
}
