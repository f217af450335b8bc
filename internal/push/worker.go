package push

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/delivery"
	"ccgateway/internal/sleep"
)

// lookAgain is how long a worker waits for events before it looks anew. It is woken by an event; the length means nothing.
const lookAgain = time.Minute

// worker pushes the events of one session.
type worker struct {
	pusher *Pusher
	key    delivery.Key
	to     center.Push
	log    *slog.Logger

	stopTaking context.CancelFunc // no further event is taken; what is being posted goes on
	stopAll    context.CancelFunc // what is being posted is given up as well

	mu    sync.Mutex
	guid  string // the newest that is known; "" = none is
	token string // service_token

	// What follows belongs to the worker's goroutine.
	failing time.Time // when the first push failed that has had no success after it; zero = none
	expired bool      // the agent's forced sign-out has been asked for
}

// credentials are what goes with a push of the present form.
func (w *worker) credentials() (guid, token string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.guid, w.token
}

// run pushes until the session has ended and nothing is left of it, or until the pusher closes.
func (w *worker) run(taking, posting context.Context) {
	defer w.pusher.remove(w)
	defer w.stopAll()
	most := maxEvents
	if w.to.Old {
		most = 1
	}
	for taking.Err() == nil { // NextOf gives what is there even then
		batch, err := w.pusher.events.NextOf(taking, lookAgain, most, w.key)
		if err != nil {
			return // the session has ended, or the pusher closes
		}
		if len(batch.Events) == 0 {
			select {
			case <-w.pusher.events.Done():
				return
			default:
			}
			continue
		}
		if pause := w.push(posting, batch); pause > 0 && !sleep.For(taking, pause) {
			return
		}
	}
}

// push posts a batch and gives the pause before the next try; 0 when it was accepted.
func (w *worker) push(ctx context.Context, batch delivery.Batch) (pause time.Duration) {
	began := time.Now()
	body, n := w.render(batch.Events)
	if body != nil {
		if err := w.post(ctx, body); err != nil {
			batch.Return()
			return w.failed(ctx, began, err)
		}
	}
	batch.ConfirmFirst(n)
	w.pusher.pushed.Add(uint64(n))
	if !w.failing.IsZero() {
		w.log.Info("events are pushed again", "failed_for", time.Since(w.failing).Round(time.Millisecond).String())
		w.failing = time.Time{}
	}
	return 0
}

// failed notes a failure, asks for the agent's end when failing has lasted too long, and gives the pause before the next try.
func (w *worker) failed(ctx context.Context, began time.Time, err error) (pause time.Duration) {
	settings := w.pusher.settings.Load()
	if ctx.Err() != nil { // we gave it up ourselves: the session's end, or the program's
		return settings.retry
	}
	w.pusher.failures.Add(1)
	level := slog.LevelDebug // the second failure and so on
	if w.failing.IsZero() {
		w.failing, level = began, slog.LevelWarn
	}
	w.log.Log(ctx, level, "push failed", "error", err.Error())
	lasted := time.Since(w.failing)
	if lasted < settings.giveUp || w.expired {
		pause = settings.retry
		if !w.expired {
			pause = min(pause, settings.giveUp-lasted)
		}
		return max(pause, 1)
	}
	w.expired = true
	w.pusher.expired.Add(1)
	w.log.Warn("agent is signed out: his events cannot be pushed", "failed_for", lasted.Round(time.Millisecond).String())
	w.pusher.expel(w.key)
	return settings.retry
}
