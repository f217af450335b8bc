package center_test

import (
	"fmt"
	"slices"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"ccgateway/internal/center"
)

// The records of calls are written when something has ended. What was answered before is compared with them here: nothing begins or ends at
// the moment of a question, so each stay is either over, going on, or still to come.

// during tells whether a moment lies within a span.
func during(at, from, to time.Time) bool { return from.Before(at) && at.Before(to) }

// legsOf are the stays of an agent that went on at a moment, in the order in which they ended.
func (o *outside) legsOf(agent center.AgentID, at time.Time) []outsideLeg {
	var legs []outsideLeg
	for _, r := range o.legs {
		if r.Agent == agent && during(at, r.Began, r.Ended) {
			legs = append(legs, r)
		}
	}
	return legs
}

// waitedIn are the stays in a queue that went on at a moment, of callers for whom no agent's phone was being rung.
func (o *outside) waitedIn(skill center.SkillID, at time.Time) []outsideStay {
	var stays []outsideStay
	for _, s := range o.stays {
		if s.Skill == skill && during(at, s.Entered, s.Left) && !slices.ContainsFunc(o.legs, func(r outsideLeg) bool {
			return r.Call == s.Call && during(at, r.Began, r.Ended) && (r.Answered.IsZero() || r.Answered.After(at))
		}) {
			stays = append(stays, s)
		}
	}
	return stays
}

// waitsSince is from when a stay's wait counts: for who comes back from an agent to whom he had been handed on, and who did not answer, from
// then on, or from when the agent who looked on has left him alone.
func (o *outside) waitsSince(s outsideStay) time.Time {
	for _, r := range o.legs {
		if r.Call == s.Call && r.Ended.Equal(s.Entered) && r.Answered.IsZero() && r.Began.Before(s.Entered) {
			since := r.Began
			for _, other := range o.legs {
				if other.Call == s.Call && !other.Answered.IsZero() && other.Ended.After(since) && !other.Ended.After(s.Entered) {
					since = other.Ended
				}
			}
			return since
		}
	}
	return s.Entered
}

// loadBorne checks how many waited, and for how long. Who has been in a flow may have brought time with him.
func (o *outside) loadBorne(q center.SkillLoad, at time.Time) error {
	stays := o.waitedIn(q.Skill, at)
	longest, exact := time.Duration(0), true
	for _, s := range stays {
		longest = max(longest, at.Sub(o.waitsSince(s)))
		exact = exact && !o.flows[s.Call]
	}
	if q.Waiting != len(stays) || q.Longest < longest || exact && q.Longest != longest {
		return fmt.Errorf("load of queue %d is %+v; by the records %d waited, %s at the longest", q.Skill, q, len(stays), longest)
	}
	return nil
}

// waitingBorne checks who waited, and that those who came first stood first: where nobody had given them back, or let them bring time.
func (o *outside) waitingBorne(list []center.CallInfo, skill center.SkillID, at time.Time) error {
	entered := map[center.CallID]time.Time{}
	for _, s := range o.waitedIn(skill, at) {
		entered[s.Call] = o.waitsSince(s)
	}
	var last time.Time
	for _, info := range list {
		since, waits := entered[info.Call]
		if !waits {
			return fmt.Errorf("call %s waits in queue %d; by the records %v did", info.Call, skill, entered)
		}
		delete(entered, info.Call)
		if waited := at.Sub(since); info.Waited < waited || info.Waited != waited && !o.flows[info.Call] {
			return fmt.Errorf("call %s has waited %s in queue %d, by the records %s", info.Call, info.Waited, skill, waited)
		}
		if o.flows[info.Call] || o.offeredBefore(info.Call, since, at) {
			continue
		}
		if since.Before(last) {
			return fmt.Errorf("call %s came into queue %d before another that stands in front of it", info.Call, skill)
		}
		last = since
	}
	if len(entered) > 0 {
		return fmt.Errorf("%d calls waited in queue %d and are not in the list: %v", len(entered), skill, entered)
	}
	return nil
}

// offeredBefore tells whether an agent's phone was rung for the call, in this stay.
func (o *outside) offeredBefore(call center.CallID, since, at time.Time) bool {
	return slices.ContainsFunc(o.legs, func(r outsideLeg) bool {
		return r.Call == call && r.Answered.IsZero() && !r.Ended.Before(since) && r.Ended.Before(at)
	})
}

