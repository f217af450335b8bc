package center_test

import (
	"fmt"
	"slices"
	"time"

	"ccgateway/internal/center"
)

// world is a center together with what is known of it from outside. All commands go through do, which checks every reply and
// every effect.
type world struct {
	center      *center.Center
	now         time.Time
	watch       *watch
	ref         *reference // nil = contents of events are not checked
	seen        map[string]int
	sight       sight
	late        bool                             // something was due before the last command
	allowed     map[center.CallID]string         // numbers that an agent with the right has called
	maker       map[center.CallID]center.AgentID // who has called out
	out         []wentOut                        // of the last minute, or still there
	rated       time.Time                        // since when the rates of calls out are counted
	dueRules    *center.Numbering                // what was due before a Configure went by these; nil = nothing was, or it is no Configure
	rates       bool                             // calls of a minute are bounded by the last configuration
	forwarded   bool                             // some agent has forwarded his phone
	forwardedTo []string                         // before the last command, by agents who may
	cfg         center.Config                    // the last one given
	model       model
	apart       map[center.CallID]bool // calls in which an outside party talks with the agent alone
	named       map[center.CallID]bool // calls that agents have handed on or taken by name: they stand outside of the queues' order
	note        func(memory)           // nil, or gets everything that is done
}

// sight is what is seen of the center from above. To look costs more than most commands.
type sight struct {
	now    center.Overview
	fresh  bool             // now is of after the last command
	before *center.Overview // of right before the last command; nil = nobody looked
	at     time.Time        // of the last command: to look later would let happen what was due since
	sparse int              // how many commands there are for two looks that check; 0 = each is looked at
	looks  int
}

// due tells whether the center is to be looked at after this command: if not after each, then after two that follow each other,
// since some rules are of what changed between two looks.
func (s *sight) due() bool {
	s.looks++
	return s.sparse == 0 || s.looks%s.sparse < 2
}

// model is what has to be known, beside what can be seen, to say which agents must be given a waiting caller.
type model struct {
	roles      map[int]center.Rights
	agents     map[center.AgentID]center.Agent
	skills     map[center.SkillID]center.Skill
	numbering  center.Numbering
	inspection center.Inspection
	noCalls    map[center.AgentID]bool // SetTalkRight off
	change     map[center.AgentID]bool // has to change his password first
	draining   bool
}

func newWorld(start time.Time, cfg center.Config, ref *reference) *world {
	w := &world{center: center.New(start, cfg), now: start, sight: sight{at: start}, watch: newWatch(start), ref: ref, seen: make(map[string]int), cfg: cfg,
		allowed: make(map[center.CallID]string), maker: make(map[center.CallID]center.AgentID), named: make(map[center.CallID]bool), apart: make(map[center.CallID]bool)}
	w.model.configure(cfg)
	w.watch.rule, w.watch.dueRule = cfg.Recording, cfg.Recording
	w.model.noCalls = make(map[center.AgentID]bool)
	w.model.change = make(map[center.AgentID]bool)
	return w
}

func (m *model) configure(cfg center.Config) {
	m.roles = make(map[int]center.Rights)
	m.agents = make(map[center.AgentID]center.Agent)
	m.skills = make(map[center.SkillID]center.Skill)
	m.numbering = cfg.Numbering
	m.inspection = cfg.Inspection
	for _, r := range cfg.Roles {
		m.roles[r.ID] = r.Rights
	}
	for _, a := range cfg.Agents {
		m.agents[a.ID] = a
	}
	for _, s := range cfg.Skills {
		m.skills[s.ID] = s
	}
}

// learn takes from a command that succeeded what cannot be seen otherwise.
func (m *model) learn(cmd center.Command, reply center.Reply) {
	switch c := cmd.(type) {
	case center.SignIn:
		delete(m.noCalls, c.Agent)
		m.change[c.Agent] = reply.Value.(center.SignedIn).ForceChange
	case center.PasswordChanged:
		m.change[c.Agent] = false
	case center.SetTalkRight:
		m.noCalls[c.Agent] = !c.On
	case center.Configure:
		m.configure(c.Config)
	case center.Drain:
		m.draining = true
	case center.Restarted:
		m.draining = false
	}
}

// serves tells whether an idle agent must be offered the callers of his queues: he may, and has a phone.
func (m *model) serves(a center.AgentView) bool { return a.Phone != "" && m.mayServe(a.ID) }

