package loadgen

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"ccgateway/internal/center"
	"ccgateway/internal/gateway"
)

// pollClientsEnv makes the test binary be the clients of a benchmark: address, whether by TLS, and how many, between blanks.
const pollClientsEnv = "CCGATEWAY_TEST_POLL_CLIENTS"

func TestMain(m *testing.M) {
	if order := os.Getenv(pollClientsEnv); order != "" {
		if err := pollClients(order, os.Stdin); err != nil {
			fmt.Fprintln(os.Stderr, "poll clients:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// pollClients sends a poll for each agent and leaves it, until its input ends.
func pollClients(order string, until io.Reader) error {
	words := strings.Fields(order)
	if len(words) != 3 {
		return fmt.Errorf("order %q has not three words", order)
	}
	count, err := strconv.Atoi(words[2])
	if err != nil {
		return err
	}
	open := make([]net.Conn, 0, count) // keeps them from being collected, which would close them
	for i := range count {
		conn, err := hold(words[0], words[1] == "true", center.AgentID(firstAgent+i))
		if err != nil {
			return fmt.Errorf("poll %d: %w", i, err)
		}
		open = append(open, conn)
	}
	_, err = io.Copy(io.Discard, until)
	for _, conn := range open {
		_ = conn.Close()
	}
	return err
}

// hold sends a poll and leaves it.
func hold(address string, secure bool, agent center.AgentID) (conn net.Conn, err error) {
	if secure {
		conn, err = tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // the benchmark's own server
	} else {
		conn, err = net.Dial("tcp", address)
	}
	if err != nil {
		return nil, err
	}
	_, err = fmt.Fprintf(conn, "GET %sagentevent/%d HTTP/1.1\r\nHost: x\r\nGuid: %s\r\n\r\n", gateway.Base, agent, benchGUID(agent))
	return conn, err
}

// startPollClients starts pollClients as a process of its own, which ends with the benchmark.
func startPollClients(b *testing.B, address string, secure bool, count int) {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	clients := exec.CommandContext(b.Context(), self)
	clients.Env = append(os.Environ(), fmt.Sprintf("%s=%s %t %d", pollClientsEnv, address, secure, count))
	clients.Stderr = os.Stderr
	input, err := clients.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := clients.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = input.Close()
		_ = clients.Wait() // it may have been ended with the context
	})
}
