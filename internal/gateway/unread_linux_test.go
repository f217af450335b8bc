package gateway

import (
	"net"
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
