package gateway

import (
	"context"
	"time"

	"ccgateway/internal/center"
)

// ticketLife bounds a ticket: a page opens its stream at once.
const ticketLife = 30 * time.Second

// tickets are shown in place of a GUID by those who cannot send a header: a browser's EventSource and WebSocket. A ticket opens one
// stream, once, soon. It stands for the proof of the GUID that asked for it.
type tickets struct{ *vouchers[center.Token] }

func newTickets() *tickets { return &tickets{newVouchers[center.Token](ticketLife)} }

// issue makes a ticket for whoever has proved himself to be the agent.
func (t *tickets) issue(by center.By) string { return t.vouchers.issue(by.Agent, by.Token) }

// ticketResult is the result of eventTicket.
type ticketResult struct {
	Ticket  string `json:"ticket"`
	Seconds int    `json:"seconds"` // it holds for so long
}

func giveTicket(ctx context.Context, g *Gateway, q *request) (any, error) {
	if err := g.decoded(ctx, q); err != nil {
		return nil, err
	}
	if _, err := g.authenticate(ctx, q); err != nil {
		return nil, err
	}
	return ticketResult{g.tickets.issue(q.by()), int(ticketLife / time.Second)}, nil
}

// showTicket takes the query's ticket as the request's proof. A ticket that is not known proves nothing: the center then answers as
// for a wrong GUID.
func (g *Gateway) showTicket(q *request) {
	text, present := lookup(q.query, "ticket")
	if !present {
		return
	}
	proof, _ := g.tickets.redeem(q.agent, text)
	q.proof = &proof
}
