package center

import (
	"testing"
	"time"
)

func TestExpelEndsOnlyTheSessionThatIsMeant(t *testing.T) {
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	c := New(now, Config{ID: 1, Roles: []Role{{ID: 2}}, Agents: []Agent{{ID: 101, Role: 2, Group: -1}}})
	reply, _ := c.Do(now, SignIn{Agent: 101, Token: Token{1}, WithoutPhone: true, AgentType: 4, Status: 4})
	signed, ok := reply.Value.(SignedIn)
	if !ok {
		t.Fatalf("sign-in: %+v", reply)
	}
	if _, effects := c.Do(now, Expel{Agent: 101, Session: signed.Session + 1}); len(effects) != 0 {
		t.Errorf("another session's expulsion had effects: %v", effects)
	}
	_, effects := c.Do(now, Expel{Agent: 101, Session: signed.Session})
	ended := false
	for _, e := range effects {
		if over, ok := e.(SessionEnded); ok {
			ended = over.Session == signed.Session && over.Reason == ReasonLostConnection && over.Linger
		}
	}
	if !ended {
		t.Errorf("effects of the expulsion: %+v; want the session's end with reason %d", effects, ReasonLostConnection)
	}
}
