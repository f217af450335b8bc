package center_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// TestSimQueries asks everything that agents can ask, in the middle of random days, and compares it with what is counted from outside: from
// events, records, the configuration and the overview of calls.
func TestSimQueries(t *testing.T) {
	seeds, steps := 12, 1500
	if raceEnabled || testing.Short() {
		seeds = 3
	}
	asked := 0
	for seed := range uint64(seeds) {
		s := newSim(1000+seed, nil)
		i := &inquiry{sim: s, busy: map[center.AgentID][]center.StateRecord{}}
		s.keep = i.keep
		for step := range steps {
			err := s.step()
			if err == nil && step%11 == 0 {
				err = i.ask()
			}
			if err != nil {
				t.Fatal(s.explain(err, step+1))
			}
		}
		asked += i.asked
	}
	if asked < 1000*seeds {
		t.Errorf("only %d questions were asked", asked)
	}
}

// inquiry asks the questions of one simulation.
type inquiry struct {
	*sim
	busy  map[center.AgentID][]center.StateRecord // states that have ended, of the present session
	asked int
}

func (i *inquiry) keep(m memory) {
	for _, e := range m.effects {
		switch e := e.(type) {
		case center.SessionBegan:
			i.busy[e.Agent] = nil
		case center.StateRecord:
			i.busy[e.Agent] = append(i.busy[e.Agent], e)
		}
	}
}

// put asks one question. The answer must not change anything.
func (i *inquiry) put(cmd center.Command) (center.Reply, error) {
	i.asked++
	reply, effects, err := i.do(cmd)
	if err == nil && len(effects) > 0 && !i.world.late {
		err = fmt.Errorf("%T has effects: %T", cmd, effects[0])
	}
	return reply, err
}

// ask puts all questions as each agent who is signed in.
func (i *inquiry) ask() error {
	if err := i.send(center.Tick{}); err != nil { // so that nothing is due between two questions
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(i.watch.sessions)) {
		by := center.By{Agent: id, Token: i.desk(id).now}
		for _, question := range []func(center.By) error{i.agents, i.queues, i.own, i.day} {
			if err := question(by); err != nil {
				return fmt.Errorf("asked by agent %d: %w", id, err)
			}
		}
	}
	return nil
}

// same puts a question whose whole answer is known.
func (i *inquiry) same(cmd center.Command, want any) error {
	reply, err := i.put(cmd)
	if err != nil {
		return err
	}
	if reply.Err != nil {
		return fmt.Errorf("%T is refused: %w", cmd, reply.Err)
	}
	if diff := cmp.Diff(want, reply.Value); diff != "" {
		return fmt.Errorf("%T (- counted, + answered):\n%s", cmd, diff)
	}
	return nil
}

// chosen are the agents of the last overview that are wanted.
func (i *inquiry) chosen(wanted func(center.AgentView) bool) []center.AgentView {
	list := []center.AgentView{}
	for _, a := range i.overview().Agents {
		if wanted(a) {
			list = append(list, a)
		}
	}
	return list
}

func (i *inquiry) rights(id center.AgentID) center.Rights {
	return i.model.roles[i.model.agents[id].Role]
}

func serving(a center.AgentView, skill center.SkillID) bool {
	return slices.ContainsFunc(a.Skills, func(s center.SkillInfo) bool { return s.ID == skill })
}

func (i *inquiry) agents(by center.By) error {
	all := i.chosen(func(center.AgentView) bool { return true })
	for _, a := range all { // states as their events told them
		if s := i.watch.sessions[a.ID]; s != nil && center.State(a.Status) != s.state {
			return fmt.Errorf("agent %d: state %d, his events say %s", a.ID, a.Status, s.state)
		}
	}
	checks := []error{
		i.same(center.AllAgents{By: by}, all),
		i.same(center.OnlineAgents{By: by}, i.chosen(func(a center.AgentView) bool { return len(a.Skills) > 0 })),
		i.same(center.IsInspector{By: by}, i.rights(by.Agent).Inspector()),
		i.same(center.MayPickUp{By: by}, i.rights(by.Agent).Has(center.RightPickUp)),
	}
	for _, a := range all {
		checks = append(checks, i.same(center.AgentByNumber{By: by, Of: a.ID}, a))
	}
	for _, skill := range i.cfg.Skills {
		checks = append(checks, i.servers(by, skill.ID))
	}
	return firstOf(checks)
}