// mayServe tells whether an agent may be offered callers. One who has no phone bound may have forwarded his calls.
func (m *model) mayServe(id center.AgentID) bool {
	known, ok := m.agents[id]
	return ok && !m.noCalls[id] && !m.change[id] && !m.draining && !m.roles[known.Role].Has(center.RightNoInbound)
}

// memory is one command with its outcome.
type memory struct {
	now     time.Time
	cmd     center.Command
	reply   center.Reply
	effects []center.Effect
}

// do applies a command and checks everything that can be checked. An error is a broken invariant.
func (w *world) do(cmd center.Command) (center.Reply, []center.Effect, error) {
	var called []center.CallView
	if namesCall(cmd) {
		called = w.overview().Calls
	}
	w.sight.before = nil
	if w.sight.fresh {
		before := w.sight.now
		w.sight.before = &before
	}
	w.sight.at, w.sight.fresh = w.now, false
	w.forwardedTo = w.forwards() // a phone may be rung and its agent be signed out by one and the same command
	due, late := w.center.NextDeadline()
	late = late && !due.After(w.now)
	w.late = late
	reply, effects := w.center.Do(w.now, cmd)
	if w.note != nil {
		w.note(memory{w.now, cmd, reply, effects})
	}
	if w.dueRules = nil; late {
		if _, ok := cmd.(center.Configure); ok {
			rules := w.model.numbering
			w.dueRules = &rules
		}
	}
	if reply.Err == nil {
		w.model.learn(cmd, reply)
		w.nameCall(cmd, called)
	}
	if _, ok := cmd.(center.SetForwarding); ok {
		w.forwarded = true
	}
	w.watch.dueRule, w.watch.rule = w.watch.rule, w.rules(cmd)
	if !late {
		w.watch.dueRule = w.watch.rule
	}
	if c, ok := cmd.(center.Configure); ok && len(c.Config.Agents) > 0 {
		w.cfg = c.Config
	}
	if err := w.watch.saw(w.now, late, cmd, reply, effects); err != nil {
		return reply, effects, err
	}
	if err := w.toll(cmd, reply, effects); err != nil {
		return reply, effects, err
	}
	if err := w.contents(effects); err != nil {
		return reply, effects, err
	}
	if due, ok := w.center.NextDeadline(); ok && !due.After(w.now) {
		if _, tick := cmd.(center.Tick); tick {
			return reply, effects, fmt.Errorf("after a tick at %s something is still due at %s", w.now, due)
		}
	}
	return reply, effects, nil
}

// rules says by which rule talks are recorded from the command on.
func (w *world) rules(cmd center.Command) center.Recording {
	if c, ok := cmd.(center.Configure); ok {
		return c.Config.Recording
	}
	return w.watch.rule
}

// namesCall tells whether nameCall has to know the calls of before a command.
func namesCall(cmd center.Command) bool {
	switch cmd.(type) {
	case center.Transfer, center.InnerHelp, center.ConfJoin, center.ConnectHeld, center.SnatchPickup:
		return true
	}
	return false
}

// nameCall notes the call that an agent hands on or takes by its name. calls are those of before the command.
func (w *world) nameCall(cmd center.Command, calls []center.CallView) {
	present := func(id center.AgentID) {
		if s := w.watch.sessions[id]; s != nil {
			w.named[s.present] = true
			w.named[s.offered] = true
		}
		for _, c := range calls {
			if slices.Contains(c.Agents, id) {
				w.named[c.Call] = true
			}
		}
	}
	switch c := cmd.(type) {
	case center.Transfer:
		present(c.Agent)
		if s := w.watch.sessions[c.Agent]; s != nil {
			w.apart[s.present] = c.Mode == center.TransferTalk
		}
	case center.InnerHelp:
		present(c.Agent)
		for _, before := range calls {
			if slices.Contains(before.Agents, c.Agent) && len(before.Legs) <= 2 { // an outside party who was there is gone
				delete(w.apart, before.Call)
			}
		}
	case center.ConfJoin:
		present(c.Agent)
	case center.ConnectHeld:
		present(c.Agent)
	case center.SnatchPickup:
		present(c.Of)
	case center.RequestWaiting:
		w.named[c.Call] = true
	}
}

// contents checks events against the reference: in scripts all, in a simulation each kind of event at first always, then
// every 61st time.
func (w *world) contents(effects []center.Effect) error {
	if w.ref == nil {
		return nil
	}
	for _, e := range effects {
		ev, ok := e.(center.Event)
		if !ok {
			continue
		}
		w.seen[ev.Type]++
		if n := w.seen[ev.Type]; n > 200 && n%61 != 0 {
			continue
		}
		if err := w.ref.check(ev.Type, ev.Content); err != nil {
			return err
		}
	}
	return nil
}

