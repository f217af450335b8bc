package client

// Address is where the client's gateway is.
func (c *Client) Address() string { return c.address }

// By is the same session, reached by another client.
func (a *Agent) By(c *Client) *Agent {
	return &Agent{Session: a.Session, client: c, number: a.number, guid: a.GUID()}
}
