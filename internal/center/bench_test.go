package center_test

import (
	"fmt"
	"testing"
	"time"

	"ccgateway/internal/center"
)

// benchCenter has n agents with phones of their own in one queue, signed in and idle.
func benchCenter(b *testing.B, n int) (*center.Center, []center.By) {
	b.Helper()
	cfg := center.Config{
		ID: 1, Skills: []center.Skill{{ID: 1, Name: "q", Media: center.MediaVoice, Ring: 30 * time.Second}},
		AccessCodes: []center.AccessCode{{Code: "8000", Skill: 1}},
		Roles:       []center.Role{{ID: 2, Rights: center.RightsOf(center.RightBusy)}},
		Silence:     120 * time.Second,
		Auth:        center.Auth{Interval: 60 * time.Second, Timeout: 120 * time.Second},
	}
	for i := range n {
		cfg.Phones = append(cfg.Phones, fmt.Sprint(40000+i))
		cfg.Agents = append(cfg.Agents, center.Agent{
			ID: center.AgentID(1000 + i), Role: 2, Group: -1, Skills: []center.AgentSkill{{Skill: 1, Weight: 1}},
		})
	}
	c := center.New(benchStart, cfg)
	who := make([]center.By, n)
	for i := range who {
		who[i] = center.By{Agent: center.AgentID(1000 + i), Token: center.Token{1, byte(i), byte(i >> 8)}}
		reply, _ := c.Do(benchStart, center.SignIn{
			Agent: who[i].Agent, Token: who[i].Token, Phone: fmt.Sprint(40000 + i), AutoAnswer: true, AutoEnterIdle: true,
			AgentType: 4, Status: 4,
		})
		if reply.Err != nil {
			b.Fatal(reply.Err)
		}
		c.Do(benchStart, center.ResetSkill{By: who[i], All: true})
	}
	return c, who
}

var benchStart = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// BenchmarkTouch is the event poll, by far the most frequent command.
func BenchmarkTouch(b *testing.B) {
	c, who := benchCenter(b, 2000)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		c.Do(benchStart, center.Touch{By: who[i%len(who)], Poll: true})
	}
}

// BenchmarkStateChange is an agent who becomes busy and idle again, with 2,000 idle agents beside him: two commands.
func BenchmarkStateChange(b *testing.B) {
	c, who := benchCenter(b, 2000)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		by := who[i%len(who)]
		c.Do(benchStart, center.SayBusy{By: by})
		c.Do(benchStart, center.SayFree{By: by})
	}
}

// BenchmarkCall is a whole call on a permanent connection, from its arrival to its end: two commands, with 2,000 agents.
func BenchmarkCall(b *testing.B) {
	c, _ := benchCenter(b, 2000)
	for i := range 2000 { // lift every phone once
		leg := center.LegID(fmt.Sprintf("i%d", i))
		_, effects := c.Do(benchStart, center.CallArrived{Leg: leg, Trunk: "t", From: "1", To: "8000"})
		for _, e := range effects {
			if ring, ok := e.(center.Ring); ok {
				c.Do(benchStart, center.LegAnswered{Leg: ring.Leg})
			}
		}
		c.Do(benchStart, center.LegEnded{Leg: leg, Cause: center.CauseHungUp})
	}
	b.ReportAllocs()
	for b.Loop() {
		c.Do(benchStart, center.CallArrived{Leg: "i", Trunk: "t", From: "1", To: "8000"})
		c.Do(benchStart, center.LegEnded{Leg: "i", Cause: center.CauseHungUp})
	}
}
