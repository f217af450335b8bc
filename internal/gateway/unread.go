package gateway

import (
	"context"
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

// limitUnread ends the request's connection when what is written to it stays unacknowledged by the client's machine for longer than d.
// Writing alone does not show that: it goes on into the buffer of our own machine while the client has long vanished. What it returns
// takes the limit away.
func limitUnread(ctx context.Context, d time.Duration) (restore func()) {
	conn, _ := ctx.Value(connectionKey{}).(net.Conn)
	if secure, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = secure.NetConn()
	}
	socket, ok := conn.(syscall.Conn)
	if !ok {
		return func() {}
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return func() {}
	}
	set := func(d time.Duration) {
		_ = raw.Control(func(fd uintptr) { setUserTimeout(int(fd), d) }) // a connection that is closed needs no limit
	}
	set(d)
	return func() { set(0) }
}
