package gateway

import (
	"crypto/sha256"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"

	"ccgateway/internal/center"
)

// guidPrefix stands before the GUID in Set-GUID; clients cut it off, or everything up to the first "=" (connection.md section 3).
const guidPrefix = "JSESSIONID="

// newGUID makes a session key: 122 random bits as a UUID, a dot, the node's name, so that a balancer can route by it.
func newGUID(node string) string { return uuid.NewString() + "." + node }

// nodeName makes a name fit for GUIDs: without "=" and ":", which a client in use takes out of them (client-rules.md 8), and
// without what would end a header's value or a list of GUIDs.
func nodeName(node string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' || strings.ContainsRune("=:;,", r) {
			return '-'
		}
		return r
	}, node)
}

// tokenOf gives what a center knows of a GUID.
func tokenOf(guid string) center.Token { return sha256.Sum256([]byte(guid)) }

// guidOf gives the GUID of a request. The header's name is written Guid and guid; the canonical form finds both.
func guidOf(header http.Header) string {
	return strings.TrimPrefix(strings.TrimSpace(header.Get("Guid")), guidPrefix)
}

// give tells the client its new GUID.
func (g *Gateway) give(q *request, guid string) {
	q.set("Set-GUID", guidPrefix+guid) // spelled so: clients compare it letter by letter (client-rules.md 7)
	g.guids.add(q.agent, tokenOf(guid))
}

// Recall tells the GUIDs, by their hashes and the newest last, of a session that began before this program did.
func (g *Gateway) Recall(agent center.AgentID, tokens []center.Token) {
	for _, token := range tokens {
		g.guids.add(agent, token)
	}
}

// guidsKept is how many GUIDs of an agent the index remembers: the present one, those that overlap with it (two at any time,
// connection.md section 3), and some that updateGuid gave.
const guidsKept = 6

// guidIndex remembers which agent a GUID was given to, by its hash, for the one interface whose path does not say
// (allagentevent). It only finds a name: whether the GUID holds is the center's answer every time.
type guidIndex struct {
	mu     sync.Mutex
	agents map[center.Token]center.AgentID
	tokens map[center.AgentID][]center.Token // oldest first
}

func newGUIDIndex() *guidIndex {
	return &guidIndex{agents: map[center.Token]center.AgentID{}, tokens: map[center.AgentID][]center.Token{}}
}

func (x *guidIndex) add(agent center.AgentID, token center.Token) {
	x.mu.Lock()
	defer x.mu.Unlock()
	tokens := append(x.tokens[agent], token)
	if len(tokens) > guidsKept {
		delete(x.agents, tokens[0])
		tokens = slices.Delete(tokens, 0, 1)
	}
	x.tokens[agent], x.agents[token] = tokens, agent
}

func (x *guidIndex) find(token center.Token) (center.AgentID, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	agent, found := x.agents[token]
	return agent, found
}
