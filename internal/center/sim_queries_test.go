package center_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// TestSimQueries asks everything that agents can ask, in the middle of random days. What can be known from outside at that moment is compared
// at once, with a model that has never looked inside; what only the records of calls will tell is kept, and compared when all has ended.
func TestSimQueries(t *testing.T) {
	seeds, steps := 12, 1500
	if raceEnabled || testing.Short() {
		seeds = 3
	}
	if *simSeeds > 0 {
		seeds = *simSeeds
	}
	asked, later := 0, 0
	for n := range uint64(seeds) {
		first := *simFirst + n
		i := &inquiry{sim: newSim(999+first, nil)}
		i.outside = newOutside(i.base)
		i.keep = i.take
		if err := i.day(steps); err != nil {
			t.Fatalf("%v\nhere: go test ./internal/center -run 'TestSimQueries$' -sim.first=%d -sim.seeds=1", i.explain(err, steps), first)
		}
		if err := i.borne(); err != nil {
			t.Fatalf("seed %d: %v", 999+first, err)
		}
		asked += i.asked
		later += len(i.later)
	}
	t.Logf("%d questions, %d of the answers compared with the records", asked, later)
	if asked < 5000*seeds || later < 1000*seeds {
		t.Errorf("only %d questions were asked, %d of the answers compared with the records", asked, later)
	}
}

// inquiry asks the questions of one simulation.
type inquiry struct {
	*sim
	*outside
	asked int
	later []remembered
}

// remembered is an answer that the records have to bear out.
type remembered struct {
	at    time.Time
	by    center.AgentID
	holds func() error
}

// day plays steps, asks in between, and brings everything to its end, so that all records are written.
func (i *inquiry) day(steps int) error {
	for step := range steps {
		err := i.step()
		if err == nil && step%11 == 0 {
			err = i.ask()
		}
		if err != nil {
			return err
		}
	}
	return i.rest()
}

// bears keeps the check of an answer until the records are there.
func (i *inquiry) bears(by center.By, holds func() error) {
	i.later = append(i.later, remembered{i.now, by.Agent, holds})
}

// borne compares with the records what was answered, when all of them are written.
func (i *inquiry) borne() error {
	for _, r := range i.legs {
		if r.Maker != r.made && !(r.Answered.IsZero() && (r.Feature == 44 || r.Feature == 45)) { // such a call can be made for him
			return fmt.Errorf("agent %d has asked for the call: %v; its record says %+v", r.Agent, r.made, r.LegRecord)
		}
	}
	for _, check := range i.later {
		if err := check.holds(); err != nil {
			return fmt.Errorf("asked at +%s by agent %d: %w", check.at.Sub(scriptStart), check.by, err)
		}
	}
	return nil
}

// put asks one question. The answer must not change anything; only SyncInfo throws away what has not been delivered.
func (i *inquiry) put(cmd center.Command) (center.Reply, error) {
	i.asked++
	note := i.note
	i.note = nil // a failure shows what happened, not what was asked
	reply, effects, err := i.do(cmd)
	i.note = note
	if _, sync := cmd.(center.SyncInfo); sync && reply.Err == nil && len(effects) == 1 {
		if _, clears := effects[0].(center.ClearEvents); clears {
			effects = nil
		}
	}
	if err == nil && len(effects) > 0 {
		err = fmt.Errorf("%T has effects: %T", cmd, effects[0])
	}
	return reply, err
}

// ask puts all questions as each agent who is signed in, at a moment at which nothing else happens: what begins or ends then in the records
// has done so before or after all of them.
func (i *inquiry) ask() error {
	i.now = i.now.Add(time.Millisecond)
	if err := i.send(center.Tick{}); err != nil {
		return err
	}
	i.now = i.now.Add(time.Nanosecond)
	if due, ok := i.center.NextDeadline(); ok && !due.After(i.now) {
		return nil // something is due again; another time
	}
	for _, id := range slices.Sorted(maps.Keys(i.sessions)) {
		by := center.By{Agent: id, Token: i.desk(id).now}
		for _, question := range []func(center.By) error{i.people, i.groups, i.numbers, i.queues, i.own, i.others, i.counters} {
			if err := question(by); err != nil {
				return fmt.Errorf("asked by agent %d: %w", id, err)
			}
		}
	}
	i.now = i.now.Add(time.Millisecond)
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
	if diff := gocmp.Diff(want, reply.Value); diff != "" {
		return fmt.Errorf("%T (- known from outside, + answered):\n%s", cmd, diff)
	}
	return nil
}

