package loadgen

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"ccgateway/internal/center"
	"ccgateway/internal/gateway"
)

// desktopsEnv makes the test binary be the desktops of a benchmark: what it holds is an order as String writes it.
const desktopsEnv = "CCGATEWAY_TEST_DESKTOPS"

func TestMain(m *testing.M) {
	if order := os.Getenv(desktopsEnv); order != "" {
		if err := desktops(order, os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "desktops:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// order says what the desktops of one process do.
type order struct {
	door    string // poll, stream or socket
	address string // of the server
	secure  bool
	from    string // their own address
	first   center.AgentID
	count   int
}

const orderForm = "%s %s %t %s %d %d"

func (o order) String() string {
	return fmt.Sprintf(orderForm, o.door, o.address, o.secure, o.from, o.first, o.count)
}

// had is an event that a desktop has got.
type had struct {
	agent center.AgentID
	at    time.Time
}

// process is desktops with one connection each, that take events until their input ends.
type process struct {
	order
	dialer  net.Dialer
	dialing chan struct{} // a place for each that connects at a time: a shift does not begin in one moment

	mu     sync.Mutex
	events []had // in the order of their coming
	failed error // the first
	over   bool
}

// dialsAtOnce is how many desktops of one process connect at a time.
const dialsAtOnce = 16

// desktops carries an order out until its input ends, and then writes which agent got events when.
func desktops(text string, until io.Reader, out io.Writer) error {
	p := &process{dialing: make(chan struct{}, dialsAtOnce)}
	if _, err := fmt.Sscanf(text, orderForm, &p.door, &p.address, &p.secure, &p.from, &p.first, &p.count); err != nil {
		return fmt.Errorf("order %q: %w", text, err)
	}
	p.dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(p.from)}
	ctx, stop := context.WithCancel(context.Background())
	var work sync.WaitGroup
	for i := range p.count {
		p.dialing <- struct{}{}
		work.Go(func() { p.fail(p.desktop(ctx, p.first+center.AgentID(i))) })
	}
	_, err := io.Copy(io.Discard, until)
	p.mu.Lock()
	p.over = true
	err = errors.Join(err, p.failed)
	p.mu.Unlock()
	stop()
	work.Wait()
	w := bufio.NewWriter(out)
	for _, e := range p.events {
		fmt.Fprintln(w, e.agent, e.at.UnixNano())
	}
	return errors.Join(err, w.Flush())
}

func (p *process) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failed == nil && !p.over {
		p.failed = err
		if err != nil {
			fmt.Fprintln(os.Stderr, "a desktop ends:", err)
		}
	}
}

// got notes an event.
func (p *process) got(agent center.AgentID) {
	at := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.events = append(p.events, had{agent, at})
}

// desktop is one agent's, until ctx ends.
func (p *process) desktop(ctx context.Context, agent center.AgentID) error {
	conn, err := p.dial(ctx)
	<-p.dialing
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	switch p.door {
	case "poll":
		return p.poll(conn, agent)
	case "stream":
		return p.stream(conn, agent)
	default:
		return p.socket(ctx, conn, agent)
	}
}

func (p *process) dial(ctx context.Context) (net.Conn, error) {
	conn, err := p.dialer.DialContext(ctx, "tcp", p.address)
	if err != nil || !p.secure {
		return conn, err
	}
	secured := tls.Client(conn, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // the benchmark's own server
	return secured, secured.HandshakeContext(ctx)
}

// asking is the head of a request for an agent's events.
func asking(agent center.AgentID, guid, path string) string {
	return fmt.Sprintf("GET %sagentevent/%d%s HTTP/1.1\r\nHost: x\r\nGuid: %s\r\n\r\n", gateway.Base, agent, path, guid)
}

// poll asks for one event after another, each time with the newest GUID.
func (p *process) poll(conn net.Conn, agent center.AgentID) error {
	in, guid := bufio.NewReader(conn), benchGUID(agent)
	for {
		if _, err := io.WriteString(conn, asking(agent, guid, "")); err != nil {
			return err
		}
		answer, err := http.ReadResponse(in, nil)
		if err != nil {
			return err
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			return err
		}
		if next := answer.Header.Get("Set-Guid"); next != "" {
			guid = next
		}
		switch {
		case bytes.Contains(body, []byte(`"eventType"`)):
			p.got(agent)
		case !bytes.Contains(body, []byte(`"retcode":"0"`)):
			return fmt.Errorf("agent %d is answered %s", agent, body)
		}
	}
}

// stream reads server-sent events.
func (p *process) stream(conn net.Conn, agent center.AgentID) error {
	if _, err := io.WriteString(conn, asking(agent, benchGUID(agent), "/stream")); err != nil {
		return err
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() {
		switch line := lines.Text(); {
		case strings.HasPrefix(line, `data: {"eventType"`):
			p.got(agent)
		case line == "event: end", strings.HasPrefix(line, "{"):
			return fmt.Errorf("the stream of agent %d ends with %s", agent, line)
		}
	}
	return errors.Join(lines.Err(), io.ErrUnexpectedEOF)
}

// socket reads a WebSocket.
func (p *process) socket(ctx context.Context, conn net.Conn, agent center.AgentID) error {
	dial := func(context.Context, string, string) (net.Conn, error) { return conn, nil }
	ws, _, err := websocket.Dial(ctx, fmt.Sprintf("ws://%s%sagentevent/%d/socket", p.address, gateway.Base, agent), &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: &http.Transport{DialContext: dial}}, // conn is secured already
		HTTPHeader: http.Header{"Guid": {benchGUID(agent)}},
	})
	if err != nil {
		return err
	}
	defer func() { _ = ws.CloseNow() }()
	for {
		_, message, err := ws.Read(ctx)
		switch {
		case err != nil:
			return err
		case bytes.HasPrefix(message, []byte(`{"id":`)):
			p.got(agent)
		case bytes.HasPrefix(message, []byte(`{"end":`)):
			return fmt.Errorf("the socket of agent %d ends with %s", agent, message)
		}
	}
}

// startDesktops starts desktops as a process of their own. end lets them go and gives the events that they had; it is called at the
// benchmark's end at the latest.
func startDesktops(b *testing.B, o order) (end func() []had) {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	var out bytes.Buffer
	child := exec.CommandContext(b.Context(), self)
	child.Env = append(os.Environ(), desktopsEnv+"="+o.String())
	child.Stdout, child.Stderr = &out, os.Stderr
	input, err := child.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := child.Start(); err != nil {
		b.Fatal(err)
	}
	end = sync.OnceValue(func() (all []had) {
		_ = input.Close()
		if err := child.Wait(); err != nil && b.Context().Err() == nil {
			b.Errorf("desktops of %s: %v", o.from, err)
		}
		for lines := bufio.NewScanner(&out); lines.Scan(); {
			var e had
			var at int64
			if _, err := fmt.Sscan(lines.Text(), &e.agent, &at); err != nil {
				b.Errorf("desktops of %s say %q", o.from, lines.Text())
			}
			e.at = time.Unix(0, at)
			all = append(all, e)
		}
		return all
	})
	b.Cleanup(func() { end() })
	return end
}
