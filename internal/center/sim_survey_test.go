package center_test

import (
	"fmt"
	"slices"

	"ccgateway/internal/center"
)

// surveyed compares what a wallboard sees with the overview.
func (w *world) surveyed(o center.Overview) error {
	reply, effects := w.center.Do(w.now, center.Survey{Everyone: true})
	s, ok := reply.Value.(center.Situation)
	if !ok || reply.Err != nil || len(effects) > 0 || w.center.Changed() || len(s.Agents) != len(o.Agents) || len(s.Queues) != len(o.Queues) || len(s.Calls) != len(o.Calls) {
		return fmt.Errorf("the survey is %+v, %v, effects %v", reply.Value, reply.Err, effects)
	}
	for i, a := range o.Agents {
		row := s.Agents[i]
		if row.Agent != a.ID || int(row.State) != a.Status || !row.Since.Equal(a.StateSince) || len(row.Skills) != len(a.Skills) || row.Ready != (a.Registered && a.Status != 2) {
			return fmt.Errorf("agent %+v is %+v in the survey", a, row)
		}
	}
	for i, q := range o.Queues {
		row := s.Queues[i]
		if row.Skill != q.Skill || row.Waiting != q.Waiting || row.SignedIn != q.SignedIn || row.Idle != q.Idle || row.Oldest.IsZero() && row.Offered > 0 {
			return fmt.Errorf("queue %+v is %+v in the survey", q, row)
		}
	}
	for i, c := range o.Calls {
		row := s.Calls[i]
		if row.Call != c.Call || row.State != c.State || !slices.Equal(row.Agents, c.Agents) || !row.Since.Equal(c.Since) {
			return fmt.Errorf("call %+v is %+v in the survey", c, row)
		}
	}
	reply, _ = w.center.Do(w.now, center.Survey{})
	if s, _ := reply.Value.(center.Situation); len(s.Agents) != o.Sessions {
		return fmt.Errorf("%d agents are signed in by the survey, %d sessions", len(s.Agents), o.Sessions)
	}
	return nil
}
