package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
)

// These variables tell the test program to be the other process that uses an installation.
const (
	childFolder  = "STORE_TEST_CHILD_FOLDER"
	childAddress = "STORE_TEST_CHILD_ADDRESS"
)

// beChild opens the installation, writes facts, says so and waits to be killed.
func beChild(where site) {
	ctx := context.Background()
	s, err := where.open(ctx, slog.New(slog.DiscardHandler), Clock(func() time.Time { return start.Add(time.Hour) }))
	if err != nil {
		fmt.Println(err)
		return
	}
	s.Carry(7, []center.Effect{
		center.SessionBegan{Agent: 101, Session: 5, Phone: "40101", At: start},
		center.RecordingBegan{VCC: 7, Recording: "r1", Call: "c1", Agent: 101, File: "7/r1.wav", At: start.Add(time.Minute)},
		center.RecordingBegan{VCC: 7, Recording: "r2", Call: "c2", Agent: 101, File: "7/r2.wav", At: start.Add(2 * time.Minute)},
		center.RecordingEnded{VCC: 7, Recording: "r2", At: start.Add(3 * time.Minute)},
		center.CallRecord{VCC: 7, Call: "c2", Began: start, Ended: start.Add(3 * time.Minute)},
	})
	if err := s.Flush(ctx); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin) // until the parent ends, at the latest
}

// startChild starts another process that uses the installation. kill ends it as a crash would.
func startChild(t *testing.T, where site) (kill func()) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(program, "-test.run=^$")
	child.Env = append(os.Environ(), childFolder+"="+where.folder, childAddress+"="+where.address.Reveal())
	in, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	killed := false
	kill = func() {
		if !killed {
			killed = true
			_ = child.Process.Kill()
			_ = child.Wait()
			_ = in.Close()
		}
	}
	t.Cleanup(kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || strings.TrimSpace(line) != "ready" {
		t.Fatalf("child says %q, %v", line, err)
	}
	return kill
}

func TestOpen_TwoProcesses(t *testing.T) { onAll(t, testOpenTwoProcesses) }

func testOpenTwoProcesses(t *testing.T, place sites) {
	where := place(t)
	kill := startChild(t, where)
	_, err := where.open(t.Context(), slog.New(slog.DiscardHandler))
	if !errors.Is(err, ErrInUse) {
		t.Fatalf("got %v, want ErrInUse", err)
	}
	if !strings.Contains(err.Error(), "(process ") || !strings.Contains(err.Error(), where.folder) {
		t.Errorf("the error does not say by whom and what: %v", err)
	}
	kill()
	mustOpen(t, where)
}

func TestOpen_TwiceInOneProcess(t *testing.T) { onAll(t, testOpenTwiceInOneProcess) }

func testOpenTwiceInOneProcess(t *testing.T, place sites) {
	where := place(t)
	s := mustOpen(t, where)
	if _, err := where.open(t.Context(), slog.New(slog.DiscardHandler)); !errors.Is(err, ErrInUse) {
		t.Errorf("got %v", err)
	}
	mustClose(t, s)
	mustOpen(t, where)
}

// TestOpen_AfterCrash: what was written is there, and what was left open is closed.
func TestOpen_AfterCrash(t *testing.T) { onAll(t, testOpenAfterCrash) }

func testOpenAfterCrash(t *testing.T, place sites) {
	for name, c := range map[string]struct {
		with  []Option
		ended time.Time
	}{
		"measured": {
			[]Option{MeasureRecordings(func(file string) (time.Duration, error) {
				if file != "7/r1.wav" {
					return 0, fmt.Errorf("%s was not open", file)
				}
				return 90 * time.Second, nil
			})},
			start.Add(time.Minute + 90*time.Second),
		},
		"cannot be measured": {
			[]Option{MeasureRecordings(func(string) (time.Duration, error) { return 0, os.ErrNotExist })},
			start.Add(time.Hour),
		},
		"nobody measures": {nil, start.Add(time.Hour)},
	} {
		t.Run(name, func(t *testing.T) {
			where := place(t)
			startChild(t, where)()
			s := mustOpen(t, where, c.with...)
			calls, err := s.Calls(t.Context(), Filter{})
			if err != nil || len(calls) != 1 || calls[0].Call != "c2" {
				t.Errorf("calls: %+v, %v", calls, err)
			}
			recordings, err := s.Recordings(t.Context(), Filter{})
			if err != nil || len(recordings) != 2 {
				t.Fatalf("recordings: %+v, %v", recordings, err)
			}
			if r := recordings[0]; r.ID != "r2" || r.Failed != "" || !r.Ended.Equal(start.Add(3*time.Minute)) {
				t.Errorf("the complete recording is touched: %+v", r)
			}
			if r := recordings[1]; r.ID != "r1" || r.Failed != "server stopped" || !r.Ended.Equal(c.ended) {
				t.Errorf("the open recording: %+v, want its end at %v", r, c.ended)
			}
			sessions, err := s.Sessions(t.Context(), Filter{})
			if err != nil || len(sessions) != 1 || sessions[0].Reason != center.ReasonLostConnection || !sessions[0].Ended.Equal(start.Add(time.Hour)) {
				t.Errorf("sessions: %+v, %v", sessions, err)
			}
		})
	}
}
