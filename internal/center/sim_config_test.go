package center_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"ccgateway/internal/center"
)

// flowCode is the access code that leads to a flow.
const flowCode = "8900"

// randomConfig makes a small center, so that agents, callers and phones meet often.
func randomConfig(r *rand.Rand) center.Config {
	cfg := center.Config{
		ID: 1, Name: "sim", ServerName: "AgentGateway", WaitMusic: "music",
		Numbering: center.Numbering{International: []string{"00"}, National: []string{"01"}},
		Trunks:    []center.Trunk{{Name: "line", Numbers: []string{"0*"}}, {Name: "other", Numbers: []string{"09*", "*"}}},
		Auth:      center.Auth{Static: r.IntN(4) == 0, Interval: 60 * time.Second, Timeout: 120 * time.Second},
		Roles: []center.Role{
			{ID: 2, Name: "agent", Rights: center.RightsOf(center.RightBusy, center.RightHold, center.RightCallOut, center.RightCallInner,
				center.RightMute, center.RightConnectHeld, center.RightTransferInner, center.RightTakeTransfers, center.RightThreeParty,
				center.RightTransferOut, center.RightTransferFlow, center.RightPickUp)},
			{ID: 3, Name: "inspector", Rights: center.RightsOf(center.RightListen, center.RightForceState, center.RightCallInner, center.RightIntercept, center.RightForceRelease, center.RightInspectRecordings)},
			{ID: 4, Name: "bare"},
			{ID: 5, Name: "outbound", Rights: center.RightsOf(center.RightNoInbound, center.RightCallInternational, center.RightHold)},
		},
		Groups: []center.Group{{ID: 1, Name: "north", Leader: 101}},
	}
	if r.IntN(3) == 0 {
		cfg.Silence = time.Duration(30+r.IntN(300)) * time.Second
	}
	if r.IntN(4) == 0 {
		cfg.Limits.Calls = 2 + r.IntN(6)
	}
	cfg.Limits.Outside = randomOutside(r)
	cfg.Numbering = randomNumbering(r)
	if r.IntN(5) == 0 {
		cfg.Limits.Agents = 2 + r.IntN(4)
	}
	for i := range 1 + r.IntN(3) {
		cfg.Skills = append(cfg.Skills, randomSkill(r, center.SkillID(i+1)))
		cfg.AccessCodes = append(cfg.AccessCodes, center.AccessCode{Code: fmt.Sprint(8000 + i), Skill: center.SkillID(i + 1)})
	}
	for i := range 2 + r.IntN(6) {
		cfg.Phones = append(cfg.Phones, fmt.Sprint(7001+i))
		cfg.Agents = append(cfg.Agents, randomAgent(r, center.AgentID(101+i), cfg.Skills))
	}
	cfg.Phones = append(cfg.Phones, "7100", "7101")
	cfg.Recording = randomRecording(r)
	cfg.Inspection = randomInspection(r)
	cfg.Flows = []string{"menu"}
	cfg.AccessCodes = append(cfg.AccessCodes, center.AccessCode{Code: flowCode, Flow: "menu"})
	return cfg
}

func randomSkill(r *rand.Rand, id center.SkillID) center.Skill {
	s := center.Skill{ID: id, Name: fmt.Sprintf("queue%d", id), Media: center.MediaVoice, Ring: time.Duration(5+r.IntN(30)) * time.Second,
		Weight: 1 + r.IntN(100), RingBack: r.IntN(4) == 0}
	if r.IntN(3) == 0 {
		s.MaxWait = time.Duration(10+r.IntN(120)) * time.Second
	}
	if r.IntN(3) == 0 {
		s.MaxWaiting = 1 + r.IntN(5)
	}
	if r.IntN(4) == 0 {
		s.Survey = "menu"
	}
	if r.IntN(2) == 0 {
		s.WrapUp = time.Duration(1+r.IntN(30)) * time.Second
	}
	return s
}

func randomAgent(r *rand.Rand, id center.AgentID, skills []center.Skill) center.Agent {
	a := center.Agent{ID: id, Name: fmt.Sprintf("Agent%d", id), Role: []int{2, 2, 2, 2, 3, 4, 5}[r.IntN(7)], Group: []int{-1, 1}[r.IntN(2)],
		StaticAuth: r.IntN(8) == 0}
	for _, s := range skills {
		if r.IntN(3) > 0 {
			a.Skills = append(a.Skills, center.AgentSkill{Skill: s.ID, Weight: 1 + r.IntN(3)*40})
		}
	}
	return a
}

