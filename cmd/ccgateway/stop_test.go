package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"ccgateway/client"
	"ccgateway/internal/center"
	"ccgateway/internal/config"
	"ccgateway/internal/softphone"
	"ccgateway/internal/store"
)

// stopping is a stop under way.
type stopping struct {
	in    *installation
	hurry context.CancelFunc
	done  chan error
}

// beginStop stops the program in the background.
func (in *installation) beginStop() *stopping {
	ctx, cancel := context.WithCancel(in.ctx)
	s := &stopping{in, cancel, make(chan error, 1)}
	in.stopped = true // by us
	p := in.program
	go func() { s.done <- p.stop(ctx) }()
	in.t.Cleanup(cancel)
	return s
}

// stops waits for the end of the stop.
func (s *stopping) stops() {
	s.in.t.Helper()
	ctx, cancel := s.in.within()
	defer cancel()
	select {
	case err := <-s.done:
		must(s.in.t, err)
	case <-ctx.Done():
		s.in.t.Fatal("the program does not stop")
	}
}

// goesOn checks that the stop still waits.
func (s *stopping) goesOn() {
	s.in.t.Helper()
	select {
	case err := <-s.done:
		s.in.t.Fatalf("stopped: %v", err)
	default:
	}
}

// reopened checks the records that a stopped program has left.
func (in *installation) reopened(call string, want ...string) {
	in.t.Helper()
	s, err := store.Open(in.ctx, in.cfg.Data, in.log.logger())
	must(in.t, err)
	defer func() { must(in.t, s.Close(in.ctx)) }()
	running := in.store
	in.store = s
	defer func() { in.store = running }()
	in.recordsFit()
	in.recorded(call, want...)
	sessions, err := s.Sessions(in.ctx, store.Filter{})
	must(in.t, err)
	for _, session := range sessions {
		if session.Ended.IsZero() {
			in.t.Errorf("session %+v has not ended", session)
		}
	}
}

// TestStop_Graceful: a talk goes on while the program stops; what is new is refused, who waits is let go, and the program ends with the
// last call.
func TestStop_Graceful(t *testing.T) {
	t.Parallel()
	in := install(t, func(cfg *config.Config) { cfg.Shutdown.Grace = testTime })
	ann := in.agent(101)
	ben := in.agent(102, notServing)
	inspector := in.enter(901, "40901")
	customer := in.customer("13900", amyTone).calls("1000")
	customer.answered()
	agent := answerByHand(in, ann, customer, fromAmy)
	waiting := in.customer("13901", bobTone).calls("1000")
	waiting.answered()
	in.waiting(1, 1, 1)

	stop := in.beginStop()
	if end := waiting.over(); end.By != softphone.Remote {
		t.Errorf("who waited: %s", end)
	}
	for _, number := range []string{"1000", "1001"} {
		if end := in.customer("13902", cleoTone).calls(number).over(); end.Status != 503 {
			t.Errorf("a new call: %s", end)
		}
	}
	_, err := in.trySignIn(client.SignIn{Agent: 103, Phone: "40103"})
	mustCode(t, err, "100-003")
	in.ask(http.MethodPost, "qualitycontrol/901/forcelogout/101", inspector, "").refused(t, "900-001")
	in.ask(http.MethodPost, "qualitycontrol/101/forcelogout/102", ann.GUID(), "").refused(t, "900-002")
	ben.do("100-007", func(ctx context.Context) error {
		_, err := ben.CallInner(ctx, "101", "")
		return err
	})
	if status, body := in.admin("/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(body, "stopping") {
		t.Errorf("readyz: %d %s", status, body)
	}
	if status, body := in.admin("/healthz"); status != http.StatusOK {
		t.Errorf("healthz: %d %s", status, body)
	}
	stop.goesOn()
	converse(agent, customer)
	agent.listen(50)
	converse(agent, customer)
	ann.quiet()
	ann.ok(ann.Release)
	stop.stops()
	in.reopened("$call", "call 13900 to 1000, queue 1, answered by 101: agent hung up (agent)",
		"agent 101 at 40101, answered: agent hung up", "customer 13900, answered: agent hung up")
}

