package center

import "time"

// queueStay is a customer's stay in a skill queue, from when he began to wait in it until an agent answered or he left; offers that come to
// nothing do not end it.
type queueStay struct {
	skill  SkillID // 0 = there is none
	since  time.Time
	offers int
}

// entersQueue begins a stay when the caller comes into a queue, not when he comes back from an offer.
func (c *Center) entersQueue(cl *call) {
	if cl.stay.skill == cl.queue.skill.ID {
		return
	}
	c.leavesQueue(cl, QueueMoved, 0)
	cl.stay = queueStay{skill: cl.queue.skill.ID, since: c.now}
}

// leavesQueue ends the stay, if there is one, and writes it down. agent is who answered.
func (c *Center) leavesQueue(cl *call, outcome QueueOutcome, agent AgentID) {
	stay := cl.stay
	if stay.skill == 0 {
		return
	}
	cl.stay = queueStay{}
	c.emit(QueueRecord{
		VCC: c.cfg.ID, Call: cl.id, Feature: cl.feature, Skill: stay.skill, Entered: stay.since, Left: c.now, Outcome: outcome, Agent: agent, Offers: stay.offers,
	})
}

// queueOutcome tells how a stay ends with its call.
func queueOutcome(f finish) QueueOutcome {
	switch {
	case f.first != nil && f.first.agent == nil && f.first.phase == phaseWaiting, f.reason == LeaveQueueCancelled, f.reason == LeaveUserBeforeAgent:
		return QueueAbandoned
	case f.reason == LeaveTimeout:
		return QueueTimedOut
	default:
		return QueueClosed
	}
}
