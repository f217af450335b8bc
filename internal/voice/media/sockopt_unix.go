//go:build unix

package media

import "syscall"

// expedited is the class of voice, DSCP EF (RFC 3246, RFC 4594 section 4.1), as a type-of-service byte.
const expedited = 46 << 2

// markExpedited asks routers to forward our packets before others. Where the system does not allow it, they go unmarked.
func markExpedited(network, _ string, c syscall.RawConn) error {
	return c.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, syscall.IP_TOS, expedited)
		if network == "udp4" {
			return
		}
		_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IPV6, syscall.IPV6_TCLASS, expedited)
	})
}
