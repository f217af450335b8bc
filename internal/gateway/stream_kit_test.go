package gateway

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// patience is how long a test waits for what has to come.
const patience = 20 * time.Second

// streaming makes a house whose center knows agents by guid1, or what newToken gave; touches counts their signs of life.
func streaming(t *testing.T, agents ...center.AgentID) (*house, *touches) {
	h := signedIn(t, agents...)
	h.config.KeepAlive = time.Hour
	h.Set(h.config)
	counted := &touches{valid: map[center.Token]bool{tokenOf(guid1): true}, came: make(chan center.Touch, 1000)}
	h.reply = counted.reply
	return h, counted
}

// touches is a center that knows GUIDs.
type touches struct {
	mu     sync.Mutex
	valid  map[center.Token]bool
	rotate bool // the next touch brings a new GUID
	ended  bool // nobody is signed in
	came   chan center.Touch
}

func (c *touches) reply(cmd center.Command) center.Reply {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch cmd := cmd.(type) {
	case center.Touch:
		if err := c.refuses(cmd.By); err != nil {
			return center.Reply{Err: err}
		}
		touched := center.Touched{Session: center.Session(cmd.Agent), Rotated: c.rotate}
		if c.rotate {
			c.rotate, c.valid[cmd.NewToken] = false, true
		}
		select {
		case c.came <- cmd:
		default: // nobody counts
		}
		return center.Reply{Value: touched}
	case center.Authenticate:
		if err := c.refuses(cmd.By); err != nil {
			return center.Reply{Err: err}
		}
		return center.Reply{Value: center.Authenticated{Session: center.Session(cmd.Agent)}}
	}
	return center.Reply{}
}

func (c *touches) refuses(by center.By) *result.Error {
	switch {
	case c.ended:
		return result.NotSignedIn.Err()
	case !c.valid[by.Token]:
		return result.NoRight.Err()
	}
	return nil
}

func (c *touches) set(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
}

// raiseMany gives an agent the events from..to.
func (h *house) raiseMany(agent center.AgentID, from, to uint64) {
	for seq := from; seq <= to; seq++ {
		h.raise(agent, seq, fmt.Sprintf("E%d", seq), nil)
	}
}

// told is one message of a stream, whichever door it came by.
type told struct {
	name string // hello, guid, end, or event
	id   uint64
	data string
}

// client reads a stream.
type client interface {
	next() (told, error)
	close()
}

// how opens streams.
type how func(ctx context.Context, address, query string, header http.Header) (client, error)

var doors = map[string]how{"server-sent events": openSSE, "WebSocket": openWS}

// sseClient reads server-sent events as a browser does.
type sseClient struct {
	body   io.ReadCloser
	lines  *bufio.Reader
	cancel context.CancelFunc
	web    *http.Client
}

func openSSE(ctx context.Context, address, query string, header http.Header) (client, error) {
	ctx, cancel := context.WithCancel(ctx)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+Base+"agentevent/101/stream"+query, nil)
	if err != nil {
		cancel()
		return nil, err
	}
	r.Header = header
	web := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	reply, err := web.Do(r)
	if err != nil {
		cancel()
		return nil, err
	}
	if kind := reply.Header.Get("Content-Type"); kind != "text/event-stream" {
		data, err := io.ReadAll(reply.Body)
		cancel()
		return nil, fmt.Errorf("%s: %s%w", kind, data, err)
	}
	return &sseClient{reply.Body, bufio.NewReader(reply.Body), cancel, web}, nil
}

func (c *sseClient) next() (told, error) {
	m := told{name: "event"}
	some := false
	for {
		line, err := c.lines.ReadString('\n')
		if err != nil {
			return told{}, err // what is not ended by a blank line does not count
		}
		line = strings.TrimSuffix(line, "\n")
		field, value, _ := strings.Cut(line, ": ")
		switch {
		case line == "" && some:
			return m, nil
		case field == "id":
			if _, err := fmt.Sscan(value, &m.id); err != nil {
				return told{}, err
			}
		case field == "event":
			m.name = value
		case field == "data":
			m.data, some = value, true
		}
	}
}

func (c *sseClient) close() {
	c.cancel()
	_ = c.body.Close()
	c.web.CloseIdleConnections()
}

// wsClient reads a WebSocket.
type wsClient struct {
	ctx  context.Context
	conn *websocket.Conn
	web  *http.Client
}

