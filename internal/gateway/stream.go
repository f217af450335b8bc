package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"strconv"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/delivery"
	"ccgateway/internal/result"
)

// Streams give out events as they come, with their numbers, so that a client whose connection dies goes on where it was. There are
// two doors: server-sent events (sse.go) and WebSocket (socket.go); what they have in common is here.

// DefaultKeepAlive is how often a stream shows that it is alive.
const DefaultKeepAlive = 10 * time.Second

const (
	// streamWriteTime is how long one write may take. Whoever has not read for so long, although the buffers of both machines are
	// full, is cut off; what was on its way comes again when he is back.
	streamWriteTime = 10 * time.Second
	// streamedAtOnce is how many events go into one write.
	streamedAtOnce = 100
)

// Why a stream ends, as its client is told.
const (
	endSignedOut = "signed-out" // the session has ended; nothing is left
	endNoRight   = "no-right"   // the GUID does not open the session any more
	endReplaced  = "replaced"   // a newer stream or a poll has come; this client should not come back by itself
	endStopping  = "stopping"   // the gateway stops; come back
	endFailed    = "failed"     // an error of ours; come back
)

// cutSlow says that a stream was cut off because its client did not read; it is told at the beginning of the next one. That a connection
// was lost for another reason the client knows by itself.
const cutSlow = "slow"

// hello is the first message of a stream.
type hello struct {
	WorkNo   string `json:"workNo"`
	After    uint64 `json:"after"`              // the next event has a higher number
	Gap      bool   `json:"gap"`                // events after the client's number are not there any more: it has to call syncagentinfo
	Previous string `json:"previous,omitempty"` // why the former stream was cut off
}

// end is the last message of a stream, where there is still somebody to read it.
type end struct {
	Reason  string      `json:"reason"`
	RetCode result.Code `json:"retcode"`
}

// endOf makes the last message for an error.
func endOf(err error) (end, bool) {
	switch {
	case errors.Is(err, delivery.ErrReplaced):
		return end{endReplaced, result.OK}, true
	case errors.Is(err, delivery.ErrClosing):
		return end{endStopping, result.OK}, true
	case errors.Is(err, delivery.ErrNotSignedIn), result.Of(err) == result.NotSignedIn:
		return end{endSignedOut, result.NotSignedIn}, true
	case result.Of(err) == result.NoRight:
		return end{endNoRight, result.NoRight}, true
	case errors.Is(err, context.Canceled), errors.Is(err, errCut):
		return end{}, false
	default:
		return end{endFailed, result.OperationFailed}, true
	}
}

// errCut says that nothing can be written to the client any more.
var errCut = errors.New("client is gone")

// door writes a stream's messages to its client. A write that fails wraps errCut; it has taken no longer than streamWriteTime.
type door interface {
	hello(ctx context.Context, m hello) error
	events(ctx context.Context, batch []*delivery.Event) error
	guid(ctx context.Context, text string) error
	// alive shows the client that the stream is alive, and tells whether the client has shown it of itself since the last call.
	alive(ctx context.Context) (bool, error)
	end(ctx context.Context, m end)
}

// line is one open stream.
type line struct {
	gateway *Gateway
	log     *slog.Logger
	by      center.By
	key     delivery.Key
	stream  *delivery.Stream
	opening delivery.Opening
	newGUID string // to be told first; "" = none
}

// openLine proves a request's right and opens the stream that it asks for. A newer stream of the agent takes the place of the older.
func (g *Gateway) openLine(ctx context.Context, q *request) (*line, error) {
	position := resumePoint(q)
	g.showTicket(q)
	if err := g.decoded(ctx, q); err != nil {
		return nil, err
	}
	l := &line{gateway: g, by: q.by()}
	touched, err := l.touch(ctx, q.vcc)
	if err != nil {
		return nil, err
	}
	if touched.Push {
		return nil, result.WrongEventMethod.Err()
	}
	l.key = delivery.Key{VCC: q.vcc, Agent: q.agent, Session: touched.Session}
	l.log = g.log.With("method", q.route.Name, "agent", int(q.agent), "vcc", int(q.vcc))
	if l.stream, l.opening, err = g.events.Open(l.key, position); err != nil {
		return nil, lost(err)
	}
	return l, nil
}