// refused puts a question that must be refused.
func (i *inquiry) refused(cmd center.Command, code result.Code) error {
	reply, err := i.put(cmd)
	if err == nil && (reply.Err == nil || reply.Err.Code != code) {
		err = fmt.Errorf("%T is answered with %v, not with %s", cmd, reply.Err, code)
	}
	return err
}

// sameOr is same, or refused with none for an empty list.
func sameOr[T any](i *inquiry, cmd center.Command, want []T, none result.Code) error {
	if len(want) == 0 {
		return i.refused(cmd, none)
	}
	return i.same(cmd, want)
}

// given puts a question that must be answered.
func given[T any](i *inquiry, cmd center.Command) (T, error) {
	var none T
	reply, err := i.put(cmd)
	if err != nil {
		return none, err
	}
	if reply.Err != nil {
		return none, fmt.Errorf("%T is refused: %w", cmd, reply.Err)
	}
	value, ok := reply.Value.(T)
	if !ok {
		return none, fmt.Errorf("%T is answered with a %T", cmd, reply.Value)
	}
	return value, nil
}

func firstOf(errs ...error) error { return cmp.Or(errs...) }

// chosen are the agents that are wanted, by number, as the model sees them.
func (i *inquiry) chosen(wanted func(center.AgentView) bool) []center.AgentView {
	list := []center.AgentView{}
	for _, a := range i.outside.cfg.Agents {
		if v := i.view(a.ID); wanted(v) {
			list = append(list, v)
		}
	}
	slices.SortFunc(list, func(x, y center.AgentView) int { return int(x.ID - y.ID) })
	return list
}

func (i *inquiry) rights(id center.AgentID) center.Rights {
	for _, r := range i.outside.cfg.Roles {
		if r.ID == i.account(id).Role {
			return r.Rights
		}
	}
	return 0
}

func everybody(center.AgentView) bool { return true }

func serving(a center.AgentView, skill center.SkillID) bool {
	return slices.ContainsFunc(a.Skills, func(s center.SkillInfo) bool { return s.ID == skill })
}

// people asks who is there.
func (i *inquiry) people(by center.By) error {
	all := i.chosen(everybody)
	checks := []error{
		i.same(center.AllAgents{By: by}, all),
		i.same(center.OnlineAgents{By: by}, i.chosen(func(a center.AgentView) bool { return len(a.Skills) > 0 })),
		i.same(center.IsInspector{By: by}, i.rights(by.Agent).Inspector()),
		i.same(center.MayPickUp{By: by}, i.rights(by.Agent).Has(center.RightPickUp)),
		i.refused(center.AgentByNumber{By: by, Of: 998}, result.NoSuchAgent),
	}
	for _, a := range all {
		var configured []center.SkillID
		for _, s := range i.account(a.ID).Skills {
			configured = append(configured, s.Skill)
		}
		checks = append(checks,
			i.same(center.AgentByNumber{By: by, Of: a.ID}, a),
			sameOr(i, center.SignedInSkills{By: by, Of: a.ID}, a.Skills, result.NoSkillOnAgent),
			i.same(center.ConfiguredSkills{By: by, Of: a.ID}, i.infos(configured)),
			i.mayHear(by, a.ID),
		)
	}
	for _, skill := range i.outside.cfg.Skills {
		checks = append(checks, i.servers(by, skill.ID))
	}
	return firstOf(checks...)
}

// servers asks who serves a queue: those whose role takes calls from queues, and who have not given them up.
func (i *inquiry) servers(by center.By, skill center.SkillID) error {
	cmd := center.SkillAgents{By: by, Skills: []center.SkillID{skill}}
	if i.rights(by.Agent).Has(center.RightNoInbound) {
		return i.refused(cmd, result.AgentQueryRefused)
	}
	return i.same(cmd, i.chosen(func(a center.AgentView) bool {
		return serving(a, skill) && !i.model.noCalls[a.ID] && !i.rights(a.ID).Has(center.RightNoInbound)
	}))
}