func openWS(ctx context.Context, address, query string, header http.Header) (client, error) {
	web := &http.Client{Transport: &http.Transport{}}
	conn, reply, err := websocket.Dial(ctx, "ws://"+address+Base+"agentevent/101/socket"+query, &websocket.DialOptions{HTTPClient: web, HTTPHeader: header})
	if err != nil {
		web.CloseIdleConnections()
		if reply != nil {
			data, _ := io.ReadAll(reply.Body)
			return nil, fmt.Errorf("%w: %s", err, data)
		}
		return nil, err
	}
	return &wsClient{ctx, conn, web}, nil
}

func (c *wsClient) next() (told, error) {
	_, data, err := c.conn.Read(c.ctx)
	if err != nil {
		return told{}, err
	}
	var m struct {
		ID    uint64          `json:"id"`
		Event json.RawMessage `json:"event"`
		Hello json.RawMessage `json:"hello"`
		GUID  string          `json:"guid"`
		End   json.RawMessage `json:"end"`
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return told{}, err
	}
	switch {
	case m.Event != nil:
		return told{"event", m.ID, string(m.Event)}, nil
	case m.Hello != nil:
		return told{"hello", 0, string(m.Hello)}, nil
	case m.End != nil:
		return told{"end", 0, string(m.End)}, nil
	default:
		return told{"guid", 0, string(data)}, nil
	}
}

func (c *wsClient) close() {
	_ = c.conn.CloseNow()
	c.web.CloseIdleConnections()
}

// follow opens a stream of agent 101 with guid1.
func (door how) follow(t *testing.T, address, query string) client {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	c, err := door(ctx, address, query, http.Header{"Guid": {guid1}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.close)
	return c
}

// expectTold takes messages and compares them.
func expectTold(t *testing.T, c client, want ...told) {
	t.Helper()
	for _, one := range want {
		got, err := c.next()
		if err != nil || got != one {
			t.Fatalf("got %+v, %v\nwant %+v", got, err, one)
		}
	}
}

func helloMessage(after int, further string) told {
	return told{"hello", 0, fmt.Sprintf(`{"workNo":"101","after":%d,"gap":false%s}`, after, further)}
}

func eventMessage(seq uint64) told {
	return told{"event", seq, fmt.Sprintf(`{"eventType":"E%d","workNo":"101","content":null}`, seq)}
}

// cutter is a proxy that cuts each connection after a number of bytes from the server.
type cutter struct {
	listener net.Listener
	server   string
	running  sync.WaitGroup
}

func newCutter(t *testing.T, server string) *cutter {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{listener: listener, server: server}
	t.Cleanup(func() {
		_ = listener.Close()
		c.running.Wait()
	})
	return c
}

// cut takes one connection and cuts it after limit bytes; both ends are reset.
func (c *cutter) cut(limit int64) (address string) {
	c.running.Go(func() {
		client, err := c.listener.Accept()
		if err != nil {
			return
		}
		defer func() { _ = client.Close() }()
		server, err := net.Dial("tcp", c.server)
		if err != nil {
			return
		}
		defer func() { _ = server.Close() }()
		c.running.Go(func() {
			_, _ = io.Copy(server, client)
			_ = server.Close()
		})
		_, _ = io.CopyN(client, server, limit)
		_ = server.(*net.TCPConn).SetLinger(0)
	})
	return c.listener.Addr().String()
}

var errShort = errors.New("not all events came")

// readTo reads events until number last, and checks that each follows the one before. What it gives is the last that it has.
func readTo(c client, has, last uint64) (uint64, error) {
	for has < last {
		m, err := c.next()
		if err != nil {
			return has, fmt.Errorf("%w: %w", errShort, err)
		}
		switch {
		case m.name == "hello" && strings.Contains(m.data, `"gap":true`):
			return has, fmt.Errorf("a gap is told after %d", has)
		case m.name == "event" && m != eventMessage(has+1):
			return has, fmt.Errorf("%+v came after %d", m, has)
		case m.name == "event":
			has++
		}
	}
	return has, nil
}

// newStreamRequest makes a request for a stream out of anything.
func newStreamRequest(ctx context.Context, path, query, last, guid string) *http.Request {
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, Base+"agentevent/101/"+path, nil)
	r.URL.RawQuery = query
	r.Header = http.Header{
		"Guid": {guid}, "Last-Event-Id": {last}, "Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"13"},
		"Sec-Websocket-Key": {"AAAAAAAAAAAAAAAAAAAAAA=="},
	}
	return r
}

// ended waits until no stream is open.
func (h *house) ended(t *testing.T) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.Wait()
	}()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatalf("a stream does not end")
	}
}
