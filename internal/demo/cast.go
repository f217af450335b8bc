package demo

import (
	"crypto/rand"
	"fmt"

	"ccgateway"
	"ccgateway/internal/center"
	"ccgateway/internal/config"
)

// Cast is the simulated agents. Ann, Ben and Ivy of the example file are left to whoever joins the demo.
type Cast struct{ Players []Player }

// Player is one simulated agent with his phone.
type Player struct {
	Agent    center.AgentID
	Name     string
	Password string
	Phone    string
	Tone     float64 // Hz, what he says
	Manual   bool    // he answers by the interface's answer; others by lifting the phone
	Watches  bool    // he is an inspector and serves no queue
}

// The simulated agents' numbers begin here.
const (
	firstPlayer      = 111
	firstPlayerPhone = 40111
)

// NewCast makes so many agents, every second of whom answers by hand. Their passwords are random.
func NewCast(agents int) *Cast {
	cast := &Cast{}
	for i := range agents {
		cast.Players = append(cast.Players, Player{
			Agent: center.AgentID(firstPlayer + i), Name: fmt.Sprintf("Robot %d", i+1), Password: "Aa#" + rand.Text()[:20],
			Phone: fmt.Sprint(firstPlayerPhone + i), Tone: 400 + 50*float64(i%15), Manual: i%2 == 1,
		})
	}
	return cast
}

// Watched makes the last player an inspector.
func (c *Cast) Watched() *Cast {
	last := &c.Players[len(c.Players)-1]
	last.Watches, last.Manual = true, false
	return c
}

// Config is the example file's center with the cast's accounts added, and with a line that takes calls from the address
// callersFrom.
func Config(cast *Cast, callersFrom string) (*config.Config, error) {
	cfg, err := config.Parse("center.example.yaml", ccgateway.Example)
	if err != nil {
		return nil, err
	}
	vcc := &cfg.VCCs[0]
	support := vcc.Skills[0].Name
	for _, p := range cast.Players {
		vcc.Phones = append(vcc.Phones, config.Phone{Number: p.Phone, Password: config.Secret(p.Password)})
		agent := config.Agent{
			ID: int(p.Agent), Name: p.Name, Password: config.Secret(p.Password), Role: vcc.Roles[0].Name,
			Skills: []config.AgentSkill{{Skill: support, Weight: 100}},
		}
		if p.Watches {
			agent.Role, agent.Skills = vcc.Roles[1].Name, nil
		}
		vcc.Agents = append(vcc.Agents, agent)
	}
	var line config.Network
	if err := line.UnmarshalText([]byte(callersFrom)); err != nil {
		return nil, fmt.Errorf("callers' address: %w", err)
	}
	cfg.Trunks = append(cfg.Trunks, config.Trunk{Name: "demo-callers", Address: callersFrom, Allow: []config.Network{line}})
	return cfg, nil
}
