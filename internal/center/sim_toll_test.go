package center_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

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
	switch code := strings.Trim(number[:1], "*#") == ""; {
	case code && len(m.numbering.International) > 0: // what it calls stands behind a code
		return center.RightsOf(center.RightCallInternational)
	case code && len(m.numbering.National) > 0:
		return center.RightsOf(center.RightCallNational)
	}
	return center.RightsOf(center.RightCallOut)
}

// allows tells whether a number may be called at all: the longest prefix counts.
func (m *model) allows(number string) bool { return allowedBy(m.numbering, number) }

func allowedBy(rules center.Numbering, number string) bool {
	for n := len(number); n > 0; n-- {
		switch prefix := number[:n]; {
		case slices.Contains(rules.Denied, prefix):
			return false
		case slices.Contains(rules.Allowed, prefix):
			return true
		}
	}
	return len(rules.Allowed) == 0 && (len(rules.Denied) == 0 || strings.Trim(number[:1], "*#") != "")
}

// wentOut is a call to the outside: when, and by whose doing if that is plain.
type wentOut struct {
	leg center.LegID
	at  time.Time
	by  center.AgentID
}

// goesOut holds a call to the outside against the numbers that may be called and against the ceilings.
func (w *world) goesOut(e center.Ring, by center.AgentID) error {
	if !w.model.allows(e.Number) && (w.dueRules == nil || !allowedBy(*w.dueRules, e.Number)) {
		return fmt.Errorf("leg %s calls %s, which nobody may", e.Leg, e.Number)
	}
	most := w.cfg.Limits.Outside
	w.out = slices.DeleteFunc(w.out, func(o wentOut) bool { return w.watch.legs[o.leg] == nil && !o.at.After(w.now.Add(-time.Minute)) })
	w.out = append(w.out, wentOut{e.Leg, w.now, by})
	var calls, made, agentCalls, agentMade int
	for _, o := range w.out {
		count := func(all, his *int) {
			if *all++; by != 0 && o.by == by {
				*his++
			}
		}
		if w.watch.legs[o.leg] != nil {
			count(&calls, &agentCalls)
		}
		if o.at.After(w.now.Add(-time.Minute)) && !o.at.Before(w.rated) {
			count(&made, &agentMade)
		}
	}
	if w.dueRules != nil { // by the ceilings of before, or by those of now
		return nil
	}
	for _, c := range [][2]int{{most.Calls, calls}, {most.PerMinute, made}, {most.AgentCalls, agentCalls}, {most.AgentPerMinute, agentMade}} {
		if c[0] > 0 && c[1] > c[0] {
			return fmt.Errorf("leg %s of agent %d is above a ceiling: %d at a time, %d a minute, the agent %d and %d; the most is %+v",
				e.Leg, by, calls, made, agentCalls, agentMade, most)
		}
	}
	return nil
}

// keptIn tells whether an effect says that a call to the outside was kept in.
func keptIn(e center.Effect) bool {
	switch e := e.(type) {
	case center.OutsideRefused:
		return true
	case center.Audit:
		return e.Act == center.CallBarred
	}
	return false
}

// payer is the agent by whose doing a number outside is called; 0 = it is not plain, or nobody.
func (w *world) payer(cmd center.Command, e center.Ring, handed string) center.AgentID {
	may := map[center.AgentID]bool{}
	if handed == e.Number {
		c, _ := cmd.(center.Transfer) // else a flow
		may[c.Agent] = true
	}
	if by := w.maker[e.Call]; by != 0 && (w.allowed[e.Call] == e.Number || w.watch.backs[e.Number]) {
		may[by] = true
	}
	for agent, s := range w.watch.sessions {
		if s.forward == e.Number {
			may[agent] = true
		}
	}
	if w.maker[e.Call] == 0 && w.watch.backs[e.Number] { // perhaps he who was given a customer to be called back
		return 0
	}
	if len(may) == 1 {
		for by := range may {
			return by
		}
	}
	return 0
}

func (m *model) mayCall(agent center.AgentID, number string) bool {
	need := m.rightsFor(number)
	return m.allows(number) && m.roles[m.agents[agent].Role]&need == need
}

// toll checks that no call leaves the center except by an agent with the right: one who has called the number, or who has
// forwarded his phone to it.
func (w *world) toll(cmd center.Command, reply center.Reply, effects []center.Effect) error {
	if c, ok := cmd.(center.CallOut); ok && reply.Err == nil {
		id, _ := reply.Value.(center.CallID)
		if w.model.mayCall(c.Agent, c.Called) {
			w.allowed[id] = c.Called
			w.maker[id] = c.Agent
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
	case center.PreviewCallOut:
		if id, ok := reply.Value.(center.CallID); ok {
			w.maker[id] = c.Agent
		}
	case center.Configure:
		most := c.Config.Limits.Outside
		rates := most.PerMinute > 0 || most.AgentPerMinute > 0
		if !rates || !w.rates { // nobody counts then, or nobody has counted until now
			w.rated = w.now.Add(time.Nanosecond)
		}
		w.rates = rates
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
			if e.Trunk != "" {
				if err := w.goesOut(e, w.payer(cmd, e, handed)); err != nil {
					return err
				}
			}
		case center.FlowBegan: // his place in a queue counts from when the flow let him wait
			w.named[e.Call] = true
		case center.CallRecord:
			delete(w.allowed, e.Call)
			delete(w.maker, e.Call)
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
