package center

import (
	"slices"
	"strings"
)

// settings is the configuration with what is needed to look things up in it.
type settings struct {
	Config
	skills  map[SkillID]Skill
	codes   map[string]SkillID
	flows   map[string]string // names of flows, by access code
	rights  map[int]Rights    // by Role.ID
	phones  map[string]struct{}
	agents  map[AgentID]*Agent
	numbers []AgentID // of all agents, ascending
	groups  map[int]Group
}

func compile(cfg Config) *settings {
	s := &settings{
		Config: cfg,
		skills: make(map[SkillID]Skill, len(cfg.Skills)),
		codes:  make(map[string]SkillID, len(cfg.AccessCodes)),
		flows:  map[string]string{},
		rights: make(map[int]Rights, len(cfg.Roles)),
		phones: make(map[string]struct{}, len(cfg.Phones)),
		agents: make(map[AgentID]*Agent, len(cfg.Agents)),
		groups: make(map[int]Group, len(cfg.Groups)),
	}
	for _, skill := range cfg.Skills {
		s.skills[skill.ID] = skill
	}
	for _, code := range cfg.AccessCodes {
		s.codes[code.Code] = code.Skill
		if code.Flow != "" {
			s.flows[code.Code] = code.Flow
		}
	}
	for _, role := range cfg.Roles {
		s.rights[role.ID] = role.Rights
	}
	for _, phone := range cfg.Phones {
		s.phones[phone] = struct{}{}
	}
	for i := range cfg.Agents {
		s.agents[cfg.Agents[i].ID] = &cfg.Agents[i]
		s.numbers = append(s.numbers, cfg.Agents[i].ID)
	}
	for _, group := range cfg.Groups {
		s.groups[group.ID] = group
	}
	slices.Sort(s.numbers)
	return s
}

// isPhone tells whether the number is a phone account of the VCC.
func (s *settings) isPhone(number string) bool { _, ok := s.phones[number]; return ok }

// isTrunk tells whether the installation has a line of that name.
func (s *settings) isTrunk(name string) bool {
	return slices.ContainsFunc(s.Trunks, func(t Trunk) bool { return t.Name == name })
}

// trunk finds the line that takes the number: the first, in order of preference.
func (s *settings) trunk(number string) (string, bool) {
	for _, t := range s.Trunks {
		if t.Takes(number) {
			return t.Name, true
		}
	}
	return "", false
}

// Takes tells whether the line is for a dialled number. The phone side asks too, for the lines that come next when one fails.
func (t Trunk) Takes(number string) bool {
	return slices.ContainsFunc(t.Numbers, func(pattern string) bool { return matches(pattern, number) })
}

// matches tells whether a trunk's pattern, a number or a prefix followed by "*", takes the number.
func matches(pattern, number string) bool {
	if prefix, open := strings.CutSuffix(pattern, "*"); open {
		return strings.HasPrefix(number, prefix)
	}
	return pattern == number
}

// rightFor tells which right a call to the outside number needs (cec_07_1126, rights 5, 26, 27).
func (s *settings) rightFor(number string) Right {
	begins := func(prefix string) bool { return prefix != "" && strings.HasPrefix(number, prefix) }
	switch {
	case slices.ContainsFunc(s.Numbering.International, begins):
		return RightCallInternational
	case slices.ContainsFunc(s.Numbering.National, begins):
		return RightCallNational
	case !serviceCode(number):
		return RightCallOut
	case len(s.Numbering.International) > 0: // any number may follow the code
		return RightCallInternational
	case len(s.Numbering.National) > 0:
		return RightCallNational
	default:
		return RightCallOut
	}
}

// serviceCode tells whether a number begins as the codes do by which a line's far side is told how to make a call (*67, #31#): what is called
// stands behind the code, out of the prefixes' sight.
func serviceCode(number string) bool {
	return strings.HasPrefix(number, "*") || strings.HasPrefix(number, "#")
}