// joined tells whether the relations let one agent inspect another: all may, where there are none.
func (i *inquiry) joined(inspector, target center.AgentID) bool {
	relations := i.outside.cfg.Inspection.Relations
	return len(relations) == 0 || slices.ContainsFunc(relations, func(r center.QCRelation) bool {
		return r.Inspectors == i.account(inspector).Group && slices.Contains(r.Agents, i.account(target).Group)
	})
}

// mayHear asks for the right to hear another's recordings.
func (i *inquiry) mayHear(by center.By, of center.AgentID) error {
	cmd := center.MayHear{By: by, Owner: of}
	if of == by.Agent || i.rights(by.Agent).Has(center.RightInspectRecordings) && i.joined(by.Agent, of) {
		reply, err := i.put(cmd)
		if err == nil && reply.Err != nil {
			err = fmt.Errorf("%T of agent %d is refused: %w", cmd, of, reply.Err)
		}
		return err
	}
	return i.refused(cmd, result.NoRecordRight)
}

// groups asks for the work groups.
func (i *inquiry) groups(by center.By) error {
	var groups []center.GroupView
	checks := []error{i.refused(center.GroupAgents{By: by, Group: 77}, result.NoSuchGroup)}
	for _, g := range i.outside.cfg.Groups {
		v := center.GroupView{ID: g.ID, Name: g.Name, Leader: g.Leader}
		if leader := i.account(g.Leader); leader != nil {
			v.LeaderName = leader.Name
		}
		groups = append(groups, v)
		checks = append(checks, i.same(center.GroupAgents{By: by, Group: g.ID}, i.chosen(func(a center.AgentView) bool { return a.Group == g.ID })))
	}
	checks = append(checks, sameOr(i, center.WorkGroups{By: by}, groups, result.NoSuchGroup))
	for _, a := range i.outside.cfg.Agents {
		cmd := center.WorkGroupOf{By: by, Of: a.ID}
		at := slices.IndexFunc(groups, func(g center.GroupView) bool { return g.ID == a.Group })
		if at < 0 {
			checks = append(checks, i.refused(cmd, result.NoSuchGroup))
			continue
		}
		checks = append(checks, i.same(cmd, groups[at]))
	}
	return firstOf(checks...)
}

// numbers asks for the queues and access codes of the VCC.
func (i *inquiry) numbers(by center.By) error {
	var skills []center.SkillID
	for _, s := range i.outside.cfg.Skills {
		skills = append(skills, s.ID)
	}
	var all, flows []center.AccessView
	for n, a := range i.outside.cfg.AccessCodes {
		v := center.AccessView{Number: n + 1, Code: a.Code, LeadsTo: a.Flow, VCC: i.outside.cfg.ID}
		if s, ok := i.skill(a.Skill); ok && a.Flow == "" {
			v.LeadsTo = s.Name
		}
		all = append(all, v)
		if a.Flow != "" {
			flows = append(flows, v)
		}
	}
	return firstOf(
		sameOr(i, center.VCCSkills{By: by}, i.infos(skills), result.NoSkillQueue),
		sameOr(i, center.SkillsOfVCC{By: by, VCC: i.outside.cfg.ID}, i.infos(skills), result.NoSkillOnVCC),
		i.refused(center.SkillsOfVCC{By: by, VCC: i.outside.cfg.ID + 1}, result.NoSkillOnVCC),
		sameOr(i, center.AccessNumbers{By: by}, all, result.NoAccessCode),
		sameOr(i, center.FlowNumbers{By: by}, flows, result.NoFlow),
		i.same(center.RestCauses{By: by}, i.outside.cfg.RestCauses),
	)
}

// queues asks for loads. Who waits is borne out by the records of stays.
func (i *inquiry) queues(by center.By) error {
	var configured []center.SkillID
	for _, s := range i.account(by.Agent).Skills {
		configured = append(configured, s.Skill)
	}
	checks := []error{
		i.counted(center.Waiting{By: by}, by, configured), i.counted(center.SignedInWaiting{By: by}, by, i.sessions[by.Agent].skills),
		i.refused(center.SkillWaiting{By: by, Skill: 99}, result.BadArgument), i.refused(center.WaitingCalls{By: by, Skill: 99}, result.BadArgument),
		i.refused(center.SkillFigures{By: by, Skills: []center.SkillID{99}}, result.BadSkillQuery),
		i.refused(center.SkillFigures{By: by, VCC: i.outside.cfg.ID + 1}, result.NoSkillOnVCC),
	}
	var all []center.SkillID
	for _, skill := range i.outside.cfg.Skills {
		all = append(all, skill.ID)
		checks = append(checks, i.counted(center.SkillWaiting{By: by, Skill: skill.ID}, by, []center.SkillID{skill.ID}), i.waitingCalls(by, skill.ID))
	}
	checks = append(checks, i.loads(by, nil, all), i.loads(by, all[len(all)-1:], all[len(all)-1:]), i.loads(by, append(all, all[0]), all))
	return firstOf(checks...)
}

