package gateway

import (
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestLimitUnread looks that the connection of a stream has the limit, over TLS too, and that it is taken away.
func TestLimitUnread(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	limit := func() (ms int) {
		raw, err := conn.(*net.TCPConn).SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		if err := raw.Control(func(fd uintptr) {
			if ms, err = unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT); err != nil {
				t.Error(err)
			}
		}); err != nil {
			t.Fatal(err)
		}
		return ms
	}
	for name, c := range map[string]net.Conn{"plain": conn, "TLS": secured{conn}} {
		restore := limitUnread(withConnection(t.Context(), c), 20*time.Second)
		if got := limit(); got != 20_000 {
			t.Errorf("%s: the limit is %d ms", name, got)
		}
		if restore(); limit() != 0 {
			t.Errorf("%s: the limit stays", name)
		}
	}
	limitUnread(t.Context(), time.Second)() // without a connection, as in tests
}

// secured is a connection as crypto/tls wraps it.
type secured struct{ net.Conn }

func (s secured) NetConn() net.Conn { return s.Conn }

// TestSSE_StuckReader: a client that does not read is cut off as slow also where our own system's buffers have room for all events.
func TestSSE_StuckReader(t *testing.T) {
	const events = 10
	h, _ := streaming(t, 101)
	h.writeTime = 100 * time.Millisecond
	address := h.serve(t)
	stuck := dial(t, address)
	stuck.say("GET "+Base+"agentevent/101/stream?after=0 HTTP/1.1", "Host: x", "guid: "+guid1, "", "")
	if _, err := stuck.ReadString('\n'); err != nil { // the stream runs
		t.Fatal(err)
	}
	if err := stuck.Conn.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	big := strings.Repeat("x", 100_000)
	for seq := uint64(1); seq <= events; seq++ {
		h.raise(101, seq, "big", big)
	}
	h.ended(t)
	expectTold(t, how(openSSE).follow(t, address, "?after=0"), helloMessage(0, `,"previous":"slow"`))
}
