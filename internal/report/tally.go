package report

import (
	"fmt"
	"time"

	"ccgateway/internal/center"
)

// Terms are the bounds that some figures are defined by.
type Terms struct {
	Level time.Duration // a call answered within it counts for the service level; 0 = 20 s
	Short time.Duration // who gives up sooner does not count against it; 0 = 5 s
}

// Defaults of Terms: 80 % in 20 seconds is the field's usual aim, and who hangs up within 5 seconds has often misdialled.
const (
	defaultLevel = 20 * time.Second
	defaultShort = 5 * time.Second
)

// Call types (cec_07_0582).
const (
	featureInner   = 6
	featureHelp    = 51
	featureThree   = 52
	featureConf    = 53
	featureOutside = 7
	firstCampaign  = 40
	lastCampaign   = 45
)

// Tally adds facts up. Facts of one VCC are added in any order, but an agent's stays in calls before his states: wrap-up is booked on the
// skill queue of the call before it.
type Tally struct {
	terms   Terms
	bounds  []time.Time
	queues  map[slot[center.SkillID]]*Queue
	agents  map[slot[center.AgentID]]*Agent
	reasons map[slot[reasonKey]]*Reason
	calls   []Calls // by interval, as the next two
	skills  []Queue // all queues
	people  []Agent // all agents
	visits  map[stay]visit

	mostRows, mostStays int // maxRows, maxStays
}

// slot is a row: whose, in which interval.
type slot[K comparable] struct {
	of K
	in int
}

type reasonKey struct {
	agent  center.AgentID
	state  center.State
	reason int
}

// Bounds of what a tally holds in memory; a spreadsheet takes a million rows.
const (
	maxRows  = 500_000
	maxStays = 5_000_000 // some 250 MB
)

// bounded returns an error when the tally has become too large.
func (t *Tally) bounded() error {
	switch {
	case max(len(t.agents), len(t.queues), len(t.reasons)) > t.mostRows:
		return fmt.Errorf("%w: more than %d rows; ask for a shorter time or longer intervals", ErrSpan, t.mostRows)
	case len(t.visits) > t.mostStays:
		return fmt.Errorf("%w: more than %d stays of agents in calls; ask for a shorter time", ErrSpan, t.mostStays)
	}
	return nil
}

// NewTally makes an empty one. Errors wrap ErrSpan.
func NewTally(span Span, terms Terms) (*Tally, error) {
	bounds, err := span.bounds()
	if err != nil {
		return nil, err
	}
	if terms.Level <= 0 {
		terms.Level = defaultLevel
	}
	if terms.Short <= 0 {
		terms.Short = defaultShort
	}
	intervals := len(bounds) - 1
	return &Tally{
		terms: terms, bounds: bounds, queues: map[slot[center.SkillID]]*Queue{}, agents: map[slot[center.AgentID]]*Agent{},
		reasons: map[slot[reasonKey]]*Reason{}, visits: map[stay]visit{},
		calls: make([]Calls, intervals), skills: make([]Queue, intervals), people: make([]Agent, intervals),
		mostRows: maxRows, mostStays: maxStays,
	}, nil
}

// at gives the row of somebody in an interval, made when it is not there.
func at[K comparable, F any](rows map[slot[K]]*F, of K, in int) *F {
	key := slot[K]{of, in}
	if rows[key] == nil {
		rows[key] = new(F)
	}
	return rows[key]
}

func (t *Tally) addQueue(skill center.SkillID, in int, d Queue) {
	at(t.queues, skill, in).add(&d)
	t.skills[in].add(&d)
}

func (t *Tally) addAgent(agent center.AgentID, in int, d Agent) {
	at(t.agents, agent, in).add(&d)
	t.people[in].add(&d)
}

// Add adds an effect of a center if it is a fact that a report looks at.
func (t *Tally) Add(effect center.Effect) {
	switch e := effect.(type) {
	case center.CallRecord:
		t.AddCall(e)
	case center.LegRecord:
		t.AddLeg(e)
	case center.QueueRecord:
		t.AddQueue(e)
	case center.StateRecord:
		t.AddState(e)
	}
}

// AddCall adds a call.
func (t *Tally) AddCall(r center.CallRecord) {
	in := interval(t.bounds, r.Began)
	if in < 0 {
		return
	}
	c := &t.calls[in]
	switch {
	case outbound(r.Feature):
		c.Outbound++
	case inner(r.Feature):
		c.Inner++
	default:
		c.Inbound++
	}
	if !r.Answered.IsZero() {
		c.Answered++
	}
}

