package center

import "time"

// QueueRecord is one stay of a customer in a skill queue, from when he began to wait until an agent answered or he left. An offer that
// comes to nothing does not end the stay: he keeps his place.
type QueueRecord struct {
	VCC     VCCID
	Call    CallID
	Feature int
	Skill   SkillID
	Entered time.Time
	Left    time.Time
	Outcome QueueOutcome
	Agent   AgentID // who answered
	Offers  int     // offers to agents, the answered one included
}

// QueueOutcome says how a stay in a queue ended.
type QueueOutcome int

// The ways out of a queue.
const (
	QueueAnswered  QueueOutcome = iota + 1
	QueueAbandoned              // the caller hung up
	QueueTimedOut               // he waited as long as the queue allows
	QueueMoved                  // to another queue, flow, agent or number
	QueueClosed                 // the queue, the center or the caller's line went away
)

func (QueueRecord) effect() {}
