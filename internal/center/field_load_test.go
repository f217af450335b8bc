package center_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/host"
	"ccgateway/internal/journal"
)

// FIELD-LESSONS 5: elsewhere a queue collapsed at 200 calls and 20 calls a second. Ten times that, for so long.
const (
	crowdWaiting = 2000
	crowdRate    = 200 // calls a second
	crowdFor     = 3 * time.Second
	crowdAgents  = 80
	crowdTalk    = 300 * time.Millisecond
	crowdLook    = 400 // commands for two looks at the whole center; see sight
)

// TestField5_Crowd: 2,000 callers wait, 200 more call each second, and as many are served, through a host with its journal. Meanwhile a second
// center is made of the journal, command by command as they are written, in the world of the simulation: each command is held against its
// invariants, and the whole center now and then. Callers are served in the order in which they came, each once, and each is written down
// once. How fast it is is not judged here but by the benchmarks of this package and of cmd: the machine may be busy with anything.
func TestField5_Crowd(t *testing.T) {
	folder := t.TempDir()
	writes, err := journal.OpenSQLite(t.Context(), folder, "n1", journal.SyncRelaxed)
	if err != nil {
		t.Fatal(err)
	}
	reads, err := journal.ReadSQLite(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	c := &crowd{t: t, ended: make(chan struct{}, 1), host: host.New(slog.New(slog.NewTextHandler(&log, nil)), time.Now), served: map[string]int{}, records: map[center.CallID]int{}}
	c.host.Attach(c)
	c.host.Keep(host.Keeping{Journal: writes, SnapshotCommands: 1_000_000})
	f := &follower{journal: reads, written: make(chan struct{})}
	followed := make(chan error, 1)
	t.Cleanup(func() {
		c.host.Stop()
		c.calls.Wait()
		if err := errors.Join(reads.Close(), writes.Close()); err != nil {
			t.Error(err)
		}
		if strings.Contains(log.String(), "level=ERROR") {
			t.Errorf("log:\n%s", log.String())
		}
	})
	if err := c.host.Configure(t.Context(), []center.Config{crowdConfig()}); err != nil {
		t.Fatal(err)
	}
	go func() { followed <- f.follow(t.Context()) }()

	began := time.Now()
	c.each(crowdWaiting, 50, c.arrives)
	c.each(crowdAgents, crowdAgents, c.signsIn)
	const all = crowdWaiting + crowdRate*int(crowdFor/time.Second)
	var arrivals sync.WaitGroup
	tick := time.NewTicker(time.Second / crowdRate)
	defer tick.Stop()
	for n := crowdWaiting; n < all; n++ {
		<-tick.C
		arrivals.Go(func() { c.arrives(n) })
	}
	arrivals.Wait()
	c.do(center.Drain{}) // who waits is let go, who talks goes on
	c.untilEmpty()
	now := c.do(center.Look{})
	close(f.written)
	if err := <-followed; err != nil {
		t.Fatal(err)
	}
	if twin := f.world.overview(); !reflect.DeepEqual(twin, now) {
		t.Errorf("the center and the one that was made of its journal are not the same in the end:\n%+v\n%+v", now, twin)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.records) != all {
		t.Errorf("%d calls have a record, %d came", len(c.records), all)
	}
	for call, times := range c.records {
		if times != 1 {
			t.Errorf("call %s has %d records", call, times)
		}
	}
	for caller, times := range c.served {
		if times != 1 {
			t.Errorf("caller %s was offered to %d agents", caller, times)
		}
	}
	if f.offered != len(c.served) || len(c.served) < crowdAgents {
		t.Errorf("%d callers were offered, %d by the journal; there are more agents", len(c.served), f.offered)
	}
	t.Logf("%d calls in %s, %d of them served; %d commands in the journal, %d looks at the whole center", all, time.Since(began), len(c.served), f.commands, f.world.sight.looks/crowdLook)
}

func crowdConfig() center.Config {
	cfg := center.Config{
		ID: 1, Name: "crowd", ServerName: "AgentGateway", WaitMusic: "music",
		Auth:        center.Auth{Static: true, Interval: time.Minute, Timeout: 2 * time.Minute},
		Skills:      []center.Skill{{ID: 1, Name: "support", Media: center.MediaVoice, Ring: time.Minute, Weight: 50}},
		AccessCodes: []center.AccessCode{{Code: "8000", Skill: 1}},
		Trunks:      []center.Trunk{{Name: "line", Numbers: []string{"0*"}}},
		Roles:       []center.Role{{ID: 2, Name: "agent", Rights: center.RightsOf(center.RightHold)}},
		Recording:   center.Recording{Mode: center.RecordAll},
	}
	for i := range crowdAgents {
		cfg.Phones = append(cfg.Phones, fmt.Sprint(7000+i))
		cfg.Agents = append(cfg.Agents, center.Agent{ID: center.AgentID(101 + i), Name: fmt.Sprint("Agent ", i), Role: 2, Group: -1, Skills: []center.AgentSkill{{Skill: 1, Weight: 100}}})
	}
	return cfg
}

// crowd is who uses the center: callers, and phones that are lifted at once. It is the host's sink.
type crowd struct {
	t     *testing.T
	host  *host.Host
	calls sync.WaitGroup
	ended chan struct{} // has room for one: a call has ended

	mu      sync.Mutex
	served  map[string]int // offers, by caller
	records map[center.CallID]int
}

func (c *crowd) do(cmd center.Command) any {
	reply, err := c.host.Do(context.Background(), 1, cmd)
	if err != nil || reply.Err != nil {
		c.t.Errorf("%T: %v, %v", cmd, err, reply.Err)
	}
	return reply.Value
}

// each does something n times, several at a time.
func (c *crowd) each(n, atOnce int, do func(i int)) {
	var workers sync.WaitGroup
	for worker := range atOnce {
		workers.Go(func() {
			for i := worker; i < n; i += atOnce {
				do(i)
			}
		})
	}
	workers.Wait()
}

// crowdLeg is the connection of the n-th caller; his number ends the same.
func crowdLeg(n int) center.LegID { return center.LegID(fmt.Sprintf("i%05d", n)) }

func (c *crowd) arrives(n int) {
	c.do(center.CallArrived{Leg: crowdLeg(n), Trunk: "line", From: fmt.Sprintf("139%05d", n), To: "8000"})
}

func (c *crowd) signsIn(i int) {
	by := center.By{Agent: center.AgentID(101 + i), Token: center.Token{1, byte(i)}}
	c.do(center.SignIn{Agent: by.Agent, Token: by.Token, Phone: fmt.Sprint(7000 + i), AutoAnswer: true, AutoEnterIdle: true, ReleasePhone: true, AgentType: 4, Status: 4})
	c.do(center.ResetSkill{By: by, All: true})
}

// Carry takes what the center does: a phone that is to ring is lifted, and the caller hangs up after his talk.
func (c *crowd) Carry(_ center.VCCID, effects []center.Effect) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range effects {
		switch e := e.(type) {
		case center.CallRecord:
			c.records[e.Call]++
			select {
			case c.ended <- struct{}{}:
			default:
			}
		case center.Ring:
			c.served[e.Caller]++
			c.calls.Go(func() {
				c.do(center.LegAnswered{Leg: e.Leg})
				time.Sleep(crowdTalk)
				c.do(center.LegEnded{Leg: center.LegID("i" + strings.TrimPrefix(e.Caller, "139")), Cause: center.CauseHungUp})
			})
		}
	}
}

