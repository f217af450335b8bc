package host

import (
	"flag"
	"fmt"
	"sync"
	"testing"
	"time"

	"ccgateway/internal/center"
)

var restartAgents = flag.Int("restart.agents", 0, "how many agents TestRestartTime signs in; 0 = 2,000, and a shorter journal")

// bigCenter has n agents with phones, groups of whom serve ten queues.
func bigCenter(n int) center.Config {
	cfg := vcc(1, 1001)
	cfg.Agents, cfg.Phones, cfg.Skills = nil, nil, nil
	for q := range 10 {
		cfg.Skills = append(cfg.Skills, center.Skill{ID: center.SkillID(q + 1), Name: fmt.Sprint("queue", q), Media: center.MediaVoice, Weight: 50})
	}
	for i := range n {
		cfg.Phones = append(cfg.Phones, fmt.Sprint(400000+i))
		cfg.Agents = append(cfg.Agents, center.Agent{
			ID: center.AgentID(1001 + i), Name: fmt.Sprint("Agent ", i), Role: 2, Group: -1,
			Skills: []center.AgentSkill{{Skill: center.SkillID(i%10 + 1), Weight: 10}, {Skill: center.SkillID((i+1)%10 + 1), Weight: 5}},
		})
	}
	return cfg
}

// TestRestartTime signs many agents in, lets them work until the journal is as long as it gets, and measures how long a start takes after
// a death at that moment, and after a graceful stop. Aim: 20,000 agents within 5 s.
func TestRestartTime(t *testing.T) {
	agents, commands, limit := *restartAgents, DefaultSnapshotCommands, 5*time.Second
	if agents == 0 {
		agents, commands = 2000, 10_000
	}
	cfg := bigCenter(agents)
	folder := t.TempDir()
	h := opened(t, folder, Keeping{SnapshotCommands: 1 << 30, SnapshotBytes: 1 << 30}, cfg)
	each := func(do func(by center.By, i int)) {
		var wg sync.WaitGroup
		for worker := range 50 {
			wg.Go(func() {
				for i := worker; i < agents; i += 50 {
					do(center.By{Agent: center.AgentID(1001 + i), Token: center.Token{1, byte(i), byte(i >> 8)}}, i)
				}
			})
		}
		wg.Wait()
	}
	each(func(by center.By, i int) {
		h.must(center.SignIn{Agent: by.Agent, Token: by.Token, Phone: fmt.Sprint(400000 + i), AutoEnterIdle: true, AgentType: 4, Status: 4})
		h.must(center.ResetSkill{By: by, All: true})
	})
	owner := h.directory.Load().owners[1]
	saved := h.centerNow(t, owner)
	for range commands / agents {
		each(func(by center.By, _ int) { h.must(center.SayBusy{By: by, Reason: 210, Prolong: true}) })
	}
	dead := killed(t, folder)
	h.close()

	again := func(name, folder string) {
		begin := time.Now()
		h := opened(t, folder, Keeping{}, cfg)
		spent := time.Since(begin)
		if view, _ := h.must(center.Count{}).(center.Census); view.SignedIn != agents {
			t.Errorf("%s: %d agents are signed in", name, view.SignedIn)
		}
		t.Logf("%s: %d agents are back after %s (%d effects given again)", name, agents, spent.Round(time.Millisecond), len(h.tape.again))
		if spent > limit {
			t.Errorf("%s: a restart takes %s; aim: %s", name, spent, limit)
		}
		h.close()
	}
	t.Logf("a snapshot of %d agents: the center stands still for %s; %s to encode, %d bytes", agents, saved.copied, saved.encoded, saved.bytes)
	again("after a death, with the longest journal", dead)
	again("after a graceful stop", folder)
}

// cost is what a snapshot costs.
type cost struct {
	copied, encoded time.Duration
	bytes           int
}

// centerNow measures a snapshot and saves it, so that the journal begins anew after it.
func (h *house) centerNow(t *testing.T, o *owner) (c cost) {
	t.Helper()
	h.must(center.Tick{}) // all before it is journaled; nothing else is under way
	begin := time.Now()
	state := o.center.Snapshot()
	c.copied = time.Since(begin)
	begin = time.Now()
	c.bytes = len(state.Encode())
	c.encoded = time.Since(begin)
	o.host.save(&snapshot{owner: o, epoch: o.epoch, seq: o.seq, state: state})
	o.host.savers.Wait()
	return c
}
