package gateway

import (
	"sync"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// move is a sign-in or a sign-out.
type move int

const (
	signingIn move = iota + 1
	signingOut
)

// moves knows which agents are signing in or out at this moment: the two never overlap for one agent, and neither is begun again
// before it was answered (cec_07_1202, cec_07_1203). That also lets nobody try passwords of one agent in parallel.
type moves struct {
	mu      sync.Mutex
	running map[mover]move
}

// mover is who moves: an agent, or an account name that belongs to none. Unknown names are held back as known ones are, so that
// the answer does not tell them apart.
type mover struct {
	agent   center.AgentID
	account string // of agent 0
}

func newMoves() *moves { return &moves{running: map[mover]move{}} }

// begin refuses when somebody is under way: SignInRunning for the same sign-in once more, RepeatedCall for anything else. After
// nil, end has to be called.
func (m *moves) begin(who mover, kind move) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch running := m.running[who]; {
	case running == 0:
		m.running[who] = kind
		return nil
	case running == signingIn && kind == signingIn:
		return result.SignInRunning.Err()
	default:
		return result.RepeatedCall.Err()
	}
}

func (m *moves) end(who mover) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.running, who)
}