// overview is what is seen of the center now.
func (w *world) overview() center.Overview {
	if !w.sight.fresh {
		reply, effects := w.center.Do(w.sight.at, center.Look{})
		o, ok := reply.Value.(center.Overview)
		if reply.Err != nil || len(effects) > 0 || !ok {
			panic(fmt.Sprintf("a look gives a %T, %v and effects %v", reply.Value, reply.Err, effects))
		}
		w.sight.now, w.sight.fresh = o, true
	}
	return w.sight.now
}

// look compares the center's overview with what was seen of it and with that of before the last command.
func (w *world) look() error {
	if !w.sight.due() {
		return nil
	}
	w.sight.at, w.sight.fresh = w.now, false
	o := w.overview()
	for _, check := range []func(center.Overview) error{w.agentsAgree, w.callsAgree, w.queuesAgree, w.nobodyWaitsInVain, w.nobodyIsStuck, w.inspectionsAgree, w.everybodyHears} {
		if err := check(o); err != nil {
			return err
		}
	}
	if err := w.explained(o); err != nil {
		return err
	}
	// What was due came first, under the rules and rights of before; a caller may have been offered and given back since.
	if w.late || w.sight.before == nil {
		return nil
	}
	if err := servedInOrder(*w.sight.before, o, w.named); err != nil {
		return err
	}
	return w.chosenWell(*w.sight.before, o)
}

// agentsAgree compares the agents' states with the events that told them.
func (w *world) agentsAgree(o center.Overview) error {
	if o.Sessions != len(w.watch.sessions) {
		return fmt.Errorf("%d sessions, seen are %d", o.Sessions, len(w.watch.sessions))
	}
	if !slices.IsSortedFunc(o.Agents, func(a, b center.AgentView) int { return int(a.ID - b.ID) }) {
		return fmt.Errorf("the agents of an overview are not in the order of their numbers")
	}
	for _, a := range o.Agents {
		s := w.watch.sessions[a.ID]
		if s == nil {
			if a.Status != int(center.StateSignedOut) || !a.SignedIn.IsZero() {
				return fmt.Errorf("agent %d has state %d and no session", a.ID, a.Status)
			}
			continue
		}
		if a.Status != int(s.state) {
			return fmt.Errorf("agent %d is in state %d, his events say %s", a.ID, a.Status, s.state)
		}
		if !a.SignedIn.Equal(s.began) || a.StateSince.Before(s.began) || a.StateSince.After(w.now) {
			return fmt.Errorf("agent %d: wrong times in %+v", a.ID, a)
		}
		if s.state != center.StateTalking && (s.present != "" || s.offered != "" || len(s.held) > 0) {
			return fmt.Errorf("agent %d is %s and has calls: present %q, offered %q, held %v", a.ID, s.state, s.present, s.offered, s.held)
		}
	}
	return nil
}

// callsAgree checks that every leg is in exactly one call, and no agent in two talks.
func (w *world) callsAgree(o center.Overview) error {
	at := make(map[center.LegID]center.CallView)
	talks := make(map[center.AgentID]center.CallID)
	for _, c := range o.Calls {
		if w.watch.calls[c.Call] == nil {
			// A caller who only waits has brought about nothing that names the call.
			if err := w.watch.mention(c.Call); err != nil {
				return err
			}
		}
		for _, leg := range c.Legs {
			if w.watch.legs[leg] == nil {
				return fmt.Errorf("call %s has leg %s, which is not there (any more)", c.Call, leg)
			}
			// An agent has one phone for the present call and for those that he holds.
			if other, double := at[leg]; double && (w.watch.legs[leg].arrived || c.State != center.CallOnHold && other.State != center.CallOnHold && !w.heldBy(leg, c.Call, other.Call)) {
				return fmt.Errorf("leg %s is in calls %s and %s", leg, other.Call, c.Call)
			}
			at[leg] = c
		}
		if c.State != center.CallTalking {
			continue
		}
		for _, agent := range c.Agents {
			if other, double := talks[agent]; double {
				return fmt.Errorf("agent %d is in two talks: %s and %s", agent, other, c.Call)
			}
			talks[agent] = c.Call
		}
	}
	for id := range w.watch.calls {
		if !slices.ContainsFunc(o.Calls, func(c center.CallView) bool { return c.Call == id }) {
			return fmt.Errorf("call %s has no record and is not in the overview", id)
		}
	}
	return w.legsAgree(at)
}

