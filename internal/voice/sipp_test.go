package voice

import (
	"fmt"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"ccgateway/internal/center"
)

// sipp is a run of the program of that name with a scenario of testdata/sipp.
type sipp struct {
	t    *testing.T
	cmd  *exec.Cmd
	out  *output
	done chan error
}

// startSipp runs a scenario against the server. The port is sipp's own.
func startSipp(r *rig, scenario string, port int, args ...string) *sipp {
	t := r.t
	t.Helper()
	program, err := exec.LookPath("sipp")
	if err != nil {
		t.Skip("sipp is not installed")
	}
	s := &sipp{t: t, out: &output{}, done: make(chan error, 1)}
	args = append([]string{r.addr().String(), "-sf", "testdata/sipp/" + scenario + ".xml", "-i", "127.0.0.1", "-mi", "127.0.0.1",
		"-p", strconv.Itoa(port), "-nostdin", "-buff_size", "1048576", "-default_behaviors", "all,-abortunexp", "-timeout", "60", "-timeout_error"}, args...)
	s.cmd = exec.Command(program, args...)
	s.cmd.Stdout, s.cmd.Stderr = s.out, s.out
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { s.done <- s.cmd.Wait() }()
	t.Cleanup(func() {
		select {
		case <-s.done:
		default:
			_ = s.cmd.Process.Kill()
			<-s.done
		}
	})
	return s
}

// wait demands that all calls of the run were as the scenario says.
func (s *sipp) wait() {
	s.t.Helper()
	select {
	case err := <-s.done:
		s.done <- err
		if err != nil {
			s.t.Fatalf("sipp: %v\n%s", err, s.out)
		}
	case <-time.After(time.Minute):
		s.t.Fatalf("sipp does not end\n%s", s.out)
	}
}

// TestSipp_Callers: hundreds of callers at a high rate, all answered, all hung up, none left.
func TestSipp_Callers(t *testing.T) {
	for _, transport := range []string{"u1", "t1"} {
		t.Run(transport, func(t *testing.T) {
			const calls = 300
			r := newRig(t, testDirectory(), func(c *Config) { c.RTPMin, c.RTPMax = 61_000, 65_500 }) // ports rest after use
			callers := startSipp(r, "caller", freePort(t), "-s", "1000", "-m", strconv.Itoa(calls), "-r", "100", "-t", transport)
			for ended := 0; ended < calls; {
				switch cmd := r.c.any().(type) {
				case center.CallArrived:
					call := center.CallID(cmd.Leg)
					r.carry(center.Alert{Leg: cmd.Leg}, center.AnswerLeg{Leg: cmd.Leg},
						center.Room{Call: call, Rows: []center.Row{{Leg: cmd.Leg, Plays: center.PromptRingBack}}})
				case center.LegEnded:
					ended++
					r.carry(center.Room{Call: center.CallID(cmd.Leg)})
					if cmd.Cause != center.CauseHungUp {
						t.Fatalf("%+v", cmd)
					}
				default:
					t.Fatalf("%+v", cmd)
				}
			}
			callers.wait()
			r.until("legs end", func() bool { return r.legs.count() == 0 })
		})
	}
}

// TestSipp_Trunk: many calls out by a trunk, hung up by the center.
func TestSipp_Trunk(t *testing.T) {
	const calls = 100
	d := testDirectory()
	r := newRig(t, d, func(c *Config) {
		c.NoResponse = patience // sipp may be slow to begin
		c.RTPMax += 200         // 100 pairs would be just enough, and other programs have ports too
	})
	port := freePort(t)
	d.mu.Lock()
	d.trunks = []Trunk{{Name: "provider", Address: fmt.Sprintf("127.0.0.1:%d", port)}}
	d.mu.Unlock()
	far := startSipp(r, "callee", port, "-m", strconv.Itoa(calls))
	for i := range calls {
		r.carry(center.Ring{Leg: center.LegID(fmt.Sprintf("o%d", i)), Trunk: "provider", Number: "0301234", Caller: "0309"})
	}
	for hungUp := 0; hungUp < calls; {
		switch cmd := r.c.any().(type) {
		case center.LegRinging:
		case center.LegAnswered:
			hungUp++
			r.carry(center.HangUp{Leg: cmd.Leg, Cause: center.CauseHungUp})
		default:
			t.Fatalf("%+v", cmd)
		}
	}
	far.wait()
	r.until("legs end", func() bool { return r.legs.count() == 0 })
	r.c.nothing()
}

// TestSipp_Register: another maker's digest.
func TestSipp_Register(t *testing.T) {
	for _, transport := range []string{"u1", "t1"} {
		t.Run(transport, func(t *testing.T) {
			r := newRig(t, testDirectory())
			startSipp(r, "register", freePort(t), "-s", "40101", "-m", "1", "-t", transport).wait()
			if state, _ := next[center.PhoneState](r.c); !state.Registered {
				t.Errorf("%+v", state)
			}
		})
	}
}

// TestSipp_Registrar: another maker's registrar checks our password, has us renew, and is left at the stop.
func TestSipp_Registrar(t *testing.T) {
	for transport, option := range map[string]string{"udp": "u1", "tcp": "t1"} {
		t.Run(transport, func(t *testing.T) {
			d := withoutTrunk()
			r := newRig(t, d, func(c *Config) { c.retry, c.DrainTimeout = 20*time.Millisecond, 2*time.Second })
			port := freePort(t)
			registrar := startSipp(r, "registrar", port, "-m", "1", "-t", option)
			d.mu.Lock()
			d.trunks = []Trunk{{Name: "provider", Address: fmt.Sprintf("127.0.0.1:%d", port), Transport: transport, Username: "me",
				Password: "trunk secret", Register: TrunkRegister{On: true, Expires: 10 * time.Minute}}}
			d.mu.Unlock()
			r.until("registered anew", func() bool { return time.Until(r.state("provider").Until) > time.Minute })
			r.stopNow()
			registrar.wait()
		})
	}
}
