package gateway

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"sync"
	"time"

	"ccgateway/internal/center"
)

// Bounds of tickets.
const (
	ticketLife  = 30 * time.Second // a page opens its stream at once
	ticketsKept = 8                // of one agent; the oldest goes
	ticketBytes = 24               // 192 random bits
	maxTicket   = 64               // characters of what is shown as one
)

// tickets are shown in place of a GUID by those who cannot send a header: a browser's EventSource and WebSocket. A ticket opens one
// stream, once, soon; so it does no harm where URLs are logged, as a GUID would.
type tickets struct {
	mu     sync.Mutex
	agents map[center.AgentID][]ticket // oldest first
	now    func() time.Time
}

type ticket struct {
	hash  [sha256.Size]byte
	proof center.Token // of the GUID that asked for it
	until time.Time
}

func newTickets() *tickets {
	return &tickets{agents: map[center.AgentID][]ticket{}, now: time.Now}
}

// issue makes a ticket for whoever has proved himself to be the agent.
func (t *tickets) issue(by center.By) string {
	secret := make([]byte, ticketBytes)
	_, _ = rand.Read(secret) // it never fails
	text := base64.RawURLEncoding.EncodeToString(secret)
	t.mu.Lock()
	defer t.mu.Unlock()
	mine := t.valid(by.Agent)
	if len(mine) == ticketsKept {
		mine = slices.Delete(mine, 0, 1)
	}
	t.agents[by.Agent] = append(mine, ticket{sha256.Sum256([]byte(text)), by.Token, t.now().Add(ticketLife)})
	return text
}

// redeem takes a ticket and gives the proof it stands for. Hashes are compared, so the time it takes tells nothing of a ticket.
func (t *tickets) redeem(agent center.AgentID, text string) (center.Token, bool) {
	hash := sha256.Sum256([]byte(text))
	t.mu.Lock()
	defer t.mu.Unlock()
	mine := t.valid(agent)
	i := slices.IndexFunc(mine, func(one ticket) bool { return one.hash == hash })
	if i < 0 {
		return center.Token{}, false
	}
	proof := mine[i].proof
	if mine = slices.Delete(mine, i, i+1); len(mine) == 0 {
		delete(t.agents, agent)
	} else {
		t.agents[agent] = mine
	}
	return proof, true
}

// valid throws an agent's old tickets away and gives the others. The caller holds t.mu.
func (t *tickets) valid(agent center.AgentID) []ticket {
	now := t.now()
	mine := slices.DeleteFunc(t.agents[agent], func(one ticket) bool { return !now.Before(one.until) })
	if len(mine) == 0 {
		delete(t.agents, agent)
		return nil
	}
	t.agents[agent] = mine
	return mine
}

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
	proof := center.Token{}
	if len(text) <= maxTicket {
		proof, _ = g.tickets.redeem(q.agent, text)
	}
	q.proof = &proof
}
