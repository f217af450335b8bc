package report

import "time"

// Queue has the figures of a skill queue, or of all queues of a VCC, in an interval.
type Queue struct {
	Offered       int // began to wait
	Answered      int
	Within        int // answered within the service level's time
	Abandoned     int // hung up while waiting
	ShortAbandons int // those of them who waited less than Terms.Short
	TimedOut      int
	Moved         int
	Closed        int
	Offers        int // to agents
	WaitAnswered  time.Duration
	WaitAbandoned time.Duration
	Wait          time.Duration // of all
	LongestWait   time.Duration
	Handled       int // stays of agents with a talk
	Talk          time.Duration
	Hold          time.Duration
	WrapUp        time.Duration
}

// Agent has the figures of an agent, or of all agents of a VCC, in an interval.
type Agent struct {
	Offered      int // calls that were offered to him
	Answered     int
	Unanswered   int // rung too long
	Refused      int
	CalledOut    int // calls that he made to the outside
	Reached      int // those of them that were answered
	CalledInner  int // calls that he made to other agents
	Conferences  int // stays with more than two parties, or as helper
	TalkInbound  time.Duration
	TalkOutbound time.Duration
	TalkInner    time.Duration // with agents: internal calls and two-party help
	TalkThree    time.Duration
	Hold         time.Duration
	Ring         time.Duration
	Idle         time.Duration
	Busy         time.Duration // not ready
	Rest         time.Duration
	WrapUp       time.Duration
	InUse        time.Duration // from reservation to the end of the call
}

// Talk is the whole time of talking.
func (a *Agent) Talk() time.Duration {
	return a.TalkInbound + a.TalkOutbound + a.TalkInner + a.TalkThree
}

// SignedIn is the time with a session.
func (a *Agent) SignedIn() time.Duration { return a.Idle + a.Busy + a.Rest + a.WrapUp + a.InUse }

// Reason is the time of an agent in a not-ready or rest state for one reason.
type Reason struct{ Time time.Duration }

// Calls counts calls of a VCC by how they came about, in an interval.
type Calls struct {
	Inbound  int
	Outbound int
	Inner    int
	Answered int
}
