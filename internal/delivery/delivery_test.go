package delivery

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"ccgateway/internal/center"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var ann = Key{VCC: 1, Agent: 101, Session: 7}

// raised is the effect of event number seq of a session.
func raised(key Key, seq uint64) center.Effect {
	return center.Event{
		Agent: key.Agent, Session: key.Session, Seq: seq, Type: fmt.Sprintf("E%d", seq), At: time.Unix(int64(seq), 0),
	}
}

// signedIn makes a delivery with the sessions of keys.
func signedIn(options Options, keys ...Key) *Delivery {
	d := New(options)
	for _, key := range keys {
		d.Carry(key.VCC, []center.Effect{center.SessionBegan{Agent: key.Agent, Session: key.Session}})
	}
	return d
}

// fetch takes what is there now and confirms it.
func fetch(t *testing.T, d *Delivery, key Key) string {
	t.Helper()
	batch, err := d.Next(context.Background(), key, 0)
	if err != nil {
		return err.Error()
	}
	batch.Confirm()
	return names(batch)
}

func names(b Batch) string {
	text := ""
	for _, e := range b.Events {
		text += e.Type
	}
	return text
}

// polled is what one Next gave, and when.
type polled struct {
	got   string
	err   error
	after time.Duration
}

// poll asks in the background.
func poll(ctx context.Context, d *Delivery, key Key, wait time.Duration) <-chan polled {
	answer := make(chan polled, 1)
	began := time.Now()
	go func() {
		batch, err := d.Next(ctx, key, wait)
		batch.Confirm()
		answer <- polled{names(batch), err, time.Since(began)}
	}()
	return answer
}

func TestNext_OldestFirstOneAtATime(t *testing.T) {
	d := signedIn(Options{}, ann)
	d.Carry(1, []center.Effect{raised(ann, 1), raised(ann, 2)})
	for _, want := range []string{"E1", "E2", ""} {
		if got := fetch(t, d, ann); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
}

func TestNext_WaitsForAnEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(Options{}, ann)
		answer := poll(t.Context(), d, ann, 9500*time.Millisecond)
		time.Sleep(3 * time.Second)
		d.Carry(1, []center.Effect{raised(ann, 1)})
		if got := <-answer; got != (polled{"E1", nil, 3 * time.Second}) {
			t.Fatalf("got %+v", got)
		}
	})
}

func TestNext_EmptyAfterTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(Options{}, ann)
		if got := <-poll(t.Context(), d, ann, 9500*time.Millisecond); got != (polled{"", nil, 9500 * time.Millisecond}) {
			t.Fatalf("got %+v", got)
		}
	})
}

func TestNext_SecondRequestEmptiesTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(Options{}, ann)
		first := poll(t.Context(), d, ann, time.Minute)
		synctest.Wait()
		second := poll(t.Context(), d, ann, time.Minute)
		if got := <-first; got != (polled{"", nil, 0}) {
			t.Fatalf("first: got %+v", got)
		}
		d.Carry(1, []center.Effect{raised(ann, 1)})
		if got := <-second; got.got != "E1" {
			t.Fatalf("second: got %+v", got)
		}
	})
}

func TestNext_UnconfirmedIsGivenAgainInItsPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(Options{}, ann)
		d.Carry(1, []center.Effect{raised(ann, 1), raised(ann, 2)})
		lost, err := d.Next(t.Context(), ann, 0)
		if err != nil || names(lost) != "E1" {
			t.Fatalf("got %q, %v", names(lost), err)
		}
		if got := fetch(t, d, ann); got != "" {
			t.Fatalf("while E1 is on its way: got %q, want nothing", got)
		}
		waiting := poll(t.Context(), d, ann, time.Minute)
		synctest.Wait()
		lost.Return()
		if got := <-waiting; got != (polled{"E1", nil, 0}) {
			t.Fatalf("after Return: got %+v", got)
		}
		if got := fetch(t, d, ann); got != "E2" {
			t.Fatalf("then: got %q", got)
		}
	})
}

func TestNext_GoneClientTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(Options{}, ann)
		ctx, cancel := context.WithCancel(t.Context())
		answer := poll(ctx, d, ann, time.Minute)
		synctest.Wait()
		cancel()
		if got := <-answer; !errors.Is(got.err, context.Canceled) {
			t.Fatalf("got %+v", got)
		}
		d.Carry(1, []center.Effect{raised(ann, 1)})
		if got := fetch(t, d, ann); got != "E1" {
			t.Fatalf("got %q", got)
		}
	})
}

