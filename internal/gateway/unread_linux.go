package gateway

import (
	"time"

	"golang.org/x/sys/unix"
)

// setUserTimeout sets TCP_USER_TIMEOUT (RFC 5482), 0 = the system's. A system that refuses it notices dead clients later.
func setUserTimeout(fd int, d time.Duration) {
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(d.Milliseconds()))
}

// The states of a connection in which the other side has not refused anything (linux/net/tcp_states.h).
const (
	tcpEstablished = 1
	tcpCloseWait   = 8 // the other side has closed
)

// closedThere tells whether the other side has closed or refused.
func closedThere(fd int) bool {
	info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	return err == nil && info.State != tcpEstablished
}

// acknowledged tells whether the other side has acknowledged all that was sent. Who closes without having read refuses what comes then
// (RST, RFC 9293 section 3.10.7.1), which ends the connection.
func acknowledged(fd int) bool {
	left, err := unix.IoctlGetInt(fd, unix.TIOCOUTQ)
	if err != nil || left != 0 {
		return false
	}
	info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	return err == nil && (info.State == tcpEstablished || info.State == tcpCloseWait)
}