// AddQueue adds a stay in a queue.
func (t *Tally) AddQueue(r center.QueueRecord) {
	in := interval(t.bounds, r.Entered)
	if in < 0 {
		return
	}
	waited := r.Left.Sub(r.Entered)
	q := Queue{Offered: 1, Offers: r.Offers, Wait: waited, LongestWait: waited}
	switch r.Outcome {
	case center.QueueAnswered:
		q.Answered, q.WaitAnswered = 1, waited
		if waited <= t.terms.Level {
			q.Within = 1
		}
	case center.QueueAbandoned:
		q.Abandoned, q.WaitAbandoned = 1, waited
		if waited < t.terms.Short {
			q.ShortAbandons = 1
		}
	case center.QueueTimedOut:
		q.TimedOut = 1
	case center.QueueMoved:
		q.Moved = 1
	default:
		q.Closed = 1
	}
	t.addQueue(r.Skill, in, q)
}

// AddLeg adds a party's stay in a call; only agents' stays count.
func (t *Tally) AddLeg(r center.LegRecord) {
	if r.Party != center.PartyAgent {
		return
	}
	t.visited(r)
	in := interval(t.bounds, r.Began)
	if in < 0 {
		return
	}
	var a Agent
	a.count(r)
	if !r.Answered.IsZero() {
		talk := r.Ended.Sub(r.Answered) - r.Held
		a.Hold = r.Held
		a.talk(r.Feature, talk)
		if r.Skill != 0 {
			t.addQueue(r.Skill, in, Queue{Handled: 1, Talk: talk, Hold: r.Held})
		}
	}
	t.addAgent(r.Agent, in, a)
}

// count counts a stay by how it came about and ended.
func (a *Agent) count(r center.LegRecord) {
	if !r.Ringing.IsZero() {
		end := r.Answered
		if end.IsZero() {
			end = r.Ended
		}
		a.Ring += max(0, end.Sub(r.Ringing))
	}
	answered := !r.Answered.IsZero()
	switch {
	case r.Feature == featureThree || r.Feature == featureConf:
		a.Conferences++
	case r.Maker && outbound(r.Feature):
		a.CalledOut++
		if answered {
			a.Reached++
		}
		return
	case r.Maker:
		a.CalledInner++
		return
	}
	a.Offered++
	switch {
	case answered:
		a.Answered++
	case r.Reason == center.LeaveAgentNoAnswer:
		a.Unanswered++
	case r.Reason == center.LeaveAgentRefused:
		a.Refused++
	}
}

func (a *Agent) talk(feature int, d time.Duration) {
	switch {
	case feature == featureThree || feature == featureConf:
		a.TalkThree += d
	case inner(feature):
		a.TalkInner += d
	case outbound(feature):
		a.TalkOutbound += d
	default:
		a.TalkInbound += d
	}
}

// AddState adds a past state of an agent, split at the borders of the intervals.
func (t *Tally) AddState(r center.StateRecord) {
	first := t.bounds[0]
	if r.From.After(first) {
		first = r.From
	}
	for in := interval(t.bounds, first); in >= 0 && in < len(t.bounds)-1 && t.bounds[in].Before(r.To); in++ {
		from, to := later(r.From, t.bounds[in]), earlier(r.To, t.bounds[in+1])
		t.addState(r, in, to.Sub(from))
	}
}

func (t *Tally) addState(r center.StateRecord, in int, d time.Duration) {
	var a Agent
	switch r.State {
	case center.StateIdle:
		a.Idle = d
	case center.StateBusy:
		a.Busy = d
		at(t.reasons, reasonKey{r.Agent, r.State, r.Reason}, in).Time += d
	case center.StateRest:
		a.Rest = d
		at(t.reasons, reasonKey{r.Agent, r.State, r.Reason}, in).Time += d
	case center.StateWork:
		a.WrapUp = d
		if skill, _ := t.wrapsUp(r); skill != 0 {
			t.addQueue(skill, in, Queue{WrapUp: d})
		}
	case center.StateTalking:
		a.InUse = d
	}
	t.addAgent(r.Agent, in, a)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// TypeOf tells what kind of call a call type (cec_07_0582) is, by the same rules as the figures: inbound, outbound, internal or three_party.
func TypeOf(feature int) string {
	switch {
	case feature == featureThree || feature == featureConf:
		return "three_party"
	case inner(feature):
		return "internal"
	case outbound(feature):
		return "outbound"
	default:
		return "inbound"
	}
}

func outbound(feature int) bool {
	return feature == featureOutside || feature >= firstCampaign && feature <= lastCampaign
}

func inner(feature int) bool { return feature == featureInner || feature == featureHelp }

// String tells what the tally covers.
func (t *Tally) String() string {
	return fmt.Sprintf("%s to %s", t.bounds[0].Format(time.RFC3339), t.bounds[len(t.bounds)-1].Format(time.RFC3339))
}