func TestClearEvents(t *testing.T) {
	d := signedIn(Options{}, ann)
	d.Carry(1, []center.Effect{raised(ann, 1), raised(ann, 2)})
	onWay, _ := d.Next(context.Background(), ann, 0)
	d.Carry(1, []center.Effect{center.ClearEvents{Agent: 101, Session: 7}, raised(ann, 3), raised(ann, 4)})
	onWay.Return() // void: it must not bring E1 back
	for _, want := range []string{"E3", "E4", ""} {
		if got := fetch(t, d, ann); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
	onWay.Confirm() // late and void: it must not take what came afterwards
	d.Carry(1, []center.Effect{raised(ann, 5)})
	onWay.Confirm()
	if got := fetch(t, d, ann); got != "E5" {
		t.Fatalf("got %q, want E5", got)
	}
}

func TestSessionEnded_WithoutLinger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(Options{}, ann)
		answer := poll(t.Context(), d, ann, time.Minute)
		synctest.Wait()
		d.Carry(1, []center.Effect{center.SessionEnded{Agent: 101, Session: 7}})
		if got := <-answer; got != (polled{"", ErrNotSignedIn, 0}) {
			t.Fatalf("got %+v", got)
		}
		if got := fetch(t, d, ann); got != ErrNotSignedIn.Error() || d.Sessions() != 0 {
			t.Fatalf("got %q with %d sessions left", got, d.Sessions())
		}
	})
}

func TestSessionEnded_WithLinger(t *testing.T) {
	ended := center.SessionEnded{Agent: 101, Session: 7, Linger: true}
	t.Run("drained", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			d := signedIn(Options{}, ann)
			d.Carry(1, []center.Effect{raised(ann, 1), raised(ann, 2), ended})
			for _, want := range []string{"E1", "E2", ErrNotSignedIn.Error()} {
				if got := fetch(t, d, ann); got != want {
					t.Fatalf("got %q, want %q", got, want)
				}
			}
			if d.Sessions() != 0 {
				t.Fatal("the drained session is still known")
			}
		})
	})
	t.Run("held poll gets the last event", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			d := signedIn(Options{}, ann)
			answer := poll(t.Context(), d, ann, time.Minute)
			synctest.Wait()
			d.Carry(1, []center.Effect{raised(ann, 1), ended})
			if got := <-answer; got != (polled{"E1", nil, 0}) {
				t.Fatalf("got %+v", got)
			}
			if got := fetch(t, d, ann); got != ErrNotSignedIn.Error() {
				t.Fatalf("got %q", got)
			}
		})
	})
	t.Run("held poll of a session with nothing left", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			d := signedIn(Options{}, ann)
			answer := poll(t.Context(), d, ann, time.Minute)
			synctest.Wait()
			d.Carry(1, []center.Effect{ended})
			if got := <-answer; got != (polled{"", ErrNotSignedIn, 0}) {
				t.Fatalf("got %+v", got)
			}
		})
	})
	t.Run("nobody fetches", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			d := signedIn(Options{}, ann)
			d.Carry(1, []center.Effect{raised(ann, 1), ended})
			time.Sleep(DefaultLinger - time.Nanosecond)
			if d.Sessions() != 1 {
				t.Fatal("forgotten too early")
			}
			time.Sleep(time.Nanosecond)
			synctest.Wait()
			if got := fetch(t, d, ann); got != ErrNotSignedIn.Error() || d.Sessions() != 0 {
				t.Fatalf("got %q with %d sessions left", got, d.Sessions())
			}
		})
	})
}

func TestNewSession_DoesNotSeeTheOldOnesEvents(t *testing.T) {
	again := Key{VCC: 1, Agent: 101, Session: 8}
	d := signedIn(Options{}, ann)
	defer d.Close()
	d.Carry(1, []center.Effect{
		raised(ann, 1), center.SessionEnded{Agent: 101, Session: 7, Linger: true},
		center.SessionBegan{Agent: 101, Session: 8}, raised(again, 1), raised(again, 2),
	})
	if got := fetch(t, d, again) + fetch(t, d, again) + fetch(t, d, again) + " " + fetch(t, d, ann); got != "E1E2 E1" {
		t.Fatalf("got %q", got)
	}
}