// counted asks how many wait in queues.
func (i *inquiry) counted(cmd center.Command, by center.By, skills []center.SkillID) error {
	n, err := given[int](i, cmd)
	if err != nil {
		return err
	}
	at, skills := i.now, slices.Clone(skills)
	i.bears(by, func() error {
		want := 0
		for _, s := range skills {
			want += len(i.waitedIn(s, at))
		}
		if n != want {
			return fmt.Errorf("%T is answered with %d, by the records %d waited in %v", cmd, n, want, skills)
		}
		return nil
	})
	return nil
}

// loads asks for the load of queues, named asking and shown.
func (i *inquiry) loads(by center.By, named, shown []center.SkillID) error {
	got, err := given[center.SkillLoads](i, center.SkillFigures{By: by, Skills: named})
	if err != nil {
		return err
	}
	want := center.SkillLoads{VCC: i.outside.cfg.ID}
	for n, id := range shown {
		skill, _ := i.skill(id)
		load := center.SkillLoad{Skill: id, Name: skill.Name, Capacity: skill.MaxWaiting, Code: i.lowestCode(id)}
		load.SignedIn = len(i.chosen(func(a center.AgentView) bool { return serving(a, id) }))
		load.Idle = len(i.chosen(func(a center.AgentView) bool { return serving(a, id) && a.Status == int(center.StateIdle) }))
		if n < len(got.Queues) { // known later
			load.Waiting, load.Longest = got.Queues[n].Waiting, got.Queues[n].Longest
		}
		want.Waiting += load.Waiting
		want.Longest = max(want.Longest, load.Longest)
		want.Queues = append(want.Queues, load)
	}
	serves := func(a center.AgentView) bool {
		return slices.ContainsFunc(shown, func(id center.SkillID) bool { return serving(a, id) })
	}
	want.SignedIn = len(i.chosen(serves))
	want.Idle = len(i.chosen(func(a center.AgentView) bool { return serves(a) && a.Status == int(center.StateIdle) }))
	if diff := gocmp.Diff(want, got); diff != "" {
		return fmt.Errorf("load of queues %v (- known from outside, + answered):\n%s", shown, diff)
	}
	at := i.now
	for _, q := range got.Queues {
		i.bears(by, func() error { return i.loadBorne(q, at) })
	}
	return nil
}

func (i *inquiry) lowestCode(skill center.SkillID) string {
	lowest := ""
	for _, a := range i.outside.cfg.AccessCodes {
		if a.Flow == "" && a.Skill == skill && (lowest == "" || a.Code < lowest) {
			lowest = a.Code
		}
	}
	return lowest
}

// waitingCalls asks who waits in a queue.
func (i *inquiry) waitingCalls(by center.By, skill center.SkillID) error {
	list, err := given[[]center.CallInfo](i, center.WaitingCalls{By: by, Skill: skill})
	if err != nil {
		return err
	}
	at := i.now
	i.bears(by, func() error { return i.waitingBorne(list, skill, at) })
	for _, info := range list {
		if err := i.info(by, 0, info); err != nil {
			return err
		}
		if info.Skill != skill {
			return fmt.Errorf("waits in queue %d: %+v", skill, info)
		}
	}
	return nil
}

