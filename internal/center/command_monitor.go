package center

// Watching agents (qualitycontrol.yaml, older_routes: beginmonitor and endmonitor).
type (
	// BeginMonitor lets the inspector's desktop be told of each sign-in, sign-out and change of state of these agents
	// (QC_AgentState_Notify), until EndMonitor or his sign-out. All of them, or none if one may not be watched; who is watched already is.
	BeginMonitor struct {
		By
		Agents []AgentID
	}
	// EndMonitor ends it for these agents; who is not watched is passed over.
	EndMonitor struct {
		By
		Agents []AgentID
	}
)