// untilEmpty waits until the last talk has ended.
func (c *crowd) untilEmpty() {
	for limit := time.After(time.Minute); ; {
		census, _ := c.do(center.Look{}).(center.Overview)
		if len(census.Calls) == 0 {
			return
		}
		select {
		case <-c.ended:
		case <-limit:
			c.t.Fatalf("%d calls do not end", len(census.Calls))
		}
	}
}

// follower makes a center of a journal that is being written, in a world that checks everything.
type follower struct {
	journal  *journal.Journal
	written  chan struct{} // closed when all has been
	world    *world
	next     uint64
	commands int
	came     []string // callers, in the order of their coming
	offered  int      // how many of them have been offered to an agent
}

func (f *follower) follow(ctx context.Context) error {
	for f.next = 1; ; {
		last := false
		select {
		case <-f.written:
			last = true
		case <-time.After(10 * time.Millisecond): // a piece at a time
		}
		if err := f.journal.Walk(ctx, 1, f.next, f.step); err != nil || last {
			return err
		}
	}
}

func (f *follower) step(e journal.Entry) error {
	cmd, err := center.Decode(e.Kind, e.Body)
	if err != nil {
		return err
	}
	if f.world == nil {
		f.world = newWorld(e.At, center.Config{ID: 1}, nil)
		f.world.sight.sparse = crowdLook
	}
	w := f.world
	w.now = e.At
	_, effects, err := w.do(cmd)
	if err == nil {
		err = w.look()
	}
	if err == nil {
		err = f.inOrder(cmd, effects)
	}
	if err != nil {
		return fmt.Errorf("command %d of the journal, %T: %w", e.Seq, cmd, err)
	}
	f.next, f.commands = e.Seq+1, f.commands+1
	return nil
}

// inOrder checks that callers are offered in the order in which they came (FIELD-LESSONS 8), which the looks see only now and then.
func (f *follower) inOrder(cmd center.Command, effects []center.Effect) error {
	if c, ok := cmd.(center.CallArrived); ok {
		f.came = append(f.came, c.From)
	}
	for _, e := range effects {
		ring, ok := e.(center.Ring)
		if !ok {
			continue
		}
		if f.offered >= len(f.came) || ring.Caller != f.came[f.offered] {
			return fmt.Errorf("caller %s is offered as number %d, he is number %d", ring.Caller, f.offered, slices.Index(f.came, ring.Caller))
		}
		f.offered++
	}
	return nil
}
