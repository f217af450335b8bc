package config

import (
	"cmp"
	"slices"
	"strings"

	"ccgateway/internal/center"
	"ccgateway/internal/password"
)

// voice is the name of the medium that access codes lead to.
const voice = "voice"

var mediaTypes = map[string]center.Media{
	voice: center.MediaVoice, "chat": center.MediaChat, "video": center.MediaVideo, "webchat": center.MediaWebChat, "social": center.MediaSocial,
}

var recordingModes = map[string]center.RecordingMode{
	recordNone: center.RecordNone, recordAll: center.RecordAll, recordChosen: center.RecordChosen, recordShare: center.RecordShare,
}

var outboundStarts = map[string]center.OutboundStart{"ringing": center.RecordFromRinging, "talk": center.RecordFromTalk}

// Centers gives every VCC as its center wants it: names resolved to numbers, implied rights added. VCCs, skill queues, roles,
// phones, agents, groups and reasons for rests are in the order of their numbers, access codes in that of their codes, trunks in that of the file.
// Flows are those of whose skill queues the VCC has all. Empty lists are nil. Nothing is shared with c.
func (c *Config) Centers() []center.Config {
	all := make([]center.Config, 0, len(c.VCCs))
	for i := range c.VCCs {
		all = append(all, c.center(&c.VCCs[i]))
	}
	slices.SortFunc(all, func(a, b center.Config) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

func (c *Config) center(v *VCC) center.Config {
	names := namesOf(v)
	cfg := center.Config{
		ID: center.VCCID(v.ID), Name: v.Name, ServerName: c.Cluster,
		Limits: center.Limits{Agents: v.Limits.Agents, Calls: v.Limits.Calls, Outside: center.Outside(v.Limits.Outside)},
		Auth:   center.Auth{Static: c.Auth.Mode == 1, Interval: c.Auth.GUIDInterval, Timeout: c.Auth.GUIDTimeout},
		Numbering: center.Numbering{
			International: slices.Sorted(slices.Values(v.Numbering.International)),
			National:      slices.Sorted(slices.Values(v.Numbering.National)),
			Allowed:       slices.Sorted(slices.Values(v.Numbering.Allowed)),
			Denied:        slices.Sorted(slices.Values(v.Numbering.Denied)),
		},
		Recording: center.Recording{Mode: recordingModes[v.Recording.Mode], Share: v.Recording.Share, CallOut: outboundStarts[v.RecordingOutbound]},
		Silence:   c.Events.Silence,
		WaitMusic: v.WaitMusic,
		Flows:     c.flowsOf(v),
		Pause:     v.RecordingPause,
		Inspection: center.Inspection{
			Quiet: !v.Inspection.TellAgents, Inspectors: v.Inspection.InspectInspectors, Relations: names.relations(v.Inspection.Relations),
		},
	}
	for _, a := range v.AccessCodes {
		cfg.AccessCodes = append(cfg.AccessCodes, center.AccessCode{Code: a.Code, Skill: names.skills[a.Skill], Flow: a.Flow})
	}
	for _, s := range v.Skills {
		cfg.Skills = append(cfg.Skills, skillOf(s))
	}
	for _, r := range v.Roles {
		cfg.Roles = append(cfg.Roles, roleOf(r))
	}
	for _, p := range v.Phones {
		cfg.Phones = append(cfg.Phones, p.Number)
	}
	for _, g := range v.Groups {
		cfg.Groups = append(cfg.Groups, center.Group{ID: g.ID, Name: g.Name, Leader: center.AgentID(g.Leader)})
	}
	for _, a := range v.Agents {
		cfg.Agents = append(cfg.Agents, names.agentOf(a))
	}
	for _, r := range v.RestReasons {
		cfg.RestCauses = append(cfg.RestCauses, center.RestCause{Code: r.Code, Name: r.Name})
	}
	for _, t := range c.Trunks {
		cfg.Trunks = append(cfg.Trunks, center.Trunk{Name: t.Name, Numbers: append([]string(nil), t.Numbers...)})
	}
	sortCenter(&cfg)
	return cfg
}

// sortCenter brings the lists whose order means nothing into the order of their numbers, so that equal configurations are equal.
func sortCenter(cfg *center.Config) {
	slices.SortFunc(cfg.AccessCodes, func(a, b center.AccessCode) int { return strings.Compare(a.Code, b.Code) })
	slices.SortFunc(cfg.Skills, func(a, b center.Skill) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(cfg.Roles, func(a, b center.Role) int { return cmp.Compare(a.ID, b.ID) })
	slices.Sort(cfg.Phones)
	slices.SortFunc(cfg.RestCauses, func(a, b center.RestCause) int { return cmp.Compare(a.Code, b.Code) })
	slices.SortFunc(cfg.Groups, func(a, b center.Group) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(cfg.Agents, func(a, b center.Agent) int { return cmp.Compare(a.ID, b.ID) })
}

func skillOf(s Skill) center.Skill {
	return center.Skill{
		ID: center.SkillID(s.ID), Name: s.Name, Media: mediaTypes[s.Media], Ring: s.Ring, MaxWait: s.MaxWait, MaxWaiting: s.MaxWaiting,
		WrapUp: s.WrapUp, Weight: s.Weight, RingBack: s.Waiting == "ringback",
		Survey: s.Survey,
	}
}

func roleOf(r Role) center.Role {
	numbers := make([]center.Right, len(r.Rights))
	for i, name := range r.Rights {
		numbers[i] = rights[name]
	}
	return center.Role{ID: r.ID, Name: r.Name, Rights: center.RightsOf(numbers...)}
}

// names resolves the names of one VCC.
type names struct {
	skills        map[string]center.SkillID
	roles, groups map[string]int
}

func namesOf(v *VCC) names {
	n := names{skills: map[string]center.SkillID{}, roles: map[string]int{}, groups: map[string]int{"": noGroup}}
	for _, s := range v.Skills {
		n.skills[s.Name] = center.SkillID(s.ID)
	}
	for _, r := range v.Roles {
		n.roles[r.Name] = r.ID
	}
	for _, g := range v.Groups {
		n.groups[g.Name] = g.ID
	}
	return n
}

func (n names) relations(all []Relation) []center.QCRelation {
	var resolved []center.QCRelation
	for _, r := range all {
		one := center.QCRelation{Inspectors: n.groups[r.Inspectors]}
		for _, group := range r.Agents {
			one.Agents = append(one.Agents, n.groups[group])
		}
		resolved = append(resolved, one)
	}
	return resolved
}

// noGroup is the group number of an agent without one (cec_07_0600).
const noGroup = -1

func (n names) agentOf(a Agent) center.Agent {
	agent := center.Agent{
		ID: center.AgentID(a.ID), Name: a.Name, Account: a.Account, Role: n.roles[a.Role], Group: n.groups[a.Group],
		StaticAuth: a.Auth == "static", MustChange: a.MustChange,
	}
	for _, s := range a.Skills {
		agent.Skills = append(agent.Skills, center.AgentSkill{Skill: n.skills[s.Skill], Weight: s.Weight})
	}
	slices.SortFunc(agent.Skills, func(a, b center.AgentSkill) int { return cmp.Compare(a.Skill, b.Skill) })
	return agent
}

// PhoneAccount is a SIP account of the installation.
type PhoneAccount struct {
	VCC    center.VCCID
	Number string
	HA1    password.HA1 // empty: the file has no password for it
	SRTP   string       // off, optional, required
}

// Phones lists the SIP accounts of all VCCs by number.
func (c *Config) Phones() []PhoneAccount {
	var all []PhoneAccount
	for _, v := range c.VCCs {
		for _, p := range v.Phones {
			account := PhoneAccount{VCC: center.VCCID(v.ID), Number: p.Number, HA1: password.HA1{MD5: p.HA1.Reveal(), SHA256: p.HA1SHA256.Reveal()}, SRTP: p.SRTP}
			if p.Password != "" {
				account.HA1 = password.DigestHA1(p.Number, p.Password.Reveal())
			}
			all = append(all, account)
		}
	}
	slices.SortFunc(all, func(a, b PhoneAccount) int { return strings.Compare(a.Number, b.Number) })
	return all
}
