package center

import (
	"strconv"
	"testing"
	"time"

	"ccgateway/internal/result"
)

// noon is when unit tests begin.
var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// fixtureConfig is a VCC with one queue, two agents, an inspector, and a line to the outside.
func fixtureConfig() Config {
	return Config{
		ID: 7, Name: "unit", ServerName: "AgentGateway",
		AccessCodes: []AccessCode{{Code: "8000", Skill: 1}},
		Skills:      []Skill{{ID: 1, Name: "support", Media: MediaVoice, Ring: 20 * time.Second, Weight: 50}},
		Roles: []Role{
			{ID: 2, Rights: RightsOf(RightBusy, RightHold, RightCallOut, RightCallInner)},
			{ID: 3, Rights: RightsOf(RightForceState)},
			{ID: 4},
		},
		Phones: []string{"7001", "7002", "7003", "7009"},
		Agents: []Agent{
			{ID: 101, Name: "Ann", Role: 2, Group: -1, Skills: []AgentSkill{{Skill: 1, Weight: 1}}},
			{ID: 102, Name: "Ben", Role: 2, Group: -1, Skills: []AgentSkill{{Skill: 1, Weight: 1}}},
			{ID: 103, Name: "Cem", Role: 4, Group: -1},
			{ID: 901, Name: "Ivy", Role: 3, Group: -1},
		},
		Trunks:  []Trunk{{Name: "line", Numbers: []string{"0*"}}},
		Auth:    Auth{Interval: time.Minute, Timeout: 2 * time.Minute},
		Silence: time.Hour,
	}
}

// bench is a center on the work bench: commands without ceremony.
type bench struct {
	t   *testing.T
	c   *Center
	now time.Time
}

func newBench(t *testing.T, cfg Config) *bench {
	t.Helper()
	return &bench{t: t, c: New(noon, cfg), now: noon}
}

// do applies a command and gives the code and the names of the events that agent who got.
func (b *bench) do(who AgentID, cmd Command) (result.Code, []string) {
	b.t.Helper()
	reply, effects := b.c.Do(b.now, cmd)
	var events []string
	for _, e := range effects {
		if e, ok := e.(Event); ok && e.Agent == who {
			events = append(events, e.Type)
		}
	}
	if reply.Err != nil {
		return reply.Err.Code, events
	}
	return result.OK, events
}

// must applies a command that has to succeed.
func (b *bench) must(cmd Command) (any, []Effect) {
	b.t.Helper()
	reply, effects := b.c.Do(b.now, cmd)
	if reply.Err != nil {
		b.t.Fatalf("%T: %v", cmd, reply.Err)
	}
	return reply.Value, effects
}

// tokenOf is the GUID that an agent has in unit tests.
func tokenOf(id AgentID) Token { return Token{byte(id), byte(id >> 8), 1} }

func by(id AgentID) By { return By{Agent: id, Token: tokenOf(id)} }

// signIn is a sign-in as desktops send it, with a phone that ends in the agent's last digit.
func signIn(id AgentID) SignIn {
	return SignIn{
		Agent: id, Token: tokenOf(id), Phone: "700" + strconv.Itoa(int(id%10)), AutoAnswer: true, AutoEnterIdle: true,
		ReleasePhone: true, AgentType: 4, Status: 4,
	}
}

// legOf finds the connection that the effects ask for.
func legOf(t *testing.T, effects []Effect) LegID {
	t.Helper()
	for _, e := range effects {
		if ring, ok := e.(Ring); ok {
			return ring.Leg
		}
	}
	t.Fatalf("nothing is rung in %v", effects)
	return ""
}

// talk brings an agent into a talk with a caller of the queue.
func (b *bench) talk(id AgentID) {
	b.t.Helper()
	b.must(ResetSkill{By: by(id), All: true})
	_, effects := b.must(CallArrived{Leg: LegID("i-" + strconv.Itoa(int(id))), Trunk: "line", From: "0555", To: "8000"})
	b.must(LegAnswered{Leg: legOf(b.t, effects)})
}
