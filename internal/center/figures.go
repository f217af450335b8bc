package center

import "time"

// today gives the agent's counters of the present day; those of an earlier one are gone.
func (c *Center) today(a *agent) *DayFigures {
	day := c.now.Truncate(24 * time.Hour)
	if !a.figuresDay.Equal(day) {
		a.figuresDay, a.figures = day, DayFigures{}
	}
	return &a.figures
}

// countAnswer counts a talk that begins. Help counts for the agent who has asked for it (interhelpnums), and for who gives it not at all.
func (c *Center) countAnswer(p *party) {
	f := c.today(p.agent)
	switch {
	case !p.talked.Equal(c.now) || !p.answered.Equal(c.now): // he was in the talk before
	case p.helper:
		if asker := c.agents[p.askedBy]; asker != nil {
			c.today(asker).Helped++
		}
	case p.maker && p.call.outbound():
		f.CalledOut++
	case p.call.feature == featureInternal:
		f.Inner++
	case p.call.feature == featureHelp:
		if p.maker {
			f.Helped++
		}
	case !p.maker:
		f.Answered++
	}
}

// countTalk counts the time of a talk when its stay is written down: the sum of an agent's leg records is his counter, whatever ended them.
func (c *Center) countTalk(p *party) {
	if !p.answered.IsZero() {
		c.today(p.agent).Talk += Seconds(c.now.Sub(p.answered) / time.Second)
	}
}

// countMissed counts an offered call that the agent did not take.
func (c *Center) countMissed(a *agent) { c.today(a).Unanswered++ }

// countRedirected counts a call that rang at the agent and has been led away from him to be taken by somebody else: back to its queue, or to a
// colleague who has picked it up.
func (c *Center) countRedirected(a *agent) { c.today(a).Redirected++ }

func (c *Center) countTransfer(a *agent, outside bool) {
	if outside {
		c.today(a).TransferOut++
		return
	}
	c.today(a).Transferred++
}

// countState counts a state that ends.
func (c *Center) countState(a *agent) {
	c.addState(c.today(a), a)
}

// addState adds the agent's state, as long as it has lasted by now, to figures.
func (c *Center) addState(f *DayFigures, a *agent) {
	span := Seconds(c.now.Sub(a.since) / time.Second)
	switch a.state {
	case StateBusy:
		f.Busy++
		f.BusyTime += span
	case StateRest:
		f.Rests++
		f.RestTime += span
		if over := c.now.Sub(a.restUntil); over > 0 {
			f.RestsOver++
			f.RestOverTime += Seconds(over / time.Second)
		}
	}
}