// servers asks who serves a queue: those whose role takes calls from queues.
func (i *inquiry) servers(by center.By, skill center.SkillID) error {
	cmd := center.SkillAgents{By: by, Skills: []center.SkillID{skill}}
	if i.rights(by.Agent).Has(center.RightNoInbound) {
		return i.refused(cmd, result.AgentQueryRefused)
	}
	return i.same(cmd, i.chosen(func(a center.AgentView) bool {
		return serving(a, skill) && !i.rights(a.ID).Has(center.RightNoInbound)
	}))
}

func (i *inquiry) refused(cmd center.Command, code result.Code) error {
	reply, err := i.put(cmd)
	if err == nil && (reply.Err == nil || reply.Err.Code != code) {
		err = fmt.Errorf("%T is answered with %v, not with %s", cmd, reply.Err, code)
	}
	return err
}

func firstOf(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// waitingIn are the calls that wait in a queue.
func (i *inquiry) waitingIn(skill center.SkillID) []center.CallID {
	var ids []center.CallID
	for _, c := range i.overview().Calls {
		if c.Skill == skill && c.State == center.CallWaiting {
			ids = append(ids, c.Call)
		}
	}
	return ids
}

func (i *inquiry) queues(by center.By) error {
	configured, signedIn := 0, 0
	var checks []error
	for _, skill := range i.cfg.Skills {
		waiting := len(i.waitingIn(skill.ID))
		if slices.ContainsFunc(i.model.agents[by.Agent].Skills, func(s center.AgentSkill) bool { return s.Skill == skill.ID }) {
			configured += waiting
		}
		if slices.ContainsFunc(i.overview().Agents, func(a center.AgentView) bool { return a.ID == by.Agent && serving(a, skill.ID) }) {
			signedIn += waiting
		}
		checks = append(checks, i.same(center.SkillWaiting{By: by, Skill: skill.ID}, waiting), i.load(by, skill.ID))
	}
	checks = append(checks, i.same(center.Waiting{By: by}, configured), i.same(center.SignedInWaiting{By: by}, signedIn))
	return firstOf(checks)
}

// load asks for a queue's load and its waiting calls, which must fit together.
func (i *inquiry) load(by center.By, skill center.SkillID) error {
	reply, err := i.put(center.SkillFigures{By: by, Skills: []center.SkillID{skill}})
	if err != nil || reply.Err != nil {
		return fmt.Errorf("load of queue %d: %w, %w", skill, err, reply.Err)
	}
	figures := reply.Value.(center.SkillLoads)
	list, err := i.put(center.WaitingCalls{By: by, Skill: skill})
	if err != nil || list.Err != nil {
		return fmt.Errorf("calls that wait in queue %d: %w, %w", skill, err, list.Err)
	}
	var ids []center.CallID
	longest := time.Duration(0)
	for _, info := range list.Value.([]center.CallInfo) {
		ids = append(ids, info.Call)
		longest = max(longest, info.Waited)
	}
	want := i.waitingIn(skill)
	if diff := cmp.Diff(slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(ids))); diff != "" {
		return fmt.Errorf("calls that wait in queue %d (- seen, + answered):\n%s", skill, diff)
	}
	signed := i.chosen(func(a center.AgentView) bool { return serving(a, skill) })
	idle := i.chosen(func(a center.AgentView) bool {
		return serving(a, skill) && i.watch.sessions[a.ID].state == center.StateIdle
	})
	one := figures.Queues[0]
	if len(figures.Queues) != 1 || one.Waiting != len(want) || one.Longest != longest || one.SignedIn != len(signed) || one.Idle != len(idle) {
		return fmt.Errorf("load of queue %d is %+v; %d wait, for %s at most, %d serve it, %d of them idle", skill, one, len(want), longest, len(signed), len(idle))
	}
	if figures.Waiting != one.Waiting || figures.Longest != one.Longest || figures.SignedIn != one.SignedIn || figures.Idle != one.Idle {
		return fmt.Errorf("the sum of one queue is not that queue: %+v", figures)
	}
	return nil
}