// resumePoint reads the number of the last event that the client has: the member after of the query, or the header of browsers, which
// is newer when a browser comes back by itself.
func resumePoint(q *request) delivery.Position {
	text := q.header.Get("Last-Event-ID")
	if text == "" {
		text, _ = q.fromQuery().get("after")
	}
	if text == "" {
		return delivery.Position{}
	}
	return delivery.Position{Given: true, After: eventNumber(q, text)}
}

// eventNumber reads the number of an event.
func eventNumber(q *request, text string) uint64 {
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		q.refuse(result.BadArgument.Because("the number of the last event is not a number"))
	}
	return n
}

// touch is the stream's sign of life; a new GUID is kept in l.newGUID.
func (l *line) touch(ctx context.Context, vcc center.VCCID) (center.Touched, error) {
	next := l.gateway.newGUID()
	reply, err := l.gateway.centers.Do(ctx, vcc, center.Touch{By: l.by, Poll: true, NewToken: tokenOf(next)})
	if err == nil && reply.Err != nil {
		err = reply.Err
	}
	if err != nil {
		return center.Touched{}, err
	}
	touched, _ := reply.Value.(center.Touched)
	if touched.Rotated {
		l.newGUID, l.by.Token = next, tokenOf(next)
		l.gateway.guids.add(l.by.Agent, l.by.Token)
	}
	return touched, nil
}

// run writes to the door until the stream ends, and says why it did.
func (l *line) run(ctx context.Context, to door) {
	began := time.Now()
	err := l.write(ctx, to)
	if errors.Is(err, context.Canceled) {
		err = context.Cause(ctx)
	}
	cut := ""
	if last, tell := endOf(err); tell {
		to.end(ctx, last)
	} else {
		cut = cutOf(ctx, err)
	}
	l.stream.Close(cut)
	l.log.Debug("stream ended", "reason", err.Error(), "open_for", time.Since(began).Round(time.Millisecond).String())
}

// cutOf says whether nothing more can be written because the client does not read: a write's time was over, or that of what had been written
// into the system's buffers before.
func cutOf(ctx context.Context, err error) string {
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) || heldTooLong(ctx) {
		return cutSlow
	}
	return ""
}

// write gives out what comes. Its error is never nil.
func (l *line) write(ctx context.Context, to door) error {
	o := l.opening
	if err := to.hello(ctx, hello{workNo(l.key.Agent), o.After, o.Gap, o.Cut}); err != nil {
		return err
	}
	if err := l.tellGUID(ctx, to); err != nil {
		return err
	}
	next := time.Now().Add(l.gateway.settings().keepAlive)
	for {
		batch, err := l.stream.Next(ctx, time.Until(next), streamedAtOnce)
		if err != nil {
			return err
		}
		if len(batch.Events) > 0 {
			if err := to.events(ctx, batch.Events); err != nil {
				batch.Return()
				return err
			}
			batch.Confirm()
		}
		if time.Now().Before(next) {
			continue
		}
		next = time.Now().Add(l.gateway.settings().keepAlive)
		if err := l.keepAlive(ctx, to); err != nil {
			return err
		}
	}
}

// keepAlive shows both sides that the other is there. Only a client that reads counts as one.
func (l *line) keepAlive(ctx context.Context, to door) error {
	reads, err := to.alive(ctx)
	if err != nil || !reads {
		return err
	}
	if _, err := l.touch(ctx, l.key.VCC); err != nil {
		return err
	}
	return l.tellGUID(ctx, to)
}

func (l *line) tellGUID(ctx context.Context, to door) error {
	guid := l.newGUID
	if guid == "" {
		return nil
	}
	l.newGUID = ""
	return to.guid(ctx, guid)
}

// acknowledge lets the events up to a number go: they will not be asked for again. A client of a stream may call it; it need not.
func acknowledge(ctx context.Context, g *Gateway, q *request) (any, error) {
	query := q.fromQuery()
	seq := eventNumber(q, query.required("after", maxEventNumber))
	if err := g.decoded(ctx, q); err != nil {
		return nil, err
	}
	proof, err := g.authenticate(ctx, q)
	if err != nil {
		return nil, err
	}
	g.events.Ack(delivery.Key{VCC: q.vcc, Agent: q.agent, Session: proof.Session}, seq)
	return nil, nil
}

// maxEventNumber is how many digits an event's number may have.
const maxEventNumber = 19

// guidMessage tells a new GUID.
type guidMessage struct {
	GUID string `json:"guid"`
}

// message renders a stream's own message; they are plain data.
func message(v any) json.RawMessage {
	text, err := marshal(v)
	if err != nil {
		return emptyObject
	}
	return text
}
