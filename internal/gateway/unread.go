package gateway

import (
	"context"
	"crypto/tls"
	"net"
	"syscall"
	"time"
)

// connectionKey finds a request's connection in its context.
type connectionKey struct{}

// withConnection lets limitUnread find the connection of a request.
func withConnection(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, conn)
}

// heldTooLong tells whether limitUnread, or the system by itself, has ended the request's connection.
func heldTooLong(ctx context.Context) bool {
	conn, _ := ctx.Value(connectionKey{}).(net.Conn)
	if secured, ok := conn.(*tls.Conn); ok {
		conn = secured.NetConn()
	}
	c, ok := conn.(*limitedConn)
	return ok && c.timedOut.Load()
}

// socketOf gives the socket of a request's connection; false where there is none, as in tests.
func socketOf(ctx context.Context) (syscall.RawConn, bool) {
	conn, _ := ctx.Value(connectionKey{}).(net.Conn)
	for { // TLS, and what counts connections, lie over it
		over, ok := conn.(interface{ NetConn() net.Conn })
		if !ok {
			break
		}
		conn = over.NetConn()
	}
	socket, ok := conn.(syscall.Conn)
	if !ok {
		return nil, false
	}
	raw, err := socket.SyscallConn()
	return raw, err == nil
}

// limitUnread ends the request's connection when what is written to it stays unacknowledged by the client's machine for longer than d.
// Writing alone does not show that: it goes on into the buffer of our own machine while the client has long vanished. What it returns
// takes the limit away.
func limitUnread(ctx context.Context, d time.Duration) (restore func()) {
	raw, ok := socketOf(ctx)
	if !ok {
		return func() {}
	}
	set := func(d time.Duration) {
		_ = raw.Control(func(fd uintptr) { setUserTimeout(int(fd), d) }) // a connection that is closed needs no limit
	}
	set(d)
	return func() { set(0) }
}

// leftEarly tells whether the client is known to have closed the request's connection.
func leftEarly(ctx context.Context) (left bool) {
	if raw, ok := socketOf(ctx); ok {
		_ = raw.Control(func(fd uintptr) { left = closedThere(int(fd)) }) // a socket that is closed here fails by itself
	}
	return left
}

// takenWhole tells whether the client's machine has taken all that was written to the request's connection. It is for a connection that
// the client has closed by now: one who reads his answer and closes at once (Connection: close, as programs of the field do) has it,
// one who had gone before has not.
func takenWhole(ctx context.Context) (taken bool) {
	raw, ok := socketOf(ctx)
	if !ok {
		return false
	}
	_ = raw.Control(func(fd uintptr) { taken = acknowledged(int(fd)) }) // a socket that is closed here has not
	return taken
}
