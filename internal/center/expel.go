package center

// expel signs an agent out whose desktop has stopped fetching its events.
func (c *Center) expel(cmd Expel) {
	if a := c.agents[cmd.Agent]; a != nil && a.session == cmd.Session {
		c.endSession(a, ending{reason: ReasonLostConnection, tell: true, linger: true})
	}
}