// own asks for the agent's calls.
func (i *inquiry) own(by center.By) error {
	d := i.sessions[by.Agent]
	ids, err := given[[]center.CallID](i, center.CallIDs{By: by})
	if err != nil {
		return err
	}
	if ids, err = i.withoutHelps(by.Agent, ids); err != nil {
		return err
	}
	at := i.now
	i.bears(by, func() error { return i.callsBorne(by.Agent, ids, at) })
	status, err := given[center.AgentStatus](i, center.Status{By: by})
	if err != nil {
		return err
	}
	if status.State != int(d.state) || status.Working != (len(ids) > 0) && (d.state != center.StateTalking || !status.Working) {
		return fmt.Errorf("state %+v with calls %v, by his events he is %s", status, ids, d.state)
	}
	return firstOf(i.held(by, by.Agent), i.current(by, ids), i.offered(by), i.custom(by), i.sync(by, ids))
}

// withoutHelps takes the three-party helps, which are no calls of their own, out of the calls of who asked for them.
func (i *inquiry) withoutHelps(of center.AgentID, ids []center.CallID) ([]center.CallID, error) {
	for _, help := range i.watch.helpsOf(of) {
		if !slices.Contains(ids, help) {
			return nil, fmt.Errorf("calls %v of agent %d lack the help %s", ids, of, help)
		}
		ids = slices.DeleteFunc(ids, func(id center.CallID) bool { return id == help })
	}
	return ids, nil
}

// holding are the calls that an agent holds, in the order of holding: without one that his phone is rung for to take it back.
func (d *outsideDesk) holding() []center.CallID {
	return slices.DeleteFunc(slices.Clone(d.held), func(id center.CallID) bool { return id == d.retrieving })
}

// held asks for the held calls of an agent.
func (i *inquiry) held(by center.By, of center.AgentID) error {
	held := i.sessions[of].holding()
	if len(held) == 0 {
		return i.refused(center.HeldCalls{By: by, Of: of}, result.NoneHeld)
	}
	list, err := given[[]center.CallInfo](i, center.HeldCalls{By: by, Of: of})
	if err != nil {
		return err
	}
	var ids []center.CallID
	for _, info := range list {
		ids = append(ids, info.Call)
		if err := i.info(by, of, info); err != nil {
			return err
		}
	}
	if diff := gocmp.Diff(held, ids); diff != "" {
		return fmt.Errorf("held calls of agent %d (- by events, + answered):\n%s", of, diff)
	}
	return nil
}

// current asks for the present call: the one of his calls that he does not hold, else the one held last.
func (i *inquiry) current(by center.By, ids []center.CallID) error {
	info, err := given[*center.CallInfo](i, center.CurrentCall{By: by})
	if err != nil {
		return err
	}
	held := i.sessions[by.Agent].holding()
	want := slices.DeleteFunc(slices.Clone(ids), func(id center.CallID) bool { return slices.Contains(held, id) })
	want = append(want, lastOf(held)...)
	if len(want) == 0 || info == nil {
		if len(want) > 0 || info != nil {
			return fmt.Errorf("the present call is %+v, his calls are %v", info, ids)
		}
		return nil
	}
	if info.Call != want[0] {
		return fmt.Errorf("the present call is %s, his calls are %v, held %v", info.Call, ids, held)
	}
	for _, id := range ids {
		named, err := given[*center.CallInfo](i, center.CallByID{By: by, Call: id})
		if err != nil {
			return err
		}
		if diff := gocmp.Diff(info, named); diff != "" && id == info.Call || named.Call != id {
			return fmt.Errorf("the present call, asked for by its name %s:\n%s", id, diff)
		}
		if err := firstOf(i.info(by, by.Agent, *named), i.same(center.CallData{By: by, Call: id}, named.Data)); err != nil {
			return err
		}
	}
	return i.refused(center.CallByID{By: by, Call: "1700000000-99999999"}, result.NoSuchCall)
}

func lastOf(ids []center.CallID) []center.CallID {
	if len(ids) == 0 {
		return nil
	}
	return ids[len(ids)-1:]
}

// offered asks for the call that is offered.
func (i *inquiry) offered(by center.By) error {
	info, err := given[*center.CallInfo](i, center.OfferedCall{By: by})
	if err != nil {
		return err
	}
	d := i.sessions[by.Agent]
	switch {
	case info == nil && d.hand == handRinging:
		return fmt.Errorf("he is asked to answer, and no call is offered")
	case info == nil:
		return nil
	case d.hand != handRinging && d.hand != handReserved:
		return fmt.Errorf("call %s is offered, and by his events nothing rings", info.Call)
	}
	at := i.now
	i.bears(by, func() error { return i.offerBorne(by.Agent, info.Call, at) })
	return i.info(by, by.Agent, *info)
}

