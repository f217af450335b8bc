package gateway

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"ccgateway/internal/delivery"
	"ccgateway/internal/result"
)

// socket is a stream by WebSocket (RFC 6455). Each message is a text with one JSON object:
//
//	{"hello":{"workNo":"101","after":11,"gap":false}}                                      first
//	{"id":12,"event":{"eventType":"AgentState_Ready","workNo":"101","content":null}}       an event
//	{"guid":"..."}                                                                         the next GUID
//	{"end":{"reason":"signed-out","retcode":"100-006"}}                                    last
//
// The client may send {"ack":12}; other members are ignored. It has to answer pings, as every WebSocket does by itself.
type socket struct {
	line  *line
	conn  *websocket.Conn
	heard atomic.Bool // something came from the client since the last look
	last  *end        // was told
}

// maxFromClient bounds a message of the client.
const maxFromClient = 4 << 10

func openSocket(ctx context.Context, g *Gateway, q *request) (any, error) {
	if err := checkHandshake(q.header); err != nil {
		q.refuse(err)
	}
	if !g.settings().access.mayOpenSocket(q.header.Get("Origin"), q.host) {
		q.refuse(result.NoRight.Because("pages of this origin may not open a WebSocket"))
	}
	l, err := g.openLine(ctx, q)
	if err != nil {
		return nil, err
	}
	return &socket{line: l}, nil
}

// checkHandshake tells whether the request asks for a WebSocket (RFC 6455 section 4.2.1), so that a refusal has our form.
func checkHandshake(header http.Header) error {
	key, err := base64.StdEncoding.DecodeString(header.Get("Sec-WebSocket-Key"))
	if !hasWord(header, "Connection", "upgrade") || !hasWord(header, "Upgrade", "websocket") || err != nil || len(key) != 16 ||
		header.Get("Sec-WebSocket-Version") != "13" || len(header.Values("Sec-WebSocket-Key")) != 1 {
		return result.BadArgument.Because("this interface is opened as a WebSocket, version 13")
	}
	return nil
}

// hasWord looks for a word in a header that is a list.
func hasWord(header http.Header, name, want string) bool {
	for _, value := range header.Values(name) {
		for word := range strings.SplitSeq(value, ",") {
			if strings.EqualFold(strings.TrimSpace(word), want) {
				return true
			}
		}
	}
	return false
}

// serve writes the stream until it ends. Beside the goroutine that writes there are one that listens and one that pings.
func (s *socket) serve(w http.ResponseWriter, r *http.Request) {
	if !s.accept(w, r) {
		return
	}
	ctx, cancel := context.WithCancelCause(r.Context())
	var sides sync.WaitGroup
	sides.Go(func() { cancel(s.listen(ctx)) })
	sides.Go(func() { s.ping(ctx, cancel) })
	s.line.run(ctx, s)
	if s.last != nil {
		_ = s.conn.Close(s.last.status(), s.last.Reason) // whoever does not hear it is gone
	}
	cancel(errCut)
	_ = s.conn.CloseNow() // closed already, mostly
	sides.Wait()
}

// accept makes the request's connection a WebSocket. It is a function of its own since serve's frame stays for as long as the socket is open:
// see pollEvent.
//
//go:noinline
func (s *socket) accept(w http.ResponseWriter, r *http.Request) bool {
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		InsecureSkipVerify: true, // mayOpenSocket has looked at the origin
		CompressionMode:    websocket.CompressionDisabled,
	})
	if err != nil {
		s.line.stream.Close("")
		s.line.log.Debug("WebSocket not opened", "error", err.Error())
		return false
	}
	conn.SetReadLimit(maxFromClient)
	s.conn = conn
	s.heard.Store(true)
	return true
}

// status is the close code (RFC 6455 section 7.4.1) that goes with the end of a stream.
func (m end) status() websocket.StatusCode {
	switch m.Reason {
	case endStopping:
		return websocket.StatusServiceRestart
	case endFailed:
		return websocket.StatusInternalError
	case endSignedOut, endNoRight:
		return websocket.StatusPolicyViolation
	default:
		return websocket.StatusNormalClosure
	}
}

// listen takes what the client says until the connection ends, and gives the reason.
func (s *socket) listen(ctx context.Context) error {
	for {
		kind, data, err := s.conn.Read(ctx)
		if err != nil {
			return fmt.Errorf("%w: %w", errCut, err)
		}
		s.heard.Store(true)
		var m struct {
			Ack uint64 `json:"ack"`
		}
		if kind != websocket.MessageText || json.Unmarshal(data, &m) != nil {
			_ = s.conn.Close(websocket.StatusInvalidFramePayloadData, "not a JSON object")
			return fmt.Errorf("%w: it sent what is no JSON object", errCut)
		}
		if m.Ack > 0 {
			s.line.gateway.events.Ack(s.line.key, m.Ack)
		}
	}
}

// ping asks the client from time to time whether it still reads.
func (s *socket) ping(ctx context.Context, cancel context.CancelCauseFunc) {
	ticker := time.NewTicker(s.line.gateway.settings().keepAlive)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		waiting, stop := context.WithTimeout(ctx, s.line.gateway.writeTime)
		err := s.conn.Ping(waiting)
		stop()
		if err != nil {
			cancel(fmt.Errorf("%w: %w", errCut, err))
			return
		}
		s.heard.Store(true)
	}
}

func (s *socket) hello(ctx context.Context, m hello) error {
	return s.write(ctx, fmt.Appendf(nil, `{"hello":%s}`, message(m)))
}

func (s *socket) guid(ctx context.Context, text string) error {
	return s.write(ctx, message(guidMessage{text}))
}

func (s *socket) end(ctx context.Context, m end) {
	s.last = &m
	_ = s.write(ctx, fmt.Appendf(nil, `{"end":%s}`, message(m))) // whoever does not read it is gone
}

func (s *socket) events(ctx context.Context, batch []*delivery.Event) error {
	for _, event := range batch {
		body, err := event.JSON()
		if err != nil {
			s.line.log.Error("event left out of a stream", "error", err.Error())
			continue
		}
		if err := s.write(ctx, fmt.Appendf(nil, `{"id":%d,"event":%s}`, event.Seq, body)); err != nil {
			return err
		}
	}
	return nil
}

// alive: the client answered a ping, or said something.
func (s *socket) alive(context.Context) (bool, error) { return s.heard.Swap(false), nil }

func (s *socket) write(ctx context.Context, text []byte) error {
	ctx, stop := context.WithTimeout(ctx, s.line.gateway.writeTime)
	defer stop()
	if err := s.conn.Write(ctx, websocket.MessageText, text); err != nil {
		return fmt.Errorf("%w: %w", errCut, err)
	}
	return nil
}
