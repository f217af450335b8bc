package wallboard

import (
	"context"
	"errors"
	"sync"
)

// Message is what a watcher is sent.
type Message struct {
	Snapshot bool   // everything; else what has changed since the message before
	ID       string // to go on from
	Data     []byte // JSON (message.go); not to be written to
}

// Watch is one watcher. One goroutine uses it.
type Watch struct {
	boards *Boards
	board  *board
	begun  bool   // the watcher has a snapshot, or came back with a number
	last   uint64 // the number of the last message
	closed sync.Once
}

// Resumed tells that the watcher goes on from the number that he came with.
func (w *Watch) Resumed() bool { return w.begun }

// VCC says how the board counts its days.
func (w *Watch) VCC() VCC { return w.board.vccHead() }

// Next waits for the next message. Errors: ErrSlow, ErrUnavailable, ErrClosed, and the context's.
func (w *Watch) Next(ctx context.Context) (Message, error) {
	if !w.begun {
		data, n, err := w.board.snapshot()
		if err != nil {
			return Message{}, err
		}
		w.begun, w.last = true, n
		return Message{Snapshot: true, ID: w.board.feed.id(n), Data: data}, nil
	}
	for {
		change, ok, changed, err := w.board.feed.after(w.last)
		if errors.Is(err, ErrSlow) {
			w.boards.slow.Add(1)
		}
		if err != nil {
			return Message{}, err
		}
		if ok {
			w.last++
			return Message{ID: w.board.feed.id(w.last), Data: change}, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Message{}, ctx.Err()
		}
	}
}

// Close ends the watch. Closing again does nothing.
func (w *Watch) Close() { w.closed.Do(func() { w.boards.leave(w.board) }) }
