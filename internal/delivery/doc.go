// Package delivery keeps the events of signed-in agents until their desktops have them.
//
// A Delivery takes the effects of the centers (Carry) and keeps one queue for each session. A desktop's request takes what is
// oldest (Next), waits when there is nothing, and afterwards says what became of it:
//
//	batch, err := d.Next(ctx, key, wait)
//	... write batch.Events to the connection ...
//	batch.Confirm() // it has arrived; or batch.Return(): it has not, it is given again, in its old place
//
// Rules
//
//   - Order: events of a session are given out in the order of their numbers. At most one batch of a session is on its way at a
//     time; whoever asks meanwhile waits for what becomes of it. So a lost connection never turns two events round.
//   - No loss: an event leaves its queue only by Confirm, by ClearEvents (the desktop reads its whole state anew), or with the end
//     of its session. A queue that reaches its bound is closed: it gives out what it has, then says ErrNotSignedIn, and the
//     session's forced end is asked for (Options.Overflow). A desktop therefore never goes on with a gap that it cannot see.
//   - One reader: a second request for a session makes the first return empty at once; a stream ends with ErrReplaced.
//   - Carry never waits: it is called by the goroutine that owns a center.
//
// Push is a further caller of Next. Server-sent events and WebSocket use Open: their clients know the numbers that the center gave
// the events (Event.Seq), so a Stream keeps what was written for another two minutes, or until the client says that it has it (Ack,
// or the position of a later Open). A stream that goes on after number N gives N+1 next, whatever became of the connection
// before; where that is impossible it says so (Opening.Gap).
package delivery
