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
	handed := ""
	if c, ok := cmd.(center.Transfer); ok && reply.Err == nil && c.To.Type == center.DeviceOutside && w.model.mayCall(c.Agent, c.To.Address) {
		handed = c.To.Address
	}
	if c, ok := cmd.(center.FlowTransfer); ok && reply.Err == nil && c.To.Type == center.DeviceOutside { // the flow's author may
		handed = c.To.Address
	}
	switch c := cmd.(type) {
	case center.OfferPreview:
		w.calledBack(reply, c.Numbers)
	case center.FlowCallBack:
		w.calledBack(reply, []string{c.Number})
	}
	for _, e := range effects {
		switch e := e.(type) {
		case center.Ring:
			if e.Trunk != "" && w.allowed[e.Call] != e.Number && e.Number != handed && !w.watch.backs[e.Number] && !w.forwardedBy(e.Number) {
				return fmt.Errorf("leg %s calls %s by %s for nobody who may: %+v", e.Leg, e.Number, e.Trunk, e)
			}
		case center.FlowBegan: // his place in a queue counts from when the flow let him wait
			w.named[e.Call] = true
		case center.CallRecord:
			delete(w.allowed, e.Call)
		}
	}
	return nil
}

// calledBack notes the numbers of customers who are to be called by agents with the right.
func (w *world) calledBack(reply center.Reply, numbers []string) {
	if reply.Err == nil {
		for _, number := range numbers {
			w.watch.backs[number] = true
		}
	}
}

// forwards lists the numbers to which agents who may have forwarded their phones.
func (w *world) forwards() []string {
	var numbers []string
	for agent, s := range w.watch.sessions {
		if s.forward != "" && w.model.mayCall(agent, s.forward) {
			numbers = append(numbers, s.forward)
		}
	}
	return numbers
}

func (w *world) forwardedBy(number string) bool {
	return slices.Contains(w.forwardedTo, number) || slices.Contains(w.forwards(), number)
}
