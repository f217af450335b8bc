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
)
