package center

import (
	"slices"
	"time"

	"ccgateway/internal/result"
)

// TryRecord is one try to reach a customer who waits to be called (OfferPreview, FlowCallBack), from when an agent was given him until
// that came to its end. One who is given up without a further try has a record without an agent.
type TryRecord struct {
	VCC     VCCID
	Control int64 // the number that OfferPreview answered
	Skill   SkillID
	Feature int        // 44 previewed, 45 agreed call-back (cec_07_0582)
	Agent   AgentID    // who had him; 0 = nobody
	Number  string     // that was dialled, else the customer's first
	Call    CallID     // "" = nothing was dialled
	Entered time.Time  // since when the customer waits
	Began   time.Time  // when the agent was given him
	Ended   time.Time  // of the try, which is when they begin to talk, not when they end
	Outcome TryOutcome // what came of it
	Final   bool       // he is not tried again
}

// TryOutcome says how a try to reach a customer ended.
type TryOutcome int

// The ends of tries.
const (
	TryTalked     TryOutcome = iota + 1
	TryNotReached            // dialled; why he could not be reached stands in the call's record
	TryGivenBack             // the agent did not want him (cancelPreviewCallout)
	TryNotDialled            // the agent let the time pass
	TryTakenAway             // by the campaign, by the end of the agent's session or of his queue, or because the center is being stopped
	TryGivenUp               // nobody could take him as long as it makes sense to call him
)

func (TryRecord) effect() {}

// backTried writes down a try, or that there is none any more. number is what was dialled in the call; "" = nothing.
func (c *Center) backTried(b *callBack, outcome TryOutcome, number string, in CallID, final bool) {
	if number == "" {
		number = b.numbers[0]
	}
	began := b.given
	if began.IsZero() {
		began = c.now
	}
	c.emit(TryRecord{
		VCC: c.cfg.ID, Control: b.id, Skill: b.queue.skill.ID, Feature: b.feature, Agent: b.to, Number: number, Call: in, Entered: b.entered,
		Began: began, Ended: c.now, Outcome: outcome, Final: final,
	})
	b.to, b.given = 0, time.Time{}
}

// backReached: who has been called back talks.
func (c *Center) backReached(cl *call) {
	if cl.back == nil {
		return
	}
	c.backTried(cl.back, TryTalked, cl.called, cl.id, true)
	cl.back = nil
}

// withdrawBack forgets a customer who was to be called. Who is being dialled cannot be withdrawn.
func (c *Center) withdrawBack(control int64) *result.Error {
	is := func(b *callBack) bool { return b != nil && b.id == control }
	for _, a := range c.roster {
		if is(a.preview) {
			b := a.preview
			c.takePreview(a)
			c.backTried(b, TryTakenAway, "", "", true)
			c.changed = true
			return nil
		}
	}
	for _, s := range c.cfg.Skills {
		q := c.queues[s.ID]
		if at := slices.IndexFunc(q.backs, is); at >= 0 {
			b := q.backs[at]
			q.removeBack(b)
			c.disarm(&b.again)
			c.backTried(b, TryTakenAway, "", "", true)
			c.changed = true
			return nil
		}
	}
	return result.OperationFailed.Because("nobody waits to be called with control number %d, or he is being called", control)
}