// own asks for the agent's calls.
func (i *inquiry) own(by center.By) error {
	var mine []center.CallID
	for _, c := range i.overview().Calls {
		if slices.Contains(c.Agents, by.Agent) {
			mine = append(mine, c.Call)
		}
	}
	reply, err := i.put(center.CallIDs{By: by})
	mine = append(mine, i.watch.helpsOf(by.Agent)...)
	if err != nil || reply.Err != nil {
		return fmt.Errorf("own calls: %w, %w", err, reply.Err)
	}
	ids, _ := reply.Value.([]center.CallID)
	if diff := cmp.Diff(slices.Sorted(slices.Values(mine)), slices.Sorted(slices.Values(ids))); diff != "" {
		return fmt.Errorf("own calls (- seen, + answered):\n%s", diff)
	}
	return i.held(by)
}

// held asks for the held calls: those of which events say so, but for one that the agent takes back while his phone is being rung for it.
func (i *inquiry) held(by center.By) error {
	const reserved = 3 // his phone is being rung (cec_07_0581, platform states)
	held := slices.Sorted(maps.Keys(i.watch.sessions[by.Agent].held))
	if i.chosen(func(a center.AgentView) bool { return a.ID == by.Agent })[0].CTIStatus == reserved && len(held) > 0 {
		return nil
	}
	if len(held) == 0 {
		return i.refused(center.HeldCalls{By: by}, result.NoneHeld)
	}
	reply, err := i.put(center.HeldCalls{By: by})
	if err != nil || reply.Err != nil {
		return fmt.Errorf("held calls: %w, %w; his events say %v", err, reply.Err, held)
	}
	var answered []center.CallID
	for _, info := range reply.Value.([]center.CallInfo) {
		answered = append(answered, info.Call)
	}
	if diff := cmp.Diff(held, slices.Sorted(slices.Values(answered))); diff != "" {
		return fmt.Errorf("held calls (- by events, + answered):\n%s", diff)
	}
	return nil
}

// day compares the counters of busy and rest with the state records of the session, and the state that goes on.
func (i *inquiry) day(by center.By) error {
	reply, err := i.put(center.Statistics{By: by})
	if err != nil || reply.Err != nil {
		return fmt.Errorf("counters of the day: %w, %w", err, reply.Err)
	}
	got := reply.Value.(center.DayFigures)
	view := i.chosen(func(a center.AgentView) bool { return a.ID == by.Agent })[0]
	midnight := i.now.Truncate(24 * time.Hour)
	states := append(slices.Clone(i.busy[by.Agent]), center.StateRecord{State: center.State(view.Status), From: view.StateSince, To: i.now})
	var want center.DayFigures
	for _, r := range states {
		span := center.Seconds(r.To.Sub(r.From) / time.Second)
		switch {
		case r.To.Before(midnight):
		case r.State == center.StateBusy:
			want.Busy++
			want.BusyTime += span
		case r.State == center.StateRest:
			want.Rests++
			want.RestTime += span
		}
	}
	if got.Busy != want.Busy || got.BusyTime != want.BusyTime || got.Rests != want.Rests || got.RestTime != want.RestTime {
		return fmt.Errorf("counters of the day %+v, by the records %+v", got, want)
	}
	return nil
}