// admin asks the administrator's port.
func (in *installation) admin(path string) (int, string) {
	in.t.Helper()
	request, err := http.NewRequestWithContext(in.ctx, http.MethodGet, "http://"+in.address("admin")+path, nil)
	must(in.t, err)
	response, err := plainHTTP.Do(request)
	must(in.t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	must(in.t, err)
	return response.StatusCode, string(body)
}

// TestStop_EndsCalls: calls are ended when the grace is over, or at once when the stop is hurried. Records are whole.
func TestStop_EndsCalls(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		grace time.Duration
		hurry bool
	}{{"grace is over", 300 * time.Millisecond, false}, {"hurried", testTime, true}, {"no grace", 0, false}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in := install(t, func(cfg *config.Config) { cfg.Shutdown.Grace = c.grace })
			ann := in.agent(101)
			customer := in.customer("13900", amyTone).calls("1000")
			agent := answerByHand(in, ann, customer, fromAmy)
			converse(agent, customer)
			stop := in.beginStop()
			if c.hurry {
				stop.goesOn()
				stop.hurry()
			}
			customer.over()
			agent.over()
			stop.stops()
			in.reopenedEnded()
		})
	}
}

// reopenedEnded checks that the one call and its parties have records with an end.
func (in *installation) reopenedEnded() {
	in.t.Helper()
	s, err := store.Open(in.ctx, in.cfg.Data, in.log.logger())
	must(in.t, err)
	defer func() { must(in.t, s.Close(in.ctx)) }()
	calls, err := s.Calls(in.ctx, store.Filter{})
	must(in.t, err)
	legs, err := s.Legs(in.ctx, store.Filter{})
	must(in.t, err)
	if len(calls) != 1 || len(legs) != 2 || calls[0].Agent != 101 || calls[0].Ended.IsZero() {
		in.t.Errorf("records: %+v %+v", calls, legs)
	}
	recordings, err := s.Recordings(in.ctx, store.Filter{})
	must(in.t, err)
	if len(recordings) != 1 || recordings[0].Ended.IsZero() || recordings[0].Failed != "" {
		in.t.Errorf("recordings: %+v", recordings)
	}
	in.program.store = s
	in.recordingFile(recordings[0])
}

// TestStart_Again: a stopped installation starts again with all it had.
func TestStart_Again(t *testing.T) {
	t.Parallel()
	in := prepare(t)
	cfg := testConfig(t, in.connectOutside, func(cfg *config.Config) { cfg.Data = t.TempDir() })
	in.start(cfg)
	customer := in.customer("13900", amyTone).calls("1000")
	customer.answered()
	in.waiting(1, 1, 1)
	customer.hangUp()
	in.halt()
	in.stopped = false
	in.start(cfg)
	calls, err := in.store.Calls(in.ctx, store.Filter{})
	must(t, err)
	if len(calls) != 1 || calls[0].Reason != center.LeaveQueueCancelled {
		t.Errorf("calls: %+v", calls)
	}
	ann := in.agent(101)
	again := in.customer("13900", amyTone).calls("1000")
	agent := answerByHand(in, ann, again, fromAmy)
	converse(agent, again)
}

// TestStart_PortInUse: a port that another program has stops the start with words that name it, and leaves nothing behind.
func TestStart_PortInUse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		set  func(cfg *config.Config, address string)
		word string
	}{
		{"https", func(cfg *config.Config, a string) { cfg.Listen.HTTPS = a }, "https"},
		{"http", func(cfg *config.Config, a string) { cfg.Listen.HTTP = a }, "http"},
		{"admin", func(cfg *config.Config, a string) { cfg.Listen.Admin = a }, "admin"},
		{"sip", func(cfg *config.Config, a string) { cfg.Listen.SIP = a }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in := prepare(t)
			taken, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a port is taken, no more
			must(t, err)
			cfg := testConfig(t, in.connectOutside)
			address := taken.Addr().String()
			c.set(cfg, address)
			_, err = start(in.ctx, cfg, in.log.logger())
			if err == nil || !strings.Contains(err.Error(), address) || !strings.Contains(err.Error(), c.word) ||
				!strings.Contains(err.Error(), "address already in use") {
				t.Errorf("start: %v", err)
			}
			must(t, taken.Close())
			in.start(cfg) // nothing holds the data folder or the other ports
			if got := fmt.Sprint(in.address(c.name)); got != address {
				t.Errorf("the port is %s, not %s", got, address)
			}
		})
	}
}