func randomRecording(r *rand.Rand) center.Recording {
	return center.Recording{Mode: center.RecordingMode(r.IntN(4)), Share: r.IntN(101), CallOut: center.OutboundStart(r.IntN(2))}
}

// randomOutside gives ceilings that are reached by a few calls; half of them are off.
func randomOutside(r *rand.Rand) center.Outside {
	return center.Outside{
		Calls: max(0, r.IntN(8)-3), PerMinute: max(0, r.IntN(10)-4), AgentCalls: max(0, r.IntN(6)-3), AgentPerMinute: max(0, r.IntN(8)-4),
	}
}

// randomNumbering allows all numbers, all but some, or only some.
func randomNumbering(r *rand.Rand) center.Numbering {
	n := center.Numbering{International: []string{"00"}, National: []string{"01"}}
	switch r.IntN(4) {
	case 0:
		n.Denied, n.Allowed = []string{"05", "9"}, []string{"0555", "0"}
	case 1:
		n.Denied = []string{"0555"}
	}
	return n
}

func randomInspection(r *rand.Rand) center.Inspection {
	i := center.Inspection{Quiet: r.IntN(4) == 0, Inspectors: r.IntN(2) == 0}
	if r.IntN(4) == 0 {
		i.Relations = []center.QCRelation{{Inspectors: []int{-1, 1}[r.IntN(2)], Agents: []int{1}}}
	}
	return i
}

// changed gives the configuration with a few random changes, as an administrator makes them.
func changed(r *rand.Rand, cfg center.Config) center.Config {
	cfg.Skills, cfg.Agents, cfg.Phones = slices.Clone(cfg.Skills), slices.Clone(cfg.Agents), slices.Clone(cfg.Phones)
	cfg.AccessCodes, cfg.Trunks = slices.Clone(cfg.AccessCodes), slices.Clone(cfg.Trunks)
	for range 1 + r.IntN(3) {
		changeOne(r, &cfg)
	}
	return cfg
}

func changeOne(r *rand.Rand, cfg *center.Config) {
	switch r.IntN(12) {
	case 10:
		cfg.Limits.Outside = randomOutside(r)
	case 11:
		cfg.Numbering = randomNumbering(r)
	case 0:
		i := r.IntN(len(cfg.Agents))
		cfg.Agents[i] = randomAgent(r, cfg.Agents[i].ID, cfg.Skills)
	case 1:
		i := r.IntN(len(cfg.Skills))
		cfg.Skills[i] = randomSkill(r, cfg.Skills[i].ID)
	case 2:
		cfg.Recording = randomRecording(r)
	case 3:
		if len(cfg.Agents) > 1 {
			i := r.IntN(len(cfg.Agents))
			cfg.Agents = slices.Delete(cfg.Agents, i, i+1)
		}
	case 4:
		if len(cfg.Phones) > 1 {
			i := r.IntN(len(cfg.Phones))
			cfg.Phones = slices.Delete(cfg.Phones, i, i+1)
		}
	case 5:
		removeSkill(r, cfg)
	case 6:
		cfg.Limits.Calls = r.IntN(6)
	case 7:
		cfg.Limits.Agents = r.IntN(6)
	case 9:
		cfg.Inspection = randomInspection(r)
	case 8:
		if len(cfg.Trunks) > 0 {
			cfg.Trunks = cfg.Trunks[:len(cfg.Trunks)-1]
		}
	}
}

// removeSkill takes a queue away, with everything that refers to it.
func removeSkill(r *rand.Rand, cfg *center.Config) {
	if len(cfg.Skills) < 2 {
		return
	}
	i := r.IntN(len(cfg.Skills))
	gone := cfg.Skills[i].ID
	cfg.Skills = slices.Delete(cfg.Skills, i, i+1)
	cfg.AccessCodes = slices.DeleteFunc(cfg.AccessCodes, func(c center.AccessCode) bool { return c.Skill == gone })
	for j, a := range cfg.Agents {
		cfg.Agents[j].Skills = slices.DeleteFunc(slices.Clone(a.Skills), func(s center.AgentSkill) bool { return s.Skill == gone })
	}
}
