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
// before it was answered (cec_07_1202, cec_07_1203). Who has not proved himself yet holds back nobody but himself, so that wrong
// passwords and requests without a session cannot keep an agent from signing in.
type moves struct {
	mu      sync.Mutex
	running map[mover]move
}

// mover is who moves: an agent who has proved himself, or who tries to sign in from somewhere as one, by his number or by an
// account name. Names are held back by themselves, whether they exist or not, so that the answer does not tell whose they are.
type mover struct {
	agent   center.AgentID
	account string
	from    string // where the one who tries is, as Config.Source tells it
	proved  bool
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