// heldBy tells whether a leg is the phone of an agent who holds one of the calls.
func (w *world) heldBy(leg center.LegID, calls ...center.CallID) bool {
	for _, s := range w.watch.sessions {
		if w.watch.hisPhone(s, w.watch.legs[leg]) && slices.ContainsFunc(calls, func(id center.CallID) bool { return s.held[id] }) {
			return true
		}
	}
	return false
}

// legsAgree checks that no leg is lost: it is in a call, or it is the open line of a signed-in agent.
func (w *world) legsAgree(at map[center.LegID]center.CallView) error {
	for id, leg := range w.watch.legs {
		if _, ok := at[id]; ok {
			continue
		}
		if leg.call == "" && !leg.arrived && !leg.answered { // it rings for a recording to be played
			continue
		}
		if leg.arrived || !leg.answered {
			return fmt.Errorf("leg %s is in no call: %+v", id, leg)
		}
		if !w.openLine(leg) {
			return fmt.Errorf("leg %s is in no call, and is no signed-in agent's open line: %+v", id, leg)
		}
	}
	return nil
}

func (w *world) openLine(leg *legSeen) bool {
	for _, s := range w.watch.sessions {
		if w.watch.hisPhone(s, leg) {
			return true
		}
	}
	return false
}

// queuesAgree compares the queues' counts with calls and agents.
func (w *world) queuesAgree(o center.Overview) error {
	waiting := make(map[center.SkillID]int)
	for _, c := range o.Calls {
		if c.State == center.CallWaiting {
			waiting[c.Skill]++
		}
	}
	for _, q := range o.Queues {
		signed, idle := 0, 0
		for _, a := range o.Agents {
			if slices.ContainsFunc(a.Skills, func(s center.SkillInfo) bool { return s.ID == q.Skill }) {
				signed++
				if a.Status == int(center.StateIdle) {
					idle++
				}
			}
		}
		if q.Waiting != waiting[q.Skill] {
			return fmt.Errorf("queue %d says that %d wait, its calls are %d", q.Skill, q.Waiting, waiting[q.Skill])
		}
		if q.SignedIn != signed || q.Idle != idle {
			return fmt.Errorf("queue %d says %d signed in and %d idle, its agents are %d and %d", q.Skill, q.SignedIn, q.Idle, signed, idle)
		}
	}
	return nil
}

// nobodyWaitsInVain checks that no caller waits while an agent is free for him.
func (w *world) nobodyWaitsInVain(o center.Overview) error {
	for _, q := range o.Queues {
		if q.Waiting == 0 {
			continue
		}
		for _, a := range o.Agents {
			if a.Status == int(center.StateIdle) && w.model.serves(a) && !engaged(o, a.ID) &&
				slices.ContainsFunc(a.Skills, func(s center.SkillInfo) bool { return s.ID == q.Skill }) {
				return fmt.Errorf("%d wait in queue %d, and agent %d is idle", q.Waiting, q.Skill, a.ID)
			}
		}
	}
	return nil
}

// engaged tells whether an agent is in a call: while his own phone is rung for a call that he makes he is still idle.
func engaged(o center.Overview, id center.AgentID) bool {
	return slices.ContainsFunc(o.Calls, func(c center.CallView) bool { return slices.Contains(c.Agents, id) })
}

// servedInOrder checks that a caller was not passed over: whoever is offered now, all that wait still have come after him.
func servedInOrder(before, now center.Overview, named map[center.CallID]bool) error {
	waited := make(map[center.CallID]center.CallView)
	for _, c := range before.Calls {
		waited[c.Call] = c
	}
	for _, c := range now.Calls {
		old, was := waited[c.Call]
		taken := !named[c.Call] && c.Skill != 0 && c.Feature == 0 && c.State != center.CallWaiting && (!was || old.State == center.CallWaiting)
		if !taken {
			continue
		}
		for _, d := range now.Calls {
			old, was := waited[d.Call]
			if !named[d.Call] && d.State == center.CallWaiting && was && old.State == center.CallWaiting && d.Skill == c.Skill && d.Began.Before(c.Began) {
				return fmt.Errorf("call %s (since %s) is served before call %s (since %s), which waits in the same queue %d",
					c.Call, c.Began, d.Call, d.Began, c.Skill)
			}
		}
	}
	return nil
}
