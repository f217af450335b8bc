package testrig

import (
	"context"
	"errors"
	"fmt"
	"net"
)

// loopback is where everything of the rig listens.
const loopback = "127.0.0.1"

// portTries is how often free ports are looked for.
const portTries = 100

// errNoPorts says that no ports are free.
var errNoPorts = errors.New("testrig: no free ports")

// freePorts gives a port such that it and the next ones, so many in all, are free for UDP and TCP at this moment. Another program
// may take one of them before it is used: whoever starts a program on them tries again with others when it fails.
func freePorts(ctx context.Context, many int) (int, error) {
	var lc net.ListenConfig
	for range portTries {
		first, err := lc.ListenPacket(ctx, "udp4", net.JoinHostPort(loopback, "0"))
		if err != nil {
			return 0, fmt.Errorf("%w: %w", errNoPorts, err)
		}
		port := first.LocalAddr().(*net.UDPAddr).Port
		first.Close()
		if port%2 == 0 && allFree(ctx, port, many) {
			return port, nil
		}
	}
	return 0, errNoPorts
}

// allFree tells whether ports from..from+many-1 are free.
func allFree(ctx context.Context, from, many int) bool {
	var lc net.ListenConfig
	for port := from; port < from+many; port++ {
		at := net.JoinHostPort(loopback, fmt.Sprint(port))
		packets, err := lc.ListenPacket(ctx, "udp4", at)
		if err != nil {
			return false
		}
		packets.Close()
		listener, err := lc.Listen(ctx, "tcp4", at)
		if err != nil {
			return false
		}
		listener.Close()
	}
	return true
}
