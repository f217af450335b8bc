//go:build unix

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"ccgateway/internal/config"
)

const (
	// halfOpenProcess makes a test binary the attacker: address and number of connections.
	halfOpenProcess = "CCGATEWAY_TEST_HALF_OPEN"
	halfOpen        = 10_000
	// filesBeside is what a process needs of its files for all else.
	filesBeside = 1_000
	// halfOpenBound bounds all connections of the attacked port; a quarter of them may be new, see gateway.Limit.
	halfOpenBound = 8_000
	// halfOpenMemory is what may be spent on the new ones, 2,000: about 20 KB each, and as much again that the collector has not seen yet.
	halfOpenMemory = 100 << 20
)

// TestAttack_HalfOpen: 10,000 connections of another process that never come to a request, half of them in the middle of a TLS handshake,
// cost what the bound on new connections allows; an agent is answered all the while. It does not run beside other tests: it counts goroutines.
func TestAttack_HalfOpen(t *testing.T) {
	allowed, err := raiseFiles()
	must(t, err)
	count := min(halfOpen, allowed-filesBeside)
	if count < halfOpen {
		t.Logf("the system allows a process %d files: %d connections, not %d", count+filesBeside, count, halfOpen)
	}
	bound := min(halfOpenBound, count*halfOpenBound/halfOpen)
	s := besiege(t, func(cfg *config.Config) { cfg.Bounds.Connections, cfg.Bounds.PerAddress = bound, 0 })
	s.latency()
	goroutines, memory := runtime.NumGoroutine(), heap()
	a := attacker(s, count)
	var most, heapMost int
	for made := 0; made < count; {
		made = a.tells(t, "made")
		most, heapMost = max(most, runtime.NumGoroutine()-goroutines), max(heapMost, heap()-memory)
		t.Logf("%d connections: an agent waits %s", made, s.latency())
	}
	fresh := bound / 4
	var closed int
	s.await("all beyond the bound are refused", func() (bool, string) {
		_, err := fmt.Fprintln(a.in)
		must(t, err)
		closed = a.tells(t, "closed")
		return closed >= count-fresh, fmt.Sprintf("%d of %d closed", closed, count)
	})
	t.Logf("%d of %d refused; at most %d goroutines and %d MB", closed, count, most, heapMost>>20)
	const slack = 300 // of connections that are being closed, and of the agent's
	if most > fresh+slack {
		t.Errorf("%d goroutines for %d connections that may be new", most, fresh)
	}
	if heapMost > halfOpenMemory {
		t.Errorf("memory has grown by %d MB", heapMost>>20)
	}
	s.desk.quiet() // his events come
	a.end()
	s.await("no goroutine is left", func() (bool, string) {
		const idle = 20 // connections that are being closed
		n := runtime.NumGoroutine()
		return n <= goroutines+idle, fmt.Sprintf("%d goroutines, %d before", n, goroutines)
	})
}

// raiseFiles raises the number of files that this process may have to the most that the system allows.
func raiseFiles() (int, error) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0, err
	}
	limit.Cur = limit.Max
	return int(min(uint64(limit.Max), 1<<30)), syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit) //nolint:gosec,unconvert // bounded; it is signed on some systems
}

func heap() int {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapInuse + m.StackInuse) //nolint:gosec // no such sizes
}

// attack is the other process.
type attack struct {
	in   io.WriteCloser
	out  *bufio.Scanner
	wait func() error
	once sync.Once
}

func attacker(s *siege, count int) *attack {
	s.t.Helper()
	self, err := os.Executable()
	must(s.t, err)
	cmd := exec.CommandContext(s.ctx, self) //nolint:gosec // ourselves, see TestMain
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d", halfOpenProcess, s.address, count))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	must(s.t, err)
	out, err := cmd.StdoutPipe()
	must(s.t, err)
	must(s.t, cmd.Start())
	a := &attack{in: in, out: bufio.NewScanner(out), wait: cmd.Wait}
	s.t.Cleanup(a.end)
	return a
}

// tells reads the next number that the attacker says, of what.
func (a *attack) tells(t *testing.T, what string) int {
	t.Helper()
	for a.out.Scan() {
		if number, ok := strings.CutPrefix(a.out.Text(), what+" "); ok {
			n, err := strconv.Atoi(number)
			must(t, err)
			return n
		}
	}
	t.Fatalf("the attacker has ended without saying %q: %v", what, a.out.Err())
	return 0
}

// end lets go of all connections.
func (a *attack) end() {
	a.once.Do(func() {
		_ = a.in.Close()
		for a.out.Scan() { // what it still says
		}
		_ = a.wait() // the test may have ended it
	})
}

func init() { otherProcesses[halfOpenProcess] = attackHalfOpen } //nolint:gochecknoinits // this file is not there on every system

// attackHalfOpen is the attacker, a process of its own: it makes connections and tells of each thousand; then it tells, for every line of its input,
// how many the other side has closed, until its input ends. task is the address and the number of connections.
func attackHalfOpen(task string) error {
	var address string
	var count int
	if _, err := fmt.Sscan(task, &address, &count); err != nil {
		return err
	}
	if _, err := raiseFiles(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), testTime)
	defer cancel()
	var closed atomic.Int64
	var watching sync.WaitGroup
	for i := range count {
		c, err := halfOpened(ctx, address, i)
		if err != nil {
			return fmt.Errorf("connection %d: %w", i, err)
		}
		watching.Go(func() {
			_, _ = io.Copy(io.Discard, c)
			if ctx.Err() == nil {
				closed.Add(1)
			}
			_ = c.Close()
		})
		context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Now()) })
		if (i+1)%1000 == 0 || i+1 == count {
			fmt.Println("made", i+1)
		}
	}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		fmt.Println("closed", closed.Load())
	}
	cancel()
	watching.Wait()
	return nil
}

// halfOpened connects from one of many addresses; every second connection begins a handshake.
func halfOpened(ctx context.Context, address string, i int) (net.Conn, error) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 1, byte(i%7), byte(1+i%50))}}
	c, err := d.DialContext(ctx, "tcp", address)
	if err == nil && i%2 == 0 {
		_, _ = c.Write(halfHello) // it may be closed by now
	}
	return c, err
}
