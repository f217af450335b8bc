package demo

import (
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
)

func TestPageSaysWhyCallersWait(t *testing.T) {
	why := center.Explanation{Queues: []center.QueueWhy{{Name: "support", SignedIn: 3,
		Callers: []center.CallerWhy{{Caller: "5550101", Position: 1, Waited: 12 * time.Second}, {Caller: "5550102", Position: 2, Waited: time.Second}},
		Reasons: []center.Reason{
			{Why: center.ReasonTalking, Agents: []center.AgentName{{Agent: 111}, {Agent: 112}}},
			{Why: center.ReasonNotReady, Code: 5, Agents: []center.AgentName{{Agent: 113}}},
			{Why: center.ReasonSignedOut, Hint: true, Agents: []center.AgentName{{Agent: 101, Name: "Ann"}}},
		}}}}
	page := Page(center.Overview{}, why, NewBoard(), time.Minute)
	for _, want := range []string{
		"5550101      waits 12s   as 1. in support: 2 talking, 1 not ready (phone could not be rung)\n",
		"5550102      waits 1s    as 2. in support: 2 talking",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("page lacks %q:\n%s", want, page)
		}
	}
}
