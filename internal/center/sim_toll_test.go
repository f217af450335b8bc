package center_test

import (
	"fmt"
	"slices"
	"strings"

	"ccgateway/internal/center"
)

// rightsFor are the rights that a call to an outside number needs (cec_07_1126: 5 ordinary, 26 national, 27 international).
func (m *model) rightsFor(number string) center.Rights {
	begins := func(prefix string) bool { return strings.HasPrefix(number, prefix) }
	switch {
	case slices.ContainsFunc(m.numbering.International, begins):
		return center.RightsOf(center.RightCallInternational)
	case slices.ContainsFunc(m.numbering.National, begins):
		return center.RightsOf(center.RightCallNational)
	}
	return center.RightsOf(center.RightCallOut)
}

func (m *model) mayCall(agent center.AgentID, number string) bool {
	need := m.rightsFor(number)
	return m.roles[m.agents[agent].Role]&need == need
}

// toll checks that no call leaves the center except by an agent with the right: one who has called the number, or who has
// forwarded his phone to it.
func (w *world) toll(cmd center.Command, reply center.Reply, effects []center.Effect) error {
	if c, ok := cmd.(center.CallOut); ok && reply.Err == nil {
		id, _ := reply.Value.(center.CallID)
		if w.model.mayCall(c.Agent, c.Called) {
			w.allowed[id] = c.Called
		}
	}
	for _, e := range effects {
		switch e := e.(type) {
		case center.Ring:
			if e.Trunk != "" && w.allowed[e.Call] != e.Number && !w.forwardedBy(e.Number) {
				return fmt.Errorf("leg %s calls %s by %s for nobody who may: %+v", e.Leg, e.Number, e.Trunk, e)
			}
		case center.CallRecord:
			delete(w.allowed, e.Call)
		}
	}
	return nil
}

func (w *world) forwardedBy(number string) bool {
	for agent, s := range w.watch.sessions {
		if s.forward == number && w.model.mayCall(agent, number) {
			return true
		}
	}
	return false
}
