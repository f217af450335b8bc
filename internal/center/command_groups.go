package center

// Questions about who and what there is in the VCC: all its agents, its work groups, its numbers. They are read at the instant of the
// question, and nothing changes by them.
type (
	// AllAgents lists the agents of the VCC, the signed-out ones too, by number. Reply: []AgentView.
	AllAgents struct{ By }
	// WorkGroups lists the work groups, in the order of the configuration. Reply: []GroupView.
	WorkGroups struct{ By }
	// WorkGroupOf reads the work group of an agent. Reply: GroupView.
	WorkGroupOf struct {
		By
		Of AgentID
	}
	// GroupAgents lists the agents of a work group, the signed-out ones too, by number. Reply: []AgentView.
	GroupAgents struct {
		By
		Group int
	}
	// MayPickUp tells whether the asking agent may take calls that ring at others. Reply: bool.
	MayPickUp struct{ By }
	// SignedInWaiting counts the callers in the queues that the agent is signed in to (cec_07_1020). Reply: int.
	SignedInWaiting struct{ By }
	// SkillsOfVCC lists the queues of a VCC, which has to be the agent's own. Reply: []SkillInfo.
	SkillsOfVCC struct {
		By
		VCC VCCID
	}
	// AccessNumbers lists the numbers that callers dial, in the order of the configuration. Reply: []AccessView.
	AccessNumbers struct{ By }
	// FlowNumbers lists those that lead to flows (cec_07_0412). Reply: []AccessView.
	FlowNumbers struct{ By }
	// SkillAgents lists the agents who are signed in to any of the queues, or to any queue with one of the media, by number. Both given:
	// to any of the queues that has one of the media. Agents whose role takes no inbound calls are not listed, and are refused when they
	// ask (AgentQueryRefused; cec_07_0414, cec_07_0417). Reply: []AgentView.
	SkillAgents struct {
		By
		Skills []SkillID
		Media  []Media
	}
	// RestCauses lists the reasons for a rest, by number. Reply: []RestCause.
	RestCauses struct{ By }
	// SkillFigures reads the present load of queues, in the order asked for; none named = all of the VCC (NoSkillQueue: it has none).
	// BadSkillQuery: one of them is not configured (cec_07_0411). NoSkillOnVCC: VCC is neither 0 nor the agent's own. Reply: SkillLoads.
	SkillFigures struct {
		By
		Skills []SkillID
		VCC    VCCID
	}
)