func TestOverflow(t *testing.T) {
	told := make(chan Key, 10)
	d := signedIn(Options{Bound: 3, Overflow: func(key Key) { told <- key }}, ann)
	for seq := range uint64(6) {
		d.Carry(1, []center.Effect{raised(ann, seq+1)})
	}
	d.Close() // waits for the call
	if got := <-told; got != ann || len(told) != 0 {
		t.Fatalf("told of %v, and %d times more", got, len(told))
	}
	// What was taken before the bound is given out, and then the desktop is told that it has lost its session: no silent gap.
	for _, want := range []string{"E1", "E2", "E3", ErrNotSignedIn.Error()} {
		if got := fetch(t, d, ann); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
	d.Carry(1, []center.Effect{center.SessionEnded{Agent: 101, Session: 7, Linger: true}})
	if d.Sessions() != 0 {
		t.Fatal("the ended session is still known")
	}
}

func TestNextOf_SeveralSessions(t *testing.T) {
	ben := Key{VCC: 2, Agent: 102, Session: 9}
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(Options{}, ann, ben)
		d.Carry(1, []center.Effect{raised(ann, 1), raised(ann, 4), raised(ann, 5)})
		d.Carry(2, []center.Effect{raised(ben, 2), raised(ben, 3)})
		batch, err := d.NextOf(t.Context(), time.Minute, 2, ann, ben, Key{VCC: 3, Agent: 103, Session: 1})
		if err != nil || names(batch) != "E1E2E3E4" {
			t.Fatalf("got %q, %v", names(batch), err)
		}
		batch.Confirm()
		if got := fetch(t, d, ann); got != "E5" {
			t.Fatalf("got %q", got)
		}
		d.Carry(1, []center.Effect{center.SessionEnded{Agent: 101, Session: 7}})
		if batch, err = d.NextOf(t.Context(), time.Second, 2, ann, ben); err != nil || len(batch.Events) != 0 {
			t.Fatalf("one of two ended: got %q, %v", names(batch), err)
		}
		d.Carry(2, []center.Effect{center.SessionEnded{Agent: 102, Session: 9}})
		if _, err = d.NextOf(t.Context(), time.Second, 2, ann, ben); !errors.Is(err, ErrNotSignedIn) {
			t.Fatalf("both ended: got %v", err)
		}
	})
}

func TestClose_LetsWaitingRequestsGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(Options{}, ann)
		answer := poll(t.Context(), d, ann, time.Hour)
		synctest.Wait()
		d.Close()
		if got := <-answer; got != (polled{"", nil, 0}) {
			t.Fatalf("got %+v", got)
		}
		if got := <-poll(t.Context(), d, ann, time.Hour); got != (polled{"", nil, 0}) {
			t.Fatalf("after Close: got %+v", got)
		}
	})
}

func TestEvent_JSON(t *testing.T) {
	for name, c := range map[string]struct {
		content any
		want    string
	}{
		"nothing": {nil, `{"eventType":"AgentOther_InService","workNo":"101","content":null}`},
		"text":    {"1455885056-1095", `{"eventType":"AgentOther_InService","workNo":"101","content":"1455885056-1095"}`},
		"object": {struct {
			Number string `json:"number"`
			Text   string `json:"text"`
		}{"7", "<您好 & é>"}, `{"eventType":"AgentOther_InService","workNo":"101","content":{"number":"7","text":"<您好 & é>"}}`},
	} {
		e := Event{Agent: 101, Type: "AgentOther_InService", content: c.content}
		if got, err := e.JSON(); err != nil || string(got) != c.want {
			t.Errorf("%s: got %s, %v", name, got, err)
		}
	}
	if _, err := (&Event{content: func() {}}).JSON(); err == nil {
		t.Error("no error for what cannot be rendered")
	}
}

// TestConcurrent lets impatient and dying clients fetch while events come, and looks for lost, doubled and turned-round ones.
func TestConcurrent(t *testing.T) {
	const events, clients = 2000, 4
	d := signedIn(Options{}, ann)
	var (
		mu   sync.Mutex
		seen []uint64
		done sync.WaitGroup
	)
	for client := range clients {
		done.Go(func() {
			for turn := 0; ; turn++ {
				batch, err := d.NextOf(context.Background(), time.Duration(turn%3)*time.Millisecond, 1+turn%3, ann)
				if err != nil {
					return
				}
				if (turn+client)%5 == 0 {
					batch.Return()
					continue
				}
				mu.Lock()
				for _, e := range batch.Events {
					seen = append(seen, e.Seq)
				}
				mu.Unlock()
				batch.Confirm()
			}
		})
	}
	for seq := range uint64(events) {
		d.Carry(1, []center.Effect{raised(ann, seq+1)})
	}
	d.Carry(1, []center.Effect{center.SessionEnded{Agent: 101, Session: 7, Linger: true}})
	done.Wait()
	if len(seen) != events {
		t.Fatalf("%d of %d events arrived", len(seen), events)
	}
	for i, seq := range seen {
		if seq != uint64(i+1) {
			t.Fatalf("event %d came as number %d", seq, i+1)
		}
	}
	if d.Sessions() != 0 {
		t.Fatal("the drained session is still known")
	}
}