// callsBorne checks an agent's calls.
func (o *outside) callsBorne(agent center.AgentID, ids []center.CallID, at time.Time) error {
	var want []center.CallID
	for _, r := range o.legsOf(agent, at) {
		want = append(want, r.Call)
	}
	slices.Sort(want)
	if diff := gocmp.Diff(want, slices.Sorted(slices.Values(ids))); diff != "" {
		return fmt.Errorf("calls of agent %d (- by the records, + answered):\n%s", agent, diff)
	}
	return nil
}

// offerBorne checks the call that was offered to an agent.
func (o *outside) offerBorne(agent center.AgentID, call center.CallID, at time.Time) error {
	for _, r := range o.legsOf(agent, at) {
		if r.Call == call && !r.Maker && (r.Answered.IsZero() || r.Answered.After(at)) {
			return nil
		}
	}
	return fmt.Errorf("call %s is offered to agent %d; by the records %+v", call, agent, o.legsOf(agent, at))
}

// infoBorne checks what was told of a call.
func (o *outside) infoBorne(agent center.AgentID, info center.CallInfo, at time.Time) error {
	r, ok := o.calls[info.Call]
	if !ok {
		return fmt.Errorf("call %s has no record", info.Call)
	}
	if !info.Entered.Equal(r.Began) || info.Caller != r.Caller || info.Called != r.Called || info.Age != at.Sub(r.Began) {
		return fmt.Errorf("call %+v has the record %+v", info, r)
	}
	if agent == 0 {
		return nil
	}
	if begin := o.firstTalk(agent, info.Call, at); !info.Begin.Equal(begin) {
		return fmt.Errorf("agent %d talks in call %s since %s, by the records since %s", agent, info.Call, info.Begin, begin)
	}
	return nil
}

// firstTalk is when an agent answered first in stays without a gap up to a moment; zero = not yet.
func (o *outside) firstTalk(agent center.AgentID, call center.CallID, at time.Time) time.Time {
	var first, ended time.Time
	for _, r := range o.legs {
		if r.Agent != agent || r.Call != call || r.Began.After(at) {
			continue
		}
		if !r.Began.Equal(ended) {
			first = time.Time{}
		}
		if first.IsZero() && r.Answered.Before(at) {
			first = r.Answered
		}
		if ended = r.Ended; r.left {
			ended = time.Time{}
		}
	}
	return first
}

// talkBorne checks the talk time of a session's day: that of stays that had ended, and that of those that went on.
func (o *outside) talkBorne(agent center.AgentID, since time.Time, got center.Seconds, at time.Time) error {
	want, midnight := center.Seconds(0), at.Truncate(24*time.Hour)
	for _, r := range o.legs {
		if r.Agent != agent || r.Answered.IsZero() || r.Began.Before(since) || !r.Answered.Before(at) || r.Ended.Before(midnight) {
			continue
		}
		until := r.Ended
		if at.Before(until) {
			until = at
		}
		want += center.Seconds(until.Sub(r.Answered) / time.Second)
	}
	if got != want {
		return fmt.Errorf("agent %d has talked for %d s today, by the records for %d s", agent, got, want)
	}
	return nil
}

// redirectedBorne checks the calls that were led away from an agent: picked up by a colleague, or back in their queue.
func (o *outside) redirectedBorne(agent center.AgentID, since time.Time, got int, at time.Time) error {
	want, midnight := 0, at.Truncate(24*time.Hour)
	for _, r := range o.legs {
		if r.Agent == agent && !r.Began.Before(since) && r.Ended.Before(at) && !r.Ended.Before(midnight) && (r.Reason == center.LeavePickedUp || isMissed(r.LegRecord) && o.goesBack(r)) {
			want++
		}
	}
	if got != want {
		return fmt.Errorf("%d calls were led away from agent %d today, by the records %d", got, agent, want)
	}
	return nil
}

// goesBack tells whether a call waited on when an agent had not taken it. One that was closed or moved by the same command did not.
func (o *outside) goesBack(r outsideLeg) bool {
	return slices.ContainsFunc(o.stays, func(s outsideStay) bool {
		return s.Call == r.Call && !s.Entered.After(r.Ended) && !s.Left.Before(r.Ended) && s.by >= r.by &&
			!(s.by == r.by && (s.Outcome == center.QueueClosed || s.Outcome == center.QueueMoved))
	})
}