// custom reads the number that he has attached to himself.
func (i *inquiry) custom(by center.By) error {
	return i.same(center.CustomState{By: by}, i.sessions[by.Agent].custom)
}

// sync asks for what a reloaded desktop needs.
func (i *inquiry) sync(by center.By, ids []center.CallID) error {
	info, err := given[center.AgentInfo](i, center.SyncInfo{By: by})
	if err != nil {
		return err
	}
	d := i.sessions[by.Agent]
	held := d.holding()
	want := center.AgentInfo{Agent: by.Agent, StateSince: d.since, Now: i.now, SignInMode: d.signIn.SignInMode}
	if len(held) < len(ids) {
		want.CurrentCall = ids[0]
	}
	if len(held) > 0 {
		want.HeldCall = held[len(held)-1]
	}
	got := center.AgentInfo{Agent: info.Agent, StateSince: info.StateSince, Now: info.Now, SignInMode: info.SignInMode, CurrentCall: info.CurrentCall, HeldCall: info.HeldCall}
	if diff := gocmp.Diff(want, got); diff != "" {
		return fmt.Errorf("synchronisation (- known from outside, + answered):\n%s", diff)
	}
	if info.PreRest != (d.restWish > 0) {
		return fmt.Errorf("a rest is wished for: %v, by what he asked for: %v", info.PreRest, d.restWish > 0)
	}
	if (info.Call == nil) != (len(ids) == 0) || info.Call != nil && info.Call.Call != cmp.Or(want.CurrentCall, want.HeldCall) {
		return fmt.Errorf("synchronisation shows the call %+v, his calls are %v", info.Call, ids)
	}
	return nil
}

// info checks what is told of a call. of is the agent who is in it; 0 = it waits.
func (i *inquiry) info(by center.By, of center.AgentID, info center.CallInfo) error {
	if skill, _ := i.skill(info.Skill); info.SkillName != skill.Name || info.Original != info.Called || !info.End.IsZero() {
		return fmt.Errorf("call %+v has queue %q", info, skill.Name)
	}
	at := i.now
	i.bears(by, func() error { return i.infoBorne(of, info, at) })
	return nil
}

// others asks for the calls of the others. Only who has a right to watch may.
func (i *inquiry) others(by center.By) error {
	rights := i.rights(by.Agent)
	may := rights.Has(center.RightMonitor) || rights.Has(center.RightListen) || rights.Has(center.RightForceState)
	for _, a := range i.chosen(everybody) {
		if a.ID == by.Agent {
			continue
		}
		if !may || i.sessions[a.ID] == nil {
			if err := firstOf(i.refused(center.CallIDs{By: by, Of: a.ID}, result.AgentQueryRefused), i.refused(center.HeldCalls{By: by, Of: a.ID}, result.AgentQueryRefused)); err != nil {
				return err
			}
			continue
		}
		ids, err := given[[]center.CallID](i, center.CallIDs{By: by, Of: a.ID})
		if err != nil {
			return err
		}
		if ids, err = i.withoutHelps(a.ID, ids); err != nil {
			return err
		}
		at := i.now
		i.bears(by, func() error { return i.callsBorne(a.ID, ids, at) })
		if err := i.held(by, a.ID); err != nil {
			return err
		}
	}
	return nil
}

// counters asks for the counters of the day: all are known from outside but for the talk that goes on, and what became of calls that were
// led away.
func (i *inquiry) counters(by center.By) error {
	got, err := given[center.DayFigures](i, center.Statistics{By: by})
	if err != nil {
		return err
	}
	d := i.sessions[by.Agent]
	want := *d.today(i.now)
	d.adds(&want, center.StateRecord{State: d.state, From: d.since, To: i.now})
	want.Talk, want.Redirected = got.Talk, got.Redirected
	if diff := gocmp.Diff(want, got); diff != "" {
		return fmt.Errorf("counters of the day (- known from outside, + answered):\n%s", diff)
	}
	at, since := i.now, d.began
	i.bears(by, func() error {
		return firstOf(i.talkBorne(by.Agent, since, got.Talk, at), i.redirectedBorne(by.Agent, since, got.Redirected, at))
	})
	return nil
}
