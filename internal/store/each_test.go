package store

import (
	"testing"
	"time"

	"ccgateway/internal/center"
)

func TestStore_Each(t *testing.T) { onAll(t, testStoreEach) }

func testStoreEach(t *testing.T, place sites) {
	s := mustOpen(t, place(t))
	s.Carry(1, []center.Effect{
		center.CallRecord{VCC: 1, Call: "before", Began: at(0), Ended: at(12)},
		center.CallRecord{VCC: 1, Call: "second", Began: at(15), Ended: at(16)},
		center.CallRecord{VCC: 1, Call: "first", Began: at(10), Ended: at(30)},
		center.CallRecord{VCC: 2, Call: "other", Began: at(11), Ended: at(30)},
		center.CallRecord{VCC: 1, Call: "after", Began: at(20), Ended: at(30)},
		center.LegRecord{VCC: 1, Leg: "l", Began: at(11), Ended: at(12)},
		center.QueueRecord{VCC: 1, Call: "q", Entered: at(11), Left: at(12), Outcome: center.QueueAbandoned},
		center.TryRecord{VCC: 1, Control: 7, Entered: at(0), Began: at(11), Ended: at(12), Outcome: center.TryTalked, Final: true},
		center.TryRecord{VCC: 1, Control: 8, Entered: at(0), Began: at(20), Ended: at(20), Outcome: center.TryGivenUp, Final: true},
		center.StateRecord{VCC: 1, Agent: 1, From: at(0), To: at(9)},
		center.StateRecord{VCC: 1, Agent: 2, From: at(0), To: at(11)},
		center.StateRecord{VCC: 1, Agent: 3, From: at(19), To: at(40)},
		center.StateRecord{VCC: 1, Agent: 4, From: at(0), To: at(40)},
	})
	mustFlush(t, s)
	span := Span{VCC: 1, From: at(10), Until: at(20)}
	var calls []center.CallID
	err := s.EachCall(t.Context(), span, func(r center.CallRecord) error { calls = append(calls, r.Call); return nil })
	wantSame(t, []center.CallID{"first", "second"}, calls, err)
	var agents []center.AgentID
	err = s.EachState(t.Context(), span, func(r center.StateRecord) error { agents = append(agents, r.Agent); return nil })
	wantSame(t, []center.AgentID{2, 4, 3}, agents, err)
	var legs []time.Time
	err = s.EachLeg(t.Context(), span, func(r center.LegRecord) error { legs = append(legs, r.Ended); return nil })
	wantSame(t, []time.Time{at(12)}, legs, err)
	var queues []center.QueueOutcome
	err = s.EachQueue(t.Context(), span, func(r center.QueueRecord) error { queues = append(queues, r.Outcome); return nil })
	wantSame(t, []center.QueueOutcome{center.QueueAbandoned}, queues, err)
	var tries []int64
	err = s.EachTry(t.Context(), span, func(r center.TryRecord) error { tries = append(tries, r.Control); return nil })
	wantSame(t, []int64{7}, tries, err)
}
